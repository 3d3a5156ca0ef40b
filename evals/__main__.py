"""Run an evaluation suite: ``python -m evals SUITE``."""

import sys

from evals import diagnosis
from evals.builder import suite as builder
from evals.retrieval import suite as retrieval

SUITES = {"builder": builder.main, "diagnose": diagnosis.main, "retrieval": retrieval.main}


def main() -> int:
    """Run the suite that the first argument names; the rest are its own."""
    name, *rest = sys.argv[1:] or [""]
    if name not in SUITES:
        sys.stderr.write(f"{name!r} is no suite. There are: {', '.join(SUITES)}.\n")
        return 2
    return SUITES[name](rest)


if __name__ == "__main__":
    sys.exit(main())
