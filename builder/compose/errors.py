"""What is wrong with a compose file, with the line that says so."""

from builder.errors import BuilderError


class ComposeBroken(BuilderError):
    """A compose file that cannot be read or contradicts itself. ``path`` and ``line`` say where."""

    code, title = "compose_broken", "The compose file cannot be read"

    def __init__(self, message: str, *, path: str, line: int, next_step: str = "") -> None:
        super().__init__(f"{path}:{line}: {message}" if line else f"{path}: {message}", next_step=next_step)
        self.path = path
        self.line = line
