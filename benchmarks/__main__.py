"""`python -m benchmarks NAME …`: one benchmark, or `all` of them one after the other."""

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

Options = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A module of this package, its options with what they are unless given, and how it is run with them.

    It is imported when it is run: the processes that draw and print import this module again.
    """

    module: str
    run: Callable[[Any, Options], object]
    options: Options = field(default_factory=dict)


def _rush(module: Any, given: Options) -> None:
    names = given["bots"].split(",") if given["bots"] else tuple(module.BOTS)
    module.report(given["officers"], given["rounds"], names)


def _nation(module: Any, given: Options) -> None:
    module.report(given["wards"], [int(days) for days in given["days"].split(",")])


BENCHMARKS: Mapping[str, Benchmark] = {
    "rush": Benchmark("rush", _rush, {"officers": 3_000, "rounds": 5, "bots": ""}),
    "nation": Benchmark("nation", _nation, {"wards": 10_599, "days": "30,90,365"}),
    "broadcast": Benchmark("broadcast", lambda module, given: module.report(given["officers"]), {"officers": 10_000}),
    "hour": Benchmark("hour", lambda module, given: module.report(given["officers"]), {"officers": 500}),
    "idle": Benchmark(
        "idle", lambda module, given: module.report(given["wards"], given["seconds"]), {"wards": 10_599, "seconds": 60}
    ),
    "profiles": Benchmark("profiles", lambda module, _: module.report()),
    "quick": Benchmark("quick", lambda module, _: module.report()),
}


NO_PART = frozenset({"quick", "profiles"})
"""Of `all`: the one judges, by its exit code; the other slows down what it looks at."""


def main() -> int:
    """Run what is asked for, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    names = parser.add_subparsers(dest="name", required=True)
    for name, benchmark in BENCHMARKS.items():
        options = names.add_parser(name)
        for option, usual in benchmark.options.items():
            options.add_argument(f"--{option}", type=type(usual), default=usual, help=f"else {usual}")
    names.add_parser("all")
    given = vars(parser.parse_args())
    if given["name"] != "all":
        return _run(BENCHMARKS[given["name"]], given)
    return max(_run(each, each.options) for name, each in BENCHMARKS.items() if name not in NO_PART)


def _run(benchmark: Benchmark, given: Options) -> int:
    """Run one; what returns False has failed."""
    return int(benchmark.run(import_module(f"benchmarks.{benchmark.module}"), given) is False)


if __name__ == "__main__":
    sys.exit(main())
