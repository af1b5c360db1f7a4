"""CloudTrail: LookupEvents over the calls that came by, newest first; `late` of cloudtrail:LookupEvents holds them back."""

import datetime
import json
import re
import uuid

from aws import wire

ATTRIBUTES = ("EventId", "EventName", "ReadOnly", "Username", "EventSource", "AccessKeyId")


class Trail:
    """Every call but those of LookupEvents, as records of CloudTrail."""

    def __init__(self):
        self.records = []  # (when, region, event)
        self.keys, self.roles = {}, {}  # access key or role name -> when it was made

    def keep(self, now, request, answer):
        status, _, body = answer
        if request.operation == "AssumeRole" and status == 200:
            self.keys[re.search(rb"<AccessKeyId>(\w+)", body)[1].decode()] = now
        if request.operation == "CreateRole" and status == 200:
            self.roles[request.params["RoleName"]] = now
        if request.service != "cloudtrail":
            self.records.append((now, request.region, event(now, request, answer)))

    def answered(self, key):
        return self.keys.get(key)

    def role_made(self, name):
        return self.roles.get(name)


def lower(name):
    return name[:1].lower() + name[1:]


def error_of(answer):
    found = re.search(rb'"__type"\s*:\s*"(?:[^"]*#)?([^"]+)"|<Code>([^<]+)</Code>', answer[2])
    return (found[1] or found[2]).decode() if answer[0] >= 300 and found else None


def event(now, request, answer):
    when = datetime.datetime.fromtimestamp(now, datetime.timezone.utc)
    reads, error, identity = wire.reads(request.operation), error_of(answer), str(uuid.uuid4())
    record = {
        "eventVersion": "1.08", "eventTime": when.strftime("%Y-%m-%dT%H:%M:%SZ"), "eventID": identity,
        "eventSource": f"{request.service}.amazonaws.com", "eventName": request.operation, "awsRegion": request.region,
        "userIdentity": {"type": "IAMUser", "userName": request.key, "accessKeyId": request.key},
        "userAgent": request.headers.get("user-agent", ""), "sourceIPAddress": "192.0.2.1", "readOnly": reads,
        "requestParameters": None if error and "AccessDenied" in error else
        {lower(name): value for name, value in request.params.items()},
        "responseElements": None, "eventType": "AwsApiCall", "managementEvent": True,
    } | ({"errorCode": error} if error else {})
    return {"EventId": identity, "EventName": request.operation, "ReadOnly": str(reads).lower(), "EventTime": int(now),
            "EventSource": record["eventSource"], "Username": request.key, "AccessKeyId": request.key, "Resources": [],
            "CloudTrailEvent": json.dumps(record)}


def lookup(front, request, refused):
    asked = request.params
    attributes = asked.get("LookupAttributes", [])
    if len(attributes) > 1 or any(each["AttributeKey"] not in ATTRIBUTES for each in attributes):
        raise refused("InvalidLookupAttributesException", "You can only specify one lookup attribute.")
    most = asked.get("MaxResults", 50)
    if not 1 <= most <= 50:
        raise refused("InvalidMaxResultsException", "Maximum results must be between 1 and 50.")
    found = [each for when, region, each in front.trail.records
             if region == request.region and when <= front.as_of(request)
             and asked.get("StartTime", 0) <= each["EventTime"] <= asked.get("EndTime", each["EventTime"])
             and all(each[one["AttributeKey"]] == one["AttributeValue"] for one in attributes)][::-1]
    start = int(asked.get("NextToken") or 0)
    end = start + most
    return {"Events": found[start:end]} | ({"NextToken": str(end)} if end < len(found) else {})


ANSWERS = {("cloudtrail", "LookupEvents"): lookup}
