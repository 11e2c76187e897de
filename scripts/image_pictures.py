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


def output_of(*command):
    return subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE, text=True).stdout


def compiled(convoy, script, folder):
    program = folder / script.stem
    output_of(convoy, "build", script, "-o", program)
    return program


def make(program, folder, ending):
    """Writes the pictures that a program gives for the photo, and gives their names; tensors are left out."""
    outputs = json.loads(output_of(program, "--describe"))["outputs"]
    names = {program.name if len(outputs) == 1 else f"{program.name}-{each['name']}": each["name"]
             for each in outputs if each["kind"] == "image"}
    output_of(program, PHOTO, *[f"--output={output}={folder / (name + ending)}" for name, output in names.items()])
    return list(names)


def pixels(path):
    """Size and bytes of a binary PPM."""
    kind, size, most, content = path.read_bytes().split(b"\n", 3)
    return (kind, size, most), content


def differ(one, other):
    """Whether two PPM files differ in size, or anywhere by more than a step of 8 bits."""
    (size, content), (other_size, other_content) = pixels(one), pixels(other)
    return size != other_size or any(abs(a - b) > 1 for a, b in zip(content, other_content))


def problems(convoy, scripts, folder):
    shown = set(re.findall(r"\(pictures/([\w-]+)\.png\)", PAGE.read_text(encoding="utf-8")))
    source, old = folder / "decode.cvy", folder / "kept.ppm"
    source.write_text(DECODE, encoding="utf-8")
    decode = compiled(convoy, source, folder)
    made = [name for script in scripts for name in make(compiled(convoy, script, folder), folder, ".ppm")]
    for name in made:
        kept = PICTURES / f"{name}.png"
        if not kept.exists():
            yield f"{kept.name}: is not there"
            continue
        output_of(decode, kept, "-o", old)
        if differ(old, folder / f"{name}.ppm"):
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
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        if options.check:
            found = list(problems(options.convoy, scripts, folder))
            print(*found, f"{len(scripts)} filters, {len(found)} problems", sep="\n")
            return 1 if found else 0
        PICTURES.mkdir(exist_ok=True)
        if not options.names:
            output_of(compiled(options.convoy, FILTERS / "downscale.cvy", folder), ROOT / "examples/edges/photo.jpg", "-o", PHOTO)
        for script in scripts:
            if not options.names or script.stem in options.names:
                print(*make(compiled(options.convoy, script, folder), PICTURES, ".png"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
