"""Conclude from lists in files which kinds are complete, and where.

Only of a complete list can be said that something is *not* in the cluster, so the rule is careful. A file that is a
list of one kind, was not cut off and is no page of a longer list, is complete:

- for the whole cluster, when its objects have no namespace, or lie in several;
- for the whole cluster also when a sibling list in the same directory spans several namespaces and it is the only one
  of its kind there: whoever asked for one kind with ``-A`` asked for all kinds so, and a list that then shows one
  namespace, or nothing, says that there is nothing elsewhere;
- otherwise for the one namespace that its objects share;
- otherwise, being empty, for nothing: nobody can tell which namespace was asked.

Single objects, lists of several kinds and arrays make a kind partial: others may exist. So do manifests that no server
has answered with.
"""

from collections import Counter
from collections.abc import Iterable

from cluster.fields import Obj, namespace, text
from cluster.kinds import BY_KEY, group_of, kind_key
from cluster.recording.material import ObjectFile, is_wish
from cluster.snapshot import KindCoverage

Place = tuple[str, str]
"""(kind key, namespace; empty for the whole cluster)."""


def coverage_of(files: Iterable[ObjectFile]) -> list[KindCoverage]:
    """Apply the rule of this module to the files of a tree."""
    files = list(files)
    spanning = {file.folder for file in files if file.document.listed and len(_namespaces(file)) > 1}
    alone = Counter((file.folder, kind) for file in files if (kind := _only_kind(file)))
    complete: dict[Place, str] = {}
    partial: dict[Place, str] = {}
    for file in files:
        kind = _only_kind(file)
        if not kind:
            partial.update(((key_of(obj), namespace(obj)), "") for obj in file.document.objects)
            continue
        everywhere = file.folder in spanning and alone[file.folder, kind] == 1
        where = _where(file, kind, everywhere=everywhere)
        if not file.document.whole:
            partial[kind, where or ""] = f"the list in {file.path} is not whole"
        elif where is None:
            partial.setdefault((kind, ""), f"the list in {file.path} is empty, and does not say of which namespace")
        else:
            complete[kind, where] = ""
    return [*_entries(files, complete, partial)]


def _entries(files: list[ObjectFile], complete: dict[Place, str], partial: dict[Place, str]) -> Iterable[KindCoverage]:
    names = {(key_of(obj), namespace(obj), text(obj, "metadata", "name")) for f in files for obj in f.document.objects}
    inside = Counter((kind, where) for kind, where, _ in names)
    overall = Counter(kind for kind, _, _ in names)
    for (kind, where), note in {**partial, **complete}.items():
        if where and (kind, "") in complete:
            continue
        yield KindCoverage(
            kind=kind,
            namespace=where,
            state="complete" if (kind, where) in complete else "partial",
            count=inside[kind, where] if where else overall[kind],
            note=note,
        )


def key_of(obj: Obj) -> str:
    """Return the kind key of an object."""
    return kind_key(text(obj, "kind"), group_of(text(obj, "apiVersion")))


def _only_kind(file: ObjectFile) -> str:
    """Return the kind key of a list of live objects of one kind, or of an empty one; empty for all else."""
    if not file.document.listed:
        return ""
    if not file.document.objects:
        kind, group = file.named_kind
        return kind_key(kind, group) if kind else ""
    kinds = {key_of(obj) for obj in file.document.objects}
    return kinds.pop() if len(kinds) == 1 and not any(is_wish(obj) for obj in file.document.objects) else ""


def _namespaces(file: ObjectFile) -> set[str]:
    return {where for obj in file.document.objects if (where := namespace(obj)) and not is_wish(obj)}


def _where(file: ObjectFile, kind: str, *, everywhere: bool) -> str | None:
    """Return the namespace of which a list tells, empty for the whole cluster, None when it cannot be known."""
    if file.namespace:
        return file.namespace
    found = _namespaces(file)
    builtin = BY_KEY.get(kind)
    if everywhere or len(found) > 1 or (builtin and not builtin.namespaced):
        return ""
    if found:
        return found.pop()
    return "" if file.document.objects else None
