"""Runs: the one shape of work, with named steps, a resumable stream of events, a deadline and a cancel.

``RunStore`` keeps runs; ``Runner`` carries them in this process; the rest is what a run is.
"""

from core.runs.model import Json, Run, RunEvent, RunFailure, RunId, RunPage, RunState, Step
from core.runs.progress import RunProgress
from core.runs.runner import Runner, Work
from core.runs.store import RunStore

__all__ = [
    "Json",
    "Run",
    "RunEvent",
    "RunFailure",
    "RunId",
    "RunPage",
    "RunProgress",
    "RunState",
    "RunStore",
    "Runner",
    "Step",
    "Work",
]
