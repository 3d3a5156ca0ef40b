"""ELF headers, whole and broken."""

import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.sbom.elf import program
from tests.builder.sbom.making import ADDRESS, FIRST, elf


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("wide", [True, False])
def test_sections_and_segments_are_found(order: str, wide: bool) -> None:
    file = io.BytesIO(elf({".one": b"first", ".two": b"second"}, wide=wide, order=order))
    found = program(file)
    assert found is not None
    one, two = found.section(".one"), found.section(".two")
    assert one is not None
    assert two is not None
    assert (one.offset, one.size) == (FIRST, 5)
    file.seek(two.offset)
    assert file.read(two.size) == b"second"
    assert found.section(".three") is None
    place = found.place(ADDRESS + FIRST)
    assert place is not None
    assert place[0] == FIRST
    assert found.place(ADDRESS - 1) is None
    assert found.width == (8 if wide else 4)


def test_what_is_no_program_is_none() -> None:
    assert program(io.BytesIO(b"#!/bin/sh\n")) is None
    assert program(io.BytesIO(b"")) is None


@given(st.integers(min_value=4, max_value=63), st.binary(min_size=1, max_size=8))
def test_headers_that_contradict_themselves_end_the_reading(at: int, noise: bytes) -> None:
    data = bytearray(elf({".one": b"first"}))
    data[at : at + len(noise)] = noise
    with contextlib.suppress(ValueError):
        program(io.BytesIO(bytes(data)))


@given(st.integers(min_value=0, max_value=2_000))
def test_a_program_that_is_cut_off_ends_the_reading(size: int) -> None:
    with contextlib.suppress(ValueError):
        program(io.BytesIO(elf({".one": b"first"})[:size]))
