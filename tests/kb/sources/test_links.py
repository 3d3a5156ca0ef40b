"""Addresses in one form, and what pages say about themselves."""

import pytest

from kb.sources.links import folder, normal, page_facts


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://Docs.Test:443/a/../b/./c#x", "https://docs.test/b/c"),
        ("http://docs.test:8080", "http://docs.test:8080/"),
        ("http://docs.test/a/..", "http://docs.test/"),
        ("http://docs.test/../../a", "http://docs.test/a"),
        ("http://docs.test/a?b=2&a=1&utm_source=x&gclid=y", "http://docs.test/a?a=1&b=2"),
        ("http://docs.test/a?utm_campaign=x", "http://docs.test/a"),
        ("http://docs.test/%7euser/%e4%b8%ad", "http://docs.test/~user/%E4%B8%AD"),
        ("http://docs.test/中", "http://docs.test/%E4%B8%AD"),
        ("http://docs.test/a%2fb%25", "http://docs.test/a%2Fb%25"),
        ("http://docs.test/a b", "http://docs.test/a%20b"),
        ("http://bücher.test/", "http://xn--bcher-kva.test/"),
        ("http://[::1]:80/x", "http://[::1]/x"),
        (" http://docs.test/a\n", "http://docs.test/a"),
        ("ftp://docs.test/", ""),
        ("javascript:alert(1)", ""),
        ("http://user@docs.test/", ""),
        ("http://docs.test:99999/", ""),
        ("http:///a", ""),
        ("http://" + "a" * 300 + ".test/", ""),
        ("http://docs.test/" + "a" * 3000, ""),
        ("http://docs.test/?" + "&".join(f"a{n}=" for n in range(60)), ""),
        ("http://docs.test/%ff%fe", "http://docs.test/%FF%FE"),
    ],
)
def test_an_address_has_one_form(url: str, expected: str) -> None:
    assert normal(url) == expected
    assert normal(expected) == expected


def test_links_are_resolved_against_the_page() -> None:
    assert normal("../x?y#z", "http://docs.test/a/b/c") == "http://docs.test/a/x?y="
    assert normal("//other.test/x", "https://docs.test/") == "https://other.test/x"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://d.test/docs/", "/docs/"),
        ("http://d.test/docs", "/docs/"),
        ("http://d.test/docs/index.html", "/docs/"),
        ("http://d.test/", "/"),
        ("http://d.test", "/"),
        ("http://d.test/v1.2/", "/v1.2/"),
    ],
)
def test_the_folder_of_a_start_page_bounds_a_crawl(url: str, expected: str) -> None:
    assert folder(url) == expected


def test_a_page_says_what_it_is() -> None:
    facts = page_facts(
        b'<html><head><base href="/b/"><link rel="alternate canonical" href="/c"><meta name="ROBOTS" content="NoIndex">'
        b"<meta http-equiv=Refresh content=\"5; URL='/r'\"></head><body><a href=x>1</a><a rel=nofollow href=y>2</a>"
        b'<area href="z"><a>none</a></body>'
    )
    assert (facts.links, facts.base, facts.canonical, facts.refresh) == (["x", "z"], "/b/", "/c", "/r")
    assert facts.noindex
    assert not facts.nofollow


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00\x01", b"<" * 100_000, b"<div>" * 200_000, b"<a href='\xff\xfe'>", b"\x00" * 1000]
)
def test_damaged_pages_say_nothing_and_harm_nothing(data: bytes) -> None:
    assert not page_facts(data).canonical
