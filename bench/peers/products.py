"""Matrix products: ripple's own kernels beside OpenBLAS and CLBlast, or cuBLAS."""

from child import Command
from rounds import Contender, Group, Reading

FORMS = ("NT", "NN", "TN")
GFLOPS = "GFLOP/s"

LARGE = ("128x512x784", "128x512x512", "512x784x128", "1024x1024x1024", "256x2048x2048")
SMALL = ("128x10x512", "1x512x784")
GPU = ("4096x4096x4096",)

NATIVE = "ripple native"

# The family of ripple's own kernels that trains on a kind of device.
PROCESSOR_FAMILY = "panel"
GPU_FAMILY = "tile"


def case(form, shape):
    return f"{form} {shape}"


def cases(shapes):
    return [case(form, shape) for shape in shapes for form in FORMS]


def openblas(threads):
    return f"OpenBLAS, {threads} thread{'s' if threads > 1 else ''}"


def reader(who_of):
    """Reads what `ripple bench gemm --json` and the peers' programs alike print."""

    def read(outcome):
        for result in outcome.json["results"]:
            who = who_of(result["provider"])
            name = case(result["transpose"], result["shape"])
            yield Reading(name, who, GFLOPS, result["gflops"])

    return read


def ripple(setting, shape, family):
    command = Command(
        [*setting.ripple, "bench", "gemm", "--shape", shape, *setting.device, "--json"]
    )
    return Contender(
        "ripple",
        command,
        reader(lambda provider: NATIVE if provider == family else f"ripple {provider}"),
    )


def openblas_contender(setting, shape, threads):
    environment = {"OPENBLAS_NUM_THREADS": str(threads)}
    command = Command([setting.peers / "products_openblas", shape], environment)
    return Contender(openblas(threads), command, reader(lambda _: openblas(threads)))


def clblast_contender(setting, shape):
    # CLBlast that ripple's tuner has no part in.
    words = [setting.peers / "products_clblast", "--device", setting.device_name, shape]
    return Contender("CLBlast", Command(words), reader(lambda _: "CLBlast"))


def cublas_contender(setting, shape):
    script = setting.folder / "torch_products.py"
    command = Command([setting.python, script, "--device", "cuda", shape])
    return Contender("cuBLAS", command, reader(lambda _: "cuBLAS"))


def cpu_groups(setting):
    return [
        Group(
            f"products {shape}",
            [
                ripple(setting, shape, PROCESSOR_FAMILY),
                *(openblas_contender(setting, shape, count) for count in setting.thread_counts),
                clblast_contender(setting, shape),
            ],
        )
        for shape in LARGE + SMALL
    ]


def gpu_groups(setting):
    return [
        Group(f"products {shape}", [ripple(setting, shape, GPU_FAMILY), cublas_contender(setting, shape)])
        for shape in GPU
    ]
