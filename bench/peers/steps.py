"""Whole training steps: ripple beside PyTorch and FANN."""

from dataclasses import dataclass

from child import Command
from rounds import Contender, Group, Reading

SAMPLES = "samples/s"
OF_PEAK = "of the peak"

EAGER = "PyTorch"
GRAPH = "PyTorch, CUDA graph"
FANN = ("FANN, incremental", "FANN, batch")


@dataclass(frozen=True)
class Network:
    inputs: int
    hidden: tuple
    outputs: int
    batch: int
    optimizer: str = "sgd"

    @property
    def widths(self):
        return (self.inputs, *self.hidden, self.outputs)

    @property
    def case(self):
        widths = "-".join(str(width) for width in self.widths)
        return f"{widths}, batch {self.batch}, {self.optimizer}"

    @property
    def options(self):
        """Of `ripple bench step` and of torch_steps.py."""
        return [
            *("--inputs", self.inputs, "--hidden", ",".join(str(width) for width in self.hidden)),
            *("--outputs", self.outputs, "--batch", self.batch, "--optimizer", self.optimizer),
        ]


WIDE = Network(784, (512, 512), 10, 128)
WIDE_ADAM = Network(784, (512, 512), 10, 128, "adam")
MIDDLE = Network(784, (128,), 10, 128)
SMALL = Network(784, (32,), 10, 32)
TINY = Network(4, (16,), 3, 16)
HUGE = Network(784, (4096, 4096), 10, 1024)


def pytorch(threads):
    """OMP_NUM_THREADS stays 1: with more, PyTorch's threads and OpenBLAS's get in each other's way."""
    return f"PyTorch, OpenBLAS {threads}/OpenMP 1"


def ripple(setting, network):
    words = [*setting.ripple, "bench", "step", *network.options, *setting.device, "--json"]

    def read(outcome):
        (result,) = outcome.json["results"]
        yield Reading(network.case, "ripple", SAMPLES, result["samples_per_second"])
        if result["fraction_of_peak"] is not None:
            yield Reading(network.case, "ripple", OF_PEAK, result["fraction_of_peak"])

    return Contender("ripple", Command(words), read)


def torch_contender(setting, network, who, options, environment):
    words = [setting.python, setting.folder / "torch_steps.py", *network.options, *options]

    def read(outcome):
        (result,) = outcome.json["results"]
        yield Reading(network.case, who, SAMPLES, result["samples_per_second"])

    return Contender(who, Command(words, environment), read)


def cpu_torch(setting, network, threads):
    environment = {"OPENBLAS_NUM_THREADS": str(threads), "OMP_NUM_THREADS": "1"}
    return torch_contender(setting, network, pytorch(threads), [], environment)


def fann(setting, network):
    widths = ",".join(str(width) for width in network.widths)

    def read(outcome):
        for result in outcome.json["results"]:
            who = f"FANN, {result['training']}"
            yield Reading(network.case, who, SAMPLES, result["samples_per_second"])

    return Contender("FANN", Command([setting.peers / "steps_fann", widths]), read)


def cpu_groups(setting):
    groups = []
    for network in (WIDE, WIDE_ADAM, MIDDLE, SMALL, TINY):
        contenders = [ripple(setting, network)]
        contenders += [cpu_torch(setting, network, count) for count in setting.thread_counts]
        if network == MIDDLE:
            contenders.append(fann(setting, network))
        groups.append(Group(f"steps {network.case}", contenders))
    return groups


def gpu_groups(setting):
    groups = []
    for network in (HUGE, WIDE, WIDE_ADAM, SMALL, TINY):
        cuda = ["--device", "cuda"]
        contenders = [
            ripple(setting, network),
            torch_contender(setting, network, EAGER, cuda, {}),
            torch_contender(setting, network, GRAPH, [*cuda, "--graph"], {}),
        ]
        groups.append(Group(f"steps {network.case}", contenders))
    return groups
