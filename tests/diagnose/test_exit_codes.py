"""What exit codes stand for."""

import pytest

from diagnose.exit_codes import explain_exit, signal_name


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (0, ""),
        (1, ""),
        (128, ""),
        (130, "SIGINT"),
        (137, "SIGKILL"),
        (139, "SIGSEGV"),
        (143, "SIGTERM"),
        (255, ""),
        (-1, ""),
    ],
)
def test_codes_above_128_stand_for_signals(code: int, name: str) -> None:
    assert signal_name(code) == name


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "without an error"),
        (1, "error of its own"),
        (2, "usage"),
        (126, "cannot be executed"),
        (127, "not found"),
        (137, "SIGKILL"),
        (77, "chose"),
    ],
)
def test_a_code_is_explained_in_both_languages(code: int, words: str) -> None:
    phrase = explain_exit(code)
    assert words in phrase.en
    assert phrase.zh


def test_a_reported_signal_goes_before_the_number() -> None:
    assert "SIGSEGV" in explain_exit(1, signal=11).en
