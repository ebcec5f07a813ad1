"""`python -m benchmarks NAME …`: one benchmark, or `all`."""

import argparse

from benchmarks import rush


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("name", choices=("rush",))
    parser.add_argument("--officers", type=int, default=3_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--bots", default=",".join(rush.BOTS))
    asked = parser.parse_args()
    rush.report(asked.officers, asked.rounds, asked.bots.split(","))


if __name__ == "__main__":
    main()
