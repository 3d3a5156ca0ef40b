"""Count the tokens of the bundled model: word by word, as its tokenizer never joins words."""

import json

from tokenizers import Tokenizer

KNOWN_WORDS = 65_536
"""About the words of a large documentation: most words of a text are counted without the tokenizer."""

LONGEST_WORD = 40
"""Characters. Longer runs (Chinese, encoded data) hardly come again."""

_JOINT = "\u2581"
"""The tokenizer's own sign for a space; in a text it is one as well."""


class _Known(dict[str, int]):
    """The tokens of words, counted when they are asked for."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        super().__init__({"": 0})
        self._tokenizer = tokenizer

    def __missing__(self, word: str) -> int:
        tokens = len(self._tokenizer.encode(word, add_special_tokens=False).ids)
        if len(word) <= LONGEST_WORD and len(self) < KNOWN_WORDS:
            self[word] = tokens
        return tokens


class WordCounter:
    """Counts tokens. It can be pickled, so that another process counts the same."""

    def __init__(self, tokenizer: bytes, table: bytes) -> None:
        self._files = (tokenizer, table)
        self._table = {int(point): new for point, new in json.loads(table).items()}
        self.tokenizer = Tokenizer.from_str(tokenizer.decode())
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self._known = _Known(self.tokenizer)

    def __reduce__(self) -> tuple[type["WordCounter"], tuple[bytes, bytes]]:
        return WordCounter, self._files

    def __call__(self, text: str) -> int:
        """Return how many tokens ``text`` has, what the model adds not counted."""
        plain = self.normal(text).replace(_JOINT, " ")
        if len(self._known) >= KNOWN_WORDS:
            self._known = _Known(self.tokenizer)  # the words of another subject, by now
        return sum(map(self._known.__getitem__, plain.split(" "))) + plain.endswith(" ")  # a space at the end counts

    def normal(self, text: str) -> str:
        """Return a text as the tokenizer wants it."""
        return text.translate(self._table)
