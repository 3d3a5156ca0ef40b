"""Remember the vectors of the last questions: who searches, then asks, or asks again, waits for the model once."""

from collections import OrderedDict

from kb.embed.embedder import Embedder, Vector


class RecentQuestions:
    """Vectors of the ``most`` texts that were asked last, by the model and the text."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[tuple[str, str], Vector] = OrderedDict()

    async def vector(self, embedder: Embedder, text: str) -> Vector:
        """Return the vector of a question. Raises what the model raises, and keeps nothing of it."""
        key = embedder.fingerprint, text
        found = self._known.get(key)
        if found is None:
            found = await embedder.query(text)
            found.setflags(write=False)  # several searches hold it
            self._known[key] = found
        if self._most:
            self._known.move_to_end(key)
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        return found
