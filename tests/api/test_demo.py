"""What a person sees first: the real rules over the recording that ships with the product."""

import html
import re
from pathlib import Path

from cluster.recording import open_recording
from cluster.snapshot import Snapshot
from core.data import data_file
from diagnose.engine import diagnose
from tests.api.harness import make_context, running

HTML = {"Accept": "text/html"}


def shipped() -> Snapshot:
    with data_file("demo/shop.tar.zst").open("rb") as stream:
        return open_recording(stream)


async def test_every_workload_of_the_demo_leads_to_its_diagnosis(tmp_path: Path) -> None:
    async with running(make_context(tmp_path, open_demo=shipped, diagnose=diagnose)) as service:
        home = await service.client.get("/", headers=HTML)
        links = [html.unescape(link) for link in re.findall(r'href="(/view\?[^"]+)"', home.text)]
        pages = [await service.client.get(link, headers=HTML) for link in links]
        said = await service.client.post("/v1/diagnoses", json={"source": {"type": "demo"}})
        again = await service.client.post("/v1/diagnoses", json={"source": {"type": "demo"}})
    assert home.status_code == 200
    assert "FAILING" in home.text
    assert links
    assert {page.status_code for page in pages} == {200}
    assert all("Cause" in page.text for page in pages if "FAILING" in page.text)
    for part in ("<pre>kubectl", "Evidence", "Fix", "Verify", "Undo"):
        assert part in pages[0].text
    assert said.json()["verdict"] == "failing"
    assert said.content == again.content
