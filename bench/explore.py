#!/usr/bin/env python3
"""How long the page of `convoy explore` takes: to be made, to open, and to answer a click, in Chromium.

    bench/explore.py CONVOY [SCRIPT...]      without scripts: edges, digits and ResNet-50 of examples/
"""
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/explore"))
from browser import Browser  # noqa: E402

EXAMPLES = ["edges/edges", "digits/digits", "networks/resnet50"]
PANES = "#panes=script+schedule,graph,loops,llvm-opt,asm"
# Of clicks on layers of the graph: milliseconds from the event until the page is drawn again.
CLICKS = """(async () => {
  const times = [], layers = [...document.querySelectorAll(".graph .leaf.layer")].slice(0, 40);
  for (const layer of layers) {
    const start = performance.now();
    for (const kind of ["pointerdown", "pointerup"]) layer.dispatchEvent(new PointerEvent(kind, {bubbles: true}));
    await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
    times.push(performance.now() - start);
  }
  return times;
})()"""


def main():
    convoy = sys.argv[1]
    scripts = [pathlib.Path(name) for name in sys.argv[2:]] or [ROOT / f"examples/{name}.cvy" for name in EXAMPLES]
    print(f"{'page':14} {'size':>9} {'made':>8} {'opened':>9} {'click':>9} {'slowest':>9}")
    with tempfile.TemporaryDirectory() as folder, Browser(1700, 950) as browser:
        for script in scripts:
            page = pathlib.Path(folder) / (script.stem + ".html")
            start = time.monotonic()
            subprocess.run([convoy, "explore", script, "-w", "-o", page], check=True)
            made = time.monotonic() - start
            browser.open(page, PANES)
            opened = browser.value("performance.now()")
            clicks = browser.value(CLICKS)
            print(f"{script.stem:14} {page.stat().st_size / 1e6:6.2f} MB {made:6.1f} s {opened:6.0f} ms"
                  f" {statistics.median(clicks):6.1f} ms {max(clicks):6.1f} ms")


if __name__ == "__main__":
    main()
