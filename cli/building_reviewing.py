"""What ``sextant build files`` says of a Dockerfile that is there already: findings, and a hardened form of it."""

import sys

from builder.files import Prepared
from builder.lint import Surroundings, linted
from builder.lint.hardening import hardened
from builder.recipe import SIGNATURE, Generated
from builder.tree import Tree
from cli.terminal import painter

_STYLES = {"error": "fail", "warning": "warn", "advice": "dim"}


def own_text(one: Prepared, tree: Tree) -> str:
    """Return the Dockerfile that a person wrote for a component, empty where there is none."""
    if not one.ours:
        return one.text
    text = tree.text(one.dockerfile) or ""
    return "" if SIGNATURE in text.partition("\n")[0] else text


def proposed(one: Prepared, text: str, tree: Tree) -> Generated:
    """Say on standard error what stands out in a component's own Dockerfile, and return it hardened."""
    around = Surroundings(port=one.component.port.value, tree=tree, context=one.component.context)
    paint = painter(sys.stderr)
    for finding in linted(text, one.dockerfile, around):
        what = paint(_STYLES[finding.severity.value], finding.severity.value)
        sys.stderr.write(f"{one.dockerfile}:{finding.line} {what} {finding.code}  {finding.text.en}\n")
    proposal = hardened(text, one.dockerfile, around)
    for left in proposal.left:
        sys.stderr.write(f"  left to you: {left.finding.code}: {left.why.en}\n")
    return Generated(path=one.dockerfile, text=proposal.text)
