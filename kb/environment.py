"""What other processes of the product get of this one's environment."""

import os
import sys


def bare_environment() -> dict[str, str]:
    """Return the environment of a process that reads what strangers wrote: no secrets of the service in it."""
    return {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path) or ".",
        "PYTHONUTF8": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
