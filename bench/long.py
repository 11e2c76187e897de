"""Whether a long script stays cheap: how long each phase of the compiler takes for chains of image filters and for deep
networks, and how that grows with their length. `./dev bench long`, docs/benchmarks.md.

    long.py CONVOY [FILTER...]             the table
    long.py --print chain|network LENGTH   a script
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

LENGTHS = {"chain": [50, 100, 200, 400], "network": [250, 500, 1000, 2000]}
COMMANDS = {
    "plan": lambda script, folder: ["plan", script],
    "loops": lambda script, folder: ["emit", script, "--stage=loops", "-o", folder / "loops"],
    "build": lambda script, folder: ["build", "-O3", script, "--init", "random:1", "-o", folder / "program"],
}
KERNELS = ["[[0.1, 0.1, 0.1], [0.1, 0.2, 0.1], [0.1, 0.1, 0.1]]", "[[0, -1, 0], [-1, 5, -1], [0, -1, 0]]",
           "[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]", "[[-1, -2, -1], [0, 0, 0], [1, 2, 1]]",
           "[[0.25, 0, 0.25], [0, 0, 0], [0.25, 0, 0.25]]"]


def chain(length):
    """So many filters of a gray image of any size, one after the other."""
    lines, x, conv = [], "photo", 0

    def add(expression):
        nonlocal x
        lines.append(f"    v{len(lines)} = {expression}")
        x = f"v{len(lines) - 1}"

    while len(lines) < length:
        kind = len(lines) % 8
        if kind in (0, 1, 3, 6):
            border = ("replicate", "zero", "reflect101")[conv % 3]
            add(f"{x} |> conv(kernel: {KERNELS[conv % len(KERNELS)]}, padding: same, border: {border})")
            conv += 1
        elif kind == 2:
            add(f"abs({x}) * 0.5")
        elif kind == 4:
            add(f"{x} |> max_pool(3x3, stride: 1, padding: same)")
        elif kind == 5:  # with what was there some filters ago
            add(f"{x} + v{len(lines) - 3} * 0.25")
        else:
            add(f"{x} |> avg_pool(3x3, stride: 1, padding: same)")
    return "\n".join([f"pipeline chain{length}(photo: image[gray]) -> image[gray] {{", *lines,
                      f"    return clamp({x}, 0, 1)", "}", ""])


def network(length):
    """So many layers: residual blocks, and after every third one branches that are concatenated, on maps that become
    smaller twice."""
    lines, layers = [], 0

    def conv(x, filters, kernel, stride=1, relu=True):
        nonlocal layers
        layers += 3 if relu else 2
        name, pad = f"c{len(lines)}", (kernel - 1) // 2
        lines.append(f"    {name} = {x} |> conv({filters}, kernel: {kernel}x{kernel}, stride: {stride}, padding: {pad}, "
                     f'bias: false, name: "{name}") |> batch_norm(name: "{name}.norm")' + (" |> relu" if relu else ""))
        return name

    def add(name, expression):
        lines.append(f"    {name}{len(lines)} = {expression}")
        return f"{name}{len(lines) - 1}"

    filters, block = 32, 0
    x = conv("picture", filters, 3)
    while layers < length - 3:
        if filters < 128 and layers > length * filters / 96:  # after a third and two thirds
            filters *= 2
            x = conv(x, filters, 3, stride=2)
        elif block % 4 < 3:
            y = conv(conv(x, filters, 3), filters, 3, relu=False)
            x = add("r", f"relu({y} + {x})")
            layers += 2
        else:
            half, quarter = filters // 2, filters // 4
            branches = [conv(x, half, 1), conv(conv(x, quarter, 1), quarter, 3),
                        conv(f"({x} |> max_pool(3x3, stride: 1, padding: 1))", quarter, 1)]
            x = add("j", f"concat({', '.join(branches)})")
            layers += 2
        block += 1
    return "\n".join([f"pipeline network{length}(picture: tensor[3, 56, 56]) -> tensor[10] {{", *lines,
                      f"    return {x} |> global_avg_pool |> flatten |> dense(10, name: \"head\")", "}", ""])


SCRIPTS = {"chain": chain, "network": network}


def phases(convoy, command, script, folder):
    """Milliseconds of each phase."""
    run = subprocess.run([convoy, *map(str, COMMANDS[command](script, folder)), "--time-passes"],
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
    times = {}
    for line in run.stderr.splitlines():
        if row := re.fullmatch(r" *([0-9.]+) +[0-9.]+%  (.+)", line):
            times[row[2]] = times.get(row[2], 0) + float(row[1])
    return times


def show(convoy, kind, command, lengths, repeat):
    """A row a phase; the last column has how much longer the longest script takes than the one before it, by how much
    longer it is: 1 where time grows with the length."""
    columns = []
    with tempfile.TemporaryDirectory() as folder:
        for length in lengths:
            script = pathlib.Path(folder) / "script.cvy"
            script.write_text(SCRIPTS[kind](length))
            runs = [phases(convoy, command, script, pathlib.Path(folder)) for _ in range(repeat)]
            columns.append({phase: min(run[phase] for run in runs) for phase in runs[0]})
    print(f"{kind}, {command}: ms of each phase" + "".join(f"{length:>10}" for length in lengths) + "    growth")
    for phase in columns[0]:
        times = [column[phase] for column in columns]
        if times[-1] < 1:
            continue
        growth = times[-1] / max(times[-2], 0.001) / (lengths[-1] / lengths[-2]) if len(times) > 1 else 1.0
        print(f"{phase:>{len(kind) + len(command) + 22}}" + "".join(f"{t:10.1f}" for t in times) + f"{growth:10.2f}")
    print()


def main():
    if sys.argv[1:2] == ["--print"]:
        sys.stdout.write(SCRIPTS[sys.argv[2]](int(sys.argv[3])))
        return 0
    parser = argparse.ArgumentParser(prog="./dev bench long", description=__doc__.split("\n\n")[0])
    parser.add_argument("convoy")
    parser.add_argument("filters", nargs="*", help="of chain, network, plan, loops, build; all of them")
    parser.add_argument("--lengths", type=lambda text: [int(n) for n in text.split(",")])
    parser.add_argument("--repeat", type=int, default=3, help="the least of so many times")
    options = parser.parse_args()
    for kind in SCRIPTS:
        for command in COMMANDS:
            wanted = [f for f in options.filters if f in SCRIPTS], [f for f in options.filters if f in COMMANDS]
            if kind in (wanted[0] or SCRIPTS) and command in (wanted[1] or COMMANDS):
                show(options.convoy, kind, command, options.lengths or LENGTHS[kind], options.repeat)
    return 0


if __name__ == "__main__":
    sys.exit(main())
