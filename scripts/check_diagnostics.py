#!/usr/bin/env python3
"""Checks the pages of `convoy explain` against the command, so that every diagnostic has a test of its text and place.

    check_diagnostics.py --convoy build/bin/convoy [CODE...]      without codes: all
    check_diagnostics.py --convoy build/bin/convoy --update       writes what the command says now into the pages

compiler/support/diagnostics.def and docs/diagnostics/ have the same codes. A page has

    # E0201: the message, with ... for its arguments
    what it means, why, what to do
    ## Wrong
    ## Right

Blocks under the two headings are told apart by the word behind their fence:

    cvy               a script: `convoy check` is run on it
    WORD file=NAME    a file for the commands that follow, on the rest of the page too. What is not text, such as
                      weights, is written by a `python file=NAME` that the console runs
    console           lines of the shell, `$ ` before each. With `machine=x86_64`, on such machines only
    text              under Wrong, last: the diagnostic as the command prints it, byte for byte

What is wrong gives that diagnostic and no other; what is right is silent and ends with status 0. What nobody can bring
about on purpose has the heading `## Wrong (cannot be shown here: why)` and no blocks; such pages are listed.
"""
import argparse
import concurrent.futures
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile

from check_docs import blocks

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "diagnostics"
REGISTRY = ROOT / "compiler" / "support" / "diagnostics.def"
ROW = re.compile(r'^CONVOY_DIAGNOSTIC\((\w+), \w+, \w+, "((?:[^"\\]|\\.)*)"', re.MULTILINE)
HEADING = re.compile(r"^## (.*)$", re.MULTILINE)
ABSENT = re.compile(r"Wrong \(cannot be shown here: .+\)")
TEXT_BLOCK = re.compile(r"\n```text\n.*?^```\n", re.MULTILINE | re.DOTALL)
AFTER_OTHERS = {"E0123", "E0431"}  # their examples have other mistakes by their nature
MORE = re.compile(r"^For more information about (?:this|an) error, try 'convoy explain (\w+)'\.\n\Z", re.MULTILINE)


class Wrong(Exception):
    """What is wrong with a page."""


class Page:
    """One page, and what the command makes of it."""

    def __init__(self, path, messages, convoy):
        self.path, self.code, self.convoy = path, path.stem, convoy
        self.messages = messages
        self.text = path.read_text(encoding="utf-8")
        self.skipped = None

    def check(self, update):
        """Raises Wrong."""
        self.check_title(update)
        parts = HEADING.split(self.text)
        if len(parts) != 5 or parts[3] != "Right" or not (parts[1] == "Wrong" or ABSENT.fullmatch(parts[1])):
            raise Wrong("the headings are not Wrong and Right, in this order")
        with tempfile.TemporaryDirectory() as folder:
            self.folder = pathlib.Path(folder)
            (self.folder / ".bin").mkdir()
            (self.folder / ".bin" / "convoy").symlink_to(self.convoy)
            if parts[1] != "Wrong":
                self.skipped = parts[1]
            else:
                self.check_wrong(parts[2], update)
            self.check_right(parts[4])

    def check_title(self, update):
        title = f"# {self.code}: " + re.sub(r"\{\d\}", "...", self.messages[self.code])
        written, rest = self.text.split("\n", 1)
        if update:
            self.text = f"{title}\n{rest}"
        elif written != title:
            raise Wrong(f"the first line should be\n{title}")

    def check_wrong(self, section, update):
        done, expected = self.run(section, "wrong.cvy")
        if done is None:
            return
        said = self.diagnostics(done.stderr)
        mine = [text for code, text in said if code == self.code]
        others = [code for code, _ in said if code != self.code]
        if not mine:
            raise Wrong(f"what is wrong does not give {self.code}:\n{done.stdout}{done.stderr}")
        if others and self.code not in AFTER_OTHERS:
            raise Wrong(f"what is wrong gives {', '.join(others)} too:\n{done.stderr}")
        if (done.returncode == 0) != self.code.startswith("W") or done.returncode not in (0, 1, 2):
            raise Wrong(f"what is wrong ends with status {done.returncode}")
        if update:
            self.write_text(mine[0])
        elif expected != mine[0]:
            raise Wrong(f"the command says something else than the page (--update writes it there):\n{mine[0]}")

    def check_right(self, section):
        done, _ = self.run(section, "right.cvy")
        if done is not None and (done.returncode != 0 or done.stderr):
            raise Wrong(f"what is right ends with status {done.returncode} and says\n{done.stderr}")

    def run(self, section, script_name):
        """Runs the commands of a section. Gives what they did, or None, and the text that the page expects."""
        commands, expected = [], None
        for _, word, rest, content in blocks(section):
            file = re.fullmatch(r"file=([\w.-]+)", rest)
            machine = re.fullmatch(r"machine=(\w+)", rest)
            if content is None:
                raise Wrong("a block is not closed")
            if expected is not None:
                raise Wrong("there is a block behind the expected text")
            if file:
                (self.folder / file[1]).write_text(content, encoding="utf-8")
            elif word == "cvy" and not rest:
                (self.folder / script_name).write_text(content, encoding="utf-8")
                commands.append(f"convoy check {script_name}")
            elif word == "console" and (machine or not rest):
                lines = content.splitlines()
                if any(not line.startswith("$ ") for line in lines):
                    raise Wrong("a line of the console does not start with '$ '")
                commands += [line[2:] for line in lines]
                if machine and machine[1] != platform.machine():
                    self.skipped = f"is about {machine[1]}, and this machine is {platform.machine()}"
                    return None, None
            elif word == "text" and not rest:
                expected = content
            else:
                raise Wrong(f"there is no kind of block '{word} {rest}'")
        if not commands:
            raise Wrong("an example has nothing to run")
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("NO_COLOR", "CLICOLOR_FORCE") and not name.startswith("CONVOY_")}
        environment.update(LC_ALL="C.UTF-8", PATH=f"{self.folder / '.bin'}:{os.environ['PATH']}")
        script = "set -e\n" + "\n".join(commands)
        return subprocess.run(["sh", "-c", script], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                              timeout=300), expected

    def diagnostics(self, stderr):
        """The diagnostics that were printed, as pairs of code and text."""
        more = MORE.search(stderr)
        parts = re.split(r"^(?=(?:error|warning)\[)", stderr[:more.start()] if more else stderr, flags=re.MULTILINE)
        if parts[0]:
            raise Wrong(f"there is a message that is no diagnostic:\n{parts[0]}")
        found = [(re.match(r"\w+\[(\w+)\]", text)[1], text) for text in parts[1:]]
        errors = [code for code, _ in found if code.startswith("E")]
        if (more[1] if more else None) != (errors[0] if errors else None):
            raise Wrong(f"the last line does not say where there is more to read:\n{stderr}")
        return found

    def write_text(self, said):
        """Puts the diagnostic at the end of what is wrong."""
        wrong, right = TEXT_BLOCK.sub("", self.text).split("\n## Right\n")
        self.path.write_text(f"{wrong}\n```text\n{said}```\n\n## Right\n{right}", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description="Checks the pages of `convoy explain`.")
    parser.add_argument("--convoy", default=ROOT / "build/bin/convoy", type=pathlib.Path, help="the command")
    parser.add_argument("--update", action="store_true", help="write what the command says into the pages")
    parser.add_argument("codes", nargs="*", metavar="CODE")
    options = parser.parse_args()
    messages = dict(ROW.findall(REGISTRY.read_text(encoding="utf-8")))
    paths = {path.stem: path for path in sorted(PAGES.glob("*.md"))}
    passed, problems, skipped = 0, [], []
    for code in sorted(messages.keys() | paths.keys()):
        if code not in paths:
            problems.append(f"{code} has no page docs/diagnostics/{code}.md")
        elif code not in messages:
            problems.append(f"docs/diagnostics/{code}.md is about no diagnostic")

    def check(code):
        page = Page(paths[code], messages, options.convoy.resolve())
        try:
            page.check(options.update)
        except Wrong as problem:
            return page, str(problem)
        except subprocess.TimeoutExpired as expired:
            return page, f"an example took more than {expired.timeout} s"
        return page, None

    chosen = [code for code in sorted(messages.keys() & paths.keys()) if not options.codes or code in options.codes]
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for page, problem in pool.map(check, chosen):
            if problem:
                problems.append(f"docs/diagnostics/{page.path.name}: {problem.rstrip()}")
            elif page.skipped:
                skipped.append(f"not shown: {page.path.name}: {page.skipped}")
            passed += 0 if problem else 1
    for line in problems + skipped:
        print(line)
    print(f"{passed} passed, {len(problems)} failed")
    return 1 if problems or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
