"""What can go wrong with the knowledge base as a whole.

::

    SextantError
    ├── KnowledgeOff              it is switched off by the settings                   exit 1, HTTP 503
    └── NotFound
        ├── SourceNotFound        no such source, or not one of the caller's           exit 1, HTTP 404
        ├── DocumentNotFound      no such document, or not one of the caller's         exit 1, HTTP 404
        └── PassageNotFound       no such passage any more, or not one of the caller's   exit 1, HTTP 404

The errors of its parts stand beside them: ``kb.documents.errors``, ``kb.embed.errors``, ``kb.sources.errors``,
``kb.stores.errors``.
"""

from core.errors import NotFound, SextantError


class KnowledgeOff(SextantError):
    """The settings switch the knowledge base off."""

    code, status, title = "knowledge_off", 503, "There is no knowledge base"


class SourceNotFound(NotFound):
    """No source with this id, or not one of the caller's."""

    code, title = "source_not_found", "No such source"


class DocumentNotFound(NotFound):
    """No document with this id, or not one of the caller's."""

    code, title = "document_not_found", "No such document"


class PassageNotFound(NotFound):
    """No passage with this id any more, or not one of the caller's."""

    code, title = "passage_not_found", "No such passage"
