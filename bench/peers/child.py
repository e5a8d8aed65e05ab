"""Runs a program, and tells what it printed, how long it took and how much memory it had."""

import json
import os
import shlex
import subprocess
import tempfile
import time
from dataclasses import dataclass, field


# Hold OpenBLAS to a processor other than the one it finds; a peer is measured at its best.
HOLDS_BACK = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def environment():
    """What every program here runs in."""
    return {name: text for name, text in os.environ.items() if name not in HOLDS_BACK}


class Failure(Exception):
    """A sentence that says what did not work."""


@dataclass
class Command:
    words: list
    environment: dict = field(default_factory=dict)

    def shown(self, names):
        """As a line for a shell, with the strings that are keys of `names` replaced."""
        line = " ".join(
            [f"{name}={value}" for name, value in self.environment.items()]
            + [shlex.quote(str(word)) for word in self.words]
        )
        for found, name in names.items():
            line = line.replace(found, name)
        return line


@dataclass
class Outcome:
    json: dict
    seconds: float  # from start to end
    megabytes: float  # the most that was resident; 10⁶ bytes


def run(command):
    """The outcome of a program that prints one JSON object."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        start = time.monotonic()
        try:
            process = subprocess.Popen(
                [str(word) for word in command.words],
                stdout=output,
                stderr=errors,
                env=environment() | command.environment,
            )
        except OSError as error:
            raise Failure(f"{command.words[0]} does not start: {error.strerror}") from error
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - start
        output.seek(0)
        errors.seek(0)
        text = output.read().decode(errors="replace")
        complaints = errors.read().decode(errors="replace").strip().splitlines()
    if process.returncode != 0:
        why = complaints[-1] if complaints else "it said nothing"
        raise Failure(f"ended with {process.returncode}: {why}")
    try:
        return Outcome(json.loads(text), seconds, usage.ru_maxrss * 1024 / 1e6)
    except json.JSONDecodeError as error:
        raise Failure(f"printed no JSON object: {text[:80]!r}") from error
