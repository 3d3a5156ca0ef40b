"""Read ``kubectl cluster-info dump``: a directory of lists, or all of it in one text, whole or cut off.

It dumps namespace after namespace, all kinds of each. So an empty list in it is complete for its namespace, which is
the name of its directory, or in one text the namespace of the lists around it.
"""

from dataclasses import replace
from pathlib import PurePosixPath

from cluster.fields import namespace
from cluster.kinds import BY_KEY
from cluster.recording.completeness import coverage_of
from cluster.recording.material import Material, ObjectFile, kept_lines
from cluster.recording.tree import add_logs, add_objects, finish
from cluster.snapshot import LogCoverage, Snapshot, SnapshotBuilder
from core.evidence import ObjectRef
from core.redaction import redact

_ITS_OWN_LIST = "ReplicationController"
"""No other collector writes a typed list of this kind unasked, nor calls a file ``replication-controllers``."""


def is_cluster_dump(material: Material) -> bool:
    """Say whether a recording was made by ``kubectl cluster-info dump``."""
    return bool(material.sections) or any(f.document.kind == _ITS_OWN_LIST for f in material.files)


def build_dump(material: Material, *, origin: str) -> Snapshot:
    """Make a snapshot of a dump's material."""
    builder = SnapshotBuilder(origin=origin)
    add_objects(builder, material)
    for entry in coverage_of(_with_namespaces(material)):
        builder.covered(entry)
    _add_sections(builder, material)
    add_logs(builder, material)
    return finish(builder, material)


def _add_sections(builder: SnapshotBuilder, material: Material) -> None:
    for section in material.sections:
        pod = ObjectRef(kind="Pod", namespace=section.namespace, name=section.pod)
        if section.failed:
            missing = LogCoverage(
                pod=pod, container=section.container, previous=False, state="missing", note=redact(section.failed)
            )
            builder.log_covered(missing)
            continue
        kept = kept_lines(section.data)
        builder.add_log(pod, section.container, kept.lines, cut=kept.cut or not section.whole)


def _with_namespaces(material: Material) -> list[ObjectFile]:
    """Say of each list which namespace was asked for it."""
    by_folder: dict[str, set[str]] = {}
    for file in material.files:
        by_folder.setdefault(file.folder, set()).update(_found(file))
    named = {folder for folder, found in by_folder.items() if found <= {PurePosixPath(folder).name}}
    out: list[ObjectFile] = []
    group: list[ObjectFile] = []
    for file in material.files:
        kind = file.named_kind[0]
        if _cluster_wide(kind) or not file.document.listed:
            out.append(file)
        elif file.folder in named and PurePosixPath(file.folder).name:
            out.append(replace(file, namespace=PurePosixPath(file.folder).name))
        else:
            if any(kind == other.named_kind[0] for other in group):
                out.extend(_settled(group))
                group = []
            group.append(file)
    return out + _settled(group)


def _settled(group: list[ObjectFile]) -> list[ObjectFile]:
    """Give the lists of one namespace that namespace, when any of them shows it."""
    found = {where for file in group for where in _found(file)}
    return [replace(file, namespace=next(iter(found))) for file in group] if len(found) == 1 else group


def _found(file: ObjectFile) -> set[str]:
    return {where for obj in file.document.objects if (where := namespace(obj))}


def _cluster_wide(kind: str) -> bool:
    known = BY_KEY.get(kind)
    return known is not None and not known.namespaced
