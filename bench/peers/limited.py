"""Peers without AVX-512, on a processor that has it: limits() is the environment in which run.sh measures them so.

oneDNN and OpenVINO read a variable. ONNX Runtime has none: a copy of its package gets the branch that tests for AVX-512
(it follows `not rax; test al, 0xe0`, the bits of the system's consent) taken out, so that its kernels of AVX2 remain. ncnn
cannot be limited.
"""

import os
import pathlib
import re
import shutil
import sys

HOME = pathlib.Path(os.environ.get("PEERS_HOME") or os.path.expanduser("~/.cache/convoy-peers"))
TEST = re.compile(rb"\x48\xf7\xd0\xa8\xe0(\x0f\x84....)", re.DOTALL)
NOTHING = b"\x66\x0f\x1f\x44\x00\x00"  # an instruction of six bytes


def onnxruntime_of_avx2():
    """The folder that holds the copy; None where the library has no such test, or several."""
    copy = HOME / "avx2"
    if (copy / "complete").exists():
        return copy
    shutil.rmtree(copy, ignore_errors=True)
    package = next((HOME / "venv" / "lib").glob("python*/site-packages/onnxruntime"))
    shutil.copytree(package, copy / "onnxruntime")
    library = next((copy / "onnxruntime" / "capi").glob("onnxruntime_pybind11_state*.so"))
    code = bytearray(library.read_bytes())
    tests = list(TEST.finditer(code))
    if len(tests) != 1:
        return None
    branch = tests[0].span(1)
    del tests
    code[slice(*branch)] = NOTHING
    library.write_bytes(code)
    (copy / "complete").touch()
    return copy


def limits():
    environment = {"ONEDNN_MAX_CPU_ISA": "AVX2"}
    folder = onnxruntime_of_avx2()
    if folder:
        environment["PYTHONPATH"] = str(folder)
    else:
        print("this ONNX Runtime cannot be limited to AVX2; its rows are with AVX-512", file=sys.stderr)
    return environment
