"""The measurement of the watch cache runs, at a small size."""

from benchmarks.watching import measure


async def test_the_measurement_runs_and_its_figures_are_plausible() -> None:
    found = await measure(pods=40, rate=200, seconds=0.5)
    assert found.pods == 41
    assert found.json_bytes_per_pod > 8000
    assert 0 < found.held_mib < 5
    assert 0 < found.lag_median <= found.lag_p99 <= found.lag_max < 2
    assert found.requests_per_second < 10
    assert found.namespace_snapshot_lists == 0
