"""agreement.py A.npy B.npy: of two results [items][classes], for how many items the largest number is another one."""
import sys

from accuracy import read_npy


def answers(path):
    (count, classes), values = read_npy(path)
    return [max(range(classes), key=lambda c: values[i * classes + c]) for i in range(count)]


a, b = answers(sys.argv[1]), answers(sys.argv[2])
assert len(a) == len(b)
print(f"{sum(x != y for x, y in zip(a, b))} of {len(a)} answers differ")
