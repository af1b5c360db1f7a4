# For `.`: a step's output is shown, and its last count line is added to the sum.
#     step NAME COMMAND...     a command whose count lines are "N passed, M failed" (pytest's way too); one without any
#                              counts as one by its exit code
#     step_end                 prints the sum as the last line; fails where anything did
sum_passed=0 sum_failed=0 sum_names=''
sum_log=$(mktemp) || exit 1

step() {
    step_name=$1
    shift
    printf '=== %s\n' "$step_name"
    { "$@" 2>&1; echo "exit $?"; } | tee "$sum_log" | sed '$d'
    step_code=$(tail -n 1 "$sum_log" | sed -n 's/^exit //p')
    # pytest: "3 failed, 120 passed, 1 skipped, 2 errors in 5.00s"; ours: "12 passed, 0 failed".
    step_line=$(sed '$d' "$sum_log" | grep -E '[0-9]+ (passed|failed|errors?)' | tail -n 1)
    step_passed=$(printf '%s\n' "$step_line" | grep -oE '[0-9]+ passed' | tail -n 1 | grep -oE '[0-9]+')
    step_failed=$(printf '%s\n' "$step_line" | grep -oE '[0-9]+ failed' | tail -n 1 | grep -oE '[0-9]+')
    step_errors=$(printf '%s\n' "$step_line" | grep -oE '[0-9]+ errors?' | tail -n 1 | grep -oE '[0-9]+')
    step_failed=$((${step_failed:-0} + ${step_errors:-0}))
    step_passed=${step_passed:-0}
    if [ "$step_code" -ne 0 ] && [ "$step_failed" -eq 0 ]; then
        step_failed=1
    elif [ "$step_code" -eq 0 ] && [ -z "$step_line" ]; then
        step_passed=1
    fi
    sum_passed=$((sum_passed + step_passed)) sum_failed=$((sum_failed + step_failed))
    [ "$step_failed" -eq 0 ] || sum_names="$sum_names $step_name;"
    printf '    %s: %s passed, %s failed\n' "$step_name" "$step_passed" "$step_failed"
}

step_end() {
    rm -f "$sum_log"
    [ -z "$sum_names" ] || printf 'failed in:%s\n' "$sum_names"
    printf '%s passed, %s failed\n' "$sum_passed" "$sum_failed"
    [ "$sum_failed" -eq 0 ]
}
