#!/usr/bin/env python3
"""Runs every test and ends with one line, `N passed, N failed`.

Suites are found, not listed. `unit` and `exec` are the tests that CMake knows (add_test); those labelled `exec`
make the second suite, those labelled `long` run with --long only. `lit` is tests/lit. A program that writes
GoogleTest's JSON is counted by cases; one whose last line is `N passed, N failed` by that line; any other is one
test. With --long, CONVOY_TEST_LONG=1 is in the environment.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIT = "/usr/lib/llvm-22/bin/lit"


class Tally:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def text(self):
        return f"{self.passed} passed, {self.failed} failed"


def count_googletest(report, tally):
    for suite in json.loads(report.read_text())["testsuites"]:
        for case in suite["testsuite"]:
            if case.get("result") == "SKIPPED":
                tally.skipped += 1
            elif case.get("status") != "RUN":
                continue  # disabled
            elif case.get("failures"):
                tally.failed += 1
            else:
                tally.passed += 1


def run_program(test, environment, folder):
    """Runs one program that CMake registered. Returns its tally, its output when it failed, and its seconds."""
    tally = Tally()
    report = folder / (test["name"].replace("/", "_") + ".json")
    properties = {p["name"]: p["value"] for p in test.get("properties", [])}
    environment = dict(environment, GTEST_OUTPUT=f"json:{report}", GTEST_COLOR="no")
    for setting in properties.get("ENVIRONMENT", []):
        name, _, value = setting.partition("=")
        environment[name] = value
    start = time.monotonic()
    try:
        process = subprocess.run(test["command"], env=environment, cwd=properties.get("WORKING_DIRECTORY", ROOT),
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                                 timeout=properties.get("TIMEOUT", 3600))
        output, status = process.stdout, process.returncode
    except subprocess.TimeoutExpired as expired:
        output, status = f"{expired.stdout or ''}\ntimed out after {expired.timeout} s", -1
    except OSError as error:
        output, status = f"cannot run {test['command'][0]}: {error.strerror}", -1
    last = re.search(r"(\d+) passed, (\d+) failed\s*$", output)
    if report.exists():
        count_googletest(report, tally)
    elif last:
        tally.passed, tally.failed = int(last[1]), int(last[2])
    else:
        tally.passed = 1 if status == 0 else 0
    if status != 0 and tally.failed == 0:  # a crash, or a failure outside of any case
        tally.failed = 1
    return tally, output if tally.failed else "", time.monotonic() - start


def registered_tests(build):
    listing = subprocess.run(["ctest", "--test-dir", str(build), "--show-only=json-v1"], check=True,
                             stdout=subprocess.PIPE, text=True)
    return [test for test in json.loads(listing.stdout)["tests"] if "command" in test]


def labels(test):
    return next((p["value"] for p in test.get("properties", []) if p["name"] == "LABELS"), [])


def run_programs(tests, environment, jobs):
    total = Tally()
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(run_program, test, environment, pathlib.Path(folder)): test for test in tests}
        for done in concurrent.futures.as_completed(running):
            tally, output, seconds = done.result()
            total.add(tally)
            print(f"  {running[done]['name']}: {tally.text()} ({seconds:.1f} s)", flush=True)
            if output:
                print(output, flush=True)
    return total


def run_lit(build, environment):
    tally = Tally()
    generated = build / "tests" / "lit"
    folder = generated if (generated / "lit.site.cfg.py").exists() else ROOT / "tests" / "lit"
    with tempfile.TemporaryDirectory() as scratch:
        report = pathlib.Path(scratch) / "lit.json"
        status = subprocess.run([sys.executable, LIT, "-v" if sys.stdout.isatty() else "-sv", "--output", str(report),
                                 "--param", f"build={build}", str(folder)], env=environment).returncode
        for test in json.loads(report.read_text())["tests"] if report.exists() else []:
            if test["code"] in ("PASS", "XFAIL", "FLAKYPASS"):
                tally.passed += 1
            elif test["code"] in ("UNSUPPORTED", "SKIPPED", "EXCLUDED"):
                tally.skipped += 1
            else:
                tally.failed += 1
    if status != 0 and tally.failed == 0:
        tally.failed = 1
    return tally


def main():
    parser = argparse.ArgumentParser(description="Runs every test.")
    parser.add_argument("--build", default="build", type=pathlib.Path)
    parser.add_argument("--long", action="store_true", help="also the slow tests")
    options = parser.parse_args()
    build = (ROOT / options.build).resolve()
    environment = dict(os.environ)
    if options.long:
        environment["CONVOY_TEST_LONG"] = "1"

    tests = [t for t in registered_tests(build) if options.long or "long" not in labels(t)]
    unit = [t for t in tests if "exec" not in labels(t)]
    execution = [t for t in tests if "exec" in labels(t)]
    cores = len(os.sched_getaffinity(0))
    suites = [("unit", unit, lambda: run_programs(unit, environment, cores)),
              ("lit", (ROOT / "tests" / "lit" / "lit.cfg.py").exists(), lambda: run_lit(build, environment)),
              ("exec", execution, lambda: run_programs(execution, environment, 1))]

    total, lines = Tally(), []
    for name, present, run in suites:
        if not present:
            continue
        print(f"== {name}", flush=True)
        start = time.monotonic()
        tally = run()
        total.add(tally)
        skipped = f", {tally.skipped} skipped" if tally.skipped else ""
        lines.append(f"{name:6} {tally.text()}{skipped} ({time.monotonic() - start:.1f} s)")
    print("== summary", *lines, total.text(), sep="\n")
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
