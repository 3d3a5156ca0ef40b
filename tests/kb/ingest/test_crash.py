"""A process that is killed anywhere loses nothing and leaves nothing twice."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = 54
"""In turn in each of four phases: new documents, changed and removed ones, a rebuild, the removal of the source."""


@pytest.mark.timeout(300)
def test_that_kills_at_fifty_points_of_ingestion_lose_nothing_and_leave_nothing_twice(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.kb.ingest.crash", str(tmp_path), str(KILLS)],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["wrong"] == []
    assert len(set(told["points"])) == KILLS
