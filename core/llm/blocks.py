"""Data inside a marked block of a prompt: nothing in it may end the block, open a tag, or hide."""

import json
from typing import Any

_HIDDEN = (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF)
"""Of no width, or turning the order in which the rest is shown (Unicode 16, general category Cf)."""
_UNSAFE = frozenset("<>&`\x7f\u2028\u2029") | {chr(code) for code in _HIDDEN}
"""What opens or closes something, breaks a line for some readers, or hides."""


def escaped(data: Any) -> str:
    """Write plain data as JSON of one line in which no character can end a block, open a tag or hide."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return "".join(f"\\u{ord(char):04x}" if char in _UNSAFE else char for char in text)
