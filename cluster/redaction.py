"""Mask secrets in raw objects and log lines before anything else sees them.

``core.redaction`` knows what a secret looks like in a string; this module knows where Kubernetes keeps them: Secret
data, env values, command lines, annotations, ConfigMap data, messages. For kinds that Kubernetes itself serves only
those places are searched. Any other kind may keep a password under any field, so there every string is.

Uids, resource versions, digests, image names, hashes and addresses survive, because diagnoses are made of them.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cluster.certificates import PUBLIC, public_certificate
from cluster.fields import Obj, text
from cluster.kinds import BY_KEY, group_of, kind_key
from core.redaction import MASK, redact, secret_name
from core.redaction import redact_lines as _redact_lines

REDACTION_VERSION = 2
"""Rises when a rule is added here or below, so that recordings of an older version are redacted again."""

MAX_DEPTH = 128
"""What lies deeper than this is replaced by the mask: no real object nests so far, and walking must end."""

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_MANIFEST_COPIES = (
    _LAST_APPLIED,
    "objectset.rio.cattle.io/applied",
    "banzaicloud.com/last-applied",
    "kapp.k14s.io/original",
    "kapp.k14s.io/original-diff",
)
"""Annotations that hold a whole manifest, a second copy of every secret. Only the first can be redacted: plain JSON."""

_NEVER = frozenset({"managedFields", "openAPIV3Schema", "ownerReferences", "labels", "matchLabels"})
"""Keys under which only names stand in any kind; schemas are also too large to walk for nothing."""

_NEVER_IN_KNOWN = _NEVER | {
    *("addresses", "affinity", "allocatable", "capacity", "hostIPs", "images", "involvedObject", "matchExpressions"),
    *("nodeSelector", "podIPs", "ports", "regarding", "resources", "securityContext", "selector"),
    *("tolerations", "topologySpreadConstraints", "volumeMounts"),
}
"""The same for kinds that Kubernetes serves: a third of a pod."""

_LOCATIONS = frozenset({"url", "uri", "path", "host", "endpoint", "address", "server", "externalName", "dsn"})
_NAMED_VALUES = frozenset({"volumeAttributes", "parameters", "options", "attributes"})
_NAMES_ELSEWHERE = re.compile(
    r"(?:name|names|ref|refs|keyref|namespace|checksum|hash|type|policy|(?:auth|tls|ssl|pull|ca)[-_.]?secret)$|^checksum/",
    re.IGNORECASE,
)
"""Keys that say *where* a secret is, or its fingerprint, not what it is: ``secretName``, ``auth-tls-secret``."""

_VARIABLES = re.compile(r"(?:\$\([A-Za-z_][\w.-]*\))+")
_FLAG = re.compile(r"--?([A-Za-z][\w.-]*)(=?)", re.ASCII)
_CREDENTIAL_FLAGS = frozenset({"-u", "--user", "--proxy-user"})
_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
_PLAIN = re.compile(r"[\w.-]{0,15}", re.ASCII)
"""Too short for a key, and without the signs that join a name to a value: nothing to mask by its looks."""


def redact_object(obj: Obj) -> dict[str, Any]:
    """Return the object without its secrets; ``kind`` must be set. What needs no change is shared with the input."""
    kind, items = text(obj, "kind"), obj.get("items")
    if kind.endswith("List") and isinstance(items, list):
        defaults = {"kind": kind.removesuffix("List"), "apiVersion": text(obj, "apiVersion")}
        return {**obj, "items": [_single({**defaults, **item}) for item in items if isinstance(item, Mapping)]}
    return _single(obj)


def redact_lines(lines: Iterable[str]) -> list[str]:
    """Return log lines without their secrets, one for one; a private key that spans lines is masked as a whole."""
    return list(_redact_lines(lines))


def _single(obj: Obj) -> dict[str, Any]:
    known = kind_key(text(obj, "kind"), group_of(text(obj, "apiVersion"))) in BY_KEY
    redacted = dict(_mapping(obj, 0, _known if known else _foreign))
    if text(obj, "kind") == "Secret" and (facts := public_certificate(obj)) is not None:
        redacted[PUBLIC] = facts
    return redacted


_Walk = Callable[[Any, str, int], Any]


def _known(value: Any, key: str, depth: int) -> Any:
    """Redact a part of an object whose schema is known: strings stay unless their place can hold a secret."""
    if isinstance(value, str):
        return _plain(value) if key in _MESSAGES or (key in _LOCATIONS and _joins(value)) else value
    return _inside(value, depth, _known)


def _foreign(value: Any, key: str, depth: int) -> Any:
    """Redact a part of an object whose schema is not known: every string is looked at, and by its key."""
    if isinstance(value, str):
        return _by_name(key, value)
    return _inside(value, depth, _foreign)


def _inside(value: Any, depth: int, walk: _Walk) -> Any:
    if isinstance(value, dict):
        return _mapping(value, depth, walk) if depth < MAX_DEPTH else MASK
    if isinstance(value, list):
        return _same(value, [walk(item, "", depth + 1) for item in value]) if depth < MAX_DEPTH else MASK
    return value


def _mapping(value: Obj, depth: int, walk: _Walk) -> Obj:
    """Redact one mapping, places with rules of their own first; the very same mapping comes back if nothing changed."""
    kind = value.get("kind")
    data = _DATA_KINDS.get(kind) if isinstance(kind, str) else None
    foreign = walk is _foreign
    never = _NEVER if foreign else _NEVER_IN_KNOWN
    changed: dict[str, Any] = {}
    for key, child in value.items():
        if data is not None and key in _DATA:
            new: Any = data(child, key)
        elif isinstance(child, str):
            new = walk(child, key, depth + 1) if foreign or key in _READ else child
        elif not isinstance(child, dict | list) or not child or key in never:
            continue
        elif (place := _PLACES.get(key)) is not None:
            new = place(child, depth, walk)
        else:
            new = walk(child, key, depth + 1)
        if new is not child:
            changed[key] = new
    return {**value, **changed} if changed else value


_MESSAGES = frozenset({"message", "note"})
_READ = _LOCATIONS | _MESSAGES
_DATA = frozenset({"data", "stringData", "binaryData"})


def _secret_data(value: Any, _key: str) -> Any:
    return dict.fromkeys(value, MASK) if isinstance(value, Mapping) else MASK


def _config_data(value: Any, key: str) -> Any:
    if not isinstance(value, Mapping):
        return MASK
    if key == "binaryData":
        return dict.fromkeys(value, "")
    return _pairs(value, 0, _known)


_DATA_KINDS: dict[str, Callable[[Any, str], Any]] = {"Secret": _secret_data, "ConfigMap": _config_data}


def _pairs(value: Any, depth: int, walk: _Walk) -> Any:
    """Redact a mapping of names to strings, by name and by looks."""
    if not isinstance(value, Mapping):
        return walk(value, "", depth + 1)
    new = {k: _by_name(k, v) if isinstance(v, str) else walk(v, "", depth + 1) for k, v in value.items()}
    return new if any(new[k] is not v for k, v in value.items()) else value


def _annotations(value: Any, depth: int, walk: _Walk) -> Any:
    if not isinstance(value, Mapping):
        return walk(value, "", depth + 1)
    if any(name in value for name in _MANIFEST_COPIES):
        copy = _applied(text(value, _LAST_APPLIED))
        value = {k: v for k, v in value.items() if k not in _MANIFEST_COPIES}
        return {**_pairs(value, depth, walk), **({_LAST_APPLIED: copy} if copy else {})}
    return _pairs(value, depth, walk)


def _applied(value: str) -> str:
    """Return the manifest that was last applied without its secrets; empty for a Secret and where it cannot be read."""
    try:
        obj = json.loads(value)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(obj, dict) or not text(obj, "kind") or obj["kind"] == "Secret":
        return ""
    new = _single(obj)
    return value if new == obj else json.dumps(new, ensure_ascii=False, separators=(",", ":"))


def _env(value: Any, depth: int, walk: _Walk) -> Any:
    """Redact a list of ``{name, value}`` pairs: environment variables and HTTP headers."""
    if not isinstance(value, list):
        return _pairs(value, depth, walk)
    return _same(value, [_variable(item, depth, walk) for item in value])


def _variable(item: Any, depth: int, walk: _Walk) -> Any:
    if not isinstance(item, Mapping):
        return walk(item, "", depth + 1)
    name, old = item.get("name"), item.get("value")
    if not isinstance(old, str) or not isinstance(name, str):
        return walk(item, "", depth + 1)
    new = MASK if name.lower() in _HEADERS and old else _by_name(name, old)
    return item if new is old else {**item, "value": new}


_MACHINE_MARKS = ("machineID", "systemUUID", "bootID")


def _node_info(value: Any, depth: int, walk: _Walk) -> Any:
    """Mask what marks a machine out of all machines: it says nothing of the cluster and follows the machine's owner."""
    if not isinstance(value, dict):
        return walk(value, "", depth + 1)
    marks = {key: MASK for key in _MACHINE_MARKS if value.get(key)}
    return {**value, **marks} if marks else value


def _arguments(value: Any, depth: int, walk: _Walk) -> Any:
    """Redact a command line, also where a flag and its value are two items."""
    if not isinstance(value, list):
        return walk(value, "command", depth + 1)
    out: list[Any] = []
    previous = ""
    for item in value:
        out.append(_argument(item, previous) if isinstance(item, str) else walk(item, "", depth + 1))
        previous = item if isinstance(item, str) else ""
    return _same(value, out)


def _argument(item: str, previous: str) -> str:
    if previous in _CREDENTIAL_FLAGS and ":" in item:
        return item.partition(":")[0] + ":" + MASK
    flag = _FLAG.fullmatch(previous)
    if flag and not flag[2] and not item.startswith("-") and _is_secret(flag[1]):
        return item if _VARIABLES.fullmatch(item) else MASK
    own = _FLAG.match(item)
    if own and own[2] and len(item) > own.end() and _is_secret(own[1]):
        rest = item[own.end() :]
        return item if _VARIABLES.fullmatch(rest) else own[0] + MASK
    return _plain(item)


def _by_name(name: Any, value: str) -> str:
    """Mask a value whose name says that it is secret. Empty ones and references to variables stay: both are facts."""
    if value and isinstance(name, str) and _is_secret(name) and not _VARIABLES.fullmatch(value):
        return MASK
    return _plain(value)


def _is_secret(name: str) -> bool:
    return secret_name(name) and _NAMES_ELSEWHERE.search(name) is None


def _plain(value: str) -> str:
    """Redact a string by its looks; the very same string comes back when nothing changed."""
    if _PLAIN.fullmatch(value):
        return value
    new = redact(value)
    return value if new == value else new


def _joins(value: str) -> bool:
    return "@" in value or "=" in value


def _same(old: list[Any], new: list[Any]) -> list[Any]:
    return old if all(a is b for a, b in zip(old, new, strict=True)) else new


_PLACES: dict[str, Callable[[Any, int, _Walk], Any]] = {
    "annotations": _annotations,
    "nodeInfo": _node_info,
    "env": _env,
    "httpHeaders": _env,
    "command": _arguments,
    "args": _arguments,
    "argv": _arguments,
    **dict.fromkeys(_NAMED_VALUES, _pairs),
}
