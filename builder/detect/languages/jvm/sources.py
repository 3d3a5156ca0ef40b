"""What the sources of a module say: its language, programs, ports that are listened on, variables, annotations."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from posixpath import basename, splitext

from builder.detect.languages.jvm.listening import Listen, Read, listens, reads
from builder.detect.languages.jvm.mains import Main, mains
from builder.look import ASIDE, Place

SUFFIXES = (".java", ".kt", ".scala", ".groovy", ".clj", ".cljc")
LANGUAGES = {
    ".java": "java", ".kt": "kotlin", ".scala": "scala", ".groovy": "groovy", ".clj": "clojure", ".cljc": "clojure",
}  # fmt: skip

MAX_FILES = 3000
"""Source files of a module that are listed."""

MAX_READ = 400
"""Files that are searched for words before one is parsed."""

MAX_READ_OF_ALL = 4000
"""The same over all modules of a tree."""

MIN_READ = 25
"""The same of each module, however many there are."""

MAX_PARSED = 30
"""Files that are parsed: those that hold a main function or a server come first."""

_SET = re.compile(r"(?:^|/)src/([\w\-]+)/(?:java|kotlin|scala|groovy|clojure|resources)/")
_TESTS = re.compile(r"test|^it$|jmh|bench|spec|integration|mock|fixture", re.IGNORECASE)
_MARKS = re.compile(
    r"@(?:SpringBootApplication|QuarkusMain|MicronautApplication)|"
    r"getenv|sys\.env|\(env :|\blisten\s*\(|embeddedServer|InetSocketAddress|ServerSocket|[pP]ort\s*[(=:]|"
    r"\bPORT\b|run-jetty|run-server|run-http-server|newServerAt|bindAndHandle|cask\.Main|newDefaultTomcat|new Server\("
)
_FIRST = re.compile(
    r"(main|app|application|server|boot|launcher|bootstrap|core|program|runner|starter)\w*$", re.IGNORECASE
)


@dataclass(frozen=True)
class Sources:
    """The sources of a module, parsed when they are asked about."""

    place: Place

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The program's own source files, tests and examples left out."""
        found = self.place.sources(*SUFFIXES, aside=True, most=MAX_FILES)
        return tuple(one for one in found if _own(one))

    @cached_property
    def languages(self) -> Counter[str]:
        """Bytes by language."""
        sizes: Counter[str] = Counter()
        for one in self.files:
            sizes[LANGUAGES[splitext(one)[1]]] += self.place.tree.sizes.get(self.place.file(one), 0)
        return sizes

    @cached_property
    def read(self) -> tuple[str, ...]:
        """The files that are searched, those with a telling name first: fewer of each where there are many modules."""
        ordered = sorted(self.files, key=lambda one: not _FIRST.search(splitext(basename(one))[0]))
        return tuple(ordered[: max(MIN_READ, min(MAX_READ, MAX_READ_OF_ALL // (len(self.place.inner) + 1)))])

    @cached_property
    def parsed(self) -> tuple[str, ...]:
        """The files that say where the program listens and what it reads."""
        found = [one for one in self.read if _holds_main(text := self.place.text(one)) or _MARKS.search(text)]
        return tuple(found[:MAX_PARSED])

    @cached_property
    def mains(self) -> tuple[Main, ...]:
        """The programs."""
        found = [one for one in self.read if _holds_main(self.place.text(one))]
        return tuple(main for one in found[:MAX_PARSED] for main in mains(self.place, one))

    @cached_property
    def listens(self) -> tuple[Listen, ...]:
        """The ports in code."""
        return tuple(found for one in self.parsed for found in listens(self.place, one))

    @cached_property
    def reads(self) -> tuple[Read, ...]:
        """The variables that code reads."""
        return tuple(found for one in self.parsed for found in reads(self.place, one))

    def holds(self, *words: str) -> str:
        """Return the first file that holds one of these words, empty for none."""
        return next((one for one in self.read if any(word in self.place.text(one) for word in words)), "")


def _holds_main(text: str) -> bool:
    words = ("main(", "main (", "-main", "@main", "extends cask")
    return any(word in text for word in words) or ("extends" in text and "App" in text)


def _own(path: str) -> bool:
    found = _SET.search(path)
    if found:
        before = path[: found.start()].split("/")
        return not _TESTS.search(found[1]) and not any(part.lower() in ASIDE for part in before)
    folders = path.split("/")[:-1]
    return not any(part.lower() in ASIDE for part in folders[:1]) and not any(
        part in {"test", "tests", "build", "target", "buildSrc", "gradle", "project"} for part in folders
    )
