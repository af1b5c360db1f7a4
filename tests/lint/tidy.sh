#!/bin/sh
# clang-tidy with the checks of .clang-tidy over every C file, two at a time.
cd "$(dirname "$0")/../.." || exit 1
make -s compile_commands.json || exit 1
reports=$(mktemp -d) || exit 1
trap 'rm -rf "$reports"' EXIT
files=$(find common daemon -name '*.c' | sort)
# shellcheck disable=SC2016
printf '%s\n' "$files" | xargs -P "$(nproc)" -I{} sh -c '
    report="$1/$(printf %s "$2" | tr / _)"
    clang-tidy --quiet --warnings-as-errors="*" "$2" > "$report" 2> "$report.err" && rm "$report" || cat "$report.err" >> "$report"
    rm -f "$report.err"' sh "$reports" {}
failed=0
for report in "$reports"/*; do
    [ -f "$report" ] || continue
    failed=$((failed + 1))
    echo "FAIL clang-tidy: $(basename "$report")"
    grep -E 'error:|warning:' "$report" | sort -u | head -n 20
done
total=$(printf '%s\n' "$files" | grep -c .)
printf '%s passed, %s failed\n' "$((total - failed))" "$failed"
[ "$failed" -eq 0 ]
