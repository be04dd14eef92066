"""Writes the expected files anew: `python -m tests.nle.write`."""

from dam.handoff.edits import make_file
from tests.nle.cases import EXPECTED, SUFFIXES, cases


def main() -> None:
    for case in cases():
        for form, suffix in SUFFIXES.items():
            body = make_file(case.pieces(), case.wish, form).body
            (EXPECTED / f"{case.name}{suffix}").write_bytes(body)


if __name__ == "__main__":
    main()
