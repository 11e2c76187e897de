#!/usr/bin/env python3
"""Layers that bench/works has no rows of, one thread: Convoy, ONNX Runtime and OpenVINO in turn.

    python3 bench/peers/layers.py CONVOY [-r ROUNDS] [TEXT...]

Needs ./setup.sh, and is run by its Python. Rows whose name has one of the texts; without any all of them. Medians over
the rounds of the medians, in milliseconds; the ratio is to the better peer. Planes of float32 in and out.
"""

import argparse
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = pathlib.Path(__file__).resolve().parent
MILLION, MAPS = (64, 128, 128), (64, 112, 112)


def ones(*shape):
    return numpy.random.default_rng(1).standard_normal(shape, dtype=numpy.float32) / 16


def whole(*numbers):
    return numpy.array(numbers, numpy.int64)


# Name, shape, layer of the script, nodes of ONNX from x to y, and their constants.
ROWS = [
    ("relu", MILLION, "relu", [("Relu", "x", "y")], {}),
    ("sigmoid", MILLION, "sigmoid", [("Sigmoid", "x", "y")], {}),
    ("silu", MILLION, "silu", [("Sigmoid", "x", "s"), ("Mul", "x s", "y")], {}),
    ("tanh", MILLION, "tanh", [("Tanh", "x", "y")], {}),
    ("gelu", MILLION, "gelu", [("Gelu", "x", "y")], {}),
    ("gelu, tanh form", MILLION, "gelu(approximate: tanh)", [("Gelu", "x", "y", {"approximate": "tanh"})], {}),
    ("elu", MILLION, "elu", [("Elu", "x", "y")], {}),
    ("selu", MILLION, "selu", [("Selu", "x", "y")], {}),
    ("leaky_relu", MILLION, "leaky_relu", [("LeakyRelu", "x", "y")], {}),
    ("prelu", MILLION, 'prelu(shared: false, name: "p")', [("PRelu", "x w", "y")], {"w": ones(64, 1, 1)}),
    ("hard_sigmoid", MILLION, "hard_sigmoid", [("HardSigmoid", "x", "y", {"alpha": 1 / 6, "beta": 0.5})], {}),
    ("hard_swish", MILLION, "hard_swish", [("HardSwish", "x", "y")], {}),
    ("softplus", MILLION, "softplus", [("Softplus", "x", "y")], {}),
    ("exp", MILLION, "exp", [("Exp", "x", "y")], {}),
    ("log", MILLION, "log", [("Log", "x", "y")], {}),
    ("pow 2.2", MILLION, "pow(2.2)", [("Pow", "x e", "y")], {"e": numpy.array([2.2], numpy.float32)}),
    ("max 0.5", MILLION, "max(0.5)", [("Max", "x e", "y")], {"e": numpy.array([0.5], numpy.float32)}),
    ("transposed 2x2 s2, 64 to 32", (64, 56, 56), 'transposed_conv(32, kernel: 2x2, stride: 2, name: "c")',
     [("ConvTranspose", "x w b", "y", {"strides": [2, 2]})], {"w": ones(64, 32, 2, 2), "b": ones(32)}),
    ("transposed 4x4 s2, 256 to 128", (256, 28, 28), 'transposed_conv(128, kernel: 4x4, stride: 2, padding: 1, name: "c")',
     [("ConvTranspose", "x w b", "y", {"strides": [2, 2], "pads": [1] * 4})],
     {"w": ones(256, 128, 4, 4), "b": ones(128)}),
    ("transposed 4x4 s2, 64 to 3", (64, 56, 56), 'transposed_conv(3, kernel: 4x4, stride: 2, padding: 1, name: "c")',
     [("ConvTranspose", "x w b", "y", {"strides": [2, 2], "pads": [1] * 4})], {"w": ones(64, 3, 4, 4), "b": ones(3)}),
    ("depthwise 5x5", MAPS, 'depthwise_conv(kernel: 5x5, padding: 2, name: "c")',
     [("Conv", "x w b", "y", {"group": 64, "pads": [2] * 4})], {"w": ones(64, 1, 5, 5), "b": ones(64)}),
    ("max_pool 3x3, dilation 2", MAPS, "max_pool(3x3, stride: 1, dilation: 2)",
     [("MaxPool", "x", "y", {"kernel_shape": [3, 3], "dilations": [2, 2]})], {}),
    ("lp_pool 3x3 s2", MAPS, "lp_pool(3x3, stride: 2, padding: 1)",
     [("LpPool", "x", "y", {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1] * 4, "p": 2})], {}),
    ("instance_norm", MAPS, "instance_norm",
     [("InstanceNormalization", "x g b", "y")], {"g": numpy.ones(64, numpy.float32), "b": numpy.zeros(64, numpy.float32)}),
    ("local_response_norm 5", (96, 55, 55), "local_response_norm(5)", [("LRN", "x", "y", {"size": 5})], {}),
    ("mean over channels", MAPS, "reduce_mean(axes: channels)", [("ReduceMean", "x a", "y")], {"a": whole(1)}),
    ("mean over positions", MAPS, "reduce_mean(axes: spatial)", [("ReduceMean", "x a", "y")], {"a": whole(2, 3)}),
    ("max over channels", MAPS, "reduce_max(axes: channels)", [("ReduceMax", "x a", "y")], {"a": whole(1)}),
    ("argmax", (21, 256, 256), "argmax", [("ArgMax", "x", "i", {"axis": 1}), ("Cast", "i", "y", {"to": 1})], {}),
    ("softmax", (21, 256, 256), "softmax", [("Softmax", "x", "y", {"axis": 1})], {}),
    ("channel_shuffle 2", (116, 28, 28), "channel_shuffle(2)",
     [("Reshape", "x s", "r"), ("Transpose", "r", "t", {"perm": [0, 2, 1, 3, 4]}), ("Reshape", "t u", "y")],
     {"s": whole(1, 2, 58, 28, 28), "u": whole(1, 116, 28, 28)}),
    ("slice of channels", (116, 28, 28), "slice(0, 58)", [("Slice", "x b e a", "y")],
     {"b": whole(0), "e": whole(58), "a": whole(1)}),
]


def model(shape, nodes, constants):
    made = [helper.make_node(n[0], n[1].split(), [n[2]], **(n[3] if len(n) > 3 else {})) for n in nodes]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, *shape])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph(made, "layer", [x], [y], [numpy_helper.from_array(a, n) for n, a in constants.items()])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    return onnx.shape_inference.infer_shapes(made, data_prop=True)


def main():
    parser = argparse.ArgumentParser(description="Layers, Convoy and peers in turn.")
    parser.add_argument("convoy")
    parser.add_argument("-r", "--rounds", type=int, default=3)
    parser.add_argument("texts", nargs="*")
    options = parser.parse_intermixed_args()
    print("%-30s %10s %12s %10s %8s" % ("layer", "convoy", "onnxruntime", "openvino", "ratio"))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        script, report, onnx_file = folder / "f.cvy", folder / "f.json", folder / "f.onnx"
        for row, shape, layer, nodes, constants in ROWS:
            if options.texts and not any(text in row for text in options.texts):
                continue
            script.write_text("pipeline f(x: tensor[%d, %d, %d]) { return x |> %s }\n" % (*shape, layer))
            onnx.save(model(shape, nodes, constants), onnx_file)
            times = {"convoy": [], "onnxruntime": [], "openvino": []}
            for _ in range(options.rounds):
                subprocess.run([options.convoy, "run", script, "--init", "random:1", "--threads=1", "--benchmark", "100",
                                "--json", report], check=True, stdout=subprocess.DEVNULL)
                times["convoy"].append(json.loads(report.read_text())["median_ms"])
                rows = subprocess.run([sys.executable, HERE / "bench_onnx.py", onnx_file, "1"], check=True,
                                      stdout=subprocess.PIPE, text=True).stdout
                for peer, median in re.findall(r"^(\w+) .* median ([0-9.]+)", rows, re.MULTILINE):
                    times[peer].append(float(median))
            ms = {who: statistics.median(rounds) for who, rounds in times.items() if rounds}
            best = min(ms[who] for who in ms if who != "convoy")
            columns = ["%.3f" % ms[who] if who in ms else "-" for who in times]
            print("%-30s %10s %12s %10s %7.2fx" % (row, *columns, best / ms["convoy"]), flush=True)


if __name__ == "__main__":
    main()
