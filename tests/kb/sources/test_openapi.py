"""One OpenAPI description, over HTTP or from a file."""

import json
from pathlib import Path

import pytest

from kb.documents.reading import read
from kb.sources import SourceGone, SourceRefused
from kb.sources.openapi import OpenapiAddress, OpenapiOptions, openapi_file
from kb.sources.options import parse
from tests.kb.sources.serving import HERE, Reply, Site, listed, network, stamps

TEXT = json.dumps(
    {"openapi": "3.1.0", "info": {"title": "Shop", "version": "7"}, "paths": {"/x": {"get": {"summary": "Tell x"}}}}
)


@pytest.mark.parametrize("headers", [{}, {"ETag": '"1"'}])
async def test_a_description_is_read_when_it_changed(headers: dict[str, str]) -> None:
    site = Site({"/openapi.json": Reply(text=TEXT, media="application/json", headers=headers)})
    async with network(site) as net:
        found = OpenapiAddress(parse(OpenapiOptions, "openapi", {"location": f"{HERE}/openapi.json"}), net.reader)
        first, _ = await listed(found)
        (item,) = first.values()
        assert item.content is not None
        document = read(item.content.data, uri=item.uri, name=item.content.name, media_type=item.content.media_type)
        assert (document.title, document.version) == ("Shop", "7")
        second, _ = await listed(found, stamps(first))
        assert stamps(second) == stamps(first)
        assert second[item.uri].content is None
        assert (await found.fetch(item.uri)).data == TEXT.encode()
        with pytest.raises(SourceGone):
            await found.fetch(f"{HERE}/other.json")


async def test_a_file_is_one_document(tmp_path: Path) -> None:
    (tmp_path / "openapi.json").write_text(TEXT, encoding="utf-8")
    options = parse(OpenapiOptions, "openapi", {"location": str(tmp_path / "openapi.json")})
    items, _ = await listed(openapi_file(options, max_bytes=10_000))
    assert list(items) == [(tmp_path / "openapi.json").as_uri()]
    folder = parse(OpenapiOptions, "openapi", {"location": str(tmp_path)})
    with pytest.raises(SourceRefused, match="folder"):
        openapi_file(folder, max_bytes=10_000)


async def test_a_missing_description_is_an_error() -> None:
    async with network(Site()) as net:
        found = OpenapiAddress(parse(OpenapiOptions, "openapi", {"location": f"{HERE}/openapi.json"}), net.reader)
        with pytest.raises(SourceGone):
            await listed(found)
