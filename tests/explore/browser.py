"""Debian's headless Chromium, driven by its DevTools protocol over a pair of pipes: no port, no library."""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import time

PATIENCE = 60  # seconds; a build machine may be busy


class Failed(Exception):
    """What the browser or the page says went wrong."""


class Browser:
    def __init__(self, width=1280, height=800):
        program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        if not program:
            raise Failed("there is no chromium-headless-shell")
        self.folder = tempfile.TemporaryDirectory(prefix="convoy-browser-", ignore_cleanup_errors=True)
        to_read, self.to = os.pipe()
        self.from_, to_write = os.pipe()

        def wire():  # the protocol is on descriptors 3 and 4
            saved = os.dup(to_read), os.dup(to_write)
            os.dup2(saved[0], 3)
            os.dup2(saved[1], 4)

        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe",
             "--force-color-profile=srgb", f"--window-size={width},{height}", f"--user-data-dir={self.folder.name}",
             "about:blank"],
            preexec_fn=wire, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.waiting, self.last, self.session = b"", 0, None
        self.problems = []  # errors of the console and of the page's program, and whatever it asks the network for
        target = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        self.resize(width, height)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        for pipe in (self.to, self.from_):
            os.close(pipe)
        self.folder.cleanup()

    # ---- the protocol ----

    def call(self, method, **parameters):
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.to, data):]
        while True:
            answer = self._next()
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise Failed(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self._note(answer)

    def _next(self):
        while b"\0" not in self.waiting:
            read = os.read(self.from_, 1 << 20)
            if not read:
                raise Failed("the browser is gone")
            self.waiting += read
        message, self.waiting = self.waiting.split(b"\0", 1)
        return json.loads(message)

    def _note(self, event):
        method, facts = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            details = facts["exceptionDetails"]
            self.problems.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Runtime.consoleAPICalled" and facts["type"] in ("error", "warning", "assert"):
            self.problems.append(" ".join(str(a.get("value", a.get("description"))) for a in facts["args"]))
        elif method == "Log.entryAdded" and facts["entry"]["level"] == "error":
            self.problems.append(facts["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            url = facts["request"]["url"]
            if not url.startswith(("file:", "data:", "blob:", "about:")):
                self.problems.append("asks the network for " + url)

    # ---- pages ----

    def open(self, path, fragment=""):
        """Loads a page of a file, and waits until it says that it is ready."""
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url="file://" + os.path.abspath(path) + fragment)
        self.until("document.documentElement && document.documentElement.dataset.ready === 'true'")

    def resize(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def value(self, expression):
        """What an expression of JavaScript, which may be a promise, gives."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise Failed(f"{expression}: " + details.get("exception", {}).get("description", details["text"]))
        return answer["result"].get("value")

    def until(self, expression):
        end = time.monotonic() + PATIENCE
        while not self.value(expression):
            if self.problems:
                raise Failed("\n".join(self.problems))
            if time.monotonic() > end:
                raise Failed("never came true: " + expression)
            time.sleep(0.01)

    def settle(self):
        """Until what was done is drawn."""
        self.value("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")

    # ---- mouse and keys ----

    def place(self, selector, x=0.5, y=0.5):
        """A point of an element, which is scrolled to; x and y are shares of its size, or pixels above 1."""
        box = self.value(f"(() => {{ const e = document.querySelector({json.dumps(selector)}); if (!e) return null;"
                         "const b = e.getBoundingClientRect(); return [b.left, b.top, b.width, b.height]; })()")
        if not box:
            raise Failed("there is no " + selector)
        left, top, width, height = box
        return left + (x if x > 1 else x * width), top + (y if y > 1 else y * height)

    def move(self, x, y):
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        self.settle()

    def hover(self, selector, x=0.5, y=0.5):
        self.move(*self.place(selector, x, y))

    def click(self, selector, x=0.5, y=0.5):
        x, y = self.place(selector, x, y)
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        self.settle()

    def key(self, key, shift=False):
        code = "Digit" + key if key.isdigit() else "Key" + key.upper() if key.isalpha() and len(key) == 1 else key
        text = key if len(key) == 1 else "\r" if key == "Enter" else ""
        facts = {"key": key, "code": code, "modifiers": 8 if shift else 0}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **facts)
        self.call("Input.dispatchKeyEvent", type="keyUp", **facts)
        self.settle()

    def write(self, text):
        self.call("Input.insertText", text=text)

    def picture(self, path):
        self.settle()
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))
