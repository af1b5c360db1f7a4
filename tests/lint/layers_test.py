#!/usr/bin/env python3
"""Plants one violation of each kind in a small tree and sees that layers.py finds it, and nothing in a clean one."""

import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from layers import violations  # noqa: E402

CLEAN = {
    "common/text.h": "", "common/http.h": '#include "text.h"\n', "daemon/aws/call.h": '#include "common/http.h"\n',
    "daemon/model/kind.h": '#include "model/definition/definition.h"\n', "daemon/model/definition/definition.h": "",
    "daemon/model/plan/plan.h": '#include "common/text.h"\n#include "model/kind.h"\n',
    "daemon/model/plan/plan.c": '#include "plan.h"\n/* fopen() */\n',
    "daemon/kinds/rule.c": '#include "model/plan/plan.h"\n#include "common/text.h"\nstatic int n = sizeof("time(");\n',
    "daemon/state/state.h": '#include "model/kind.h"\n',
    "daemon/pass/pass.h": '#include "aws/call.h"\n#include "state/state.h"\n',
    "daemon/pass/pass.c": '#include "pass.h"\n#include "model/plan/plan.h"\n#include <ev.h>\n'
                          'static int n = snprintf(0, 0, "puts()");  /* printf() */\n',
    "daemon/pass/ledger.h": '#include "pass.h"\n',
    "daemon/report/report.h": '#include "pass/pass.h"\n',
    "daemon/session.h": '#include "pass/pass.h"\n',
    "common/say.c": "int f(void)\n{\n\treturn fputs(0, 0);\n}\n",
    "daemon/verbs/verb.h": '#include "daemon/session.h"\n#include "report/report.h"\n',
    "daemon/verbs/diff.c": '#include "aws/call.h"\n#include "model/plan/plan.h"\n#include "verb.h"\n',
}
PLANTED = [
    ("common/text.h", '#include "aws/call.h"\n', "common may not include daemon/aws/call.h"),
    ("common/text.c", '#include "model/kind.h"\n', "common may not include daemon/model/kind.h"),
    ("daemon/model/kind.c", '\n#include "kinds/rule.h"\n', "daemon/model may not include daemon/kinds/rule.h"),
    ("daemon/model/kind.c", '#include "aws/call.h"\n', "daemon/model may not include daemon/aws/call.h"),
    ("daemon/model/kind.c", '#include "model/plan/plan.h"\n', "daemon/model may not include daemon/model/plan/plan.h"),
    ("daemon/model/definition/rules.c", '#include "model/plan/plan.h"\n', "may not include daemon/model/plan/plan.h"),
    ("daemon/kinds/rule.c", '#include "aws/call.h"\n', "daemon/kinds may not include daemon/aws/call.h"),
    ("daemon/kinds/rule.c", '#include "../aws/call.h"\n', "which is nowhere"),
    ("daemon/aws/call.c", '#include "kinds/rule.h"\n', "daemon/aws may not include daemon/kinds/rule.h"),
    ("daemon/aws/call.c", '#include "model/plan/plan.h"\n', "daemon/aws may not include daemon/model/plan/plan.h"),
    ("daemon/aws/call.c", '#include "pass/pass.h"\n', "daemon/aws may not include daemon/pass/pass.h"),
    ("daemon/state/state.c", '#include "pass/pass.h"\n', "daemon/state may not include daemon/pass/pass.h"),
    ("daemon/state/state.c", '#include "kinds/rule.h"\n', "daemon/state may not include daemon/kinds/rule.h"),
    ("daemon/pass/pass.c", '#include "report/report.h"\n', "daemon/pass may not include daemon/report/report.h"),
    ("daemon/pass/pass.c", '#include "daemon/session.h"\n', "daemon/pass may not include daemon/session.h"),
    ("daemon/report/report.c", '#include "verbs/verb.h"\n', "daemon/report may not include daemon/verbs/verb.h"),
    ("daemon/report/report.c", '#include "daemon/session.h"\n', "daemon/report may not include daemon/session.h"),
    ("daemon/pass/sites.c", '#include "pass.h"\n', "stands without daemon/pass/pass.h"),
    ("daemon/pass/sites.h", '#include "ledger.h"\n', "stands without daemon/pass/pass.h"),
    ("daemon/pass/pass.c", '#include "pass/pass.h"\n', "its bare name is enough"),
    ("daemon/pass/pass.c", '#include "state.h"\n', "which is nowhere"),
    ("daemon/model/plan/plan.c", "#include <ev.h>\n", "is pure and includes <ev.h>"),
    ("daemon/model/plan/plan.c", '#include "common/http.h"\n', "is pure and includes common/http.h"),
    ("daemon/kinds/rule.c", "int f(void)\n{\n\treturn (int)time(NULL);\n}\n", "is pure and calls time()"),
    ("daemon/pass/pass.c", 'void f(void)\n{\n\tprintf("x");\n}\n', "daemon/pass/pass.c:3: calls printf()"),
    ("daemon/verbs/diff.c", 'void f(const char *t)\n{\n\tfputs(t, stderr);\n}\n', "calls fputs()"),
    ("daemon/verbs/diff.c", "int f(void)\n{\n\treturn json_dumpf(0, stdout, 0);\n}\n", "calls json_dumpf()"),
    ("daemon/pass/pass.c", "char *f(void)\n{\n\treturn json_dumps(0, 0);\n}\n", "calls json_dumps()"),
    ("daemon/pass/pass.c", 'int f(void)\n{\n\treturn (int)write(1, "x", 1);\n}\n', "calls write()"),
    ("daemon/pass/pass.c", 'void f(void)\n{\n\tsd_journal_print(6, "x");\n}\n', "calls sd_journal_print()"),
    ("daemon/model/loop.h", '#include "pool.h"\n', "headers in a circle"),
    ("daemon/model/kind.c", '#include "kind.h"\n#include "pool.h"\n', "units in a circle: daemon/model/kind, daemon/model/pool"),
    ("daemon/extra/x.c", "", "no layer has this folder"),
    ("daemon/model/extra/x.c", "", "no layer has this folder"),
    ("daemon/pass/pass.c", '#include "gone.h"\n', "which is nowhere"),
]


def make(root, files):
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def main():
    passed = failed = 0
    for path, text, wanted in [(None, "", None)] + PLANTED:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            make(root, CLEAN | {"daemon/kinds/rule.h": ""})
            if "headers in a circle" in str(wanted):
                make(root, {"daemon/model/pool.h": '#include "loop.h"\n'})
            if "units in a circle" in str(wanted):
                make(root, {"daemon/model/pool.h": "", "daemon/model/pool.c": '#include "kind.h"\n'})
            if path:
                make(root, {path: text})
            found = list(violations(root))
            right = not found if path is None else any(
                wanted in line and (line.startswith(path) or "circle" in wanted) for line in found)
            passed, failed = passed + right, failed + (not right)
            if not right:
                print(f"FAIL planted {path}: {text!r}: {found}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
