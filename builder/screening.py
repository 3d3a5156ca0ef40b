"""What must not be seen is taken out of all that a build says: secrets that were given, folders of this machine."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from builder.build.errors import BuildFailed
from builder.build.executor import Line
from builder.check.report import Report
from core.errors import SextantError
from core.phrase import Phrase
from core.redaction import MASK, redact, secret_name

SHORTEST: Final = 4
"""Shorter values are no secrets, and masking them would mask words."""


class Screen:
    """Takes out secrets that were given, secrets by their form, and the names of folders.

    ``environment`` are variables, of which those with the name of a secret count; ``secrets`` count in any case.
    """

    def __init__(
        self,
        folders: Iterable[Path] = (),
        environment: Mapping[str, str] | None = None,
        secrets: Iterable[str] = (),
    ) -> None:
        self._folders = sorted({str(one) for one in folders} - {"/"}, key=len, reverse=True)
        named = [value for name, value in (environment or {}).items() if secret_name(name)]
        parts = {part for one in (*named, *secrets) for part in (one, *one.splitlines())}
        self._secrets = sorted({one.strip() for one in parts if len(one.strip()) >= SHORTEST}, key=len, reverse=True)

    def clean(self, text: str) -> str:
        """Return the text without them."""
        text = text.replace("\0", "")  # which PostgreSQL does not keep
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        for folder in self._folders:
            text = text.replace(folder, "<build>")
        return redact(text)

    def line(self, line: Line) -> Line:
        """Return a line without them."""
        return replace(line, text=self.clean(line.text), step=self.clean(line.step) if line.step else "")

    def error(self, error: SextantError) -> None:
        """Take them out of an error, and out of the log that it carries."""
        error.message, error.next_step = self.clean(error.message), self.clean(error.next_step)
        error.args = (error.message,)
        if isinstance(error, BuildFailed):
            error.step = self.clean(error.step)
            error.log = tuple(self.line(line) for line in error.log)

    def report(self, report: Report) -> Report:
        """Return what a trial showed without them."""
        checks = tuple(
            replace(
                one,
                text=Phrase(en=self.clean(one.text.en), zh=self.clean(one.text.zh)),
                proof=tuple(self.clean(line) for line in one.proof),
            )
            for one in report.checks
        )
        return replace(report, checks=checks, log=tuple(self.clean(line) for line in report.log))
