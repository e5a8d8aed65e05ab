#!/usr/bin/python3
"""usage: pytorch.py --ripple PROGRAM

Holds ripple against PyTorch on Fashion-MNIST: models that ripple trained give the same outputs in
PyTorch, weights that PyTorch made come into ripple unchanged, and both train to the same losses.
Needs the Python modules torch, numpy and safetensors; README.md says where they come from.
"""
import argparse
import collections
import csv
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy
import safetensors
import safetensors.torch
import torch

DATA = pathlib.Path("/usr/share/datasets/fashion-mnist")
BATCH = 128
STEPS = 50

# Probabilities of two single-precision networks, each some hundred roundings from the exact ones.
OUTPUT_TOLERANCE = 1e-5

# Losses to four digits, relatively; weights, which are about 0.1, to as many.
LOSS_TOLERANCE = 1e-4
WEIGHT_TOLERANCE = 1e-5

ACTIVATIONS = {
    "identity": torch.nn.Identity,
    "relu": torch.nn.ReLU,
    "leaky-relu": torch.nn.LeakyReLU,
    "elu": torch.nn.ELU,
    "sigmoid": torch.nn.Sigmoid,
    "tanh": torch.nn.Tanh,
    "softplus": torch.nn.Softplus,
    "silu": torch.nn.SiLU,
    "gelu": torch.nn.GELU,
    "softmax": lambda: torch.nn.Softmax(dim=1),
}


# ---- data and networks --------------------------------------------------------------------------


def read_idx(name):
    """The array in one of the data set's files, whose header tells its sizes."""
    with gzip.open(DATA / name) as file:
        content = file.read()
    sizes = numpy.frombuffer(content, ">u4", content[3], 4)
    return numpy.frombuffer(content, numpy.uint8, offset=4 + 4 * len(sizes)).reshape(sizes)


def images(split):
    """Inputs as ripple scales them by default: bytes divided by 255."""
    pixels = read_idx(f"{split}-images-idx3-ubyte.gz")
    return torch.from_numpy(pixels.reshape(len(pixels), -1).astype(numpy.float32) / 255)


def labels(split):
    return torch.from_numpy(read_idx(f"{split}-labels-idx1-ubyte.gz").astype(numpy.int64))


def sequential(widths, activations):
    """Linear layers with an activation behind each but, where there is none, the last."""
    modules = []
    for layer, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        modules.append(torch.nn.Linear(inputs, outputs))
        if layer < len(activations):
            modules.append(ACTIVATIONS[activations[layer]]())
    return torch.nn.Sequential(*modules)


def linear_layers(network):
    return [module for module in network if isinstance(module, torch.nn.Linear)]


def parameters_by_layer(network):
    """Names as ripple has them: layers.0.weight, layers.0.bias, layers.1.weight, …"""
    return {
        f"layers.{number}.{name}": tensor
        for number, layer in enumerate(linear_layers(network))
        for name, tensor in layer.state_dict().items()
    }


def largest_difference(one, other):
    differences = [(one[name].double() - other[name].double()).abs().max() for name in other]
    return numpy.max(differences)  # which NaN does not escape


# ---- ripple -------------------------------------------------------------------------------------


class Ripple:
    def __init__(self, program, directory):
        self.program = program
        self.directory = pathlib.Path(directory)
        self.runs = 0

    def call(self, *words):
        words = [str(word) for word in words]
        done = subprocess.run([self.program, *words], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"ripple {' '.join(words)} ended with {done.returncode}:\n{done.stderr}")

    def train(self, *options):
        """A run's directory."""
        self.runs += 1
        out = self.directory / f"run{self.runs}"
        self.call("train", "--data", "fashion-mnist", "--batch", BATCH, "--out", out, *options)
        return out

    def losses(self, out):
        """The loss of each step, before its update."""
        lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
        return [line["loss"] for line in lines if "train_loss" not in line]

    def predict(self, model):
        """Probabilities of the test samples: samples × classes."""
        path = self.directory / "predicted.csv"
        self.call("predict", model, "--data", "fashion-mnist", "--split", "test", "--output", path)
        with open(path, newline="") as file:
            rows = list(csv.reader(file))
        return torch.tensor([[float(value) for value in row[2:]] for row in rows[1:]])


# ---- checks -------------------------------------------------------------------------------------

failures = []


def report(what, found, allowed):
    verdict = "ok" if found <= allowed else "FAIL"
    print(f"{verdict:4}  {what}: apart by {found:.2g}, {allowed:.0e} allowed", flush=True)
    if not found <= allowed:
        failures.append(what)


def check_outputs(ripple, hidden, test_images):
    """What ripple trained gives the same outputs in PyTorch."""
    model = ripple.train("--hidden", hidden, "--epochs", 1, "--seed", 3) / "model.safetensors"
    tensors = safetensors.torch.load_file(model)
    with safetensors.safe_open(model, "pt") as file:
        metadata = file.metadata()
    description = json.loads(metadata["ripple.network"])
    transform = json.loads(metadata["ripple.transform"])
    layers = description["layers"]
    widths = [description["inputs"]] + [layer["outputs"] for layer in layers]
    network = sequential(widths, [layer["activation"] for layer in layers])
    for number, linear in enumerate(linear_layers(network)):
        linear.load_state_dict(
            {name: tensors.pop(f"layers.{number}.{name}") for name in ("weight", "bias")}
        )
    assert not tensors, f"{model} has tensors that no layer has: {tensors.keys()}"

    # Inputs by the file's own account, from the bytes.
    pixels = (test_images * 255).round()
    inputs = pixels * transform["scale"][0] + transform["shift"][0]
    with torch.no_grad():
        expected = network(inputs)
    found = ripple.predict(model)
    assert found.shape == expected.shape == (10000, 10)
    report(f"outputs of {hidden}", (found - expected).abs().max().item(), OUTPUT_TOLERANCE)


# An optimizer in ripple's words and in PyTorch's, with the same numbers.
Optimizer = collections.namedtuple("Optimizer", "options make")

OPTIMIZERS = {
    "sgd, rate 0.1": Optimizer(
        "--lr 0.1", lambda parameters: torch.optim.SGD(parameters, lr=0.1)
    ),
    "sgd, rate 0.01, momentum 0.9": Optimizer(
        "--lr 0.01 --momentum 0.9",
        lambda parameters: torch.optim.SGD(parameters, lr=0.01, momentum=0.9),
    ),
    "adam": Optimizer("--optimizer adam", torch.optim.Adam),
    "adam, other numbers": Optimizer(
        "--optimizer adam --lr 0.003 --beta1 0.8 --beta2 0.99 --epsilon 1e-4",
        lambda parameters: torch.optim.Adam(parameters, lr=0.003, betas=(0.8, 0.99), eps=1e-4),
    ),
}


def take_steps(network, samples, targets, make_optimizer):
    """Losses of plain steps over the samples in their order."""
    optimizer = make_optimizer(network.parameters())
    losses = []
    for step in range(STEPS):
        batch = slice(step * BATCH, (step + 1) * BATCH)
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(network(samples[batch]), targets[batch])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


Run = collections.namedtuple("Run", "activation optimizer names")


def check_training(ripple, run, samples, targets):
    """From PyTorch's start both take the same steps."""
    torch.manual_seed(11)
    network = sequential([784, 64, 32, 10], [run.activation] * 2)
    start = ripple.directory / "start.safetensors"
    tensors = network.state_dict() if run.names == "0.weight" else parameters_by_layer(network)
    assert run.names in tensors
    safetensors.torch.save_file(tensors, start)
    out = ripple.train(
        *("--init", start, "--no-shuffle", "--hidden", "64,32", "--activation", run.activation),
        *OPTIMIZERS[run.optimizer].options.split(),
        *("--steps", STEPS, "--log-every", 1),
    )
    found = ripple.losses(out)
    expected = take_steps(network, samples, targets, OPTIMIZERS[run.optimizer].make)
    assert len(found) == len(expected) == STEPS
    assert expected[-1] < 0.9 * expected[0], "PyTorch itself did not learn"

    what = f"{run.activation}, {run.optimizer}, from {run.names}"
    difference = numpy.abs(numpy.array(found) / numpy.array(expected) - 1).max()
    report(f"losses of {STEPS} steps, {what}", difference, LOSS_TOLERANCE)
    trained = safetensors.torch.load_file(out / "model.safetensors")
    weights = largest_difference(trained, parameters_by_layer(network))
    report(f"weights after them, {what}", weights, WEIGHT_TOLERANCE)


def check_types(ripple):
    """Whatever the type, ripple begins with the very numbers, rounded to single precision."""
    for dtype in (torch.float32, torch.float64, torch.float16, torch.bfloat16):
        torch.manual_seed(12)
        network = sequential([784, 12, 10], ["tanh"]).to(dtype)
        start = ripple.directory / "start.safetensors"
        safetensors.torch.save_file(network.state_dict(), start)
        # A step so small that it changes no weight.
        out = ripple.train("--init", start, "--hidden", "12:tanh", "--steps", 1, "--lr", "1e-30")
        trained = safetensors.torch.load_file(out / "model.safetensors")
        expected = {name: tensor.float() for name, tensor in parameters_by_layer(network).items()}
        assert trained.keys() == expected.keys()
        report(f"weights from {dtype}", largest_difference(trained, expected), 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[1])
    parser.add_argument("--ripple", required=True, help="the program")
    arguments = parser.parse_args()
    begin = time.monotonic()
    test_images = images("t10k")
    samples, targets = images("train")[: STEPS * BATCH], labels("train")[: STEPS * BATCH]

    with tempfile.TemporaryDirectory(prefix="ripple-pytorch-") as directory:
        ripple = Ripple(arguments.ripple, directory)
        check_outputs(ripple, "64:gelu,32:gelu", test_images)
        check_outputs(ripple, "64:relu,32:relu", test_images)
        others = "64:silu,48:elu,40:leaky-relu,32:softplus,24:tanh,20:sigmoid,16:identity"
        check_outputs(ripple, others, test_images)
        for activation in ("gelu", "relu"):
            names = Run(activation, "sgd, rate 0.1", "layers.0.weight")
            check_training(ripple, names, samples, targets)
            for optimizer in OPTIMIZERS:
                check_training(ripple, Run(activation, optimizer, "0.weight"), samples, targets)
        check_types(ripple)
    print(f"{len(failures)} failed, {time.monotonic() - begin:.0f} s")
    return 1 if failures else 0


sys.exit(main())
