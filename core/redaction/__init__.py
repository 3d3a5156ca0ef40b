"""Mask secrets in free text: log lines, messages, annotations, arguments, configuration.

Known forms (a table, one row a kind), values beside a name that says secret, and keys that span lines. What is
needed to diagnose survives: digests, UIDs, resource versions, image references, names of objects and keys, hosts,
users, and sentences about passwords. The number of lines never changes.

Others may use ``redact``, ``redact_lines``, ``redact_args``, ``LineRedactor``, ``secret_name`` and ``MASK``.
"""

from collections.abc import Iterable, Sequence

from core.redaction.blocks import LineRedactor, mask_key_tails
from core.redaction.lines import FULL
from core.redaction.names import secret_name, strength
from core.redaction.pairs import MASK, harmless

__all__ = ["MASK", "LineRedactor", "redact", "redact_args", "redact_lines", "secret_name"]

ROUNDS = 8
"""How often masked text is read again. Masking one secret can uncover the form of another; two rounds are usual."""


def redact(text: str) -> str:
    """Return ``text`` with its secrets masked. Applying it again changes nothing."""
    return "\n".join(redact_lines(text.split("\n")))


def redact_lines(lines: Iterable[str]) -> tuple[str, ...]:
    """Mask secrets in lines that follow each other, also private keys and values that span several of them."""
    current = tuple(lines)
    for _ in range(ROUNDS):
        screen = FULL.narrow("\n".join(current))
        if screen.empty:
            break
        redactor = LineRedactor(screen=screen)
        masked = mask_key_tails([redactor.redact(line) for line in current])
        if masked == current:
            break
        current = masked
    return current


def redact_args(args: Sequence[str]) -> tuple[str, ...]:
    """Mask secrets in the words of a command: also a word that follows a flag such as ``--password``."""
    out: list[str] = []
    for at, word in enumerate(args):
        flag = args[at - 1] if at else ""
        named = flag.startswith("-") and "=" not in flag and " " not in flag and strength(flag) == "strong"
        follows = named and not word.startswith("-") and not harmless(word, "strong")
        out.append(MASK if follows else redact(word))
    return tuple(out)
