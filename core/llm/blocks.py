"""Data inside a marked block of a prompt: nothing in it may end the block, open a tag, or hide."""

import json
from typing import Any

_UNSAFE = frozenset("<>&`\x7f\u2028\u2029") | {chr(code) for code in range(0x200B, 0x2010)}
"""What opens or closes something, breaks a line for some readers, or has no width."""


def escaped(data: Any) -> str:
    """Write plain data as JSON of one line in which no character can end a block, open a tag or hide."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return "".join(f"\\u{ord(char):04x}" if char in _UNSAFE else char for char in text)
