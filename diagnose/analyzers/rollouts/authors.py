"""Who wrote a field last, as the managed fields of an object tell."""

from dataclasses import dataclass
from datetime import datetime

from cluster.fields import Obj, mapping, moment, objects, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """The program that wrote a field, and when."""

    manager: str
    time: datetime | None

    @property
    def en(self) -> str:
        """The author in a sentence."""
        return f"by {self.manager}" + (f" at {self.time:%Y-%m-%d %H:%M} UTC" if self.time else "")

    @property
    def zh(self) -> str:
        """The author in a Chinese sentence."""
        return f"由 {self.manager}" + (f" 于 {self.time:%Y-%m-%d %H:%M}（UTC）" if self.time else "") + "设置"


def author_of(obj: Obj, *keys: str) -> Author | None:
    """Return who wrote ``spec.<keys>`` last; None where the managed fields were not read."""
    found: list[Author] = []
    for entry in objects(obj, "metadata", "managedFields"):
        node = mapping(entry, "fieldsV1", "f:spec")
        for key in keys[:-1]:
            node = mapping(node, f"f:{key}")
        if f"f:{keys[-1]}" in node and text(entry, "manager"):
            found.append(Author(manager=text(entry, "manager"), time=moment(entry, "time")))
    return max(found, key=lambda author: (author.time is not None, str(author.time), author.manager), default=None)
