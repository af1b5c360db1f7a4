"""EventBridge: TestEventPattern, and PutRule that leaves the tags of a rule alone that is there."""

import json

from aws import patterns

# What every event has; AWS refuses a test with less.
ENVELOPE = ("id", "account", "source", "time", "region", "resources", "detail-type")


def test_event_pattern(front, request, refused):
    try:
        pattern = patterns.check(request.params["EventPattern"])
    except patterns.Invalid as reason:
        raise refused("InvalidEventPatternException", f"Event pattern is not valid. Reason: {reason}") from None
    try:
        event = json.loads(request.params["Event"])
    except ValueError:
        raise refused("ValidationException", "Parameter Event is not valid. Reason: Event is not a JSON") from None
    missing = [name for name in ENVELOPE if name not in event]
    if missing:
        raise refused("ValidationException", f"Parameter Event is not valid. Reason: {missing[0]} is a required field")
    return {"Result": patterns.matches(pattern, event)}


ANSWERS = {("events", "TestEventPattern"): test_event_pattern}


def correct_put_rule():
    from moto.events.models import EventsBackend

    put_rule = EventsBackend.put_rule

    def tags_only_at_creation(self, name, *args, **kwargs):
        bus = kwargs.get("event_bus_arn") or "default"
        known = self.event_buses.get(bus.split("/")[-1])
        if known is not None and name in known.rules:
            kwargs["tags"] = []
        return put_rule(self, name, *args, **kwargs)

    EventsBackend.put_rule = tags_only_at_creation
