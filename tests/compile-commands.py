#!/usr/bin/env python3
"""Prints a compilation database: compile-commands.py CC 'CPPFLAGS' 'CFLAGS' FILE..."""

import json
import os
import shlex
import sys

# gcc's own, which clang's tools would complain about.
GCC_ONLY = ("-Wduplicated-cond", "-Wduplicated-branches", "-Wlogical-op", "-Wjump-misses-init", "-fstrict-flex-arrays=3",
            "-ftrivial-auto-var-init=zero")
compiler, cppflags, cflags, *files = sys.argv[1:]
flags = [flag for flag in shlex.split(cppflags) + shlex.split(cflags) if flag not in GCC_ONLY]
json.dump([{"directory": os.getcwd(), "file": name, "arguments": [compiler, *flags, "-c", name]} for name in files],
          sys.stdout, indent=1)
