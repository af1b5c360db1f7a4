"""Event patterns as EventBridge reads them: what is refused, and what matches."""

import ipaddress
import json
import re

TEXTS = {
    "prefix": str.startswith, "suffix": str.endswith,
    "equals-ignore-case": lambda value, text: value.lower() == text.lower(),
    "wildcard": lambda value, text: bool(text) and bool(re.fullmatch(as_expression(text), value, re.DOTALL)),
}
RANGES = {"=": lambda a, b: a == b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b,
          ">=": lambda a, b: a >= b}
OPERATORS = {*TEXTS, "anything-but", "numeric", "cidr", "exists"}


class Invalid(Exception):
    """The reason, in AWS's words."""


def as_expression(text):
    return "".join(".*" if part == "*" else re.escape(part[-1]) for part in re.findall(r"\\[*\\]|\*|.", text, re.DOTALL))


# What is refused.


def check(pattern):
    """A pattern from its text; Invalid where AWS refuses it."""
    try:
        pattern = json.loads(pattern)
    except ValueError:
        raise Invalid("Filter is not an object") from None
    if not isinstance(pattern, dict):
        raise Invalid("Filter is not an object")
    check_object(pattern)
    return pattern


def is_or(name, value):
    """`$or` joins two or more patterns; otherwise it is a field's name as any other."""
    return (name == "$or" and isinstance(value, list) and len(value) >= 2
            and all(isinstance(one, dict) and not OPERATORS & one.keys() for one in value))


def check_object(pattern):
    if not pattern:
        raise Invalid("Empty objects are not allowed")
    for name, value in pattern.items():
        if is_or(name, value):
            for one in value:
                check_object(one)
        elif isinstance(value, dict):
            check_object(value)
        elif not isinstance(value, list):
            raise Invalid(f'"{name}" must be an object or an array')
        elif not value:
            raise Invalid("Empty arrays are not allowed")
        else:
            for condition in value:
                check_condition(condition)


def check_condition(condition):
    if isinstance(condition, list):
        raise Invalid("Arrays inside of arrays are not allowed")
    if not isinstance(condition, dict):
        return
    if len(condition) != 1:
        raise Invalid("Only one key allowed in match expression")
    [(kind, wanted)] = condition.items()
    if kind not in OPERATORS:
        raise Invalid(f"Unrecognized match type {kind}")
    if kind == "anything-but":
        check_anything_but(wanted)
    elif kind == "numeric":
        check_numeric(wanted)
    elif kind == "cidr":
        check_cidr(wanted)
    elif kind == "exists" and not isinstance(wanted, bool):
        raise Invalid("exists match pattern must be either true or false.")
    elif kind in TEXTS:
        check_text(kind, wanted)


def check_text(kind, wanted):
    if kind in ("prefix", "suffix") and isinstance(wanted, dict) and [*wanted] == ["equals-ignore-case"]:
        wanted = wanted["equals-ignore-case"]
    if not isinstance(wanted, str):
        raise Invalid(f"{kind} match pattern must be a string")
    if kind == "wildcard" and "**" in wanted:
        raise Invalid(f"Consecutive wildcard characters at pos {wanted.index('**')}")


def check_anything_but(wanted):
    if isinstance(wanted, dict):
        if len(wanted) != 1:
            raise Invalid("Only one key allowed in match expression")
        [(kind, texts)] = wanted.items()
        if kind not in TEXTS:
            raise Invalid(f"Unsupported anything-but pattern: {kind}")
        for text in texts if isinstance(texts, list) else [texts]:
            check_text(kind, text)
    values = wanted if isinstance(wanted, list) else [wanted]
    if not values or any(value is None for value in values):
        raise Invalid("Inside anything but list, null is not supported.")


def check_numeric(wanted):
    if not isinstance(wanted, list) or len(wanted) not in (2, 4):
        raise Invalid("Value of numeric must be an array.")
    for sign, value in zip(wanted[::2], wanted[1::2]):
        if sign not in RANGES:
            raise Invalid(f"Bad numeric range operator: {sign}")
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise Invalid(f"Value of {sign} must be numeric")


def check_cidr(wanted):
    try:
        ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        raise Invalid(f"Malformed CIDR, one '/' required: {wanted}") from None


# What matches.


def matches(pattern, event):
    """Whether every field matches; of a list of objects, one has to match with all fields that are asked of it."""
    for name, wanted in pattern.items():
        if is_or(name, wanted):
            if not any(matches(one, event) for one in wanted):
                return False
        elif isinstance(wanted, dict):
            below = [each for each in flat(event.get(name)) if isinstance(each, dict)] or [{}]
            if not any(matches(wanted, each) for each in below):
                return False
        elif not any(holds(one, leaves(event, name)) for one in wanted):
            return False
    return True


def flat(value):
    return [leaf for each in value for leaf in flat(each)] if isinstance(value, list) else [value]


def leaves(event, name):
    """The values of a field, none where it is missing, [] or an object."""
    return [leaf for leaf in flat(event[name]) if not isinstance(leaf, dict)] if name in event else []


def holds(condition, values):
    if not isinstance(condition, dict):
        return any(same(condition, value) for value in values)
    [(kind, wanted)] = condition.items()
    if kind == "exists":
        return bool(values) == wanted
    return any(satisfies(kind, wanted, value) for value in values)


def same(one, other):
    """JSON's equality: true is not 1, and 300.0 is 300."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def satisfies(kind, wanted, value):
    if kind == "anything-but":
        return is_other(wanted, value)
    if kind == "numeric":
        return (isinstance(value, (int, float)) and not isinstance(value, bool)
                and all(RANGES[sign](value, limit) for sign, limit in zip(wanted[::2], wanted[1::2])))
    if kind == "cidr":
        return lies_in(wanted, value)
    if isinstance(wanted, dict):
        wanted, value = wanted["equals-ignore-case"].lower(), value.lower() if isinstance(value, str) else value
    return isinstance(value, str) and TEXTS[kind](value, wanted)


def is_other(wanted, value):
    if isinstance(wanted, dict):
        [(kind, texts)] = wanted.items()
        return not any(satisfies(kind, text, value) for text in (texts if isinstance(texts, list) else [texts]))
    return not any(same(each, value) for each in (wanted if isinstance(wanted, list) else [wanted]))


def lies_in(network, value):
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
