#!/bin/sh
# The service tests, all Debian releases side by side. Arguments go to pytest. The last line is the sum.
# FARGATE_BATCHD_MUST_BOOT=1: not being able to boot a container is a failure, not a skip.
cd "$(dirname "$0")/../.." || exit 1
releases='bookworm trixie'
mkdir -p build/roots
# One run at a time: the machines' folders and addresses are fixed.
exec 9> build/roots/.lock
flock 9

jobs=''
for release in $releases; do
    build/venv/bin/python -m pytest -q --release "$release" tests/service "$@" > "build/roots/$release.log" 2>&1 9>&- &
    jobs="$jobs $!"
done
trap 'kill $jobs 2>/dev/null; exit 130' INT TERM
failed=0
for job in $jobs; do
    wait "$job"
    code=$?
    # 5: nothing was picked by the arguments.
    [ "$code" -eq 0 ] || [ "$code" -eq 5 ] || failed=1
done

count() {
    for release in $releases; do
        tail -n 1 "build/roots/$release.log" | grep -oE "[0-9]+ $1" | grep -oE '[0-9]+'
    done | awk '{ sum += $1 } END { print sum + 0 }'
}
for release in $releases; do
    printf -- '--- %s\n' "$release"
    cat "build/roots/$release.log"
done
wrong=$(($(count failed) + $(count 'errors?')))
[ "$failed" -eq 0 ] || [ "$wrong" -gt 0 ] || wrong=1
printf '%s passed, %s failed, %s skipped\n' "$(count passed)" "$wrong" "$(count skipped)"
[ "$wrong" -eq 0 ]
