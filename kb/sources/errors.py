"""What can go wrong between a source and its documents.

::

    SextantError
    └── SourceError               a source cannot give what it promised                exit 1, HTTP 502
        ├── SourceInvalid         its options make no sense as written                 exit 2, HTTP 422
        ├── SourceRefused         an address that must not be read, a refusal by robots or the other side   HTTP 403
        ├── SourceUnavailable     no answer, a timeout, 429 and 5xx: worth another try   HTTP 503
        ├── SourceEmpty           nothing there can be read as a document              HTTP 422
        ├── SourceGone            the document or the whole place does not exist       HTTP 404
        └── SourceTooLarge        over a limit: bytes, pages, files                    HTTP 413
"""

from core.errors import SextantError


class SourceError(SextantError):
    """A source cannot give what it promised."""

    code, status, title = "source", 502, "The source cannot be read"


class SourceInvalid(SourceError):
    """The options of a source make no sense as written."""

    code, status, exit_code, title = "source_invalid", 422, 2, "The source cannot be understood"


class SourceRefused(SourceError):
    """The address must not be read, or the other side does not let this service in."""

    code, status, title = "source_refused", 403, "The source may not be read"


class SourceUnavailable(SourceError):
    """The source gave no usable answer in time. The same call may succeed later."""

    code, status, retryable, title = "source_unavailable", 503, True, "The source does not answer"


class SourceGone(SourceError):
    """The document, or the whole place, does not exist there."""

    code, status, title = "source_gone", 404, "The source does not have it"


class SourceEmpty(SourceError):
    """Nothing of what is there can be read as a document."""

    code, status, title = "source_empty", 422, "Nothing there can be read"


class SourceTooLarge(SourceError):
    """The source holds more than the limits allow."""

    code, status, title = "source_too_large", 413, "The source is too large"
