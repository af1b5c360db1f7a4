#!/bin/sh
# make check: set-up, build, unit tests, comparisons with other implementations, golden files, system tests, a share of
# the faults, and the service in booted containers where this user can boot one.
cd "$(dirname "$0")/.." || exit 1
. tests/sum.sh
step set-up sh tests/setup.sh
step build make --no-print-directory all
step 'unit tests' make --no-print-directory unit PYTHON=build/venv/bin/python
step 'comparison programs' make --no-print-directory build/release/tests/sigv4/sign_lines build/release/tests/schedule/next_lines
step 'signatures beside botocore' build/venv/bin/python tests/sigv4/compare.py build/release/tests/sigv4/sign_lines
step 'schedules beside another evaluator' build/venv/bin/python tests/schedule/compare.py build/release/tests/schedule/next_lines
step 'schema beside jsonschema' build/venv/bin/python tests/definitions/check_schema.py
step 'settings and their schema' build/venv/bin/python tests/definitions/check_settings.py
step "schema beside AWS's models" build/venv/bin/python tests/definitions/check_models.py
step 'system tests' build/venv/bin/python -m pytest -q -n 2 tests/system
step 'faults, each fifteenth' build/venv/bin/python tests/faults/faults.py --short 15
step 'service tests' sh tests/service/run.sh
step_end
