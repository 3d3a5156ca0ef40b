"""The error tree. Everything that can go wrong and that a person must understand is one of these.

::

    SextantError
    ├── UsageError                what was asked makes no sense as written            exit 2, HTTP 400/422
    │   ├── TargetInvalid         KIND/NAME cannot be read
    │   └── SettingInvalid        a setting has a value that cannot be used
    ├── NotFound                  the thing asked for does not exist                  exit 1, HTTP 404
    │   ├── TargetNotFound        no such object in the snapshot (closest names offered)
    │   ├── NamespaceNotFound
    │   └── RunNotFound
    ├── Denied
    │   ├── Unauthenticated       no or bad credentials                               exit 1, HTTP 401
    │   └── Forbidden             the caller may not                                  exit 1, HTTP 403
    ├── Conflict                  an Idempotency-Key was used for something else      exit 1, HTTP 409
    ├── BundleError               a recording cannot be read                          exit 1, HTTP 422
    │   ├── BundleBroken          truncated, wrong format, bad checksum
    │   ├── BundleHostile         path traversal, links, bombs
    │   └── BundleTooLarge        over a limit of the settings                        HTTP 413
    ├── ClusterError              the Kubernetes API did not give what was asked      exit 1, HTTP 502
    │   ├── ClusterNotConfigured  there is no cluster to ask                          HTTP 503
    │   ├── ClusterUnreachable    no answer, refused, TLS, DNS                        HTTP 502
    │   ├── ClusterRejected       an answer with an error status                      HTTP 502
    │   └── ClusterBusy           429 or 503 beyond the retries                       HTTP 503
    ├── DeadlineExceeded          the time given was not enough                       exit 1, HTTP 504
    ├── RunCancelled              somebody cancelled it                               exit 1, HTTP 409
    ├── StorageError              the database did not answer or is of another version  exit 1, HTTP 503
    ├── BuilderError              about a source tree or a build: builder.errors, and errors of its branches
    └── the knowledge base, each root drawn with its branches in its own module
        ├── KnowledgeOff          the settings switch it off; kb.errors, with SourceNotFound and the like
        ├── DocumentError         a document cannot be read; kb.documents.errors
        ├── EmbeddingError        a text could not be turned into a vector; kb.embed.errors
        ├── StoreError            the vector store did not do what was asked; kb.stores.errors
        ├── SourceError           a source cannot give what it promised; kb.sources.errors
        ├── SearchError           there is nothing to search for; kb.search.errors
        └── BackupBroken          a backup is cut short, changed, or of another version; kb.backup

What the rows of the knowledge base refuse (a name twice, a lost lease) is a Conflict or a NotFound: kb.records.errors.
"""

from typing import ClassVar


class SextantError(Exception):
    """Root of the tree. ``code`` is stable API; ``message`` says what happened, to what and why.

    ``next_step`` says what to do now. ``retryable`` tells programs whether the same call may succeed later.
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    retryable: ClassVar[bool] = False
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, message: str, *, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


class UsageError(SextantError):
    """What was asked makes no sense as written."""

    code, status, exit_code, title = "usage", 400, 2, "The request cannot be understood"


class TargetInvalid(UsageError):
    """A target is not of the form KIND/NAME, or names an unknown kind."""

    code, status, title = "target_invalid", 422, "The target cannot be read"


class SettingInvalid(UsageError):
    """A setting has a value that cannot be used."""

    code, title = "setting_invalid", "A setting has a value that cannot be used"


class NotFound(SextantError):
    """The thing asked for does not exist."""

    code, status, title = "not_found", 404, "Not found"


class TargetNotFound(NotFound):
    """No such object. The message offers the closest names."""

    code, title = "target_not_found", "No such object"


class NamespaceNotFound(NotFound):
    """No such namespace. The message offers the closest names."""

    code, title = "namespace_not_found", "No such namespace"


class RunNotFound(NotFound):
    """No run with this id, or not one of the caller's."""

    code, title = "run_not_found", "No such run"


class Denied(SextantError):
    """The caller is not let through."""

    code, status, title = "denied", 403, "Not allowed"


class Unauthenticated(Denied):
    """No credentials, or credentials that are not accepted."""

    code, status, title = "unauthenticated", 401, "Who you are is not known"


class Forbidden(Denied):
    """The caller is known and may not do this."""

    code, status, title = "forbidden", 403, "Not allowed"


class Conflict(SextantError):
    """The request contradicts an earlier one."""

    code, status, title = "conflict", 409, "The request contradicts an earlier one"


class BundleError(SextantError):
    """A recording cannot be read."""

    code, status, title = "bundle_unreadable", 422, "The recording cannot be read"


class BundleBroken(BundleError):
    """The recording is truncated, of another format, or its checksums do not agree."""

    code, title = "bundle_broken", "The recording is damaged"


class BundleHostile(BundleError):
    """The recording tries to escape or to exhaust: path traversal, links, bombs."""

    code, title = "bundle_hostile", "The recording is not safe to open"


class BundleTooLarge(BundleError):
    """The recording is larger than the settings allow."""

    code, status, title = "bundle_too_large", 413, "The recording is too large"


class ClusterError(SextantError):
    """The Kubernetes API did not give what was asked."""

    code, status, title = "cluster", 502, "The cluster did not answer as expected"


class ClusterNotConfigured(ClusterError):
    """There is no cluster to ask."""

    code, status, title = "cluster_not_configured", 503, "No cluster is configured"


class ClusterUnreachable(ClusterError):
    """The API server gave no answer: refused, timed out, TLS or DNS failed."""

    code, retryable, title = "cluster_unreachable", True, "The cluster cannot be reached"


class ClusterRejected(ClusterError):
    """The API server answered with an error. ``http_status`` is its status, ``reason`` its machine-readable reason."""

    code, title = "cluster_rejected", "The cluster refused the request"

    def __init__(self, message: str, *, http_status: int, reason: str = "", next_step: str = "") -> None:
        super().__init__(message, next_step=next_step)
        self.http_status = http_status
        self.reason = reason


class ClusterBusy(ClusterError):
    """The API server asked to come back later, more often than the retries allow."""

    code, status, retryable, title = "cluster_busy", 503, True, "The cluster is too busy to answer"


class DeadlineExceeded(SextantError):
    """The time given was not enough."""

    code, status, retryable, title = "deadline_exceeded", 504, True, "The time given was not enough"


class RunCancelled(SextantError):
    """The run was cancelled."""

    code, status, title = "run_cancelled", 409, "The run was cancelled"


class StorageError(SextantError):
    """The database did not answer, or its schema is of another version."""

    code, status, retryable, title = "storage", 503, True, "The database did not answer"
