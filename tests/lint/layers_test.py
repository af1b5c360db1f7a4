#!/usr/bin/env python3
"""Plants one violation of each kind in a small tree and sees that layers.py finds it, and nothing in a clean one."""

import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from layers import violations  # noqa: E402

CLEAN = {
    "common/text.h": "", "common/http.h": '#include "text.h"\n', "daemon/aws/call.h": '#include "http.h"\n',
    "daemon/model/plan.h": '#include "text.h"\n', "daemon/model/plan.c": '#include "model/plan.h"\n/* fopen() */\n',
    "daemon/kinds/rule.c": '#include "model/plan.h"\n#include "text.h"\nstatic int n = sizeof("time(");\n',
    "daemon/pass.c": '#include "aws/call.h"\n#include "model/plan.h"\n#include <ev.h>\n'
                     'static int n = snprintf(0, 0, "puts()");  /* printf() */\n',
    "common/say.c": "int f(void)\n{\n\treturn fputs(0, 0);\n}\n",
    "daemon/verbs/diff.c": '#include "aws/call.h"\n#include "model/plan.h"\n',
}
PLANTED = [
    ("common/text.h", '#include "aws/call.h"\n', "common may not include daemon/aws/call.h"),
    ("common/text.c", '#include "model/plan.h"\n', "common may not include daemon/model/plan.h"),
    ("daemon/model/plan.c", '\n#include "kinds/rule.h"\n', "daemon/model may not include daemon/kinds/rule.h"),
    ("daemon/model/plan.c", '#include "aws/call.h"\n', "daemon/model may not include daemon/aws/call.h"),
    ("daemon/kinds/rule.c", '#include "aws/call.h"\n', "daemon/kinds may not include daemon/aws/call.h"),
    ("daemon/kinds/rule.c", '#include "../aws/call.h"\n', "may not include"),
    ("daemon/aws/call.c", '#include "kinds/rule.h"\n', "daemon/aws may not include daemon/kinds/rule.h"),
    ("daemon/aws/call.c", '#include "model/plan.h"\n', "daemon/aws may not include daemon/model/plan.h"),
    ("daemon/aws/call.c", '#include "pass.h"\n', "daemon/aws may not include daemon/pass.h"),
    ("daemon/model/plan.c", "#include <ev.h>\n", "is pure and includes <ev.h>"),
    ("daemon/model/plan.c", '#include "http.h"\n', "is pure and includes common/http.h"),
    ("daemon/kinds/rule.c", "int f(void)\n{\n\treturn (int)time(NULL);\n}\n", "is pure and calls time()"),
    ("daemon/pass.c", 'void f(void)\n{\n\tprintf("x");\n}\n', "daemon/pass.c:3: calls printf()"),
    ("daemon/verbs/diff.c", 'void f(const char *t)\n{\n\tfputs(t, stderr);\n}\n', "calls fputs()"),
    ("daemon/verbs/diff.c", "int f(void)\n{\n\treturn json_dumpf(0, stdout, 0);\n}\n", "calls json_dumpf()"),
    ("daemon/pass.c", "char *f(void)\n{\n\treturn json_dumps(0, 0);\n}\n", "calls json_dumps()"),
    ("daemon/pass.c", 'int f(void)\n{\n\treturn (int)write(1, "x", 1);\n}\n', "calls write()"),
    ("daemon/pass.c", 'void f(void)\n{\n\tsd_journal_print(6, "x");\n}\n', "calls sd_journal_print()"),
    ("daemon/model/loop.h", '#include "model/pool.h"\n', "in a circle"),
    ("daemon/extra/x.c", "", "no layer has this folder"),
    ("daemon/pass.c", '#include "gone.h"\n', "which is nowhere"),
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
            make(root, CLEAN | {"daemon/kinds/rule.h": "", "daemon/pass.h": ""})
            if "circle" in str(wanted):
                make(root, {"daemon/model/pool.h": '#include "model/loop.h"\n'})
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
