"""The command line: `python -m bot` and the script `tiendo`."""

from bot.cli import program


def main() -> None:
    """Run the command that the arguments name."""
    program(prog_name="tiendo")


if __name__ == "__main__":
    main()
