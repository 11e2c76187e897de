#!/usr/bin/env python3
"""Element-wise functions over a million numbers, one thread: Convoy, ONNX Runtime and OpenVINO in turn.

    python3 bench/peers/functions.py CONVOY [-r ROUNDS] [FUNCTION...]

Needs ./setup.sh, and is run by its Python. Medians over the rounds of the medians, in milliseconds; the ratio is to the
better peer. All of them read and write float32 in memory.
"""

import argparse
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

import onnx
from onnx import TensorProto, helper

HERE = pathlib.Path(__file__).resolve().parent
SHAPE = [1, 64, 128, 128]
# In a script, and as nodes of ONNX from x to y.
FUNCTIONS = {
    "relu": [("Relu", "x", "y")],
    "sigmoid": [("Sigmoid", "x", "y")],
    "silu": [("Sigmoid", "x", "s"), ("Mul", "x s", "y")],
    "tanh": [("Tanh", "x", "y")],
    "gelu": [("Gelu", "x", "y")],
    "gelu(approximate: tanh)": [("Gelu", "x", "y", {"approximate": "tanh"})],
    "elu": [("Elu", "x", "y")],
    "selu": [("Selu", "x", "y")],
    "leaky_relu": [("LeakyRelu", "x", "y")],
    "hard_sigmoid": [("HardSigmoid", "x", "y", {"alpha": 1 / 6, "beta": 0.5})],
    "hard_swish": [("HardSwish", "x", "y")],
    "softplus": [("Softplus", "x", "y")],
    "exp": [("Exp", "x", "y")],
}


def model(nodes):
    made = [helper.make_node(n[0], n[1].split(), [n[2]], **(n[3] if len(n) > 3 else {})) for n in nodes]
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, SHAPE) for name in "xy")
    graph = helper.make_graph(made, "function", [x], [y])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)


def main():
    parser = argparse.ArgumentParser(description="Element-wise functions, Convoy and peers in turn.")
    parser.add_argument("convoy")
    parser.add_argument("-r", "--rounds", type=int, default=3)
    parser.add_argument("functions", nargs="*")
    options = parser.parse_args()
    print("%-24s %10s %12s %10s %8s" % ("function", "convoy", "onnxruntime", "openvino", "ratio"))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        script, report, onnx_file = folder / "f.cvy", folder / "f.json", folder / "f.onnx"
        for function in options.functions or FUNCTIONS:
            script.write_text("pipeline f(x: tensor[%d, %d, %d]) { return x |> %s }\n" % (*SHAPE[1:], function))
            onnx.save(model(FUNCTIONS[function]), onnx_file)
            times = {"convoy": [], "onnxruntime": [], "openvino": []}
            for _ in range(options.rounds):
                subprocess.run([options.convoy, "run", script, "--threads=1", "--benchmark", "100", "--json", report],
                               check=True, stdout=subprocess.DEVNULL)
                times["convoy"].append(json.loads(report.read_text())["median_ms"])
                rows = subprocess.run([sys.executable, HERE / "bench_onnx.py", onnx_file, "1"], check=True,
                                      stdout=subprocess.PIPE, text=True).stdout
                for peer, median in re.findall(r"^(\w+) .* median ([0-9.]+)", rows, re.MULTILINE):
                    times[peer].append(float(median))
            ms = {who: statistics.median(rounds) for who, rounds in times.items()}
            best = min(ms["onnxruntime"], ms["openvino"])
            print("%-24s %10.3f %12.3f %10.3f %7.2fx" % (function, *ms.values(), best / ms["convoy"]), flush=True)


if __name__ == "__main__":
    main()
