#!/usr/bin/env python3
"""Drives the pictures of `convoy explore --input` in Chromium: what a result is made of, and where it is.

    pictures_test.py CONVOY [CASE...]
"""
import struct

from cases import ROOT, check, equal, run

# Every kind of window: strides, dilation, groups, borders, sides that differ, three axes, one axis.
WINDOWS = """pipeline windows(x: tensor[4, 7, 9], clip: tensor[2, 4, 6, 7], sound: tensor[3, 20], half: float = 0.5) -> (classes: tensor, clips: tensor, waves: tensor) {
    a = x |> conv(8, kernel: 3x3, stride: 2, padding: 1, groups: 2, name: "grouped")
    b = x |> conv(2, kernel: 3x3, dilation: 2, padding: 2, border: reflect101, name: "dilated")
    c = x |> conv(2, kernel: 2x4, padding: same, border: wrap, name: "wrapped")
    d = x |> conv(2, kernel: 3x3, padding: 1, border: constant(0.5), bias: false, name: "constant")
    e = a |> transposed_conv(6, kernel: 3x3, stride: 2, padding: 1, groups: 2, name: "up") |> crop(4x6)
    f = a |> avg_pool(3x3, stride: 2, padding: 1) |> avg_pool(2x2, stride: 1, padding: 1, count_include_pad: false)
    g = concat(b, c, d) |> depthwise_conv(kernel: 3x3, padding: 1, border: replicate, multiplier: 2, name: "each") |> max_pool(3x3, stride: 2, padding: 1)
    h = concat(global_avg_pool(e), global_avg_pool(f), global_max_pool(g)) |> flatten |> dense(5, name: "last") |> softmax
    i = clip |> conv(3, kernel: 2x3x3, stride: 1x2x1, padding: 1, name: "clips") |> relu |> max_pool(2x2x2, ceil_mode: true)
    j = sound |> conv(4, kernel: 5, stride: 2, padding: 2, name: "heard") |> avg_pool(3, stride: 1) |> sigmoid
    return (classes: h, clips: i * half, waves: j)
}
"""
# More numbers than a page may have.
LARGE = """pipeline large(photo: image[rgb]) -> tensor {
    return photo |> conv(48, kernel: 3x3, padding: 1, name: "many") |> relu |> conv(32, kernel: 1x1, name: "fewer") |> conv(32, kernel: 3x3, groups: 32, padding: 1, name: "each")
}
"""
# How far each result of a layer is from what its terms on the page make, at most, and of how many.
MADE = """(() => {
    const {pictures, explainResult} = convoyPage, out = {};
    pictures.layers.forEach((layer, i) => {
        if (!layer.sum) return;
        const result = pictures.tensors[layer.tensor], [c, s, h, w] = result.extents;
        let most = 0, count = 0;
        for (let a = 0; a < c; a++) for (let b = 0; b < s; b++) for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) {
            const {made} = explainResult(layer, [a, b, y, x], true);
            if (made === undefined) throw new Error(`${convoyPage.model.layers[i].name} leaves something out`);
            most = Math.max(most, Math.abs(made - result.at(a, b, y, x)));
            count++;
        }
        out[convoyPage.model.layers[i].name] = [most, count];
    });
    return out;
})()"""
SHOWN = "document.querySelector('.maps-sum')"
PLACE = "convoyPage.app.panes.get('maps').content.place"


def open_layer(browser, page, layer):
    browser.open(page, f"#panes=maps&at=layer:{layer}")
    browser.settle()


def sums_are_the_results(browser, page):
    open_layer(browser, page, "grouped")
    made = browser.value(MADE)
    equal(sorted(made), ["avg_pool_1", "avg_pool_2", "avg_pool_3", "clips", "constant", "dilated", "each", "grouped", "heard", "last",
                         "max_pool_1", "max_pool_2", "up", "wrapped"], "layers with windows")
    for name, (most, count) in made.items():
        check(most < 3e-6, f"{name} is off by {most}")
    equal(made["each"][1], 12 * 7 * 9, "results of a layer")


def words_say_what_attributes_do(browser, page):
    words = "Object.fromEntries([...document.querySelectorAll('.maps-lessons div')].map(d => [d.children[0].textContent, d.children[1].textContent]))"
    open_layer(browser, page, "grouped")
    lessons = browser.value(words)
    check("input channels 0 to 1 of 4" in lessons["Groups"], lessons["Groups"])
    check("7×9 becomes 4×5" in lessons["Stride"], lessons["Stride"])
    open_layer(browser, page, "dilated")
    lessons = browser.value(words)
    check("2 apart" in lessons["Dilation"], lessons["Dilation"])
    check("mirrors" in lessons["Padding"], lessons["Padding"])
    open_layer(browser, page, "avg_pool_2")
    check("does not count" in browser.value(words)["Padding"], "padding of an average")


def other_layers_say_what_they_read(browser, page):
    for layer, words in (("relu_1", "numbers?"), ("concat_1", "dilated"), ("crop_1", "up"), ("softmax_1", "last"), ("flatten_1", "concat_2"), ("mul_1", " × "), ("global_max_pool_1", "max_pool_1")):
        open_layer(browser, page, layer)
        value = float(browser.value(SHOWN + ".dataset.result"))
        total = browser.value(SHOWN + ".querySelector('.maps-total').textContent")
        text = browser.value(SHOWN + ".textContent")
        check(words.rstrip("?") in text or words.endswith("?"), f"{layer}: {text}")
        check(abs(float(total.split()[-1].replace("−", "-")) - value) < 0.01, f"{layer}: {total}, not {value}")
        check(browser.value("document.querySelectorAll('.maps-flow [data-role=operand]').length") >= 1, "what it reads")


def window_follows_the_pointer(browser, page):
    open_layer(browser, page, "conv_1")
    browser.hover("[data-role=result] .maps-near", 15, 15)
    first = browser.value(PLACE)
    browser.hover("[data-role=result] .maps-near", 75, 45)
    equal(browser.value(PLACE), [0, 0, first[2] + 1, first[3] + 2], "two to the right and one down")
    made, result = (float(browser.value(f"{SHOWN}.dataset.{name}")) for name in ("made", "result"))
    check(abs(made - result) < 1e-3, f"the products make {made}, not {result}")
    equal(browser.value(SHOWN + ".querySelectorAll('.maps-grid').length"), 3, "what is read, the kernel, the products")
    browser.click("[data-role=result] .maps-near", 75, 45)
    browser.hover("[data-role=result] .maps-near", 15, 15)
    equal(browser.value(PLACE), [0, 0, first[2] + 1, first[3] + 2], "it is held")
    browser.hover("[data-role=result] .maps-whole", 0.5, 0.5)
    browser.click("[data-role=result] .maps-whole", 0.5, 0.5)
    browser.hover("[data-role=operand] .maps-whole", 0.25, 0.75)
    place = browser.value(PLACE)
    check(abs(place[2] - 360) < 5 and abs(place[3] - 160) < 5, f"pointed at in the input: {place}")


def keys_move_the_place(browser, page):
    open_layer(browser, page, "conv_1")
    browser.key("Home")
    equal(browser.value(PLACE), [0, 0, 0, 0], "Home")
    equal(browser.value(SHOWN + ".querySelectorAll('td.pad').length"), 5, "cells of padding in the corner")
    equal(browser.value("(c => c[0] === c[4] && c[1] === c[4])([...document.querySelectorAll('.maps-grid td')].map(c => c.textContent))"), True, "which repeat it")
    browser.key("ArrowRight")
    browser.key("ArrowDown")
    browser.key("ArrowDown")
    equal(browser.value(PLACE), [0, 0, 2, 1], "after three arrows")
    browser.key("j")
    equal(browser.value("convoyPage.app.pin.key"), "layer:conv_2", "the next layer, in all panes")


def pictures_are_drawn(browser, page):
    open_layer(browser, page, "clamp_1")
    equal(browser.value("document.querySelectorAll('.maps-card').length"), 9, "layers")
    colours = """((canvas) => new Set(new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size)"""
    for selector in ("[data-role=result] .maps-whole", "[data-role=operand] .maps-whole", ".maps-card[data-layer='0'] canvas"):
        check(browser.value(f"{colours}(document.querySelector(\"{selector}\"))") > 20, f"{selector} shows something")
    theme = browser.value(f"(document.documentElement.dataset.theme)")
    before = browser.value("document.querySelector('[data-role=operand] .maps-near').toDataURL()")
    browser.key("t")
    check(browser.value("document.querySelector('[data-role=operand] .maps-near').toDataURL()") != before, "drawn again in the other theme")
    browser.key("t")
    equal(browser.value("document.documentElement.dataset.theme"), theme, "as it was")


def what_is_left_out_is_said(browser, page):
    check(page.stat().st_size < 5e6, f"{page.stat().st_size} bytes are too many")
    open_layer(browser, page, "fewer")
    said = browser.value("[...document.querySelectorAll('.maps-flow .maps-remark')].map(r => r.textContent).join(' ')")
    check("of 48 channels" in said and "of 32 result channels" in said, said)
    total = browser.value(SHOWN + ".querySelector('.maps-total').textContent")
    check("channels that this page leaves out" in total, total)
    check("65,536 steps" in browser.value("document.querySelector('.maps-list').textContent"), "how exact it is")
    open_layer(browser, page, "many")
    made, result = (float(browser.value(f"{SHOWN}.dataset.{name}")) for name in ("made", "result"))
    check(abs(made - result) < 1e-3, f"the products make {made}, not {result}")


def page_without_input_has_no_pictures(browser, page):
    browser.open(page, "#panes=maps,script")
    equal(browser.value("convoyPage.app.columns"), [["script"]], "panes")


CASES = {
    "windows": [sums_are_the_results, words_say_what_attributes_do, other_layers_say_what_they_read],
    "edges": [window_follows_the_pointer, keys_move_the_place, pictures_are_drawn],
    "large": [what_is_left_out_is_said],
    "plain": [page_without_input_has_no_pictures],
}


def write_npy(path, shape, numbers):
    head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {tuple(shape)}, }}"
    head += " " * (63 - (10 + len(head)) % 64) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + struct.pack(f"<{len(numbers)}f", *numbers))


def commands(folder):
    """Of each page, what convoy explore is called with."""
    (folder / "windows.cvy").write_text(WINDOWS)
    (folder / "large.cvy").write_text(LARGE)
    numbers = [(i * 37 % 101 - 50) / 32 for i in range(4 * 7 * 9)]
    write_npy(folder / "x.npy", (4, 7, 9), numbers)
    photo = ROOT / "examples/edges/photo.jpg"
    edges = ROOT / "examples/edges/edges.cvy"
    processor = "-mcpu=x86-64-v4"
    return {"windows": [folder / "windows.cvy", processor, "--init=random:1", f"--input=x={folder / 'x.npy'}"],
            "edges": [edges, processor, f"--input={photo}"],
            "large": [folder / "large.cvy", processor, "--init=random:1", f"--input={ROOT / 'docs/pictures/photo.png'}"],
            "plain": [edges, processor]}


if __name__ == "__main__":
    run(CASES, commands)
