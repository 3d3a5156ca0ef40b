"""Why an image cannot be tried out.

::

    BuilderError
    └── CheckerMissing     what runs images is not there, or may not work    exit 1, HTTP 503
"""

from builder.errors import BuilderError


class CheckerMissing(BuilderError):
    """What runs images is not there, or may not work here."""

    code, status, title = "checker_missing", 503, "Images cannot be tried out here"
