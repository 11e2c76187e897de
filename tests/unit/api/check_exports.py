#!/usr/bin/env python3
"""Fails when the library shows more than the public API, or a public header speaks of what it is made of.

    check_exports.py LIBRARY HEADERS-FOLDER
"""
import pathlib
import re
import subprocess
import sys

# Members of the inline namespace, by their mangled names; classes of exceptions and hooks have tables beside them.
PUBLIC = re.compile(r"^_Z(N|NK|TIN|TSN|TVN)6convoy2v1")
FOREIGN = re.compile(r"llvm::|llvm[/_-]|antlr", re.IGNORECASE)


def listing(library, options):
    """The names of the symbols that other files can use; nm writes the kind of local ones in small letters."""
    done = subprocess.run(["nm", options, "--defined-only", library], check=True, stdout=subprocess.PIPE, text=True)
    found = [re.match(r"[0-9a-f]* *(\w) (.*)$", line) for line in done.stdout.splitlines()]
    return [match[2] for match in found if match[1].isupper()]


def main():
    library, headers = sys.argv[1:]
    problems, count, names = [], 0, listing(library, "-D")
    for name, readable in zip(names, listing(library, "-DC")):
        count += 1
        if not PUBLIC.match(name) or FOREIGN.search(readable):
            problems.append(f"exported: {readable}")
    if not any("compileFile" in name for name in names):
        problems.append("compileFile is not exported")
    files = sorted(pathlib.Path(headers).glob("*.h"))
    for path in files:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if FOREIGN.search(line):
                problems.append(f"{path.name}:{number}: {line.strip()}")
    if not files:
        problems.append("no header was found")
    print("\n".join(problems) or f"{count} symbols, {len(files)} headers")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
