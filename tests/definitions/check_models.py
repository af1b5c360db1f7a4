#!/usr/bin/env python3
"""Holds the shipped JSON Schema against AWS's own models, as botocore brings them.

Members, types, enumerations, lengths and ranges of what AWS takes have to be the same here, and texts that one side's
pattern takes the other has to take. What is meant to differ stands in this file with its reason, so that a newer model that
differs in anything else is noticed.
"""

import json
import pathlib
import random
import re
import sys
import unicodedata

import botocore.session

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TYPES = {"structure": "object", "map": "object", "list": "array", "string": "string", "integer": "integer",
         "long": "integer", "boolean": "boolean"}

# What AWS has and definitions leave out, or say in another place.
ELSEWHERE = {"taskDefinition.family": "named on app or batch"}
# Values that AWS has and Fargate lacks: advice must not name them.
NOT_ON_FARGATE = {"taskDefinition.pidMode": {"host"}}
# Types that are wider here.
WIDER = {"taskDefinition.cpu", "taskDefinition.memory"}

passed = failed = 0


def check(right, *what):
    global passed, failed
    if right:
        passed += 1
    else:
        failed += 1
        print("FAIL", *what)
    return right


def is_barred(schema):
    """A member that stands in the schema to be refused: it may be empty and no more."""
    return schema.get("enum") == [None, "", []]


def types_of(schema):
    types = schema.get("type", [])
    return set([types] if isinstance(types, str) else types) - {"null"}


def values_of(schema):
    """An enumeration; AWS's own may grow, so there any other value is let in beside it."""
    enum = schema.get("enum")
    for one in schema.get("anyOf", []):
        enum = enum or one.get("enum")
    return {value for value in enum or [] if isinstance(value, str)}


def check_limits(path, schema, shape):
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    names = {"string": ("minLength", "maxLength"), "list": ("minItems", "maxItems")}.get(
        shape.type_name, ("minimum", "maximum"))
    if least:
        check(schema.get(names[0], 0) >= least, path, "may be shorter or less than AWS's", least)
    if most:
        check(schema.get(names[1], float("inf")) <= most, path, "may be longer or more than AWS's", most)


def compare(path, schema, shape):
    """A member of a definition beside the shape that AWS has for it, and all below."""
    check(TYPES[shape.type_name] in types_of(schema), path, "is", types_of(schema), "and to AWS", shape.type_name)
    if path not in WIDER:
        check(len(types_of(schema)) == 1, path, "is more than AWS takes:", types_of(schema))
    enum = set(getattr(shape, "enum", None) or []) - NOT_ON_FARGATE.get(path, set())
    if enum or values_of(schema):
        check(values_of(schema) == enum, path, "has the values", values_of(schema) ^ enum, "on one side alone")
    check_limits(path, schema, shape)
    if shape.type_name == "structure":
        compare_members(path, schema, shape)
    elif shape.type_name == "list":
        compare(path + "[]", schema["items"], shape.member)
    elif shape.type_name == "map":
        check(types_of(schema["additionalProperties"]) == {"string"}, path, "is no map of texts")


def compare_members(path, schema, shape):
    ours = {name: member for name, member in schema["properties"].items() if not is_barred(member)}
    theirs = {name: member for name, member in shape.members.items() if f"{path}.{name}" not in ELSEWHERE}
    check(set(ours) == set(theirs), path, "has the members", set(ours) ^ set(theirs), "on one side alone")
    required = set(shape.required_members) - {"family", "containerDefinitions"}
    check(required <= set(schema.get("required", [])), path, "does not ask for",
          required - set(schema.get("required", [])))
    for name in sorted(set(ours) & set(theirs)):
        compare(f"{path}.{name}", ours[name], theirs[name])


def fits_classes(text, marks):
    """\\p{L}, \\p{Z}, \\p{N} and some marks, which Python's re does not know."""
    return all(unicodedata.category(one)[0] in "LZN" or one in marks for one in text)


def samples(alphabet, longest):
    """The same texts in each run: all of up to three characters, and longer ones by chance."""
    chance = random.Random(7)
    short = [""]
    for _ in range(3):
        yield from (text for text in short)
        short = [text + one for text in short for one in alphabet]
    for _ in range(20000):
        yield "".join(chance.choice(alphabet) for _ in range(chance.randint(3, longest)))


def compare_patterns(path, ours, theirs, alphabet, longest=14):
    for text in samples(alphabet, longest):
        mine, other = bool(re.search(ours, text)), bool(re.fullmatch(theirs, text))
        if text and mine != other:
            check(False, path, "takes" if mine else "refuses", repr(text), "and AWS does not agree")
            return
    check(True)


def member(shape, *names):
    for name in names:
        shape = shape.members[name] if shape.type_name == "structure" else shape.member
    return shape


def input_of(session, service, operation):
    return session.get_service_model(service).operation_model(operation).input_shape


def check_repository(app, session):
    create = input_of(session, "ecr", "CreateRepository")
    repository = app["repository"]
    name = member(create, "repositoryName")
    for path, schema in (("repository", repository), ("repository.name", repository["properties"]["name"])):
        check_limits(path, schema, name)
        compare_patterns(path, schema["pattern"], name.metadata["pattern"], "ab1._-/")
    values = values_of(repository["properties"]["imageTagMutability"])
    check(values == set(member(create, "imageTagMutability").enum), "imageTagMutability has", values)
    filters = repository["properties"]["imageTagMutabilityExclusionFilters"]
    theirs = member(create, "imageTagMutabilityExclusionFilters")
    compare("imageTagMutabilityExclusionFilters", filters, theirs)
    pattern = theirs.member.members["filter"].metadata["pattern"]
    compare_patterns("exclusion filter", filters["items"]["properties"]["filter"]["pattern"], pattern, "a1*._-/^")


def check_log_group(app, session):
    name = member(input_of(session, "logs", "CreateLogGroup"), "logGroupName")
    group = app["logGroup"]
    for path, schema in (("logGroup", group), ("logGroup.name", group["properties"]["name"])):
        check_limits(path, {"minLength": 1} | schema, name)
        compare_patterns(path, schema["pattern"], name.metadata["pattern"], "aZ1._-/# :")
    text = member(input_of(session, "logs", "PutRetentionPolicy"), "retentionInDays").documentation
    days = {int(number) for number in re.findall(r"\d+", text.split("Possible values are:")[1].split("<")[0])}
    ours = {number for number in group["properties"]["retentionInDays"]["enum"] if number}
    check(days == ours, "retentionInDays has the values", days ^ ours, "on one side alone")


def check_cluster(app, session):
    model = session.get_service_model("ecs")
    cluster = app["cluster"]["properties"]
    setting = cluster["settings"]["items"]["properties"]
    check(values_of(setting["name"]) == set(model.shape_for("ClusterSettingName").enum), "cluster settings")
    strategy = cluster["defaultCapacityProviderStrategy"]["items"]
    compare("capacityProviderStrategy", strategy, model.shape_for("CapacityProviderStrategyItem"))


def check_roles(app, session):
    create = input_of(session, "iam", "CreateRole")
    name = member(create, "RoleName")
    for use, schema in app["roles"]["properties"].items():
        compare_patterns(f"roles.{use}", schema["pattern"], name.metadata["pattern"], "aZ1_+=,.@-: ")
        check(not re.search(schema["pattern"], "a" * (name.metadata["max"] + 1)), use, "may be too long")
        check(re.search(schema["pattern"], "a" * name.metadata["max"]), use, "may be shorter than AWS's")


def check_tags(app, session):
    """The pattern is a rule of its own here: the program knows the categories of Unicode by itself."""
    marks = set("_.:/=+-@")
    pattern = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]"
    shapes = [session.get_service_model("ecs").shape_for("Tag"), session.get_service_model("iam").shape_for("Tag")]
    for shape in shapes:
        for name, one in shape.members.items():
            check(pattern in one.metadata["pattern"], "a tag's", name, "has another pattern:", one.metadata["pattern"])
            limits = app["tags"]["propertyNames" if name.lower() == "key" else "additionalProperties"]
            check_limits(f"tags.{name}", limits, one)
    check(fits_classes("éß 夜Ⅷ½", marks) and not fits_classes("e\u0301", marks), "what counts as a letter")


def check_rule(batch, session):
    put = input_of(session, "events", "PutRule")
    name = member(put, "Name")
    check_limits("ruleName", batch["ruleName"], name)
    compare_patterns("ruleName", batch["ruleName"]["pattern"], name.metadata["pattern"], "aZ1._-/ ")
    check_limits("schedule", batch["schedule"], member(put, "ScheduleExpression"))
    check_limits("description", batch["description"], member(put, "Description"))
    target = member(input_of(session, "events", "PutTargets"), "Targets").member
    ecs = member(target, "EcsParameters")
    check(values_of(batch["propagateTags"]) == set(member(ecs, "PropagateTags").enum), "propagateTags")
    check_limits("taskCount", batch["taskCount"], member(ecs, "TaskCount"))
    for ours, theirs in (("maximumRetryAttempts", "MaximumRetryAttempts"),
                         ("maximumEventAgeInSeconds", "MaximumEventAgeInSeconds")):
        check_limits(ours, batch["retryPolicy"]["properties"][ours], member(target, "RetryPolicy", theirs))
    vpc = member(ecs, "NetworkConfiguration", "awsvpcConfiguration")
    check(values_of(batch["network"]["properties"]["assignPublicIp"]) == set(member(vpc, "AssignPublicIp").enum),
          "assignPublicIp")


def check_regions(app, session):
    pattern = app["region"]["pattern"]
    for partition in session.get_available_partitions():
        for region in session.get_available_regions("ecs", partition):
            check(re.search(pattern, region), "the region", region, "is refused")


def main():
    session = botocore.session.get_session()
    schema = json.loads((ROOT / "config/fargate-batch.schema.json").read_text())["properties"]
    app = schema["apps"]["additionalProperties"]["properties"]
    batch = schema["batches"]["additionalProperties"]["properties"]
    compare_members("taskDefinition", app["taskDefinition"], input_of(session, "ecs", "RegisterTaskDefinition"))
    check_repository(app, session)
    check_log_group(app, session)
    check_cluster(app, session)
    check_roles(app, session)
    check_tags(app, session)
    check_rule(batch, session)
    check_regions(app, session)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
