"""Turn patterns and incidents into small documents, so that a question finds them beside the documentation.

A document holds nothing that changes with every event, such as counts: the same pattern gives the same bytes, and is
embedded once however hard it storms.
"""

import hashlib
import re
from datetime import datetime

from core.redaction import redact
from kb.events.model import Incident, Pattern
from kb.events.phrases import outcome_in_words
from kb.sources.source import Fetched

MARKDOWN = "text/markdown"
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|])")


def pattern_uri(found: Pattern) -> str:
    """Return what names a pattern's document for good."""
    return f"events:{found.id}"


def incident_uri(found: Incident) -> str:
    """Return what names an incident's document for good."""
    return f"incident:{hashlib.sha256(found.id.encode()).hexdigest()[:32]}"


def pattern_document(found: Pattern) -> Fetched:
    """Write a pattern as a document. ``updated_at`` is when it was first seen, which does not change."""
    about = "" if found.kind == found.owner.kind else f" (events about its {found.kind})"
    where = f"{_plain(str(found.owner))}{about} in namespace {_plain(found.namespace)}"
    lines = [
        f"# {_plain(found.reason)} on {_plain(str(found.owner))} in namespace {_plain(found.namespace)}",
        f"{found.type} event of Kubernetes with the reason {_plain(found.reason)}, about {where}.",
        f"First seen on {found.first_seen:%Y-%m-%d}.",
        f"Its message, without what differs each time:\n\n{_quoted(found.wording)}",
        f"The first message that was seen:\n\n{_quoted(found.sample)}",
    ]
    facts = [("Image", found.image), ("Reported by", found.component), ("Cluster", found.cluster)]
    lines += [f"{name}: {_plain(value)}" for name, value in facts if value]
    return _written(lines, f"{found.reason}-{found.owner.name}.md", found.first_seen)


def incident_document(found: Incident) -> Fetched:
    """Write a resolved diagnosis as a document: what it was, what was done, whether it helped."""
    what = _plain(" ".join(part for part in (found.code or found.reason or "Trouble", found.variant) if part))
    where = f"{_plain(found.workload)} in namespace {_plain(found.namespace)}"
    lines = [
        f"# {what} on {where}: what was done",
        f"On {found.resolved_at:%Y-%m-%d} {_plain(found.author)} resolved {what} on {where}.",
        f"## What was done\n\n{_quoted(found.fix)}\n\n{outcome_in_words(found.outcome).en}",
    ]
    if found.message:
        reason = f" ({_plain(found.reason)})" if found.reason else ""
        lines.append(f"## What was seen\n\nMessage{reason}:\n\n{_quoted(found.message)}")
    if found.note:
        lines.append(f"## Note\n\n{_quoted(found.note)}")
    facts = [("Image", found.image), ("Diagnosis", found.origin), ("Cluster", found.cluster)]
    lines += [f"{name}: {_plain(value)}" for name, value in facts if value]
    return _written(lines, f"{found.code or found.reason or 'incident'}.md", found.resolved_at)


def stamp_of(written: Fetched) -> str:
    """Return what changes when a document does."""
    return hashlib.sha256(written.data).hexdigest()[:32]


def _written(lines: list[str], name: str, at: datetime) -> Fetched:
    text = redact("\n\n".join(lines) + "\n")
    return Fetched(data=text.encode("utf-8", "replace"), name=name, media_type=MARKDOWN, updated_at=at)


def _plain(text: str) -> str:
    """Return foreign text that Markdown shows as it stands, on one line."""
    return _escaped(" ".join(text.split()))


def _quoted(text: str) -> str:
    """Return foreign text as a quotation, so that it cannot pass for headings or links of ours."""
    return "\n".join(f"> {_escaped(line)}".rstrip() for line in text.splitlines() or [""])


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
