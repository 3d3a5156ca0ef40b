"""What parsers of binary formats raise on damaged bytes, beside errors of their own."""

import struct
import zipfile
import zlib

from lxml import etree

DAMAGE: tuple[type[Exception], ...] = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, NotImplementedError, OSError, SyntaxError,
    TypeError, ValueError, etree.LxmlError, struct.error, zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error,
)  # fmt: skip
