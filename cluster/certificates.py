"""What a TLS certificate says publicly: its names and dates, read from the certificate alone, never from the key."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from cluster.fields import objects, text

PUBLIC = "publicCertificate"
"""Set on a Secret of type ``kubernetes.io/tls``: the facts of its leaf certificate."""

MAX_BYTES = 256 * 1024
"""Of ``tls.crt``: a chain has a few kilobytes."""
MAX_NAMES = 100


def public_certificate(secret: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the facts of the leaf certificate of a TLS Secret whose data is not masked; None where there are none.

    ``notBefore`` and ``notAfter`` are RFC 3339, ``dnsNames`` and ``ipAddresses`` the subject's alternative names;
    ``subject`` and ``issuer`` are their common names.
    """
    encoded = text(secret, "data", "tls.crt")
    if text(secret, "type") != "kubernetes.io/tls" or len(encoded) > MAX_BYTES:
        return None
    try:
        pem = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    return _facts(pem) if pem.lstrip().startswith(b"-----BEGIN CERTIFICATE-----") else None


def _facts(pem: bytes) -> dict[str, Any] | None:
    from cryptography import x509  # slow to import, and few snapshots hold a certificate

    try:
        leaf = x509.load_pem_x509_certificate(pem)
        facts = {
            "subject": _common_name(leaf.subject),
            "issuer": _common_name(leaf.issuer),
            "notBefore": f"{leaf.not_valid_before_utc:%Y-%m-%dT%H:%M:%SZ}",
            "notAfter": f"{leaf.not_valid_after_utc:%Y-%m-%dT%H:%M:%SZ}",
        }
    except ValueError:  # no certificate, or one of a form that nobody knows
        return None
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        dns = [str(name) for name in names.get_values_for_type(x509.DNSName)]
        addresses = [str(name) for name in names.get_values_for_type(x509.IPAddress)]
    except (x509.ExtensionNotFound, ValueError):
        dns, addresses = [], []
    return {**facts, "dnsNames": dns[:MAX_NAMES], "ipAddresses": addresses[:MAX_NAMES]}


def _common_name(name: Any) -> str:
    from cryptography.x509.oid import NameOID

    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value)[:200] if found else ""


def tls_secrets_of(obj: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the (namespace, name) of the TLS Secrets that an Ingress or a Gateway names."""
    space = text(obj, "metadata", "namespace")
    found = [(space, text(entry, "secretName")) for entry in objects(obj, "spec", "tls")]
    found += [
        (text(reference, "namespace") or space, text(reference, "name"))
        for listener in objects(obj, "spec", "listeners")
        for reference in objects(listener, "tls", "certificateRefs")
        if (text(reference, "kind") or "Secret") == "Secret"
    ]
    return [entry for entry in dict.fromkeys(found) if entry[1]]
