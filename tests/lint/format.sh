#!/bin/sh
# Every C file is as clang-format leaves it.
cd "$(dirname "$0")/../.." || exit 1
passed=0 failed=0
for file in $(find common daemon tests -name '*.[ch]' -not -path '*/build/*' | sort); do
    if output=$(clang-format --dry-run -Werror "$file" 2>&1); then
        passed=$((passed + 1))
    else
        printf 'FAIL %s is not formatted (make format)\n%s\n' "$file" "$(printf '%s\n' "$output" | head -n 4)"
        failed=$((failed + 1))
    fi
done
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
