#!/usr/bin/env python3
"""Times training steps of PyTorch on the work that `ripple bench step` has: relu layers, a linear
output with cross-entropy, batches picked from data in memory by a permutation. Prints one JSON object.

Before the time is taken, the losses of two steps are held against double precision; afterwards the loss
must have fallen. OPENBLAS_NUM_THREADS and OMP_NUM_THREADS say how many threads compute on a CPU."""

import argparse
import copy
import json
import sys

import torch

import torch_common

LEAST_SAMPLES = 4096  # as ripple's
CHECKED_STEPS = 2
LOSS_TOLERANCE = 1e-4  # relative, as ripple's
LOSS_MUST_FALL_TO = 0.9


def random_data(inputs, classes, batch, device):
    """Classes lie around points of their own, so that any training that works learns them."""
    count = (LEAST_SAMPLES + batch - 1) // batch * batch
    labels = torch.randint(classes, (count,))
    centres = torch.rand(classes, inputs)
    samples = 0.5 * centres[labels] + 0.5 * torch.rand(count, inputs)
    return samples.to(device), labels.to(device)


def network(widths):
    modules = []
    for inputs, outputs in zip(widths, widths[1:]):
        modules += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    return torch.nn.Sequential(*modules[:-1])


class Training:
    def __init__(self, model, optimizer, samples, labels, batch, is_captured=False):
        self.model = model
        self.samples = samples
        self.labels = labels
        self.batch = batch
        self.order = torch.randperm(len(samples)).to(samples.device)
        self.picked = self.order[:batch].clone()
        self.first = 0
        if optimizer == "adam":
            options = {"capturable": True} if is_captured else {}
            self.optimizer = torch.optim.Adam(model.parameters(), lr=0.001, **options)
        else:
            self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def compute(self):
        """One step on the samples that `picked` names."""
        self.optimizer.zero_grad(set_to_none=True)
        outputs = self.model(self.samples[self.picked])
        loss = torch.nn.functional.cross_entropy(outputs, self.labels[self.picked])
        loss.backward()
        self.optimizer.step()
        return loss

    def pick(self):
        """The next batch, and from the beginning where no whole one is left."""
        if self.first + self.batch > len(self.samples):
            self.first = 0
        self.picked.copy_(self.order[self.first : self.first + self.batch])
        self.first += self.batch

    def step(self):
        self.pick()
        return self.compute()

    def capture(self):
        """A function that takes the next step by replaying a CUDA graph."""
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                self.compute()
        torch.cuda.current_stream().wait_stream(side)
        self.optimizer.zero_grad(set_to_none=True)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self.compute()

        def step():
            self.pick()
            graph.replay()

        return step

    def loss(self):
        with torch.no_grad():
            return torch.nn.functional.cross_entropy(self.model(self.samples), self.labels).item()


def check_steps(model, optimizer, samples, labels, batch):
    """Two steps of a copy against two steps of another in double precision."""
    single = Training(copy.deepcopy(model), optimizer, samples, labels, batch)
    double = Training(copy.deepcopy(model).double(), optimizer, samples.double(), labels, batch)
    double.order = single.order
    for step in range(1, CHECKED_STEPS + 1):
        found, expected = single.step().item(), double.step().item()
        if not abs(found - expected) <= LOSS_TOLERANCE * max(abs(expected), 1e-3):
            sys.exit(
                f"PyTorch's loss of step {step} is {found}, and {expected} in double precision"
            )


def measure(arguments, device):
    widths = [arguments.inputs, *arguments.hidden, arguments.outputs]
    model = network(widths).to(device)
    samples, labels = random_data(arguments.inputs, arguments.outputs, arguments.batch, device)
    check_steps(model, arguments.optimizer, samples, labels, arguments.batch)

    training = Training(
        model, arguments.optimizer, samples, labels, arguments.batch, is_captured=arguments.graph
    )
    before = training.loss()
    step = training.capture() if arguments.graph else training.step
    median, fastest, slowest, runs = torch_common.measure(step, device)
    after = training.loss()
    if not after <= LOSS_MUST_FALL_TO * before:
        sys.exit(f"PyTorch's loss went from {before} to {after}: that is no training")
    return {
        "network": "-".join(str(width) for width in widths),
        "batch": arguments.batch,
        "optimizer": arguments.optimizer,
        "graph": arguments.graph,
        "samples_per_second": arguments.batch / median,
        "samples_per_second_min": arguments.batch / slowest,
        "samples_per_second_max": arguments.batch / fastest,
        "ms_per_step": 1000 * median,
        "runs": runs,
        "loss_before": before,
        "loss_after": after,
    }


def whole_numbers(text):
    return [int(word) for word in text.split(",")]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=784)
    parser.add_argument("--hidden", type=whole_numbers, default=[512, 512], metavar="WIDTH,…")
    parser.add_argument("--outputs", type=int, default=10)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--optimizer", choices=("sgd", "adam"), default="sgd")
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default: cpu)")
    parser.add_argument("--graph", action="store_true", help="replay steps as a CUDA graph")
    arguments = parser.parse_args()
    if arguments.graph and arguments.device != "cuda":
        parser.error("only --device cuda has graphs")
    device = torch_common.prepare(arguments.device)
    result = measure(arguments, device)
    print(json.dumps(torch_common.describe(device) | {"results": [result]}))


main()
