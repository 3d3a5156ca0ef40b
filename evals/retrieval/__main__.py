"""``python -m evals.retrieval [run|tune|peers|questions]``."""

import sys

from evals.retrieval.suite import main

if __name__ == "__main__":
    sys.exit(main())
