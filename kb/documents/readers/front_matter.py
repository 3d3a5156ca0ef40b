"""The head of a Markdown page: YAML between ``---``, TOML between ``+++``, or a JSON object."""

import json
import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import yaml

MAX_HEAD = 64 * 1024  # characters; a longer head is no front matter
_YAML_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_TOML_END = re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE)
_DATES = ("lastmod", "last_modified", "last_updated", "updated", "last_modified_at", "modified", "date", "publishDate")
_TITLES = ("title", "Title", "linkTitle", "name")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """What a page says about itself. ``draft`` pages are not meant to be read yet."""

    title: str = ""
    description: str = ""
    version: str = ""
    updated_at: datetime | None = None
    broken: bool = False


def split_front_matter(text: str) -> tuple[FrontMatter, str]:
    """Return the front matter and the rest of the page; a head that cannot be parsed is dropped and marked broken."""
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("---") and start[3:4] in ("\n", "\r", " "):
        return _split(start, 3, _YAML_END, _from_yaml)
    if start.startswith("+++") and start[3:4] in ("\n", "\r", " "):
        return _split(start, 3, _TOML_END, tomllib.loads)
    if start.startswith("{"):
        return _split_json(start)
    return FrontMatter(), text


def as_time(value: object) -> datetime | None:
    """Return a date of any of the usual spellings as a time in UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime(value.year, value.month, value.day, tzinfo=UTC) if isinstance(value, date) else None


def _split(text: str, begin: int, end: re.Pattern[str], parse: Any) -> tuple[FrontMatter, str]:
    found = end.search(text, begin + 1, MAX_HEAD)
    if not found:
        return FrontMatter(), text
    head, rest = text[begin : found.start()], text[found.end() :]
    try:
        return _fields(parse(head)), rest
    except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError, RecursionError):
        # A rule of a text that begins with "---" has no "key:" line: then nothing was front matter.
        keyed = re.search(r"^\s*[\w-]+\s*[:=]", head, re.MULTILINE)
        return (FrontMatter(broken=True), rest) if keyed else (FrontMatter(), text)


def _split_json(text: str) -> tuple[FrontMatter, str]:
    try:
        head, stop = json.JSONDecoder().raw_decode(text[:MAX_HEAD])
    except (ValueError, RecursionError):
        return FrontMatter(), text
    return _fields(head), text[stop:]


def _from_yaml(head: str) -> Any:
    return yaml.load(head, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader, in C


def _fields(head: object) -> FrontMatter:
    if not isinstance(head, dict):
        if head is None:
            return FrontMatter()
        raise ValueError("front matter is a mapping")
    title = next((str(head[key]) for key in _TITLES if isinstance(head.get(key), str | int | float)), "")
    version = head.get("version", "")
    return FrontMatter(
        title=title,
        description=head["description"] if isinstance(head.get("description"), str) else "",
        version=str(version) if isinstance(version, str | int | float) else "",
        updated_at=next((when for key in _DATES if (when := as_time(head.get(key)))), None),
    )
