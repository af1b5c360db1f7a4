#!/bin/sh
# make fuzz: each target of tests/fuzz for FUZZ_SECONDS (60), two at a time, beginning with its corpus. New inputs are
# gathered in build/fuzz/NAME/found; one that fails stays in build/fuzz/NAME (crash-…, timeout-…, leak-…) and belongs
# into tests/fuzz/corpus/NAME, together with what mends it. FUZZ='definitions state' picks some. The last line is the
# sum.  tests/fuzz/run.sh [NAME]     one target that is built already
cd "$(dirname "$0")/../.." || exit 1

# Where a target begins, beside its corpus.
seeds_of() {
    echo "tests/fuzz/corpus/$1"
    [ "$1" != definitions ] || echo 'tests/definitions config/examples'
}

fuzz() {
    work=build/fuzz/$1
    rm -f "$work/passed"
    mkdir -p "$work/found"
    # shellcheck disable=SC2046
    "build/fuzz-clang/tests/fuzz/fuzz_$1" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=10 -rss_limit_mb=2048 \
        -max_len=16384 -dict=build/fuzz/words.dict -artifact_prefix="$work/" -print_final_stats=1 \
        "$work/found" $(seeds_of "$1") > "$work/log" 2>&1 && touch "$work/passed"
    if [ -e "$work/passed" ]; then
        printf '%-14s %s inputs\n' "$1" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log")"
    else
        printf 'FAIL %s: see %s\n' "$1" "$work/log"
        grep -E 'ERROR|SUMMARY|does not hold|runtime error|Test unit written' "$work/log"
    fi
}

if [ $# -gt 0 ]; then
    fuzz "$1"
    exit 0
fi
if ! printf 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n) { return d && n > 9 && *d == 1; }' |
    clang -fsanitize=fuzzer,address -x c - -o /dev/null 2>/dev/null; then
    echo 'fuzzing needs clang and its run-time libraries; as root: apt-get install -y clang libclang-rt-dev'
    echo '0 passed, 1 failed'
    exit 1
fi
make --no-print-directory -j2 fuzz-build FLAVOUR=fuzz CC=clang || exit 1
mkdir -p build/fuzz
# The words that mean something, so that nobody has to guess them.
grep -ohE '"[A-Za-z][A-Za-z0-9_:-]*"' config/*.schema.json daemon/state/*.c | sort -u |
    sed 's/"//g; s/.*/"\\"&\\""/' > build/fuzz/words.dict
targets=${FUZZ:-$(find tests/fuzz -name 'fuzz_*.c' | sed 's|.*/fuzz_||; s|\.c$||' | sort)}
# shellcheck disable=SC2086
printf '%s\n' $targets | xargs -P 2 -n 1 sh "$0"
passed=0 failed=0
for target in $targets; do
    [ -e "build/fuzz/$target/passed" ] && passed=$((passed + 1)) || failed=$((failed + 1))
done
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
