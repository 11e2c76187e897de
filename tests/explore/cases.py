"""Runs cases against pages that convoy explore makes, in one browser."""
import pathlib
import subprocess
import sys
import tempfile
import traceback

from browser import Browser, Failed

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def check(condition, message):
    if not condition:
        raise Failed(message)


def equal(got, wanted, message):
    check(got == wanted, f"{message}: {got!r}, not {wanted!r}")


def run(cases, arguments_in):
    """The command line is CONVOY [CASE...]. `cases`: of each page, functions of the browser and the page's file.
    `arguments_in(folder)`: of each page, what convoy explore is called with. Exits with what ctest expects."""
    convoy, wanted = sys.argv[1], set(sys.argv[2:])
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder, Browser(1700, 950) as browser:
        folder = pathlib.Path(folder)
        arguments = arguments_in(folder)
        for name, of_page in cases.items():
            of_page = [case for case in of_page if not wanted or case.__name__ in wanted]
            page = folder / (name + ".html")
            if of_page:
                subprocess.run([convoy, "explore", "-w", *arguments[name], "-o", page], check=True)
            for case in of_page:
                browser.problems.clear()
                try:
                    case(browser, page)
                    check(not browser.problems, "\n".join(browser.problems))
                    passed += 1
                except (Failed, StopIteration) as error:
                    failed += 1
                    where = traceback.extract_tb(error.__traceback__)
                    line = next((frame.lineno for frame in where if frame.name == case.__name__), 0)
                    print(f"{case.__name__}, line {line}: {error}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
