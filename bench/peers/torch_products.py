#!/usr/bin/env python3
"""Times PyTorch's matrix products in the three forms that training needs (on a GPU these are
cuBLAS's, TF32 off), and prints the members that `ripple bench gemm --json` has, too. A product is
checked against double precision before it is timed."""

import argparse
import json
import sys

import torch

import torch_common

UNIT_ROUNDOFF = 2.0**-24


def operands(form, m, n, k, device):
    """A and B as they lie in memory, and as they are multiplied."""
    a = torch.rand((k, m) if form == "TN" else (m, k), device=device) * 2 - 1
    b = torch.rand((n, k) if form == "NT" else (k, n), device=device) * 2 - 1
    return a.t() if form == "TN" else a, b.t() if form == "NT" else b


def is_right(a, b, c):
    """Every element within what rounding allows, in any order of summing."""
    roundoffs = (a.shape[1] + 1) * UNIT_ROUNDOFF
    allowed = roundoffs / (1 - roundoffs) * (a.double().abs() @ b.double().abs())
    return bool(((c.double() - a.double() @ b.double()).abs() <= allowed).all())


def measure(form, m, n, k, device):
    a, b = operands(form, m, n, k, device)
    c = torch.full((m, n), float("nan"), device=device)
    torch.mm(a, b, out=c)
    if not is_right(a, b, c):
        sys.exit(f"PyTorch's product {form} of {m}x{n}x{k} is wrong")
    median, fastest, slowest, runs = torch_common.measure(lambda: torch.mm(a, b, out=c), device)
    billions = 2e-9 * m * n * k
    return {
        "provider": "pytorch",
        "shape": f"{m}x{n}x{k}",
        "transpose": form,
        "gflops": billions / median,
        "gflops_min": billions / slowest,
        "gflops_max": billions / fastest,
        "runs": runs,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shapes", nargs="+", metavar="MxNxK")
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default: cpu)")
    arguments = parser.parse_args()
    device = torch_common.prepare(arguments.device)
    results = [
        measure(form, *(int(side) for side in shape.split("x")), device)
        for shape in arguments.shapes
        for form in ("NT", "NN", "TN")
    ]
    print(json.dumps(torch_common.describe(device) | {"results": results}))


main()
