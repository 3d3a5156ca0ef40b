"""Sources that are fed from outside."""

import pytest

from kb.sources import Item, SourceGone
from kb.sources.pushed import PushedSource
from tests.kb.sources.serving import listed


@pytest.mark.parametrize("kind", ["upload", "events", "diagnoses"])
async def test_what_is_known_is_told_unchanged(kind: str) -> None:
    found = PushedSource(kind)
    items, troubles = await listed(found, {"upload:a.md": "1", "upload:b.md": "2"})
    assert list(items.values()) == [Item(uri="upload:a.md", stamp="1"), Item(uri="upload:b.md", stamp="2")]
    assert not troubles


async def test_lost_bytes_have_to_be_uploaded_again() -> None:
    with pytest.raises(SourceGone) as raised:
        await PushedSource("upload").fetch("upload:a.md")
    assert "again" in raised.value.next_step
