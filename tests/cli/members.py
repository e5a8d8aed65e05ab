"""What docs/json.md tells of the objects that --json prints."""
import pathlib
import re

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/json.md"
ELSEWHERE = ("explain", "plot", "playground", "predict")  # told in docs/formats.md
COMMAND = re.compile(r"\bripple ([a-z-]+)(?: (peak|gemm|step|save|compare)\b)?[^|;&]* --json\b")


def read_page():
    """Of each command, the members in the first columns of its tables. "a[].…" stands for all below a[]."""
    told, own = {}, set()
    for line in PAGE.read_text("utf-8").splitlines():
        if line.startswith("## ripple "):
            own = told.setdefault(line.removeprefix("## ripple "), set())
        elif line.startswith("| `"):
            own.update(re.findall(r"`([^`]+)`", line.split(" | ")[0]))
    return told


def members_of(value, path=""):
    """The paths of all members: "a", "a[].b", …"""
    if isinstance(value, dict):
        for name, inner in value.items():
            below = f"{path}.{name}" if path else name
            yield below
            yield from members_of(inner, below)
    elif isinstance(value, list):
        for inner in value:
            yield from members_of(inner, path + "[]")


def is_told(member, told):
    # An array is told with its elements, and an object with its members.
    if member in told or any(other.startswith((member + "[]", member + ".")) for other in told):
        return True
    parts = member.split(".")
    return any(".".join(parts[:count]) + ".…" in told for count in range(1, len(parts)))


def untold(command, value):
    """The members of what `command` printed that the page does not tell."""
    found = COMMAND.search(command)
    if not found:
        return {f"what `{command}` prints"}
    if found[1] in ELSEWHERE:
        return set()
    page = read_page()
    told = set(page.get(found[1], ()))
    if found[1] == "bench":
        told |= page.get(f"bench {found[2]}", set())
    return {member for member in members_of(value) if not is_told(member, told)}
