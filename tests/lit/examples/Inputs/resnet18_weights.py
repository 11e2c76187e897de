"""Writes a .safetensors file with the names and shapes of torchvision's resnet18, and small numbers."""
import json
import struct
import sys

shapes = {"conv1.weight": [64, 3, 7, 7], "fc.weight": [1000, 512], "fc.bias": [1000]}


def norm(name, channels):
    for part in ("weight", "bias", "running_mean", "running_var"):
        shapes[f"{name}.{part}"] = [channels]
    shapes[f"{name}.num_batches_tracked"] = []


norm("bn1", 64)
before = 64
for stage in range(4):
    filters = 64 << stage
    for i in range(2):
        block = f"layer{stage + 1}.{i}"
        shapes[f"{block}.conv1.weight"] = [filters, before, 3, 3]
        norm(f"{block}.bn1", filters)
        shapes[f"{block}.conv2.weight"] = [filters, filters, 3, 3]
        norm(f"{block}.bn2", filters)
        if i == 0 and stage > 0:
            shapes[f"{block}.downsample.0.weight"] = [filters, before, 1, 1]
            norm(f"{block}.downsample.1", filters)
        before = filters

header, data = {}, bytearray()
for name, shape in shapes.items():
    count = 1
    for extent in shape:
        count *= extent
    tracked = name.endswith("num_batches_tracked")
    begin = len(data)
    data += struct.pack("<q", 1) if tracked else struct.pack("<f", 0.01) * count
    header[name] = {"dtype": "I64" if tracked else "F32", "shape": shape, "data_offsets": [begin, len(data)]}
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + data)
