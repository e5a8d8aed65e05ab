"""What is run while OpenCL fails: one command for each way that ripple goes."""
import pathlib
import shutil

HERE = pathlib.Path(__file__).resolve().parent
FLOWERS = HERE.parent / "cli" / "data" / "flowers.csv"


class Scenario:
    """A command in a directory of its own, which `prepare` has made ready.

    keeps: files that the command writes, the same to the bit whenever it succeeds.
    resumes: a run directory; after a failure --resume must still end with the bits of the run that
    never failed, or say that there is no checkpoint yet.
    is_slow: it takes seconds, so that each call site is failed once, and no more.
    is_short: it has its part in the short form.
    is_choosy: it tries candidates for as long as there is time, and leaves out those that fail.
    overlooks: kernels whose wrong values are none of its business; (kernel, launch, buffer) where it is those of
    one buffer.
    """

    def __init__(
        self,
        name,
        command,
        prepare=(),
        keeps=(),
        resumes=None,
        is_slow=False,
        is_short=False,
        is_choosy=False,
        overlooks=(),
        **variables,
    ):
        self.name = name
        self.command = command.split()
        self.prepare = [line.split() for line in prepare]
        self.keeps = keeps
        self.resumes = resumes
        self.is_slow = is_slow
        self.is_short = is_short
        self.is_choosy = is_choosy
        self.overlooks = overlooks
        self.variables = variables


def write_idx(path, sizes, values):
    header = bytes([0, 0, 8, len(sizes)]) + b"".join(size.to_bytes(4, "big") for size in sizes)
    path.write_bytes(header + bytes(values))


def write_pictures(directory, train, test):
    """4×4 images in two classes: bright above, or bright below."""
    directory.mkdir()
    for name, count in (("train", train), ("t10k", test)):
        labels = [i % 2 for i in range(count)]
        pixels = [
            (200 if (pixel < 8) == (label == 0) else 20) + (i * 7 + pixel * 13) % 50
            for i, label in enumerate(labels)
            for pixel in range(16)
        ]
        write_idx(directory / f"{name}-images-idx3-ubyte", [count, 4, 4], pixels)
        write_idx(directory / f"{name}-labels-idx1-ubyte", [count], labels)


def write_data(directory):
    shutil.copy(FLOWERS, directory)
    write_pictures(directory / "pictures", 600, 300)


MODEL = ("run/model.safetensors",)
TRAIN = "train --tune off --trust-device --json"
FLOWER = f"{TRAIN} --data flowers.csv --hidden 4 --batch 16"
STREAM = f"{TRAIN} --data pictures --hidden 4 --epochs 2 --memory-limit 20K --out run"
CHECKPOINTS = (
    f"{FLOWER} --epochs 4 --val-split 0.25 --momentum 0.5 --checkpoint-every 3steps --out run"
)

SCENARIOS = (
    Scenario("devices", "devices --json"),
    Scenario(
        "resident",
        f"{FLOWER} --epochs 2 --val-split 0.25 --test-data flowers.csv --out run",
        keeps=MODEL,
        is_short=True,
        RIPPLE_STEPS="one",
    ),
    Scenario("many", f"{FLOWER} --epochs 3 --optimizer adam --out run", keeps=MODEL, is_short=True),
    Scenario("streamed", STREAM, keeps=MODEL),
    Scenario("traced", f"{STREAM} --trace trace.json", keeps=MODEL, is_short=True, RIPPLE_STEPS="one"),
    Scenario(
        "panel",
        f"{TRAIN} --data pictures --hidden 512 --batch 256 --epochs 1 --optimizer adam --out run",
        keeps=MODEL,
        RIPPLE_STEPS="one",
        RIPPLE_PRODUCTS="panel",
    ),
    Scenario(
        "tile",
        f"{TRAIN} --data flowers.csv --hidden 8,6:tanh --batch 16 --epochs 1 --momentum 0.5 --out run",
        keeps=MODEL,
        RIPPLE_STEPS="one",
        RIPPLE_PRODUCTS="tile",
    ),
    Scenario(
        "clblast",
        f"{FLOWER} --epochs 1 --out run",
        keeps=MODEL,
        RIPPLE_STEPS="one",
        RIPPLE_PRODUCTS="clblast",
    ),
    Scenario(
        "clblast-traced",
        f"{FLOWER} --epochs 1 --out run --trace trace.json",
        keeps=MODEL,
        RIPPLE_STEPS="one",
        RIPPLE_PRODUCTS="clblast",
    ),
    Scenario("checkpoints", CHECKPOINTS, keeps=MODEL, resumes="run", RIPPLE_STEPS="one"),
    Scenario(
        "resume",
        f"{TRAIN} --resume run",
        # The device is lost in the third epoch, and two checkpoints are there.
        prepare=(f"RIPPLE_TEST_FAIL=clEnqueueNDRangeKernel:70:-36:lost {CHECKPOINTS}",),
        keeps=MODEL,
        resumes="run",
        RIPPLE_STEPS="one",
    ),
    Scenario("eval", "eval run/model.safetensors --data flowers.csv --json", prepare=(f"{FLOWER} --epochs 1 --out run",)),
    Scenario(
        "predict",
        "predict run/model.safetensors --data flowers.csv --output predictions.csv",
        prepare=(f"{FLOWER} --epochs 1 --out run",),
        keeps=("predictions.csv",),
    ),
    Scenario(
        "cached",
        f"{FLOWER} --epochs 1 --out run",
        prepare=(f"{FLOWER} --epochs 1 --out run",),
        keeps=MODEL,
        RIPPLE_PROGRAM_CACHE="on",
    ),
    Scenario(
        "uncached",
        f"{FLOWER} --epochs 1 --out run",
        keeps=MODEL,
        RIPPLE_PROGRAM_CACHE="on",
    ),
    Scenario("compare", "compare --data flowers.csv --hidden 4 --batch 16 --steps 2 --tune off --json"),
    Scenario(
        "gradcheck",
        "gradcheck --data flowers.csv --hidden 4:tanh --batch 16 --device auto --json",
    ),
    Scenario(
        "verify-resume",
        "verify-resume --tune off --json --data flowers.csv --hidden 4 --batch 16 --epochs 2 "
        "--checkpoint-every never",
    ),
    Scenario("bench-step", "bench step --inputs 16 --outputs 3 --hidden 8 --batch 16 --json", is_slow=True),
    Scenario("bench-gemm", "bench gemm --shape 9x8x7 --json", is_slow=True),
    Scenario("bench-peak", "bench peak --json", is_slow=True),
    Scenario("tune", "tune --shape 9x8x7 --mode quick --json", is_slow=True, is_choosy=True),
)

# Kernels that write a wrong value, and who should notice.
WRONG = (
    Scenario(
        "gradcheck-wrong",
        "gradcheck --data flowers.csv --hidden 6:tanh,4:tanh --batch 16 --device auto -q",
        # The gradient comes neither from the loss, of all or of each sample, nor from the output's
        # probabilities, nor from z where the derivative is told from the activation.
        overlooks=("loss_sum", "softmax", ("loss", 1, 1), ("loss", 1, 2), ("product_panel", 1, 0)),
    ),
    Scenario(
        "compare-panel",
        "compare --data flowers.csv --hidden 6,4:tanh --batch 16 --steps 2 --tune off -q",
        is_short=True,
        RIPPLE_PRODUCTS="panel",
    ),
    Scenario(
        "compare-tile",
        "compare --data flowers.csv --hidden 6,4:tanh --batch 16 --steps 2 --tune off -q",
        RIPPLE_PRODUCTS="tile",
    ),
    Scenario(
        "compare-clblast",
        # No relu: where its slope is zero, what CLBlast multiplied does not matter.
        "compare --data flowers.csv --hidden 6:tanh,4:tanh --batch 16 --steps 2 --tune off -q",
        RIPPLE_PRODUCTS="clblast",
    ),
)
