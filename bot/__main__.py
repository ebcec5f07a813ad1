"""The command line: `python -m bot` and the script `tiendo`."""

import gc


def main() -> None:
    """Run the command that the arguments name."""
    # Importing makes no garbage, and looking for some takes a fifth of it; `Later` has it looked for again.
    gc.disable()
    from bot.cli import program  # noqa: PLC0415  (as above)

    program(prog_name="tiendo")


if __name__ == "__main__":
    main()
