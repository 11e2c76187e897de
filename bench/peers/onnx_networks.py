#!/usr/bin/env python3
"""Whole networks in ONNX format: makes them, and checks that Convoy's answers are those of ONNX Runtime.

    ./dev bench onnx [--times] [--layers] [TEXT...]
    python3 bench/peers/onnx_networks.py CONVOY [--times] [--layers] [TEXT...]

Needs ./setup.sh, and is run by its Python. The networks are the light ones of the onnx package, whose weights are constants
there and are seeded random numbers here, and the digits network of examples/. For a batch of three photos, the logits of both
are compared within the error bound of float32 (`convoy verify --against`): a row for each network says how much of
the bound the largest difference is. `--times`: milliseconds of Convoy, ONNX Runtime and OpenVINO in turn, one and two
threads. `--layers`: `convoy verify` too, layer by layer. Rows whose name has one of the texts; without any all of them.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = HERE.parent.parent / "examples"
LIGHT = pathlib.Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"


def random_weight(random, op, place, shape):
    """Numbers with which a network of random weights keeps its values in range."""
    if op == "BatchNormalization":  # scale, bias, mean, variance
        low, high = {1: (0.5, 1.5), 2: (-0.5, 0.5), 3: (-0.2, 0.2), 4: (0.5, 1.5)}[place]
        return random.uniform(low, high, shape)
    if len(shape) < 2:
        return random.uniform(-0.1, 0.1, shape)
    fan_in = int(numpy.prod(shape[1:]))
    return random.uniform(-1, 1, shape) * (6 / fan_in) ** 0.5 if op in ("Conv", "Gemm", "MatMul") else random.uniform(0.5, 1.5, shape)


def with_random_weights(path):
    """The model, its weights replaced; without the softmax at its end, so that the answers are logits."""
    model = onnx.load(path)
    graph, random = model.graph, numpy.random.default_rng(1)
    made = {node.output[0]: node for node in graph.node if node.op_type == "ConstantOfShape"}
    shapes = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    readers = {}
    for node in graph.node:
        for place, name in enumerate(node.input):
            readers.setdefault(name, (node.op_type, place))
    weights = {}
    for name, node in made.items():
        shape = tuple(int(n) for n in shapes[node.input[0]])
        weights[name] = random_weight(random, *readers.get(name, ("", 0)), shape)
    for name, numbers in shapes.items():
        if numbers.dtype == numpy.float32:
            weights[name] = random_weight(random, *readers.get(name, ("", 0)), numbers.shape)
    kept = [node for node in graph.node if node.output[0] not in made]
    last = graph.output[0].name
    if kept[-1].op_type == "Softmax" and kept[-1].output[0] == last:
        last = kept.pop().input[0]
    del graph.node[:]
    graph.node.extend(kept)
    others = [tensor for tensor in graph.initializer if tensor.name not in weights]
    del graph.initializer[:]
    graph.initializer.extend(others)
    for name, numbers in weights.items():
        graph.initializer.append(numpy_helper.from_array(numbers.astype(numpy.float32), name))
    initial = set(weights) | {tensor.name for tensor in others}
    inputs = [value for value in graph.input if value.name not in initial]
    del graph.input[:], graph.output[:], graph.value_info[:]
    graph.input.extend(inputs)
    graph.output.append(helper.make_tensor_value_info(last, TensorProto.FLOAT, None))
    used = {name for node in graph.node for name in node.input}
    rest = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(rest)
    model.ir_version = max(model.ir_version, 4)
    return model


def digits():
    """examples/digits/digits.cvy, from its file of weights."""
    data = (EXAMPLES / "digits" / "digits.safetensors").read_bytes()
    length = int.from_bytes(data[:8], "little")
    header, body = json.loads(data[8:8 + length]), data[8 + length:]
    weights = {}
    for name, about in header.items():
        if name != "__metadata__":
            first, last = about["data_offsets"]
            weights[name] = numpy.frombuffer(body[first:last], numpy.float32).reshape(about["shape"])
    nodes = []

    def node(op, x, *names, **attributes):
        nodes.append(helper.make_node(op, [x, *names], ["v%d" % len(nodes)], **attributes))
        return nodes[-1].output[0]

    x = "digit"
    for name in ("c1", "c2"):
        x = node("Relu", node("Conv", x, name + ".weight", name + ".bias", pads=[1] * 4))
    x = node("Flatten", node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2]))
    x = node("Relu", node("Gemm", x, "fc1.weight", "fc1.bias", transB=1))
    x = node("Gemm", x, "fc2.weight", "fc2.bias", transB=1)
    graph = helper.make_graph(nodes, "digits", [helper.make_tensor_value_info("digit", TensorProto.FLOAT, ["N", 1, 8, 8])],
                              [helper.make_tensor_value_info(x, TensorProto.FLOAT, ["N", 10])],
                              [numpy_helper.from_array(numbers, name) for name, numbers in weights.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def photos(shape):
    """Three pictures of these channels, height and width: the photo, a quarter of it, and it upside down."""
    photo = Image.open(EXAMPLES / "edges" / "photo.jpg").convert("RGB" if shape[0] == 3 else "L")
    width, height = photo.size
    for picture in (photo, photo.crop((0, 0, width // 2, height // 2)), photo.transpose(Image.ROTATE_180)):
        pixels = numpy.asarray(picture.resize((shape[2], shape[1])), numpy.float32) / 255
        pixels = pixels.reshape(shape[1], shape[2], shape[0]).transpose(2, 0, 1)
        yield numpy.ascontiguousarray((pixels - 0.45) / 0.225)[None]


def run(*command):
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def check(convoy, model, folder, layers):
    """A line for the network; false where an answer differs."""
    path = folder / "network.onnx"
    onnx.save(model, path)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    entry, result = session.get_inputs()[0], session.get_outputs()[0].name
    x = numpy.concatenate(list(photos(entry.shape[1:])))
    y = numpy.concatenate([session.run(None, {entry.name: photo[None]})[0] for photo in x])
    numpy.save(folder / "x.npy", x)
    numpy.save(folder / "y.npy", y)
    done = run(convoy, "run", path, "--input", "%s=%s" % (entry.name, folder / "x.npy"),
               "--output", "%s=%s" % (result, folder / "out.npy"))
    if done.returncode:
        return False, done.stdout
    ours, y = (numbers.reshape(len(x), -1) for numbers in (numpy.load(folder / "out.npy"), y))
    worst = float(numpy.abs(ours - y).max() / numpy.abs(y).max())
    same = bool((ours.argmax(1) == y.argmax(1)).all())
    done = run(convoy, "verify", path, "--input", "%s=%s" % (entry.name, folder / "x.npy"),
               "--against", "%s=%s" % (result, folder / "y.npy"))
    if done.returncode:
        return False, done.stdout
    if layers:
        done = run(convoy, "verify", path)
        if done.returncode:
            return False, done.stdout
    return same, "largest difference %.1e of the largest logit" % worst


def times(convoy, folder, rounds=3):
    path, report = folder / "network.onnx", folder / "times.json"
    for threads in (1, 2):
        ms = {"convoy": [], "onnxruntime": [], "openvino": []}
        for _ in range(rounds):
            subprocess.run([convoy, "run", path, "--threads=%d" % threads, "--benchmark", "20", "--json", report], check=True,
                           stdout=subprocess.DEVNULL)
            ms["convoy"].append(json.loads(report.read_text())["min_ms"])
            rows = subprocess.run([sys.executable, HERE / "bench_onnx.py", path, str(threads)], check=True,
                                  stdout=subprocess.PIPE, text=True).stdout
            for peer, least in re.findall(r"^(\w+) .* min ([0-9.]+)", rows, re.MULTILINE):
                ms[peer].append(float(least))
        least = {who: min(found) for who, found in ms.items() if found}
        best = min(least[who] for who in least if who != "convoy")
        print("    %d thread%s: " % (threads, "s" if threads > 1 else "") +
              ", ".join("%s %.2f" % (who, least[who]) for who in least) + " ms; %.2fx" % (best / least["convoy"]), flush=True)


def main():
    parser = argparse.ArgumentParser(description="Networks in ONNX format, Convoy beside ONNX Runtime.")
    parser.add_argument("convoy")
    parser.add_argument("--times", action="store_true")
    parser.add_argument("--layers", action="store_true")
    parser.add_argument("texts", nargs="*")
    options = parser.parse_intermixed_args()
    networks = {"digits": digits}
    for path in sorted(LIGHT.glob("*.onnx")):
        networks[path.stem.replace("light_", "")] = lambda path=path: with_random_weights(path)
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        for network, make in networks.items():
            if options.texts and not any(text in network for text in options.texts):
                continue
            good, text = check(options.convoy, make(), pathlib.Path(name), options.layers)
            failed += not good
            print("%-16s %s %s" % (network, "agrees:" if good else "DIFFERS:", text.strip()), flush=True)
            if options.times and good:
                times(options.convoy, pathlib.Path(name))
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
