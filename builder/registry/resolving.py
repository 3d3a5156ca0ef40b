"""From image references to digests: all at once, within one bound on time, each with its digest or the reason."""

import asyncio
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from builder.build.executor import Network
from builder.build.registries import Registries
from builder.registry.conversation import MANIFESTS, Answer, Conversation
from builder.registry.credentials import Credentials
from builder.registry.errors import NoDigest
from builder.registry.limits import Limits
from builder.registry.places import Place, place
from builder.registry.references import DIGEST, reference
from builder.registry.transport import Routed, trusted
from core.phrase import Phrase

SCRATCH = "scratch"
"""The base that is no image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """Digests (``sha256:…``) by the references as they were given, and why others have none."""

    digests: Mapping[str, str]
    missing: Mapping[str, Phrase]


async def digests(
    images: Iterable[str],
    *,
    registries: Registries = Registries(),  # noqa: B008 - frozen
    network: Network = Network(),  # noqa: B008 - frozen
    credentials: Credentials = Credentials(),  # noqa: B008 - frozen
    certificates: Path | None = None,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Resolved:
    """Ask for the digest of each image: of its index where it has one for several platforms.

    ``certificates`` is a folder with authorities of registries (``*.crt``), as pushes get it. What a reference says
    already is not asked for. Nothing is raised for what a registry does or leaves undone.
    """
    found: dict[str, str] = {}
    missing: dict[str, Phrase] = {}
    asked: dict[tuple[Place, str], list[str]] = {}
    for image in dict.fromkeys(images):
        if image.partition(":")[0] == SCRATCH:
            continue
        try:
            wanted = reference(image)
            if wanted.digest:
                found[image] = wanted.digest
            else:
                asked.setdefault((place(wanted, registries), wanted.tag), []).append(image)
        except NoDigest as exc:
            missing[image] = exc.why
    if asked:
        told = await _told(tuple(asked), network, credentials, certificates, limits)
        for key, names in asked.items():
            answer = told.get(key) or _late(key[0], limits)
            for name in names:
                if isinstance(answer, Phrase):
                    missing[name] = answer
                else:
                    found[name] = answer
    return Resolved(digests=found, missing=missing)


async def _told(
    asked: Iterable[tuple[Place, str]],
    network: Network,
    credentials: Credentials,
    certificates: Path | None,
    limits: Limits,
) -> dict[tuple[Place, str], str | Phrase]:
    """Ask all at once until time is up; what is not in the result was too late."""
    told: dict[tuple[Place, str], str | Phrase] = {}
    try:
        context = await asyncio.to_thread(trusted, network, certificates)
    except OSError as exc:
        why = exc.strerror or str(exc)
        text = Phrase(
            en=f"The CA bundle of the settings cannot be read: {why}.", zh=f"设置中的 CA 证书文件无法读取：{why}。"
        )
        return dict.fromkeys(asked, text)
    transport = Routed(network, context, at_once=limits.at_once)
    conversation = Conversation(transport, credentials, limits)
    gate = asyncio.Semaphore(limits.at_once)

    async def ask(where: Place, tag: str) -> None:
        async with gate:
            try:
                told[where, tag] = await _digest(conversation, where, tag, credentials)
            except NoDigest as exc:
                told[where, tag] = exc.why

    try:
        async with asyncio.timeout(limits.seconds), asyncio.TaskGroup() as group:
            for where, tag in asked:
                group.create_task(ask(where, tag))
    except TimeoutError:
        pass  # what came until then counts
    finally:
        await transport.aclose()
    return told


async def _digest(conversation: Conversation, where: Place, tag: str, credentials: Credentials) -> str:
    """Ask with HEAD, which counts against no limit on pulls; where its answer is not whole, with GET."""
    head = await conversation.manifest("HEAD", where, tag)
    said: str = head.headers.get("docker-content-digest", "")
    if head.status == 200 and head.media_type in MANIFESTS and DIGEST.fullmatch(said):
        return said
    if head.status in {401, 403, 404, 429}:
        raise _refused(head, where, tag, credentials)
    got = await conversation.manifest("GET", where, tag)
    if got.status != 200:
        raise _refused(got, where, tag, credentials)
    return _of_body(got, where)


def _of_body(got: Answer, where: Place) -> str:
    """Return the digest of a manifest that was read. Raises ``NoDigest`` for what is none, or not what it says."""
    if got.media_type not in MANIFESTS or not _manifest(got.body):
        shown = ascii(got.media_type[:60])
        raise NoDigest(
            Phrase(
                en=f"{where.host} answers with {shown} where an image manifest should be.",
                zh=f"{where.host} 返回的是 {shown}，而不是镜像清单。",
            )
        )
    said = got.headers.get("docker-content-digest", "")
    algorithm = "sha512" if said.startswith("sha512:") else "sha256"
    made = f"{algorithm}:{hashlib.new(algorithm, got.body).hexdigest()}"
    if said and said != made:
        raise NoDigest(
            Phrase(
                en=f"{where.host} says a digest for {where.path} that its manifest does not have.",
                zh=f"{where.host} 为 {where.path} 给出的摘要与清单内容不符。",
            )
        )
    return made


def _manifest(body: bytes) -> bool:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(read, dict) and read.get("schemaVersion") == 2


def _refused(answer: Answer, where: Place, tag: str, credentials: Credentials) -> NoDigest:
    host = answer.url.host
    match answer.status:
        case 401 | 403:
            return NoDigest(_closed(host, where, credentials, answer.status))
        case 404:
            return NoDigest(
                Phrase(en=f"{host} has no {where.path} with the tag {tag}.", zh=f"{host} 没有 {where.path}:{tag}。")
            )
        case 429:
            return NoDigest(
                Phrase(
                    en=f"{host} allows no more requests for now (HTTP 429).", zh=f"{host} 限制了请求频率（HTTP 429）。"
                )
            )
        case status:
            return NoDigest(Phrase(en=f"{host} answers HTTP {status}.", zh=f"{host} 返回 HTTP {status}。"))


def _closed(host: str, where: Place, credentials: Credentials, status: int) -> Phrase:
    """Say why a repository stays closed. Registries answer so too for what does not exist."""
    if credentials.login(where.host, where.path):
        return Phrase(
            en=f"{host} refuses {where.path} to the user of the credentials (HTTP {status}), or it is not there.",
            zh=f"{host} 不允许所给凭据的用户读取 {where.path}（HTTP {status}），或者它不存在。",
        )
    if keeper := credentials.elsewhere(where.host, where.path):
        return Phrase(
            en=f"{host} wants credentials for {where.path}; they are kept by {keeper}, which is not used here.",
            zh=f"{host} 要求提供 {where.path} 的凭据；凭据由 {keeper} 保管，此处不支持。",
        )
    return Phrase(
        en=f"{host} wants credentials for {where.path} (HTTP {status}), or it does not exist.",
        zh=f"{host} 要求提供 {where.path} 的凭据（HTTP {status}），或者它不存在。",
    )


def _late(where: Place, limits: Limits) -> Phrase:
    return Phrase(
        en=f"{where.host} did not answer within {limits.seconds:g} s.",
        zh=f"{where.host} 在 {limits.seconds:g} 秒内没有响应。",
    )
