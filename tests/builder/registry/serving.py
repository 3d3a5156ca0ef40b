"""Registries for tests: scripted ones that may misbehave, with TLS or without, and the real docker-registry."""

import contextlib
import datetime
import hashlib
import ipaddress
import json
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from time import monotonic

import httpx
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.kb.sources.serving import Reply, Site

INDEX = "application/vnd.oci.image.index.v1+json"
IMAGE = "application/vnd.oci.image.manifest.v1+json"
MANIFEST = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": []}).encode()
DIGEST = f"sha256:{hashlib.sha256(MANIFEST).hexdigest()}"
GOOD = Reply(text=MANIFEST, media=INDEX, headers={"Docker-Content-Digest": DIGEST})

USER, PASSWORD = "robot", "c4n4ry-of-a-password"
HTPASSWD = "robot:$2b$05$Tw1I3y.Oa4NB5UfVQ361BedJGfgKfogFMHbW1wVZ0L8Yp7ewGR3ZK\n"
"""The same, as htpasswd keeps it (bcrypt)."""


@contextlib.asynccontextmanager
async def served(site: Site, context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Serve a site and give its address."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", site.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    site.port = runner.addresses[0][1]
    try:
        yield f"127.0.0.1:{site.port}"
    finally:
        await runner.cleanup()


def certified(folder: Path) -> ssl.SSLContext:
    """Make a certificate for this machine, its own authority; ``ca.crt`` is what trusts it, beside it is the key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sextant test registry")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ca.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "server.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.crt", folder / "server.pem")
    return context


@contextlib.contextmanager
def real_registry(folder: Path, *, tls: Path | None = None, users: str = "") -> Iterator[str]:
    """Run the real docker-registry and give its address. ``tls`` is what ``certified`` filled."""
    if shutil.which("docker-registry") is None:
        if os.environ.get("CI"):
            pytest.fail("docker-registry is missing, and in CI the tests with a real registry must run", pytrace=False)
        pytest.skip("docker-registry is missing")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder.mkdir(parents=True, exist_ok=True)
    http = {"addr": f"127.0.0.1:{port}"}
    told: dict[str, object] = {
        "version": 0.1,
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": http | ({"tls": {"certificate": f"{tls}/ca.crt", "key": f"{tls}/server.pem"}} if tls else {}),
        "log": {"level": "error", "accesslog": {"disabled": True}},
    }
    if users:
        (folder / "users").write_text(users, encoding="ascii")
        told["auth"] = {"htpasswd": {"realm": "test", "path": str(folder / "users")}}
    (folder / "registry.yml").write_text(json.dumps(told), encoding="utf-8")  # JSON is YAML
    process = subprocess.Popen(
        ["docker-registry", "serve", str(folder / "registry.yml")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _until_open(port)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _until_open(port: int) -> None:
    deadline = monotonic() + 20
    while True:
        with socket.socket() as tried:
            tried.settimeout(1)
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        if monotonic() > deadline:
            raise TimeoutError(f"the registry on port {port} does not answer")


def put(address: str, path: str, tag: str, *, auth: tuple[str, str] | None = None, verify: str | bool = True) -> str:
    """Put an image without layers into a real registry, and an index over it; return the index's digest."""
    scheme = "https" if isinstance(verify, str) else "http"
    context = ssl.create_default_context(cafile=verify) if isinstance(verify, str) else False
    with httpx.Client(base_url=f"{scheme}://{address}", auth=auth, verify=context, trust_env=False) as client:
        config = b'{"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}}'
        begun = client.post(f"/v2/{path}/blobs/uploads/").raise_for_status()
        location = httpx.URL(begun.headers["location"]).copy_merge_params({"digest": _digest(config)})
        client.put(location, content=config).raise_for_status()
        image = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": IMAGE,
                "config": _descriptor("application/vnd.oci.image.config.v1+json", config),
                "layers": [],
            }
        ).encode()
        client.put(
            f"/v2/{path}/manifests/{_digest(image)}", content=image, headers={"Content-Type": IMAGE}
        ).raise_for_status()
        index = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": INDEX,
                "manifests": [
                    _descriptor(IMAGE, image) | {"platform": {"architecture": "amd64", "os": "linux"}},
                ],
            }
        ).encode()
        client.put(f"/v2/{path}/manifests/{tag}", content=index, headers={"Content-Type": INDEX}).raise_for_status()
        return _digest(index)


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _descriptor(media: str, data: bytes) -> dict[str, object]:
    return {"mediaType": media, "digest": _digest(data), "size": len(data)}
