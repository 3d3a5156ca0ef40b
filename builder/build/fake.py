"""An executor that builds nothing: it records what is asked for, prints a script, and gives a scripted result."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from builder.build.executor import BuildRequest, Image, Line
from builder.build.outcome import too_long
from builder.build.steps import Steps
from builder.errors import BuilderError


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request, and what its folder held: the folder itself is gone afterwards."""

    request: BuildRequest
    files: dict[str, bytes]


@dataclass(kw_only=True)
class FakeExecutor:
    """Builds by script: prints ``lines``, then raises ``error`` or gives an image whose id follows from the request.

    With ``holds`` a build goes on until ``let_go`` is set, its time is over or it is cancelled; ``started`` says that
    one has begun. Lines carry their steps and no secret, as those of a real one do.
    """

    lines: Sequence[str] = ("STEP 1/1: FROM scratch",)
    error: BuilderError | None = None
    holds: bool = False
    size: int = 1_000
    seen: list[Seen] = field(default_factory=list)
    pushed: list[tuple[str, str]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    cancelled: int = 0
    building: int = 0
    most_at_once: int = 0
    started: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    images: dict[str, Image] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Say what it is."""
        return "fake"

    async def build(self, request: BuildRequest, tell: Callable[[Line], None]) -> Image:
        """Follow the script."""
        folder = request.context
        files = {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.is_symlink()
        }
        seen = Steps(tell, request.secrets.values())
        self.seen.append(Seen(request=request, files=files))
        self.building += 1
        self.most_at_once = max(self.most_at_once, self.building)
        try:
            for line in self.lines:
                seen.line(Line(text=line))
            self.started.set()
            if self.holds:
                async with asyncio.timeout(request.seconds):
                    await self.let_go.wait()
        except TimeoutError:
            raise too_long(request, seen) from None
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.building -= 1
        if self.error is not None:
            raise self.error
        held = hashlib.sha256(repr((request.dockerfile, request.target, sorted(request.arguments.items()))).encode())
        for path, data in files.items():
            held.update(path.encode() + b"\0" + data)
        image = Image(
            id=f"sha256:{held.hexdigest()}",
            name=request.name,
            size=self.size,
            steps_cached=seen.cached,
            steps=seen.steps,
            seconds=0.0,
        )
        self.images[request.name] = image
        return image

    async def push(self, image: Image, destination: str) -> str:
        """Note the push; the digest is the image's id."""
        self.pushed.append((image.name, destination))
        return image.id

    async def remove(self, name: str) -> None:
        """Forget an image."""
        self.removed.append(name)
        self.images.pop(name, None)
