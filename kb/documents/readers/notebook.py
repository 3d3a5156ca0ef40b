"""Jupyter notebooks: Markdown cells, code cells, and the plain-text outputs that are short."""

from collections.abc import Iterator, Mapping
from typing import Any

from kb.documents.drafts import Draft, Read
from kb.documents.errors import DocumentBroken
from kb.documents.limits import Budget
from kb.documents.readers.json import parsed
from kb.documents.readers.markdown import markdown_drafts

MAX_OUTPUT = 4_000  # characters; a longer output is a dump and not an explanation


def read_notebook(text: str, budget: Budget) -> Read:
    """Return the cells in order. Pictures and other rich outputs are left out."""
    notebook = parsed(text)
    cells = notebook.get("cells") if isinstance(notebook, Mapping) else None
    if not isinstance(cells, list):
        raise DocumentBroken("The notebook has no list of cells.", next_step="Save it in notebook format 4.")
    metadata = notebook.get("metadata")
    title = metadata.get("title", "") if isinstance(metadata, Mapping) else ""
    return Read(drafts=_drafts(cells, budget), title=str(title), media_type="application/x-ipynb+json")


def _drafts(cells: list[Any], budget: Budget) -> Iterator[Draft]:
    for cell in cells:
        budget.check_time()
        if not isinstance(cell, Mapping):
            continue
        source = _text(cell.get("source"))
        if cell.get("cell_type") == "markdown":
            yield from markdown_drafts(source, budget)
        elif cell.get("cell_type") == "code":
            yield Draft("code", source)
            yield from _outputs(cell.get("outputs"))
        else:
            yield Draft("text", source)


def _outputs(outputs: object) -> Iterator[Draft]:
    for output in outputs if isinstance(outputs, list) else []:
        if not isinstance(output, Mapping):
            continue
        data = output.get("data")
        text = _text(output.get("text")) or (_text(data.get("text/plain")) if isinstance(data, Mapping) else "")
        if text and len(text) <= MAX_OUTPUT:
            yield Draft("code", text)


def _text(value: object) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else value if isinstance(value, str) else ""
