"""Whole runs of `ripple train`: how soon they start, how they grow with the data, what they need."""

import os
import pathlib
import shutil

from child import Command, Failure
from rounds import Contender, Group, Reading

SECONDS = "s"
MICROSECONDS = "µs a sample"
MEGABYTES = "MB"
WAITS = "waits"

START = "start to first step"
START_FEW = "128 samples"
START_ALL = "60,000 samples of Fashion-MNIST"
SCALING = "time per sample"
EPOCH = "host waits per epoch"
MEMORY = "one epoch on Fashion-MNIST"
WARM = "kernels in the cache"
COLD = "kernels compiled"

FASHION_MNIST = pathlib.Path("/usr/share/datasets/fashion-mnist")
PIXELS = 784
CLASSES = 10
SCALES = (15_000, 60_000, 240_000)
BLOCK = 4096  # samples written at once: the peak memory of a child counts its parent's


def samples(count):
    return f"{count:,} samples"


def idx_header(sizes):
    return bytes([0, 0, 8, len(sizes)]) + b"".join(size.to_bytes(4, "big") for size in sizes)


def make_random_data(folder, count):
    """Random bytes as a training set in IDX files, without a test set."""
    if (folder / "train-labels-idx1-ubyte").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "train-images-idx3-ubyte", "wb") as images:
        images.write(idx_header((count, 28, 28)))
        for first in range(0, count, BLOCK):
            images.write(os.urandom(min(BLOCK, count - first) * PIXELS))
    labels = bytes(sample % CLASSES for sample in range(count))
    (folder / "train-labels-idx1-ubyte").write_bytes(idx_header((count,)) + labels)


def link_training_set(folder):
    """Fashion-MNIST without its test set, whose evaluation would come after the first step."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in FASHION_MNIST.glob("train-*"):
        link = folder / source.name
        if not link.is_symlink():
            link.symlink_to(source)
    if not any(folder.iterdir()):
        raise Failure(f"{FASHION_MNIST} has no training set; install dataset-fashion-mnist")


def train(setting, data, *options):
    words = [*setting.ripple, "train", "--data", data, "--hidden", "512,512", "--batch", "128"]
    return words + [*options, *setting.device, "--quiet", "--json"]


def start_contender(setting, who, data, make):
    def read(outcome):
        yield Reading(START, who, SECONDS, outcome.seconds)

    words = train(setting, data, "--steps", "1")
    return Contender(who, Command(words), read, make, warms_up=True)


def scaling_contender(setting, count, steps):
    data = setting.peers / "data" / f"{count}-samples"

    def read(outcome):
        rate = outcome.json["samples_per_second"]
        yield Reading(SCALING, samples(count), MICROSECONDS, 1e6 / rate)

    words = train(setting, data, "--lr", "0.01", "--steps", steps)
    return Contender(samples(count), Command(words), read, lambda: make_random_data(data, count))


def memory_contender(setting, who, environment, prepare):
    def read(outcome):
        yield Reading(MEMORY, who, MEGABYTES, outcome.megabytes)

    words = train(setting, "fashion-mnist", "--epochs", "1")
    return Contender(who, Command(words, environment), read, prepare, warms_up=who == WARM)


def wait_contender(setting):
    """Of the second epoch: the first also waits for its kernels to be compiled."""

    def read(outcome):
        if "host_waits_per_epoch" in outcome.json:
            yield Reading(EPOCH, "ripple", WAITS, outcome.json["host_waits_per_epoch"])

    words = train(setting, "fashion-mnist", "--epochs", "2")
    return Contender("ripple", Command(words), read)


def cpu_groups(setting):
    data = setting.peers / "data"
    few, full = data / "128-samples", data / "fashion-mnist-train"
    cold = setting.peers / "cold"
    steps = SCALES[-1] // 128 // (4 if setting.is_quick else 1)
    return [
        Group(
            START,
            [
                start_contender(setting, START_FEW, few, lambda: make_random_data(few, 128)),
                start_contender(setting, START_ALL, full, lambda: link_training_set(full)),
            ],
        ),
        Group(SCALING, [scaling_contender(setting, count, steps) for count in SCALES]),
        Group("peak memory", [memory_contender(setting, WARM, {}, lambda: None)]),
        Group(
            "peak memory when compiling",
            [
                memory_contender(
                    setting,
                    COLD,
                    {"XDG_CACHE_HOME": str(cold), "POCL_CACHE_DIR": str(cold / "pocl")},
                    lambda: shutil.rmtree(cold, ignore_errors=True),
                )
            ],
            most_rounds=2,
        ),
        Group(EPOCH, [wait_contender(setting)], most_rounds=1),
    ]
