#!/usr/bin/env python3
"""Trains the network of digits.cvy in plain NumPy and writes everything that this folder needs.

    python3 -m venv venv && venv/bin/pip install numpy scikit-learn
    venv/bin/python train.py            # half a minute; --output DIR writes elsewhere

Writes digits.safetensors (the parameters, under the names and in the layouts of PyTorch), heldout.npy and
heldout_labels.txt (the 500 digits that training never sees), some-digit.png (one of them) and names.txt.

The data is scikit-learn's copy of the UCI handwritten digits: 1797 pictures of 8x8 pixels, values 0 to 16. The split,
the start and the order of training come from one seed. A seed gives the same split everywhere (RandomState is frozen
by NumPy) and the same network on one machine; elsewhere sums may round differently.
"""
import argparse
import json
import pathlib
import struct
import zlib

import numpy as np

SEED = 20
HELD_OUT = 500
EPOCHS = 40
BATCH = 32
SAMPLE = 277  # of the held-out digits: a four that might be a nine
NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


# ---- layers: forward() remembers what backward() needs; backward() takes and gives gradients ----

class Conv:
    """A 3x3 cross-correlation with a border of zeros; weight [out][in][3][3]."""

    def __init__(self, name, inputs, outputs, random):
        weight = random.normal(0, np.sqrt(2 / (inputs * 9)), (outputs, inputs, 3, 3))
        self.parameters = {f"{name}.weight": weight.astype(np.float32), f"{name}.bias": np.zeros(outputs, np.float32)}
        self.weight, self.bias = self.parameters.values()
        self.gradients = {}

    def forward(self, x):
        self.shape = n, c, h, w = x.shape
        padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        # Every pixel's window as a row: [n * h * w][c * 9].
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (2, 3))
        self.rows = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * h * w, c * 9)
        y = self.rows @ self.weight.reshape(len(self.bias), -1).T + self.bias
        return y.reshape(n, h, w, -1).transpose(0, 3, 1, 2)

    def backward(self, gradient):
        n, c, h, w = self.shape
        rows = gradient.transpose(0, 2, 3, 1).reshape(n * h * w, -1)
        weight, bias = self.parameters
        self.gradients = {weight: (rows.T @ self.rows).reshape(self.weight.shape), bias: rows.sum(0)}
        windows = (rows @ self.weight.reshape(len(self.bias), -1)).reshape(n, h, w, c, 3, 3)
        padded = np.zeros((n, c, h + 2, w + 2), np.float32)
        for i in range(3):
            for j in range(3):
                padded[:, :, i:i + h, j:j + w] += windows[..., i, j].transpose(0, 3, 1, 2)
        return padded[:, :, 1:-1, 1:-1]


class Dense:
    """weight [out][in]."""

    def __init__(self, name, inputs, outputs, random):
        weight = random.normal(0, np.sqrt(2 / inputs), (outputs, inputs))
        self.parameters = {f"{name}.weight": weight.astype(np.float32), f"{name}.bias": np.zeros(outputs, np.float32)}
        self.weight, self.bias = self.parameters.values()
        self.gradients = {}

    def forward(self, x):
        self.x = x
        return x @ self.weight.T + self.bias

    def backward(self, gradient):
        weight, bias = self.parameters
        self.gradients = {weight: gradient.T @ self.x, bias: gradient.sum(0)}
        return gradient @ self.weight


class Relu:
    parameters = {}

    def forward(self, x):
        self.positive = x > 0
        return x * self.positive

    def backward(self, gradient):
        return gradient * self.positive


class MaxPool:
    """2x2 windows, side by side."""
    parameters = {}

    def forward(self, x):
        n, c, h, w = self.shape = x.shape
        windows = x.reshape(n, c, h // 2, 2, w // 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(n, c, h // 2, w // 2, 4)
        self.place = windows.argmax(-1)[..., None]
        return np.take_along_axis(windows, self.place, -1)[..., 0]

    def backward(self, gradient):
        n, c, h, w = self.shape
        windows = np.zeros((n, c, h // 2, w // 2, 4), np.float32)
        np.put_along_axis(windows, self.place, gradient[..., None], -1)
        return windows.reshape(n, c, h // 2, w // 2, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(self.shape)


class Flatten:
    parameters = {}

    def forward(self, x):
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, gradient):
        return gradient.reshape(self.shape)


class Network:
    """The layers of digits.cvy, without the softmax, which goes with the loss."""

    def __init__(self, random):
        self.layers = [Conv("c1", 1, 16, random), Relu(), Conv("c2", 16, 32, random), Relu(), MaxPool(), Flatten(),
                       Dense("fc1", 512, 64, random), Relu(), Dense("fc2", 64, 10, random)]
        self.parameters = {name: values for layer in self.layers for name, values in layer.parameters.items()}

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def gradients(self, x, labels):
        """Of the mean cross entropy."""
        scores = self.forward(x)
        gradient = np.exp(scores - scores.max(1, keepdims=True))
        gradient /= gradient.sum(1, keepdims=True)
        gradient[np.arange(len(x)), labels] -= 1
        gradient /= len(x)
        found = {}
        for layer in reversed(self.layers):
            gradient = layer.backward(gradient)
            found.update(getattr(layer, "gradients", {}))
        return found

    def accuracy(self, x, labels):
        return float((self.forward(x).argmax(1) == labels).mean())


# ---- training ----

class Adam:
    def __init__(self, parameters):
        self.parameters, self.step = parameters, 0
        self.mean = {name: np.zeros_like(values) for name, values in parameters.items()}
        self.square = {name: np.zeros_like(values) for name, values in parameters.items()}

    def update(self, gradients, rate):
        self.step += 1
        for name, gradient in gradients.items():
            self.mean[name] += 0.1 * (gradient - self.mean[name])
            self.square[name] += 0.001 * (gradient ** 2 - self.square[name])
            mean = self.mean[name] / (1 - 0.9 ** self.step)
            square = self.square[name] / (1 - 0.999 ** self.step)
            self.parameters[name] -= np.float32(rate) * mean / (np.sqrt(square) + np.float32(1e-8))


def shifted(x, random):
    """Every picture moved by up to one pixel each way, zeros moving in."""
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    moved = np.empty_like(x)
    for i, (row, column) in enumerate(random.randint(0, 3, (len(x), 2))):
        moved[i] = padded[i, :, row:row + 8, column:column + 8]
    return moved


def train(network, x, labels, random):
    """Adam with a falling rate on shifted pictures; the result is the average of the last quarter of the epochs."""
    adam = Adam(network.parameters)
    average = {name: np.zeros(values.shape, np.float64) for name, values in network.parameters.items()}
    averaged = 0
    for epoch in range(EPOCHS):
        order = random.permutation(len(x))
        rate = 0.002 * 0.5 * (1 + np.cos(np.pi * epoch / EPOCHS))
        for begin in range(0, len(x), BATCH):
            chosen = order[begin:begin + BATCH]
            adam.update(network.gradients(shifted(x[chosen], random), labels[chosen]), rate)
        if epoch >= EPOCHS * 3 // 4:
            averaged += 1
            for name, values in network.parameters.items():
                average[name] += values
        print(f"epoch {epoch + 1:2}: {100 * network.accuracy(x, labels):.2f} % of the training digits")
    for name, values in network.parameters.items():
        values[...] = average[name] / averaged


# ---- files ----

def write_safetensors(path, tensors):
    """The length of the header, the header in JSON, the values in its order, all little-endian."""
    header, offset = {}, 0
    for name, values in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [offset, offset + values.nbytes]}
        offset += values.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(v.astype("<f4").tobytes() for v in tensors.values()))


def write_png(path, pixels):
    """An 8-bit gray picture."""
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    height, width = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels.astype(np.uint8))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def main():
    parser = argparse.ArgumentParser(description="Trains the network of digits.cvy.")
    parser.add_argument("--output", default=pathlib.Path(__file__).parent, type=pathlib.Path, metavar="DIR")
    folder = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)

    from sklearn.datasets import load_digits
    data = load_digits()
    pictures = (data.images / 16).astype(np.float32)[:, None]
    random = np.random.RandomState(SEED)
    order = random.permutation(len(pictures))
    held_out, seen = order[:HELD_OUT], order[HELD_OUT:]

    network = Network(random)
    train(network, pictures[seen], data.target[seen], random)
    right = network.accuracy(pictures[held_out], data.target[held_out])
    print(f"{100 * right:.1f} % of {HELD_OUT} held-out digits")

    write_safetensors(folder / "digits.safetensors", network.parameters)
    np.save(folder / "heldout.npy", pictures[held_out])
    (folder / "heldout_labels.txt").write_text("".join(f"{label}\n" for label in data.target[held_out]))
    (folder / "names.txt").write_text("".join(f"{name}\n" for name in NAMES))
    write_png(folder / "some-digit.png", np.rint(pictures[held_out[SAMPLE], 0] * 255))
    print(f"some-digit.png is a {NAMES[data.target[held_out[SAMPLE]]]}")


if __name__ == "__main__":
    main()
