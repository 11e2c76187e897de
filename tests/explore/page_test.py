#!/usr/bin/env python3
"""Drives the pages of `convoy explore` in Chromium: what is pointed at, kept, sorted, searched and linked.

    page_test.py CONVOY [CASE...]
"""
import json
import re

from cases import ROOT, check, equal, run

CODE = "#panes=script+schedule,graph,loops,llvm-opt,asm"
HOSTILE = """// </script><img src=q onerror=hurt()> <!-- &amp; "
pipeline net(x: tensor[1, 8, 8]) -> tensor {
    return x |> conv(1, kernel: 3x3) |> relu  // <script>hurt()</script>
}
"""


def rows(pane, kind):
    """Selects the rows of a pane that are highlighted so."""
    return f"[...document.querySelectorAll('[data-view=\"{pane}\"] .row.{kind}')].map(r => r.querySelector('span').textContent.trim())"


def line_of(browser, stage, words):
    """The number, from 1, of the first line of a stage that has these words."""
    return browser.value(f"convoyPage.model.stages.get('{stage}').load().then(s => s.lines.findIndex(l => l.includes({json.dumps(words)})) + 1)")


def hover_words(browser, pane, words):
    """Points at words of a pane of text that is scrolled there."""
    line = line_of(browser, pane, words)
    column = browser.value(f"convoyPage.model.stages.get('{pane}').lines[{line - 1}].indexOf({json.dumps(words)})")
    browser.value(f"convoyPage.app.panes.get('{pane}').content.scrollTo({line - 1}, true)")
    x, y = browser.value(f"(() => {{ const c = convoyPage.app.panes.get('{pane}').content, r = document.querySelector('[data-view=\"{pane}\"] [data-line=\"{line}\"]').getBoundingClientRect();"
                         f" return [r.left + c.gutter + 6 + ({column} + 0.5) * c.letter, r.top + 9]; }})()")
    browser.move(x, y)
    return x, y


# ---- cases: each gets a browser with the page of a pipeline ----

def loads_and_shows_all_panes(browser, page):
    browser.open(page, CODE)
    equal(browser.value("[...document.querySelectorAll('.pane')].map(p => p.dataset.view)"),
          ["script", "schedule", "graph", "loops", "llvm-opt", "asm"], "panes")
    for pane in ("script", "schedule", "loops", "llvm-opt", "asm"):
        check(browser.value(f"document.querySelectorAll('[data-view=\"{pane}\"] .row').length") > 3, f"{pane} has rows")
    equal(browser.value("document.querySelectorAll('.graph .leaf.layer').length"), 8, "layers that are drawn")
    equal(browser.value("document.querySelectorAll('.graph .frame.group').length"), 1, "groups that are drawn")


def expression_of_the_script_is_its_layer(browser, page):
    browser.open(page, CODE)
    hover_words(browser, "script", "gx * gx")
    equal(browser.value("[...convoyPage.app.hover.layers].map(i => convoyPage.model.layers[i].name)"), ["mul_1"], "layers")
    equal(browser.value("[...document.querySelectorAll('.graph .leaf.h2 .name')].map(n => n.textContent)"), ["mul_1"], "in the graph")
    check(browser.value("document.querySelectorAll('[data-view=script] .marks .h2').length") == 1, "one expression is marked")
    check("mul_1" in browser.value("document.getElementById('status').textContent"), "the status line names it")
    hover_words(browser, "script", "clamp(")
    equal(browser.value("[...convoyPage.app.hover.layers].map(i => convoyPage.model.layers[i].name)"), ["clamp_1"], "layers")


def line_of_loops_is_linked_to_code(browser, page):
    browser.open(page, CODE)
    hover_words(browser, "loops", "%acc_1 = fma %x_5, %k_2, %acc")
    equal(browser.value(rows("loops", "h2")), ["%acc_1 = fma %x_5, %k_2, %acc"], "in the loops")
    x, y = hover_words(browser, "loops", "%acc_1 = fma %x_5, %k_2, %acc")
    browser.call("Input.dispatchMouseEvent", type="mousePressed", x=x, y=y, button="left", clickCount=1)
    browser.call("Input.dispatchMouseEvent", type="mouseReleased", x=x, y=y, button="left", clickCount=1)
    browser.settle()
    llvm, code = browser.value(rows("llvm-opt", "p2")), browser.value(rows("asm", "p2"))
    check(any("llvm.fma" in line for line in llvm), f"LLVM IR is scrolled to the product: {llvm}")
    check(any(re.match(r"vfn?madd|fml", line) for line in code), f"assembly is scrolled to the product: {code}")
    check(len(llvm) < 6 and len(code) < 8, "and nothing else is")


def assembly_is_linked_back(browser, page):
    browser.open(page, CODE)
    hover_words(browser, "asm", "vsqrtps")
    loops = browser.value("[...convoyPage.app.hover.loopLines].map(i => convoyPage.model.stages.get('loops').lines[i])")
    check(len(loops) == 1 and "= sqrt" in loops[0], f"a square root: {loops}")
    check("sqrt_1" in browser.value("[...convoyPage.app.hover.layers].map(i => convoyPage.model.layers[i].name)"), "its layer")


def click_is_kept_and_is_a_link(browser, page):
    browser.open(page, CODE)
    browser.click(".graph [data-place='layer:luminance_1']")
    browser.move(5, 5)
    equal(browser.value("convoyPage.app.pin.key"), "layer:luminance_1", "what is kept")
    address = browser.value("location.hash")
    check("at=layer:luminance_1" in address, address)
    check(browser.value("document.querySelectorAll('[data-view=schedule] .row.p2').length") == 1, "its kernel in the schedule")
    browser.open(page, address.replace("asm", "asm+roofline"))
    equal(browser.value("convoyPage.app.pin.key"), "layer:luminance_1", "after it was opened again")
    equal(browser.value("convoyPage.app.columns"), [["script", "schedule"], ["graph"], ["loops"], ["llvm-opt"], ["asm", "roofline"]], "columns")
    browser.key("Escape")
    equal(browser.value("convoyPage.app.pin"), None, "after Escape")
    browser.open(page, "#at=nonsense:%&panes=script,nowhere")
    equal(browser.value("convoyPage.app.columns"), [["script"]], "an address that is wrong")


def kernel_runs_through_all_panes(browser, page):
    browser.open(page, CODE)
    browser.key("]")
    browser.key("]")
    equal(browser.value("convoyPage.app.pin.key"), "kernel:1", "the second kernel")
    for pane in ("loops", "llvm-opt", "asm"):
        check(browser.value(f"document.querySelectorAll('[data-view=\"{pane}\"] .row.p2').length") > 5, f"{pane} is scrolled to it")
    equal(browser.value("document.querySelectorAll('.graph .leaf.p2').length"), 7, "its layers")
    high, low = browser.value("(() => { const m = document.querySelector('[data-view=loops] .map'), d = m.getContext('2d').getImageData(5, 0, 1, m.height).data;"
                              " const marked = [...Array(m.height).keys()].filter(y => d[4 * y + 3] > 0).map(y => y / m.height); return [marked[0], marked[marked.length - 1]]; })()")
    lines = browser.value("(() => { const s = convoyPage.model.stages.get('loops'), l = convoyPage.app.pin.levels(s); return [l.indexOf(2) / l.length, l.lastIndexOf(2) / l.length]; })()")
    check(abs(high - lines[0]) < 0.02 and abs(low - lines[1]) < 0.02, f"the map has the lines at their places: {high}, {low}, {lines}")
    equal(browser.value("document.querySelector('[data-view=loops] .map').clientHeight"), browser.value("document.querySelector('[data-view=loops] .body').clientHeight"), "its height")


def plan_is_sorted(browser, page):
    browser.open(page, "#panes=plan,script")
    browser.click("[data-view=plan] .tools button:nth-child(2)")
    names = "[...document.querySelectorAll('.plan tbody .name')].map(n => n.textContent)"
    written = browser.value(names)
    equal(written[0], "luminance_1", "in the order of the script")
    browser.click("th[data-column=name] button")
    equal(browser.value(names), sorted(written, key=lambda name: (name.rsplit("_")[0], name)), "by name")
    browser.click("th[data-column=macs] button")
    equal(browser.value(names)[:2], ["conv_1", "conv_2"], "the most multiply-adds")
    browser.click("th[data-column=macs] button")
    equal(browser.value(names)[-2:], ["conv_1", "conv_2"], "the fewest")
    browser.click("th[data-column=macs] button")
    equal(browser.value(names), written, "as it was")
    browser.hover(".plan tbody tr:nth-child(2)")
    check(browser.value("document.querySelectorAll('[data-view=script] .marks .h2').length") == 1, "a row is linked to the script")


def panes_are_moved_and_sized(browser, page):
    browser.open(page, "#panes=script,loops,asm")
    width = browser.value("document.querySelector('[data-view=script]').offsetWidth")
    x, y = browser.place(".split")
    for kind, at in (("mousePressed", x), ("mouseMoved", x + 150), ("mouseReleased", x + 150)):
        browser.call("Input.dispatchMouseEvent", type=kind, x=at, y=y, button="left", buttons=1, clickCount=1)
    browser.settle()
    wider = browser.value("document.querySelector('[data-view=script]').offsetWidth")
    check(abs(wider - width - 150) < 4, f"the gap was dragged by 150: {width} became {wider}")
    browser.value("""(() => {
      const send = (kind, element, share) => {
        const box = element.getBoundingClientRect();
        element.dispatchEvent(new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: new DataTransfer(),
          clientX: box.left + box.width / 2, clientY: box.top + box.height * share}));
      };
      const bar = document.querySelector("[data-view=asm] .bar");
      send("dragstart", bar, 0.5);
      send("dragover", document.querySelector("[data-view=script] .body"), 0.9);
      send("dragend", bar, 0.5);
    })()""")
    equal(browser.value("convoyPage.app.columns"), [["script", "asm"], ["loops"]], "columns")
    browser.click("[data-view=loops] .close")
    equal(browser.value("convoyPage.app.columns"), [["script", "asm"]], "columns")
    browser.key("2", shift=True)
    equal(browser.value("convoyPage.app.columns"), [["plan", "roofline"], ["graph"]], "panes for speed")


def edge_says_why(browser, page):
    browser.open(page, "#panes=graph,script")
    browser.until("document.querySelectorAll('.graph .edge').length > 5")
    tips = []
    for i in range(browser.value("document.querySelectorAll('.graph .edge').length")):
        browser.value(f"document.querySelectorAll('.graph .edge')[{i}].querySelector('path').dispatchEvent(new PointerEvent('pointermove', {{bubbles: true, clientX: 300, clientY: 300}}))")
        tips.append(browser.value("document.querySelector('.tip').textContent"))
    check(any("caches: one group" in tip for tip in tips), f"one stays in the caches: {tips}")
    check(any("registers: one kernel" in tip for tip in tips), f"one stays in registers: {tips}")


def measured_times_are_shown(browser, page):
    browser.open(page, "#panes=plan,roofline")
    check(browser.value("document.querySelector('th[data-column=measured]') !== null"), "a column for what was measured")
    kernels = browser.value("convoyPage.model.kernels.filter(k => k.macs > 0 && k.measured_ms > 0).length")
    check(kernels > 1, "kernels were measured")
    equal(browser.value("document.querySelectorAll('.roofline circle.measured').length"), kernels, "circles")


def search_finds_lines(browser, page):
    browser.open(page, CODE)
    browser.key("/")
    browser.write("llvm.sqrt")
    browser.until("document.querySelectorAll('#found a').length > 0")
    check(browser.value("document.querySelector('#found mark').textContent") == "llvm.sqrt", "matches are marked")
    browser.key("Enter")
    browser.until("convoyPage.app.pin !== null")
    equal(browser.value("convoyPage.app.pin.place.stage"), "llvm", "the first match is in the first stage that has it")
    browser.until("document.querySelectorAll('[data-view=llvm] .marks .f.now').length > 0")
    browser.key("Escape")
    browser.key("/")
    browser.write("no such words")
    browser.until("document.querySelector('#found p') !== null")


def keys_work(browser, page):
    browser.open(page, CODE)
    theme = browser.value("document.documentElement.dataset.theme")
    browser.key("t")
    check(browser.value("document.documentElement.dataset.theme") != theme, "t changes the theme")
    browser.key("t")
    browser.key("1")
    check(not browser.value("convoyPage.app.columns.flat().includes('script')"), "1 closes the script")
    browser.key("1")
    check(browser.value("convoyPage.app.columns.flat().includes('script')"), "and opens it")
    browser.key("?", shift=True)
    check(not browser.value("document.getElementById('keys').hidden"), "? lists the keys")
    browser.key("Escape")
    check(browser.value("document.getElementById('keys').hidden"), "Escape closes the list")
    browser.click("[data-view=loops] .text", 200, 100)
    line = browser.value("convoyPage.app.pin.place.line")
    browser.key("ArrowDown")
    check(browser.value("convoyPage.app.pin.place.line") > line, "down goes to a later line")


def passes_say_what_they_changed(browser, page):
    browser.open(page, "#panes=passes")
    browser.until("document.querySelector('[data-pass=\"remove dead\"] .count').textContent !== ''")
    counts = browser.value("convoyPage.app.panes.get('passes').content.passes.map((p, i) => [p.name, convoyPage.app.panes.get('passes').content.changesOf(i)])"
                           ".filter(([, c]) => c && c.rows.length).map(([name, c]) => [name, c.added, c.removed])")
    changed = {name: (added, removed) for name, added, removed in counts}
    check("hoist invariants" in changed and "share common" in changed, f"passes that changed something: {changed}")
    equal(changed["hoist invariants"][0], changed["hoist invariants"][1], "what is moved goes away and comes back")
    check(changed["share common"][0] < changed["share common"][1], "what is shared becomes less")
    check(browser.value("document.querySelectorAll('.diff .added').length") > 0, "added lines are shown")
    check(browser.value("document.querySelectorAll('.diff .chapter').length") > 0, "with their function")


def differences_are_complete(browser, page):
    browser.open(page, "#panes=script")
    wrong = browser.value("""(() => {
      let seed = 1;
      const random = (most) => (seed = seed * 48271 % 2147483647) % most;
      for (let round = 0; round < 400; round++) {
        const a = Array.from({length: random(40)}, () => "line " + random(1 + round % 30));
        const b = a.filter(() => random(5) > 0).flatMap((line) => random(6) ? [line] : [line, "new " + random(9)]);
        if (round % 7 === 0) b.reverse();
        if (a.join() === b.join()) continue; // nothing is near a change
        const rows = convoyPage.differenceOf(a, b, 1000), side = (sign) => rows.filter((row) => row.sign === " " || row.sign === sign);
        if (side("-").map((row) => row.text).join() !== a.join() || side("+").map((row) => row.text).join() !== b.join()) return [a, b, rows];
        if (side("-").some((row, i) => row.old !== i + 1) || side("+").some((row, i) => row.now !== i + 1)) return [a, b, "numbers"];
        const short = convoyPage.differenceOf(a, b);
        const lines = short.reduce((sum, row) => sum + (row.sign === "…" ? row.count : row.sign === "+" ? 0 : 1), 0);
        if (lines !== a.length) return [a, b, "left out"];
      }
      return null;
    })()""")
    equal(wrong, None, "both texts are in their difference")
    equal(browser.value("convoyPage.differenceOf(['a', 'b', 'c', 'd'], ['a', 'c', 'x', 'd']).map(row => row.sign + row.text)"),
          [" a", "-b", " c", "+x", " d"], "a small one")


def roofline_tells_of_kernels(browser, page):
    browser.open(page, "#panes=roofline,schedule")
    equal(browser.value("document.querySelectorAll('.roofline .point circle').length"), 1, "kernels with multiply-adds")
    browser.hover(".roofline .point circle")
    check("clamp_1" in browser.value("document.querySelector('.tip').textContent"), "the tip names the kernel")
    equal(browser.value("document.querySelectorAll('[data-view=schedule] .row.h2').length"), 1, "in the schedule")


def what_is_written_is_text(browser, page):
    browser.open(page, CODE)
    for panes in ("graph-text,fused,loops,asm", "plan,roofline,passes", "script+schedule,graph,llvm,llvm-opt"):
        browser.open(page, f"#panes={panes}&at=kernel:0")
        browser.settle()
        equal(browser.value("document.querySelectorAll('img').length"), 0, "elements that a text made")
    check("</script><img src=q" in browser.value("document.querySelector('[data-view=script] .row').textContent"), "it is shown")
    equal(browser.value("document.title"), "net · Convoy", "title")
    check("<b>.cvy" in browser.value("document.getElementById('file').textContent"), "the file's name")


def network_is_small_and_answers(browser, page):
    check(page.stat().st_size < 5e6, f"{page.stat().st_size} bytes are too many")
    browser.open(page, CODE)
    browser.click(".graph [data-place='layer:layer1.0.conv1']")
    names = "[...convoyPage.app.pin.layers].map(i => convoyPage.model.layers[i].name)"
    equal(browser.value(names), ["layer1.0.conv1"], "what is kept")
    check(browser.value("document.querySelectorAll('[data-view=asm] .row.p2').length") > 5, "assembly is scrolled to it")
    hover_words(browser, "script", "kernel: 3x3, stride: stride")
    equal(browser.value("convoyPage.app.hover.layers.size"), 16, "layers that a line of a block made")


CASES = {
    "edges": [loads_and_shows_all_panes, expression_of_the_script_is_its_layer, line_of_loops_is_linked_to_code,
              assembly_is_linked_back, click_is_kept_and_is_a_link, kernel_runs_through_all_panes, plan_is_sorted,
              search_finds_lines, keys_work, passes_say_what_they_changed, differences_are_complete, roofline_tells_of_kernels, panes_are_moved_and_sized, edge_says_why],
    "digits": [measured_times_are_shown],
    "hostile": [what_is_written_is_text],
    "resnet50": [network_is_small_and_answers],
}


def commands(folder):
    """Of each page, what convoy explore is called with."""
    (folder / "a<b>.cvy").write_text(HOSTILE)
    processor = "-mcpu=x86-64-v4"
    return {"edges": [ROOT / "examples/edges/edges.cvy", processor],
            "hostile": [folder / "a<b>.cvy", processor],
            "digits": [ROOT / "examples/digits/digits.cvy", "--measure"],
            "resnet50": [ROOT / "examples/networks/resnet50.cvy", processor]}


if __name__ == "__main__":
    run(CASES, commands)
