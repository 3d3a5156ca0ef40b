"""What another detector says of the same trees: enry-python, GitHub's rules for languages."""

import json
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.errors import UsageError
from evals.builder import linguist
from evals.builder.scoring import same_language
from evals.builder.truths import Case

ALL_SECONDS: Final = 1800
NAMES: Final = {
    "astro": "javascript", "c#": "csharp", "c++": "cpp", "f#": "fsharp", "jsx": "javascript", "svelte": "javascript",
    "tsx": "typescript", "visual basic .net": "vb", "vue": "javascript",
}  # fmt: skip
"""Names of Linguist whose lower-case form is not ours; single-file components count as what their scripts are in."""


class PeerMissing(UsageError):
    """The other detector is not installed where it was looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The primary language that a detector found, by group and name of the tree."""

    name: str
    languages: Mapping[tuple[str, str], str]

    def right(self, case: Case) -> bool:
        """Whether it named the language of a tree."""
        return same_language(case.truth.language, self.languages.get((case.group, case.name), ""))


def enry(python: str, cases: Mapping[Case, Path]) -> Peer:
    """Ask enry for the language of each tree. ``python`` is an interpreter that enry-python is installed for.

    Raises ``PeerMissing``.
    """
    order = list(cases)
    with tempfile.TemporaryDirectory() as scratch:
        given = {str(at): str(_folder(case, cases[case], Path(scratch) / str(at))) for at, case in enumerate(order)}
        run = subprocess.run(  # noqa: S603 - the user names it
            [python, str(linguist.__file__)],
            input=json.dumps(given), capture_output=True, text=True, timeout=ALL_SECONDS, check=False,
        )  # fmt: skip
    if run.returncode:
        raise PeerMissing(
            f"{python} could not ask enry: {run.stderr.strip()[-200:]}",
            next_step="Install enry-python in an environment of its own; name its interpreter with --enry PATH.",
        )
    answered: dict[str, str] = json.loads(run.stdout)
    found = {(case.group, case.name): _named(answered[str(at)]) for at, case in enumerate(order)}
    return Peer(name="enry-python", languages=found)


def _folder(case: Case, folder: Path, scratch: Path) -> Path:
    """Return where a tree lies; one that was written here is put there first."""
    for name, text in case.files.items():
        path = scratch / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return scratch if case.written else folder


def _named(language: str) -> str:
    return NAMES.get(language.lower(), language.lower())
