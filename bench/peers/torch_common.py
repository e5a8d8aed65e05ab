"""What torch_products.py and torch_steps.py share: timing as `ripple bench` does it, and which
libraries PyTorch computes with."""

import statistics
import time

import torch

WARM_UP_SECONDS = 0.2
WARM_UP_RUNS = 2
RUN_SECONDS = 0.02
LEAST_RUNS = 7
LEAST_SECONDS = 0.5


def prepare(device):
    """Plain single precision, as ripple computes in, and no slow denormal numbers."""
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    return torch.device(device)


def measure(work, device):
    """Seconds of each of several runs of `work()`, after a warm-up: median, shortest, longest, count."""
    wait = torch.cuda.synchronize if device.type == "cuda" else lambda: None

    def run(times):
        start = time.perf_counter()
        for _ in range(times):
            work()
        wait()
        return time.perf_counter() - start

    begin, warm_ups, times, seconds = time.perf_counter(), 0, 1, 0.0
    while (
        warm_ups < WARM_UP_RUNS
        or seconds < RUN_SECONDS
        or time.perf_counter() - begin < WARM_UP_SECONDS
    ):
        if warm_ups > 0 and seconds < RUN_SECONDS:
            times *= 2
        seconds = run(times)
        warm_ups += 1

    begin, runs = time.perf_counter(), []
    while len(runs) < LEAST_RUNS or time.perf_counter() - begin < LEAST_SECONDS:
        runs.append(run(times) / times)
    return statistics.median(runs), min(runs), max(runs), len(runs)


def library():
    """The file of the library that multiplies matrices on the CPU, once one was multiplied."""
    if torch.backends.mkl.is_available():
        return "MKL"
    with open("/proc/self/maps", encoding="utf-8") as maps:
        files = {line.split()[-1] for line in maps if "blas" in line}
    # libblas.so.3 of OpenBLAS is a shell around libopenblas: the latter tells more.
    return max(
        files, key=lambda name: ("openblas" in name.rsplit("/", 1)[-1], name), default="unknown"
    )


def describe(device):
    """Members of the JSON that say what computed."""
    is_cuda = device.type == "cuda"
    return {
        "version": torch.__version__,
        "device": torch.cuda.get_device_name(device) if is_cuda else "cpu",
        "blas": f"cuBLAS of CUDA {torch.version.cuda}" if is_cuda else library(),
        "threads": torch.get_num_threads(),
    }
