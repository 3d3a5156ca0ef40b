"""How well each unit of the passages answers: by the question's terms and by what kind of answer is wanted."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.answers.asking import AGAINST, Wanted
from kb.answers.features import FRAME, names_title, terms_in
from kb.answers.features import share as share_of
from kb.answers.units import Unit, units_of
from kb.search.model import Found

ABOUT = 1.0
"""How much it counts that the title and headings above a unit hold the question's terms, against the unit itself. On
the half for tuning the first sentence of 67 of 100 answers stood in a right page at 0.35, of 71 at 1.0, of 72 at 1.3,
where single sentences of a page count less and less."""

RANKED = 0.8
"""How much of a score is the passage's place in the search: at 0.6 one more of 100 answers begins on a wrong page."""

STANDING = 0.25
"""What a unit has for standing in a passage that was found, whatever it says."""

TITLED = 1.5
"""The factor of a page whose title is an identifier of the question."""

DIRECT = 1.3
"""The factor of a sentence whose subject is what was asked for: ``X is …``, ``X means …``."""

INTRODUCES = 1.25
"""The same for the first sentence of a page that is titled by what was asked for: it may use a longer name."""

EXPLAINS = 1.3
"""The factor of a section that says why, where that is asked."""

DOES = 0.6
"""The factor of a page that leads to something, unless that is to mend a trouble, where a reason is asked for."""

LEADS = 1.3
"""The factor of a page whose title says that it leads to something, where that is asked."""

SUBJECT_WORDS = 6
"""Words, or twice as many Chinese characters, before the verb of such a sentence. With more the verb is not its own."""

MARKER = 4
"""Characters of the marker of an item. What is longer is a heading between two sections."""

_IS = re.compile(
    r"\b(?:is|are|means?|says?|tells?|refers? to|lets? you|allows? you|provides?)\b|是|指|表示|用于|允许|决定"
)
_HOW_TO = re.compile(r"how (?:to|do|can)\b|如何|怎样|怎么", re.IGNORECASE)
"""How the titles of pages begin that lead to something: other pages with steps are about troubles."""
DOING = re.compile(
    r"\b(?:mitigat|resol|remed|fix|diagnos|troubleshoot|debug|how to|what to do|steps|procedure|recover)|"
    r"解决|处理|诊断|排查|缓解|修复|步骤|恢复",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|sixty|hundred|twice|once|half)\b|"
    r"[一二两三四五六七八九十百千半]+(?:个|次|秒|分|小时|天|周|月|年|日|点|倍|份|台|条|种|层|级)",
    re.IGNORECASE,
)
CAUSES = re.compile(
    r"\b(?:why|causes?|reasons?|what (?:has )?happen(?:s|ed)|background|what it means)\b|"
    r"为什么|为何|原因|怎么回事|背景|是什么意思|意味着",
    re.IGNORECASE,
)
"""Headings of sections that explain."""
_BECAUSE = re.compile(r"\b(?:because|due to|caused?|reason|if|when)\b|因为|由于|原因|导致|如果|当", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9_.-]+")
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A unit and how well it answers.

    ``said`` is the share of the question's terms, the rare ones counting more, that it holds itself, or the sentence
    that its list hangs on; ``about`` is the share that its title and headings hold, ``rank`` its passage's place.
    """

    unit: Unit
    score: float
    said: float
    rank: int
    about: float = 0.0

    @property
    def key(self) -> tuple[str, int]:
        """What tells the unit from all others."""
        return self.unit.passage.id, self.unit.place


def judge(
    found: Sequence[Found], groups: Sequence[frozenset[str]], want: Wanted, names: frozenset[str]
) -> list[Judged]:
    """Return all units of the passages with their scores, in the order of the passages."""
    groups = [group for group in groups if not group <= FRAME] or groups
    units = [(rank, unit) for rank, one in enumerate(found) for unit in units_of(one.passage)]
    terms = [terms_in(unit.text) for _, unit in units]
    rarity = [_rarity(group, terms) for group in groups]
    top = max((one.score for one in found), default=0.0) or 1.0
    judged: list[Judged] = []
    opening = 0.0  # what the sentence that the list at hand hangs on holds
    for (rank, unit), held in zip(units, terms, strict=True):
        context = terms_in(unit.passage.context)
        said = sum(weight for group, weight in zip(groups, rarity, strict=True) if not held.isdisjoint(group))
        about = sum(weight for group, weight in zip(groups, rarity, strict=True) if not context.isdisjoint(group))
        whole = sum(rarity) or 1.0
        length = 1.0 / (1.0 + 0.15 * math.log1p(max(len(held) - 25, 0)))
        introduces = want == "definition" and _introduces(unit, groups)
        said = whole if introduces else said
        score = said / whole * length + ABOUT * about / whole + STANDING
        score *= 1 - RANKED + RANKED * found[rank].score / top
        score *= TITLED if names_title(found[rank], names) else 1.0
        share = said / whole
        hung = opening if judged and unit.kind == "item" and _hangs(unit, judged[-1].unit) else 0.0
        opening = hung if unit.kind == "item" else share
        share = max(share, hung)
        factor = INTRODUCES if introduces else _fits(unit, want, groups)
        judged.append(Judged(unit=unit, score=score * factor, said=share, rank=rank, about=about / whole))
    return judged


def _introduces(unit: Unit, groups: Sequence[frozenset[str]]) -> bool:
    """Say whether a unit is the first sentence of the page that is titled by what was asked for."""
    if unit.place or unit.passage.ordinal or unit.kind != "text" or not _IS.search(unit.text):
        return False
    title = terms_in(unit.passage.title)
    return share_of(groups, title) == 1.0 and not title.isdisjoint(terms_in(unit.text))


def _hangs(item: Unit, before: Unit) -> bool:
    """Say whether an item hangs on the sentence right before its list: directly, or after other items."""
    if item.passage.id != before.passage.id or before.kind not in {"text", "lead", "item"}:
        return False
    shift = item.passage.span[1] - len(item.passage.text)
    between = item.passage.text[before.span[1] - shift : item.span[0] - shift]
    return len(between.strip()) <= MARKER


def _rarity(group: frozenset[str], units: Sequence[set[str]]) -> float:
    """Weigh a term by how few of the units hold it: what all of them hold tells none apart."""
    holding = sum(not held.isdisjoint(group) for held in units)
    return math.log1p(len(units) / (1 + holding))


def _fits(unit: Unit, want: Wanted, groups: Sequence[frozenset[str]]) -> float:
    """Return the factor of a unit for the kind of answer that is wanted. The first of a passage sums it up."""
    factor = 1.1 if unit.place == 0 and unit.kind == "text" else 1.0
    match want:
        case "goal":
            leads = LEADS if _HOW_TO.match(unit.passage.title) else 1.0
            return factor * leads * (1.2 if unit.kind in {"step", "code"} else 1.0)
        case "steps":
            doing = 1.2 if DOING.search(" ".join(unit.passage.heading_path)) else 1.0
            return factor * doing * (1.2 if unit.kind in {"step", "code"} else 1.0)
        case "definition":
            return factor * (DIRECT if _defines(unit, groups) else 0.7 if unit.kind == "code" else 1.0)
        case "value":
            return factor * (1.2 if _NUMBER.search(unit.text) and unit.kind != "code" else 0.85)
        case "reason":
            title = unit.passage.title
            factor *= DOES if _HOW_TO.match(title) and not AGAINST.search(title) else 1.0
            explains = EXPLAINS if CAUSES.search(" ".join(unit.passage.heading_path)) else 1.0
            return factor * explains * (1.15 if _BECAUSE.search(unit.text) else 0.8 if unit.kind == "code" else 1.0)
        case "any":
            return factor * (0.9 if unit.kind == "code" else 1.0)


def _defines(unit: Unit, groups: Sequence[frozenset[str]]) -> bool:
    """Say whether a sentence begins with all that was asked for, and goes on with what it is."""
    verb = _IS.search(unit.text)
    if verb is None or unit.kind not in {"text", "item", "step"}:
        return False
    subject = unit.text[: verb.start()]
    held = terms_in(subject)
    words = len(_WORD.findall(subject)) + len(_HAN.findall(subject)) / 2
    return words <= SUBJECT_WORDS and all(not held.isdisjoint(group) for group in groups)
