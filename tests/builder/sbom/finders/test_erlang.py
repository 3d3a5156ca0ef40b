"""Erlang and Elixir applications."""

from pathlib import Path

import pytest

from builder.sbom.finders.erlang import application
from tests.builder.sbom.making import purls, taken

PHOENIX = """\
%% made by mix
{application,phoenix,
             [{config_mtime,1700000000},
              {optional_applications,[{vsn,"9.9"}]},
              {applications,[kernel,stdlib,elixir]},
              {description,"Peace of mind, {vsn,\\"0\\"}"},
              {modules,['Elixir.Phoenix']},
              {registered,[]},
              {vsn,"1.7.10"}]}.
"""


def test_applications_of_a_release_are_told_apart(tmp_path: Path) -> None:
    found = taken(
        tmp_path,
        {
            "app/lib/phoenix-1.7.10/ebin/phoenix.app": PHOENIX,
            "app/lib/stdlib-5.2/ebin/stdlib.app": '{application, stdlib, [{vsn, "5.2"}]}.',
            "app/lib/shop-0.1.0/ebin/shop.app": '{application,shop,[{vsn,"0.1.0"}]}.',
            "app/releases/0.1.0/shop.rel": "",
            "app/lib/broken-1/ebin/broken.app": "{application",
        },
    )
    assert purls(found) == ["pkg:hex/phoenix@1.7.10", "pkg:otp/shop@0.1.0", "pkg:otp/stdlib@5.2"]
    assert found.unread == ("app/lib/broken-1/ebin/broken.app",)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (PHOENIX, ("phoenix", "1.7.10")),
        ("{application, 'Quoted', [{vsn, <<\"1\">>}]}.", ("Quoted", "1")),
        ("{application, a, []}.", ("a", "")),
        ("{application, a, [{vsn,", ("a", "")),
        ("{release, a, []}.", ("", "")),
        ("", ("", "")),
        ('{application, "unclosed', ("", "")),
    ],
)
def test_terms_are_read(text: str, found: tuple[str, str]) -> None:
    assert application(text) == found
