"""The check that the how-to gives to receivers accepts what is sent, and nothing else."""

import re
import time
from pathlib import Path
from typing import Any

from core.notify import sign

PAGE = Path(__file__).parents[3] / "docs" / "howto" / "watch-and-notify.md"


def test_the_check_of_the_how_to_works() -> None:
    (block,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(block, str(PAGE), "exec"), names)
    genuine = names["genuine"]
    now = int(time.time())
    assert genuine(sign(b"body", "key", now), b"body", "key")
    assert not genuine(sign(b"body", "key", now), b"Body", "key")
    assert not genuine(sign(b"body", "other", now), b"body", "key")
    assert not genuine(sign(b"body", "key", now - 400), b"body", "key")
    assert not genuine("", b"body", "key")
