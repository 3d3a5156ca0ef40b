from datetime import UTC, datetime

from tides.harmonics import height


def test_height_stays_within_the_amplitudes():
    assert abs(height([(1.0, 28.984, 0.0)], datetime(2026, 5, 1, tzinfo=UTC))) <= 1.0
