"""Which cases there are: which call fails, when, with what."""
import judge
import report

# What a driver may well return from each function; the cases take turns.
STATUSES = {
    "clGetPlatformIDs": (-6, -30),
    "clGetDeviceIDs": (-6, -5),
    "clCreateContext": (-2, -6, -5),
    "clCreateCommandQueue": (-6, -5),
    "clCreateBuffer": (-4, -5, -6),
    "clBuildProgram": (-11, -6, -5, -3),
    "clCreateKernel": (-6, -5, -46),
    "clSetKernelArg": (-5, -6),
    "clEnqueueNDRangeKernel": (-5, -4, -6, -54),
    "clFlush": (-5, -6, -36),
    "clFinish": (-5, -6, -36),
    "clWaitForEvents": (-5, -14, -6),
}
OTHERS = (-5, -6)
COMMANDS = (-5, -4, -6)  # of functions that enqueue something
LOST = (-36, -2, -5)

# Functions that are called at every stage of a run.
LIVELY = ("clCreateBuffer", "clFinish", "clFlush", "clGetEventInfo", "clWaitForEvents")

# Wrong values that may go unnoticed, by kernel and by buffer, and why.
UNNOTICED = {
    ("gather_block", 1): "the lean walk of compare writes its inputs anew, and with them the copy",
    ("steps", 1): "compare holds the loss of whole steps, not how many samples were right",
}

# The device is lost at every so many-th place.
LOST_EVERY = 5

# Cases of a scenario that takes seconds, beside the call sites that no other scenario has.
SLOW_CASES = 6


class Case:
    """One fault in one run."""

    def __init__(self, scenario, place, number, status, manner, path=None, asks_in_vain=False):
        self.scenario = scenario
        self.function = place.function
        self.functions = [place.function]  # of which the error may name either
        self.site = place.site
        self.number = number
        self.status = status
        self.manner = manner
        self.is_wrong = False
        self.kind = {"now": "failing at once", "later": "failing later", "lost": "devices lost"}[manner]
        where = f"@{path}" if path else ""
        ending = "" if manner == "now" else f":{manner}"
        self.variables = {
            "RIPPLE_TEST_FAIL": f"{place.function}{where}:{number}:{status}{ending}"
        }
        if place.function == "clBuildProgram" and asks_in_vain:
            self.variables["RIPPLE_TEST_FAIL"] += ",clGetProgramBuildInfo:1:-5"

    def __str__(self):
        return f"{self.scenario.name} RIPPLE_TEST_FAIL={self.variables['RIPPLE_TEST_FAIL']} {self.site}"


class SecondCase(Case):
    """A call that follows a failure fails as well."""

    def __init__(self, first, place):
        vars(self).update(vars(first))
        self.kind = "failing after another"
        self.functions = [first.function, place.function]  # which comes first may be a matter of time
        self.variables = {
            "RIPPLE_TEST_FAIL": f"{first.variables['RIPPLE_TEST_FAIL']},"
            f"{place.function}@{place.path}:1:-5"
        }


class WrongCase:
    """One wrong value in one run."""

    is_wrong = True
    kind = "wrong values"

    def __init__(self, scenario, kernel, launch, buffer, percent):
        self.scenario = scenario
        self.may_go_unnoticed = (
            kernel in scenario.overlooks
            or (kernel, launch, buffer) in scenario.overlooks
            or (kernel, buffer) in UNNOTICED
        )
        self.variables = {"RIPPLE_TEST_WRONG": f"{kernel}:{launch}:{buffer}:{percent}"}

    def __str__(self):
        return f"{self.scenario.name} RIPPLE_TEST_WRONG={self.variables['RIPPLE_TEST_WRONG']}"


def is_command(function):
    return function.startswith("clEnqueue")


def moments(count):
    """First, middle and last of `count` calls."""
    return sorted({1, (count + 1) // 2, count})


class Planner:
    def __init__(self, source, is_brief):
        self.source = source
        self.is_brief = is_brief
        self.failed_sites = set()
        self.turn = {}
        self.first = None  # report of the first scenario

    def status(self, function):
        """The next in turn."""
        choice = STATUSES.get(function, COMMANDS if is_command(function) else OTHERS)
        self.turn[function] = self.turn.get(function, -1) + 1
        return choice[self.turn[function] % len(choice)]

    def case(self, scenario, place, number, manner="now", by_path=True):
        self.failed_sites.add((place.function, place.site))
        status = self.status(place.function)
        if manner == "lost":
            status = LOST[self.turn[place.function] % len(LOST)]
        path = place.path if by_path else None
        return Case(scenario, place, number, status, manner, path, self.turn[place.function] % 8 == 4)

    def new_sites(self, scenario, found):
        """Each call site that nothing failed yet, once."""
        return [
            self.case(scenario, place, 1)
            for place in found.places
            if (place.function, place.site) not in self.failed_sites
            and not (self.is_brief and report.is_clblast(place.site))
        ]

    def cases(self, scenario, found):
        self.first = self.first or found
        if self.is_brief:
            return self.new_sites(scenario, found) + self.one_of_each(scenario, found)
        if scenario.is_slow:
            step = max(1, len(found.places) // SLOW_CASES)
            return self.new_sites(scenario, found) + [
                self.case(scenario, place, 1) for place in found.places[::step]
            ]
        cases = []
        for i, place in enumerate(found.places):
            is_failed = (place.function, place.site) in self.failed_sites
            if place.function in judge.FINDING and is_failed and found is not self.first:
                continue  # as in the first scenario
            cases += [self.case(scenario, place, number) for number in self.numbers(place)]
            if is_command(place.function):
                cases.append(self.case(scenario, place, place.count, "later"))
            if i % LOST_EVERY == 0:
                cases.append(self.case(scenario, place, 1, "lost"))
        return cases + self.by_function(scenario, found)

    @staticmethod
    def numbers(place):
        """First and last, where the state may be another one by then."""
        grows = is_command(place.function) or place.function in LIVELY
        return sorted({1, place.count} if grows else {1})

    def by_function(self, scenario, found):
        """Second, third and middle call of each function, wherever it comes from."""
        cases = []
        for function, count in found.functions.items():
            places = [place for place in found.places if place.function == function]
            for number in sorted({2, 3, (count + 1) // 2} - {0, 1}):
                if number <= count:
                    cases.append(self.case(scenario, places[0], number, by_path=False))
        return cases

    def one_of_each(self, scenario, found):
        """A device lost, and a kernel that fails later, in the middle of the scenario."""
        launches = [place for place in found.places if place.function == "clEnqueueNDRangeKernel"]
        if not launches:
            return []
        middle = launches[len(launches) // 2]
        return [self.case(scenario, middle, 1, manner) for manner in ("later", "lost")]

    def follow_ups(self, cases, reports):
        found = []
        for case, report_of_case in zip(cases, reports):
            if case.is_wrong or case.manner != "now":
                continue
            for place in report_of_case.places:
                site = (place.function, place.site)
                if site not in self.failed_sites and not report.is_clblast(place.site):
                    self.failed_sites.add(site)
                    found.append(SecondCase(case, place))
        return found

    def tell_sites(self):
        """Which call sites of the program were failed, and which never came up."""
        sites = self.source.call_sites()
        missing = sorted(sites - self.failed_sites)
        print(f"{len(sites)} call sites of OpenCL in the program, {len(sites) - len(missing)} failed")
        for function, site in missing:
            print(f"  {function} in {self.source.place(site)} never came up")


def wrong_cases(laboratory, scenario, found, is_brief):
    cases = []
    for kernel, count in sorted(found.launches.items()):
        if is_brief:
            cases.append(WrongCase(scenario, kernel, count // 2 + 1, 0, 50))
            continue
        for launch in moments(count):
            # No launch changes so many buffers: this only counts them.
            probe = laboratory.run(
                laboratory.copy(scenario),
                scenario,
                scenario.command,
                RIPPLE_TEST_WRONG=f"{kernel}:{launch}:99:0",
            )
            cases += [
                WrongCase(scenario, kernel, launch, buffer, percent)
                for buffer in range(probe.report.changed or 0)
                for percent in (0, 50, 100)
            ]
    return cases
