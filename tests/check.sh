#!/bin/sh
# make check: set-up, build, unit tests, comparisons with other implementations, golden files, system tests.
cd "$(dirname "$0")/.." || exit 1
. tests/sum.sh
step set-up sh tests/setup.sh
step build make --no-print-directory all
step 'unit tests' make --no-print-directory unit PYTHON=build/venv/bin/python
for program in tests/compare/*.py; do
    [ ! -f "$program" ] || step "$(basename "$program" .py)" build/venv/bin/python "$program"
done
step 'system tests' build/venv/bin/python -m pytest -q -n 2 tests/system
step_end
