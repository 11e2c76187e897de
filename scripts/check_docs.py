#!/usr/bin/env python3
"""Checks the documentation against the compiler.

    check_docs.py --convoy build/bin/convoy [FILE.md...]      without files: README.md, CONTRIBUTING.md, docs/

The pages of docs/diagnostics/ are left to check_diagnostics.py.

What is checked is told by the word behind the opening fence of a block:

    cpp                  a C++ program that compiles without warnings and ends with status 0, in a folder with the files
                         of examples/edges
    cvy                  a script that `convoy check` accepts
    cvy FILE             the same, and it is the text of a file of this repository
    cvy-error E0313      one that it refuses with this diagnostic
    graph                what `convoy emit --stage=graph` prints for the script before it
    schedule CPU         what `convoy emit --stage=schedule -mcpu=CPU` prints for the script before it
    schedule             one that can be given back for the script before it
    schedule-part        one that says a part, and can be given for the script before it
    schedule-error TEXT  one that is refused with this text
    loop                 loop IR that compiles
    loop FILE            the same, and it is the text of a file of this repository
    loop-error TEXT      loop IR that is refused with this text
    c [OPTION...]        a whole C program that ends with status 0; it is linked with a library for each script of this page
                         whose header it includes, which `convoy build` made with these options
    output               what the program before it prints
    from FILE            lines of a file of this repository

Other blocks are not looked at. Links to files and headings must lead somewhere. docs/loop-ir.md must have the operations of
compiler/loop/ops.def, with the same words. docs/layers.md is compared with the op table by the test layer_page_is_current.
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
X86 = "--target=x86_64-unknown-linux-gnu"
FENCE = re.compile(r"^```([\w-]*) *(.*)$")
OPERATION = re.compile(r'^CONVOY_LOOP_OP\(\w+, "([^"]+)", \w+, "(.*)"\)$', re.MULTILINE)
PIPELINE = re.compile(r"^\s*pipeline (\w+)", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]*)(?:#([^)\s]*))?\)")


def blocks(text):
    """The fenced blocks: line number, word, the rest of the line, content."""
    opened = None
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.match(line)
        if opened is None and fence:
            opened = (number, fence[1], fence[2], [])
        elif opened is not None and line.startswith("```"):
            yield *opened[:3], "".join(each + "\n" for each in opened[3])
            opened = None
        elif opened is not None:
            opened[3].append(line)
    if opened is not None:
        yield opened[0], "", "this block is not closed", None


class Checker:
    def __init__(self, convoy, compiler, folder):
        self.convoy, self.compiler, self.folder = convoy, compiler, pathlib.Path(folder)
        self.problems, self.count = [], 0
        for weights in ROOT.glob("examples/*/*.safetensors"):  # scripts may name them
            shutil.copy(weights, self.folder)
        self.scripts = {}  # of this page, by the name of their pipeline
        self.printed_last = None  # by the last C program

    def problem(self, where, what, detail=""):
        self.problems.append(f"{where}: {what}" + (f"\n{detail.rstrip()}" if detail else ""))

    def run(self, *arguments, command=None):
        return subprocess.run([command or self.convoy, *map(str, arguments)], cwd=self.folder, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=120)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def accepted(self, where, *arguments):
        done = self.run(*arguments)
        if done.returncode != 0:
            self.problem(where, "this is refused", done.stderr)
        return done

    def refused(self, where, expected, *arguments):
        done = self.run(*arguments)
        if done.returncode != 1:
            self.problem(where, f"the status is {done.returncode}, not 1", done.stderr)
        elif not expected or expected not in done.stderr:
            self.problem(where, f"this is not refused with '{expected}'", done.stderr)

    def printed(self, where, text, *arguments):
        done = self.accepted(where, *arguments)
        if done.returncode == 0 and done.stdout != text:
            self.problem(where, "what is printed is another text", done.stdout)
        return done.returncode == 0

    def program(self, where, rest, text):
        """Compiles and runs a C program."""
        options = rest.split()
        main, result = self.write("main.c", text), self.folder / "main"
        libraries = []
        for name, script in self.scripts.items():
            if f'#include "{name}.h"' not in text:
                continue
            self.accepted(where, "build", script, "--emit=lib,header", "-o", self.folder / name, *options)
            libraries.append(self.folder / f"{name}.a")
        done = self.run("-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", main, *libraries,
                        "-lpthread", "-o", result, command=self.compiler)
        if done.returncode == 0:
            done = self.run(command=result)
        self.printed_last = done.stdout if done.returncode == 0 else None
        if done.returncode != 0:
            self.problem(where, f"this program fails with status {done.returncode}", done.stdout + done.stderr)

    def block(self, where, word, rest, text, script):
        """Checks one block; gives the script that those behind it belong to."""
        kind = word.split("-")[0]
        if kind not in ("cvy", "graph", "schedule", "loop", "c", "output", "from"):
            return script
        self.count += 1
        if word == "from":
            if text not in (ROOT / rest).read_text(encoding="utf-8"):
                self.problem(where, f"these lines are not in {rest}")
        elif kind in ("graph", "schedule") and script is None:
            self.problem(where, "there is no script before it")
        elif word == "cvy" and rest:
            script = ROOT / rest
            if not script.is_file() or script.read_text(encoding="utf-8") != text:
                self.problem(where, f"this is not the text of {rest}")
            else:
                self.accepted(where, "check", script)
        elif word == "cvy":
            name = PIPELINE.findall(text)
            script = self.write(f"{name[-1] if name else 'script'}.cvy", text)
            self.scripts[script.stem] = script
            self.accepted(where, "check", script)
        elif word == "c":
            self.program(where, rest, text)
        elif word == "output":
            if self.printed_last is not None and self.printed_last != text:
                self.problem(where, "the program before it prints another text", self.printed_last)
        elif word == "cvy-error":
            self.refused(where, f"error[{rest}]", "check", self.write("wrong.cvy", text))
        elif word == "graph":
            self.printed(where, text, "emit", script, "--stage=graph", "-o", "-")
        elif word == "schedule" and rest:
            self.printed(where, text, "emit", script, "--stage=schedule", X86, f"-mcpu={rest}", "-o", "-")
        elif word == "schedule":
            option = f"--schedule={self.write('text.schedule', text)}"
            if self.printed(where, text, "emit", script, "--stage=schedule", option, "-o", "-"):
                self.accepted(where, "emit", script, "--stage=asm", option, "-o", "-")
        elif word == "schedule-part":
            option = f"--schedule={self.write('part.schedule', text)}"
            self.accepted(where, "emit", script, "--stage=asm", option, "-o", "-")
        elif word == "schedule-error":
            option = f"--schedule={self.write('wrong.schedule', text)}"
            self.refused(where, rest, "emit", script, "--stage=schedule", option, "-o", "-")
        elif word == "loop":
            self.accepted(where, "emit", self.write("text.loop", text), "--stage=asm", "-o", "-")
            if rest and (ROOT / rest).read_text(encoding="utf-8") != text:
                self.problem(where, f"this is not the text of {rest}")
        elif word == "loop-error":
            self.refused(where, rest, "check", self.write("wrong.loop", text))
        else:
            self.problem(where, f"there is no kind of block '{word}'")
        return script

    def api_program(self, where, text):
        """Compiles and runs a program that uses libconvoy.so."""
        lib = pathlib.Path(self.convoy).resolve().parent.parent / "lib"
        source, program = self.write("program.cpp", text), self.folder / "program"
        for each in (ROOT / "examples/edges").iterdir():
            shutil.copy(each, self.folder)
        compiler = ["clang++-22", "-std=c++17", "-Wall", "-Wextra", "-Werror", f"-I{ROOT}/include", source, "-o", program,
                    f"-L{lib}", f"-Wl,-rpath,{lib}", "-lconvoy", "-pthread"]
        for command, wrong in ((compiler, "this program does not compile"), ([program], "this program fails")):
            done = subprocess.run(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  timeout=120)
            if done.returncode != 0:
                self.problem(where, f"{wrong}, with status {done.returncode}", done.stdout)
                return
        self.count += 1

    def links(self, path, text):
        prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", text, flags=re.MULTILINE | re.DOTALL)
        for target, anchor in LINK.findall(prose):
            if ":" in target:
                continue
            file = path.parent / target if target else path
            if not file.exists():
                self.problem(path, f"the link to '{target}' leads nowhere")
            elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text(encoding="utf-8")):
                self.problem(path, f"'{file.name}' has no heading '#{anchor}'")

    def page(self, path):
        text = path.read_text(encoding="utf-8")
        self.links(path, text)
        script, self.scripts, self.printed_last = None, {}, None
        for line, word, rest, content in blocks(text):
            where = f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}:{line}"
            if content is None:
                self.problem(where, rest)
            elif word == "cpp":
                self.api_program(where, content)
            else:
                script = self.block(where, word, rest, content, script)

    def operations(self):
        rows = [f"| `{name}` | {summary} |"
                for name, summary in OPERATION.findall((ROOT / "compiler/loop/ops.def").read_text(encoding="utf-8"))]
        page = (ROOT / "docs/loop-ir.md").read_text(encoding="utf-8")
        table = re.search(r"^\| operation \| [^\n]*\n\| ---[^\n]*\n((?:\|[^\n]*\n)*)", page, re.MULTILINE)
        written = table[1].splitlines() if table else []
        for row in rows:
            if row not in written:
                self.problem("docs/loop-ir.md", "the table of operations needs the line", row)
        for row in written:
            if row not in rows:
                self.problem("docs/loop-ir.md", "compiler/loop/ops.def has no such operation", row)
        if not rows:
            self.problem("compiler/loop/ops.def", "no operation was found")


def anchors(text):
    """What GitHub makes of the headings."""
    headings = re.findall(r"^#+ +(.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def main():
    parser = argparse.ArgumentParser(description="Checks the documentation against the compiler.")
    parser.add_argument("--convoy", default=ROOT / "build/bin/convoy", help="the command")
    parser.add_argument("--cc", default="clang-22", help="the C compiler")
    parser.add_argument("files", nargs="*", type=pathlib.Path, metavar="FILE.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        checker = Checker(pathlib.Path(options.convoy).resolve(), options.cc, folder)
        if not options.files:
            checker.operations()
        pages = options.files or [ROOT / "README.md", ROOT / "CONTRIBUTING.md",
                                  *(page for page in sorted((ROOT / "docs").rglob("*.md"))
                                    if page.parent.name != "diagnostics")]
        for path in pages:
            checker.page(path.resolve())
    for problem in checker.problems:
        print(problem)
    print(f"{checker.count} blocks checked, {len(checker.problems)} problems")
    return 1 if checker.problems else 0


if __name__ == "__main__":
    sys.exit(main())
