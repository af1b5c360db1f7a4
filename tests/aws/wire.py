"""What a request to AWS is, and AWS's answers and errors in each protocol's own form."""

import json
import re
import urllib.parse

READING = ("Describe", "Get", "List", "Lookup", "Filter", "Batch", "AssumeRole")
XML_SERVICES = ("iam", "sts", "ec2")
REST_SERVICES = ("scheduler", "pipes")


def reads(operation):
    """Whether an operation, or `METHOD /path` where the protocol has no name for it, changes nothing."""
    return operation.startswith(READING) or operation.startswith("GET /")


def read_authorization(headers):
    """The parts of an Authorization header, or None."""
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^/, ]+)/(\d{8})/([^/, ]+)/([^/, ]+)/aws4_request, ?"
        r"SignedHeaders=([^, ]+), ?Signature=([0-9a-f]{64})", headers.get("authorization", ""))
    return found and dict(zip(("key", "date", "region", "service", "signed", "signature"), found.groups()))


def _form(body):
    return dict(urllib.parse.parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def describe(method, target, headers, body):
    """service, operation, params, region, access key of a request."""
    parts = read_authorization(headers) or {}
    service, region, key = parts.get("service", ""), parts.get("region", ""), parts.get("key", "")
    amz_target = headers.get("x-amz-target", "")
    if amz_target:
        try:
            params = json.loads(body or b"{}")
        except ValueError:
            params = {"unreadable": body.decode("utf-8", "replace")}
        return service, amz_target.rpartition(".")[2], params, region, key
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        params = _form(body)
        service = service or ("sts" if params.get("Version") == "2011-06-15" else "iam")
        return service, params.pop("Action", ""), params, region, key
    try:
        params = json.loads(body) if body else {}
    except ValueError:
        params = {"unreadable": True}
    return service, f"{method} {target.partition('?')[0]}", params, region, key


THROTTLING = {"iam": "Throttling", "sts": "Throttling", "ec2": "RequestLimitExceeded", "tagging": "ThrottledException"}


def error_answer(service, code, message, status, request_id):
    """An AWS error as (status, headers, body)."""
    if service in XML_SERVICES:
        escaped = message.replace("&", "&amp;").replace("<", "&lt;")
        if service == "ec2":
            body = (f"<Response><Errors><Error><Code>{code}</Code><Message>{escaped}</Message></Error></Errors>"
                    f"<RequestID>{request_id}</RequestID></Response>")
        else:
            body = (f'<ErrorResponse xmlns="https://{service}.amazonaws.com/doc/"><Error><Type>Sender</Type>'
                    f"<Code>{code}</Code><Message>{escaped}</Message></Error><RequestId>{request_id}</RequestId>"
                    "</ErrorResponse>")
        return status, {"Content-Type": "text/xml", "x-amzn-RequestId": request_id}, body.encode()
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": request_id}
    if service in REST_SERVICES:
        headers |= {"Content-Type": "application/json", "x-amzn-ErrorType": f"{code}:http://internal.amazon.com/"}
        return status, headers, json.dumps({"Message": message}).encode()
    shape = {"events": f"com.amazonaws.events#{code}"}.get(service, code)
    return status, headers, json.dumps({"__type": shape, "message": message}).encode()


def json_answer(reply, request_id, version="1.1"):
    headers = {"Content-Type": f"application/x-amz-json-{version}", "x-amzn-RequestId": request_id}
    return 200, headers, json.dumps(reply).encode()
