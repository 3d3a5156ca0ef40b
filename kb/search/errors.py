"""What can go wrong with a search before the store is asked.

::

    SearchError
    └── QuestionEmpty   there is nothing to search for   HTTP 422
"""

from core.errors import SextantError


class SearchError(SextantError):
    """A search could not be made."""

    code, status, title = "search", 422, "The search is not possible"


class QuestionEmpty(SearchError):
    """The question holds no letter and no digit."""

    code, title = "question_empty", "There is nothing to search for"
