#!/usr/bin/env python3
"""Makes docs/how-it-works.md: one pipeline on its way through every stage, as the command prints it.

    how_it_works.py [--convoy build/bin/convoy]     writes the page
    how_it_works.py --check                         compares it with what the command prints now

The words of the page are in scripts/how_it_works.txt. Lines there that begin with @ are replaced by a block:

    @script                      the pipeline
    @run ARGUMENTS               what `convoy ARGUMENTS` prints
    @run ARGUMENTS | FIRST ... LAST
                                 of that, the lines from the first that matches FIRST to the next one that matches LAST
    @headlines ARGUMENTS         of that, the lines that begin with ----
    @edit WORD OTHER NAME        nothing: the graph's text with another word, in the file NAME
    @passes                      the table of all passes, from `convoy emit --help`

Code is for one processor, so that the page is the same wherever it is made.
"""
import argparse
import difflib
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORDS, PAGE = ROOT / "scripts" / "how_it_works.txt", ROOT / "docs" / "how-it-works.md"
SCRIPT = '''pipeline small(x: tensor[1, 16, 16]) -> tensor[1, 16, 16] {
    return x |> conv(1, kernel: 3x1, padding: same, bias: false, name: "blur")
             |> batch_norm(name: "norm") |> relu
}
'''
ALWAYS = ["--init=random:1", "-mcpu=x86-64-v3", "--target=x86_64-pc-linux-gnu"]


class Maker:
    def __init__(self, convoy, folder):
        self.convoy, self.folder = convoy, pathlib.Path(folder)
        (self.folder / "small.cvy").write_text(SCRIPT)

    def output(self, arguments, options):
        done = subprocess.run([self.convoy, *arguments.split(), *options], cwd=self.folder, text=True, capture_output=True)
        if done.returncode != 0:
            sys.exit(f"convoy {arguments}: {done.stderr}")
        return done.stdout

    def part(self, text, first, last):
        """The lines from the first that matches to the next one that does, and marks where something is left out."""
        lines = text.splitlines(keepends=True)
        begin = next((i for i, line in enumerate(lines) if re.search(first, line)), None)
        if begin is None:
            sys.exit(f"no line matches {first!r}")
        end = next((i for i in range(begin + 1, len(lines)) if re.search(last, lines[i])), None)
        if end is None:
            sys.exit(f"no line behind {first!r} matches {last!r}")
        return ("...\n" if begin > 0 else "") + "".join(lines[begin : end + 1]) + ("...\n" if end + 1 < len(lines) else "")

    def block(self, arguments, text):
        return f"```text\n$ convoy {arguments}\n{text}```\n"

    def replaced(self, line):
        word, _, rest = line.rstrip("\n").partition(" ")
        if word == "@script":
            return f"```cvy\n{SCRIPT}```\n"
        if word == "@run":
            arguments, _, lines = rest.partition(" | ")
            text = self.output(arguments, ALWAYS)
            return self.block(arguments, self.part(text, *lines.split(" ... ")) if lines else text)
        if word == "@headlines":
            text = self.output(rest, ALWAYS)
            return self.block(rest + " | grep '^----'", "".join(line + "\n" for line in text.splitlines() if line.startswith("----")))
        if word == "@edit":
            before, after, name = rest.split()
            text = self.output("emit small.cvy --stage=graph", ALWAYS)
            if before not in text:
                sys.exit(f"the graph does not say {before!r}")
            (self.folder / name).write_text(text.replace(before, after))
            return ""
        if word == "@passes":
            rows = re.findall(r"^  (\S+(?: \S+)*)  +(\S.*)$", self.output("emit --help", []).split("\npasses", 1)[1], re.MULTILINE)
            return "| pass | why it stands there |\n| --- | --- |\n" + "".join(f"| `{name}` | {why} |\n" for name, why in rows)
        sys.exit(f"{WORDS.name} says '{word}', which is nothing")

    def page(self):
        lines = WORDS.read_text(encoding="utf-8").splitlines(keepends=True)
        return "".join(self.replaced(line) if line.startswith("@") else line for line in lines)


def main():
    parser = argparse.ArgumentParser(description="Makes docs/how-it-works.md.")
    parser.add_argument("--convoy", type=pathlib.Path, default=ROOT / "build" / "bin" / "convoy")
    parser.add_argument("--check", action="store_true", help="only compare")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        page = Maker(options.convoy.resolve(), folder).page()
    if not options.check:
        PAGE.write_text(page, encoding="utf-8")
        return
    old = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    if old != page:
        sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), page.splitlines(True), str(PAGE.name), "now"))
        sys.exit("docs/how-it-works.md is not what the command prints now; scripts/how_it_works.py writes it")


if __name__ == "__main__":
    main()
