#!/usr/bin/env python3
"""Prints the table of daemon/model/definition/letters.c from what this Python knows of Unicode.

Letters, numbers and spaces (the categories L, N and Z) beyond ASCII, as ranges. What is not assigned yet counts with what
is around it: it may become a letter.
"""

import sys
import unicodedata

FIRST, LAST, COLUMNS = 0x80, 0x10FFFF, 6


def counts(code):
    return unicodedata.category(chr(code))[0] in "LNZ"


def free(code):
    return unicodedata.category(chr(code)) == "Cn"


def ranges():
    code = FIRST
    while code <= LAST:
        if not counts(code):
            code += 1
            continue
        first = last = code
        while code <= LAST and (counts(code) or free(code)):
            last = code if counts(code) else last
            code += 1
        yield first, last


def main():
    rows = [f"{{ 0x{first:X}, 0x{last:X} }}" for first, last in ranges()]
    print(f"/* Unicode {unicodedata.unidata_version}, {len(rows)} ranges. */")
    for start in range(0, len(rows), COLUMNS):
        print("\t" + ", ".join(rows[start:start + COLUMNS]) + ",")
    return 0


if __name__ == "__main__":
    sys.exit(main())
