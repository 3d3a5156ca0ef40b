"""Ask registries for manifests: tokens and credentials as the distribution specification has it, with bounds on all.

Credentials and tokens go to the host that they are for, over TLS unless the settings call it insecure, and never along
with a redirect.
"""

import asyncio
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from ipaddress import ip_address

import httpx

from builder.registry.challenges import Challenge, challenges
from builder.registry.credentials import Credentials, Login
from builder.registry.errors import NoDigest
from builder.registry.limits import Limits
from builder.registry.places import Place
from core.phrase import Phrase

INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
MANIFESTS = (
    *INDEXES,
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
"""What is accepted, an index of several platforms first: its digest stands for all of them."""

USER_AGENT = "sextant-builder/1.0"
_MOVED = frozenset({301, 302, 303, 307, 308})
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server said. ``body`` is read only of a GET that went well."""

    url: httpx.URL
    status: int
    headers: httpx.Headers
    body: bytes = b""

    @property
    def media_type(self) -> str:
        """The type of the body, without parameters."""
        said: str = self.headers.get("content-type", "")
        return said.partition(";")[0].strip().lower()


class Conversation:
    """Asks several registries at once; what one token opens is asked with it again."""

    def __init__(self, transport: httpx.AsyncBaseTransport, credentials: Credentials, limits: Limits) -> None:
        self._transport, self._credentials, self._limits = transport, credentials, limits
        self._known: dict[tuple[str, str], str] = {}
        self._locks: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def manifest(self, method: str, place: Place, tag: str) -> Answer:
        """Return what is answered for a manifest, at the end of redirects. Raises ``NoDigest`` where nothing is."""
        url = _url(place.manifest(tag), place.host)
        for _ in range(self._limits.redirects + 1):
            answer = await self._let_in(method, url, place)
            target = answer.headers.get("location", "") if answer.status in _MOVED else ""
            if not target:
                return answer
            url = _followed(url, target, place)
        raise NoDigest(
            Phrase(
                en=f"{place.host} redirects more than {self._limits.redirects} times.",
                zh=f"{place.host} 重定向超过 {self._limits.redirects} 次。",
            )
        )

    async def _let_in(self, method: str, url: httpx.URL, place: Place) -> Answer:
        """Ask; when who asks must be said, say it and ask again."""
        key = (_origin(url), place.path)
        used = self._known.get(key, "")
        answer = await self._send(method, url, ", ".join(MANIFESTS), used, self._limits.manifest_bytes)
        if answer.status != 401:
            return answer
        async with self._locks[key]:
            if self._known.get(key, "") == used:
                self._known[key] = await self._authorization(answer, place)
        if not self._known[key] or self._known[key] == used:
            return answer
        return await self._send(method, url, ", ".join(MANIFESTS), self._known[key], self._limits.manifest_bytes)

    async def _authorization(self, answer: Answer, place: Place) -> str:
        """Return the header by which a server lets in, empty where there is none. Elsewhere nobody says who asks."""
        own = _origin(answer.url) == _origin(httpx.URL(place.manifest("x")))
        login = self._credentials.login(place.host, place.path) if own else None
        offered = challenges(answer.headers.get_list("www-authenticate"))
        for one in offered:
            if one.scheme == "bearer" and one.parameters.get("realm"):
                scope = f"repository:{place.path}:pull" if own else one.parameters.get("scope", "")
                return f"Bearer {await self._token(one, scope, place, login)}"
        return login.basic if login and any(one.scheme == "basic" for one in offered) else ""

    async def _token(self, challenge: Challenge, scope: str, place: Place, login: Login | None) -> str:
        realm = _url(challenge.parameters["realm"], place.host)
        if realm.scheme != "https" and (place.secure or realm.host != place.hostname):
            raise NoDigest(
                Phrase(
                    en=f"{place.host} sends for a token to {realm.host} without TLS: it is not asked there.",
                    zh=f"{place.host} 要求以不加密的方式向 {realm.host} 获取令牌：不予请求。",
                )
            )
        if login and not related(place.hostname, realm.host):
            raise NoDigest(
                Phrase(
                    en=f"{place.host} sends for a token to {realm.host}, which does not belong to it: the credentials "
                    "are not given there.",
                    zh=f"{place.host} 要求向不属于它的 {realm.host} 获取令牌：不会把凭据发给后者。",
                )
            )
        asked = {"service": challenge.parameters.get("service", ""), "scope": scope}
        url = realm.copy_merge_params({name: value for name, value in asked.items() if value})
        basic = login.basic if login else ""
        answer = await self._send("GET", url, "application/json", basic, self._limits.token_bytes)
        token = _token_in(answer.body) if answer.status == 200 else ""
        if not token:
            who = ("with the credentials given", "使用所给凭据") if login else ("without credentials", "未使用凭据")
            raise NoDigest(
                Phrase(
                    en=f"{realm.host} gives no token for {place.path}, asked {who[0]} (HTTP {answer.status}).",
                    zh=f"{realm.host} 没有给出 {place.path} 的令牌（{who[1]}，HTTP {answer.status}）。",
                )
            )
        return token

    async def _send(self, method: str, url: httpx.URL, accept: str, authorization: str, most: int) -> Answer:
        headers = {"Accept": accept, "Accept-Encoding": "identity", "User-Agent": USER_AGENT}
        headers |= {"Authorization": authorization} if authorization else {}
        timeout = httpx.Timeout(self._limits.seconds).as_dict()
        try:
            request = httpx.Request(method, url, headers=headers, extensions={"timeout": timeout})
            response = await self._transport.handle_async_request(request)
            try:
                read = method == "GET" and response.status_code == 200
                body = await _body(response, url, most) if read else b""
                return Answer(url=url, status=response.status_code, headers=response.headers, body=body)
            finally:
                await response.aclose()
        except httpx.TimeoutException as exc:
            raise NoDigest(Phrase(en=f"{url.host} does not answer in time.", zh=f"{url.host} 没有及时响应。")) from exc
        except httpx.HTTPError as exc:
            why = str(exc)[:200] or type(exc).__name__
            raise NoDigest(
                Phrase(en=f"{url.host} cannot be asked: {why}.", zh=f"无法访问 {url.host}：{why}。")
            ) from exc


def related(host: str, other: str) -> bool:
    """Say whether two names belong together: the same, one below the other, or both below one with a dot in it.

    Docker Hub's tokens come from ``auth.docker.io``, GitLab's from the host above its registry.
    """
    if host == other or _is_address(host) or _is_address(other):
        return host == other
    above = host.partition(".")[2]
    return other.endswith(f".{host}") or ("." in above and (other == above or other.endswith(f".{above}")))


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _followed(url: httpx.URL, target: str, place: Place) -> httpx.URL:
    """Return where a redirect leads: over TLS only, or to the same host where the settings call it insecure.

    A host that answers over TLS with a certificate for its name is no service of an inner network asked by mistake.
    """
    try:
        found = _url(str(url.join(target)), place.host)
    except (httpx.InvalidURL, ValueError) as exc:
        raise _astray(place.host) from exc
    if found.scheme != "https" and (place.secure or _origin(found) != _origin(url)):
        raise NoDigest(
            Phrase(
                en=f"{place.host} redirects to {found.host} without TLS: it is not followed.",
                zh=f"{place.host} 重定向到未加密的 {found.host}：不予跟随。",
            )
        )
    return found


def _url(text: str, host: str) -> httpx.URL:
    """Return an address of the web. Raises ``NoDigest`` for another, and for one with a password in it."""
    try:
        found = httpx.URL(text[:4_096])
    except (httpx.InvalidURL, ValueError) as exc:
        raise _astray(host) from exc
    if found.scheme not in {"http", "https"} or not found.host or "%" in found.host or found.userinfo:
        raise _astray(host)
    return found.copy_with(fragment=None)


def _astray(host: str) -> NoDigest:
    return NoDigest(
        Phrase(en=f"{host} leads to what is no http or https address.", zh=f"{host} 指向的不是 http 或 https 地址。")
    )


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.host}:{url.port or (443 if url.scheme == 'https' else 80)}"


def _token_in(body: bytes) -> str:
    """Return the token of an answer; both names are in use."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    found = (read.get("token") or read.get("access_token")) if isinstance(read, dict) else None
    return found if isinstance(found, str) and _TOKEN.fullmatch(found) else ""


async def _body(response: httpx.Response, url: httpx.URL, most: int) -> bytes:
    """Read a body as it comes: packed ones were not asked for, and their digest would be another."""
    said = response.headers.get("content-length", "")
    kept = bytearray()
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise NoDigest(Phrase(en=f"{url.host} packs its answer unasked.", zh=f"{url.host} 擅自压缩了响应。"))
    if not (said.isdecimal() and len(said) < 20 and int(said) > most):
        async for chunk in response.aiter_raw(64 * 1024):
            kept += chunk
            if len(kept) > most:
                break
        else:
            return bytes(kept)
    raise NoDigest(
        Phrase(en=f"{url.host} answers with more than {most:,} bytes.", zh=f"{url.host} 的响应超过 {most:,} 字节。")
    )
