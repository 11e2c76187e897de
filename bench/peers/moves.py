#!/usr/bin/env python3
"""Layers that move elements, one thread: Convoy beside OpenCV and ONNX Runtime, in turn.

    python3 bench/peers/moves.py CONVOY [-r ROUNDS] [TEXT...]

Needs ./setup.sh, and is run by its Python. Rows whose name has one of the texts; without any all of them. The least
time over the rounds, in milliseconds. OpenCV has its channels beside each other, the others in planes.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile
import time

import cv2
import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

RUNS = 30
PHOTO, MAPS = (1080, 1920), (64, 56, 56)


def opencv(channels, call):
    shape = PHOTO if channels == 1 else (*PHOTO, channels)
    x = numpy.random.default_rng(1).random(shape, dtype=numpy.float32)
    return lambda: call(x)


def resized(size, how, channels=1):
    to = numpy.empty((size[1], size[0]) if channels == 1 else (size[1], size[0], channels), numpy.float32)
    return opencv(channels, lambda x: cv2.resize(x, size, dst=to, interpolation=how))


def onnx_node(op, shape, scales=None, **attributes):
    shape = [1, *shape]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    more = [numpy_helper.from_array(numpy.array(scales, numpy.float32), "scales")] if scales else []
    node = helper.make_node(op, ["x", "", "scales"] if scales else ["x"], ["y"], **attributes)
    graph = helper.make_graph([node], "moves", [x], [y], more)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
    feed = {"x": numpy.random.default_rng(1).random(shape, dtype=numpy.float32)}
    return lambda: session.run(None, feed)


TWICE = [1, 1, 2, 2]
# Name, shape and layer of the script, and the peer.
ROWS = [
    ("bilinear x 2, gray photo", (1, *PHOTO), "upsample(2, mode: bilinear)", "OpenCV",
     lambda: resized((3840, 2160), cv2.INTER_LINEAR)),
    ("bilinear x 2, rgb photo", (3, *PHOTO), "upsample(2, mode: bilinear)", "OpenCV",
     lambda: resized((3840, 2160), cv2.INTER_LINEAR, 3)),
    ("cubic x 2, gray photo", (1, *PHOTO), "upsample(2, mode: cubic)", "OpenCV",
     lambda: resized((3840, 2160), cv2.INTER_CUBIC)),
    ("bilinear to 720 x 1280, gray photo", (1, *PHOTO), "resize(720x1280)", "OpenCV",
     lambda: resized((1280, 720), cv2.INTER_LINEAR)),
    ("pad 3, reflect101, rgb photo", (3, *PHOTO), "pad(3, border: reflect101)", "OpenCV",
     lambda: opencv(3, lambda x: cv2.copyMakeBorder(x, 3, 3, 3, 3, cv2.BORDER_REFLECT_101))),
    ("bilinear x 2, 64 maps", MAPS, "upsample(2, mode: bilinear)", "ONNX Runtime",
     lambda: onnx_node("Resize", MAPS, TWICE, mode="linear")),
    ("nearest x 2, 64 maps", MAPS, "upsample(2)", "ONNX Runtime",
     lambda: onnx_node("Resize", MAPS, TWICE, mode="nearest", nearest_mode="floor",
                       coordinate_transformation_mode="asymmetric")),
    ("depth_to_space 2, 256 maps", (256, 56, 56), "depth_to_space(2)", "ONNX Runtime",
     lambda: onnx_node("DepthToSpace", (256, 56, 56), blocksize=2, mode="CRD")),
    ("space_to_depth 2, 64 maps", (64, 112, 112), "space_to_depth(2, mode: dcr)", "ONNX Runtime",
     lambda: onnx_node("SpaceToDepth", (64, 112, 112), blocksize=2)),
]


def least(call):
    call()
    best = float("inf")
    for _ in range(RUNS):
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best * 1e3


def main():
    parser = argparse.ArgumentParser(description="Layers that move elements, Convoy and peers in turn.")
    parser.add_argument("convoy")
    parser.add_argument("-r", "--rounds", type=int, default=3)
    parser.add_argument("texts", nargs="*")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    print("%-36s %10s %10s %8s  %s" % ("layer", "convoy", "peer", "ratio", "peer"))
    with tempfile.TemporaryDirectory() as name:
        script, report = pathlib.Path(name) / "moves.cvy", pathlib.Path(name) / "moves.json"
        for row, shape, layer, peer, make in ROWS:
            if options.texts and not any(text in row for text in options.texts):
                continue
            script.write_text("pipeline moves(x: tensor[%d, %d, %d]) { return x |> %s }\n" % (*shape, layer))
            ours, theirs, call = [], [], make()
            for _ in range(options.rounds):
                subprocess.run([options.convoy, "run", script, "--threads=1", "--benchmark", str(RUNS), "--json", report],
                               check=True, stdout=subprocess.DEVNULL)
                ours.append(json.loads(report.read_text())["min_ms"])
                theirs.append(least(call))
            print("%-36s %10.3f %10.3f %7.2fx  %s" % (row, min(ours), min(theirs), min(theirs) / min(ours), peer), flush=True)


if __name__ == "__main__":
    main()
