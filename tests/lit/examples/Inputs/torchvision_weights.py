"""Writes a .safetensors file with the names and shapes that torchvision gives the parameters of a network, all zero.

    torchvision_weights.py NETWORK OUT.safetensors

The file has holes where the numbers are, so that large networks take no room.
"""
import json
import math
import struct
import sys

shapes = {}


def conv(name, filters, channels, *kernel, bias=False):
    shapes[f"{name}.weight"] = [filters, channels, *kernel]
    if bias:
        shapes[f"{name}.bias"] = [filters]


def dense(name, units, inputs):
    conv(name, units, inputs, bias=True)


def norm(name, channels):
    for part in ("weight", "bias", "running_mean", "running_var"):
        shapes[f"{name}.{part}"] = [channels]
    shapes[f"{name}.num_batches_tracked"] = []


def both(conv_name, norm_name, filters, channels, *kernel):
    conv(conv_name, filters, channels, *kernel)
    norm(norm_name, filters)


def alexnet():
    rows = [(0, 64, 3, 11), (3, 192, 64, 5), (6, 384, 192, 3), (8, 256, 384, 3), (10, 256, 256, 3)]
    for i, filters, channels, kernel in rows:
        conv(f"features.{i}", filters, channels, kernel, kernel, bias=True)
    for i, units, inputs in ((1, 4096, 9216), (4, 4096, 4096), (6, 1000, 4096)):
        dense(f"classifier.{i}", units, inputs)


def resnet18():
    both("conv1", "bn1", 64, 3, 7, 7)
    before = 64
    for stage in range(4):
        filters = 64 << stage
        for i in range(2):
            block = f"layer{stage + 1}.{i}"
            both(f"{block}.conv1", f"{block}.bn1", filters, before, 3, 3)
            both(f"{block}.conv2", f"{block}.bn2", filters, filters, 3, 3)
            if before != filters:
                both(f"{block}.downsample.0", f"{block}.downsample.1", filters, before, 1, 1)
            before = filters
    dense("fc", 1000, 512)


def mobilenetv2():
    both("features.0.0", "features.0.1", 32, 3, 3, 3)
    before, number = 32, 1
    for expand, filters, repeats in ((1, 16, 1), (6, 24, 2), (6, 32, 3), (6, 64, 4), (6, 96, 3), (6, 160, 3), (6, 320, 1)):
        for _ in range(repeats):
            block, wide, i = f"features.{number}.conv", before * expand, 0
            if expand > 1:
                both(f"{block}.0.0", f"{block}.0.1", wide, before, 1, 1)
                i = 1
            both(f"{block}.{i}.0", f"{block}.{i}.1", wide, 1, 3, 3)
            both(f"{block}.{i + 1}", f"{block}.{i + 2}", filters, wide, 1, 1)
            before, number = filters, number + 1
    both("features.18.0", "features.18.1", 1280, 320, 1, 1)
    dense("classifier.1", 1000, 1280)


def efficientnetb0():
    both("features.0.0", "features.0.1", 32, 3, 3, 3)
    before = 32
    rows = [(1, 3, 16, 1), (6, 3, 24, 2), (6, 5, 40, 2), (6, 3, 80, 3), (6, 5, 112, 3), (6, 5, 192, 4), (6, 3, 320, 1)]
    for stage, (expand, kernel, filters, repeats) in enumerate(rows, 1):
        for repeat in range(repeats):
            block, wide, i = f"features.{stage}.{repeat}.block", before * expand, 0
            if expand > 1:
                both(f"{block}.0.0", f"{block}.0.1", wide, before, 1, 1)
                i = 1
            both(f"{block}.{i}.0", f"{block}.{i}.1", wide, 1, kernel, kernel)
            conv(f"{block}.{i + 1}.fc1", before // 4, wide, 1, 1, bias=True)
            conv(f"{block}.{i + 1}.fc2", wide, before // 4, 1, 1, bias=True)
            both(f"{block}.{i + 2}.0", f"{block}.{i + 2}.1", filters, wide, 1, 1)
            before = filters
    both("features.8.0", "features.8.1", 1280, 320, 1, 1)
    dense("classifier.1", 1000, 1280)


def squeezenet():
    conv("features.0", 64, 3, 3, 3, bias=True)
    rows = [(3, 64, 16, 64), (4, 128, 16, 64), (6, 128, 32, 128), (7, 256, 32, 128)]
    rows += [(9, 256, 48, 192), (10, 384, 48, 192), (11, 384, 64, 256), (12, 512, 64, 256)]
    for i, channels, squeeze, expand in rows:
        conv(f"features.{i}.squeeze", squeeze, channels, 1, 1, bias=True)
        conv(f"features.{i}.expand1x1", expand, squeeze, 1, 1, bias=True)
        conv(f"features.{i}.expand3x3", expand, squeeze, 3, 3, bias=True)
    conv("classifier.1", 1000, 512, 1, 1, bias=True)


def shufflenetv2():
    both("conv1.0", "conv1.1", 24, 3, 3, 3)
    before = 24
    for stage, filters, repeats in ((2, 116, 4), (3, 232, 8), (4, 464, 4)):
        half = filters // 2
        for i in range(repeats):
            block = f"stage{stage}.{i}"
            if i == 0:
                both(f"{block}.branch1.0", f"{block}.branch1.1", before, 1, 3, 3)
                both(f"{block}.branch1.2", f"{block}.branch1.3", half, before, 1, 1)
            both(f"{block}.branch2.0", f"{block}.branch2.1", half, before if i == 0 else half, 1, 1)
            both(f"{block}.branch2.3", f"{block}.branch2.4", half, 1, 3, 3)
            both(f"{block}.branch2.5", f"{block}.branch2.6", half, half, 1, 1)
        before = filters
    both("conv5.0", "conv5.1", 1024, 464, 1, 1)
    dense("fc", 1000, 1024)


def densenet121():
    both("features.conv0", "features.norm0", 64, 3, 7, 7)
    channels = 64
    for i, layers in enumerate((6, 12, 24, 16), 1):
        for j in range(1, layers + 1):
            layer = f"features.denseblock{i}.denselayer{j}"
            norm(f"{layer}.norm1", channels)
            both(f"{layer}.conv1", f"{layer}.norm2", 128, channels, 1, 1)
            conv(f"{layer}.conv2", 32, 128, 3, 3)
            channels += 32
        if i < 4:
            norm(f"features.transition{i}.norm", channels)
            conv(f"features.transition{i}.conv", channels // 2, channels, 1, 1)
            channels //= 2
    norm("features.norm5", channels)
    dense("classifier", 1000, channels)


def googlenet():
    def unit(name, filters, channels, kernel):
        both(f"{name}.conv", f"{name}.bn", filters, channels, kernel, kernel)

    unit("conv1", 64, 3, 7)
    unit("conv2", 64, 64, 1)
    unit("conv3", 192, 64, 3)
    channels = 192
    for line in ("3a 64 96 128 16 32 32", "3b 128 128 192 32 96 64", "4a 192 96 208 16 48 64", "4b 160 112 224 24 64 64",
                 "4c 128 128 256 24 64 64", "4d 112 144 288 32 64 64", "4e 256 160 320 32 128 128",
                 "5a 256 160 320 32 128 128", "5b 384 192 384 48 128 128"):
        name, *numbers = line.split()
        first, reduce2, second, reduce3, third, fourth = map(int, numbers)
        unit(f"inception{name}.branch1", first, channels, 1)
        unit(f"inception{name}.branch2.0", reduce2, channels, 1)
        unit(f"inception{name}.branch2.1", second, reduce2, 3)
        unit(f"inception{name}.branch3.0", reduce3, channels, 1)
        unit(f"inception{name}.branch3.1", third, reduce3, 3)
        unit(f"inception{name}.branch4.1", fourth, channels, 1)
        channels = first + second + third + fourth
    dense("fc", 1000, 1024)


def r3d18():
    both("stem.0", "stem.1", 64, 3, 3, 7, 7)
    before = 64
    for stage in range(4):
        filters = 64 << stage
        for i in range(2):
            block = f"layer{stage + 1}.{i}"
            both(f"{block}.conv1.0", f"{block}.conv1.1", filters, before, 3, 3, 3)
            both(f"{block}.conv2.0", f"{block}.conv2.1", filters, filters, 3, 3, 3)
            if before != filters:
                both(f"{block}.downsample.0", f"{block}.downsample.1", filters, before, 1, 1, 1)
            before = filters
    dense("fc", 400, 512)


networks = [alexnet, resnet18, mobilenetv2, efficientnetb0, squeezenet, shufflenetv2, densenet121, googlenet, r3d18]


def main():
    {network.__name__: network for network in networks}[sys.argv[1]]()
    header, at = {}, 0
    for name, shape in shapes.items():
        tracked = name.endswith("num_batches_tracked")
        size = math.prod(shape) * (8 if tracked else 4)
        header[name] = {"dtype": "I64" if tracked else "F32", "shape": shape, "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(sys.argv[2], "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + at)


if __name__ == "__main__":
    main()
