#!/usr/bin/env python3
"""Compares daemon/model/definition/schedule.c with an evaluator of its own: every day is looked at, one by one, by plain rules;
and what it makes of time zones with Python's zoneinfo, over two years near and two that lie behind what the files list.

Usage: compare.py PROGRAM (the built tests/schedule/next_lines). SEED=n picks other random expressions.
"""

import calendar
import datetime
import functools
import itertools
import os
import random
import re
import subprocess
import sys
import zoneinfo

MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
WEEKDAYS = "SUN MON TUE WED THU FRI SAT".split()
RANGES = [(0, 59, []), (0, 23, []), (1, 31, []), (1, 12, MONTHS), (1, 7, WEEKDAYS), (1970, 2199, [])]
LAST_DAY = datetime.date(2199, 12, 31)
PAST = int(datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc).timestamp())
TIMES = 3


class Invalid(Exception):
    pass


def value(text, low, high, names):
    if text.upper() in names:
        return low + names.index(text.upper())
    if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
        raise Invalid(text)
    return int(text)


def values(element, low, high, names, steps=True):
    """The set of numbers of "*", "n", "n-m", and of these with "/step"."""
    start, slash, step = element.partition("/")
    if slash:
        if not steps or not re.fullmatch(r"[0-9]{1,9}", step) or not 1 <= int(step) <= high - low + 1:
            raise Invalid(element)
    first, dash, last = start.partition("-")
    if start == "*":
        a, b = low, high
    elif dash:
        a, b = value(first, low, high, names), value(last, low, high, names)
        if a > b:
            raise Invalid(element)
    else:
        a = value(start, low, high, names)
        b = high if slash else a
    return set(range(a, b + 1, int(step or 1)))


def day_of_month(element):
    """A predicate over dates."""
    if element.upper() == "L":
        return lambda date: date.day == length(date)
    if element.upper() == "LW":
        return lambda date: date.day == nearest(date.year, date.month, length(date))
    if re.fullmatch(r"[0-9]+W", element.upper()):
        day = value(element[:-1], *RANGES[2])
        return lambda date: day <= length(date) and date.day == nearest(date.year, date.month, day)
    days = values(element, *RANGES[2])
    return lambda date: date.day in days


def day_of_week(element, alone):
    upper = element.upper()
    if upper == "L":
        return lambda date: weekday(date) == 7
    if upper.endswith("L"):
        day = value(element[:-1], *RANGES[4])
        return lambda date: weekday(date) == day and date.day > length(date) - 7
    if "#" in element:
        name, _, nth = element.partition("#")
        day = value(name, *RANGES[4])
        if not alone or not re.fullmatch(r"0*[1-5]", nth) or len(nth) > 9:
            raise Invalid(element)
        return lambda date: weekday(date) == day and sum(
            weekday(date.replace(day=n)) == day for n in range(1, date.day + 1)) == int(nth)
    days = values(element, *RANGES[4], steps=False)
    return lambda date: weekday(date) in days


@functools.lru_cache(maxsize=None)
def month_length(year, month):
    return calendar.monthrange(year, month)[1]


def length(date):
    return month_length(date.year, date.month)


def weekday(date):
    return date.isoweekday() % 7 + 1


@functools.lru_cache(maxsize=None)
def nearest(year, month, day):
    """The working day of this month with the least distance; there are never two of them."""
    working = [d for d in range(1, month_length(year, month) + 1) if calendar.weekday(year, month, d) < 5]
    return min(working, key=lambda d: abs(d - day))


class Cron:
    def __init__(self, body):
        fields = [word for word in re.split(r"[ \t\n\v\f\r]+", body) if word]
        if len(fields) != 6:
            raise Invalid("fields")
        self.sets = {i: set().union(*(values(e, *RANGES[i]) for e in fields[i].split(","))) for i in (0, 1, 3, 5)}
        self.minutes, self.hours = sorted(self.sets[0]), sorted(self.sets[1])
        if (fields[2] == "?") == (fields[4] == "?"):
            raise Invalid("days")
        weekdays = [] if fields[4] == "?" else fields[4].split(",")
        self.days = [day_of_month(e) for e in fields[2].split(",")] if fields[2] != "?" else []
        self.days += [day_of_week(e, len(weekdays) == 1) for e in weekdays]
        if self.next(-1) is None or self.next(PAST - 1) is None:
            raise Invalid("never")

    def on(self, date):
        return date.month in self.sets[3] and any(matches(date) for matches in self.days)

    def next(self, after):
        start = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=after)
        date = max(start.date(), datetime.date(1970, 1, 1))
        while True:
            if date.year not in self.sets[5]:
                years = [year for year in self.sets[5] if year > date.year]
                if not years:
                    return None
                date = datetime.date(min(years), 1, 1)
            if self.on(date):
                midnight = calendar.timegm(date.timetuple())
                for hour in self.hours:
                    for minute in self.minutes:
                        at = midnight + hour * 3600 + minute * 60
                        if at > after:
                            return at
            if date == LAST_DAY:
                return None
            date += datetime.timedelta(days=1)


def rate(body):
    found = re.fullmatch(r"[ \t\n\v\f\r]*([0-9]{1,9})[ \t\n\v\f\r]+(minute|hour|day)(s?)[ \t\n\v\f\r]*", body)
    if not found or int(found[1]) < 1 or (int(found[1]) == 1) == bool(found[3]):
        raise Invalid("rate")
    seconds = int(found[1]) * {"minute": 60, "hour": 3600, "day": 86400}[found[2]]
    if seconds > 2**31 - 1:
        raise Invalid("rate")
    return f"rate {seconds}"


@functools.lru_cache(maxsize=None)
def read(expression):
    """A Cron, the answer for a rate, or None where it is invalid."""
    found = re.fullmatch(r"(cron|rate)\(([^)]*)\)", expression.strip(" \t\n\v\f\r"))
    try:
        if not found:
            return None
        return Cron(found[2]) if found[1] == "cron" else rate(found[2])
    except Invalid:
        return None


def naive(epoch):
    return datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=epoch)


def instant(local, zone):
    """The instant of a wall time (seconds as if it were UTC), the first of two; None where a change of clocks skips it."""
    found = naive(local).replace(tzinfo=zone)
    back = found.astimezone(datetime.timezone.utc)
    return int(back.timestamp()) if back.astimezone(zone).replace(tzinfo=None) == naive(local) else None


def fires(schedule, after, name):
    """All times behind an instant; in a zone every wall time from hours before is looked at: no clock is put back by more."""
    zone = zoneinfo.ZoneInfo(name) if name else None
    at = after + int(datetime.datetime.fromtimestamp(after, zone).utcoffset().total_seconds()) - 3 * 3600 if zone else after
    while (at := schedule.next(at)) is not None:
        when = instant(at, zone) if name else at
        if when is not None and when > after:
            yield when


def once(expression):
    """When an at(…) fires, in UTC; None where it is none, or no time."""
    found = re.fullmatch(r"at\((\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\)", expression)
    try:
        return calendar.timegm(datetime.datetime(*map(int, found.groups())).timetuple()) if found else None
    except ValueError:
        return None


def expected(after, expression, name=""):
    if once(expression) is not None:
        return str(once(expression)) if once(expression) > after else ""
    schedule = read(expression)
    if not isinstance(schedule, Cron):
        return schedule or "invalid"
    return " ".join(str(when) for when in itertools.islice(fires(schedule, after, name), TIMES))


def random_element(rng, number):
    low, high, names = RANGES[number]
    if number == 5:
        low, high = 2026, 2199

    def one(n):
        if not names or rng.random() < 0.5:
            return str(n)
        return rng.choice([str, str.lower, str.title])(names[n - low])

    a, b = sorted((rng.randint(low, high), rng.randint(low, high)))
    step = rng.randint(1, (high - low + 1) // 2 + 1)
    forms = [one(a), f"{one(a)}-{one(b)}"]
    if number != 4:
        forms += [f"{one(a)}/{step}", f"*/{step}", f"{one(a)}-{one(b)}/{step}"]
    if number == 2:
        forms += ["L", "LW", f"{a}W", f"{b}W", "31", "29", "1W", "30W"]
    if number == 4:
        forms += ["L", f"{one(a)}L"]
    return rng.choice(forms)


def random_field(rng, number):
    if rng.random() < {0: 0.1, 1: 0.3, 2: 0.1, 3: 0.5, 4: 0.1, 5: 0.8}[number]:
        return "*"
    if number == 4 and rng.random() < 0.3:
        return f"{rng.choice(WEEKDAYS + [str(n) for n in range(1, 8)])}#{rng.randint(1, 5)}"
    return ",".join(random_element(rng, number) for _ in range(rng.choice([1, 1, 1, 2, 3])))


def random_expression(rng):
    if rng.random() < 0.03:
        count = rng.choice([1, 2, 5, 90, 1000])
        return f"rate({count} {rng.choice(['minute', 'hour', 'day'])}{'s' if count > 1 else ''})"
    fields = [random_field(rng, number) for number in range(6)]
    fields[rng.choice([2, 4])] = "?"
    if rng.random() < 0.06:
        fields[2], fields[3], fields[4] = rng.choice([("29", "FEB", "?"), ("?", "2", "1#5"), ("29W", "2", "?")])
    return f"cron({' '.join(fields)})"


def mutated(rng, expression):
    text = list(expression)
    for _ in range(rng.choice([1, 1, 2])):
        at = rng.randrange(len(text))
        what = rng.random()
        if what < 0.4:
            text[at] = rng.choice("0123456789*?/-,#LWlwSUN() ")
        elif what < 0.7:
            del text[at]
        else:
            text.insert(at, rng.choice("0123456789*?/-,#LW() "))
    return "".join(text)


# What random expressions seldom meet.
BY_HAND = [
    "cron(59 23 31 12 ? 2199)", "cron(0 0 1 1 ? *)", "cron(0 0 29 2 ? *)", "cron(0 0 ? 2 2#5 *)", "cron(0 0 31W * ? *)",
    "cron(0 0 1W * ? *)", "cron(0 0 LW 2 ? *)", "cron(0 0 L 2 ? 2100)", "cron(0 0 L * ? 2096-2104)", "cron(0 0 30 2 ? *)",
    "cron(0 0 29 2 ? 2025-2027)", "cron(0 0 29W 2 ? 2100)", "cron(0 0 31 4,6,9,11 ? *)", "cron(0 0 1 * ? 2020)",
    "cron(0 0 1 * ? 1970/100)", "cron(*/60 */24 */31 */12 ? */230)", "cron(0/61 * * * ? *)", "cron(0 0 ? * 1#6 *)",
    "cron(0 0 ? * 2#1,3 *)", "cron(0 0 ? * L,MON *)", "cron(0 0 L,15 * ? *)", "cron(00 007 ? * sun-sat *)",
    " cron( 0\t0 * * ? * ) ", "cron(0 0 L-3 * ? *)", "cron(0 0 ?W * ? *)", "cron(0 22-2 * * ? *)", "rate(1 minutes)",
    "rate(5 minute)", "rate(0 days)", "rate(24855 days)", "rate(24856 days)", "rate(01 day)", "at(2027-01-01T00:00:00)",
    "at(2028-02-29T23:59:59)", "at(2027-02-29T00:00:00)", "at(2027-13-01T00:00:00)", "at(2027-01-01T24:00:00)", "at(2027-01-01)",
    "cron(0 0 * * ? *) ", "cron(0 0 * * ? *", "cron(0 0 * * *)", "cron(0 0 * * ? * *)", "cron(0 0 ? * ? *)", "", "cron",
]


def cases(rng):
    starts = [-1, PAST - 1, PAST, calendar.timegm((2027, 12, 31, 23, 59, 59)), calendar.timegm((2028, 2, 28, 23, 59, 0)),
              calendar.timegm((2099, 12, 31, 23, 58, 59)), calendar.timegm((2199, 12, 31, 23, 59, 0)), 2**40]
    seen = {"valid": 0, "invalid": 0}
    for expression in BY_HAND:
        for start in starts[:-1]:
            yield start, expression
    while seen["valid"] < 600 or seen["invalid"] < 300:
        expression = random_expression(rng)
        if seen["valid"] >= 600 or rng.random() < 0.4:
            expression = mutated(rng, expression)
        seen["valid" if read(expression) else "invalid"] += 1
        for start in rng.sample(starts[:-1], 2) + [rng.randrange(1700000000, 4000000000) for _ in range(2)]:
            yield start, expression


# Half an hour of summer, quarters of an hour, summer over the new year, summer backwards in Ramadan and in Ireland, changes
# at midnight, none at all, and both edges of the world.
ZONES = """Australia/Lord_Howe Asia/Kathmandu America/Santiago Africa/Casablanca Europe/Dublin Europe/Berlin America/New_York
America/St_Johns Asia/Tokyo Asia/Kolkata Pacific/Chatham Pacific/Apia Pacific/Kiritimati America/Havana Asia/Beirut Africa/Cairo
America/Nuuk Asia/Gaza Antarctica/Troll Pacific/Norfolk Etc/GMT+12 UTC""".split()
PERIODS = [(2027, 2029), (2061, 2063)]
DAILY = ["cron(30 2 * * ? *)", "cron(0 0 * * ? *)", "cron(15 1 ? * SUN *)", "cron(59 23 L * ? *)"]


def changes(name, begin, end):
    """The hours of a period behind which the offset is another one."""
    zone, last = zoneinfo.ZoneInfo(name), None
    for hour in range(begin, end, 3600):
        offset = datetime.datetime.fromtimestamp(hour, zone).utcoffset()
        if last is not None and offset != last:
            yield hour
        last = offset


def walk(name, expression, begin, end):
    """Questions that together meet every time of a period."""
    for count, when in enumerate(fires(read(expression), begin - 1, name)):
        if when >= end:
            return
        if count % TIMES == 0:
            yield when - 1, expression, name


def zone_cases():
    for name in ZONES:
        for years in PERIODS:
            begin, end = (calendar.timegm((year, 1, 1, 0, 0, 0)) for year in years)
            for expression in DAILY:
                yield from walk(name, expression, begin, end)
            for change in changes(name, begin, end):
                for expression in ("cron(0/10 * * * ? *)", "cron(0 * * * ? *)"):
                    yield from walk(name, expression, change - 6 * 3600, change + 6 * 3600)
                for after in range(change - 7200, change + 7200, 1511):
                    yield after, "cron(5/30 0-3 * * ? *)", name


def main():
    seed = int(os.environ.get("SEED", "1"))
    asked = [(*case, "") for case in cases(random.Random(seed))] + list(zone_cases())
    text = "".join(f"{start} {name}\t{expression}\n" for start, expression, name in asked)
    run = subprocess.run([sys.argv[1]], input=text, capture_output=True, text=True, timeout=120)
    answers = run.stdout.splitlines()
    passed = failed = 0
    for (start, expression, name), answer in zip(asked, answers):
        want = expected(start, expression, name)
        if want == answer or (want == "invalid" and answer.startswith("invalid: ")):
            passed += 1
        else:
            failed += 1
            print(f"FAIL after {start}: {expression} {name}\n  got  {answer}\n  want {want}")
    if run.returncode != 0 or len(answers) != len(asked):
        failed += 1
        print(f"FAIL {sys.argv[1]}: {len(answers)} answers of {len(asked)}, exit code {run.returncode}: {run.stderr[:2000]}")
    expressions = {expression for _, expression, _ in asked}
    print(f"seed {seed}: {sum(1 for e in expressions if read(e))} valid expressions, "
          f"{sum(1 for e in expressions if not read(e))} invalid ones; {sum(1 for _, _, name in asked if name)} questions in {len(ZONES)} zones")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
