"""Sentences for people, in the languages that the product speaks.

A sentence is written in every language where it is made, so that a fact cannot be missing in one of them.
"""

from dataclasses import dataclass
from typing import Literal, assert_never

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One sentence in English and Chinese. Names, numbers and quoted text are the same in both."""

    en: str
    zh: str

    def in_language(self, language: Language) -> str:
        """Return the sentence in ``language``."""
        match language:
            case "en":
                return self.en
            case "zh":
                return self.zh
            case _:
                assert_never(language)
