"""What C# sources say: addresses that are opened, variables that are read, health routes, calls that tell the kind."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from posixpath import basename

from tree_sitter import Node

from builder.detect.shared.health import health_route
from builder.look import Place
from builder.parsing.code import line_of, of_type, string_of, walk, written

SUFFIXES = (".cs", ".fs", ".vb")
MAX_READ = 300
"""Files that are searched for words before one is parsed."""
MAX_PARSED = 15
"""Files that are parsed, Program and Startup first."""

_MARKS = re.compile(
    r"UseUrls|\.Urls\.Add|\.Run\s*\(\s*[\"$]|ListenAnyIP|ListenLocalhost|\.Listen\(|"
    r"GetEnvironmentVariable|HealthChecks|HttpListener|TcpListener|"
    r"Configuration\[|GetConnectionString|\"/health|GetValue<|RunAsync\s*\(\s*[\"$]|Prefixes\.Add|WithUrlPrefix|static\s+\w+\s+Main"
)
_URL = re.compile(r"^https?://(?P<host>\[[^\]]*\]|[^:/{}]+):(?P<port>\d{2,5})/?$")
_FIRST = re.compile(r"^(Program|Startup|Server|Main|App)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """An address that code opens."""

    port: int
    host: str
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """An environment variable that code reads, or a key of the configuration (``A:B`` is the variable ``A__B``)."""

    name: str
    default: str | None
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A health route."""

    path: str
    file: str
    line: int


@dataclass(frozen=True)
class Sources:
    """The sources of a project, parsed when they are asked about."""

    place: Place

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The source files; what builds leave is none."""
        found = self.place.sources(*SUFFIXES, aside=True, most=2000)
        return tuple(
            one for one in found if not {"bin", "obj", "node_modules", "Migrations"} & set(one.split("/")[:-1])
        )

    @cached_property
    def parsed(self) -> tuple[str, ...]:
        """The C# files that are worth parsing."""
        ordered = sorted(
            (one for one in self.files if one.endswith(".cs")), key=lambda one: not _FIRST.match(basename(one))
        )
        return tuple([one for one in ordered[:MAX_READ] if _MARKS.search(self.place.text(one))][:MAX_PARSED])

    @cached_property
    def listens(self) -> tuple[Listen, ...]:
        """The addresses."""
        return tuple(found for one in self.parsed for found in _listens(self.place, one))

    @cached_property
    def reads(self) -> tuple[Read, ...]:
        """The variables."""
        return tuple(found for one in self.parsed for found in _reads(self.place, one))

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """The health routes."""
        return tuple(found for one in self.parsed for found in _routes(self.place, one))

    def holds(self, *words: str) -> str:
        """Return the first file that holds one of these words, empty for none."""
        return next((one for one in self.files[:MAX_READ] if any(word in self.place.text(one) for word in words)), "")


def _calls(place: Place, file: str) -> Iterator[tuple[str, str, Node]]:
    """Tell the calls: the name, the whole of what is called, its arguments."""
    root = place.syntax(file)
    for node in of_type(root, "invocation_expression") if root is not None else ():
        called = node.child_by_field_name("function")
        arguments = node.child_by_field_name("arguments")
        if called is not None and arguments is not None:
            full = written(called)
            yield re.sub(r"<.*>$", "", full.rpartition(".")[2]), full, arguments


def _listens(place: Place, file: str) -> Iterator[Listen]:
    for name, full, arguments in _calls(place, file):
        opens = name in {"UseUrls", "Run", "RunAsync", "WithUrlPrefix", "StartAsync"} or full.endswith(
            ("Urls.Add", "Prefixes.Add")
        )
        if opens:
            for text, line in _texts(arguments):
                for part in text.split(";"):
                    if found := _URL.match(part.strip()):
                        yield Listen(port=int(found["port"]), host=found["host"], file=file, line=line)
        elif name in {"ListenAnyIP", "ListenLocalhost", "Listen"}:
            number = next((one for one in of_type(arguments, "integer_literal")), None)
            if number is not None and 79 < int(re.sub(r"\D", "", written(number)) or 0) < 65536:
                host = "127.0.0.1" if name == "ListenLocalhost" or "Loopback" in written(arguments) else "0.0.0.0"  # noqa: S104 - what the code says
                yield Listen(port=int(re.sub(r"\D", "", written(number))), host=host, file=file, line=line_of(number))


def _reads(place: Place, file: str) -> Iterator[Read]:
    for name, _, arguments in _calls(place, file):
        texts = [text for text, _ in _texts(arguments)]
        if name == "GetEnvironmentVariable" and texts:
            yield Read(name=texts[0], default=_fallback(arguments.parent), file=file, line=line_of(arguments))
        elif name == "GetConnectionString" and texts:
            yield Read(name=f"ConnectionStrings__{texts[0]}", default=None, file=file, line=line_of(arguments))
    root = place.syntax(file)
    for node in of_type(root, "element_access_expression") if root is not None else ():
        owner = written(node.child_by_field_name("expression"))
        texts = [text for text, _ in _texts(node)]
        if owner.lower().endswith("configuration") and len(texts) == 1 and re.fullmatch(r"[\w:.\-]+", texts[0]):
            yield Read(name=texts[0].replace(":", "__"), default=_fallback(node), file=file, line=line_of(node))


def _routes(place: Place, file: str) -> Iterator[Route]:
    for name, _, arguments in _calls(place, file):
        if name in {"MapHealthChecks", "UseHealthChecks", "MapGet"}:
            text, line = next(iter(_texts(arguments)), ("", 0))
            path = text if text.startswith("/") else f"/{text}"
            telling = name != "MapGet" or health_route(path)
            if text and telling and "{" not in path:
                yield Route(path=path, file=file, line=line)


def _fallback(node: Node | None) -> str | None:
    """Return the default after ``??``."""
    above = node.parent if node is not None else None
    if above is not None and above.type == "argument":
        above = above.parent
    if above is None or above.type != "binary_expression" or "??" not in [one.type for one in above.children]:
        return None
    right = above.child_by_field_name("right")
    if right is None:
        return None
    return string_of(right) if "string" in right.type else written(right) if right.type == "integer_literal" else None


def _texts(node: Node) -> Iterator[tuple[str, int]]:
    for one in walk(node):
        if one.type in {"string_literal", "verbatim_string_literal", "raw_string_literal"}:
            yield string_of(one) or "", line_of(one)
