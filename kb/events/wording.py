"""Bring messages of one kind of trouble to one wording: what differs from pod to pod becomes a placeholder.

Kept are error words, exit codes and statuses, names of protocols, paths, and the repository of an image. Replaced are
names of objects, numbers, quantities, durations, times, addresses with their ports, uids, digests, tags.
"""

import re
from collections.abc import Callable, Iterable
from http import HTTPStatus

LONGEST_READ = 4_000
"""Characters of a message that are looked at. An API server takes no more than 1,024 of ``v1`` notes; old ones more."""
LONGEST_WORDING = 500
"""Characters of a wording. The cause stands at the start or in the middle; what follows is a list of further cases."""

_OF_MESSAGES = """
    and attach backend back-off cause claim cluster code command config connection container controller cpu create
    created default delete deployment disk dns error exec exit failed for host http https image images init job key
    killed liveness memory metrics mount name namespace network node not number pod pods policy port probe proxy pull
    quota readiness reason replica request resource restart restarting scheduler secret server service set space start
    startup state status storage system tcp test the time timeout token udp unable unknown user volume with
"""
_VOCABULARY = frozenset(_OF_MESSAGES.split())
"""Words of messages themselves. A workload that is called like one keeps them: an error must stay legible."""

_WITH_DIGITS = """
    amd64 arm64 base64 cgroup2 cgroupv2 ec2 ext3 ext4 h2 h2c http1 http2 i386 ipv4 ipv6 k8s log4j md5 nfs3 nfs4
    oauth2 ppc64le s3 s390x sha1 sha256 sha512 tcp4 tcp6 tls1 udp4 utf8 x509 x86
"""
_KNOWN = frozenset(_WITH_DIGITS.split())
"""Terms that have a digit and no number."""

_IMAGE = re.compile(
    r"""\b(?i:image|images|reference)\s+["'`]?(?P<ref>[\w][\w.-]*(?::\d+)?(?:/[\w.-]+)*(?::[\w.-]+)?(?:@sha256:[0-9a-f]{8,64})?)["'`]?"""
)
_TAG = re.compile(r"(?:@sha256:[0-9a-f]+|:[\w][\w.-]*(?:@sha256:[0-9a-f]+)?)$")

_EXIT = re.compile(
    r"""\b(?i:exit(?:ed)?(?:\s+with)?(?:[\s_-]*(?:code|status))?|(?:status|error|response)[\s_-]?code(?:\s+is)?|statuscode
    |signal|errno|unexpected\s+status|status|http)[:=\s]{1,3}(?P<kept>\d{1,3})\b(?![.\d:/])""",
    re.VERBOSE,
)
_PHRASES = "|".join(f"{one.value}(?=\\s+{re.escape(one.phrase)}\\b)" for one in HTTPStatus)
_STATUS_LINE = re.compile(rf"(?<![\w.:/-])(?P<kept>{_PHRASES})", re.IGNORECASE)
"""A status before its own phrase. ``121 Insufficient memory`` is a count of nodes and no status."""

_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE)
_DIGEST = re.compile(r"\bsha256:[0-9a-f]{8,64}\b")
_POD_AND_UID = re.compile(r"[a-z0-9][a-z0-9.-]*_[a-z0-9-]+\((?:<uid>|[0-9a-f]{16,64})\)")
"""A static pod's uid is the hash of its manifest."""
_TIME = re.compile(
    r"""\b\d{4}[-/]\d\d[-/]\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?)?(?:\s?(?:Z|UTC|[+-]\d\d:?\d\d))*
    (?:\sm=[+-][\d.]+)?|\b[IWEF]\d{4}\s\d\d:\d\d:\d\d(?:\.\d+)?|\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b""",
    re.VERBOSE,
)
_URL = re.compile(
    r"\b(?P<scheme>[a-z][a-z0-9+]{1,9})://(?P<host>\[[0-9a-fA-F:.%]+\]|[^\s/:\"'`?#]+)(?P<port>:\d+)?"
    r"(?P<path>/[^\s?\"'`)]*)?(?P<query>\?[^\s\"'`)]*)?"
)
_MANIFEST = re.compile(r"/(?P<what>manifests|blobs)/[^\s/\"'`]+")
_IPV6_PORT = re.compile(r"\[[0-9a-fA-F:.%]*:[0-9a-fA-F:.%]*\](?::\d+)?")
_IPV6 = re.compile(
    r"(?<![\w:.])(?=[0-9a-f:]*[0-9a-f])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?:/\d+)?(?![\w:])", re.IGNORECASE
)
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?::\d{1,5})?(?![\w.]*\w)")
_LOOKUP = re.compile(r"\b(?P<before>lookup|host|hostname)\s+[a-z0-9][\w.-]*(?=\s+on\b|:\s|\s+not\b)")
_HOST_PORT = re.compile(r"(?<![\w./-])[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*:\d{2,5}(?![\w.]*\w)")
_GENERATED = re.compile(
    r"""(?<![\w./-])(?!(?:utf|iso|sha|aes|http|x86|rfc)-)[a-z0-9][a-z0-9.-]*-
    (?:[4-9bcdf]{6,10}(?:-[bcdfghj-np-tvwxz2456789]{5})?-?|\d+(?:-[bcdfghj-np-tvwxz2456789]{5})?
    |(?=[a-z]*\d)(?=\d*[a-z])[bcdfghj-np-tvwxz2456789]{5})(?![\w-])""",
    re.VERBOSE,
)
"""Names that end in the hash of a template, an ordinal, a time or a made-up suffix; one without a digit may be a word.
Standards are numbered in the same way."""
_TOKEN = re.compile(r"""(?<![\w./-])(?P<quote>["'`]?)(?P<name>[\w-]+(?:\.[\w-]+)*)(?P=quote)(?![\w-]|\.\w)""")
_QUOTED_NAME = re.compile(r"""(?P<quote>["'`])[a-z0-9][a-z0-9./-]*(?P=quote)""")
_BESIDE_NAME = re.compile(r"<name>/[a-z0-9][a-z0-9.-]*|(?<![\w./-])[a-z0-9][a-z0-9-]*/<name>")
_DURATION = re.compile(r"(?<![\w.])(?:\d+(?:\.\d+)?(?:h|ms|m|s|us|µs|ns|d)){1,5}(?!\w)")
_MILLI = re.compile(r"(?<![\w.])\d+m(?!\w)")
"""Thousandths of a core. Five minutes are written ``5m0s``."""
_QUANTITY = re.compile(r"(?<![\w.])\d+(?:\.\d+)?\s?(?:[KMGTPE]i?B?|[kmu]B?|bytes|B)(?![\w])")
_HEX = re.compile(r"(?<![\w])(?:0x[0-9a-f]+|(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{4,})(?!\w)", re.IGNORECASE)
_LONG_HEX = re.compile(r"(?<![0-9a-zA-Z])[0-9a-f]{12,}(?![0-9a-zA-Z])")
_VERSION = re.compile(r"(?<![\w])v\d+(?:(?:alpha|beta)\d+)?(?![\w.])")
_WORD = re.compile(r"[A-Za-z]+\d\w*")
_NUMBER = re.compile(r"(?<!\d)\d+(?:[.,]\d+)*")
_REPEATED = re.compile(r"(?P<one><\w+>)(?:(?:,| and)? (?P=one))+")
_PRIVATE = re.compile("[\ue000-\ue003]")


def image_of(message: str) -> str:
    """Return the repository of the image that a message names, without tag and digest; empty where it names none."""
    for found in _IMAGE.finditer(message):
        if "/" in found["ref"] or ":" in found["ref"] or found.group().endswith(('"', "'", "`")):
            return repository(found["ref"])
    return ""


def repository(reference: str) -> str:
    """Return an image reference without its tag and digest."""
    head, slash, last = reference.rpartition("/")
    return head + slash + _TAG.sub("", last)


def wording(message: str, own_names: Iterable[str] = ()) -> str:
    """Return a message with placeholders. ``own_names`` are those of the object, its owner, namespace, container."""
    kept: list[str] = []

    def keep(value: str) -> str:
        kept.append(value)
        return f"\ue000{_letters(len(kept) - 1)}\ue001"

    text = " ".join(_PRIVATE.sub("", message[:LONGEST_READ]).split())
    text = _images(text, keep)
    text = _EXIT.sub(lambda found: _with_kept(found, keep), text)
    text = _STATUS_LINE.sub(lambda found: keep(found["kept"]), text)
    text = _identities(text)
    text = _own(text, own_names)
    text = _names(text)
    text = _numbers(text, keep)
    text = _REPEATED.sub(r"\g<one> …", text)
    text = re.sub("\ue000([a-z]+)\ue001", lambda found: kept[_index(found[1])], text)
    return text if len(text) <= LONGEST_WORDING else text[: LONGEST_WORDING - 1] + "…"


def _images(text: str, keep: Callable[[str], str]) -> str:
    """Cut tags off images, wherever the same reference stands; their repositories are kept as they are."""
    references = {found["ref"] for found in _IMAGE.finditer(text) if "/" in found["ref"] or ":" in found["ref"]}
    for reference in sorted(references, key=len, reverse=True):
        text = _replaced(text, reference, keep(_IPV4.sub("<ip>", repository(reference))))
    return text


def _replaced(text: str, whole: str, by: str) -> str:
    """Replace what stands for itself, not as a part of a longer reference. A pattern for each would be compiled."""
    parts: list[str] = []
    done = at = 0
    while (at := text.find(whole, at)) >= 0:
        end = at + len(whole)
        before, after = text[at - 1 : at], text[end : end + 2]
        inside = before.isalnum() or before in {"_", ".", "/", "-"}
        goes_on = after[:1].isalnum() or after[:1] in {"_", "/", "-"} or (after[:1] == "." and after[1:].isalnum())
        if not inside and not goes_on:
            parts += [text[done:at], by]
            done = end
        at = end
    return "".join([*parts, text[done:]])


def _with_kept(found: re.Match[str], keep: Callable[[str], str]) -> str:
    start = found.start("kept") - found.start()
    return found.group()[:start] + keep(found["kept"])


def _identities(text: str) -> str:
    text = _UUID.sub("<uid>", text)
    text = _DIGEST.sub("<digest>", text)
    text = _POD_AND_UID.sub("<name>", text)
    text = _TIME.sub("<time>", text)
    text = _URL.sub(_address, text)
    text = _IPV6_PORT.sub("<ip>", text)
    text = _IPV6.sub("<ip>", text)
    text = _IPV4.sub("<ip>", text)
    text = _LOOKUP.sub(r"\g<before> <host>", text)
    return _HOST_PORT.sub("<host>", text)


def _address(found: re.Match[str]) -> str:
    path = (found["path"] or "").rstrip(".,:;")
    end = "" if found["query"] else (found["path"] or "")[len(path) :]
    path = _MANIFEST.sub(r"/\g<what>/<tag>", path)
    return f"{found['scheme']}://<host>{path}{end}"


def _own(text: str, names: Iterable[str]) -> str:
    own = {name for name in names if len(name) > 2 and name.lower() not in _VOCABULARY}
    begins = tuple(f"{name}-" for name in own)

    def replaced(found: re.Match[str]) -> str:
        return "<name>" if found["name"] in own or found["name"].startswith(begins) else found.group()

    return _TOKEN.sub(replaced, text) if own else text


def _names(text: str) -> str:
    text = _GENERATED.sub("<name>", text)
    text = _QUOTED_NAME.sub("<name>", text)
    text = _BESIDE_NAME.sub("<name>", text)
    return re.sub(r"""(?P<quote>["'`])<name>-?(?P=quote)""", "<name>", text)


def _numbers(text: str, keep: Callable[[str], str]) -> str:
    text = _LONG_HEX.sub("<id>", text)
    text = _VERSION.sub(lambda found: keep(found.group()), text)
    text = _WORD.sub(lambda found: keep(found.group()) if found.group().lower() in _KNOWN else found.group(), text)
    text = _HEX.sub("<id>", text)
    text = _MILLI.sub("<n>", text)
    text = _DURATION.sub("<duration>", text)
    text = _QUANTITY.sub("<n>", text)  # "0" and "64Mi" stand in the same place of a message
    return _NUMBER.sub("<n>", text)


def _letters(number: int) -> str:
    """Write a number in letters, so that no later rule takes it for one."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _index(letters: str) -> int:
    return int("".join(str(ord(letter) - ord("a")) for letter in letters))
