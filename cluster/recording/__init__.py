"""Recordings of clusters: read what people kept or were sent, as a snapshot, and write our own bundles.

Belongs here: forms of recordings (Sextant's bundle, trees of YAML and JSON with logs, ``kubectl cluster-info dump``,
support bundles, must-gathers, terminal transcripts), archives around them, and every defence against hostile or
damaged ones.
Does not belong here: asking a live API.
Nothing here uses a network, and reading never writes to a disk.

Others may use: ``open_recording``, ``RecordingLimits``, from ``cluster.recording.bundle`` ``write_bundle``,
``read_bundle`` and ``BundleSummary``, and from ``cluster.recording.transcript`` ``hides``.
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from cluster.recording.archive import members
from cluster.recording.bundle import MANIFEST, BundleSummary, bundle_of, read_bundle, write_bundle
from cluster.recording.cluster_dump import build_dump, is_cluster_dump
from cluster.recording.intake import Member, RecordingLimits
from cluster.recording.material import Material, decoded, gather, is_wish
from cluster.recording.must_gather import build_must_gather, is_must_gather
from cluster.recording.support_bundle import build_support_bundle, is_support_bundle
from cluster.recording.transcript import is_output, is_transcript, read_sessions, read_transcript
from cluster.recording.tree import build_tree
from cluster.snapshot import Snapshot
from core.errors import BundleBroken

__all__ = ["BundleSummary", "RecordingLimits", "open_recording", "read_bundle", "write_bundle"]

FORMS = (
    "a bundle of `sextant snapshot`, `kubectl cluster-info dump`, a support bundle, an OpenShift must-gather, files of "
    "`kubectl get -o yaml|json` with logs, or texts of a terminal with `$ kubectl` commands"
)


def open_recording(source: Path | BinaryIO, *, limits: RecordingLimits | None = None, origin: str = "") -> Snapshot:
    """Read any recording: a directory, an archive, one file, or a stream of one. Its content decides how.

    ``origin`` names the recording in answers; a path is named by its last part. Raises errors of ``BundleError``, or
    ``NotFound`` when there is no such path.
    """
    if not origin:
        origin = source.resolve().name if isinstance(source, Path) else "recording"
    limits = limits or RecordingLimits()
    found = members(source, limits)
    if isinstance(source, Path) and (source / MANIFEST).is_file():
        found = _manifest_first(found)
    first = next(found, None)
    if first is None:
        raise _unrecognised("The recording is empty.")
    if first.name == MANIFEST:
        return bundle_of(chain([first], found), origin)
    if not first.name and (is_transcript(text := decoded(first.data)) or is_output(text)):
        return read_transcript(text, origin)
    material = gather(chain([first], found), limits, is_session=is_transcript)
    if is_support_bundle(material):
        return build_support_bundle(material, origin=origin)
    if is_must_gather(material):
        return build_must_gather(material, origin=origin)
    if any(not is_wish(obj) for file in material.files for obj in file.document.objects):
        material.sessions = [paper for paper in material.sessions if not paper.path.endswith((".md", ".markdown"))]
    if not material.files and not material.sessions:
        material.sessions = material.reports
    if material.sessions and not material.sections:
        return read_sessions(material, origin)
    if not material.files:
        raise _unrecognised(_what(material))
    return (build_dump if is_cluster_dump(material) else build_tree)(material, origin=origin)


def _manifest_first(found: Iterator[Member]) -> Iterator[Member]:
    """Order the files of an unpacked bundle as the bundle had them."""
    return iter(sorted(found, key=lambda member: member.name != MANIFEST))


def _what(material: Material) -> str:
    if material.seen == 1 and not material.notes:
        return "The recording is one file without a Kubernetes object in it."
    reasons = f" The first that could not be read: {material.notes[0]}." if material.notes else ""
    files = "1 file" if material.seen == 1 else f"{material.seen} files"
    return f"The recording has {files}, none with a Kubernetes object.{reasons}"


def _unrecognised(what: str) -> BundleBroken:
    return BundleBroken(
        what, next_step=f"What is read: {FORMS}; as a directory, a file, .tar(.gz|.xz|.bz2|.zst) or .zip."
    )
