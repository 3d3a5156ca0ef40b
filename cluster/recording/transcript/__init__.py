"""Read terminal transcripts: ``$ kubectl …`` lines with what they printed, as people paste them.

The same raw objects, events, logs and coverage come out as of any other source. What a text form cannot tell stays
unset and is missing from the coverage; nothing is guessed into a field that a diagnosis would take for a fact.

Others may use: ``is_transcript``, ``is_output``, ``hides`` and ``read_transcript``.
"""

from cluster.fields import Obj, dig, text
from cluster.recording.material import written_time
from cluster.recording.transcript.bare import command_of
from cluster.recording.transcript.conclude import conclude
from cluster.recording.transcript.frame import PROMPT, commands, is_transcript
from cluster.recording.transcript.session import Session, namespace_of_session
from cluster.recording.transcript.sightings import FORM
from cluster.snapshot import Snapshot
from core.errors import BundleBroken

__all__ = ["hides", "is_output", "is_transcript", "read_transcript"]

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


_MARK = "\ufeff\r\n"
MAX_CHARACTERS = 64 * 1024 * 1024
"""A transcript larger than this was not typed by anybody."""


def is_output(content: str) -> bool:
    """Say whether a text is what one kubectl command printed, without the command: a description or a known table."""
    return not is_transcript(content) and bool(command_of(content))


def read_transcript(content: str, origin: str) -> Snapshot:
    """Read a transcript as a snapshot. A bare output is read as the command it came from.

    Raises ``BundleBroken`` where no line is a command and no command can be told.
    """
    if not is_transcript(content) and (line := command_of(content)):
        content = f"{line}\n{content.lstrip(_MARK)}"
    if not is_transcript(content):
        raise BundleBroken(
            "The text holds no kubectl command.", next_step="Commands are lines that begin with `$ kubectl `."
        )
    if len(content) > MAX_CHARACTERS:
        raise BundleBroken("The transcript is larger than 64 MiB.", next_step="Give the parts that matter.")
    content = content.replace("\r\n", "\n").encode("utf-8", "replace").decode("utf-8")
    found = list(commands(content))
    session = Session(here=namespace_of_session(found))
    for command in found:
        session.take(command)
    before = content[:200].partition("\n")[0]
    stated = written_time(before) if not before.startswith(PROMPT) and len(before) < 80 else None
    return conclude(session, origin=origin, stated=stated)
