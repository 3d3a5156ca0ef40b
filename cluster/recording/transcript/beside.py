"""Take the objects of files that lie beside transcripts into the same session."""

from cluster.fields import namespace, text
from cluster.kinds import BY_KEY, group_of, kind_key
from cluster.recording.completeness import coverage_of
from cluster.recording.material import Material, is_wish
from cluster.recording.transcript.session import Session
from cluster.recording.transcript.sightings import WISH, WRITTEN


def add_files(session: Session, material: Material) -> None:
    """Add every object: live ones as the best form there is, before all commands; others as what somebody wrote."""
    for file in material.files:
        for obj in file.document.objects:
            known = BY_KEY.get(kind_key(text(obj, "kind"), group_of(text(obj, "apiVersion"))))
            where = namespace(obj) or ("" if known is None or not known.namespaced else session.here)
            rank = WISH if is_wish(obj) else WRITTEN
            session.sightings.see_written(dict(obj), where, text(obj, "metadata", "name"), rank=rank, order=-1)
    live = [file for file in material.files if not all(is_wish(obj) for obj in file.document.objects)]
    for entry in coverage_of(live):
        session.cover(entry.kind, entry.namespace, entry.state, entry.note)
    session.notes.extend(material.notes)
    session.server_version = session.server_version or material.server_version
