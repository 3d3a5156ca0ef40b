"""Check a model's answer: every sentence against the evidence that it cites, by construction rather than by trust."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from core.phrase import Phrase
from diagnose.explain import lexicon
from diagnose.explain.answer import (
    Dropped,
    Explanation,
    Hypothesis,
    Reason,
    Said,
    SaidHypothesis,
    SaidSentence,
    Sentence,
)
from diagnose.explain.material import Certainty, Material, Numbered
from diagnose.explain.naming import Cited, flattened, unfounded
from diagnose.explain.screens import is_han, orders, unclean
from diagnose.render.words import one_line

MAX_SENTENCES = 10
MAX_HYPOTHESES = 3
MAX_DROPPED = 40
ECHO_WORDS = 6
ECHO_HAN = 14

SUSPECT = frozenset({Reason.COMMAND, Reason.LINK, Reason.CONTRADICTION, Reason.ADVICE, Reason.INSTRUCTION})
"""Reasons that mean obedience where the evidence holds orders."""

UNVERIFIED = Phrase(
    en="No explanation by a model: none of its sentences could be verified; the diagnosis above is "
    "complete without it.",
    zh="没有模型的解释：它的句子都无法核实；上面的诊断本身是完整的。",
)
OBEYED = Phrase(
    en="No explanation by a model: its answer follows text that was found in the evidence; the diagnosis above is "
    "complete without it.",
    zh="没有模型的解释：它的回答听从了证据中夹带的文字；上面的诊断本身是完整的。",
)
SILENT = Phrase(
    en="No explanation by a model: its answer is empty; the diagnosis above is complete without it.",
    zh="没有模型的解释：它的回答为空；上面的诊断本身是完整的。",
)

_ADVICE = re.compile(
    r"(?:\A(?:please\s+|to\s+fix\s+\w+,?\s+|then\s+|first,?\s+)?|[.;:,]\s+(?:and\s+)?(?:then\s+|please\s+)|"
    r"\b(?:recommended|advisable|advised|best|better|necessary|helps?|enough|try|way|solution|fix)\s+(?:is\s+)?to\s+|"
    r"\b(?:you|we|they|one)\s+(?:should|must|can|could|may|need\s+to|have\s+to|ought\s+to)\s+(?:also\s+)?)(?=([a-z]+))",
    re.IGNORECASE,
)
_ADVICE_HAN = re.compile(rf"(?:请|应当|应该|应|建议|需要|必须|务必)[^，。；]{{0,12}}?({lexicon.ADVICE_HAN})")
_NO = r"(?:\b(?:not|never|no|cannot|unable to|without)\b|n't|没有|未|不|无法)"
_DENIED = re.compile(
    r"(?:\b(?:not|never|cannot)|n't)\s+(?:(?:be|been|being|have|has|yet|even|actually|really|get)\s+){0,2}([a-z]{4,})|"
    r"(?:没有|并未|并非|未曾|未|不会|不曾)(?:被|发生|出现)?([\u4e00-\u9fff]{2})"
)
_ORDER_OF_CERTAINTY: tuple[Certainty, ...] = ("inferred", "matched", "proved")


def checked(said: Said, material: Material, boundary: str) -> Explanation:
    """Return what is left of an answer, without the name of the model and its time."""
    if not said.sentences and not said.hypotheses:
        return Explanation(note=SILENT)
    judge = _Judge(material=material)
    for index, sentence in enumerate(said.sentences):
        judge.sentence(sentence, late=index >= MAX_DROPPED)
    for index, guess in enumerate(said.hypotheses):
        judge.hypothesis(guess, late=index >= MAX_DROPPED)
    texts = [entry.text for entry in said.sentences] + [entry.text for entry in said.hypotheses]
    dropped = tuple(judge.dropped[:MAX_DROPPED])
    suspicious = any(orders(entry.text) for entry in material.evidence)
    if any(boundary in text for text in texts) or (
        suspicious and any(entry.reason in SUSPECT for entry in judge.dropped)
    ):
        return Explanation(dropped=dropped, note=OBEYED)
    if not judge.sentences and (judge.dropped or not judge.hypotheses):
        return Explanation(dropped=dropped, note=UNVERIFIED)
    cited = {number for entry in judge.sentences for number in entry.evidence}
    cited |= {number for guess in judge.hypotheses for number in guess.evidence}
    return Explanation(
        sentences=tuple(judge.sentences),
        hypotheses=tuple(judge.hypotheses),
        evidence=tuple(entry for entry in material.evidence if entry.number in cited),
        dropped=dropped,
    )


@dataclass(slots=True, kw_only=True)
class _Judge:
    material: Material
    sentences: list[Sentence] = field(default_factory=list)
    hypotheses: list[Hypothesis] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)

    def sentence(self, said: SaidSentence, *, late: bool) -> None:
        """Keep or drop a sentence."""
        text = _tidy(said.text)
        evidence, reason = self._evidence(said.evidence)
        if late or len(self.sentences) >= MAX_SENTENCES:
            reason = Reason.TOO_MANY
        if not said.evidence and reason is None:
            reason = Reason.UNCITED
        if reason is None:
            reason = self._refused(text, evidence)
        if reason is not None:
            self._drop(text, reason)
        elif all(text != kept.text for kept in self.sentences):
            weakest = min((entry.certainty for entry in evidence), key=_ORDER_OF_CERTAINTY.index)
            numbers = tuple(entry.number for entry in evidence)
            self.sentences.append(Sentence(text=text, evidence=numbers, certainty=weakest))

    def hypothesis(self, said: SaidHypothesis, *, late: bool) -> None:
        """Keep or drop a guess. It may rest on anything that was shown, and must say how to decide it."""
        text = _tidy(said.text)
        evidence, reason = self._evidence(said.evidence)
        check = next((entry for entry in self.material.checks if entry.number == said.check), None)
        if late or len(self.hypotheses) >= MAX_HYPOTHESES:
            reason = Reason.TOO_MANY
        elif check is None:
            reason = reason or Reason.NO_CHECK
        reason = reason or self._refused(text, self.material.evidence)
        if reason is not None or check is None:
            self._drop(text, reason or Reason.NO_CHECK)
        elif all(text != kept.text for kept in self.hypotheses):
            numbers = tuple(entry.number for entry in evidence)
            self.hypotheses.append(Hypothesis(text=text, evidence=numbers, check=check))

    def _drop(self, text: str, reason: Reason) -> None:
        self.dropped.append(Dropped(text=one_line(text[:400], 200), reason=reason))

    def _evidence(self, numbers: Sequence[int]) -> tuple[tuple[Numbered, ...], Reason | None]:
        known = {entry.number: entry for entry in self.material.evidence}
        if any(number not in known for number in numbers):
            return (), Reason.NO_SUCH_EVIDENCE
        return tuple(known[number] for number in sorted(set(numbers))), None

    def _refused(self, text: str, evidence: Sequence[Numbered]) -> Reason | None:
        """Return why a text does not stand on its evidence."""
        ids = {entry.finding for entry in evidence}
        told = [entry for entry in self.material.findings if entry.id in ids]
        passages = [entry.text for entry in self.material.passages if entry.finding in ids]
        commands = [line for entry in told for line in entry.commands if len(line) > 12]
        language, verdict = self.material.language, self.material.verdict
        if reason := unclean(text, language, verdict, commands):
            return reason
        for command in sorted(commands, key=len, reverse=True):
            text = text.replace(command, " ")
        advice = flattened(" ".join(entry.advice for entry in told))
        own = f"{advice} {flattened(' '.join(passages))}"
        steps = [entry.text for entry in self.material.passages if entry.finding in ids and entry.heading == "actions"]
        said = re.sub(r"\"[^\"]*\"|“[^”]*”|「[^」]*」", " ", " ".join(entry.facts for entry in told))
        if _advises(text, f"{advice} {_begun(steps)}") or _dangerous(text, f"{own} {flattened(said)}"):
            return Reason.ADVICE
        if _echoes(text, evidence, own):
            return Reason.ECHO
        facts = [text for entry in evidence for text in (entry.text, entry.object)]
        facts += [text for entry in told for text in (entry.facts, entry.advice)]
        if _denies(text, facts):
            return Reason.CONTRADICTION
        if unfounded(text, Cited(texts=tuple(facts), background=tuple(passages))):
            return Reason.NOT_IN_EVIDENCE
        return None


def _tidy(text: str) -> str:
    """Take off the space around a text, and citations that a model wrote into it although they stand beside it."""
    if len(text) > 10_000:
        return text[:10_000]
    text = "".join(" " if unicodedata.category(char) == "Zs" else char for char in text)
    text = re.sub(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+", "", text)
    return re.sub(r"\s?(?:[\[【]|[(（](?:evidence\s|证据\s?))\d{1,3}(?:,\s?\d{1,3}){0,9}[\]】)）]", "", text).strip()


def _advises(text: str, own: str) -> bool:
    """Say whether a text tells a person to do what the product's own words do not."""
    for found in _ADVICE.finditer(text):
        verb = found[1].lower()
        if verb in lexicon.ADVICE_VERBS and verb.removesuffix("e") not in own:
            return True
    return any(found[1] not in own for found in _ADVICE_HAN.finditer(text))


def _begun(steps: Iterable[str]) -> str:
    """Return the words with which the numbered steps of runbooks begin: what they tell a person to do."""
    begun = re.compile(r"^\d+\. (\S{1,12})", re.MULTILINE)
    return " ".join(found[1].lower() for text in steps for found in begun.finditer(text))


def _dangerous(text: str, own: str) -> bool:
    """Say whether a text speaks of a harmful act of which the product's own words do not."""
    lower = text.lower()
    return any(stem in lower and stem not in own for stem in lexicon.DANGEROUS)


def _denies(text: str, facts: Iterable[str]) -> bool:
    """Say whether a text denies what it cites, or denies something where what it cites denies nothing."""
    lower = text.lower().replace("’", "'")
    flat = flattened(" ".join(facts))
    for found in _DENIED.finditer(lower):
        stem = _stem(found[1] or found[2])
        said = rf"{_NO}\W{{0,3}}(?:\w+\W+){{0,2}}{re.escape(stem)}"
        bad = stem.startswith(lexicon.BAD)
        if bad and stem in flat and not re.search(said, flat):
            return True
    words = set(re.findall(r"[a-z]+", lower))
    denies = any(word in words if word.isascii() else word in lower for word in lexicon.NEGATIONS) or "n't" in lower
    return denies and not any(word in flat for word in lexicon.DENIALS if word not in {"no", "不", "无"})


def _stem(word: str) -> str:
    """Take off the endings of verbs; Chinese stays as it is."""
    return re.sub(r"(?<=[a-z]{4})(?:ed|ing|es|s|e)\Z", "", word)


def _echoes(text: str, evidence: Iterable[Numbered], own: str) -> bool:
    """Say whether a text speaks a log's words as its own: they belong into quotation marks."""
    spoken = flattened(re.sub(r"\"[^\"]*\"|“[^”]*”|`[^`]*`|「[^」]*」", " ", text))
    words = re.findall(r"[^\W_]+", spoken)
    logs = [" ".join(re.findall(r"[^\W_]+", flattened(entry.text))) for entry in evidence if entry.log]
    if not logs:
        return False
    for at in range(len(words) - ECHO_WORDS + 1):
        run = " ".join(words[at : at + ECHO_WORDS])
        if any(run in log for log in logs) and run not in own:
            return True
    han = "".join(char for char in spoken if is_han(char))
    written = ["".join(char for char in log if is_han(char)) for log in logs]
    return any(han[at : at + ECHO_HAN] in log for at in range(len(han) - ECHO_HAN + 1) for log in written)
