"""Read support bundles of the troubleshoot.sh tools: lists below ``cluster-resources``, logs, and what was refused.

Each list is complete for the namespace that its file is called after, empty ones too. ``*-errors.json`` files name
what the collector could not read. Analyses that lie in the bundle are other people's conclusions and are not read.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, Literal

from cluster.fields import name, text
from cluster.kinds import Kind
from cluster.recording.completeness import coverage_of
from cluster.recording.kind_paths import ERRORS, ROOT, kind_called, listed
from cluster.recording.known import Missing, with_missing
from cluster.recording.log_paths import LogPaths
from cluster.recording.material import LogFile, Material, ObjectFile, Paper
from cluster.recording.tree import add_logs, add_objects, finish
from cluster.snapshot import KindCoverage, LogCoverage, LogKey, Snapshot, SnapshotBuilder
from core.evidence import ObjectRef
from core.redaction import MASK, redact

_HIDDEN = re.compile(r"\*\*\*(?:HIDDEN|TOKEN_\w{1,100})\*\*\*")
"""What the tools write in place of a secret. It is a value that somebody took out, never one that is not set."""
_REFUSED = re.compile(r"forbidden|unauthorized|cannot (?:list|get)", re.IGNORECASE)
_NOT_SERVED = re.compile(r"could not find the requested resource|no matches for kind", re.IGNORECASE)
_LOG = re.compile(rf"(?:^|/){ROOT}/pods/logs/([^/]{{1,63}})/([^/]{{1,253}})/([^/]{{1,253}}?)(-previous)?\.log")
_LOG_ERROR = re.compile(r"(.*/([^/]{1,253})/([^/]{1,63})-logs-errors)\.(?:log|json)")
_EXISTENCE = re.compile(r"(?:^|/)(secrets|configmaps)/[^/]{1,63}/")
_ENOUGH = 2
"""Folders of lists by namespace that make a bundle; one alone may be anything."""


def is_support_bundle(material: Material) -> bool:
    """Say whether the files lie as a support bundle has them, whatever the archive is called."""
    words = {place.word for file in material.files if (place := listed(file.path)) and place.kind}
    words |= {word for paper in material.papers if (word := _refused_word(paper.path)) and kind_called(word)}
    return len(words) >= _ENOUGH or (bool(words) and any(_is_marker(paper) for paper in material.papers))


def build_support_bundle(material: Material, *, origin: str) -> Snapshot:
    """Make a snapshot of a bundle's material."""
    builder = SnapshotBuilder(origin=origin)
    material.files = [_readable(file) for file in _custom_lists(material.files) if _is_resource(file)]
    links = [note for note in material.notes if note.endswith("a link, not followed")]
    material.notes = [note for note in material.notes if note not in links]
    add_objects(builder, material)
    for entry in [*coverage_of(material.files), *_whole_cluster(material)]:
        builder.covered(entry)
    for paper in material.papers:
        for refused in _refusals(paper):
            builder.covered(refused)
        material.server_version = material.server_version or _version(paper)
    logs = [_unmasked(file) for file in material.logs]
    material.logs = [file for file in logs if not _LOG_ERROR.fullmatch(file.path)]
    _place_logs(builder, material)
    _add_log_errors(builder, material, [file for file in logs if _LOG_ERROR.fullmatch(file.path)])
    missing = [found for paper in material.papers if (found := _denied(paper))]
    return with_missing(finish(builder, material), missing)


def _is_marker(paper: Paper) -> bool:
    path = PurePosixPath(paper.path)
    return path.name == "version.yaml" and "kind: SupportBundle" in paper.content


def _is_resource(file: ObjectFile) -> bool:
    return f"/{ROOT}/" in f"/{file.path}"


def _custom_lists(files: list[ObjectFile]) -> list[ObjectFile]:
    """Join the objects of each file of custom resources, which is a list although its items stand alone in it."""
    out: list[ObjectFile] = []
    for file in files:
        place = listed(file.path)
        if place is not None and place.kind is None and out and out[-1].path == file.path:
            document = out[-1].document
            joined = replace(document, objects=(*document.objects, *file.document.objects))
            out[-1] = replace(out[-1], document=joined)
        elif place is not None and place.kind is None:
            out.append(replace(file, document=replace(file.document, listed=True)))
        else:
            out.append(file)
    return out


def _readable(file: ObjectFile) -> ObjectFile:
    """Give a list its namespace, and write hidden values as Sextant itself writes them."""
    place = listed(file.path)
    document = replace(file.document, objects=tuple(_masked(obj) for obj in file.document.objects))
    where = place.namespace if place and (place.kind is None or place.kind.namespaced) else ""
    return replace(file, document=document, namespace=where)


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return _HIDDEN.sub(MASK, value) if MASK in value else value
    if isinstance(value, dict):
        return {key: _masked(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_masked(item) for item in value]
    return value


def _unmasked(file: LogFile) -> LogFile:
    return replace(file, lines=tuple(_HIDDEN.sub(MASK, line) for line in file.lines))


# -- coverage


def _whole_cluster(material: Material) -> Iterator[KindCoverage]:
    """Yield kinds of which every namespace of the cluster has a list: they are complete everywhere."""
    lists: dict[str, set[str]] = {}
    names: set[str] = set()
    for file in material.files:
        place = listed(file.path)
        if place is None or not file.document.whole or not file.document.listed:
            continue
        if place.kind and place.kind.kind == "Namespace":
            names |= {name(obj) for obj in file.document.objects}
        elif place.kind and place.kind.namespaced and place.namespace:
            lists.setdefault(place.kind.key, set()).add(place.namespace)
    for key, found in lists.items():
        if names and names <= found:
            count = sum(len(f.document.objects) for f in material.files if _lists(f, key))
            yield KindCoverage(kind=key, state="complete", count=count)


def _lists(file: ObjectFile, key: str) -> bool:
    place = listed(file.path)
    return place is not None and place.kind is not None and place.kind.key == key


def _refused_word(path: str) -> str:
    parts = path.split("/")
    if ROOT not in parts[:-1] or not parts[-1].endswith(ERRORS) or parts[-2] != ROOT:
        return ""
    return parts[-1].removesuffix(ERRORS)


def _refusals(paper: Paper) -> Iterator[KindCoverage]:
    """Read an errors file: a list of sentences, or sentences by namespace. An empty one says that nothing failed."""
    kind = kind_called(_refused_word(paper.path))
    if kind is None:
        return
    said = _json(paper.content)
    if isinstance(said, list):
        for sentence in said[:1]:
            if isinstance(sentence, str) and sentence:
                yield _refusal(kind, "", sentence)
    elif isinstance(said, dict):
        for where, sentence in said.items():
            if isinstance(sentence, str) and sentence:
                yield _refusal(kind, where.partition("/")[0] if kind.namespaced else "", sentence)


def _refusal(kind: Kind, where: str, sentence: str) -> KindCoverage:
    state: Literal["refused", "absent", "failed"] = "failed"
    if _REFUSED.search(sentence[:4000]):
        state = "refused"
    elif _NOT_SERVED.search(sentence[:4000]):
        state = "absent"
    return KindCoverage(kind=kind.key, namespace=where, state=state, note=redact(sentence[:300]))


def _denied(paper: Paper) -> Missing | None:
    """Read the file of a collector that looked for one Secret or ConfigMap: it may say that there is none."""
    if not _EXISTENCE.search(paper.path):
        return None
    said = _json(paper.content)
    where, wanted = text(said, "namespace"), text(said, "name")
    if not isinstance(said, dict) or not where or not wanted:
        return None
    for key, kind in (("secretExists", "Secret"), ("configMapExists", "ConfigMap")):
        if said.get(key) is False:
            return kind, where, wanted
    return None


def _version(paper: Paper) -> str:
    if not paper.path.endswith("cluster_version.json"):
        return ""
    said = _json(paper.content)
    return text(said, "info", "gitVersion") or text(said, "string")


def _json(content: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


# -- logs


def _place_logs(builder: SnapshotBuilder, material: Material) -> None:
    """Give logs whose path says whose they are to that container; the others go by the names of pods."""
    rest: list[LogFile] = []
    placed: set[LogKey] = set()
    for file in material.logs:
        match = _LOG.search(file.path)
        if match is None or not file.path.endswith(match[0].lstrip("/")):
            rest.append(file)
            continue
        pod = ObjectRef(kind="Pod", namespace=match[1], name=match[2])
        builder.add_log(pod, match[3], file.lines, previous=bool(match[4]), cut=file.cut)
        placed.add((match[1], match[2], match[3], bool(match[4])))
    paths = LogPaths(builder.objects("Pod"))
    material.logs = [file for file in rest if (owner := paths.owner(file.path)) is None or owner.key not in placed]
    add_logs(builder, material)


def _add_log_errors(builder: SnapshotBuilder, material: Material, files: list[LogFile]) -> None:
    sayings = [(file.path, " ".join(file.lines[:3])) for file in files]
    sayings += [(paper.path, " ".join(paper.content.split())) for paper in material.papers]
    paths: LogPaths | None = None
    for path, sentence in sayings:
        match = _LOG_ERROR.fullmatch(path)
        if match is None or not sentence:
            continue
        paths = paths or LogPaths(builder.objects("Pod"))
        owner = paths.owner(f"{path.rpartition('/')[0]}/{match[3]}.log")
        if owner:
            note = redact(sentence[:300])
            builder.log_covered(
                LogCoverage(
                    pod=owner.pod, container=owner.container, previous=owner.previous, state="missing", note=note
                )
            )
