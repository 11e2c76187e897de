"""Runs `convoy check` on the scripts of a folder, and compares what it says with the comments at their ends.

    check_newcomers.py CONVOY FOLDER [--update TEST]

A script ends with a line for each diagnostic that is expected, in order, and there are no others:

    // 2:17 E0202: the first help, if there is one

--update writes what is said now into the sections of a lit test; read it: is the place right, is the remedy there?
"""
import json
import pathlib
import re
import subprocess
import sys

EXPECTED = re.compile(r"^// (\d+:\d+ [EW]\d{4}.*)$", re.MULTILINE)
SECTION = re.compile(r"^#--- (\S+\.cvy)\n(.*?)(?=^#--- |\Z)", re.MULTILINE | re.DOTALL)


def said(convoy, path):
    """What the command says about a script, a line for each diagnostic."""
    done = subprocess.run([convoy, "check", path.name, "--diagnostics-format=json"], cwd=path.parent, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    if done.returncode not in (0, 1):
        return [f"status {done.returncode}"]
    lines = []
    for line in done.stderr.splitlines():
        diagnostic = json.loads(line)
        if not diagnostic["code"]:
            continue  # the last line, which says how many there are
        place = next(span for span in diagnostic["spans"] if span["is_primary"])
        helps = [child["message"] for child in diagnostic["children"] if child["level"] == "help"]
        code = diagnostic["code"]["code"]
        lines.append(f"{place['line_start']}:{place['column_start']} {code}" + (f": {helps[0]}" if helps else ""))
    return lines


def main():
    convoy, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    now = {path.name: said(convoy, path) for path in sorted(folder.glob("*.cvy"))}
    if len(sys.argv) > 3:
        test = pathlib.Path(sys.argv[4])
        written = lambda section: (f"#--- {section[1]}\n" + EXPECTED.sub("", section[2]).rstrip("\n") + "\n" +
                                   "".join(f"// {line}\n" for line in now[section[1]]))
        test.write_text(SECTION.sub(written, test.read_text(encoding="utf-8")), encoding="utf-8")
        return 0
    failed = 0
    for name, lines in now.items():
        expected = EXPECTED.findall((folder / name).read_text(encoding="utf-8"))
        if lines != expected or not expected:
            failed += 1
            print(f"{name}: expected\n  " + "\n  ".join(expected) + "\nbut the command says\n  " + "\n  ".join(lines))
    print(f"{len(now) - failed} passed, {failed} failed")
    return 1 if failed or not now else 0


if __name__ == "__main__":
    sys.exit(main())
