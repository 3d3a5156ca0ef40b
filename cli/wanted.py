"""What a person asked for on the command line, checked for contradictions."""

from dataclasses import dataclass
from pathlib import Path

from core.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The target and where to read it from. Raises UsageError when the flags contradict each other."""

    target: str = ""
    namespace: str = ""
    all_namespaces: bool = False
    recording: str = ""
    demo: bool = False
    kubeconfig: Path | None = None
    context: str = ""
    as_user: str = ""
    as_groups: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse contradictions before anything is read."""
        if self.namespace and self.all_namespaces:
            raise UsageError("-n and -A contradict each other", next_step="Give one of them.")
        if self.demo and self.recording:
            raise UsageError("--demo and --from contradict each other", next_step="Give one of them.")
        live = [
            flag
            for flag, value in (("--kubeconfig", self.kubeconfig), ("--context", self.context), ("--as", self.as_user))
            if value
        ]
        if live and (self.demo or self.recording):
            raise UsageError(
                f"{live[0]} has no meaning when a recording is read", next_step="Leave it out, or leave out --from."
            )
