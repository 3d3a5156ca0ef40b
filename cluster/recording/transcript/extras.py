"""Read commands that show neither lists nor descriptions: files, usage, rollouts, rights."""

from dataclasses import replace

from cluster.fields import text
from cluster.kinds import spoken
from cluster.recording.documents import looks_like_objects, read_text
from cluster.recording.material import is_wish
from cluster.recording.transcript.frame import Command
from cluster.recording.transcript.gathered import Gathered
from cluster.recording.transcript.sightings import MENTIONED, TABLE, WISH, WRITTEN
from cluster.recording.transcript.tables import tables
from cluster.recording.transcript.usage import (
    NODE_METRICS,
    POD_METRICS,
    Usage,
    is_overdue,
    newest_revision,
    rollout_status,
    usages,
)


def take_files(gathered: Gathered, command: Command) -> None:
    """Read the file that a command shows: what somebody wrote, unless a server has answered with it."""
    content = "\n".join(command.output)
    if not looks_like_objects(content):
        return
    for document in read_text(content).documents:
        for obj in document.objects:
            rank = WISH if is_wish(obj) else WRITTEN
            where = gathered.namespace_of(obj, command)
            gathered.sightings.see_written(
                dict(obj), where, text(obj, "metadata", "name"), rank=rank, order=command.number
            )


def take_usage(gathered: Gathered, command: Command) -> None:
    """Read ``top``: what pods, containers and nodes use."""
    said = gathered.refused(command)
    nodes = bool(command.words[1:]) and command.words[1].lower() in {"node", "nodes", "no"}
    kind = NODE_METRICS if nodes else POD_METRICS
    where = "" if nodes or command.everywhere else gathered.where(command)
    if any(one.sort in {"failed", "forbidden"} for one in said):
        gathered.cover(kind.key, where, "failed", said[0].sentence[:300])
        return
    found: dict[tuple[str, str], list[Usage]] = {}
    for table in tables(command.output):
        for row in table.rows:
            place = "" if nodes else row.get("NAMESPACE") or gathered.where(command)
            for usage in usages([row]):
                found.setdefault((place, usage.name), []).append(usage)
    for (place, name), parts in found.items():
        told: dict[str, object] = {"containers": [{"name": u.container, "usage": u.used} for u in parts]}
        if nodes:
            told = {"usage": parts[0].used}
        gathered.sightings.see(kind, place, name, told, rank=TABLE, order=command.number)
    if found:
        gathered.cover(kind.key, where, "partial" if command.filtered or len(command.words) > 2 else "complete")


def take_rollout(gathered: Gathered, command: Command) -> None:
    """Read ``rollout status`` and ``rollout history``. That a deadline has passed is an answer, not a refusal."""
    gathered.refused(replace(command, output=tuple(line for line in command.output if not is_overdue(line))))
    targets = Command(number=0, line="", output=(), words=command.words[1:]).targets
    if not targets or targets[0].kind is None or len(command.words) < 3:
        return
    kind, name, where = targets[0].kind, targets[0].name, gathered.where(command)
    if command.words[1] == "status" and (told := rollout_status(command.output, kind.kind, name)):
        gathered.sightings.see(kind, where, told[0], told[1], rank=TABLE, order=command.number)
    elif command.words[1] != "history" or not name or command.filtered or kind.kind != "Deployment":
        return
    elif revision := newest_revision(command.output):
        known = {"metadata": {"annotations": {"deployment.kubernetes.io/revision": revision}}}
        gathered.sightings.see(kind, where, name, known, rank=MENTIONED, order=command.number)


def take_rights(gathered: Gathered, command: Command) -> None:
    """Read ``auth can-i``: what the one who asks may not list is refused; of others it is worth a note."""
    answer = next((line.strip() for line in command.output if line.strip()[:3] in {"no", "yes", "no "}), "")
    if command.words[1:2] != ("can-i",) or len(command.words) < 4 or not answer:
        return
    verb, kind = command.words[2], spoken(command.words[3])
    if answer.startswith("no") and verb in {"list", "get"} and kind and "as" not in command.flags:
        where = "" if command.everywhere or not kind.namespaced else gathered.where(command)
        gathered.cover(kind.key, where, "refused", f"auth can-i {verb} {command.words[3]}: no")
    else:
        gathered.notes.append(f"{command.line[2:200]}: {answer[:60]}")
