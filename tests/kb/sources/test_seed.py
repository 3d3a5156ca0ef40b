"""The bundled knowledge."""

from pathlib import Path

import pytest

from kb.sources import SourceGone
from kb.sources.seed import SeedSource
from tests.kb.sources.serving import listed, stamps


async def test_the_runbooks_of_the_product_are_told_in_both_languages() -> None:
    items, troubles = await listed(SeedSource(max_bytes=1_000_000))
    assert not troubles
    for language in ("en", "zh"):
        assert f"sextant:knowledge/runbooks/app-asleep.{language}.md" in items
    content = items["sextant:knowledge/runbooks/app-asleep.en.md"].content
    assert content is not None
    assert content.name == "runbooks/app-asleep.en.md"


async def test_only_a_rewritten_page_is_told_anew(tmp_path: Path) -> None:
    (tmp_path / "howto").mkdir()
    for name in ("a.en.md", "a.zh.md", "notes.txt", "draft.md"):
        (tmp_path / "howto" / name).write_text(name, encoding="utf-8")
    found = SeedSource(max_bytes=1_000, folder=tmp_path)
    first, _ = await listed(found)
    assert set(first) == {"sextant:knowledge/howto/a.en.md", "sextant:knowledge/howto/a.zh.md"}
    (tmp_path / "howto" / "a.zh.md").write_text("新", encoding="utf-8")
    second, _ = await listed(found, stamps(first))
    assert [uri for uri, item in second.items() if item.content] == ["sextant:knowledge/howto/a.zh.md"]
    assert (await found.fetch("sextant:knowledge/howto/a.en.md")).data == b"a.en.md"


@pytest.mark.parametrize(
    "uri",
    [
        "sextant:knowledge/howto/../../x.en.md",
        "sextant:knowledge/other/a.en.md",
        "sextant:knowledge/howto/none.en.md",
        "file:///a.en.md",
    ],
)
async def test_other_addresses_are_no_pages(uri: str, tmp_path: Path) -> None:
    (tmp_path / "howto").mkdir()
    with pytest.raises(SourceGone):
        await SeedSource(max_bytes=1_000, folder=tmp_path).fetch(uri)
