"""Errors of builds that only the service knows.

::

    BuilderError
    └── BuildsBusy          more builds wait than this server takes       HTTP 503
    NotFound
    ├── BuildFileNotFound   the build has made no such file               HTTP 404
    └── BuildFilesGone      the files of a build were kept long enough    HTTP 410
"""

from builder.errors import BuilderError
from core.errors import NotFound


class BuildsBusy(BuilderError):
    """More builds wait than this server takes."""

    code, status, retryable, title = "builds_busy", 503, True, "Too many builds wait"


class BuildFileNotFound(NotFound):
    """The build has made no such file, or has made none yet."""

    code, title = "build_file_not_found", "The build has no such file"


class BuildFilesGone(NotFound):
    """The files of a build were kept as long as the settings say."""

    code, status, title = "build_files_gone", 410, "The files are no longer kept"
