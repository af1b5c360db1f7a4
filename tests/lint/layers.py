#!/usr/bin/env python3
"""Holds the layers: includes go one way, neither headers nor units (a .c and its .h) include each other in a circle,
pure code stays pure, and what people read goes through one door.

    common <- daemon/model <- daemon/kinds;  common <- daemon/aws;  daemon/state <- daemon/pass <- daemon/report;
    the shell, daemon/verbs and daemon/*.c, on top

A file includes what lies in its own folder by its bare name, and everything else by its path.

    tests/lint/layers.py [ROOT]     prints one line per violation; exit 1 where there is any
"""

import pathlib
import re
import sys

MODEL = {"daemon/model", "daemon/model/definition", "daemon/model/plan"}
BELOW_PASS = {"common", "daemon/kinds", "daemon/aws", "daemon/state"} | MODEL
# A folder without a row of its own has no layer; of "daemon" these are the files, without the folders.
MAY = {
    "common": {"common"},
    "daemon/model/definition": MODEL - {"daemon/model/plan"} | {"common"},
    "daemon/model": MODEL - {"daemon/model/plan"} | {"common"},
    "daemon/model/plan": MODEL | {"common"},
    "daemon/kinds": MODEL | {"common", "daemon/kinds"},
    "daemon/aws": {"common", "daemon/aws"},
    "daemon/state": MODEL | {"common", "daemon/state"},
    "daemon/pass": BELOW_PASS | {"daemon/pass"},
    "daemon/report": BELOW_PASS | {"daemon/pass", "daemon/report"},
    "daemon/verbs": BELOW_PASS | {"daemon/pass", "daemon/report", "daemon/verbs", "daemon"},
    "daemon": BELOW_PASS | {"daemon/pass", "daemon/report", "daemon/verbs", "daemon"},
}
# What stands by itself within its folder, and the header that nothing it includes may lead to.
WITHOUT = {"daemon/pass/sites.c": "daemon/pass/pass.h", "daemon/pass/sites.h": "daemon/pass/pass.h"}
PURE = MODEL | {"daemon/kinds"}
# What a layer without socket, clock, file and log has no use for.
IMPURE_HEADERS = re.compile(r"<(ev\.h|curl/.*|systemd/.*|syslog\.h|fcntl\.h|unistd\.h|dirent\.h|poll\.h|sys/(socket|stat|file|select)"
                            r"\.h|netinet/.*|netdb\.h|signal\.h|pthread\.h)>")
IMPURE_INCLUDES = {"common/http.h", "common/files.h", "common/folder.h", "common/rights.h", "common/way.h",
                   "common/journal.h"}
IMPURE_CALLS = re.compile(r"(?<![\w.>])(fopen|open|read|write|printf|fprintf|puts|fputs|perror|time|clock_gettime|gettimeofday|"
                          r"getenv|setenv|sleep|usleep|nanosleep|rand|random|exit|fork|syslog|sd_journal_\w+)\s*\(")
# What says something to people, and who may: the doors, which show what commands a terminal. What is no text for people
# (a request, a state file) may be dumped as Jansson does it.
SAYING_CALLS = re.compile(r"(?<![\w.>])(v?f?printf|v?dprintf|f?puts|f?putc|putchar|f?write|perror|v?(?:err|warn)x?|psignal|error"
                          r"|v?syslog|json_dumpf|json_dumpfd|json_dump_file|json_dump_callback|json_dumps|json_dumpb"
                          r"|sd_(?:pid_)?notify\w*|sd_journal_(?:send|print|perror)\w*)\s*\(")
DOORS = {
    "common/say.c": {"fputs", "fputc"},
    "common/last_words.c": {"fputs", "fputc"},
    "common/journal.c": {"sd_journal_sendv"},
    "common/folder.c": {"write"},
    "common/json.c": {"json_dumps"},
    "daemon/daemon.c": {"sd_notify", "sd_notifyf"},
    "daemon/last_good.c": {"json_dumps"},
    "daemon/aws/wire.c": {"json_dumps"},
    "daemon/model/definition/input.c": {"json_dumps"},
    "daemon/model/definition/faults.c": {"json_dumps"},
    "daemon/model/definition/schema_words.c": {"json_dumps"},
}
# Units that know each other, and why.
CIRCLES = [
    ({"common/http", "common/http_inside"}, "http.c is the door and one of the files behind it"),
    ({"daemon/state/state", "daemon/state/inside"}, "so is state.c"),
    ({"daemon/model/plan/plan", "daemon/model/plan/parts"}, "so is plan.c"),
    ({"daemon/model/kind", "daemon/model/resource"}, "a resource is of a kind, and a kind says what it does with resources"),
    ({"daemon/kinds/kinds", "daemon/kinds/desired"}, "kinds.h names the kinds for all, and kinds.c is one of the files of kinds"),
    ({f"daemon/aws/{name}" for name in ("call", "client", "dispatch", "exchange", "finish", "identity", "lane")},
     "a call, its lane and its exchange hand each other on; the keys themselves are had by calls"),
    ({f"daemon/pass/{name}" for name in ("consent", "drift", "fights", "guard", "ledger", "outcomes", "pass", "serving")},
     "pass.h holds the pass, and pass.c goes through its steps"),
]
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


def files_of(root):
    for folder in ("common", "daemon"):
        for path in sorted((root / folder).rglob("*.[ch]")):
            yield path.relative_to(root)


def without_comments_and_texts(text):
    def blank(found):
        return "\n" * found.group(0).count("\n")
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)


def resolve(root, path, name):
    """Bare: in the file's own folder. By path: from daemon/, or from the root."""
    for folder in ((pathlib.Path("daemon"), pathlib.Path("")) if "/" in name else (path.parent,)):
        if (root / folder / name).is_file():
            return folder / name
    return None


def unit_of(path):
    return str(path.with_suffix(""))


def look_at(root, path, graph, units):
    layer = str(path.parent)
    if layer not in MAY:
        yield f"{path}:1: no layer has this folder"
        return
    for number, line in enumerate((root / path).read_text().splitlines(), 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        if found.group(1) == "<":
            if layer in PURE and IMPURE_HEADERS.match(f"<{found.group(2)}>"):
                yield f"{path}:{number}: {layer} is pure and includes <{found.group(2)}>"
            continue
        target = resolve(root, path, found.group(2))
        if target is None:
            yield f"{path}:{number}: includes {found.group(2)}, which is nowhere"
            continue
        if "/" in found.group(2) and target.parent == path.parent:
            yield f"{path}:{number}: {target.name} lies in the same folder: its bare name is enough"
        if str(target.parent) not in MAY[layer]:
            yield f"{path}:{number}: {layer} may not include {target}"
        if layer in PURE and str(target) in IMPURE_INCLUDES:
            yield f"{path}:{number}: {layer} is pure and includes {target}"
        if unit_of(target) != unit_of(path):
            units.setdefault(unit_of(path), set()).add(unit_of(target))
        if path.suffix == ".h" or str(path) in WITHOUT:
            graph.setdefault(str(path), []).append(str(target))
    for number, line in enumerate(without_comments_and_texts((root / path).read_text()).splitlines(), 1):
        found = IMPURE_CALLS.search(line) if layer in PURE else None
        if found:
            yield f"{path}:{number}: {layer} is pure and calls {found.group(1)}()"
        for name in SAYING_CALLS.findall(line):
            if name not in DOORS.get(str(path), ()):
                yield f"{path}:{number}: calls {name}(); people are told things through say.h, journal.h and json_told()"


def circles(graph):
    done = set()

    def walk(name, way):
        if name in way:
            yield f"{name}:1: headers in a circle: {' -> '.join(way[way.index(name):] + [name])}"
            return
        if name in done:
            return
        for target in graph.get(name, []):
            yield from walk(target, way + [name])
        done.add(name)

    for name in sorted(graph):
        yield from walk(name, [])


def reaches(graph, name):
    seen, ahead = set(), [name]
    while ahead:
        for target in graph.get(ahead.pop(), []):
            if target not in seen:
                seen.add(target)
                ahead.append(target)
    return seen


def dependents(graph):
    for name, without in WITHOUT.items():
        if without in reaches(graph, name):
            yield f"{name}:1: stands without {without}, and includes what leads to it"


def reached(units, name):
    seen, ahead = set(), [name]
    while ahead:
        for target in units.get(ahead.pop(), ()):
            if target not in seen:
                seen.add(target)
                ahead.append(target)
    return seen


def circles_of_units(units):
    """Each circle once, with all that are in it, but for those that CIRCLES allows."""
    reach = {name: reached(units, name) for name in units}
    told = set()
    for name in sorted(units):
        circle = frozenset(other for other in reach[name] if name in reach.get(other, ()))
        if circle and circle not in told and not any(circle <= allowed for allowed, _ in CIRCLES):
            told.add(circle)
            yield f"{name}:1: units in a circle: {', '.join(sorted(circle))}"


def violations(root):
    graph, units = {}, {}
    for path in files_of(root):
        yield from look_at(root, path, graph, units)
    yield from circles(graph)
    yield from circles_of_units(units)
    yield from dependents(graph)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    found = list(violations(root))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
