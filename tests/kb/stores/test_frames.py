"""Frames survive any cut of the stream that carries them."""

import pytest

from kb.stores.frames import Frame, Frames, packed

SENT = (
    Frame(1, ["legs", "名前", [0.1, 1e-30, None]], b"\x00\xff" * 40),
    Frame(2**32 - 1, None),
    Frame(3, ["", "\ud800"], b"x"),
)


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
def test_what_was_sent_arrives_whatever_the_pieces(size: int) -> None:
    stream = b"".join(map(packed, SENT))
    frames = Frames()
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    assert [frame for piece in pieces for frame in frames.fed(piece)] == list(SENT)


def test_half_a_frame_is_none() -> None:
    assert list(Frames().fed(packed(SENT[0])[:-1])) == []
