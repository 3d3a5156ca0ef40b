"""Find what a sentence of a model rests on, and refuse the sentence where that does not carry it.

A sentence stands when enough of its terms are those of one unit of a passage, perhaps with a second one of the same
passage, and when every number, name and command in it is there, with the same negation and no opposite.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from core.phrase import Phrase
from kb.answers.features import share, terms_in
from kb.answers.units import Unit
from kb.lexical import expand, terms_of

SHARED = 0.5
"""Share of a sentence's terms that its support must hold: a paraphrase keeps more, an invention less."""

SHARED_ACROSS = 0.25
"""The same where the passage is in another language: only what the table of terms knows can meet."""

_TOKEN = re.compile(r"--?[A-Za-z][\w-]*|[A-Za-z][\w./:@-]*\w|[A-Za-z]")
_NUMBER = re.compile(r"(?<![\w.])(?<![A-Za-z]-)\d+(?:[.,]\d+)*(?=\D|$)")
_QUOTED = re.compile(r"`([^`]{1,300})`|“([^”]{1,300})”|\"([^\"]{1,300})\"")
_COMMAND = re.compile(
    r"\b(?:kubectl|oc|helm|kubeadm|crictl|etcdctl|docker|podman|systemctl|journalctl|curl|wget|sudo|rm|chmod|chown|apt-get|"
    r"yum|git|ssh|bash|sh|openssl|iptables)\s+[-a-z/][\w./:=-]*(?:\s+-{1,2}[\w=./:-]+)*",
)
_LINK = re.compile(r"[a-z][a-z0-9+.-]{1,20}://[^\s)\"'，。]+|\bwww\.[^\s)]+", re.IGNORECASE)
_HAN = re.compile(r"[\u3400-\u9fff]")
_NEGATION = re.compile(
    r"\b(?:not(?! only)|never|no|none|neither|nor|cannot|without|unable)\b|n['’]t\b|"
    r"(?<![要是能会])不(?![同足仅但断论妨过管])|没有?|(?<!有)无(?![头状论])|未(?!来)|禁止|切勿",
    re.IGNORECASE,
)
_SPELLED = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "twenty": "20", "thirty": "30", "sixty": "60", "hundred": "100", "两": "2", "三": "3", "四": "4",
    "五": "5",
    "六": "6", "七": "7", "八": "8", "九": "9", "十": "10",
}  # fmt: skip
_HAN_COUNT = re.compile(r"[两三四五六七八九十](?=(?:个|次|秒|分钟|小时|天|台|份|倍|种))")
OPPOSITES = (
    ("enabled", "disabled"), ("enable", "disable"), ("enables", "disables"), ("allow", "deny"), ("allowed", "denied"),
    ("always", "never"), ("increase", "decrease"), ("before", "after"), ("true", "false"), ("add", "remove"),
    ("minimum", "maximum"), ("least", "most"), ("required", "optional"), ("safe", "unsafe"), ("mutable", "immutable"),
    ("启用", "禁用"), ("允许", "拒绝"), ("增加", "减少"), ("之前", "之后"), ("最大", "最小"), ("必须", "可选"),
    ("至少", "最多"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """The units that carry a sentence; without any, ``fault`` says why it was dropped."""

    units: tuple[Unit, ...] = ()
    fault: Phrase | None = None


def align(sentence: str, units: Sequence[Unit], question: str) -> Alignment:
    """Return what carries a sentence. ``question`` lends names: repeating them claims nothing."""
    if link := next((found[0] for found in _LINK.finditer(sentence) if not _in_any(found[0], units)), ""):
        return Alignment(
            fault=Phrase(
                en=f"it names a link that no passage has ({link[:60]})", zh=f"含有段落中没有的链接（{link[:60]}）"
            )
        )
    groups = _groups(sentence)
    if not groups:
        return Alignment(fault=Phrase(en="it says nothing", zh="没有内容"))
    ranked = sorted(
        ((share(groups, terms_in(_whole(unit))), -number, unit) for number, unit in enumerate(units)), reverse=True,
        key=lambda one: one[:2],
    )  # fmt: skip
    fault: Phrase | None = Phrase(en="no passage says it", zh="没有段落这样说")
    for value, _, unit in ranked[:5]:
        if value < _least(sentence, unit):
            break
        support = _supported(sentence, unit, units, groups)
        fault = _fault(sentence, support, question)
        if fault is None:
            return Alignment(units=support)
    return Alignment(fault=fault)


def _groups(sentence: str) -> list[frozenset[str]]:
    beside: dict[str, set[str]] = {}
    for extra in expand(sentence).additions:
        for term in terms_of(extra.because):
            beside.setdefault(term.text, set()).update(one.text for one in terms_of(extra.text))
    wanted = dict.fromkeys(term.text for term in terms_of(sentence) if not term.part)
    return [frozenset({term, *beside.get(term, ())}) for term in wanted]


def _whole(unit: Unit) -> str:
    return f"{unit.passage.context}\n{unit.text}"


def _least(sentence: str, unit: Unit) -> float:
    crossing = bool(_HAN.search(sentence)) != bool(_HAN.search(unit.text))
    return SHARED_ACROSS if crossing else SHARED


def _supported(sentence: str, unit: Unit, units: Iterable[Unit], groups: Sequence[frozenset[str]]) -> tuple[Unit, ...]:
    """Return the unit, and the one of the same passage that holds most of what it lacks, where there is one."""
    lacking = [group for group in groups if terms_in(_whole(unit)).isdisjoint(group)]
    names = [name for name in _named(sentence) if not _holds(unit.text, name)]
    others = [one for one in units if one.passage.id == unit.passage.id and one.place != unit.place]
    if not others or not (lacking or names):
        return (unit,)
    second = max(
        others,
        key=lambda one: (sum(_holds(one.text, name) for name in names), share(lacking, terms_in(one.text)), -one.place),
    )
    helps = any(_holds(second.text, name) for name in names) or share(lacking, terms_in(second.text)) > 0
    return tuple(sorted((unit, second), key=lambda one: one.place)) if helps else (unit,)


def _fault(sentence: str, support: Sequence[Unit], question: str) -> Phrase | None:
    """Return what a sentence holds that its support does not, as words for a note."""
    text = "\n".join(chain((unit.passage.context for unit in support), (unit.text for unit in support)))
    for number in _numbers(sentence):
        spelled = any(_holds(text, word) for word, value in _SPELLED.items() if value == number)
        if not spelled and not re.search(rf"(?<![\d.]){re.escape(number)}(?!\d|[.,]\d)", text):
            return _missing(f"the number {number}", f"数字 {number}")
    for found in _QUOTED.finditer(sentence):
        quoted = next(group for group in found.groups() if group)
        if not _flat_in(quoted, text) and not _flat_in(quoted, question):
            return _missing(f"“{quoted[:60]}”", f"“{quoted[:60]}”")
    for found in _COMMAND.finditer(sentence):
        if not _flat_in(found[0], text):
            return _missing(f"the command “{found[0][:60]}”", f"命令“{found[0][:60]}”")
    for name in _named(sentence):
        if not _holds(text, name) and not _holds(question, name):
            return _missing(f"the name {name[:60]}", f"名称 {name[:60]}")
    if bool(_NEGATION.search(sentence)) != bool(_NEGATION.search("\n".join(unit.text for unit in support))):
        return Phrase(en="it is negated where the passage is not, or the reverse", zh="否定与段落不一致")
    return _opposite(sentence, text)


def _numbers(sentence: str) -> Iterator[str]:
    yield from (found[0] for found in _NUMBER.finditer(sentence))
    yield from (_SPELLED[word] for word in re.findall(r"[a-z]+", sentence.lower()) if word in _SPELLED)
    yield from (_SPELLED[found[0]] for found in _HAN_COUNT.finditer(sentence))


def _named(sentence: str) -> Iterator[str]:
    """Yield names: identifiers and flags, capitalised words inside a sentence, any Latin word among Chinese."""
    foreign, first = bool(_HAN.search(sentence)), True
    for found in _TOKEN.finditer(sentence):
        word = found[0]
        special = bool(re.search(r"[A-Z0-9_./:@]", word[1:]) or word.startswith("-"))
        if special or (word[0].isupper() and not first) or (foreign and len(word) > 1):
            yield word
        first = sentence[found.end() :].lstrip()[:1] in {".", "!", "?", ":"}


def _missing(en: str, zh: str) -> Phrase:
    return Phrase(en=f"{en} is not there", zh=f"段落中没有{zh}")


def _opposite(sentence: str, text: str) -> Phrase | None:
    said, there = sentence.lower(), text.lower()
    for pair in OPPOSITES:
        for one, other in (pair, pair[::-1]):
            if _holds(said, one) and not _holds(said, other) and _holds(there, other) and not _holds(there, one):
                return Phrase(
                    en=f"it says “{one}” where the passage says “{other}”", zh=f"说的是“{one}”，而段落说的是“{other}”"
                )
    return None


def _holds(text: str, word: str) -> bool:
    """Say whether a word stands in a text as a whole; a plural counts as the word."""
    if _HAN.search(word):
        return word in text
    bare = re.escape(word.lower())
    plural = re.escape(word.lower()[:-1]) if word.endswith("s") and len(word) > 3 else bare
    return bool(re.search(rf"(?<![a-z0-9])(?:{bare}(?:s|es)?|{plural})(?![a-z0-9]|\.\d)", text.lower()))


def _flat_in(part: str, text: str) -> bool:
    return " ".join(part.lower().split()) in " ".join(text.lower().split())


def _in_any(part: str, units: Iterable[Unit]) -> bool:
    return any(part in unit.text for unit in units)
