#!/usr/bin/env python3
"""Writes the weights of net.cvy (and wrong ones) into a folder, in every format. Only Python's own library."""
import io
import json
import os
import pathlib
import struct
import sys
import zipfile

SHAPES = {"c1.weight": [2, 1, 3, 3], "c1.bias": [2], "fc.weight": [3, 8], "fc.bias": [3]}


def numbers(name, shape):
    """Multiples of 1/16: exact in every format."""
    count = 1
    for extent in shape:
        count *= extent
    seed = sum(name.encode())
    return [((i * 7 + seed) % 33 - 16) / 16 for i in range(count)]


WEIGHTS = {name: (shape, numbers(name, shape)) for name, shape in SHAPES.items()}


def safetensors(path, weights, word="F32", code="f"):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, (shape, values) in weights.items():
        piece = struct.pack(f"<{len(values)}{code}", *values)
        header[name] = {"dtype": word, "shape": shape, "data_offsets": [len(data), len(data) + len(piece)]}
        data += piece
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def npy(shape, values, word="<f4", code="f"):
    header = repr({"descr": word, "fortran_order": False, "shape": tuple(shape)}).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + struct.pack(f"<{len(values)}{code}", *values)


def npz(path, weights, packing=zipfile.ZIP_STORED, word="<f4", code="f"):
    with zipfile.ZipFile(path, "w", packing) as archive:
        for name, (shape, values) in weights.items():
            archive.writestr(name + ".npy", npy(shape, values, word, code))


def folder(path, weights):
    path.mkdir()
    for name, (shape, values) in weights.items():
        (path / (name + ".npy")).write_bytes(npy(shape, values))


out = pathlib.Path(sys.argv[1])
safetensors(out / "w.safetensors", WEIGHTS)
safetensors(out / "half.safetensors", WEIGHTS, "F16", "e")
npz(out / "w.npz", WEIGHTS)
npz(out / "packed.npz", WEIGHTS, zipfile.ZIP_DEFLATED)
npz(out / "double.npz", WEIGHTS, zipfile.ZIP_DEFLATED, "<f8", "d")
folder(out / "w", WEIGHTS)

safetensors(out / "extra.safetensors", WEIGHTS | {"old\x1b[2J": ([1], [0]), "bn.num_batches_tracked": ([], [1])})
safetensors(out / "module.safetensors", {"module." + name: value for name, value in WEIGHTS.items()})
safetensors(out / "integers.safetensors", {name: (shape, [0] * len(values)) for name, (shape, values) in WEIGHTS.items()},
            "I32", "i")
partial = {name: value for name, value in WEIGHTS.items() if name.startswith("c1")}
safetensors(out / "partial.safetensors", partial)
wrong = partial | {"dense.bias": WEIGHTS["fc.bias"], "fc.weight": ([8, 3], WEIGHTS["fc.weight"][1])}
safetensors(out / "wrong.safetensors", wrong)
npz(out / "huge.npz", WEIGHTS | {"fc.bias": ([3], [1e300, 0, -1e39])}, word="<f8", code="d")
safetensors(out / "beside.safetensors", {"b.scale": ([1], [2]), "shift": ([1, 4, 4], [3] * 16)})
whole = (out / "w.safetensors").read_bytes()
(out / "short.safetensors").write_bytes(whole[:-1])
(out / "single.npy").write_bytes(npy([1], [1]))
