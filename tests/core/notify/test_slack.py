"""Messages for a chat: readable, short enough, and without power over who reads them."""

import json
from dataclasses import dataclass

import pytest

from core.notify import Slack
from core.notify.posting import Posting
from core.notify.slack import message
from core.phrase import Phrase
from tests.core.notify.receiving import notice, receiving


async def test_a_message_arrives() -> None:
    async with receiving() as receiver:
        slack = Slack(lambda: receiver.url, Posting(seconds=5, name="The chat's webhook"), language="zh")
        await slack.send(notice(change="changed", before="medium", command="kubectl get pods"))
        await slack.close()
    said = json.loads(receiver.got[0].body)
    assert said["text"] == "🟠 变化 · deployment/web-1 · medium → high: 原因 1"
    assert any("$ kubectl get pods" in json.dumps(block) for block in said["blocks"])
    assert receiver.got[0].headers["Content-Type"] == "application/json"


@dataclass(frozen=True, kw_only=True)
class Hostile:
    id: str
    text: str
    shown: str


HOSTILE = (
    Hostile(id="a mention", text="<!channel> look", shown="&lt;!channel&gt; look"),
    Hostile(id="a link", text="<https://evil.example|log in>", shown="&lt;https://evil.example|log in&gt;"),
    Hostile(id="an ampersand", text="a && b", shown="a &amp;&amp; b"),
    Hostile(id="an address to all", text="@Channel @here", shown="@\u200bChannel @\u200bhere"),
    Hostile(id="control characters", text="a\x1b[31m\x00b", shown="a\ufffd[31m\ufffdb"),
)


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case.id)
def test_strangers_words_stand_as_they_are(case: Hostile) -> None:
    made = message(notice(summary=Phrase(en=case.text, zh="")))
    assert case.shown in made["text"]
    kinds = {block["text"]["type"] for block in made["blocks"] if block["type"] == "section"}
    assert kinds == {"plain_text"}, "plain text is not read as markup"


def test_a_long_text_is_cut_to_what_a_block_may_hold() -> None:
    made = message(notice(summary=Phrase(en="x" * 10_000, zh="")))
    assert all(len(block["text"]["text"]) <= 3000 for block in made["blocks"] if block["type"] == "section")
    assert len(made["text"]) <= 3000
