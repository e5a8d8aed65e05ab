"""Takes turns: in every round each contender of a group does the group's work once, so that what else
the machine does meets all of them alike."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field

import child


@dataclass
class Reading:
    case: str  # what was done
    who: str
    quantity: str  # unit of the value
    value: float


@dataclass
class Contender:
    who: str
    command: child.Command
    read: Callable  # from a child.Outcome to an iterable of Reading
    prepare: Callable = lambda: None
    warms_up: bool = False  # once in the first round, so that caches are full


@dataclass
class Group:
    name: str
    contenders: list
    most_rounds: int = sys.maxsize


@dataclass
class Results:
    about: dict
    measurements: dict = field(default_factory=dict)  # by (case, who, quantity)
    failures: list = field(default_factory=list)

    def add(self, number, command, reading):
        key = (reading.case, reading.who, reading.quantity)
        row = self.measurements.setdefault(key, {"command": command, "values": {}})
        row["values"][number] = reading.value

    def values(self, case, who, quantity):
        """What was read, by the number of the round."""
        row = self.measurements.get((case, who, quantity))
        return row["values"] if row else {}

    def to_json(self):
        rows = [
            {"case": case, "who": who, "quantity": quantity, "command": row["command"]}
            | {"values": {str(number): value for number, value in row["values"].items()}}
            for (case, who, quantity), row in self.measurements.items()
        ]
        return self.about | {"measurements": rows, "failures": self.failures}

    @classmethod
    def from_json(cls, content):
        about = {key: content[key] for key in content if key not in ("measurements", "failures")}
        results = cls(about, {}, content["failures"])
        for row in content["measurements"]:
            values = {int(number): value for number, value in row["values"].items()}
            key = (row["case"], row["who"], row["quantity"])
            results.measurements[key] = {"command": row["command"], "values": values}
        return results


def say(text):
    print(text, file=sys.stderr, flush=True)


def take_turn(number, group, contender, names, results):
    line = contender.command.shown(names)
    start = f"round {number}  {group.name}  {contender.who}"
    try:
        contender.prepare()
        if contender.warms_up and number == 1:
            child.run(contender.command)
        readings = list(contender.read(child.run(contender.command)))
    except child.Failure as failure:
        results.failures.append({"round": number, "command": line, "failure": str(failure)})
        say(f"{start}: {failure}")
        return
    for reading in readings:
        results.add(number, line, reading)
    told = ", ".join(f"{reading.value:.4g} {reading.quantity}" for reading in readings)
    say(f"{start}: {told or 'reports nothing'}")


def run(groups, rounds, names, results, after_round):
    """Every other round goes backwards, so that nobody always comes first."""
    for number in range(1, rounds + 1):
        for group in groups:
            if number > group.most_rounds:
                continue
            order = group.contenders if number % 2 else list(reversed(group.contenders))
            for contender in order:
                take_turn(number, group, contender, names, results)
        after_round()
