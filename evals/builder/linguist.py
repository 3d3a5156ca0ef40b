"""Name the language of folders with enry-python; run by an interpreter that has it.

Reads a JSON object of names and folders, writes one of names and languages. Knows nothing of this project, so that
any interpreter can run it.
"""

import importlib
import json
import os
import sys
from collections import Counter

COUNTED = ("programming", "markup")
"""What GitHub counts; markup names a tree only where there is nothing else, for style sheets are long."""
MOST_BYTES = 512 * 1024


def main() -> int:
    """Answer the request on standard input."""
    enry = importlib.import_module("enry")
    given: dict[str, str] = json.load(sys.stdin)
    json.dump({name: largest(enry, folder) for name, folder in given.items()}, sys.stdout)
    return 0


def largest(enry: object, folder: str) -> str:
    """Return the language with the most bytes, as GitHub counts: without what is vendored, generated, documentation."""
    sums: dict[str, Counter[str]] = {name: Counter() for name in COUNTED}
    ask = {name: getattr(enry, name) for name in dir(enry) if name.startswith(("get_", "is_"))}
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in {".git", "node_modules"}]
        for name in names:
            path = os.path.join(place, name)
            told = os.path.relpath(path, folder)
            if os.path.islink(path) or any(ask[one](told) for one in ("is_vendor", "is_documentation", "is_dot_file")):
                continue
            with open(path, "rb") as file:
                content = file.read(MOST_BYTES)
            if ask["is_binary"](content) or ask["is_generated"](told, content):
                continue
            language = ask["get_language"](told, content)
            form = ask["get_language_type"](language) if language else ""
            if form in sums:
                sums[form][language] += os.path.getsize(path)
    return next((found.most_common(1)[0][0] for found in sums.values() if found), "")


if __name__ == "__main__":
    sys.exit(main())
