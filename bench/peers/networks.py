#!/usr/bin/env python3
"""The networks of examples/networks/ that works.py does not write, as models/ID.onnx for ONNX Runtime and OpenVINO; adds
them to works.json. Batch normalisation is folded where it stands behind a convolution. Random weights."""

import json
import os

import numpy as np
import onnx
from onnx import TensorProto, helper

HOME = os.environ.get("PEERS_HOME") or os.path.expanduser("~/.cache/convoy-peers")


class Network:
    """A graph in the making. Layers take and give names of tensors; shapes are those of one item."""

    def __init__(self, work, description, shape):
        self.work, self.description, self.input_shape = work, description, shape
        self.shapes, self.nodes, self.weights = {"x": tuple(shape)}, [], []
        self.random = np.random.default_rng(sum(map(ord, work)))
        self.macs = self.weight_bytes = 0

    def add(self, op, inputs, shape, **attributes):
        name = f"t{len(self.shapes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], **attributes))
        self.shapes[name] = tuple(int(n) for n in shape)
        return name

    def constant(self, values):
        values = np.asarray(values)
        name = f"w{len(self.weights)}"
        kind = TensorProto.INT64 if values.dtype == np.int64 else TensorProto.FLOAT
        self.weights.append(helper.make_tensor(name, kind, values.shape, values.tobytes(), raw=True))
        self.weight_bytes += values.nbytes
        return name

    def normal(self, shape, scale):
        return self.constant((self.random.standard_normal(shape) * scale).astype(np.float32))

    def channels(self, x):
        return self.shapes[x][0]

    def act(self, x, kind):
        shape = self.shapes[x]
        if kind is None:
            return x
        if kind == "relu6":
            return self.add("Clip", [x, self.constant(np.float32(0)), self.constant(np.float32(6))], shape)
        if kind == "silu":
            return self.mul(x, self.add("Sigmoid", [x], shape))
        if kind == "leaky":
            return self.add("LeakyRelu", [x], shape, alpha=0.1)
        return self.add({"relu": "Relu", "sigmoid": "Sigmoid"}[kind], [x], shape)

    def conv(self, x, filters, kernel, stride=1, pad=0, groups=1, act="relu", scale=1.0):
        """Extents are numbers, or a list with one for each axis."""
        rank = len(self.shapes[x]) - 1
        kernel, stride, pad = ([n] * rank if isinstance(n, int) else n for n in (kernel, stride, pad))
        channels, *extents = self.shapes[x]
        out = [(n + 2 * p - k) // s + 1 for n, k, s, p in zip(extents, kernel, stride, pad)]
        terms = channels // groups * int(np.prod(kernel))
        self.macs += filters * int(np.prod(out)) * terms
        weights = [self.normal([filters, channels // groups] + kernel, np.sqrt(2 / terms) * scale)]
        weights.append(self.normal([filters], 0.1))
        attributes = dict(kernel_shape=kernel, strides=stride, pads=pad * 2, group=groups)
        return self.act(self.add("Conv", [x] + weights, [filters] + out, **attributes), act)

    def transposed(self, x, filters):
        """Twice as many rows and columns, by kernels of 2x2."""
        channels, h, w = self.shapes[x]
        self.macs += channels * filters * h * w * 4
        weights = [self.normal([channels, filters, 2, 2], np.sqrt(2 / channels)), self.normal([filters], 0.1)]
        return self.add("ConvTranspose", [x] + weights, [filters, 2 * h, 2 * w], kernel_shape=[2, 2], strides=[2, 2])

    def pool(self, x, kernel, stride, pad=0, ceil=False, kind="MaxPool", pads=None):
        channels, *extents = self.shapes[x]
        rank = len(extents)
        pads = pads or [pad] * (2 * rank)
        out = []
        for axis, n in enumerate(extents):
            span = n + pads[axis] + pads[rank + axis] - kernel
            out.append((span + stride - 1 if ceil else span) // stride + 1)
        attributes = dict(kernel_shape=[kernel] * rank, strides=[stride] * rank, pads=pads, ceil_mode=int(ceil))
        return self.add(kind, [x], [channels] + out, **attributes)

    def global_pool(self, x):
        shape = self.shapes[x]
        return self.add("GlobalAveragePool", [x], [shape[0]] + [1] * (len(shape) - 1))

    def flat(self, x):
        return self.add("Flatten", [x], [np.prod(self.shapes[x])], axis=1)

    def dense(self, x, units, act=None):
        if len(self.shapes[x]) > 1:
            x = self.flat(x)
        inputs = self.channels(x)
        self.macs += inputs * units
        weights = [self.normal([units, inputs], np.sqrt(2 / inputs)), self.normal([units], 0.1)]
        return self.act(self.add("Gemm", [x] + weights, [units], transB=1), act)

    def norm(self, x, act="relu"):
        n = self.channels(x)
        ones = [np.ones(n, np.float32), np.zeros(n, np.float32), np.zeros(n, np.float32), np.ones(n, np.float32)]
        parts = [self.constant(part + np.float32(0.01)) for part in ones]
        return self.act(self.add("BatchNormalization", [x] + parts, self.shapes[x]), act)

    def sum(self, a, b, act=None):
        return self.act(self.add("Add", [a, b], self.shapes[a]), act)

    def mul(self, a, b):
        return self.add("Mul", [a, b], self.shapes[a])

    def concat(self, *parts):
        channels = sum(self.channels(p) for p in parts)
        return self.add("Concat", list(parts), (channels,) + self.shapes[parts[0]][1:], axis=1)

    def slice(self, x, first, end):
        bounds = [self.constant(np.array([n], np.int64)) for n in (first, end, 1)]
        return self.add("Slice", [x] + bounds, (end - first,) + self.shapes[x][1:])

    def shuffle(self, x, groups):
        channels, *extents = self.shapes[x]
        apart = [groups, channels // groups] + extents
        y = self.add("Reshape", [x, self.constant(np.array([1] + apart, np.int64))], apart)
        apart[:2] = apart[1], apart[0]
        y = self.add("Transpose", [y], apart, perm=[0, 2, 1] + list(range(3, 3 + len(extents))))
        return self.add("Reshape", [y, self.constant(np.array([1, channels] + extents, np.int64))], [channels] + extents)

    def save(self, works, *results):
        shapes = [[1] + list(self.shapes[name]) for name in results]
        given = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1] + list(self.input_shape))]
        made = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in zip(results, shapes)]
        graph = helper.make_graph(self.nodes, self.work, given, made, self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        model.ir_version = 8
        onnx.checker.check_model(model)
        onnx.save(model, f"{HOME}/models/{self.work}.onnx")
        works[self.work] = dict(
            group="E",
            desc=self.description,
            gflop=2e-9 * self.macs,
            in_shape=[1] + list(self.input_shape),
            out_shape=shapes[0],
            out=results[0],
            in_bytes=4 * int(np.prod(self.input_shape)),
            out_bytes=4 * int(np.prod(shapes[0])),
            w_bytes=self.weight_bytes,
        )
        print(f"{self.work:24s} {self.macs / 1e9:9.4f} G multiply-adds  {self.description}")


def mobilenetv2():
    n = Network("E5_mobilenetv2", "MobileNetV2 1.0 @224", [3, 224, 224])
    x = n.conv("x", 32, 3, 2, 1, act="relu6")
    rows = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
    for expand, filters, repeats, stride in rows:
        for i in range(repeats):
            y, wide, s = x, n.channels(x) * expand, stride if i == 0 else 1
            if expand > 1:
                y = n.conv(y, wide, 1, act="relu6")
            y = n.conv(y, wide, 3, s, 1, groups=wide, act="relu6")
            y = n.conv(y, filters, 1, act=None, scale=0.3)
            x = n.sum(x, y) if s == 1 and n.channels(x) == filters else y
    return n, n.dense(n.global_pool(n.conv(x, 1280, 1, act="relu6")), 1000)


def efficientnet_b0():
    n = Network("E6_efficientnet_b0", "EfficientNet-B0 @224", [3, 224, 224])
    x = n.conv("x", 32, 3, 2, 1, act="silu")
    rows = [(1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3)]
    rows += [(6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1)]
    for expand, kernel, stride, filters, repeats in rows:
        for i in range(repeats):
            y, before, s = x, n.channels(x), stride if i == 0 else 1
            wide = before * expand
            if expand > 1:
                y = n.conv(y, wide, 1, act="silu")
            y = n.conv(y, wide, kernel, s, kernel // 2, groups=wide, act="silu")
            gate = n.conv(n.conv(n.global_pool(y), before // 4, 1, act="silu"), wide, 1, act="sigmoid")
            y = n.conv(n.mul(y, gate), filters, 1, act=None, scale=0.3)
            x = n.sum(x, y) if s == 1 and before == filters else y
    return n, n.dense(n.global_pool(n.conv(x, 1280, 1, act="silu")), 1000)


def squeezenet():
    n = Network("E7_squeezenet", "SqueezeNet 1.1 @224", [3, 224, 224])
    x = n.pool(n.conv("x", 64, 3, 2), 3, 2, ceil=True)
    rows = [(16, 64), (16, 64), None, (32, 128), (32, 128), None, (48, 192), (48, 192), (64, 256), (64, 256)]
    for row in rows:
        if row is None:
            x = n.pool(x, 3, 2, ceil=True)
            continue
        s = n.conv(x, row[0], 1)
        x = n.concat(n.conv(s, row[1], 1), n.conv(s, row[1], 3, pad=1))
    return n, n.flat(n.global_pool(n.conv(x, 1000, 1)))


def shufflenetv2():
    n = Network("E8_shufflenetv2", "ShuffleNetV2 1.0x @224", [3, 224, 224])
    x = n.pool(n.conv("x", 24, 3, 2, 1), 3, 2, 1)

    def branch(y, filters, stride):
        y = n.conv(y, filters, 1)
        return n.conv(n.conv(y, filters, 3, stride, 1, groups=filters, act=None), filters, 1)

    for channels, repeats in ((116, 4), (232, 8), (464, 4)):
        half = channels // 2
        for i in range(repeats):
            if i == 0:
                before = n.channels(x)
                left = n.conv(n.conv(x, before, 3, 2, 1, groups=before, act=None), half, 1)
                right = branch(x, half, 2)
            else:
                left, right = n.slice(x, 0, half), branch(n.slice(x, half, channels), half, 1)
            x = n.shuffle(n.concat(left, right), 2)
    return n, n.dense(n.global_pool(n.conv(x, 1024, 1)), 1000)


def densenet121():
    n = Network("E9_densenet121", "DenseNet-121 @224", [3, 224, 224])
    x = n.pool(n.conv("x", 64, 7, 2, 3), 3, 2, 1)
    for i, layers in enumerate((6, 12, 24, 16)):
        for _ in range(layers):
            x = n.concat(x, n.conv(n.conv(n.norm(x), 128, 1), 32, 3, pad=1, act=None))
        if i < 3:
            x = n.pool(n.conv(n.norm(x), n.channels(x) // 2, 1, act=None), 2, 2, kind="AveragePool")
    return n, n.dense(n.global_pool(n.norm(x)), 1000)


def alexnet():
    n = Network("E10_alexnet", "AlexNet @224", [3, 224, 224])
    x = n.pool(n.conv("x", 64, 11, 4, 2), 3, 2)
    x = n.pool(n.conv(x, 192, 5, pad=2), 3, 2)
    x = n.conv(n.conv(n.conv(x, 384, 3, pad=1), 256, 3, pad=1), 256, 3, pad=1)
    return n, n.dense(n.dense(n.dense(n.pool(x, 3, 2), 4096, "relu"), 4096, "relu"), 1000)


def inception(n, x, filters, reduced):
    return n.concat(
        n.conv(x, filters[0], 1),
        n.conv(n.conv(x, reduced[0], 1), filters[1], 3, pad=1),
        n.conv(n.conv(x, reduced[1], 1), filters[2], 3, pad=1),
        n.conv(n.pool(x, 3, 1, 1), filters[3], 1),
    )


def googlenet():
    n = Network("E11_googlenet", "GoogLeNet @224", [3, 224, 224])
    x = n.pool(n.conv("x", 64, 7, 2, 3), 3, 2, ceil=True)
    x = n.pool(n.conv(n.conv(x, 64, 1), 192, 3, pad=1), 3, 2, ceil=True)
    x = inception(n, x, [64, 128, 32, 32], [96, 16])
    x = n.pool(inception(n, x, [128, 192, 96, 64], [128, 32]), 3, 2, ceil=True)
    rows = [([192, 208, 48, 64], [96, 16]), ([160, 224, 64, 64], [112, 24]), ([128, 256, 64, 64], [128, 24])]
    for row in rows + [([112, 288, 64, 64], [144, 32]), ([256, 320, 128, 128], [160, 32])]:
        x = inception(n, x, *row)
    x = n.pool(x, 2, 2, ceil=True)
    for row in [([256, 320, 128, 128], [160, 32]), ([384, 384, 128, 128], [192, 48])]:
        x = inception(n, x, *row)
    return n, n.dense(n.global_pool(x), 1000)


def inception_block():
    n = Network("E12_inception3a", "Inception block 3a @28", [192, 28, 28])
    return n, inception(n, "x", [64, 128, 32, 32], [96, 16])


def audio():
    n = Network("E13_audio", "M5, 8000 samples", [1, 8000])
    x = "x"
    for filters, kernel, stride in ((32, 80, 16), (32, 3, 1), (64, 3, 1), (64, 3, 1)):
        x = n.pool(n.conv(x, filters, kernel, stride), 4, 4)
    x = n.dense(n.global_pool(x), 35)
    return n, n.add("Softmax", [x], n.shapes[x], axis=1)


def video_block():
    n = Network("E14_video_block", "residual block of R3D-18, 64 channels, 16 frames @56", [64, 16, 56, 56])
    y = n.conv(n.conv("x", 64, 3, pad=1), 64, 3, pad=1, act=None, scale=0.3)
    return n, n.sum(y, "x", "relu")


def yolotiny():
    n = Network("E15_yolotiny", "backbone of YOLOv3-tiny @416", [3, 416, 416])
    x = "x"
    for i in range(4):
        x = n.pool(n.conv(x, 16 * 2**i, 3, pad=1, act="leaky"), 2, 2)
    fine = n.conv(x, 256, 3, pad=1, act="leaky")
    x = n.pool(n.conv(n.pool(fine, 2, 2), 512, 3, pad=1, act="leaky"), 2, 1, pads=[0, 0, 1, 1])
    return n, n.conv(x, 1024, 3, pad=1, act="leaky"), fine


def unet():
    n = Network("E16_unet", "small U-Net @256", [3, 256, 256])

    def twice(x, filters):
        return n.conv(n.conv(x, filters, 3, pad=1), filters, 3, pad=1)

    kept, x = [], "x"
    for filters in (16, 32, 64):
        kept.append(twice(x, filters))
        x = n.pool(kept[-1], 2, 2)
    x = twice(x, 128)
    for before in reversed(kept):
        filters = n.channels(before)
        x = twice(n.concat(before, n.transposed(x, filters)), filters)
    return n, n.conv(x, 1, 1, act="sigmoid")


def main():
    works = json.load(open(f"{HOME}/works.json"))
    for make in (mobilenetv2, efficientnet_b0, squeezenet, shufflenetv2, densenet121, alexnet, googlenet, inception_block,
                 audio, video_block, yolotiny, unet):
        network, *results = make()
        network.save(works, *results)
    json.dump(works, open(f"{HOME}/works.json", "w"), indent=1)


if __name__ == "__main__":
    main()
