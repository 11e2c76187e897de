#!/usr/bin/env python3
"""Fails when the library shows more than the public API, or a public header speaks of what it is made of.

    check_exports.py LIBRARY HEADERS-FOLDER
"""
import pathlib
import re
import subprocess
import sys

# The inline namespace is in every name. Types of exceptions and hooks have tables beside them.
PUBLIC = re.compile(r"^(typeinfo (name )?for |vtable for )?convoy::v1::")
FOREIGN = re.compile(r"llvm::|llvm[/_-]|antlr", re.IGNORECASE)


def main():
    library, headers = sys.argv[1:]
    listing = subprocess.run(["nm", "-DC", "--defined-only", library], check=True, stdout=subprocess.PIPE, text=True)
    symbols = [re.sub(r"^[0-9a-f]* *\w ", "", line) for line in listing.stdout.splitlines()]
    problems = [f"exported: {symbol}" for symbol in symbols if not PUBLIC.match(symbol) or FOREIGN.search(symbol)]
    if not any("compileFile" in symbol for symbol in symbols):
        problems.append("compileFile is not exported")
    files = sorted(pathlib.Path(headers).glob("*.h"))
    for path in files:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if FOREIGN.search(line):
                problems.append(f"{path.name}:{number}: {line.strip()}")
    if not files:
        problems.append("no header was found")
    print("\n".join(problems) or f"{len(symbols)} symbols, {len(files)} headers")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
