"""The HTTP side of the fake API server."""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, TypeVar

from aiohttp import web

from cluster.exchange import spoken_request
from cluster.fake.access import ANONYMOUS_GROUPS, Account, access_review, refusal, token_review
from cluster.fake.discovery import Discovery, groups_document, resources_document
from cluster.fake.faults import Fault, Script
from cluster.fake.podlogs import Logs, NoLog, log_of
from cluster.fake.store import Store, as_list, as_partial, as_table, page_of
from cluster.fake.watches import News, Wanted, WatchStream, named
from cluster.fields import Obj
from cluster.identity import Endpoint
from cluster.kinds import Kind
from core.threads import in_thread

ADMIN = Account(user="kubernetes-admin", groups=("system:masters", "system:authenticated"), impersonate=True)
MANY_BYTES = 64 * 1024
Answered = TypeVar("Answered", bound=web.StreamResponse)


class _Refused(Exception):
    """An answer with an error status."""

    def __init__(self, status: int, reason: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.reason, self.message, self.headers = status, reason, message, headers or {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request as it came in."""

    method: str
    path: str
    headers: Mapping[str, str]


class FakeCluster:
    """A cluster of the given objects and logs: ``serve`` it, ask it, then look at ``requests`` and ``seen``.

    ``accounts`` maps bearer tokens to users; where there are none, every token, and no token, is the admin. ``refused``
    holds plural names that nobody may read. ``now`` is the server's clock, as its ``Date`` header tells it. Watches see
    what is put into ``store`` or deleted there, from whichever thread, and a bookmark every ``bookmark_seconds``.
    """

    def __init__(
        self,
        objects: Iterable[Obj] = (),
        logs: Logs | None = None,
        *,
        accounts: Mapping[str, Account] | None = None,
        refused: Iterable[str] = (),
        custom_kinds: Iterable[Kind] = (),
        discovery: Discovery = "v2",
        version: str = "v1.34.4",
        now: datetime | None = None,
        bookmark_seconds: float = 60.0,
    ) -> None:
        self.store = Store(objects, custom_kinds)
        self.logs: Logs = logs or {}
        self.accounts = dict(accounts or {})
        self.refused = frozenset(refused)
        self.requests: Counter[tuple[str, str]] = Counter()
        self.seen: list[Seen] = []
        self._script = Script()
        self._discovery: Discovery = discovery
        self._version = version
        self._now = now
        self._released = asyncio.Event()
        self._bookmark_seconds = bookmark_seconds
        self._news = News()

    def fail(self, *faults: Fault) -> None:
        """Script faults for the requests to come."""
        self._script.add(faults)

    def disconnect(self) -> None:
        """Break off all watches that are open. For the loop that serves."""
        self._news.break_off()

    @contextlib.asynccontextmanager
    async def serve(self) -> AsyncIterator[Endpoint]:
        """Serve on a free port of the loopback and give the endpoint."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        self._released = asyncio.Event()
        self._news = News()
        await runner.setup()
        wake = self._news.from_any_thread(asyncio.get_running_loop())
        self.store.listeners.append(wake)
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            host, port = runner.addresses[0][:2]
            yield Endpoint(server=f"http://{host}:{port}")
        finally:
            self.store.listeners.remove(wake)
            self._released.set()
            self._news.close()
            await runner.cleanup()

    @contextlib.contextmanager
    def serve_in_thread(self) -> Iterator[Endpoint]:
        """Serve from a thread, for callers that have an event loop of their own or none."""
        with in_thread(self.serve, name="fake-cluster") as endpoint:
            yield endpoint

    # -- requests

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        verb, resource = spoken_request(request.method, request.path, watch=request.query.get("watch") in {"true", "1"})
        self.requests[(verb, resource)] += 1
        self.seen.append(Seen(method=request.method, path=request.path, headers=request.headers))
        fault = self._script.next(verb, resource, continues="continue" in request.query)
        try:
            if fault is not None and (answer := await self._strike(fault, request)):
                return answer
            account = self._account(request)
            response = await self._answer(request, account, verb, fault)
        except _Refused as exc:
            response = self._status(exc.status, exc.reason, exc.message, exc.headers)
        if not isinstance(response, web.Response):
            return response
        if fault is not None and fault.kind == "truncated":
            return await self._truncated(request, response)
        if fault is not None and fault.kind == "goaway":
            response.force_close()
        return response

    async def _strike(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        """Act out a fault that leaves no real answer; None where the request is answered after all."""
        match fault.kind:
            case "status":
                headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
                reasons = {410: "Expired", 429: "TooManyRequests", 500: "InternalError", 503: "ServiceUnavailable"}
                raise _Refused(fault.status, reasons.get(fault.status, ""), fault.message, headers)
            case "expired":
                raise _Refused(410, "Expired", "The provided continue parameter is too old.")
            case "reset":
                if request.transport is not None:
                    request.transport.abort()
                return self._stamped(web.Response())
            case "slow":
                await self._released.wait()
                return self._stamped(web.Response(status=503))
            case "redirect":
                return self._stamped(web.Response(status=302, headers={"Location": "/login?next=somewhere"}))
            case "page":
                return self._stamped(web.Response(text="<html><body>Sign in</body></html>", content_type="text/html"))
        return None

    async def _truncated(self, request: web.Request, whole: web.Response) -> web.StreamResponse:
        body = whole.body if isinstance(whole.body, bytes) else b""
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
        await response.prepare(request)
        await response.write(body[: len(body) // 2])
        if request.transport is not None:
            request.transport.close()
        return response

    def _account(self, request: web.Request) -> Account:
        """Return who asks. Raises the 401 or 403 that an API server answers."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if not self.accounts:
            account = ADMIN
        elif not scheme:
            account = Account(user="system:anonymous", groups=ANONYMOUS_GROUPS, refused=frozenset({"*"}))
        elif token not in self.accounts:
            raise _Refused(401, "Unauthorized", "Unauthorized")
        else:
            account = self.accounts[token]
        if user := request.headers.get("Impersonate-User"):
            if not account.impersonate:
                message = refusal(account, "impersonate", "users", "", "", user)
                raise _Refused(403, "Forbidden", message)
            groups = tuple(request.headers.getall("Impersonate-Group", []))
            known = next((a for a in self.accounts.values() if a.user == user), None)
            everything = not self.accounts or "system:masters" in groups
            return known or Account(user=user, groups=groups, refused=frozenset() if everything else frozenset({"*"}))
        return account

    async def _answer(
        self, request: web.Request, account: Account, verb: str, fault: Fault | None
    ) -> web.StreamResponse:
        parts = request.path.strip("/").split("/")
        if request.method == "POST":
            return await self._review(request, account)
        match parts:
            case ["version"]:
                return self._json({"major": "1", "minor": "34", "gitVersion": self._version, "platform": "linux/amd64"})
            case ["healthz" | "livez" | "readyz"]:
                return self._stamped(web.Response(text="ok"))
            case ["api"]:
                return self._json({"kind": "APIVersions", "versions": ["v1"]})
            case ["apis"]:
                content_type, body = groups_document(self.store.kinds.values(), self._discovery)
                return self._json(body, content_type=content_type)
            case ["apis", group, version]:
                if found := resources_document(group, version, self.store.kinds.values()):
                    return self._json(found)
            case ["api", "v1", *rest]:
                return await self._resource(request, account, verb, "", rest, fault)
            case ["apis", group, version, *rest] if any(
                kind.group == group and kind.version == version for kind in self.store.kinds.values()
            ):
                return await self._resource(request, account, verb, group, rest, fault)
        return self._stamped(web.Response(status=404, text="404 page not found\n"))

    async def _resource(
        self, request: web.Request, account: Account, verb: str, group: str, rest: list[str], fault: Fault | None
    ) -> web.StreamResponse:
        namespace = ""
        if rest[:1] == ["namespaces"] and len(rest) > 2:
            namespace, rest = rest[1], rest[2:]
        kind = self.store.kinds.get((group, rest[0])) if rest else None
        if kind is None or len(rest) > 3:
            return self._stamped(web.Response(status=404, text="404 page not found\n"))
        name = rest[1] if len(rest) > 1 else ""
        # A namespace is asked about within itself, which is how a namespaced role can grant it.
        where = name if kind.key == "Namespace" else namespace
        resource = f"{kind.plural}/log" if rest[2:] == ["log"] else kind.plural
        refused = kind.plural in self.refused or resource in self.refused or not account.may(kind.plural, where)
        if refused or (verb == "watch" and not account.watch):
            raise _Refused(
                403, "Forbidden", refusal(account, "get" if verb == "log" else verb, resource, group, where, name)
            )
        if verb == "watch":
            return await self._watch(request, kind, namespace, fault)
        if not name:
            return self._list(request, kind, namespace, stale=fault is not None and fault.kind == "stale")
        found = self.store.get(kind, namespace, name)
        if found is None:
            raise _Refused(404, "NotFound", f'{_qualified(kind)} "{name}" not found')
        if rest[2:] == ["log"]:
            try:
                content = log_of(found, request.query, self.logs)
            except NoLog as exc:
                raise _Refused(400, "BadRequest", str(exc)) from exc
            return self._stamped(web.Response(body=content, content_type="text/plain"))
        return self._json(found)

    async def _watch(self, request: web.Request, kind: Kind, namespace: str, fault: Fault | None) -> web.StreamResponse:
        version = request.query.get("resourceVersion", "") or str(self.store.version)
        if not version.isdigit():
            message = f'resourceVersion: Invalid value: "{version}": strconv.ParseUint: parsing: invalid syntax'
            raise _Refused(500, "", message)
        wanted = Wanted(
            kind=kind,
            namespace=namespace,
            name=named(request.query.get("fieldSelector", "")),
            since=int(version),
            seconds=float(request.query.get("timeoutSeconds", "") or 1800),
            bookmarks=request.query.get("allowWatchBookmarks") == "true",
            accept=request.headers.get("Accept", ""),
        )
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        self._stamped(response)
        if fault is not None and fault.kind == "goaway":
            response.force_close()
        await response.prepare(request)
        stream = WatchStream(request, response, self.store, self._news, self._bookmark_seconds, fault)
        await stream.run(wanted)
        return response

    def _list(self, request: web.Request, kind: Kind, namespace: str, *, stale: bool) -> web.Response:
        name = named(request.query.get("fieldSelector", ""))
        items = self.store.select(kind, namespace, name=name, stale=stale)
        limit, token = int(request.query.get("limit", "0") or 0), request.query.get("continue", "")
        try:
            page, metadata = page_of(items, limit, token, self.store.version)
        except ValueError as exc:
            raise _Refused(400, "BadRequest", str(exc)) from exc
        accept = request.headers.get("Accept", "")
        if "as=Table" in accept:
            return self._json(as_table(kind, page, metadata))
        if "as=PartialObjectMetadataList" in accept:
            return self._json(as_partial(page, metadata))
        return self._json(as_list(kind, page, metadata))

    async def _review(self, request: web.Request, account: Account) -> web.Response:
        body = await request.json()
        match request.path.rpartition("/")[2]:
            case "tokenreviews":
                answer = token_review(body, self.accounts)
            case "subjectaccessreviews":
                answer = access_review(body, account, self.accounts.values(), about_self=False)
            case "selfsubjectaccessreviews":
                answer = access_review(body, account, self.accounts.values(), about_self=True)
            case _:
                raise _Refused(405, "MethodNotAllowed", "the fake server takes no writes")
        return self._json(answer, status=201)

    # -- answers

    def _json(self, value: Any, *, status: int = 200, content_type: str = "application/json") -> web.Response:
        body = json.dumps(value, separators=(",", ":")).encode()
        return self._stamped(web.Response(body=body, status=status, headers={"Content-Type": content_type}))

    def _status(self, code: int, reason: str, message: str, headers: Mapping[str, str]) -> web.Response:
        status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message}
        response = self._json({**status, "reason": reason, "code": code}, status=code)
        response.headers.update(headers)
        return response

    def _stamped(self, response: Answered) -> Answered:
        response.headers["Date"] = format_datetime(self._now or datetime.now(UTC), usegmt=True)
        return response


def kubeconfig(endpoint: Endpoint, *, token: str = "", namespace: str = "default") -> str:
    """Return a kubeconfig, as JSON, which is YAML too, for a client of a fake cluster."""
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "fake",
            "clusters": [{"name": "fake", "cluster": {"server": endpoint.server}}],
            "users": [{"name": "fake", "user": {"token": token or "any"}}],
            "contexts": [{"name": "fake", "context": {"cluster": "fake", "user": "fake", "namespace": namespace}}],
        }
    )


def _qualified(kind: Kind) -> str:
    return f"{kind.plural}.{kind.group}" if kind.group else kind.plural
