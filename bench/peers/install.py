"""The Debian packages of the peers, and the programs built on them."""

import os
import shutil
import subprocess

from child import Failure

PYTHONS = ("/usr/bin/python3", "python3")


def works(*words):
    try:
        return subprocess.run(words, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def find_python(given, needs_cuda):
    """The Python that has PyTorch, or None."""
    check = "import torch; assert torch.cuda.is_available()" if needs_cuda else "import torch"
    candidates = [given] if given else PYTHONS
    return next((python for python in candidates if works(python, "-c", check)), None)


def missing_packages(needs_torch):
    checks = {
        "cmake": shutil.which("cmake"),
        "ninja-build": shutil.which("ninja"),
        "gcc": shutil.which("cc"),
        "libglib2.0-dev": works("pkg-config", "--exists", "glib-2.0 >= 2.74"),
        "libopenblas0-pthread": not shutil.which("dpkg-query")
        or works("dpkg-query", "--status", "libopenblas0-pthread"),
        "libopenblas-dev": works("pkg-config", "--exists", "openblas"),
        "libclblast-dev": works("pkg-config", "--exists", "clblast"),
        "ocl-icd-opencl-dev": works("pkg-config", "--exists", "OpenCL"),
        "libfann-dev": works("pkg-config", "--exists", "fann"),
        "dataset-fashion-mnist": os.path.exists("/usr/share/datasets/fashion-mnist"),
        "python3-torch": not needs_torch,
    }
    return [package for package, is_there in checks.items() if not is_there]


def install_packages(packages):
    """As root or through sudo; the lists of packages are fetched where they are too old."""
    if not packages:
        return
    print("installing " + " ".join(packages), flush=True)
    as_root = [] if os.geteuid() == 0 else ["sudo"]
    if not shutil.which("apt-get") or (as_root and not shutil.which("sudo")):
        raise Failure("install what your system calls these packages: " + " ".join(packages))
    install = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "--yes"]
    install += ["--no-install-recommends", *packages]
    if not works(*install):
        subprocess.run([*as_root, "apt-get", "update"], check=False)
        if subprocess.run(install, check=False).returncode != 0:
            raise Failure("apt-get could not install " + " ".join(packages))


def build(source, folder):
    """The peers that are C libraries, as programs in `folder`."""
    commands = (
        ["cmake", "-S", source, "-B", folder, "-G", "Ninja", "-D", "CMAKE_BUILD_TYPE=Release"],
        ["cmake", "--build", folder],
    )
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"building the peers failed:\n{done.stdout}{done.stderr}")
