"""What an error means for a job: try again, leave it to a person, or wait until something outside is back."""

from core.errors import DeadlineExceeded, SextantError, StorageError
from core.redaction import redact
from kb.embed.errors import EmbeddingUnavailable, ModelFilesBroken
from kb.records.jobs import Failure
from kb.stores.errors import CollectionNotFound, StoreError, StoreMismatch, VectorInvalid

MAX_MESSAGE = 2_000
"""Characters of an error that are kept: enough for any sentence of ours, too few for a page of a foreign server."""

_OUTSIDE = (StorageError, StoreError, CollectionNotFound, EmbeddingUnavailable, ModelFilesBroken)
_PERMANENT = (StoreMismatch, VectorInvalid)


def failure_of(error: BaseException) -> Failure:
    """Return what is written down of an error, and whether and how the job is tried again.

    What is not ours (a defect of this program, a full disk) is tried again too: it may depend on the moment.
    """
    if isinstance(error, TimeoutError):
        error = DeadlineExceeded(
            "It took longer than the time one document has.", next_step="Split it, or raise the limit."
        )
    if not isinstance(error, SextantError):
        message = f"An error that this program does not know: {type(error).__name__}: {error}"
        return Failure(message=_shown(message), code="internal")
    outside = is_outside(error)
    return Failure(
        message=_shown(in_words(error)),
        code=error.code,
        permanent=not outside and (isinstance(error, _PERMANENT) or not error.retryable),
        counted=not outside,
    )


def is_outside(error: BaseException) -> bool:
    """Say whether an error lies with something that all documents need, so that none of them is to blame."""
    return isinstance(error, _OUTSIDE) and not isinstance(error, _PERMANENT)


def in_words(error: SextantError) -> str:
    """Return the message of an error with what to do next."""
    message, step = error.message.rstrip(), error.next_step.strip()
    if not step:
        return message
    stop = "" if message.endswith((".", "!", "?", "。")) else "."
    return f"{message}{stop} {step[:1].upper()}{step[1:]}"


def _shown(message: str) -> str:
    return redact(message)[:MAX_MESSAGE]
