#!/usr/bin/env python3
"""Makes the pictures of docs/explore.md: what the pages of examples look like in Chromium.

    explore_pictures.py [--convoy build/bin/convoy] [NAME...]     docs/pictures/explore/NAME.png; without names, all
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/explore"))
from browser import Browser  # noqa: E402

# Of each: the script, options, the theme, what is shown, and what is clicked before.
PICTURES = {
    "edges": ("examples/edges/edges.cvy", [], "light", "panes=script+schedule,graph,loops,asm&at=layer:mul_2", []),
    "digits": ("examples/digits/digits.cvy", [], "dark", "panes=script+schedule,graph,loops,llvm-opt&at=layer:fc1", []),
    "resnet50": ("examples/networks/resnet50.cvy", ["--init", "random:1", "--measure", "--threads=1"], "light",
                 "panes=plan+roofline,graph", ["th[data-column=predicted] button"]),
    "pictures-edges": ("examples/edges/edges.cvy", ["--input", "examples/edges/photo.jpg"], "light", "panes=maps&at=layer:conv_1", []),
    "pictures-digits": ("examples/digits/digits.cvy", ["--input", "examples/digits/some-digit.png"], "dark", "panes=maps&at=layer:c1", []),
    "passes": ("examples/digits/digits.cvy", [], "light", "panes=passes", ["[data-pass='share common']"]),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--convoy", default=ROOT / "build/bin/convoy", type=pathlib.Path)
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Browser(1440, 860) as browser:
        for name in options.names or PICTURES:
            script, arguments, theme, shown, clicks = PICTURES[name]
            page = pathlib.Path(folder) / (name + ".html")
            subprocess.run([options.convoy.resolve(), "explore", script, "-w", "-o", page, *arguments], check=True, cwd=ROOT)
            browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
            browser.open(page, "#" + shown)
            for selector in clicks:
                browser.click(selector)
            browser.move(2, 2)
            browser.picture(ROOT / f"docs/pictures/explore/{name}.png")


if __name__ == "__main__":
    main()
