#!/usr/bin/env python3
"""Counts how many rows of ten probabilities have their largest where the labels say.

    accuracy.py PROBABILITIES.npy LABELS.txt      prints "N of M right"
"""
import ast
import pathlib
import struct
import sys


def read_npy(path):
    """Shape and values of a float32 file of version 1."""
    content = pathlib.Path(path).read_bytes()
    assert content[:8] == b"\x93NUMPY\x01\x00", "not a .npy file of version 1"
    start = 10 + struct.unpack_from("<H", content, 8)[0]
    header = ast.literal_eval(content[10:start].decode())
    assert header["descr"] == "<f4" and not header["fortran_order"], header
    return header["shape"], struct.unpack(f"<{(len(content) - start) // 4}f", content[start:])


def main():
    shape, values = read_npy(sys.argv[1])
    labels = [int(line) for line in pathlib.Path(sys.argv[2]).read_text().split()]
    assert shape == (len(labels), 10), f"the shape is {shape}"
    rows = [values[i:i + 10] for i in range(0, len(values), 10)]
    assert all(abs(sum(row) - 1) < 1e-5 for row in rows), "probabilities that do not sum to 1"
    right = sum(row.index(max(row)) == label for row, label in zip(rows, labels))
    print(f"{right} of {len(labels)} right")


if __name__ == "__main__":
    main()
