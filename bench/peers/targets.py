"""What ripple is to reach, and whether it did."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass

import products
import runs
import steps


@dataclass
class Bound:
    text: str
    holds: Callable


def at_least(limit):
    return Bound(f"≥ {limit:g}", lambda value: value >= limit)


def at_most(limit, unit=""):
    return Bound(f"≤ {limit:g}{unit}", lambda value: value <= limit)


def within(share):
    return Bound(f"1 ± {share:g}", lambda value: abs(value - 1) <= share)


TOLD = Bound("–", lambda value: True)  # no target: told beside the others


@dataclass
class Target:
    what: str
    cases: list
    quantity: str
    ours: str
    bound: Bound
    again: str  # of the command line: what comes after --only
    theirs: list = ()  # of several, the best counts; with none, our own value does
    compare: str = "ratio"  # or "difference"
    unit: str = ""
    otherwise: str = "not measured"  # where there is no value


@dataclass
class Verdict:
    case: str
    values: list  # a round each; none where it was not measured
    is_met: bool = False

    @property
    def median(self):
        return statistics.median(self.values)


def best(results, case, quantity, names):
    """The name among `names` whose median is the highest, or None where none was measured."""
    measured = [name for name in names if results.values(case, name, quantity)]
    return max(
        measured,
        key=lambda name: statistics.median(results.values(case, name, quantity).values()),
        default=None,
    )


def compare(results, target, case):
    """Our values, or how they stand to the others' in the same round."""
    ours = results.values(case, target.ours, target.quantity)
    if not target.theirs:
        return list(ours.values())
    name = best(results, case, target.quantity, target.theirs)
    theirs = results.values(case, name, target.quantity)
    both = [number for number in ours if number in theirs]
    if target.compare == "difference":
        return [ours[number] - theirs[number] for number in both]
    return [ours[number] / theirs[number] for number in both]


def judge(results, target):
    """A verdict for each case."""
    verdicts = []
    for case in target.cases:
        verdict = Verdict(case, compare(results, target, case))
        verdict.is_met = bool(verdict.values) and target.bound.holds(verdict.median)
        verdicts.append(verdict)
    return verdicts


def product_targets(thread_count):
    peer = products.openblas(thread_count)

    def target(what, shapes, theirs, limit):
        cases = products.cases(shapes)
        what = f"native product over {theirs}: {what}"
        return Target(
            what, cases, products.GFLOPS, products.NATIVE, at_least(limit), "products", [theirs]
        )

    return [
        target("large shapes", products.LARGE, peer, 0.95),
        target("10 outputs, batch 1", products.SMALL, peer, 1.0),
        target("all shapes", products.LARGE + products.SMALL, "CLBlast", 5),
    ]


def step_target(network, theirs, limit, against):
    return Target(
        f"step {network.case}, over {against}",
        [network.case],
        steps.SAMPLES,
        "ripple",
        at_least(limit),
        f"'{network.case}'",
        theirs,
    )


def cpu_step_targets(thread_counts):
    theirs = [steps.pytorch(count) for count in thread_counts]
    peak = Target(
        f"step {steps.WIDE.case}, of the measured peak",
        [steps.WIDE.case],
        steps.OF_PEAK,
        "ripple",
        at_least(0.70),
        f"'{steps.WIDE.case}'",
    )
    return [peak] + [
        step_target(network, theirs, limit, "PyTorch")
        for network, limit in (
            (steps.WIDE, 1.35),
            (steps.WIDE_ADAM, 1.35),
            (steps.SMALL, 8),
            (steps.TINY, 40),
        )
    ]


def start_targets():
    return [
        Target(
            "warm start: from the start of the process through its first step to its end",
            [runs.START],
            runs.SECONDS,
            runs.START_FEW,
            at_most(0.5, " s"),
            f"'{runs.START}'",
            unit=" s",
        ),
        Target(
            f"beside it, loading {runs.START_ALL}",
            [runs.START],
            runs.SECONDS,
            runs.START_ALL,
            TOLD,
            f"'{runs.START}'",
            [runs.START_FEW],
            compare="difference",
            unit=" s",
        ),
    ]


def scaling_targets():
    first, *others = (runs.samples(count) for count in runs.SCALES)
    return [
        Target(
            f"time per sample with {other}, over that with {first}",
            [runs.SCALING],
            runs.MICROSECONDS,
            other,
            within(0.05),
            f"'{runs.SCALING}'",
            [first],
        )
        for other in others
    ]


def memory_targets():
    again = "'peak memory'"
    peaks = [
        Target(
            f"peak memory of {runs.MEMORY}, {who}",
            [runs.MEMORY],
            runs.MEGABYTES,
            who,
            at_most(350, " MB"),
            again,
            unit=" MB",
        )
        for who in (runs.WARM, runs.COLD)
    ]
    waits = Target(
        runs.EPOCH,
        [runs.EPOCH],
        runs.WAITS,
        "ripple",
        at_most(2),
        f"'{runs.EPOCH}'",
        otherwise="not reported",
    )
    return [*peaks, waits]


def cpu_targets(thread_counts):
    return (
        product_targets(max(thread_counts))
        + cpu_step_targets(thread_counts)
        + start_targets()
        + scaling_targets()
        + memory_targets()
    )


def gpu_targets():
    cases = products.cases(products.GPU)

    def product_target(theirs, limit):
        return Target(
            f"native product over {theirs.removeprefix('ripple ')}: {products.GPU[0]}",
            cases,
            products.GFLOPS,
            products.NATIVE,
            at_least(limit),
            "products",
            [theirs],
        )

    eager, graph = "PyTorch", "PyTorch's CUDA graph"
    return [
        product_target("cuBLAS", 0.8),
        product_target("ripple clblast", 2),
        step_target(steps.HUGE, [steps.EAGER], 1.0, eager),
        step_target(steps.SMALL, [steps.EAGER], 5, eager),
        step_target(steps.SMALL, [steps.GRAPH], 2, graph),
        step_target(steps.TINY, [steps.EAGER], 5, eager),
        step_target(steps.TINY, [steps.GRAPH], 2, graph),
    ]
