#!/usr/bin/env python3
"""Makes the pictures of docs/layers.md: what the values in the rows of compiler/ops/ops.def give for the photo.

    layer_pictures.py [--build build] [NAME...]     docs/pictures/layers/NAME.png; all of them without names
    layer_pictures.py --check                       compares them with what the layers give now

As with scripts/image_pictures.py, a step of 8 bits is accepted.
"""
import argparse
import pathlib
import re
import sys
import tempfile

from image_pictures import DECODE, PHOTO, PICTURES, ROOT, compiled, differ, output_of

FOLDER = PICTURES / "layers"


def program_for(convoy, name, value, folder):
    """A program that shows the value as a picture: of three channels, or else of one."""
    source = folder / f"{name}.cvy"
    source.write_text(f"pipeline {name}(x: image[rgb]) {{ return {value} }}\n", encoding="utf-8")
    graph = output_of(convoy, "emit", source, "--stage=graph", "-o", "-")
    kind = "rgb" if re.findall(r": \w+\[(\d+)", graph)[-1] == "3" else "gray"
    source.write_text(f"pipeline {name}(x: image[rgb]) -> image[{kind}] {{ return {value} }}\n", encoding="utf-8")
    return compiled(convoy, source, folder)


def main():
    parser = argparse.ArgumentParser(description="Makes the pictures of docs/layers.md.")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", help="the folder of the build")
    parser.add_argument("--check", action="store_true", help="compare them instead")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a layer")
    options = parser.parse_args()
    convoy = options.build / "bin/convoy"
    rows = [line.split("\t") for line in output_of(options.build / "bin/layer_page", "--pictures").splitlines()]
    found = []
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        (folder / "decode.cvy").write_text(DECODE, encoding="utf-8")
        decode = compiled(convoy, folder / "decode.cvy", folder)
        for name, value in rows:
            if options.names and name not in options.names:
                continue
            program, kept = program_for(convoy, name, value, folder), FOLDER / f"{name}.png"
            if not options.check:
                output_of(program, PHOTO, "-o", kept)
            elif not kept.exists():
                found.append(f"{kept.name}: is not there")
            else:
                # A gray picture is read as red, green and blue of one value.
                old, new = folder / "kept.ppm", folder / "new.ppm"
                output_of(program, PHOTO, "-o", folder / "new.png")
                output_of(decode, kept, "-o", old)
                output_of(decode, folder / "new.png", "-o", new)
                if differ(old, new):
                    found.append(f"{kept.name}: the layer gives another picture; make it again with scripts/layer_pictures.py")
    if options.check:
        found += [f"{path.name}: no layer gives it" for path in FOLDER.glob("*.png")
                  if path.stem not in (name for name, _ in rows)]
        print(*found, f"{len(rows)} pictures, {len(found)} problems", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
