"""What components are built from."""

import pytest

from builder.detect.languages import PROVIDERS
from builder.detect.planning import plan
from builder.errors import NotDeployable
from builder.files import Prepared, prepared
from builder.tree import Tree

GO = {
    "go.mod": "module example.com/shop\n\ngo 1.24\n",
    "cmd/api/main.go": 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe(":9000", nil)\n}\n',
    "cmd/feed/main.go": 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe(":9001", nil)\n}\n',
}


def found(files: dict[str, str], only: str = "") -> tuple[Prepared, ...]:
    tree = Tree.of(files)
    return prepared(plan(tree), tree, PROVIDERS, only=only)


def test_each_component_has_its_dockerfile_the_primary_one_the_usual_name() -> None:
    both = found(GO)
    assert [(one.component.name, one.dockerfile) for one in both] == [
        ("api", "Dockerfile"),
        ("feed", "Dockerfile.feed"),
    ]
    (feed,) = found(GO, "feed")
    assert feed.dockerfile == "Dockerfile"
    assert "./cmd/feed" in feed.text
    assert "**/.env" in feed.ignore
    assert not feed.beside


def test_a_site_brings_the_configuration_of_its_server() -> None:
    (site,) = found({"public/index.html": "<h1>hi</h1>", "index.html": "<h1>hi</h1>"})
    (configuration,) = site.beside
    assert configuration.path in site.text


def test_a_dockerfile_that_stands_alone_is_taken_as_it_is() -> None:
    text = 'FROM docker.io/library/busybox:1\nEXPOSE 8000\nUSER 1000\nCMD ["httpd", "-f", "-p", "8000"]\n'
    (one,) = found({"app/Dockerfile": text, "app/.dockerignore": "x\n"})
    assert one.dockerfile == "app/Dockerfile"
    assert one.text == text
    assert one.ignore == "x\n"


def test_what_cannot_be_put_online_is_refused_with_what_it_is() -> None:
    with pytest.raises(NotDeployable, match="It is a library"):
        found({"go.mod": "module example.com/x\n", "x.go": "package x\n"})
    with pytest.raises(NotDeployable, match="There is no component other") as caught:
        found(GO, "other")
    assert caught.value.next_step == "Choose one of: api, feed."
