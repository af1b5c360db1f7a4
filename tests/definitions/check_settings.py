#!/usr/bin/env python3
"""Holds settings against the JSON Schema that is shipped, and against the program: both have to say the same of each.

Every member is tried with values of every type and at the ends of its range; what the program knows beyond a schema is
listed here.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCHEMA = json.loads((ROOT / "config/fargate-batchd.schema.json").read_text())
ANY = [None, True, False, 0, 1, -1, 2.5, 1e12, "", " ", "x", "5", "eu-west-1", "https://example.com", [], [1], {}, {"x": 1}]
GOOD = [
    {}, {"$schema": "/usr/share/fargate-batchd/fargate-batchd.schema.json", "$comment": "ours"},
    {"owner": "team a/b_c.d:e=f+g-h@i"}, {"owner": "x" * 128}, {"region": "ap-northeast-1"},
    {"endpointUrl": "http://127.0.0.1:5000"}, {"resyncInterval": 1.5}, {"rates": {"ecs": 0.01, "events": 10000}}, {"assumeRoles": []}, {"notify": []},
    {"assumeRoles": ["*", "arn:aws:iam::1:role/a/*"]},
    json.loads((ROOT / "config/fargate-batchd.json").read_text()),
    json.loads(re.search(r"\.Bd -literal -offset indent\n(.*?)\.Ed", (ROOT / "config/fargate-batchd.json.5").read_text(),
                         re.S).group(1)),
]
BAD = [
    [], {"ownr": "x"}, {"Owner": "x"}, {"owner": "x" * 129}, {"owner": "a;b"}, {"owner": " a"}, {"owner": "a "},
    {"region": "Frankfurt"}, {"rates": {"s3": 1}}, {"rates": {"ecs": 0}}, {"rates": {"ecs": 0.009}},
    {"deletion": {"owner": "x"}}, {"assumeRoles": "*"}, {"assumeRoles": ["x y"]}, {"credentials": {"roleArn": "x"}},
]


def beyond(path, value):
    """What no schema says: which URLs are near or encrypted."""
    return path == ("endpointUrl",) and isinstance(value, str) and not value.startswith("https://")


def members(schema, path=()):
    for key, below in schema.get("properties", {}).items():
        yield path + (key,), below
        yield from members(below, path + (key,))


def nested(path, value):
    for key in reversed(path):
        value = {key: value}
    return value


def cases():
    yield from ((settings, True) for settings in GOOD)
    yield from ((settings, False) for settings in BAD)
    for path, schema in members(SCHEMA):
        ends = [schema[end] + step for end in ("minimum", "maximum") if end in schema for step in (-1, 0, 1)]
        yield from ((nested(path, value), None) for value in ANY + ends if not beyond(path, value))


def takes(settings, folder):
    """Whether the program takes them."""
    path = folder / "settings.json"
    path.write_text(json.dumps(settings))
    done = subprocess.run([ROOT / "build/fargate-batchctl", "check", "--settings", path, "--definitions", folder / "none"],
                          capture_output=True, check=False)
    assert done.returncode in (0, 1), done
    return done.returncode == 0


def main():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    passed = failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "none").mkdir()
        for settings, wanted in cases():
            said = takes(settings, folder), validator.is_valid(settings)
            right = said[0] == said[1] and wanted in (None, said[0])
            passed, failed = passed + right, failed + (not right)
            if not right:
                print(f"FAIL {json.dumps(settings)}: the program says {said[0]}, the schema {said[1]}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
