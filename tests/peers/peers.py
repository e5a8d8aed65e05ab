#!/usr/bin/env python3
"""Of bench/peers: the tables it makes of results, the turns it takes, and its scripts' syntax."""

import ast
import contextlib
import io
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
TREE = HERE.parent.parent
PEERS = TREE / "bench" / "peers"
CANNED = HERE / "results.json"
sys.path.insert(0, str(PEERS))

import child
import products
import rounds
import steps
import tables
import targets


def canned(**about):
    return rounds.Results.from_json(json.loads(CANNED.read_text(encoding="utf-8")) | about)


def results_of(readings):
    """Results in which (case, who, quantity) took these values in rounds 1, 2, …"""
    results = rounds.Results({"kind": "cpu", "is_partial": False, "thread_counts": [2, 1]})
    for (case, who, quantity), values in readings.items():
        for number, value in enumerate(values, 1):
            reading = rounds.Reading(case, who, quantity, value)
            results.add(number, "a command", reading)
    return results


def row(text, *starts):
    """The cells of the only line whose first cells are these."""
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    found = [[cell.strip() for cell in line] for line in lines]
    (cells,) = [cells for cells in found if cells[: len(starts)] == list(starts)]
    return cells


class Tables(unittest.TestCase):
    def setUp(self):
        self.text = tables.markdown(canned())

    def test_product(self):
        """Ratios are those within a round: 1, 0.5 and 0.9 of OpenBLAS, 10, 5 and 9 of CLBlast."""
        cells = row(self.text, "128×512×784", "NT")
        expected = ["90.00", "100", "–", "10.00", "**0.900**", "9.00"]
        self.assertEqual(cells[2:8], expected)
        self.assertEqual(cells[8], "`bench/peers/run --only 128x512x784`")

    def test_product_of_nobody(self):
        self.assertEqual(row(self.text, "128×512×784", "TN")[2:8], ["–"] * 6)

    def test_step_over_the_best(self):
        """The best is the one with the highest median, over which the ratios are 10, 10 and 8."""
        cells = row(self.text, "784-32-10, batch 32, sgd")
        self.assertEqual(cells[1:7], ["1,600,000", "–", "200,000", "190,000", "–", "–"])
        self.assertEqual(cells[7], "10.00")
        cells = row(self.text, "step 784-32-10, batch 32, sgd, over PyTorch")
        self.assertEqual(cells[1:4], ["≥ 8", "10.00 (8.00 … 10.00)", "met"])

    def test_values(self):
        what = "peak memory of one epoch on Fashion-MNIST, kernels"
        cells = row(self.text, f"{what} in the cache")
        self.assertEqual(cells[1:4], ["≤ 350 MB", "226 MB", "met"])
        cells = row(self.text, f"{what} compiled")
        self.assertEqual(cells[1:4], ["≤ 350 MB", "351 MB", "**missed**"])

    def test_difference(self):
        cells = row(self.text, "beside it, loading 60,000 samples of Fashion-MNIST")
        self.assertEqual(cells[1:4], ["–", "0.350 s (0.300 … 0.400)", "told apart"])

    def test_what_is_missing(self):
        self.assertEqual(row(self.text, "host waits per epoch")[2:4], ["not reported"] * 2)
        cells = row(self.text, "step 4-16-3, batch 16, sgd, over PyTorch")
        self.assertEqual(cells[2:4], ["not measured"] * 2)
        cells = row(self.text, "native product over CLBlast: all shapes")
        self.assertEqual(cells[3], "not measured: 20 of 21")

    def test_one_failure_and_each_command_once(self):
        self.assertEqual(self.text.count("no such optimizer"), 1)
        for measured in canned().measurements.values():
            self.assertEqual(self.text.count(f"    {measured['command']}\n"), 1)

    def test_part_of_the_results(self):
        text = tables.markdown(canned(is_partial=True))
        self.assertEqual(row(text, "128×512×784", "NT"), row(self.text, "128×512×784", "NT"))
        cells = row(text, "native product over CLBlast: all shapes")
        self.assertEqual(cells[2:4], ["9.00 (5.00 … 10.00)", "met"])
        self.assertNotIn("4-16-3", text)
        self.assertNotIn("1024", text)

    def test_gpu(self):
        readings = {
            (steps.TINY.case, "ripple", steps.SAMPLES): [60, 70],
            (steps.TINY.case, steps.EAGER, steps.SAMPLES): [10, 10],
            (steps.TINY.case, steps.GRAPH, steps.SAMPLES): [40, 40],
        }
        for case in products.cases(products.GPU):
            readings[case, products.NATIVE, products.GFLOPS] = [9]
            readings[case, "cuBLAS", products.GFLOPS] = [10]
        results = results_of(readings)
        results.about |= {"kind": "gpu", "machine": {}, "rounds": 2, "date": "2024-02-29"}
        text = tables.markdown(results)
        network = "step 4-16-3, batch 16, sgd, over"
        self.assertEqual(row(text, f"{network} PyTorch")[3], "met")
        self.assertEqual(row(text, f"{network} PyTorch's CUDA graph")[3], "**missed**")
        self.assertEqual(row(text, "native product over cuBLAS: 4096x4096x4096")[3], "met")
        self.assertIn("`bench/peers/run --gpu --only products`", text)


class Targets(unittest.TestCase):
    def judge(self, ratios):
        """The line about large products where these are the native products' over OpenBLAS's."""
        cases = products.cases(products.LARGE)
        readings = {}
        for case, ratio in zip(cases, ratios, strict=True):
            readings[case, products.NATIVE, products.GFLOPS] = [ratio]
            readings[case, products.openblas(2), products.GFLOPS] = [1]
        rows = targets.cpu_targets([2, 1])
        text = tables.target_table(results_of(readings), rows, "cpu")
        return row(text, "native product over OpenBLAS, 2 threads: large shapes")[2:4]

    def test_all_met(self):
        measured, verdict = self.judge([0.95] * 14 + [2])
        self.assertEqual(verdict, "met")
        self.assertEqual(measured, "0.950 (NT 128x512x784) … 2.00 (TN 256x2048x2048)")

    def test_some_missed(self):
        self.assertEqual(self.judge([0.949, 0.5] + [1] * 13)[1], "**missed** by 2 of 15")

    def test_within(self):
        bound = targets.within(0.05)
        found = [bound.holds(value) for value in (0.94, 0.96, 1, 1.04, 1.06)]
        self.assertEqual(found, [False, True, True, True, False])


class Document(unittest.TestCase):
    def test_replace(self):
        begin, end = (line.format(kind="cpu") for line in (tables.BEGIN, tables.END))
        document = f"before\n{begin}\nold\n{end}\nafter\n"
        once = tables.replace(document, "cpu", "new\n")
        self.assertEqual(once, f"before\n{begin}\n\nnew\n\n{end}\nafter\n")
        self.assertEqual(tables.replace(once, "cpu", "new"), once)

    def test_no_markers(self):
        for document in ("", tables.BEGIN.format(kind="cpu"), tables.END.format(kind="cpu")):
            with self.assertRaises(child.Failure):
                tables.replace(document, "cpu", "new")

    def test_program(self):
        """From saved results into a copy of the real document, whose other text stays."""
        with tempfile.TemporaryDirectory() as folder:
            document = pathlib.Path(folder) / "performance.md"
            shutil.copy(TREE / "docs" / "performance.md", document)
            before = document.read_text(encoding="utf-8")
            words = [sys.executable, PEERS / "run", "--from", CANNED, "--write", document]
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            after = document.read_text(encoding="utf-8")
        self.assertEqual(done.returncode, 1)  # for the failures in these results
        self.assertIn("no such optimizer", done.stderr)
        self.assertEqual(after, tables.replace(before, "cpu", tables.markdown(canned())))
        self.assertIn(done.stdout.strip(), after)
        self.assertIn(tables.BEGIN.format(kind="gpu"), after)


class Turns(unittest.TestCase):
    def contender(self, name, program):
        command = child.Command([sys.executable, "-c", program])

        def read(outcome):
            yield rounds.Reading("case", name, "s", outcome.json["value"])

        return rounds.Contender(name, command, read)

    def run_group(self, *contenders):
        results = rounds.Results({})
        ends = []
        with contextlib.redirect_stderr(io.StringIO()) as told:
            group = rounds.Group("group", contenders)
            rounds.run([group], 2, {}, results, lambda: ends.append(len(results.failures)))
        self.told = told.getvalue()
        return results, ends

    def test_back_and_forth(self):
        results, _ = self.run_group(
            self.contender("first", "print('{\"value\": 1}')"),
            self.contender("second", "print('{\"value\": 2}')"),
        )
        order = [line.split("  ")[2].split(":")[0] for line in self.told.splitlines()]
        self.assertEqual(order, ["first", "second", "second", "first"])
        self.assertEqual(results.values("case", "second", "s"), {1: 2, 2: 2})

    def test_failures(self):
        results, ends = self.run_group(
            self.contender("broken", "import sys; sys.exit('out of luck')"),
            self.contender("silent", ""),
            self.contender("good", "print('{\"value\": 1}')"),
        )
        self.assertEqual(ends, [2, 4])
        self.assertIn("ended with 1: out of luck", results.failures[0]["failure"])
        self.assertIn("printed no JSON object", results.failures[1]["failure"])
        self.assertEqual(results.values("case", "good", "s"), {1: 1, 2: 1})

    def test_saved_and_loaded(self):
        content = json.loads(CANNED.read_text(encoding="utf-8"))
        self.assertEqual(rounds.Results.from_json(content).to_json(), content)

    def test_command_line(self):
        command = child.Command(["/some/where/ripple", "two words"], {"NAME": "value"})
        shown = command.shown({"/some/where/ripple": "ripple"})
        self.assertEqual(shown, "NAME=value ripple 'two words'")


class Scripts(unittest.TestCase):
    def test_syntax(self):
        scripts = [PEERS / "run", *PEERS.glob("*.py")]
        self.assertGreater(len(scripts), 10)
        for script in scripts:
            ast.parse(script.read_text(encoding="utf-8"), script)

    def test_groups(self):
        """The plans for both kinds of machine are made without anything being installed."""
        for options, name in (([], "time per sample"), (["--gpu"], "products 4096x4096x4096")):
            words = [sys.executable, PEERS / "run", "--list", *options]
            done = subprocess.run(words, capture_output=True, text=True, check=True)
            self.assertIn(name, done.stdout.splitlines())


if __name__ == "__main__":
    unittest.main()
