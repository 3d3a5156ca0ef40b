"""What can go wrong between a text and its vector.

::

    EmbeddingError
    ├── EmbeddingUnavailable   no answer, or 429 and 5xx beyond the retries     HTTP 503, worth another try
    ├── EmbeddingRefused       the endpoint said no, or answered what is no vector   HTTP 502
    ├── ModelFilesBroken       the bundled model is missing or not the one it should be   HTTP 500
    └── TextTooLong            a text has more tokens than the model reads      HTTP 422
"""

from core.errors import SextantError


class EmbeddingError(SextantError):
    """A text could not be turned into a vector."""

    code, status, title = "embedding", 502, "The text could not be embedded"


class EmbeddingUnavailable(EmbeddingError):
    """The endpoint gave no usable answer in time. The same call may succeed later."""

    code, status, retryable, title = "embedding_unavailable", 503, True, "The embedding model does not answer"


class EmbeddingRefused(EmbeddingError):
    """The endpoint refused the call, or its answer does not fit: wrong size, not a number, nothing at all."""

    code, title = "embedding_refused", "The embedding model refused"


class ModelFilesBroken(EmbeddingError):
    """The files of the bundled model are missing or have other checksums."""

    code, status, title = "model_files_broken", 500, "The bundled model is damaged"


class TextTooLong(EmbeddingError):
    """A text has more tokens than the model reads. It is never cut silently."""

    code, status, title = "text_too_long", 422, "The text is too long for the model"
