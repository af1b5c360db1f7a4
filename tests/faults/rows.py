"""The scenarios: what is there before, and what the pass is for that faults befall. A new capability adds its row."""

import copy
import dataclasses
import datetime

from conftest import ACCOUNT, ARTICLE, OWNER, REGION
from moto.events.models import events_backends


@dataclasses.dataclass
class Row:
    name: str
    act: dict  # the definitions of the pass that faults befall
    before: tuple = ()  # definitions that were applied before it, in turn
    settings: dict = dataclasses.field(default_factory=dict)
    ready: object = None  # a function that is run between the two
    stays: tuple = ()  # rules that are wanted before and after
    held: bool = False  # a plan is held: nothing may go
    grace: int = 15  # minutes
    code: int = 0  # how the pass ends where nothing fails


def article(**batches):
    definitions = copy.deepcopy(ARTICLE)
    for name, members in batches.items():
        if members is None:
            del definitions["batches"][name]
        else:
            definitions["batches"].setdefault(name, {"app": "batch", "schedule": "rate(1 day)"}).update(members)
    return definitions


def changed():
    definitions = article(no1={"schedule": "rate(2 hours)"}, no2={"environment": {"batch": "other"}})
    app = definitions["apps"]["batch"]
    app["image"]["tag"], app["logGroup"]["retentionInDays"] = "v2", 7
    app["repository"] |= {"lifecyclePolicy": {"keepLast": 4}, "scanOnPush": True}
    return definitions


def many(last):
    return article(**{f"more{number}": {} for number in range(1, last + 1)})


def grace_is_over():
    """The leaving of every rule lies an hour back."""
    events = events_backends[ACCOUNT][REGION]
    when = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
    for rule in events.event_buses["default"].rules.values():
        if "fargate-batchd:leaving" in events.tagger.get_tag_dict_for_resource(rule.arn):
            events.tagger.tag_resource(rule.arn, [{"Key": "fargate-batchd:leaving",
                                                   "Value": when.strftime("%Y-%m-%dT%H:%M:%SZ")}])


def strangers(client):
    """What others have beside ours, some of it under names that a definition may want."""
    theirs = [{"Key": OWNER, "Value": "another-team"}]
    for name, tags in (("theirs", theirs), ("nobodys", []), ("batch-no", theirs)):
        client("events").put_rule(Name=name, ScheduleExpression="rate(1 day)", Tags=tags)
    client("ecs").create_cluster(clusterName="nobodys")
    client("ecr").create_repository(repositoryName="nobodys", tags=theirs)
    client("logs").create_log_group(logGroupName="/fargate/nobodys")
    client("ecs").register_task_definition(family="nobodys", containerDefinitions=[{"name": "x", "image": "y", "memory": 64}])


BOTH = ("batch-no1", "batch-no2")
ROWS = [
    Row("create", article()),
    Row("steady", article(), (article(),), stays=BOTH),
    Row("change", changed(), (article(),), stays=BOTH),
    Row("leave", article(no2=None), (article(),), stays=BOTH[:1]),
    Row("gone", article(no2=None), (article(), article(no2=None)), ready=grace_is_over, stays=BOTH[:1]),
    Row("back", article(), (article(), article(no2=None)), stays=BOTH[:1]),
    Row("move", article(no1={"ruleName": "every-five"}), (article(),), stays=BOTH[1:]),
    Row("held", article(), (many(6),), stays=(*BOTH, *(f"batch-more{number}" for number in range(1, 7))), held=True, code=1),
    Row("taken", article(no3={"ruleName": "theirs"}, no4={"ruleName": "nobodys"}), (article(),), stays=BOTH, code=1),
]
