#!/usr/bin/env python3
"""Holds definitions against the JSON Schema that is shipped, with a validator that knows nothing of ours.

Every good file and example has to be valid; of the bad ones, those whose fault is one of form have to be refused. Which bad
files a schema cannot refuse (what several members say together, names that clash, text that is no JSON) is listed here, so
that neither side changes unseen.
"""

import json
import pathlib
import sys

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCHEMA = ROOT / "config/fargate-batch.schema.json"


def read(path):
    try:
        return json.loads(path.read_bytes().decode("utf-8"))
    except ValueError:
        return None


def main():
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    beyond = set((ROOT / "tests/definitions/beyond-the-schema.txt").read_text().split())
    passed = failed = 0
    cases = [(path, True) for folder in ("tests/definitions/good", "config/examples") for path in
             sorted((ROOT / folder).glob("*.json"))]
    cases += [(path, False) for path in sorted((ROOT / "tests/definitions/bad").glob("*.json"))]
    for path, good in cases:
        content = read(path)
        if content is None:
            continue
        errors = [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:150]}" for error in
                  validator.iter_errors(content)]
        expected = good or path.stem in beyond
        if expected == (not errors):
            passed += 1
        else:
            failed += 1
            print(f"FAIL {path.relative_to(ROOT)}: {'should be valid' if expected else 'should not be valid'}", *errors, sep="\n  ")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
