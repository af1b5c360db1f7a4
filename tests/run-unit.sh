#!/bin/sh
# Runs test programs one after the other; each ends with "N passed, N failed". Prints the sum in the same form.
passed=0 failed=0
for program in "$@"; do
    name=$(basename "$program")
    output=$("$program" 2>&1)
    code=$?
    last=$(printf '%s\n' "$output" | tail -n 1)
    counts=$(printf '%s\n' "$last" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p')
    if [ -z "$counts" ]; then
        printf '%s\n%s: ended without a count (exit %s)\n' "$output" "$name" "$code"
        failed=$((failed + 1))
        continue
    fi
    set -- $counts
    [ "$code" -eq 0 ] && [ "$2" -eq 0 ] || printf '%s\n' "$output"
    # A crash after the count (a leak report, say) is a failure too.
    [ "$code" -ne 0 ] && [ "$2" -eq 0 ] && failed=$((failed + 1))
    passed=$((passed + $1)) failed=$((failed + $2))
    printf '%-28s %s\n' "$name" "$last"
done
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
