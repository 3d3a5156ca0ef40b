"""Read terminal transcripts: ``$ kubectl …`` lines with what they printed, as people paste them.

The same raw objects, events, logs and coverage come out as of any other source. What a text form cannot tell stays
unset and is missing from the coverage; nothing is guessed into a field that a diagnosis would take for a fact.

Others may use: ``is_transcript``, ``is_output``, ``hides``, ``read_transcript`` and ``read_sessions``.
"""

from datetime import datetime

from cluster.recording.documents import looks_like_objects
from cluster.recording.forms import hides
from cluster.recording.material import Material, written_time
from cluster.recording.transcript.bare import command_of, with_commands
from cluster.recording.transcript.beside import add_files
from cluster.recording.transcript.conclude import conclude
from cluster.recording.transcript.frame import commands, is_transcript
from cluster.recording.transcript.prompts import PROMPT
from cluster.recording.transcript.session import Session, namespace_of_session
from cluster.recording.transcript.surroundings import plain
from cluster.recording.tree import add_logs
from cluster.snapshot import Snapshot
from core.errors import BundleBroken

__all__ = ["hides", "is_output", "is_transcript", "read_sessions", "read_transcript"]

MAX_BARE = 4 * 1024 * 1024
"""Outputs without a command are looked for in texts up to this size."""
MAX_CHARACTERS = 64 * 1024 * 1024
"""A transcript larger than this was not typed by anybody."""


def is_output(content: str) -> bool:
    """Say whether a text is what kubectl commands printed, without prompts: descriptions, known tables, fenced ones."""
    if is_transcript(content):
        return False
    if command_of(content):
        return True
    return len(content) <= MAX_BARE and not looks_like_objects(content) and f"\n{PROMPT}" in f"\n{_ready(content)}"


def read_transcript(content: str, origin: str) -> Snapshot:
    """Read a transcript as a snapshot. A bare output is read as the command it came from.

    Raises ``BundleBroken`` where no line is a command and no command can be told.
    """
    if len(content) > MAX_CHARACTERS:
        raise BundleBroken("The transcript is larger than 64 MiB.", next_step="Give the parts that matter.")
    session = Session()
    if not _take(session, content):
        raise BundleBroken(
            "The text holds no kubectl command.", next_step="Commands are lines that begin with `$ kubectl `."
        )
    return conclude(session, origin=origin, stated=_stated(content))


def read_sessions(material: Material, origin: str) -> Snapshot:
    """Read the texts of a folder as one session, in the order of their names, with what lies beside them.

    Live objects in files count as if ``get -o yaml`` had shown them, others as what somebody wrote. Raises
    ``BundleBroken`` where no text holds a command.
    """
    session = Session()
    add_files(session, material)
    stated = material.collected_at
    taken = 0
    for paper in sorted(material.sessions, key=lambda paper: paper.path):
        taken += _take(session, paper.content)
        stated = stated or _stated(paper.content)
    if not taken and not material.files:
        raise BundleBroken("The texts hold no kubectl command.")
    return conclude(session, origin=origin, stated=stated, logs_beside=lambda builder: add_logs(builder, material))


def _take(session: Session, content: str) -> int:
    """Read one text into a session; return how many commands it had."""
    found = list(commands(_ready(content[:MAX_CHARACTERS]), first=session.commands))
    asked = sum(command.line.startswith(PROMPT) for command in found)
    session.here = namespace_of_session(found)
    for command in found:
        session.take(command)
    session.commands += len(found)
    return asked


def _ready(content: str) -> str:
    """Return a text plain, and with its commands where it shows none."""
    ready = plain(content.encode("utf-8", "replace").decode("utf-8"))
    if f"\n{PROMPT}" in f"\n{ready}":
        return ready
    return with_commands(ready) or ready


def _stated(content: str) -> datetime | None:
    """Return the time of collection that a text's first line gives."""
    before = content[:200].partition("\n")[0]
    return written_time(before) if not before.startswith(PROMPT) and len(before) < 80 else None
