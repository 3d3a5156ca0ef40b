"""Why a document cannot be read. Each says in one sentence what is the matter with it and what to do.

::

    SextantError
    └── DocumentError             a document cannot be read                          exit 1, HTTP 422
        ├── DocumentEncrypted     it needs a password
        ├── DocumentBroken        it is cut short or not well-formed
        ├── DocumentEmpty         there is nothing in it
        ├── DocumentTooLarge      over a limit: bytes, pages, nesting, expansion, time   HTTP 413
        ├── DocumentMislabelled   its name promises another format than it holds
        └── DocumentUnreadable    there is no text in it that could be read
"""

from core.errors import SextantError


class DocumentError(SextantError):
    """A document cannot be read."""

    code, status, title = "document", 422, "The document cannot be read"


class DocumentEncrypted(DocumentError):
    """The document needs a password."""

    code, title = "document_encrypted", "The document is protected by a password"


class DocumentBroken(DocumentError):
    """The document is cut short or not well-formed."""

    code, title = "document_broken", "The document is damaged"


class DocumentEmpty(DocumentError):
    """The document has no content at all."""

    code, title = "document_empty", "The document is empty"


class DocumentTooLarge(DocumentError):
    """The document is over one of the limits: bytes, characters, pages, nesting, expansion, seconds."""

    code, status, title = "document_too_large", 413, "The document is too large"


class DocumentMislabelled(DocumentError):
    """The name promises another format than the content has."""

    code, title = "document_mislabelled", "The document is not what its name says"


class DocumentUnreadable(DocumentError):
    """The document holds no text that can be read: pictures, archives, programs."""

    code, title = "document_unreadable", "The document holds no readable text"
