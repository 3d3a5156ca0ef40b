"""CSV, YAML, JSON and notebooks."""

import json

from kb.documents.reading import read

CRD = b"""
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: backups.example.org}
spec:
  group: example.org
  scope: Namespaced
  names: {kind: Backup, plural: backups, shortNames: [bk]}
  versions:
  - name: v1
    schema:
      openAPIV3Schema:
        description: A copy of a volume.
        properties:
          spec:
            type: object
            required: [volume]
            properties:
              volume: {type: string, description: Which volume.}
              mode: {type: string, enum: [full, delta], default: full}
              hooks: {type: array, items: {type: object, properties: {command: {type: string}}}}
"""


def test_a_crd_is_a_list_of_its_fields() -> None:
    document = read(CRD, uri="file:///crd.yaml")
    assert document.title == "Backup (example.org)"
    assert "- `spec.volume` (string, required): Which volume." in document.text
    assert "- `spec.mode` (string, default full, one of full, delta)" in document.text
    assert "- `spec.hooks[].command` (string)" in document.text


def test_manifests_are_code_under_their_names() -> None:
    service = b"# The front door\nkind: Service\napiVersion: v1\nmetadata: {name: web}\n"
    text = service + b"---\nkind: Pod\nmetadata: {name: db}\n"
    document = read(text, uri="file:///m.yaml")
    assert [(block.kind, block.text) for block in document.blocks] == [
        ("heading", "Service web"),
        ("text", "The front door"),
        ("code", "kind: Service\napiVersion: v1\nmetadata: {name: web}"),
        ("heading", "Pod db"),
        ("code", "kind: Pod\nmetadata: {name: db}"),
    ]


def test_a_template_of_yaml_is_kept_as_code() -> None:
    document = read(b"kind: Pod\nmetadata:\n{{- include x | nindent 2 }}\n", uri="file:///t.yaml")
    assert document.blocks[0].kind == "code"
    assert "template" in document.notes[0]


def test_an_openapi_file_is_its_operations_and_schemas() -> None:
    described = {
        "openapi": "3.1.0",
        "info": {"title": "Backups", "version": "2", "description": "Copies of volumes."},
        "paths": {
            "/backups/{id}": {
                "get": {
                    "summary": "Read one backup.",
                    "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                    "responses": {"404": {"description": "No such backup."}},
                }
            }
        },
        "components": {"schemas": {"Backup": {"type": "object", "properties": {"size": {"type": "integer"}}}}},
    }
    document = read(json.dumps(described).encode(), uri="file:///api.json")
    assert (document.title, document.version) == ("Backups", "2")
    assert [block.text for block in document.blocks] == [
        "Copies of volumes.",
        "GET /backups/{id}",
        "Read one backup.",
        "- `id` (path, string, required):",
        "- 404: No such backup.",
        "Backup",
        "- `size` (integer)",
    ]


def test_plain_json_is_code() -> None:
    document = read(b'{"a": [1, "\xe9\x95\x9c"]}', uri="file:///a.json")
    assert document.blocks[0].text == '{\n  "a": [\n    1,\n    "镜"\n  ]\n}'


def test_a_notebook_is_its_cells_and_short_outputs() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Load\n", "How *much*?"]},
        {"cell_type": "code", "source": "1 + 1", "outputs": [{"data": {"text/plain": "2", "image/png": "iVBOR"}}]},
    ]
    document = read(json.dumps({"nbformat": 4, "cells": cells}).encode(), uri="file:///n.ipynb")
    assert [(block.kind, block.text) for block in document.blocks] == [
        ("heading", "Load"),
        ("text", "How much?"),
        ("code", "1 + 1"),
        ("code", "2"),
    ]


def test_csv_with_any_separator_is_a_table() -> None:
    for separator in (",", ";", "\t"):
        text = f'name{separator}note\nweb{separator}"two\nlines"\n\n'
        document = read(text.encode(), uri="file:///t.csv")
        assert document.text == "name | note\nweb | two lines"


def test_plain_text_is_its_paragraphs() -> None:
    document = read(b"First line\nsecond\r\n\r\n\r\nNext", uri="file:///my-notes.txt")
    assert (document.title, [block.text for block in document.blocks]) == ("my notes", ["First line\nsecond", "Next"])
