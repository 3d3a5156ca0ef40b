"""Why a registry does not say a digest, or what it wants cannot be given.

::

    Exception
    ├── NoDigest                    an image's digest is not known; told for each image, never raised out of the package
    └── BuilderError
        └── CredentialsUnreadable   the file of credentials is not there or is none               exit 1, HTTP 422
"""

from builder.errors import BuilderError
from core.phrase import Phrase


class NoDigest(Exception):
    """An image's digest is not known. ``why`` says it to a person."""

    def __init__(self, why: Phrase) -> None:
        super().__init__(why.en)
        self.why = why


class CredentialsUnreadable(BuilderError):
    """The file of credentials is not there, or is none."""

    code, title = "credentials_unreadable", "The credentials of registries cannot be read"
