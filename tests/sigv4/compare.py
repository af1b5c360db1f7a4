"""Signs generated requests with botocore's signer and with ours, and compares every byte of what is signed.

    compare.py PROGRAM [SEED]     PROGRAM is built from sign_lines.c
"""

import datetime
import json
import random
import subprocess
import sys
import urllib.parse

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

CASES = 600
REGIONS = ["eu-west-1", "us-east-1", "ap-northeast-1", "cn-north-1", "us-gov-west-1"]
SERVICES = ["ecs", "ecr", "events", "scheduler", "pipes", "logs", "iam", "sts", "ec2", "tagging"]
ALPHABET = "abcXYZ019-._~!*'();:@&=+$,/?#[]% äß漢😀\"\\<>^`{|}"


def word(rng, longest=12, alphabet=ALPHABET):
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(0, longest)))


def make_path(rng):
    """A path as it is sent, encoded once; with the odd segments that have to be folded."""
    kind = rng.random()
    if kind < 0.3:
        return "/"
    parts = [urllib.parse.quote(word(rng), safe="-._~") for _ in range(rng.randint(1, 5))]
    if kind > 0.7:
        parts.insert(rng.randint(0, len(parts)), rng.choice(["", ".", "..", "...", ".a"]))
    # What a caller left as it is, although it need not have been.
    if kind > 0.9:
        parts.append("a:b@c,d;e=f")
    return "/" + "/".join(parts) + rng.choice(["", "/"])


def make_query(rng):
    if rng.random() < 0.4:
        return ""
    pairs = []
    for _ in range(rng.randint(1, 6)):
        name = rng.choice(["a", "ab", "a-b", "A", "NextToken", urllib.parse.quote(word(rng), safe="-._~")])
        value = urllib.parse.quote(word(rng), safe="-._~")
        pairs.append(name if rng.random() < 0.1 else f"{name}={value}")
    return "&".join(pairs)


def make_headers(rng):
    names = ["Content-Type", "X-Amz-Target", "x-amz-meta-a", "X-Amz-Meta-B", "ACCEPT", "zz", "x-a"]
    headers = []
    for name in rng.sample(names, rng.randint(0, len(names))):
        value = word(rng, 20, "abc XYZ\t,;=/\"1.-ä")
        headers.append([name, value])
        if rng.random() < 0.1:
            headers.append([name, word(rng, 8, "abc ")])
    return headers


def make_body(rng):
    kind = rng.random()
    if kind < 0.2:
        return ""
    if kind < 0.4:
        return "Action=GetRole&Version=2010-05-08&RoleName=" + urllib.parse.quote(word(rng), safe="-._~")
    return json.dumps({word(rng): word(rng, 200) for _ in range(rng.randint(0, 8))}, ensure_ascii=rng.random() < 0.5)


def make_case(rng):
    port = rng.choice(["", "", ":5000"])
    return {
        "method": rng.choice(["GET", "POST", "PUT", "DELETE"]),
        "host": rng.choice(["ecs.eu-west-1.amazonaws.com", "127.0.0.1", "localhost", "[::1]"]) + port,
        "path": make_path(rng),
        "query": make_query(rng),
        "headers": make_headers(rng),
        "body": make_body(rng),
        "accessKey": "AKID" + word(rng, 12, "ABCDEF0123456789"),
        "secretKey": rng.choice(["wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", word(rng, 40, "abc/+=019")]),
        "token": word(rng, 100, "abcXYZ/+=019") if rng.random() < 0.5 else "",
        "region": rng.choice(REGIONS),
        "service": rng.choice(SERVICES),
        "time": rng.choice([1440938160, 1795478399, 1795478400, rng.randint(0, 4102444800)]),
    }


def sign_theirs(case):
    """botocore's canonical request and Authorization header."""
    when = datetime.datetime.fromtimestamp(case["time"], datetime.timezone.utc)
    botocore.auth.get_current_datetime = lambda *_, **__: when.replace(tzinfo=None)
    url = "https://" + case["host"] + case["path"] + ("?" + case["query"] if case["query"] else "")
    request = AWSRequest(method=case["method"], url=url, data=case["body"].encode())
    for name, value in case["headers"]:
        request.headers.add_header(name, value)
    signer = botocore.auth.SigV4Auth(
        Credentials(case["accessKey"], case["secretKey"], case["token"] or None), case["service"], case["region"]
    )
    kept = []
    original = signer.canonical_request
    signer.canonical_request = lambda *arguments: kept.append(original(*arguments)) or kept[-1]
    signer.add_auth(request)
    return {"canonical": kept[-1], "authorization": request.headers["Authorization"]}


def main():
    program = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20261124
    rng = random.Random(seed)
    cases = [make_case(rng) for _ in range(CASES)]
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    run = subprocess.run([program], input=lines.encode(), stdout=subprocess.PIPE, check=True, timeout=60)
    ours = [json.loads(line) for line in run.stdout.decode().splitlines()]
    passed = 0
    failed = abs(len(ours) - len(cases))
    for number, (case, mine) in enumerate(zip(cases, ours)):
        theirs = sign_theirs(case)
        if mine == theirs:
            passed += 1
            continue
        failed += 1
        if failed <= 3:
            print(f"case {number} of seed {seed}: {json.dumps(case)}")
            for key in theirs:
                if mine[key] != theirs[key]:
                    print(f"  {key}, ours:   {mine[key]!r}\n  {key}, theirs: {theirs[key]!r}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
