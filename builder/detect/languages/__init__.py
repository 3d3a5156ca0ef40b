"""Language providers, one package or file each. ``PROVIDERS`` holds them in the order in which equals are preferred."""

from builder.detect.languages.cpp import CPP
from builder.detect.languages.deno import DENO
from builder.detect.languages.dockerfile import DOCKERFILE
from builder.detect.languages.dotnet import DOTNET
from builder.detect.languages.elixir import ELIXIR
from builder.detect.languages.gleam import GLEAM
from builder.detect.languages.go import GO
from builder.detect.languages.inline import INLINE
from builder.detect.languages.jvm import JVM
from builder.detect.languages.node import NODE
from builder.detect.languages.php import PHP
from builder.detect.languages.python import PYTHON
from builder.detect.languages.ruby import RUBY
from builder.detect.languages.rust import RUST
from builder.detect.languages.shell import SHELL
from builder.detect.languages.static import STATIC
from builder.provider import Provider

PROVIDERS: tuple[Provider, ...] = (
    *(GO, RUST, JVM, DOTNET, ELIXIR, GLEAM, RUBY, PHP, PYTHON),
    *(DENO, NODE),  # after those whose assets they make
    *(CPP, STATIC, SHELL),  # what is often found beside a program in another language
    DOCKERFILE,  # a tree that says nothing else
    INLINE,  # one file with a function, which no other rule runs
)
