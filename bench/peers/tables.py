"""Tables in Markdown from results, and their place in a document."""

import dataclasses
import statistics

import products
import steps
import targets
from child import Failure

BEGIN = "<!-- bench/peers/run {kind}: begin -->"
END = "<!-- bench/peers/run {kind}: end -->"

HEADING_LINES = 2  # of a table


def number(value):
    """Three digits, or all that stand before the point."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


def table(headings, rows):
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def is_left_out(results, cases):
    """Of results that are part of all, only what was measured is shown."""
    measured = {case for case, _, _ in results.measurements}
    return results.about["is_partial"] and measured.isdisjoint(cases)


def median_cell(results, case, who, quantity):
    values = results.values(case, who, quantity)
    return number(statistics.median(values.values())) if values else "–"


def ratio_cell(verdict):
    if not verdict.values:
        return "–"
    return number(verdict.median) if verdict.is_met else f"**{number(verdict.median)}**"


def again(kind, text):
    words = ["bench/peers/run", *(["--gpu"] if kind == "gpu" else []), "--only", text]
    return f"`{' '.join(words)}`"


# ---- targets --------------------------------------------------------------------------------


def measured_cell(target, verdicts):
    """A value and the span of the rounds; of several cases, the span of their medians."""
    measured = [verdict for verdict in verdicts if verdict.values]
    if not measured:
        return target.otherwise
    if len(verdicts) == 1:
        values, verdict = measured[0].values, measured[0]
        span = f" ({number(min(values))} … {number(max(values))})" if len(values) > 1 else ""
        return number(verdict.median) + target.unit + span
    lowest = min(measured, key=lambda verdict: verdict.median)
    highest = max(measured, key=lambda verdict: verdict.median)
    return f"{number(lowest.median)} ({lowest.case}) … {number(highest.median)} ({highest.case})"


def verdict_cell(target, verdicts):
    if target.bound is targets.TOLD:
        return "told apart"
    absent = sum(not verdict.values for verdict in verdicts)
    if absent == len(verdicts):
        return target.otherwise
    if absent:
        return f"{target.otherwise}: {absent} of {len(verdicts)}"
    missed = sum(not verdict.is_met for verdict in verdicts)
    if missed == 0:
        return "met"
    return "**missed**" if len(verdicts) == 1 else f"**missed** by {missed} of {len(verdicts)}"


def target_table(results, rows, kind):
    lines = []
    for target in rows:
        cases = [case for case in target.cases if not is_left_out(results, [case])]
        if not cases:
            continue
        verdicts = targets.judge(results, dataclasses.replace(target, cases=cases))
        lines.append(
            [
                target.what,
                target.bound.text,
                measured_cell(target, verdicts),
                verdict_cell(target, verdicts),
                again(kind, target.again),
            ]
        )
    return table(["what", "target", "measured (rounds from … to)", "verdict", "again"], lines)


# ---- products and steps ---------------------------------------------------------------------


def product_table(results, rows, shapes, peers, kind):
    """A line for each form of each shape: what each reached, and how our own stands to them."""
    verdicts = {}
    for target in rows:
        if target.quantity == products.GFLOPS:
            for verdict in targets.judge(results, target):
                verdicts[verdict.case, target.theirs[0]] = verdict
    compared = [peer for peer in peers if any(peer == found for _, found in verdicts)]
    headings = ["M×N×K", "form", "ripple", *peers, *(f"over {peer}" for peer in compared), "again"]
    lines = []
    for shape in shapes:
        for form in products.FORMS:
            case = products.case(form, shape)
            if is_left_out(results, [case]):
                continue
            lines.append(
                [shape.replace("x", "×"), form]
                + [
                    median_cell(results, case, who, products.GFLOPS)
                    for who in (products.NATIVE, *peers)
                ]
                + [ratio_cell(verdicts[case, peer]) for peer in compared]
                + [again(kind, shape)]
            )
    return table(headings, lines)


def step_table(results, networks, peers, kind):
    """Samples a second of each, and how many times our own rate is that of the best peer."""
    headings = ["network", "ripple", "of the peak", *peers, "over the best", "again"]
    lines = []
    for network in networks:
        case = network.case
        if is_left_out(results, [case]):
            continue
        target = targets.Target(
            "", [case], steps.SAMPLES, "ripple", targets.TOLD, "", theirs=list(peers)
        )
        values = targets.compare(results, target, case)
        share = results.values(case, "ripple", steps.OF_PEAK)
        lines.append(
            [case, median_cell(results, case, "ripple", steps.SAMPLES)]
            + [f"{statistics.median(share.values()):.0%}" if share else "–"]
            + [median_cell(results, case, peer, steps.SAMPLES) for peer in peers]
            + [number(statistics.median(values)) if values else "–"]
            + [again(kind, f"'{case}'")]
        )
    return table(headings, lines)


def command_list(results):
    """Each command line once, in the order in which they ran."""
    lines = dict.fromkeys(row["command"] for row in results.measurements.values())
    return "".join(f"    {line}\n" for line in lines)


# ---- the whole ------------------------------------------------------------------------------


def cpu_tables(results):
    counts = results.about["thread_counts"]
    rows = targets.cpu_targets(counts)
    product_peers = [*(products.openblas(count) for count in counts), "CLBlast"]
    step_peers = [*(steps.pytorch(count) for count in counts), *steps.FANN]
    networks = [steps.WIDE, steps.WIDE_ADAM, steps.MIDDLE, steps.SMALL, steps.TINY]
    return (
        target_table(results, rows, "cpu"),
        product_table(results, rows, products.LARGE + products.SMALL, product_peers, "cpu"),
        step_table(results, networks, step_peers, "cpu"),
    )


def gpu_tables(results):
    rows = targets.gpu_targets()
    peers = ["cuBLAS", "ripple clblast"]
    networks = [steps.HUGE, steps.WIDE, steps.WIDE_ADAM, steps.SMALL, steps.TINY]
    return (
        target_table(results, rows, "gpu"),
        product_table(results, rows, products.GPU, peers, "gpu"),
        step_table(results, networks, [steps.EAGER, steps.GRAPH], "gpu"),
    )


def describe(results):
    about = results.about
    lines = [f"- {name}: {value}" for name, value in about["machine"].items()]
    failures = [f"- failed: `{row['command']}` {row['failure']}" for row in results.failures]
    return "\n".join(lines + list(dict.fromkeys(failures))) + "\n"


def section(title, rows):
    return f"### {title}\n\n{rows}\n" if rows.count("\n") > HEADING_LINES else ""


def markdown(results):
    """All that stands between the markers."""
    about = results.about
    kind = about["kind"]
    target_rows, product_rows, step_rows = (gpu_tables if kind == "gpu" else cpu_tables)(results)
    command = "bench/peers/run --gpu" if kind == "gpu" else "bench/peers/run"
    return (
        f"`{command}` ran all of these in turns, {about['rounds']} rounds, on {about['date']}. "
        "Each number is the median of the rounds, each ratio the median of the ratios within a "
        "round.\n\n"
        + f"{describe(results)}\n"
        + section("Targets", target_rows)
        + section("Matrix products, GFLOP/s", product_rows)
        + section("Training steps, samples a second", step_rows)
        + f"### What ran\n\n{command_list(results)}"
    )


def replace(document, kind, text):
    """The document with `text` between the markers of `kind`."""
    begin, end = BEGIN.format(kind=kind), END.format(kind=kind)
    before, found, rest = document.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found or not found_end or begin in after or begin in before:
        raise Failure(f"the document needs one line {begin} and after it one line {end}")
    return f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}"
