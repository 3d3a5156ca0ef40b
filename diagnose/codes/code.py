"""The shape of one row of the catalogue."""

from dataclasses import dataclass

from core.phrase import Phrase
from diagnose.findings import Role, Severity, kebab


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One code: what it is called, where it belongs, and what its reference page says.

    ``family`` is the analyzer file; ``fault_class`` the class of the family. ``role`` is the usual one and ``severity``
    that of a root before reach is weighed. ``open_variants`` allows further variants beside those listed: the names of
    extended resources. ``fires_when`` and ``not_when`` are the contract in one sentence each. ``condition_reason`` is
    the reason that an App condition carries for this code.
    """

    code: str
    family: str
    fault_class: str
    variants: tuple[str, ...] = ()
    open_variants: bool = False
    role: Role = Role.ROOT
    severity: Severity = Severity.HIGH
    title: Phrase
    fires_when: Phrase
    not_when: Phrase
    condition_reason: str

    @property
    def id(self) -> str:
        """The id of the runbook: the code in kebab case."""
        return kebab(self.code)
