"""Becomes ExifTool: takes limits upon this process, ties its life to the one that started it, and gives way to it.

ExifTool in its `-stay_open` mode does not end when its input does, so it needs such a tie. Imports no Django.
"""

import argparse
import os

from dam.engines.media.child import die_with_parent, limit_resources


def main() -> None:
    """Limit, tie, and become the program that is named."""
    parser = argparse.ArgumentParser(description="Starts ExifTool; started by dam.engines.exiftool.")
    parser.add_argument("--lifeline", type=int, required=True)
    parser.add_argument("--memory", type=int, required=True)
    parser.add_argument("program")
    options = parser.parse_args()
    limit_resources(options.memory)
    die_with_parent(options.lifeline)
    # The lifeline stays open across the exec: the signal at its end is the kernel's work, nobody has to read it.
    os.set_inheritable(options.lifeline, True)
    # No file of the user's home is run as configuration (`-config` with an empty name).
    os.execvp(options.program, [options.program, "-config", "", "-stay_open", "True", "-@", "-"])  # noqa: S606


if __name__ == "__main__":
    main()
