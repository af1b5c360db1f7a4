#!/bin/sh
# Each header compiles alone, and twice, with each compiler given.  tests/lint/headers.sh COMPILER...
cd "$(dirname "$0")/../.." || exit 1
libraries=$(pkg-config --cflags libcurl openssl jansson libsystemd expat)
passed=0 failed=0
for header in $(find common daemon -name '*.h' | sort); do
    for compiler in "$@"; do
        # shellcheck disable=SC2086
        if output=$(printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
            $compiler -std=gnu17 -D_GNU_SOURCE -DVERSION='"0"' -Wall -Wextra -Wpedantic -Werror -I. -Idaemon \
                $libraries -fsyntax-only -x c - 2>&1); then
            passed=$((passed + 1))
        else
            printf 'FAIL %s does not compile alone with %s\n%s\n' "$header" "$compiler" "$output"
            failed=$((failed + 1))
        fi
    done
done
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
