#!/usr/bin/env python3
"""Whole sessions with the language server: protocol_test.py CONVOY. Ends with `N passed, N failed`."""
import json
import pathlib
import re
import sys
import tempfile
import time
import traceback

from session import Session, apply, frame

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CONVOY = sys.argv[1]
NET = """// net.cvy: ünïcode 🙂 in a comment
pipeline net(digit: tensor[1, 8, 8]) -> tensor[10] {
    c = digit |> conv(16, kernel: 3x3, padding: same, name: "c1") |> relu
    f = c |> max_pool(2x2) |> flatten
    return f |> dense(10, name: "fc") |> softmax
}
"""
LOOP = """block down(x, filters: int, stride: int = 2) {
    y = x |> conv(filters, kernel: 3x3, stride: stride, padding: 1)
    return relu(y)
}

pipeline p(photo: image[rgb, 64, 64]) {
    const_free = photo
    x = photo
    for i in 0..3 {
        part = x |> down(8 * 2 ** i, name: "d{i}")
        x = part
    }
    return x
}
"""


def span(text, marked, length=None):
    """The range of `marked` in units of UTF-16."""
    begin = text.index(marked)
    line = text.count("\n", 0, begin)
    start = text.rfind("\n", 0, begin) + 1
    units = len(text[start:begin].encode("utf-16-le")) // 2
    return {"start": {"line": line, "character": units},
            "end": {"line": line, "character": units + len((marked if length is None else marked[:length]).encode("utf-16-le")) // 2}}


def labels(items):
    return [item["label"] for item in items]


def test_lifecycle(folder):
    with Session(CONVOY) as s:
        answer = s.ask("textDocument/hover")
        assert answer["error"]["code"] == -32002, answer
        result = s.start()
        assert result["serverInfo"]["name"] == "convoy" and result["capabilities"]["positionEncoding"] == "utf-16"
        assert s.ask("initialize", capabilities={})["error"]["code"] == -32600
        assert s.ask("textDocument/nothing")["error"]["code"] == -32601
        assert s.result("shutdown") is None
        assert s.ask("textDocument/hover")["error"]["code"] == -32600
        s.notify("exit")
        assert s.process.wait(timeout=60) == 0
        assert s.process.stderr.read() == b""


def test_exit_without_shutdown(folder):
    with Session(CONVOY, "--stdio") as s:
        s.start()
        s.notify("exit")
        assert s.process.wait(timeout=60) == 1
    with Session(CONVOY) as s:
        s.start()
        s.process.stdin.close()
        assert s.process.wait(timeout=60) == 1
    with Session(CONVOY) as s:
        s.notify("exit")  # before initialize
        assert s.process.wait(timeout=60) == 1


def test_usage(folder):
    with Session(CONVOY, "net.cvy") as s:
        assert s.process.wait(timeout=60) == 2
        assert b"E0537" in s.process.stderr.read()
        assert s.receive() is None


def test_diagnostics_come_and_go(folder):
    uri = "file:///nowhere/net.cvy"
    with Session(CONVOY) as s:
        s.start()
        assert s.open(uri, NET) == []
        broken = NET.replace("dense(10", "dence(10").replace("|> relu", "|> rely")
        found = s.change(uri, 2, {"text": broken})
        assert s.version == 2
        assert [(d["code"], d["severity"], d["range"]) for d in found] == [
            ("E0202", 1, span(broken, "rely")), ("E0202", 1, span(broken, "dence"))][: len(found)], found
        assert found and "no layer or function named 'rely'" in found[0]["message"], found
        # An incremental change: only the word.
        fixed = s.change(uri, 3, {"range": span(broken, "rely"), "text": "relu"},
                         {"range": span(broken, "dence"), "text": "dense"})
        assert fixed == [], fixed
        assert s.change(uri, 4, {"text": "pipeline p(x: tensor[1, 4, 4]) { y = x |> | return x }"})[0]["code"][0] == "E"
        s.notify("textDocument/didClose", textDocument={"uri": uri})
        assert s.settled(uri) == []
        assert s.leave() == 0


def test_diagnostics_say_where_shapes_come_from(folder):
    text = NET.replace("digit |> conv(16", "digit |> conv(16, groups: 3")
    with Session(CONVOY) as s:
        s.start()
        found = s.open("file:///n.cvy", text)
        assert [d["code"] for d in found] == ["E0308"], found
        calls = LOOP.replace("kernel: 3x3", "kernel: 33x33").replace("padding: 1", "padding: 0")
        found = s.open("file:///l.cvy", calls)
        assert [d["code"] for d in found] == ["E0307"], found
        related = found[0]["relatedInformation"]
        assert any("called here" in each["message"] for each in related), related
        assert all(each["location"]["uri"] == "file:///l.cvy" for each in related)


def test_utf16_and_utf8(folder):
    text = 'pipeline p(x: tensor[1, 4, 4]) { return x |> conv(2, kernel: 1x1, name: "🙂é") |> rely }\n'
    with Session(CONVOY) as s:
        s.start()
        codes = {d["code"]: d["range"] for d in s.open("file:///u.cvy", text)}
        assert codes["E0223"] == span(text, '"🙂é"'), codes
        assert s.at("textDocument/hover", "conv")["range"] == span(text, "conv")
        comment = "pipeline p(x: tensor[1, 4, 4]) { return x } // 🙂🙂 here"
        s.open("file:///v.cvy", comment)
        after = s.change("file:///v.cvy", 2, {"range": span(comment, "here"), "text": "\nrely"})
        assert after[0]["range"]["start"] == {"line": 1, "character": 0}, after
    with Session(CONVOY) as s:
        result = s.start(general={"positionEncodings": ["utf-32", "utf-8", "utf-16"]})
        assert result["capabilities"]["positionEncoding"] == "utf-8"
        text = 'pipeline p(x: tensor[1, 4, 4]) { return x |> conv(2, kernel: 1x1, name: "🙂é") }\n'
        found = s.open("file:///u.cvy", text)
        begin = len(text[: text.index('"🙂é"')].encode())
        assert found[0]["range"]["start"]["character"] == begin
        assert found[0]["range"]["end"]["character"] == begin + len('"🙂é"'.encode())


def test_hover(folder):
    with Session(CONVOY) as s:
        s.start()
        s.open("file:///net.cvy", NET)
        conv = s.at("textDocument/hover", "conv(16")
        assert conv["range"] == span(NET, "conv")
        text = conv["contents"]["value"]
        assert conv["contents"]["kind"] == "markdown"
        for part in ["c1: tensor[1, 8, 8] -> tensor[16, 8, 8]", "kernels are never flipped", "`stride`, 1 by default",
                     "9,216 multiply-adds per item, 160 parameters", "pad_begin: [1, 1]"]:
            assert part in text, (part, text)
        assert "tensor[16, 8, 8]" in s.at("textDocument/hover", "c = digit")["contents"]["value"]
        assert "tensor[16, 8, 8]" in s.at("textDocument/hover", "c |> max_pool")["contents"]["value"]
        assert "tensor[256]" in s.at("textDocument/hover", "flatten", 3)["contents"]["value"]
        assert "tensor[1, 8, 8]" in s.at("textDocument/hover", "digit: tensor")["contents"]["value"]
        assert "same_lower" in s.at("textDocument/hover", "padding")["contents"]["value"]
        # 9216 of the convolution, 256 * 10 of the dense layer; 160 + 2570 numbers.
        pipeline = s.at("textDocument/hover", "net(digit")["contents"]["value"]
        assert "11,776 multiply-adds per item, 2,730 parameters" in pipeline, pipeline
        assert s.at("textDocument/hover", "// net") is None
        s.open("file:///loop.cvy", LOOP)
        inner = s.at("textDocument/hover", "conv(filters")["contents"]["value"]
        for part in ["image[rgb, 64, 64] -> tensor[8, 32, 32]", "tensor[16, 16, 16] -> tensor[32, 8, 8]", "made 3 times"]:
            assert part in inner, (part, inner)
        assert "0 or the integer 1 or the integer 2" in s.at("textDocument/hover", "i in 0")["contents"]["value"]
        assert "block down(x, filters: int, stride: int = 2)" in s.at("textDocument/hover", "down(8")["contents"]["value"]
    with Session(CONVOY) as s:
        s.start(textDocument={"hover": {"contentFormat": ["plaintext"]}})
        s.open("file:///net.cvy", NET)
        contents = s.at("textDocument/hover", "conv(16")["contents"]
        assert contents["kind"] == "plaintext" and "`" not in contents["value"]


def test_hover_survives_errors(folder):
    with Session(CONVOY) as s:
        s.start()
        assert s.open("file:///net.cvy", NET.replace("softmax", "sofmax"))
        assert "tensor[16, 8, 8]" in s.at("textDocument/hover", "conv(16")["contents"]["value"]
        assert s.open("file:///net.cvy", NET + "pipeline q(")
        assert "kernels are never flipped" in s.at("textDocument/hover", "conv(16")["contents"]["value"]


def complete(s, text):
    """The completions at the `@` of a text."""
    s.open("file:///c.cvy", text.replace("@", ""))
    s.text = text
    return s.at("textDocument/completion", "@")


def test_completion(folder):
    body = "const sigma = 2\nblock twice(x, amount: float = 2.0) { return x * amount }\npipeline p(x: tensor[3, 8, 8]) { y = relu(x) %s }"
    with Session(CONVOY) as s:
        s.start()
        items = complete(s, body % "z = x |> @ return z")
        assert {"conv", "relu", "dense", "twice"} <= set(labels(items)) and "add" not in labels(items)
        assert "x" not in labels(items) and "return" not in labels(items)
        conv = next(item for item in items if item["label"] == "conv")
        assert "kernels are never flipped" in conv["documentation"]["value"] and "stride: 1" in conv["detail"]
        items = complete(s, body % "z = x |> conv(16, ker@) return z")
        assert labels(items)[:2] == ["filters:", "kernel:"] and "border:" in labels(items) and "y" in labels(items)
        stride = next(item for item in items if item["label"] == "stride:")
        assert stride["detail"] == "default: 1" and stride["insertText"] == "stride: "
        items = complete(s, body % "z = x |> conv(16, kernel: 3x3, @) return z")
        assert "kernel:" not in labels(items) and "padding:" in labels(items)
        items = complete(s, body % "z = x |> conv(16, kernel: 3x3, padding: @) return z")
        assert labels(items)[:3] == ["same", "same_lower", "valid"]
        items = complete(s, body % "z = x |> conv(16, kernel: 3x3, border: r@")
        assert {"replicate", "reflect", "wrap", "mirror"} <= set(labels(items))
        items = complete(s, body % "z = x |> twice(@) return z")
        assert labels(items)[:2] == ["x:", "amount:"], labels(items)
        items = complete(s, body % "z = @ return z")
        assert {"x", "y", "sigma", "twice", "conv", "channels", "if"} <= set(labels(items)) and "z" not in labels(items)
        assert next(i for i in items if i["label"] == "y")["detail"] == "tensor[3, 8, 8]"
        items = complete(s, body % "for i in 0..2 { w = y } v = @ return v")
        assert "w" not in labels(items) and "i" not in labels(items) and "y" in labels(items)
        items = complete(s, body % "for i in 0..2 { w = @ } return y")
        assert "i" in labels(items)
        assert {"tensor", "image"} <= set(labels(complete(s, "pipeline p(x: @) { return x }")))
        assert labels(complete(s, "pipeline p(x: image[@) { return x }")) == ["gray", "rgb", "rgba"]
        assert {"pipeline", "block", "const", "import"} <= set(labels(complete(s, "@")))
        assert complete(s, "// relu @") == [] and complete(s, 'import "re@"') == []
        assert complete(s, "pipeline p@") == []


def test_definition(folder):
    (folder / "parts.cvy").write_text("const amount = 3\n\nblock twice(x, factor: float = 2.0) { return x * factor }\n")
    main = folder / "über main.cvy"
    text = 'import "parts.cvy"\nconst own = 1\npipeline p(x: tensor[3, 8, 8]) {\n    y = x |> twice(factor: 3.0)\n    y = y * amount\n    return y + own\n}\n'
    parts = (folder / "parts.cvy").resolve().as_uri()
    with Session(CONVOY) as s:
        s.start()
        assert s.open(main.as_uri(), text) == []
        there = s.at("textDocument/definition", "twice")
        assert there == {"uri": parts, "range": {"start": {"line": 2, "character": 6}, "end": {"line": 2, "character": 11}}}, there
        assert s.at("textDocument/definition", "factor")["range"]["start"] == {"line": 2, "character": 15}
        assert s.at("textDocument/definition", "amount")["range"]["start"] == {"line": 0, "character": 6}
        assert s.at("textDocument/definition", "parts.cvy")["uri"] == parts
        assert s.at("textDocument/definition", "own\n") == {"uri": main.as_uri(), "range": span(text, "own")}
        assert s.at("textDocument/definition", "y + own")["range"] == span(text, "y = y", 1)
        assert s.at("textDocument/definition", "y * amount")["range"] == span(text, "y = x", 1)
        assert s.at("textDocument/definition", "x |>")["range"] == span(text, "x: tensor", 1)
        # A mistake in the imported file is shown at the import, and leads there.
        (folder / "parts.cvy").write_text("const amount = \n")
        s.notify("textDocument/didSave", textDocument={"uri": main.as_uri()})
        found = s.settled(main.as_uri())
        assert found[0]["range"] == span(text, '"parts.cvy"'), found
        assert found[0]["relatedInformation"][0]["location"]["uri"] == parts, found
        # An open buffer comes before the file on disk, and its changes reach those that import it.
        assert s.open(parts, "const amount = 4\nblock twice(x, factor: float = 1.0) { return x * factor }\n") == []
        assert s.diagnostics[main.as_uri()] == [], s.diagnostics
        s.change(parts, 2, {"text": "const amount = 4\n"})
        assert [d["code"] for d in s.diagnostics[main.as_uri()]] == ["E0202"]


def test_files_without_or_with_several_pipelines(folder):
    with Session(CONVOY) as s:
        s.start()
        assert s.open("file:///empty.cvy", "") == []
        assert s.open("file:///blocks.cvy", "block b(x) { return relu(x) }\n") == []
        assert [d["code"] for d in s.open("file:///blocks.cvy", "block b(x: tensr) { return relu(x) }\n")] == ["E0205"]
        two = "pipeline a(x: tensor[1, 4, 4]) { return x |> rely }\npipeline b(x: tensor[1, 4, 4]) { return x |> relo }\n"
        found = s.open("file:///two.cvy", two)
        assert [d["range"] for d in found] == [span(two, "rely"), span(two, "relo")], found


def test_symbols(folder):
    with Session(CONVOY) as s:
        s.start()
        s.open("file:///l.cvy", "const sigma = 1.5\n" + LOOP)
        symbols = s.result("textDocument/documentSymbol", textDocument={"uri": "file:///l.cvy"})
        assert [(each["name"], each["kind"]) for each in symbols] == [("sigma", 14), ("down", 12), ("p", 12)]
        assert [each["name"] for each in symbols[2]["children"]] == ["const_free", "x"]
        assert symbols[1]["detail"] == "block down(x, filters: int, stride: int = 2)", symbols[1]
        assert symbols[2]["range"]["end"]["line"] == 14


def test_formatting(folder):
    ugly = NET.replace("    c = digit |> conv(16, kernel: 3x3,", "  c=digit|>conv( 16,kernel:3x3 ,")
    options = {"tabSize": 4, "insertSpaces": True}
    with Session(CONVOY) as s:
        s.start()
        s.open("file:///f.cvy", ugly)
        edits = s.result("textDocument/formatting", textDocument={"uri": s.uri}, options=options)
        assert apply(ugly, edits) == NET
        assert len(edits) == 1 and edits[0]["range"]["start"]["line"] == 2 and edits[0]["range"]["end"]["line"] == 3
        s.open("file:///f.cvy", NET)
        assert s.result("textDocument/formatting", textDocument={"uri": s.uri}, options=options) == []
        s.open("file:///f.cvy", ugly + "}")
        assert s.result("textDocument/formatting", textDocument={"uri": s.uri}, options=options) is None


def test_code_action(folder):
    broken = NET.replace("flatten", "flaten")
    with Session(CONVOY) as s:
        s.start()
        found = s.open("file:///a.cvy", broken)
        assert [d["code"] for d in found] == ["E0202"]
        actions = s.result("textDocument/codeAction", textDocument={"uri": s.uri}, range=found[0]["range"],
                           context={"diagnostics": found})
        assert [(each["title"], each["kind"], each["isPreferred"]) for each in actions] == [
            ("did you mean 'flatten'?", "quickfix", True)], actions
        assert actions[0]["diagnostics"] == found
        assert apply(broken, actions[0]["edit"]["changes"][s.uri]) == NET
        elsewhere = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 1}}
        assert s.result("textDocument/codeAction", textDocument={"uri": s.uri}, range=elsewhere,
                        context={"diagnostics": []}) == []


def test_malformed_input(folder):
    with Session(CONVOY) as s:
        s.raw(frame(b"{nonsense"))
        answer = s.receive()
        assert answer["error"]["code"] == -32700 and answer["id"] is None, answer
        s.raw(frame(b"[" * 100000))
        assert s.receive()["error"]["code"] == -32700
        s.raw(frame(b'"text"'))
        assert s.receive()["error"]["code"] == -32600
        s.raw(frame({"jsonrpc": "2.0", "id": 7}))  # an answer to nothing
        s.raw(frame({"jsonrpc": "2.0", "id": 7, "method": 5}))
        assert s.receive()["error"]["code"] == -32600
        s.raw(b"Content-Type: text\r\n\r\n")
        assert s.receive()["error"]["code"] == -32700
        s.raw(b"Content-Length: 200000000\r\n\r\n")
        for _ in range(200):
            s.raw(b" " * 1000000)
        assert s.receive()["error"]["message"] == "the message is too large"
        body = b'{"jsonrpc": "2.0", "id": "a", "method": "initialize", "params": {"capabilities": {}}}'
        s.raw(b"\r\ncontent-LENGTH :  %d\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n%s" % (len(body), body))
        answer = s.receive()
        assert answer["id"] == "a" and "capabilities" in answer["result"], answer
        s.notify("$/setTrace", value="off")
        s.notify("textDocument/didOpen", textDocument={"uri": 5})
        s.notify("textDocument/didChange", textDocument={"uri": "file:///no.cvy"}, contentChanges=[{"text": "x"}])
        s.notify("textDocument/didOpen")
        assert s.ask("textDocument/hover")["error"]["code"] == -32602
        assert s.result("textDocument/hover", textDocument={"uri": "file:///no.cvy"}, position={"line": 0, "character": 0}) is None
        s.open("file:///yes.cvy", NET)
        assert s.ask("textDocument/hover", textDocument={"uri": s.uri}, position={"line": "x"})["error"]["code"] == -32602
        far = {"line": 1 << 40, "character": 1 << 40}
        assert s.result("textDocument/hover", textDocument={"uri": s.uri}, position=far) is None
        assert s.result("textDocument/definition", textDocument={"uri": s.uri}, position={"line": -5, "character": -1}) is None
        assert s.leave() == 0


def test_hostile_documents(folder):
    """Whatever the text: answers come, and soon."""
    texts = ["\0" * 100, "(" * 100000, '"' * 10001, '"{' * 1000, '"\\', "pipeline p(x: tensor) { return x" + " |> relu" * 5000 + " }",
             "block b(x) { return b(x) } pipeline p(x: tensor[1, 2, 2]) { return b(x) }",
             "pipeline p(x: tensor[1, 2, 2]) { for i in 0..1000000000000 { y = i } return x }",
             "pipeline p(x: tensor[1, 2, 2]) {" + " y = x" * 20000 + " return y }",
             "pipeline p(x: tensor[1, 2, 2]) {" + " for i in 0..1 { y = x" * 90 + "}" * 90 + " return x }",
             "\ufeffpipeline p(x: tensor[1, 2, 2]) { return x }", "import \"/dev/zero\"\nimport \"..\"\nimport \"\"\n", "\r\r\n\n\r"]
    with Session(CONVOY) as s:
        s.start()
        for i, text in enumerate(texts):
            begin = time.monotonic()
            s.open("file:///h.cvy", text)
            lines = text.count("\n")
            for place in ({"line": 0, "character": 0}, {"line": 0, "character": len(text)}, {"line": lines, "character": 33}):
                for method in ("hover", "completion", "definition"):
                    s.ask("textDocument/" + method, textDocument={"uri": s.uri}, position=place)
            s.ask("textDocument/documentSymbol", textDocument={"uri": s.uri})
            s.ask("textDocument/formatting", textDocument={"uri": s.uri}, options={})
            seconds = time.monotonic() - begin
            assert seconds < 20, (i, seconds)
        assert not s.log, s.log
        # Every beginning of a script, as it is typed.
        for end in range(0, len(LOOP), 3):
            s.open("file:///t.cvy", LOOP[:end])
            for method in ("hover", "completion", "definition"):
                s.at("textDocument/" + method, LOOP[:end], end) if end else None
        assert not s.log, s.log
        assert s.leave() == 0


def expanded(body):
    """A snippet with its proposals filled in; the last stop becomes a layer."""
    text = body if isinstance(body, str) else "\n".join(body)
    text = re.sub(r"\$\{(\d+)\|([^,|]*)[^|]*\|\}", r"${\1:\2}", text)
    stops = dict(re.findall(r"\$\{(\d+):([^{}]*)\}", text))
    text = re.sub(r"\$\{(\d+)(:[^{}]*)?\}", lambda stop: stops[stop[1]], text)
    return text.replace("$0", "relu")


def test_snippets(folder):
    snippets = json.loads((ROOT / "editors/vscode/snippets/convoy.json").read_text())
    with Session(CONVOY) as s:
        s.start()
        for name, snippet in snippets.items():
            text = expanded(snippet["body"])
            head = snippet["prefix"]
            if head in ("conv", "filter", "if"):
                text = "v = " + text
            if head not in ("pipeline", "network", "block"):
                text = "pipeline t(x: tensor[3, 8, 8]) { " + text.replace("relu", "x = relu(x)") + " return x }"
            codes = [d["code"] for d in s.open("file:///s.cvy", text)]
            assert not [code for code in codes if code.startswith("E01")], (name, text, codes)
            assert codes == [] or head in ("conv", "filter", "if", "outputs"), (name, text, codes)


def test_options(folder):
    (folder / "lib").mkdir()
    (folder / "lib" / "parts.cvy").write_text("const amount = 3\n")
    text = 'import "parts.cvy"\nconst n = 1\npipeline p(x: tensor[3, 8, 8]) { return x * n }\n'
    uri = (folder / "main.cvy").as_uri()
    with Session(CONVOY) as s:
        s.start()
        assert [d["code"] for d in s.open(uri, text)] == ["E0421"]
    with Session(CONVOY, "-I", str(folder / "lib"), "-Dn=5") as s:
        s.start()
        assert s.open(uri, text) == []
        assert "the integer 5" in s.at("textDocument/hover", "n }")["contents"]["value"]


def main():
    passed = failed = 0
    for name, test in list(globals().items()):
        if not name.startswith("test_"):
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(pathlib.Path(folder))
                passed += 1
            except Exception:  # a test ends with whatever it meets
                failed += 1
                print(f"{name} failed:")
                traceback.print_exc(file=sys.stdout)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
