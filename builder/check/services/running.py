"""One service that stands in: started in the network of a trial, waited for, ended with all that it started."""

from pathlib import Path
from time import perf_counter
from typing import Final

from builder.check.container import Container
from builder.check.loopback import Loopback
from builder.check.services.model import Address, Login, Program, Stand
from builder.check.services.room import room

LOOK_SECONDS: Final = 0.05
"""Between looks at whether it answers: the whole trial waits for it."""

PROBE_SECONDS: Final = 10.0
"""For one question to a server that starts: it answers at once or not yet."""


class Running:
    """A service, from ``start`` to ``stop``. ``folder`` is for its files; its data are in memory."""

    def __init__(
        self, stand: Stand, program: Program, address: Address, loopback: Loopback, folder: Path, login: Login
    ) -> None:
        self.stand = stand
        self.product = program.product
        self.address = address
        self._loopback = loopback
        folder.mkdir(parents=True)
        self._serving = stand.serve(program, address.port, login)
        self._container = Container(folder, room(self._serving, folder, loopback.path))

    async def start(self, *, seconds: float) -> None:
        """Start it; it is ended after ``seconds``. Raises ``CheckerMissing``."""
        await self._container.start(seconds=seconds)

    async def answers(self, *, seconds: float) -> bool:
        """Wait until it answers, at most so long; say whether it does."""
        deadline = perf_counter() + seconds
        while self._container.ended is None and perf_counter() < deadline:
            if any(one.port == self.address.port for one in self._loopback.listening()) and await self._well():
                return True
            await self._container.wait(LOOK_SECONDS)
        return False

    @property
    def log(self) -> tuple[str, ...]:
        """What it said."""
        return tuple(self._container.log)

    async def stop(self) -> None:
        """End it and forget it."""
        await self._container.remove()

    async def _well(self) -> bool:
        if not self._serving.probe:
            return True
        return (await self._container.execute(self._serving.probe, seconds=PROBE_SECONDS))[0] == 0
