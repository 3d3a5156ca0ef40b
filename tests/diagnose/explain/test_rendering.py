"""An explanation in every form: marked as a model's words, with what it cites, and never as markup."""

import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from core.phrase import LANGUAGES, Language
from diagnose.explain import rendering
from diagnose.explain.answer import Explanation, Said
from diagnose.explain.checking import UNVERIFIED, checked
from tests.diagnose.explain.case import BOUNDARY, shown

SAID = Said.model_validate(
    {
        "sentences": [
            {"text": "The limit of container app is 48Mi.", "evidence": [2]},
            {"text": "The container app is restarted.", "evidence": [5]},
            {"text": "The pod payments was killed.", "evidence": [1]},
        ],
        "hypotheses": [{"text": "The memory may grow with each request.", "evidence": [2], "check": 1}],
    }
)
WHOLE = replace(checked(SAID, shown(), BOUNDARY), model="tiny", seconds=1.25)


def test_text_shows_sentences_with_their_evidence_and_guesses_apart() -> None:
    text = rendering.text(WHOLE)

    assert "written by the model tiny" in text
    assert "The limit of container app is 48Mi. [2]\n" in text
    assert "The container app is restarted. [5] (matched)\n" in text
    assert "Guesses of the model, not proved" in text
    assert "$ kubectl -n shop top pod --containers" in text
    assert "[2] Pod shop/checkout-7d9f-x2k4z" in text
    assert "1 more of its sentences could not be verified" in text
    assert "payments" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_note_is_one_sentence_in_every_form(language: Language) -> None:
    note = UNVERIFIED.in_language(language)
    silent = Explanation(note=UNVERIFIED)

    assert rendering.text(silent, language).strip() == note
    assert rendering.markdown(silent, language).strip() == f"*{note}*"
    assert note.replace("'", "&#x27;") in rendering.html(silent, language)
    assert rendering.document(silent)["note"] == {"en": UNVERIFIED.en, "zh": UNVERIFIED.zh}


def test_the_document_is_plain_and_says_of_guesses_that_they_are_not_proved() -> None:
    document = json.loads(json.dumps(rendering.document(WHOLE)))

    assert [entry["evidence"] for entry in document["sentences"]] == [[2], [5]]
    assert document["hypotheses"][0]["proved"] is False
    assert document["hypotheses"][0]["check"]["command"] == "kubectl -n shop top pod --containers"
    assert (document["model"], document["seconds"], document["note"]) == ("tiny", 1.25, None)
    assert document["dropped"] == [{"text": "The pod payments was killed.", "reason": "not_in_evidence"}]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_becomes_markup(language: Language) -> None:
    hostile = "<script>alert(1)</script> [a](javascript:b) \x1b[31m `x` **y** & \"'"
    sentence = replace(WHOLE.sentences[0], text=hostile)
    entry = replace(WHOLE.evidence[0], text=hostile)
    guess = replace(WHOLE.hypotheses[0], text=hostile)
    bad = replace(WHOLE, sentences=(sentence,), evidence=(entry,), hypotheses=(guess,), model=hostile)

    parser = Tags()
    parser.feed(rendering.html(bad, language))
    assert parser.open == []
    assert parser.seen <= {"section", "h2", "h3", "p", "small", "ul", "li", "br", "pre", "code"}
    assert "\x1b" not in rendering.text(bad, language) + rendering.markdown(bad, language)
    assert "\\<script\\>" in rendering.markdown(bad, language)
    assert "[a](" not in rendering.markdown(bad, language)
