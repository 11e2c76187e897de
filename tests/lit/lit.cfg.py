# How lit runs these tests. Each says in `RUN:` lines what to do, and in `CHECK:` lines what FileCheck must find.
import os
import platform
import re

import lit.formats

config.name = "convoy"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".cvy", ".test", ".loop", ".graph"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.dirname(os.path.abspath(__file__))

source = getattr(config, "convoy_source", os.path.dirname(os.path.dirname(config.test_source_root)))
build = lit_config.params.get("build", getattr(config, "convoy_build", os.path.join(source, "build")))
tools = getattr(config, "convoy_llvm_tools", "/usr/lib/llvm-22/bin")
config.test_exec_root = os.path.join(build, "tests", "lit")

# %convoy and the like are no words of a script, so they are replaced wherever they stand; `convoy` where a command
# may start.
for name, path in (("convoy", os.path.join(build, "bin", "convoy")),
                   ("FileCheck", os.path.join(tools, "FileCheck")),
                   ("not", os.path.join(tools, "not")),
                   ("split-file", os.path.join(tools, "split-file")),
                   ("count", os.path.join(tools, "count")),
                   ("clang", os.path.join(tools, "clang")),
                   ("clang++", os.path.join(tools, "clang++")),
                   ("llvm-nm", os.path.join(tools, "llvm-nm")),
                   ("llvm-objdump", os.path.join(tools, "llvm-objdump")),
                   ("llvm-readelf", os.path.join(tools, "llvm-readelf"))):
    config.substitutions.append((r"(?<![-/\w.%])" + re.escape(name) + r"(?![-/\w.+:=])", path))
config.substitutions.append(("%onnx", "/usr/share/libonnx-testdata/data"))
config.substitutions.append(("%lib", os.path.join(build, "lib")))
config.substitutions.append(("%include", os.path.join(source, "include")))
config.substitutions.append(("%examples", os.path.join(source, "examples")))

# Messages must not depend on who runs the tests.
for variable in ("NO_COLOR", "CLICOLOR_FORCE", "CONVOY_NUM_THREADS", "CONVOY_CACHE_DIR", "CONVOY_DEBUG",
                 "CONVOY_PERF", "DEBUGINFOD_URLS"):
    config.environment.pop(variable, None)
config.environment["LC_ALL"] = "C.UTF-8"

if os.environ.get("CONVOY_TEST_LONG"):
    config.available_features.add("long")  # ./dev test --long
if platform.machine() == "x86_64":
    config.available_features.add("x86_64")
    with open("/proc/cpuinfo") as cpuinfo:
        flags = set(re.findall(r"\S+", next((line for line in cpuinfo if line.startswith("flags")), "")))
    if {"avx2", "fma"} <= flags:
        config.available_features.add("avx2")
    if {"avx512f", "avx512vl", "avx512bw", "avx512dq"} <= flags:
        config.available_features.add("avx512")
