#!/bin/sh
# make lint: layers, headers that compile alone, format, clang-tidy, words. The last line is the sum.
cd "$(dirname "$0")/../.." || exit 1
. tests/sum.sh
compilers=gcc
command -v clang >/dev/null && compilers='gcc clang'
step layers python3 tests/lint/layers.py
step 'layers, planted violations' python3 tests/lint/layers_test.py
# shellcheck disable=SC2086
step headers sh tests/lint/headers.sh $compilers
step words sh tests/lint/words.sh
if command -v clang-format >/dev/null && command -v clang-tidy >/dev/null; then
    step format sh tests/lint/format.sh
    step tidy sh tests/lint/tidy.sh
else
    step 'clang-format and clang-tidy' sh -c 'echo "not installed; as root: apt-get install -y clang-format clang-tidy"; exit 1'
fi
step_end
