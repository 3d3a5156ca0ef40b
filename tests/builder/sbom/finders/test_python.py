"""Python distributions."""

import json
from pathlib import Path

from tests.builder.sbom.making import purls, taken

SITE = "usr/local/lib/python3.12/site-packages"


def metadata(name: str, version: str, *more: str) -> str:
    return "\n".join(("Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *more, "", "Name: in-the-text"))


def test_every_form_of_metadata_is_read(tmp_path: Path) -> None:
    found = taken(
        tmp_path,
        {
            f"{SITE}/Flask_SQLAlchemy-3.1.dist-info/METADATA": metadata(
                "Flask_SQLAlchemy", "3.1.1", "License-Expression: BSD-3-Clause", "License: other"
            ),
            f"{SITE}/ruamel.yaml-0.18.egg-info/PKG-INFO": metadata("ruamel.yaml", "0.18", "License: MIT"),
            "usr/lib/python3/dist-packages/six-1.16.0.egg-info": metadata(
                "six", "1.16.0", "License: UNKNOWN", "Classifier: License :: OSI Approved :: MIT License"
            ),
            f"{SITE}/broken-1.dist-info/METADATA": "Name: ../x\nVersion: 1\n",
            f"{SITE}/empty-1.dist-info/METADATA": b"\xff\xfe\x00",
            f"{SITE}/other-1.dist-info/RECORD": "x",
        },
    )
    assert purls(found) == [
        "pkg:pypi/flask-sqlalchemy@3.1.1",
        "pkg:pypi/ruamel-yaml@0.18",
        "pkg:pypi/six@1.16.0",
    ]
    assert [one.licenses for one in found.components] == [("BSD-3-Clause",), ("MIT",), ("MIT License",)]
    assert found.components[0].name == "Flask_SQLAlchemy"
    assert len(found.unread) == 2


def test_a_licence_that_is_a_whole_text_is_left_out(tmp_path: Path) -> None:
    text = metadata("a", "1", "License: " + "Permission is granted " * 50)
    assert taken(tmp_path, {f"{SITE}/a-1.dist-info/METADATA": text}).components[0].licenses == ()


def test_what_did_not_come_from_an_index_is_told_apart(tmp_path: Path) -> None:
    repository = {"url": "https://example.org/x.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}}
    hidden = {"url": "https://user:c4n4ry@example.org/x.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}}
    origins = {
        "own": {"url": "file:///src", "dir_info": {}},
        "fetched": repository,
        "hidden": hidden,
        "wheel": {"url": "https://example.org/wheel.whl", "archive_info": {}},
        "odd": [],
    }
    files: dict[str, str | bytes] = {}
    for name, origin in origins.items():
        files[f"{SITE}/{name}-1.dist-info/METADATA"] = metadata(name, "1")
        files[f"{SITE}/{name}-1.dist-info/direct_url.json"] = json.dumps(origin)
    found = taken(tmp_path, files)
    assert purls(found) == [
        "pkg:generic/own@1",
        "pkg:pypi/fetched@1?vcs_url=git%2Bhttps:%2F%2Fexample.org%2Fx.git%40abc",
        "pkg:pypi/hidden@1",
        "pkg:pypi/odd@1",
        "pkg:pypi/wheel@1",
    ]
    assert "c4n4ry" not in repr(found)
