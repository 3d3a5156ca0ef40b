"""Drafts as providers leave them, and what all truths make of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from builder.detect.truths import TRUTHS
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED, DEFAULT
from builder.look import Look
from builder.plan import Command, Component, Kind, Runtime
from builder.tree import Tree
from core.phrase import Phrase

SAID = Phrase(en="A provider found it.", zh="由语言规则找到。")

RUNTIMES = {"python": "3.13", "node": "24", "go": "1.26", "ruby": "3.4", "java": "21", "rust": "1"}


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a provider found: a draft before the truths are asked. An empty field was not found."""

    provider: str = "python"
    path: str = ""
    name: str = "app"
    kind: Kind = Kind.WEB
    start: str = ""
    port: int = 0
    runtime: str = ""

    def draft(self) -> Draft:
        """Return it as a draft."""
        draft = Draft(name=self.name, path=self.path, provider=self.provider, context=self.path)
        draft.kind.add(self.kind, CONVENTION, "test.kind", SAID)
        draft.language.add(self.provider, DECLARED, "test.language", SAID)
        runtime = self.runtime or {"jvm": "java"}.get(self.provider, self.provider)
        if runtime in RUNTIMES:
            draft.runtime.add(Runtime(name=runtime, version=RUNTIMES[runtime]), DEFAULT, "test.runtime", SAID)
        if self.start:
            draft.start.add(Command(argv=tuple(self.start.split())), CODE, "test.start", SAID)
        if self.port:
            draft.port.add(self.port, CONVENTION, "test.port", SAID)
        return draft


def heard(files: Mapping[str, str | bytes], found: Sequence[Found]) -> tuple[list[Component], list[Phrase]]:
    """Return the components after all truths have spoken, and the notes."""
    look, drafts = Look(Tree.of(files)), [one.draft() for one in found]
    notes = [note for truth in TRUTHS for note in truth.tell(look, drafts)]
    return [one.decided() for one in drafts], notes
