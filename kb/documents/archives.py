"""Office files are ZIP archives: look at the table of contents before anything is unpacked."""

import io
import zipfile

from kb.documents.errors import DocumentBroken, DocumentEncrypted, DocumentTooLarge
from kb.documents.limits import MIB, Limits

MAX_ENTRIES = 20_000
SMALL_ENTRY = 1 * MIB  # a tiny part may pack well; it does no harm
_ENCRYPTED = 0x1


def entries(data: bytes) -> frozenset[str]:
    """Return the names in the archive. Raises DocumentBroken when its table of contents cannot be read."""
    return frozenset(info.filename for info in _infos(data))


def check_archive(data: bytes, limits: Limits) -> None:
    """Raise when unpacking would cost more than the limits allow, or needs a password.

    The sizes that an archive states may be lies, but zipfile stops at the stated size: a lie ends as a bad checksum.
    """
    infos = _infos(data)
    if len(infos) > MAX_ENTRIES:
        raise DocumentTooLarge(f"The file holds {len(infos):,} parts; at most {MAX_ENTRIES:,} are read.")
    total = 0
    for info in infos:
        if info.flag_bits & _ENCRYPTED:
            raise DocumentEncrypted(
                "The file is protected by a password.", next_step="Save a copy without a password and add that."
            )
        total += info.file_size
        packed = max(info.compress_size, 1)
        if info.file_size > SMALL_ENTRY and info.file_size > packed * limits.max_zip_ratio:
            raise DocumentTooLarge(
                f"A part of the file unpacks to {info.file_size // packed:,} times its size; "
                f"at most {limits.max_zip_ratio} times is allowed.",
                next_step="Do not trust this file unless you know where it comes from.",
            )
    if total > limits.max_unpacked_bytes:
        raise DocumentTooLarge(
            f"The file unpacks to {total / MIB:.0f} MiB; at most {limits.max_unpacked_bytes / MIB:.0f} MiB are read.",
            next_step="Split the document, or raise the limit on unpacked bytes.",
        )


def _infos(data: bytes) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError) as exc:
        raise DocumentBroken(
            "The file begins like an Office document, but its table of contents cannot be read.",
            next_step="It may be cut short: fetch or save it again.",
        ) from exc
