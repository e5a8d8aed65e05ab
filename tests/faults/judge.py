"""What must hold of a run while OpenCL fails."""
import re

import report

FORBIDDEN = (
    (re.compile(r"\x1b|\\x[0-9a-f]{2}"), "an escape sequence, or what is no text"),
    (re.compile(r"-(CRITICAL|WARNING|ERROR) \*\*"), "a complaint of GLib"),
    (re.compile(r"Sanitizer|runtime error:"), "a complaint of a sanitizer"),
)

# Calls whose failure does not keep ripple from its result, by function, or by function and who
# calls it. Where ripple succeeds all the same, its files must be those of a run without fault.
HARMLESS = {
    "clReleaseContext": "what was to be let go of is not needed any more",
    "clReleaseCommandQueue": "what was to be let go of is not needed any more",
    "clReleaseMemObject": "what was to be let go of is not needed any more",
    "clReleaseProgram": "what was to be let go of is not needed any more",
    "clReleaseKernel": "what was to be let go of is not needed any more",
    "clReleaseEvent": "what was to be let go of is not needed any more",
    "clEnqueueUnmapMemObject": "what was to be let go of is not needed any more",
    "clRetainEvent": "one command is missing in the trace",
    "clGetKernelInfo": "a kernel stands in the trace without its name",
    "clGetEventInfo": "the wait that follows tells what is wrong",
    "clGetEventProfilingInfo": "one command is missing in the trace",
    "clGetProgramInfo": "the compiled program is not kept",
    "clCreateProgramWithBinary": "the program is compiled from its source instead",
    ("clBuildProgram", "build_from_cache"): "the program is compiled from its source instead",
    ("clFinish", "opencl_free"): "all results are there by then",
    ("clFinish", "ripple_opencl_upload_free"): "all results are there by then",
    ("clWaitForEvents", "ripple_opencl_upload_free"): "all results are there by then",
    ("clEnqueueMarkerWithWaitList", "ripple_profile_next_group"):
        "the trace shows CLBlast's last kernel alone",
}

# Calls by which the devices are found: their names are not known then.
FINDING = ("clGetPlatformIDs", "clGetPlatformInfo", "clGetDeviceIDs", "clGetDeviceInfo")

# How often these are called depends on when the device is done with what.
TIMELY = (
    "clFinish",
    "clEnqueueReadBuffer",
    "clFlush",
    "clGetEventInfo",
    "clGetEventProfilingInfo",
    "clReleaseEvent",
    "clRetainEvent",
    "clWaitForEvents",
)

# The look whether numbers are finite goes with each read of results: its calls come as often as there was
# something to read. All others of these functions come the same in each run.
WITH_READS = ("clEnqueueNDRangeKernel", "clGetKernelInfo", "clSetKernelArg")
LOOK = "ripple_opencl_check_finite"

# Statuses that mean too little memory.
MEMORY = (-4, -6)

TEMPORARY = re.compile(r"\.[A-Za-z0-9]{6}$")


def manners(done, is_early=False):
    """What holds of every run, whatever it ends with; is_early: perhaps before OpenCL was called."""
    if done.status is None:
        return ["it was not done in time"]
    if done.status < 0:
        return [f"it was killed by signal {-done.status}"]
    complaints = []
    for pattern, meaning in FORBIDDEN:
        if pattern.search(done.stderr) or pattern.search(done.stdout):
            complaints.append(f"it wrote {meaning}")
    if not done.report.is_whole and not is_early:
        complaints.append("the layer did not report")
    complaints += done.report.misused
    n_errors = sum(line.startswith("ripple: ") for line in done.stderr.splitlines())
    if n_errors != (done.status != 0):
        complaints.append(f"{n_errors} lines of stderr begin with \"ripple: \"")
    return complaints


def leaks(done, source=None):
    return [
        f"a {kind} was not released, made in {source.place(site) if source else site}"
        for kind, site in done.report.leaks
        if not report.is_clblast(site)
    ]


def of_success(done):
    """Complaints about a run that nothing disturbs."""
    wrong_status = [] if done.status == 0 else [f"exit status {done.status}"]
    return wrong_status + manners(done) + leaks(done)


def error_of(done):
    lines = [line for line in done.stderr.splitlines() if line.startswith("ripple: ")]
    return lines[0] if lines else ""


class Judgement:
    def __init__(self, source, device, undisturbed, kept):
        self.source = source
        self.device = device
        self.undisturbed = undisturbed  # the report of that run
        self.kept = kept  # file → bytes of the undisturbed run
        self.n_unreached = 0
        self.n_clblast = 0
        self.n_unnoticed = 0

    def of(self, case, done):
        complaints = manners(done)
        if done.status is None or done.status < 0:
            return complaints
        complaints += leaks(done, self.source) + self.files(done)
        self.n_clblast += any(report.is_clblast(site) for _, site in done.report.leaks)
        if case.is_wrong:
            return complaints + self.wrong(case, done)
        if not done.report.failed:
            self.n_unreached += 1
            is_expected = (
                case.function in TIMELY or case.scenario.is_choosy or self.is_of_a_look(case, done)
            )
            return complaints + ([] if is_expected else [f"{case.function} was not reached"])
        if done.status == 0:
            return complaints + self.success(case, done)
        return complaints + self.failure(case, done)

    def count_calls(self, found, function):
        """Calls of looks, and all others."""
        counts = [0, 0]
        for place in found.places:
            if place.function == function:
                counts[not self.source.is_called_by(place, LOOK)] += place.count
        return counts

    def is_of_a_look(self, case, done):
        """Was the call not reached because there were fewer looks, and nothing else was less?"""
        if case.function not in WITH_READS:
            return False
        looks, others = self.count_calls(done.report, case.function)
        return looks > 0 and others == self.count_calls(self.undisturbed, case.function)[1]

    # -- files

    def files(self, done):
        """No half-written file, no temporary one left over."""
        complaints = []
        for path in sorted(done.directory.rglob("*")):
            if path.is_file() and TEMPORARY.search(path.name):
                complaints.append(f"{path.relative_to(done.directory)} is left over")
        for name, content in self.kept.items():
            path = done.directory / name
            if path.exists() and path.read_bytes() != content and done.status == 0:
                complaints.append(f"{name} is not what the undisturbed run wrote")
            elif path.exists() and path.read_bytes() != content:
                complaints.append(f"{name} is there, but not whole")
            elif not path.exists() and done.status == 0:
                complaints.append(f"{name} is missing")
        return complaints

    # -- how it ended

    def is_harmless(self, done):
        function, site, caller = done.report.failed
        callers = self.source.functions(site) | self.source.functions(caller)
        return function in HARMLESS or any((function, name) in HARMLESS for name in callers)

    def success(self, case, done):
        if case.scenario.name == "devices":
            is_told = f"{done.report.failed[0]} failed" in done.stdout
            return [] if is_told else ["the list of devices does not tell of it"]
        is_clblast = report.is_clblast(done.report.failed[1])
        is_left_out = case.scenario.is_choosy and case.manner == "now"
        if case.manner == "lost" or is_clblast or is_left_out or self.is_harmless(done):
            return []  # what it wrote was held against the undisturbed run
        return ["it succeeded all the same"]

    def failure(self, case, done):
        error = error_of(done)
        complaints = []
        is_clblast = report.is_clblast(done.report.failed[1])
        # CLBlast does not hand on every status as it is.
        is_memory = case.status in MEMORY and case.manner == "now" and not is_clblast
        if done.status not in ((4, 7) if is_memory else (1, 4, 7)):
            complaints.append(f"exit status {done.status}")
        if case.manner == "now":
            names = ["CLBlast"] if is_clblast else case.functions
            if not any(name in error for name in names):
                complaints.append(f"the error does not name {' or '.join(names)}")
        elif not re.search(r"\bcl[A-Z]\w+|CLBlast", error):
            complaints.append("the error names no call")
        is_finding = case.function in FINDING or (
            case.manner == "lost" and any(f"{function} failed" in error for function in FINDING)
        )
        if self.device not in error and not is_finding:
            complaints.append("the error does not name the device")
        if not re.search(r"\bCL_[A-Z_]+|\bCLBlast[A-Z]|status -", error):
            complaints.append("the error does not tell the status")
        return complaints

    def of_resume(self, case, done):
        """Going on after the failure, undisturbed: to the same bits, unless nothing was kept yet."""
        complaints = manners(done, is_early=True) + leaks(done, self.source)
        if done.status == 0:
            return complaints + self.files(done)
        is_begun = (done.directory / case.scenario.resumes / "config.ini").exists()
        nothing = "has written no checkpoint yet" if is_begun else "There is no run in"
        if case.scenario.prepare or nothing not in error_of(done):
            complaints.append(f"it cannot be resumed: exit status {done.status}")
        return complaints

    # -- a wrong value

    def wrong(self, case, done):
        if not done.report.spoiled:
            return ["nothing was spoiled"]
        if done.status == 0 and case.may_go_unnoticed:
            self.n_unnoticed += 1
            return []
        return [] if done.status == 5 else [f"exit status {done.status}: {done.report.spoiled}"]
