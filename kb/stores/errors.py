"""What can go wrong with a vector store.

::

    StoreError
    ├── StoreHeld            another process has the store open                       HTTP 503
    ├── StoreUnreachable     the server gave no answer in time                        HTTP 503, worth another try
    ├── StoreFailed          the engine refused or broke                              HTTP 500
    │   └── StoreInterrupted  its process ended in the middle; the next call starts it   HTTP 503, worth another try
    ├── StoreMismatch        the collection was made for another model or size        HTTP 409
    └── VectorInvalid        a vector of the wrong size, or not of finite numbers     HTTP 422
    NotFound
    └── CollectionNotFound   no such collection or alias                              HTTP 404
"""

from core.errors import NotFound, SextantError


class StoreError(SextantError):
    """The vector store did not do what was asked."""

    code, status, title = "vector_store", 500, "The vector store failed"


class StoreHeld(StoreError):
    """Another process has the embedded store open: one process owns it."""

    code, status, retryable, title = "vector_store_held", 503, True, "The vector store is in use"


class StoreUnreachable(StoreError):
    """The server of the vector store gave no answer in time."""

    code, status, retryable, title = "vector_store_unreachable", 503, True, "The vector store cannot be reached"


class StoreFailed(StoreError):
    """The engine of the vector store refused an operation or broke."""

    code, title = "vector_store_failed", "The vector store failed"


class StoreInterrupted(StoreFailed):
    """The process of the engine ended in the middle of an operation. The next one starts it again."""

    code, status, retryable, title = "vector_store_interrupted", 503, True, "The vector store is starting again"


class StoreMismatch(StoreError):
    """A collection was made for another model, or vectors have another size than its own."""

    code, status, title = "vector_store_mismatch", 409, "The collection belongs to another model"


class VectorInvalid(StoreError):
    """A vector has the wrong size, or holds what is not a finite number."""

    code, status, title = "vector_invalid", 422, "The vector cannot be stored"


class CollectionNotFound(NotFound):
    """No collection or alias of this name."""

    code, title = "collection_not_found", "No such collection"
