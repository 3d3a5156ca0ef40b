"""An explanation for people and programs: text, Markdown, HTML, and the plain structure behind JSON and YAML.

What a model wrote is always marked as such, stands after the rules' answer, and cannot become markup.
"""

from collections.abc import Iterator
from html import escape
from typing import Any

from core.phrase import Language, Phrase
from diagnose.explain.answer import Explanation, Sentence
from diagnose.render.document import plain
from diagnose.render.text import Paint, unpainted
from diagnose.render.words import CONFIDENCE, one_line, printable

TITLES: dict[str, Phrase] = {
    "explanation": Phrase(en="In other words", zh="换句话说"),
    "by": Phrase(
        en="written by the model {model}; each sentence was checked against the evidence that it cites",
        zh="由模型 {model} 撰写；每句话都已与所引证据核对",
    ),
    "evidence": Phrase(en="It cites", zh="所引证据"),
    "hypotheses": Phrase(en="Guesses of the model, not proved", zh="模型的猜测，未经证实"),
    "next": Phrase(en="to decide it", zh="如何确认"),
    "dropped": Phrase(en="{count} more of its sentences could not be verified", zh="另有 {count} 句无法核实，未予显示"),
}
_MARKUP = str.maketrans({char: f"\\{char}" for char in "\\`*_{}[]<>#|!"})
LINE = 600


def text(explanation: Explanation, language: Language = "en", paint: Paint = unpainted) -> str:
    """Write an explanation for a terminal, ending with a newline; it begins with an empty line."""
    return "\n".join(("", *_text(explanation, language, paint))) + "\n"


def _text(explanation: Explanation, language: Language, paint: Paint) -> Iterator[str]:
    if explanation.note:
        yield one_line(explanation.note.in_language(language), LINE)
        return
    yield f"{paint('title', _title('explanation', language))}  {paint('dim', _by(explanation, language))}"
    for sentence in explanation.sentences:
        yield f"  {one_line(sentence.text, LINE)}{_marks(sentence, language)}"
    if explanation.hypotheses:
        yield paint("title", _title("hypotheses", language))
        for guess in explanation.hypotheses:
            yield f"  ? {one_line(guess.text, LINE)}{_numbers(guess.evidence)}"
            why = one_line(guess.check.why.in_language(language))
            yield f"    {paint('dim', _title('next', language) + ':')} {why}"
            yield f"    {paint('command', '$ ' + printable(guess.check.command))}"
    if explanation.evidence:
        yield paint("title", _title("evidence", language))
        yield from (f"  [{entry.number}] {one_line(entry.text, LINE)}" for entry in explanation.evidence)
    yield from (paint("dim", line) for line in _left_out(explanation, language))


def markdown(explanation: Explanation, language: Language = "en") -> str:
    """Write an explanation as Markdown, ending with a newline; it begins with an empty line."""
    return "\n".join(("", *_markdown(explanation, language))) + "\n"


def _markdown(explanation: Explanation, language: Language) -> Iterator[str]:
    if explanation.note:
        yield f"*{_safe(explanation.note.in_language(language))}*"
        return
    yield from (f"## {_title('explanation', language)}", "", f"*{_safe(_by(explanation, language))}*", "")
    yield from (f"- {_safe(entry.text + _marks(entry, language))}" for entry in explanation.sentences)
    if explanation.hypotheses:
        yield from ("", f"### {_title('hypotheses', language)}", "")
        for guess in explanation.hypotheses:
            yield f"- {_safe(guess.text + _numbers(guess.evidence))}"
            yield f"  {_title('next', language)}: {_safe(guess.check.why.in_language(language))}"
            command = printable(guess.check.command).replace("````", "`` ``")
            yield from ("", "  ````sh", *(f"  {line}" for line in command.split("\n")), "  ````")
    if explanation.evidence:
        yield from ("", f"### {_title('evidence', language)}", "")
        yield from (f"- {_safe(f'[{entry.number}] {entry.text}')}" for entry in explanation.evidence)
    for line in _left_out(explanation, language):
        yield from ("", f"*{line}*")


def html(explanation: Explanation, language: Language = "en") -> str:
    """Write an explanation as one ``section`` for a page that is in ``language``. All text is escaped."""
    return "\n".join(_html(explanation, language))


def _html(explanation: Explanation, language: Language) -> Iterator[str]:
    yield '<section class="explanation">'
    if explanation.note:
        yield f"<p>{_escaped(explanation.note.in_language(language))}</p>"
        yield "</section>"
        return
    yield f"<h2>{_title('explanation', language)}</h2>"
    yield f"<p><small>{_escaped(_by(explanation, language))}</small></p>"
    if explanation.sentences:
        yield "<ul>"
        yield from (f"<li>{_escaped(f'{entry.text}{_marks(entry, language)}')}</li>" for entry in explanation.sentences)
        yield "</ul>"
    if explanation.hypotheses:
        yield f"<h3>{_title('hypotheses', language)}</h3>"
        yield "<ul>"
        for guess in explanation.hypotheses:
            why = f"{_title('next', language)}: {guess.check.why.in_language(language)}"
            yield f"<li>{_escaped(f'{guess.text}{_numbers(guess.evidence)}')}<br>{_escaped(why)}"
            yield f"<pre><code>{escape(printable(guess.check.command))}</code></pre></li>"
        yield "</ul>"
    if explanation.evidence:
        yield f"<h3>{_title('evidence', language)}</h3>"
        yield "<ul>"
        yield from (f"<li>{_escaped(f'[{entry.number}] {entry.text}')}</li>" for entry in explanation.evidence)
        yield "</ul>"
    yield from (f"<p><small>{line}</small></p>" for line in _left_out(explanation, language))
    yield "</section>"


def document(explanation: Explanation) -> dict[str, Any]:
    """Return the explanation as plain data. A hypothesis says ``"proved": false``, so that no program mistakes it."""
    return {
        "model": explanation.model,
        "seconds": round(explanation.seconds, 3),
        "note": plain(explanation.note),
        "sentences": [plain(entry) for entry in explanation.sentences],
        "hypotheses": [{"proved": False, **plain(guess)} for guess in explanation.hypotheses],
        "evidence": [plain(entry) for entry in explanation.evidence],
        "dropped": [plain(entry) for entry in explanation.dropped],
    }


def _title(key: str, language: Language) -> str:
    return TITLES[key].in_language(language)


def _by(explanation: Explanation, language: Language) -> str:
    return _title("by", language).replace("{model}", one_line(explanation.model, 80))


def _numbers(evidence: tuple[int, ...]) -> str:
    return f" [{', '.join(map(str, evidence))}]" if evidence else ""


def _marks(sentence: Sentence, language: Language) -> str:
    """Write what a sentence rests on, and how sure that is where it is less than proved."""
    if sentence.certainty == "proved":
        return _numbers(sentence.evidence)
    return f"{_numbers(sentence.evidence)} ({CONFIDENCE[sentence.certainty].in_language(language)})"


def _left_out(explanation: Explanation, language: Language) -> Iterator[str]:
    if explanation.dropped:
        yield _title("dropped", language).replace("{count}", str(len(explanation.dropped)))


def _safe(foreign: str) -> str:
    return one_line(foreign, LINE).translate(_MARKUP)


def _escaped(foreign: str) -> str:
    return escape(one_line(foreign, LINE))
