"""What is remembered of a page to ask next time whether it has changed, as one line."""

import hashlib
import json
from dataclasses import dataclass

from kb.sources.fetching import Page, Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """The server's validators, a digest of the bytes, and how many links the page was from the start."""

    etag: str = ""
    modified: str = ""
    digest: str = ""
    depth: int = 0

    @property
    def validators(self) -> Validators:
        """Return what a conditional request takes."""
        return Validators(etag=self.etag, modified=self.modified)

    def __str__(self) -> str:
        return json.dumps([self.etag, self.modified, self.digest, self.depth], separators=(",", ":"))


def stamp(page: Page, depth: int = 0) -> Stamp:
    """Return the stamp of a page that was read."""
    digest = hashlib.sha256(page.data).hexdigest()[:32]
    return Stamp(etag=page.validators.etag, modified=page.validators.modified, digest=digest, depth=depth)


def parse_stamp(text: str) -> Stamp:
    """Return the stamp that ``text`` writes; an empty one for anything else."""
    try:
        etag, modified, digest, depth = json.loads(text)
    except (ValueError, TypeError):
        return Stamp()
    if not (isinstance(etag, str) and isinstance(modified, str) and isinstance(digest, str) and type(depth) is int):
        return Stamp()
    return Stamp(etag=etag, modified=modified, digest=digest, depth=depth)
