"""How much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """The sizes of the issue. ``pages`` None: the whole corpus. ``compacted``: search a compacted store as well."""

    passages: int = 100_000
    searches: int = 400
    warm: int = 40
    compacted: bool = False
    load_passages: int = 50_000
    rate: float = 300.0
    load_seconds: float = 60.0
    sample_pages: int = 90
    """Pages of the comparison with the raw model: about 800 passages, half a minute of two cores a round."""
    rounds: int = 2
    pipeline_pages: int = 3_000
    pages: int | None = None
    during_passages: int = 50_000
    during_rate: float = 10.0
    during_seconds: float = 60.0
    storm_seconds: int = 60
    storm_rate: int = 1_000


SMALL = Sizes(
    passages=2_000,
    searches=60,
    warm=10,
    load_passages=2_000,
    rate=20.0,
    load_seconds=3.0,
    sample_pages=10,
    rounds=1,
    pipeline_pages=60,
    pages=200,
    during_passages=2_000,
    during_rate=5.0,
    during_seconds=5.0,
    storm_seconds=10,
)
"""For trying it out: nothing that it says is comparable."""
