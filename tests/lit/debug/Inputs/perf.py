#!/usr/bin/env python3
"""What perf gets to know of code in memory: the map of its functions, and what perf makes of that and of a dump.

usage: perf.py CONVOY FOLDER

Where perf cannot run it says so, and looks at the map alone.
"""
import os
import re
import shutil
import subprocess
import sys

convoy, folder = sys.argv[1], sys.argv[2]
shutil.rmtree(folder, ignore_errors=True)
os.makedirs(folder)
script = os.path.join(folder, "net.cvy")
with open(script, "w") as file:
    file.write('pipeline net(x: tensor[3, H, W]) -> tensor[3, H, W] {\n    return x\n        |> sigmoid(name: "s")\n}\n')
run = [convoy, "run", script, "--benchmark", "300", "--threads", "1", "--size", "H=64", "--size", "W=512"]


def execute(command, **variables):
    process = subprocess.Popen(command, env={**os.environ, **variables}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True)
    output = process.communicate()[0]
    return process, output


process, output = execute(run, CONVOY_PERF="map")
assert process.returncode == 0, output
path = f"/tmp/perf-{process.pid}.map"
with open(path) as file:
    lines = file.read().splitlines()
os.unlink(path)
rows = [re.fullmatch(r"([0-9a-f]+) ([0-9a-f]+) (\S.*)", line) for line in lines]
assert lines and all(rows), lines
names = {row[3] for row in rows}
assert {"net.s", "net_run", "net_check"} <= names, names
assert all(int(row[1], 16) > 4096 and 0 < int(row[2], 16) < 1 << 20 for row in rows), lines

process, output = execute([*run[:-1], "W=8"], CONVOY_PERF="maps")
assert process.returncode == 1 and "'CONVOY_PERF' takes map or jitdump, not 'maps'" in output, output


data = os.path.join(folder, "perf.data")
record = ["perf", "record", "-q", "-k", "1", "-e", "cpu-clock:u", "-o", data]
if not shutil.which("perf") or execute([*record, "true"])[0].returncode != 0:
    print("the map is right; perf cannot run here")
    sys.exit()
process, output = execute([*record, *run], JITDUMPDIR=folder, CONVOY_PERF="jitdump")
assert process.returncode == 0, output
process, output = execute(["perf", "inject", "--jit", "-i", data, "-o", data + ".jit"])
assert process.returncode == 0, output
process, output = execute(["perf", "report", "-i", data + ".jit", "--stdio", "--no-children", "--sort", "symbol"])
assert "net.s" in output, output
# Each function is a file of its own now, with its lines.
files = [os.path.join(root, name) for root, _, names in os.walk(folder) for name in names if name.endswith(".so")]
assert any(b"net.s\0" in open(file, "rb").read() and b"net.cvy\0" in open(file, "rb").read() for file in files), files
print("the map is right, and perf finds the function")
