"""What the layer writes at the end of a run, and where in the source its call sites are."""
import functools
import re
import subprocess


class Place:
    """Calls of one function by one chain of callers."""

    def __init__(self, function, path, count, *callers):
        self.function = function
        self.path = path
        self.count = int(count)
        self.callers = callers  # the nearest first
        self.site = callers[0]


class Report:
    def __init__(self, path):
        self.functions = {}
        self.places = []
        self.leaks = []  # (kind, site)
        self.misused = []
        self.made = 0
        self.launches = {}
        self.changed = None
        self.spoiled = None
        self.failed = None  # (function, site, caller) of the first fault
        self.is_whole = False
        for line in path.read_text().splitlines() if path.exists() else ():
            word, *rest = line.split()
            self.read(word, rest, line)

    def read(self, word, rest, line):
        if word == "function":
            self.functions[rest[0]] = int(rest[1])
        elif word == "call":
            self.places.append(Place(*rest))
        elif word == "leak":
            self.leaks.append((rest[0], rest[1]))
        elif word == "released-too-often":
            self.misused.append(line)
        elif word == "objects":
            self.made += int(rest[1])
        elif word == "launch":
            self.launches[rest[0]] = int(rest[1])
        elif word == "changed":
            self.changed = int(rest[1])
        elif word == "spoiled":
            self.spoiled = line
        elif word == "failed":
            self.failed = self.failed or tuple(rest)
        self.is_whole = word == "end"


def is_clblast(site):
    return site.startswith("libclblast")


class Source:
    """Where in the source the call sites of a program are."""

    def __init__(self, program):
        self.program = program
        self.name = program.name

    @functools.lru_cache(maxsize=None)
    def frames(self, site):
        """(function, "file:line") of the call site, and of those that it was inlined into."""
        module, _, offset = site.partition("+")
        if module != self.name:
            return ((module, site),)
        output = subprocess.run(
            ["addr2line", "--functions", "--inlines", "--exe", self.program, offset],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.splitlines()
        return tuple(
            (name, re.sub(r"^.*/src/|\s.*$", "", place))
            for name, place in zip(output[::2], output[1::2])
        )

    def functions(self, site):
        return {name for name, _ in self.frames(site)}

    def is_called_by(self, place, function):
        """Is `function` among the callers, near or far?"""
        return any(function in self.functions(site) for site in place.callers)

    def place(self, site):
        name, where = self.frames(site)[0]
        return f"{name} ({where})"

    def call_sites(self):
        """(function, site) of each call of OpenCL in the program."""
        text = subprocess.run(
            ["objdump", "--disassemble", "--no-show-raw-insn", self.program],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        # The call returns to the instruction after it; the layer tells the byte before that.
        pattern = r"call .*<(cl[A-Z]\w*)@.*>\n(?:\n.*>:\n)?\s*([0-9a-f]+):"
        return {
            (function, f"{self.name}+{int(after, 16) - 1:#x}")
            for function, after in re.findall(pattern, text)
        }
