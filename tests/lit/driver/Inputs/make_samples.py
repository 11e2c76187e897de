"""make_samples.py FOLDER COUNT EXTENT...: FOLDER/all.npy, a batch of COUNT items of numbers from -1 to 1."""
import math
import pathlib
import struct
import sys

folder, count, extents = sys.argv[1], int(sys.argv[2]), [int(extent) for extent in sys.argv[3:]]
shape = (count, *extents)
header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
header += " " * (63 - (len(header) + 10) % 64) + "\n"
numbers = [math.sin(i * i * 0.37) for i in range(math.prod(shape))]
(pathlib.Path(folder) / "all.npy").write_bytes(
    b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + struct.pack(f"<{len(numbers)}f", *numbers))
