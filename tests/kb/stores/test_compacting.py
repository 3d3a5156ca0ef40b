"""Compaction: a program of its own that keeps every passage and respects the owner."""

import subprocess
import sys
from pathlib import Path

from kb.stores.edge import EdgeStore
from tests.kb.stores.samples import entries
from tests.kb.stores.test_edge import ALL, SPEC


def compacted(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kb.stores.compacting", str(folder)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3], timeout=100
    )


async def test_compaction_keeps_what_is_stored_and_drops_what_was_removed(tmp_path: Path) -> None:
    store = EdgeStore(tmp_path)
    collection = await store.create(SPEC)
    stored = entries(300)
    await collection.upsert(stored)
    await collection.delete_document(stored[0].document)
    before = await collection.count(ALL)
    held = compacted(tmp_path)
    assert held.returncode == 1
    assert "held by process" in held.stderr
    await store.close()
    assert compacted(tmp_path).returncode == 0
    again = EdgeStore(tmp_path)
    collection = await again.open(SPEC.name)
    assert await collection.size() == 296
    assert await collection.count(ALL) == before
    await again.close()
