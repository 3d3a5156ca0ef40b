"""Evidence: what verifies, and how sources are written."""

from dataclasses import dataclass

import pytest

from core.evidence import Evidence, FieldSource, FileSource, LogSource, ObjectRef, Source, render_path, verify

POD = ObjectRef(kind="Pod", namespace="shop", name="web-0", uid="u1")


@dataclass(frozen=True)
class Reader:
    """Reads the same text at every source; None: the source cannot be opened."""

    text: str | None

    def read(self, source: Source) -> str | None:
        """Return the fixed text."""
        del source
        return self.text


def test_evidence_verifies_when_the_quote_stands_at_the_source() -> None:
    evidence = Evidence(source=FieldSource(object=POD, path=("spec", "nodeName")), quote="node-1")
    assert verify(evidence, Reader("node-1"))
    assert verify(evidence, Reader("it is node-1."))


@pytest.mark.parametrize(("quote", "text"), [("node-1", "node-2"), ("node-1", None), ("", "anything"), ("", "")])
def test_evidence_does_not_verify_otherwise(quote: str, text: str | None) -> None:
    evidence = Evidence(source=LogSource(pod=POD, container="web", previous=False, line=3), quote=quote)
    assert not verify(evidence, Reader(text))


@pytest.mark.parametrize(
    ("path", "written"),
    [
        (("spec", "containers", 0, "image"), "spec.containers[0].image"),
        (("metadata", "annotations", "a.b/c"), 'metadata.annotations["a.b/c"]'),
        ((), ""),
    ],
)
def test_paths_are_written_as_people_write_them(path: tuple[str | int, ...], written: str) -> None:
    assert render_path(path) == written


def test_references_compare_without_their_uid() -> None:
    assert ObjectRef(kind="Pod", namespace="shop", name="web-0", uid="u2") == POD


@pytest.mark.parametrize(
    ("ref", "slug"),
    [
        (ObjectRef(kind="Deployment", group="apps", namespace="a", name="b"), "deployment/b"),
        (ObjectRef(kind="Rollout", group="argoproj.io", namespace="a", name="b"), "rollout.argoproj.io/b"),
    ],
)
def test_slugs_are_what_kubectl_accepts(ref: ObjectRef, slug: str) -> None:
    assert ref.slug == slug


def test_lines_of_files_are_written_as_compilers_do() -> None:
    assert str(FileSource(path="api/main.py", line=3)) == "api/main.py:3"
    assert str(FileSource(path="go.mod", line=0)) == "go.mod"
