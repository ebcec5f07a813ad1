"""The command line: `python -m bot` and the script `tiendo`."""

import gc


def main() -> None:
    """Run the command that the arguments name."""
    # Importing makes no garbage, and looking for some takes a fifth of it; what is there afterwards stays for good.
    gc.disable()
    from bot.cli import program  # noqa: PLC0415  (as above)

    gc.freeze()
    gc.enable()
    program(prog_name="tiendo")


if __name__ == "__main__":
    main()
