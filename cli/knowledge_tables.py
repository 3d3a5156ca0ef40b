"""Sources and documents as tables and descriptions, the way kubectl writes them."""

from collections.abc import Callable
from typing import Any

from cli.knowledge_follow import unsettled
from cli.knowledge_words import access_of, age, clean, counted, described, length, moment, shortened, table, until

Paint = Callable[[str, str], str]

STATUS_COLUMNS = 60
"""Of how a source stands in a table; errors are longer, and follow below it."""

PLACE_COLUMNS = 60
"""Of an address in a table; the whole one is in `sextant kb show`."""


def source_rows(sources: list[dict[str, Any]]) -> str:
    """Return sources as a table."""
    rows = [
        (
            source["name"],
            source["kind"],
            shortened(clean(source["status"]["en"]), STATUS_COLUMNS),
            _documents(source["progress"]),
            f"{source['progress']['passages']:,}",
            source["access"],
            age(source["synced_at"]),
            shortened(clean(source["location"]), PLACE_COLUMNS),
        )
        for source in sources
    ]
    text = table(("NAME", "KIND", "STATE", "DOCUMENTS", "PASSAGES", "ACCESS", "SYNCED", "LOCATION"), rows)
    for source in sources:
        error = source["last_error"] or (source["watch"] or {}).get("error", "")
        if error:
            text += f"{clean(source['name'])}: {clean(error)}\n"
    return text


def _documents(progress: dict[str, Any]) -> str:
    """Return how many documents there are; while some are open, how many of them are done."""
    total = int(progress["documents"])
    return f"{total - unsettled(progress):,}/{total:,}" if unsettled(progress) else f"{total:,}"


def source_details(source: dict[str, Any]) -> str:
    """Return everything about a source."""
    progress = source["progress"]
    schedule = source["schedule_seconds"]
    synced = f"{age(source['synced_at'])} ago" if source["synced_at"] else "never"
    if source["next_sync_at"]:
        synced += f", again {until(source['next_sync_at'])}"
    options = ", ".join(f"{key}={value}" for key, value in source["options"].items())
    return described(
        [
            ("Name", source["name"]),
            ("Id", source["id"]),
            ("Kind", source["kind"]),
            ("Location", source["location"]),
            ("Options", options),
            ("Access", f"{source['access']} ({access_of(source['access'])})"),
            ("Weight", f"{source['weight']:g}"),
            ("Schedule", f"every {length(schedule)}" if schedule else _unscheduled(source["kind"])),
            ("State", source["status"]["en"]),
            ("Last error", source["last_error"]),
            ("Watched since", _since(source["watch"])),
            ("Last event", _last(source["watch"])),
            ("Read", synced if source["kind"] != "upload" else ""),
            ("Added", f"{age(source['created_at'])} ago by {source['created_by'].partition(':')[2] or 'sextant'}"),
            ("Documents", states_text(progress)),
            ("Passages", f"{progress['passages']:,}"),
        ]
    )


def _unscheduled(kind: str) -> str:
    return "none: documents are kept here" if kind == "upload" else "only when asked: sextant kb sync"


def _since(watch: dict[str, Any] | None) -> str:
    """Return since when the events of a namespace are watched."""
    if watch is None:
        return ""
    if not watch["since"]:
        return "never yet"
    return f"{moment(watch['since'])} ({age(watch['since'])} ago), namespace {watch['namespace']}"


def _last(watch: dict[str, Any] | None) -> str:
    return f"{age(watch['last_seen'])} ago" if watch and watch["last_seen"] else ""


def progress_text(progress: dict[str, Any]) -> str:
    """Return how many documents there are and how they stand."""
    return f"{counted(progress['documents'], 'document')}: {states_text(progress)}"


def states_text(progress: dict[str, Any]) -> str:
    """Return how documents stand."""
    names = (
        ("ready", "ready"),
        ("pending", "waiting"),
        ("indexing", "being indexed"),
        ("failed", "tried again soon"),
        ("dead", "given up"),
        ("skipped", "with nothing to index"),
    )
    text = ", ".join(f"{progress[key]:,} {name}" for key, name in names if progress[key]) or "none"
    if unsettled(progress) and progress["rate"]:
        text += f"; {progress['rate']:.1f}/s"
    if unsettled(progress) and progress["remaining_seconds"]:
        text += f", about {length(progress['remaining_seconds'])} left"
    return text


def document_details(document: dict[str, Any]) -> str:
    """Return everything about a document."""
    return described(
        [
            ("Title", document["title"]),
            ("Id", document["id"]),
            ("Address", document["uri"]),
            ("Source", document["source_name"]),
            ("Language", document["language"]),
            ("Version", document["version"]),
            ("Type", document["media_type"]),
            ("Access", f"{document['access']} ({access_of(document['access'])})"),
            ("State", document["state"]),
            ("Searchable", "yes" if document["searchable"] else "no"),
            ("Last error", document["last_error"]),
            ("Tries", document["attempts"] or None),
            ("Next try", until(document["next_try_at"])),
            ("Copy of", document["duplicate_of"]),
            ("Passages", f"{document['passages']:,}"),
            ("Characters", f"{document['characters']:,}"),
            ("Updated", document["updated_at"]),
            ("Indexed", f"{age(document['indexed_at'])} ago" if document["indexed_at"] else "never"),
            ("Notes", "; ".join(document["notes"])),
        ]
    )


def document_rows(documents: list[dict[str, Any]]) -> str:
    """Return documents as a table, and under it what went wrong with each that did."""
    if not documents:
        return ""
    rows = [
        (
            document["uri"],
            document["source_name"],
            document["state"],
            f"{document['passages']:,}",
            str(document["attempts"]),
            until(document["next_try_at"]) or "<none>",
            age(document["indexed_at"]),
            document["id"],
        )
        for document in documents
    ]
    text = table(("NAME", "SOURCE", "STATE", "PASSAGES", "TRIES", "NEXT TRY", "INDEXED", "ID"), rows)
    wrong = [document for document in documents if document["last_error"]]
    if wrong:
        text += "\n"
    for document in wrong:
        text += f"{clean(document['uri'])}: {clean(document['last_error'])}\n"
    return text


def status_text(
    knowledge: dict[str, Any], source: dict[str, Any] | None, rows: str, *, state: str, paint: Paint
) -> str:
    """Return the documents and a line on all of them; words where there are none."""
    lines: list[str] = []
    if trouble := knowledge["trouble"]:
        lines.append(paint("fail", clean(trouble["message"])))
        lines.append(clean(trouble["next_step"]))
    if source is not None and source["last_error"]:
        lines.append(paint("fail", f"{clean(source['name'])} could not be read: {clean(source['last_error'])}"))
    progress = source["progress"] if source else knowledge["progress"]
    if rows:
        lines += [rows.rstrip("\n"), ""]
    elif state:
        lines.append(f"No document is {state}.")
    if progress is not None:
        lines.append(progress_text(progress) if progress["documents"] else _empty(source))
    return "\n".join(lines) + "\n"


def _empty(source: dict[str, Any] | None) -> str:
    if source is None:
        return "No documents yet: add a source with `sextant kb add LOCATION`."
    if source["kind"] == "upload":
        return f"No documents yet: send some with `sextant kb upload FILE --to {clean(source['name'])}`."
    return f"No documents yet: {source['name']} is {source['status']['en']}."


def knowledge_details(knowledge: dict[str, Any]) -> str:
    """Return how the knowledge base as a whole stands."""
    trouble = knowledge["trouble"] or {}
    progress = knowledge["progress"]
    return described(
        [
            ("State", knowledge["state"]),
            ("Trouble", trouble.get("message", "")),
            ("Next step", trouble.get("next_step", "")),
            ("Store", knowledge["store"]),
            ("Model", knowledge["model"]),
            ("Collection", knowledge["collection"]),
            ("Sources", f"{knowledge['sources']:,}"),
            ("Documents", states_text(progress) if progress else ""),
            ("Passages", f"{progress['passages']:,}" if progress else ""),
            ("Queue", counted(knowledge["queue"], "job") if knowledge["queue"] else "empty"),
        ]
    )
