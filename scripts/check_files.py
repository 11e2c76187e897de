#!/usr/bin/env python3
"""Checks what clang-tidy does not: the length of files, and notes to oneself left in them."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LONGEST = 600
# Tables and tests may be longer.
EXEMPT = re.compile(r"^(tests/|.*\.def$|docs/|.*\.(md|json|txt|cvy)$)")
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")


def main():
    listing = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True,
                             stdout=subprocess.PIPE, text=True)
    problems = []
    for name in listing.stdout.splitlines():
        path = ROOT / name
        if not path.is_file():
            continue
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # a picture
        if len(lines) > LONGEST and not EXEMPT.match(name):
            problems.append(f"{name}: {len(lines)} lines; split it (at most {LONGEST})")
        problems += [f"{name}:{i}: unfinished: {line.strip()}" for i, line in enumerate(lines, 1)
                     if UNFINISHED.search(line)]
    print("\n".join(problems) or "no problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
