"""``python -m evals.builder``."""

import sys

from evals.builder.suite import main

if __name__ == "__main__":
    sys.exit(main())
