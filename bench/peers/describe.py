"""Says what computes: the machine, ripple, and the versions of its peers."""

import pathlib
import platform
import subprocess

import child


def value_in(path, start, otherwise):
    """What stands behind `start` in the first line that begins with it."""
    try:
        lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return otherwise
    found = (line for line in lines if line.startswith(start))
    return next(found, start + otherwise).removeprefix(start).strip(' \t:="')


def output_of(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=child.environment())
    return done.stdout.strip().splitlines()[0] if done.stdout.strip() else "unknown"


def ripple(command, device):
    """What `ripple bench` tells of itself, and the name of its device. The product that it computes
    fills its caches, too."""
    words = [*command, "bench", "gemm", "--shape", "1x1x1", *device, "--json"]
    told = child.run(child.Command(words)).json
    version = " ".join(str(told[key]) for key in ("version", "commit") if key in told)
    return {
        "ripple": version or output_of(*command, "--version"),
        "OpenCL device": ", ".join(str(told[key]) for key in ("device", "driver") if key in told),
    }, told["device"]


def check_library(blas):
    """Debian's PyTorch calls whatever libblas.so.3 is: netlib's is many times slower than OpenBLAS."""
    if not any(name in blas.lower() for name in ("openblas", "mkl", "cublas")):
        raise child.Failure(
            f"PyTorch multiplies by {blas}, which is no fast library; install libopenblas0-pthread "
            "and choose it by `update-alternatives --config libblas.so.3-$(uname -m)-linux-gnu`"
        )


def torch(python, folder, is_gpu):
    device = "cuda" if is_gpu else "cpu"
    words = [python, folder / "torch_products.py", "--device", device, "64x64x64"]
    told = child.run(child.Command(words)).json
    check_library(told["blas"])
    where = f", {told['device']}" if is_gpu else ""
    return {"PyTorch": f"{told['version']}, multiplying by {told['blas']}{where}"}


def peers(folder):
    told = {}
    for name, program in (("OpenBLAS", "products_openblas"), ("CLBlast", "products_clblast")):
        version = child.run(child.Command([folder / program, "1x1x1"])).json["version"]
        told[name] = version.removeprefix(name).strip()
    told["FANN"] = output_of("pkg-config", "--modversion", "fann")
    return told


def host(cores):
    processor = value_in("/proc/cpuinfo", "model name", platform.machine())
    system = value_in("/etc/os-release", "PRETTY_NAME", platform.system())
    return {"processor": f"{processor}, {cores} core{'s' if cores > 1 else ''}", "system": system}
