"""Why a build does not give an image.

::

    BuilderError
    ├── ExecutorMissing         the program that builds is not there, or does not work     exit 1, HTTP 503
    │   ├── BuildsOff           the settings switch builds off                              HTTP 503
    │   └── BuildInterrupted    where it ran took it away: no fault of the build            HTTP 503, may pass
    ├── ContextTooLarge         more files than the settings let go to an executor          HTTP 413
    ├── BuildFailed             a step ended with an error                                  HTTP 422
    │   └── BuildTooLong        the time given was not enough                               HTTP 504
    └── PushFailed              the registry did not take the image                         HTTP 502
"""

from builder.build.executor import Line
from builder.errors import BuilderError


class ExecutorMissing(BuilderError):
    """The program that builds is not installed, or cannot work here."""

    code, status, title = "executor_missing", 503, "Images cannot be built here"


class BuildsOff(ExecutorMissing):
    """The settings switch builds off: plans and files are all there is."""

    code, title = "builds_off", "Builds are switched off here"


class BuildInterrupted(ExecutorMissing):
    """A build was ended by what it ran on (a node, an eviction, somebody's hand), not by itself."""

    code, retryable, title = "build_interrupted", True, "The build was interrupted"


class ContextTooLarge(BuilderError):
    """What would be sent to the executor is larger than the settings allow."""

    code, status, title = "context_too_large", 413, "The source is too large to be sent"


class BuildFailed(BuilderError):
    """A step ended with an error. ``step`` is its instruction, ``log`` the last lines."""

    code, title = "build_failed", "The build failed"

    def __init__(self, message: str, *, next_step: str = "", step: str = "", log: tuple[Line, ...] = ()) -> None:
        super().__init__(message, next_step=next_step)
        self.step = step
        self.log = log


class BuildTooLong(BuildFailed):
    """The time given was not enough."""

    code, status, title = "build_too_long", 504, "The build took too long"


class PushFailed(BuilderError):
    """The registry did not take the image."""

    code, status, retryable, title = "push_failed", 502, True, "The image could not be pushed"
