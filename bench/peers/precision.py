#!/usr/bin/env python3
"""Whole networks in less than float32: Convoy and the peers in turn.

    python3 bench/peers/precision.py CONVOY [-t THREADS] [-r ROUNDS] [--kind bf16|int8] [PREFIX...]

Needs ./setup.sh, and is run by its Python. bf16: `convoy bench --math=bf16` and OpenVINO with
INFERENCE_PRECISION_HINT=bf16. int8: what `convoy quantize` makes of the network, and what ONNX Runtime's own tool makes of
it (QDQ, weights per channel, activations u8), run by ONNX Runtime and OpenVINO; all calibrated on the same random items,
once, and kept. Planes of float32 in and out. Medians are over the rounds of the medians, least times the least of all.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

from common import *
import onnxruntime as ort
import openvino as ov

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples" / "networks"
# Of a work: the script, and the pipeline where it has several.
SCRIPTS = {
    "E1_vgg16_conv": ("vgg16.cvy", "vgg16_features"),
    "E2_resnet18": ("resnet18.cvy", None),
    "E3_resnet50": ("resnet50.cvy", None),
    "E4_mobilenetv1": ("mobilenetv1.cvy", None),
}


def items(work, count=6):
    return [np.random.default_rng(n).standard_normal(WORKS[work]["in_shape"]).astype(np.float32) for n in range(count)]


def convoy(options, work, more):
    script, pipeline = SCRIPTS[work]
    file = str(EXAMPLES / script)
    choose = [f"--pipeline={pipeline}"] if pipeline else []
    if options.kind == "int8":
        quantized = pathlib.Path(HERE) / "models" / f"{work}.int8.cvy"
        if not quantized.exists():
            with tempfile.TemporaryDirectory() as samples:
                for n, item in enumerate(items(work)):
                    np.save(f"{samples}/{n}.npy", item[0])
                command = [options.convoy, "quantize", file, "--init", "random:1", "--samples", samples, *choose]
                subprocess.run([*command, "-o", str(quantized)], check=True, stdout=subprocess.DEVNULL)
        file, choose = str(quantized), []
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        command = [options.convoy, "bench", file, *choose, "--threads", str(options.threads), "--json", report.name]
        subprocess.run(command + more, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        result = json.load(open(report.name))
    return result["median_ms"], result["min_ms"]


def quantized_onnx(work):
    path = f"{HERE}/models/{work}.int8.onnx"
    if os.path.exists(path):
        return path
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Items(CalibrationDataReader):
        def __init__(self):
            self.left = items(work)

        def get_next(self):
            return {"x": self.left.pop()} if self.left else None

    prepared = f"{HERE}/models/{work}.prepared.onnx"
    quant_pre_process(f"{HERE}/models/{work}.onnx", prepared, skip_symbolic_shape=True)
    quantize_static(prepared, path, Items(), quant_format=QuantFormat.QDQ, per_channel=True,
                    activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8)
    os.remove(prepared)
    return path


def onnxruntime(options, work, path):
    settings = ort.SessionOptions()
    settings.intra_op_num_threads = options.threads
    settings.inter_op_num_threads = 1
    settings.log_severity_level = 3
    settings.add_session_config_entry("session.set_denormal_as_zero", "1")
    session = ort.InferenceSession(path, settings, providers=["CPUExecutionProvider"])
    x = inp(work)
    return timeit(lambda: session.run(None, {"x": x}))[:2]


def openvino(options, work, path):
    core = ov.Core()
    settings = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": options.threads, "NUM_STREAMS": 1}
    settings["INFERENCE_PRECISION_HINT"] = "bf16" if options.kind == "bf16" else "f32"
    request = core.compile_model(core.read_model(path), "CPU", settings).create_infer_request()
    request.set_input_tensor(ov.Tensor(inp(work), shared_memory=True))
    return timeit(request.infer)[:2]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("convoy")
    parser.add_argument("-t", "--threads", type=int, default=1)
    parser.add_argument("-r", "--rounds", type=int, default=3)
    parser.add_argument("--kind", choices=["bf16", "int8"], default="bf16")
    parser.add_argument("prefix", nargs="*")
    options = parser.parse_intermixed_args()
    works = [w for w in SCRIPTS if not options.prefix or any(w.startswith(p) for p in options.prefix)]
    if not works:
        sys.exit("no work has such a name")
    print(f"{options.kind}, {options.threads} threads; median (least) ms, and the least of the peer to ours")
    for work in works:
        times = {}
        for _ in range(options.rounds):
            more = ["--init", "random:1", "--math=bf16"] if options.kind == "bf16" else []
            times.setdefault("convoy", []).append(convoy(options, work, more))
            path = f"{HERE}/models/{work}.onnx" if options.kind == "bf16" else quantized_onnx(work)
            if options.kind == "int8":
                times.setdefault("onnxruntime", []).append(onnxruntime(options, work, path))
            times.setdefault("openvino", []).append(openvino(options, work, path))
        least = {name: min(least for _, least in all) for name, all in times.items()}
        for name, all in times.items():
            median = statistics.median(median for median, _ in all)
            ratio = "" if name == "convoy" else f"{least[name] / least['convoy']:8.2f}"
            print(f"{work:18} {name:12} {median:9.3f} ({least[name]:.3f}){ratio}", flush=True)


if __name__ == "__main__":
    main()
