"""Stand in for all that a component needs, for one trial: start, wait, tell, end."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from builder.check.loopback import Loopback
from builder.check.report import Checked, said
from builder.check.services.giving import environment_for, login_for
from builder.check.services.inventing import invented
from builder.check.services.known import DATABASES, stand_of, title_of
from builder.check.services.model import Address, Stand
from builder.check.services.running import Running
from builder.check.services.telling import namings, needed, told_of
from builder.plan import Component

ANSWER_SECONDS: Final = 90.0
"""Until a service answers: PostgreSQL takes two, RabbitMQ ten, and thrice as long on a machine that builds."""

_BESIDE: Final = 10_000
"""Added to a usual port that the component itself listens on."""

_ALIASES: Final = ("db", "database")
"""What compose files call the database, whichever it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """What stands in: the services that answer, what the component is told, and a line of the report for each.

    ``environment`` also has the component's own secrets, made up. ``hosts`` are names that lead to the services.
    """

    services: frozenset[str] = frozenset()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    checks: tuple[Checked, ...] = ()
    hosts: tuple[str, ...] = ()

    def lacks_database(self, needs: Sequence[str]) -> str:
        """Return the database among these needs that does not answer, empty if there is none."""
        return next((one for one in needs if one in DATABASES and one not in self.services), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a trial asks for: the component, the forms of its addresses, what it is given anyway, how long it takes."""

    component: Component
    forms: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    port: int | None = None
    seconds: float = 300.0


@asynccontextmanager
async def stood_in(needs: Needs, loopback: Loopback, folder: Path) -> AsyncIterator[Stood]:
    """Start what is needed and is here; end it when the trial is over. Raises ``CheckerMissing``.

    ``loopback`` is open; ``folder`` is one of the trial's own.
    """
    names = needed(needs.component, needs.forms)
    async with AsyncExitStack() as stack:
        running: dict[str, Running] = {}
        checks = []
        for service, stand in _each(names):
            one = _made(service, stand, needs, names, loopback, folder) if stand else None
            if one is None:
                checks.append(_not_here(service, stand))
                continue
            running[service] = one
            stack.push_async_callback(one.stop)
            await one.start(seconds=needs.seconds + ANSWER_SECONDS)
        well = dict(zip(running, await _answers(running.values()), strict=True))
        standing = {service: one for service, one in running.items() if well[service]}
        addresses = [one.address for one in standing.values()]
        told = environment_for(needs.component, addresses, forms=needs.forms)
        own = invented(needs.component, {*told, *needs.given})
        checks += [
            _said(service, one, told, needs) if well[service] else _silent(one) for service, one in running.items()
        ]
        checks += list(_variables(tuple(own.values), own.left_out))
        yield Stood(
            services=frozenset(service for one in standing.values() for service in one.stand.services),
            environment={**own.values, **told},
            checks=tuple(checks),
            hosts=tuple(_hosts(standing)),
        )


def _each(names: Sequence[str]) -> Iterator[tuple[str, Stand | None]]:
    """Tell each service once with what stands in for it: MySQL and MariaDB are one."""
    seen: set[str] = set()
    for service in names:
        stand = stand_of(service)
        if stand is None or stand.title not in seen:
            yield service, stand
        if stand is not None:
            seen.add(stand.title)


def _made(
    service: str, stand: Stand, needs: Needs, names: Sequence[str], loopback: Loopback, folder: Path
) -> Running | None:
    program = stand.find()
    if program is None:
        return None
    login = login_for(stand, told_of(namings(needs.component, names), service))
    port = stand.port + (_BESIDE if stand.port == needs.port else 0)
    address = Address(service=service, port=port, login=login, version=program.version)
    return Running(stand, program, address, loopback, folder / service, login)


async def _answers(running: Iterable[Running]) -> list[bool]:
    return await asyncio.gather(*(one.answers(seconds=ANSWER_SECONDS) for one in running))


def _hosts(standing: Mapping[str, Running]) -> Iterator[str]:
    for service, one in standing.items():
        yield from one.stand.hosts
        if service in DATABASES:
            yield from _ALIASES


def _not_here(service: str, stand: Stand | None) -> Checked:
    title = title_of(service)
    if stand is None:
        return said(
            "services", "skipped", f"{title} is needed and nothing stands in for it.", f"需要 {title}，没有可用的替代。"
        )
    return said(
        "services",
        "skipped",
        f"{title} is needed and its program is not installed here (Debian: {stand.package}).",
        f"需要 {title}，但此处没有安装其程序（Debian：{stand.package}）。",
    )


def _silent(one: Running) -> Checked:
    return said(
        "services",
        "skipped",
        f"{one.stand.title} is needed and did not start here: that is no fault of the image.",
        f"需要 {one.stand.title}，但它在此处没有启动：与镜像无关。",
        one.log[-5:],
    )


def _said(service: str, one: Running, told: Mapping[str, str], needs: Needs) -> Checked:
    sure = [each.variable for each in namings(needs.component, [service]) if each.sure and each.variable in told]
    title = f"{title_of(service)} {one.address.version}".strip()
    if one.product and one.product != title:
        title = f"{one.product} (for {title})"
    if not sure:
        port = one.address.port
        en = f"{title} stands in on its usual port {port}: no variable that tells of it was found."
        return said("services", "passed", en, f"{title} 在常用端口 {port} 上替代：未发现指向它的变量。")
    names = ", ".join(sure)
    return said("services", "passed", f"{title} stands in, told by {names}.", f"{title} 已替代，由 {names} 告知。")


def _variables(made: tuple[str, ...], left_out: tuple[str, ...]) -> Iterator[Checked]:
    if made:
        names = ", ".join(made)
        yield said("variables", "passed", f"Made up for this trial only: {names}.", f"仅为本次试运行生成：{names}。")
    if left_out:
        names = ", ".join(left_out)
        yield said(
            "variables",
            "skipped",
            f"Required, not given, and not to be made up: {names}.",
            f"必需、未提供且不能随意生成：{names}。",
        )
