#!/usr/bin/env python3
"""Installs a build into a prefix with a space in its name, moves that, and builds projects with it.

The projects are copies of examples/cmake and of project/ beside this file. Checked are what programs print, what
is built again after which change, pkg-config, and Convoy as a subdirectory (built whole with CONVOY_TEST_LONG=1 only).
"""
import argparse
import json
import os
import pathlib
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
INSTALLED = """
bin/convoy
include/convoy/convoy.h
include/convoy/runtime.h
lib/cmake/Convoy/ConvoyConfig.cmake
lib/cmake/Convoy/ConvoyConfigVersion.cmake
lib/cmake/Convoy/ConvoyPipelines.cmake
lib/cmake/Convoy/ConvoyTargets.cmake
lib/convoy/libconvoy_program.a
lib/libconvoy.so
lib/libconvoy_runtime.a
lib/pkgconfig/convoy-runtime.pc
lib/pkgconfig/convoy.pc
""".split()


class Checks:
    """Counts what holds, and prints what does not."""

    def __init__(self):
        self.passed = self.failed = 0

    def that(self, holds, what, detail=""):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED: {what}\n{detail}".rstrip())

    def equal(self, found, expected, what):
        self.that(found == expected, what, f"  expected: {expected!r}\n  found:    {found!r}")


def run(*command, **options):
    """Standard output has both streams; a program that is not there is one that fails."""
    words = [str(word) for word in command]
    try:
        return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=1500, **options)
    except OSError as error:
        return subprocess.CompletedProcess(words, -1, f"{words[0]}: {error.strerror}")


class Project:
    """A CMake project in a folder of its own, and its build beside it."""

    def __init__(self, checks, source, compilers, generator="Ninja"):
        self.checks, self.source, self.build = checks, source, source.parent / (source.name + " build")
        self.arguments = ["-G", generator, *compilers, "-DCMAKE_BUILD_TYPE=Release"]

    def configure(self, *settings):
        return run("cmake", "-S", self.source, "-B", self.build, *self.arguments, *settings)

    def configured(self, *settings):
        done = self.configure(*settings)
        self.checks.that(done.returncode == 0, f"{self.source.name} is configured", done.stdout)

    def rebuilt(self, what):
        """Builds; gives how many pipelines were compiled."""
        done = run("cmake", "--build", self.build)
        self.checks.that(done.returncode == 0, f"{self.source.name} is built {what}", done.stdout)
        return done.stdout.count("Compiling the pipeline")

    def idle(self, what):
        done = run("cmake", "--build", self.build)
        self.checks.that(done.returncode == 0 and "Building" not in done.stdout and "Linking" not in done.stdout
                         and "Compiling" not in done.stdout, f"{self.source.name} has nothing to do {what}", done.stdout)

    def prints(self, expected, program, *arguments):
        done = run(self.build / program, *arguments)
        self.checks.equal((done.returncode, done.stdout), (0, expected), f"what {program} prints")


def edit(path, old, new):
    text = path.read_text()
    assert old in text, f"{path} does not hold {old!r}"
    path.write_text(text.replace(old, new))


def write_safetensors(path, name, values):
    header = json.dumps({name: {"dtype": "F32", "shape": [len(values), 1, 1, 1],
                                "data_offsets": [0, 4 * len(values)]}}).encode()
    header += b" " * (-len(header) % 8)
    path.write_bytes(struct.pack("<Q", len(header)) + header + struct.pack(f"<{len(values)}f", *values))


def check_example(checks, folder, source, compilers, prefix):
    """examples/cmake: static libraries from two pipelines of one script, a program, the C++ API."""
    copy = folder / "the example"
    shutil.copytree(source / "examples" / "cmake", copy)
    project = Project(checks, copy, compilers)
    project.configured(f"-DCMAKE_PREFIX_PATH={prefix}")
    checks.equal(project.rebuilt("at first"), 3, "pipelines compiled at first")
    project.prints("0 0.25 0.75 0.75 0.25 0\n", "ahead")
    project.prints("0.5 1 1.5\n", "just_in_time", "0.5")
    picture = folder / "step.pgm"
    picture.write_bytes(b"P5 4 1 255 " + bytes([0, 0, 200, 200]))
    edges = folder / "edges.pgm"
    done = run(project.build / "edges_of", picture, "-o", edges)
    checks.that(done.returncode == 0 and edges.read_bytes().endswith(bytes([0, 200, 200, 0])), "edges_of a step",
                done.stdout)
    project.idle("when nothing changed")

    edit(copy / "filters.cvy", "/ 16", "/ 32")
    checks.equal(project.rebuilt("after a change of the script"), 3, "pipelines compiled after a change of their script")
    project.prints("0 0.125 0.375 0.375 0.125 0\n", "ahead")
    project.idle("after a change of the script")
    (copy / "ahead.c").touch()
    checks.equal(project.rebuilt("after a change of the program"), 0, "pipelines compiled after a change of the program")
    (prefix / "bin" / "convoy").touch()
    checks.equal(project.rebuilt("after a change of the compiler"), 3, "pipelines compiled by another compiler")
    project.idle("after a change of the compiler")
    (prefix / "lib" / "convoy" / "libconvoy_program.a").touch()
    checks.equal(project.rebuilt("after a change of the archive"), 1, "executables linked with another archive")

    edit(copy / "filters.cvy", "conv(photo", "conf(photo")
    done = run("cmake", "--build", project.build)
    checks.that(done.returncode != 0 and "filters.cvy:3:" in done.stdout, "a mistake in the script is shown", done.stdout)


def check_shared(checks, folder, compilers, prefix, generator):
    """project/: C alone, a shared library, weights and a schedule of its own."""
    data = folder / f"data for {generator}"
    data.mkdir()
    (data / "scale.cvy").write_text(
        'pipeline scale(x: tensor[1, 1, 2]) -> tensor { return conv(x, 1, kernel: 1x1, bias: false, name: "c") }\n')
    write_safetensors(data / "scale.safetensors", "c.weight", [3])
    (data / "named.cvy").write_text(
        'import "unit.cvy"\nweights "named.safetensors"\npipeline named(x: tensor[1, 1, 2]) -> tensor { return x |> unit }\n')
    (data / "unit.cvy").write_text('block unit(x) { return x |> conv(1, kernel: 1x1, bias: false, name: "c") }\n')
    shutil.copy(data / "scale.safetensors", data / "named.safetensors")
    done = run(prefix / "bin" / "convoy", "emit", data / "scale.cvy", "--stage=schedule", "-o", data / "scale.schedule")
    checks.that(done.returncode == 0, "a schedule is printed", done.stdout)

    copy = folder / f"shared with {generator}"
    shutil.copytree(HERE / "project", copy)
    project = Project(checks, copy, compilers, generator)
    project.configured(f"-DCMAKE_PREFIX_PATH={prefix}", f"-DDATA={data}")
    project.rebuilt("at first")
    project.prints("3 6\n", "program")
    project.idle("when nothing changed")
    write_safetensors(data / "scale.safetensors", "c.weight", [5])
    (data / "scale.safetensors").touch()
    checks.equal(project.rebuilt("after a change of the weights"), 1, "pipelines compiled after a change of their weights")
    project.prints("5 10\n", "program")
    (data / "scale.schedule").touch()
    checks.equal(project.rebuilt("after a change of the schedule"), 1, "pipelines compiled after a change of their schedule")
    for name, what in (("unit.cvy", "a script that is imported"), ("named.safetensors", "the weights that a script names")):
        (data / name).touch()
        checks.equal(project.rebuilt(f"after a change of {what}"), 1, f"pipelines compiled after a change of {what}")
    project.idle("after changes of files that scripts name")

    symbols = run("nm", "--dynamic", "--defined-only", "--format=just-symbols", project.build / "libscale.so")
    checks.that(symbols.stdout.split() and all(name.startswith("scale_") for name in symbols.stdout.split()),
                "the shared library exports the pipeline alone", symbols.stdout)
    return project


def check_mistakes(checks, project):
    for arguments, message in (("PIPELINE;scale", "SOURCE is missing"), ("SOURCE", "no value for SOURCE"),
                               ("SOURCE;a.cvy;TYPE;OBJECT", "TYPE is 'OBJECT'"), ("SOURCE;a.cvy;CPUS;x", "CPUS")):
        done = project.configure(f"-DMISTAKE={arguments}")
        checks.that(done.returncode != 0 and message in " ".join(done.stdout.split()), f"{arguments} is refused", done.stdout)


def check_pkg_config(checks, folder, source, compilers, prefix):
    environment = dict(os.environ, PKG_CONFIG_PATH=str(prefix / "lib" / "pkgconfig"))
    flags = run("pkg-config", "--cflags", "--libs", "convoy", env=environment)
    checks.that(flags.returncode == 0, "pkg-config knows convoy", flags.stdout)
    done = run(compilers["cxx"], "-std=c++17", source / "examples" / "cmake" / "just_in_time.cpp",
               *shlex.split(flags.stdout), f"-Wl,-rpath,{prefix}/lib", "-o", folder / "jit")
    checks.that(done.returncode == 0, "a program is built with pkg-config's flags", done.stdout)
    done = run(folder / "jit", "2")
    checks.equal(done.stdout, "2 4 6\n", "what it prints")

    (folder / "threads.c").write_text("#include <convoy/runtime.h>\n"
                                      "int main(void) { return convoy_available_threads() > 0 ? 0 : 1; }\n")
    flags = run("pkg-config", "--cflags", "--libs", "convoy-runtime", env=environment)
    done = run(compilers["c"], folder / "threads.c", *shlex.split(flags.stdout), "-o", folder / "threads")
    checks.that(done.returncode == 0, "a C program is built with the runtime", done.stdout)
    checks.equal(run(folder / "threads").returncode, 0, "its status")


def check_subdirectory(checks, folder, source, compilers):
    """The example again, with Convoy as a subdirectory; building it all takes minutes, so that --long does it."""
    copy = folder / "subdirectory"
    shutil.copytree(source / "examples" / "cmake", copy)
    edit(copy / "CMakeLists.txt", "find_package(Convoy 0.1 CONFIG REQUIRED)",
         f'enable_testing()\nadd_subdirectory("{source}" convoy)')
    project = Project(checks, copy, compilers)
    project.configured()
    listing = run("ctest", "--test-dir", project.build, "--show-only=json-v1")
    checks.equal(json.loads(listing.stdout)["tests"], [], "tests of Convoy in another project")
    done = run("cmake", "--install", project.build, "--prefix", folder / "nothing")
    checks.that(done.returncode == 0 and not list((folder / "nothing").rglob("*")), "Convoy is not installed", done.stdout)
    if os.environ.get("CONVOY_TEST_LONG"):
        checks.equal(project.rebuilt("at first"), 3, "pipelines compiled in a subdirectory")
        project.prints("0 0.25 0.75 0.75 0.25 0\n", "ahead")
        project.prints("0.5 1 1.5\n", "just_in_time", "0.5")
        project.idle("when nothing changed")


def main():
    parser = argparse.ArgumentParser(description="Tests the installed package.")
    for name in ("--build", "--source"):
        parser.add_argument(name, required=True, type=lambda path: pathlib.Path(path).resolve())
    for name in ("--c-compiler", "--cxx-compiler"):
        parser.add_argument(name, required=True)
    options = parser.parse_args()
    compilers = [f"-DCMAKE_C_COMPILER={options.c_compiler}", f"-DCMAKE_CXX_COMPILER={options.cxx_compiler}"]
    for variable in ("CFLAGS", "CXXFLAGS", "LDFLAGS", "CMAKE_PREFIX_PATH", "MAKEFLAGS"):
        os.environ.pop(variable, None)

    checks = Checks()
    with tempfile.TemporaryDirectory(prefix="convoy install ") as scratch:
        folder = pathlib.Path(scratch)
        first, prefix = folder / "first prefix", folder / "moved prefix"
        done = run("cmake", "--install", options.build, "--prefix", first)
        checks.that(done.returncode == 0, "it is installed", done.stdout)
        first.rename(prefix)
        missing = [name for name in INSTALLED if not (prefix / name).exists()]
        checks.equal(missing, [], "files that are not installed")
        check_example(checks, folder, options.source, compilers, prefix)
        project = check_shared(checks, folder, compilers, prefix, "Ninja")
        check_mistakes(checks, project)
        check_shared(checks, folder, compilers, prefix, "Unix Makefiles")
        check_pkg_config(checks, folder, options.source, {"c": options.c_compiler, "cxx": options.cxx_compiler}, prefix)
        check_subdirectory(checks, folder, options.source, compilers)
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
