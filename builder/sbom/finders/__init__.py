"""One finder for each way in which an image says what it holds."""

from builder.sbom.finder import Finder
from builder.sbom.finders import apk, dotnet, dpkg, erlang, go, java, node, php, python, ruby, runtimes, rust

FINDERS: tuple[Finder, ...] = (
    dpkg.FINDER,
    apk.FINDER,
    python.FINDER,
    node.FINDER,
    go.FINDER,
    ruby.FINDER,
    java.FINDER,
    php.FINDER,
    dotnet.FINDER,
    rust.FINDER,
    erlang.FINDER,
    runtimes.FINDER,
)
