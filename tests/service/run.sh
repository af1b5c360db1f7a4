#!/bin/sh
# The service tests: one worker for each Debian release. Arguments go to pytest.
# FARGATE_BATCHD_MUST_BOOT=1: not being able to boot a container is a failure, not a skip.
cd "$(dirname "$0")/../.." || exit 1
exec build/venv/bin/python -m pytest -q -n 2 tests/service "$@"
