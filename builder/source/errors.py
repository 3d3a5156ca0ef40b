"""Why a source cannot be opened.

::

    TreeRefused              a source cannot be opened                     exit 1, HTTP 422
    ├── TreeMissing          there is no such folder, archive, repository  HTTP 404
    ├── TreeHostile          it tries to escape or to exhaust
    └── TreeTooLarge         it is over a limit                            HTTP 413
"""

from builder.errors import BuilderError


class TreeRefused(BuilderError):
    """A source cannot be opened."""

    code, title = "tree_refused", "The source cannot be opened"


class TreeMissing(TreeRefused):
    """There is no such folder, archive or repository."""

    code, status, title = "tree_missing", 404, "There is no such source"


class TreeHostile(TreeRefused):
    """It tries to escape or to exhaust: path traversal, links that lead out, bombs."""

    code, title = "tree_hostile", "The source is not safe to open"


class TreeTooLarge(TreeRefused):
    """It holds more than the limits allow."""

    code, status, title = "tree_too_large", 413, "The source is too large"
