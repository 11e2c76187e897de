"""One session with `convoy lsp` over its standard input and output."""
import json
import queue
import subprocess
import threading

PATIENCE = 60  # seconds; a build machine may be busy


def frame(message):
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


class Session:
    def __init__(self, convoy, *options):
        self.process = subprocess.Popen([convoy, "lsp", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.messages = queue.Queue()
        self.last = 0
        self.diagnostics = {}  # by URI: those published last
        self.log = []
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                pipe.close()
            except OSError:
                pass

    def _read(self):
        out = self.process.stdout
        while True:
            header = out.readline()
            if not header:
                return self.messages.put(None)
            if not header.startswith(b"Content-Length: ") or out.readline() != b"\r\n":
                return self.messages.put({"stray output": header.decode(errors="replace")})
            self.messages.put(json.loads(out.read(int(header.split()[1]))))

    def raw(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def receive(self):
        """The next message that is no notification; those are kept. None at the end of the output."""
        while True:
            message = self.messages.get(timeout=PATIENCE)
            if message is None or "method" not in message:
                return message
            params = message["params"]
            if message["method"] == "textDocument/publishDiagnostics":
                self.diagnostics[params["uri"]] = params["diagnostics"]
                self.version = params.get("version")
            else:
                self.log.append(params)

    def notify(self, method, **params):
        self.raw(frame({"jsonrpc": "2.0", "method": method, "params": params}))

    def ask(self, method, **params):
        """The whole answer."""
        self.last += 1
        self.raw(frame({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params}))
        answer = self.receive()
        assert answer and answer.get("id") == self.last, f"no answer to {method}: {answer}"
        return answer

    def result(self, method, **params):
        answer = self.ask(method, **params)
        assert "result" in answer, f"{method}: {answer}"
        return answer["result"]

    def start(self, **capabilities):
        result = self.result("initialize", processId=None, rootUri=None, capabilities=capabilities)
        self.notify("initialized")
        return result

    def open(self, uri, text):
        """The diagnostics of the text."""
        self.text, self.uri = text, uri
        self.notify("textDocument/didOpen",
                    textDocument={"uri": uri, "languageId": "convoy", "version": 1, "text": text})
        return self.settled(uri)

    def change(self, uri, version, *changes):
        self.notify("textDocument/didChange", textDocument={"uri": uri, "version": version},
                    contentChanges=list(changes))
        return self.settled(uri)

    def settled(self, uri):
        # Messages are taken in turn: behind an answer the notifications before it are complete.
        self.ask("textDocument/codeAction", textDocument={"uri": uri}, context={"diagnostics": []},
                 range={"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}})
        return self.diagnostics.get(uri)

    def at(self, method, marked, after=0, uri=None, **params):
        """Asks about the place of `marked` in the open text, plus `after` characters."""
        begin = self.text.index(marked) + after
        line = self.text.count("\n", 0, begin)
        start = self.text.rfind("\n", 0, begin) + 1
        units = len(self.text[start:begin].encode("utf-16-le")) // 2
        return self.result(method, textDocument={"uri": uri or self.uri},
                           position={"line": line, "character": units}, **params)

    def leave(self):
        """Ends as the protocol says. The exit status."""
        self.result("shutdown")
        self.notify("exit")
        return self.process.wait(timeout=PATIENCE)


def apply(text, edits):
    """The text with the edits of one document made, in units of UTF-16."""
    lines = text.split("\n")

    def offset(position):
        line = lines[position["line"]] if position["line"] < len(lines) else ""
        before = line.encode("utf-16-le")[: 2 * position["character"]].decode("utf-16-le")
        return sum(len(each) + 1 for each in lines[: position["line"]]) + len(before)

    for edit in sorted(edits, key=lambda each: offset(each["range"]["start"]), reverse=True):
        start, end = offset(edit["range"]["start"]), offset(edit["range"]["end"])
        text = text[:start] + edit["newText"] + text[end:]
    return text
