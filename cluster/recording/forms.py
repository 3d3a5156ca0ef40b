"""What the form in which a text showed an object does not show: there absence of a field is no fact."""

from cluster.fields import Obj, dig, text, truth

FORM = "shownIn"
"""A key beside ``metadata`` of every object of a transcript: the best form it was shown in, a word of ``FORMS``."""
FORMS = ("manifest", "mention", "table", "description", "specification", "object")

MADE_UP = "nameMadeUp"
"""A key of a container whose name no text gave: it is counted in a table, not named."""

_HIDES = {
    "table": frozenset({"spec", "status", "metadata"}),
    "mention": frozenset({"spec", "status", "metadata"}),
    "description": frozenset(
        {"affinity", "topologySpreadConstraints", "securityContext", "ownerReferences", "hostNetwork"}
    ),
    "specification": frozenset({"status"}),
    "manifest": frozenset({"status"}),
}


def hides(obj: Obj, *path: str | int) -> bool:
    """Say that the form an object was shown in does not show the field at ``path``, so that its absence is no fact.

    False for objects of any other source, and where the field is there.
    """
    if dig(obj, *path) is not None:
        return False
    return any(part in _HIDES.get(text(obj, FORM), ()) for part in path)


def made_up(box: Obj) -> bool:
    """Say whether the name of a container was made up, so that it must not be shown to anybody."""
    return truth(box, MADE_UP)
