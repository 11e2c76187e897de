#!/usr/bin/env python3
"""Makes the pictures of docs/images.md: what each filter of examples/images gives for a photo.

    image_pictures.py [--convoy build/bin/convoy] [NAME...]     docs/pictures/NAME.png, NAME-OUTPUT.png of several outputs
    image_pictures.py --check                                   compares them with what the filters give now

Without names all are made, and the photo itself: that of examples/edges at half its size. Pictures made on another processor
may be a step of 8 bits apart, and that is accepted. A picture that no filter gives, or that the page does not show, is not.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILTERS, PICTURES, PAGE = ROOT / "examples/images", ROOT / "docs/pictures", ROOT / "docs/images.md"
PHOTO = PICTURES / "photo.png"
DECODE = "pipeline decode(photo: image[rgb]) -> image[rgb] { return relu(photo) }\n"


def run(convoy, *arguments):
    return subprocess.run([convoy, "run", *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True).stdout


def pictures(convoy, script):
    """The outputs of a script by the names of their pictures; tensors are none."""
    outputs = json.loads(run(convoy, script, "--describe"))["outputs"]
    return {script.stem if len(outputs) == 1 else f"{script.stem}-{each['name']}": each["name"]
            for each in outputs if each["kind"] == "image"}


def make(convoy, script, folder, ending):
    """Gives the pictures' names."""
    names = pictures(convoy, script)
    options = [f"--output={output}={folder / (name + ending)}" for name, output in names.items()]
    run(convoy, script, PHOTO, *options)
    return list(names)


def pixels(path):
    """Size and bytes of a binary PPM."""
    kind, size, most, content = path.read_bytes().split(b"\n", 3)
    return (kind, size, most), content


def problems(convoy, scripts):
    shown = set(re.findall(r"\(pictures/([\w-]+)\.png\)", PAGE.read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        decode = folder / "decode.cvy"
        decode.write_text(DECODE, encoding="utf-8")
        made = [name for script in scripts for name in make(convoy, script, folder, ".ppm")]
        for name in made:
            kept, old = PICTURES / f"{name}.png", folder / "kept.ppm"
            if not kept.exists():
                yield f"{kept.name}: is not there"
                continue
            run(convoy, decode, kept, f"--output=result={old}")
            (old_size, old_bytes), (size, content) = pixels(old), pixels(folder / f"{name}.ppm")
            if old_size != size or any(abs(a - b) > 1 for a, b in zip(old_bytes, content)):
                yield f"{kept.name}: the filter gives another picture; make it again with scripts/image_pictures.py"
            if name not in shown:
                yield f"{kept.name}: {PAGE.name} does not show it"
        for path in PICTURES.glob("*.png"):
            if path != PHOTO and path.stem not in made:
                yield f"{path.name}: no filter gives it"


def main():
    parser = argparse.ArgumentParser(description="Makes the pictures of docs/images.md.")
    parser.add_argument("--convoy", default=ROOT / "build/bin/convoy", help="the command")
    parser.add_argument("--check", action="store_true", help="compare them instead")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a script of examples/images, without .cvy")
    options = parser.parse_args()
    scripts = [path for path in sorted(FILTERS.glob("*.cvy")) if "\npipeline " in path.read_text(encoding="utf-8")]
    if options.check:
        found = list(problems(options.convoy, scripts))
        print(*found, f"{len(scripts)} filters, {len(found)} problems", sep="\n")
        return 1 if found else 0
    PICTURES.mkdir(exist_ok=True)
    if not options.names:
        run(options.convoy, FILTERS / "downscale.cvy", ROOT / "examples/edges/photo.jpg", f"--output=result={PHOTO}")
    for script in scripts:
        if not options.names or script.stem in options.names:
            print(*make(options.convoy, script, PICTURES, ".png"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
