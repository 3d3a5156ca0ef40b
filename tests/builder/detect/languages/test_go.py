"""Go modules as plans."""

from dataclasses import dataclass, field

import pytest

from builder.detect.languages.go import GO
from builder.detect.planning import plan
from builder.plan import Component, Kind, Probe
from builder.tree import Tree

MODULE = "module example.com/shop\n\ngo 1.24\n"
SERVER = 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe(":9000", nil)\n}\n'


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    files: dict[str, str]
    kind: Kind = Kind.WEB
    port: int | None = 8080
    framework: str | None = None
    version: str = "1.24"
    name: str = "shop"
    build: str = "."
    services: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()
    bind: str | None = None
    others: tuple[str, ...] = field(default=())


def gin(body: str, *, imports: str = "", requires: str = "") -> dict[str, str]:
    return {
        "go.mod": f"{MODULE}\nrequire (\n\tgithub.com/gin-gonic/gin v1.10.0\n{requires})\n",
        "main.go": 'package main\n\nimport (\n\t"github.com/gin-gonic/gin"\n'
        f"{imports})\n\nfunc main() {{\n{body}\n}}\n",
    }


CASES = (
    Case(id="a server of the standard library", files={"go.mod": MODULE, "main.go": SERVER}, port=9000, bind="0.0.0.0"),
    Case(id="gin's own port", files=gin("gin.Default().Run()"), framework="gin", port=8080),
    Case(id="gin's given port", files=gin('gin.Default().Run(":3000")'), framework="gin", port=3000, bind="0.0.0.0"),
    Case(
        id="bound to the machine itself",
        files={"go.mod": MODULE, "main.go": SERVER.replace(":9000", "127.0.0.1:9000")},
        port=9000,
        bind="127.0.0.1",
    ),
    Case(
        id="the address of a server literal",
        files={
            "go.mod": MODULE,
            "main.go": 'package main\nimport "net/http"\n'
            'func main() {\n s := &http.Server{Addr: ":7070"}\n s.ListenAndServe()\n}\n',
        },
        port=7070,
        bind="0.0.0.0",
    ),
    Case(
        id="a flag's default",
        files={
            "go.mod": MODULE,
            "main.go": 'package main\nimport ("flag"; "net/http")\n'
            'func main() {\n p := flag.Int("port", 5050, "where")\n http.ListenAndServe(x(p), nil)\n}\n',
        },
        port=5050,
    ),
    Case(
        id="a variable with its default",
        files=gin(
            'port := getEnv("PORT", "4040")\nkey := getEnv("STRIPE_API_KEY", "x")\ngin.Default().Run(":" + port)'
        ),
        framework="gin",
        port=4040,
        variables=("STRIPE_API_KEY",),
    ),
    Case(
        id="a variable whose default is assigned when it is empty",
        files={
            "go.mod": MODULE,
            "main.go": 'package main\nimport ("net/http"; "os")\nfunc main() {\n port := os.Getenv("PORT")\n'
            ' if port == "" {\n  port = "9100"\n }\n s := &http.Server{Addr: ":" + port}\n s.ListenAndServe()\n}\n',
        },
        port=9100,
    ),
    Case(
        id="a field that is assigned",
        files={
            "go.mod": MODULE,
            "main.go": 'package main\nimport "net/http"\nfunc main() {\n c := load()\n'
            " if c.Port == 0 {\n  c.Port = 9200\n }\n http.ListenAndServe(c.address(), nil)\n}\n",
        },
        port=9200,
    ),
    Case(
        id="the server below cmd, the port in another package",
        files={
            "go.mod": MODULE,
            "cmd/api/main.go": 'package main\nimport "example.com/shop/internal/web"\nfunc main() { web.Serve() }\n',
            "internal/web/web.go": 'package web\nimport "net/http"\n'
            'func Serve() { http.ListenAndServe(":8123", nil) }\n',
        },
        name="api",
        build="./cmd/api",
        port=8123,
        bind="0.0.0.0",
    ),
    Case(
        id="a server beside a tool: the server",
        files={
            "go.mod": MODULE,
            "cmd/shopctl/main.go": 'package main\nimport "fmt"\nfunc main() { fmt.Println() }\n',
            "cmd/web/main.go": SERVER,
        },
        name="web",
        build="./cmd/web",
        port=9000,
        bind="0.0.0.0",
    ),
    Case(
        id="clients of services",
        files=gin(
            'sql.Open("pgx", os.Getenv("DATABASE_URL"))',
            requires="\tgithub.com/jackc/pgx/v5 v5.7.0\n\tgithub.com/redis/go-redis/v9 v9.0.0\n"
            "\tgo.mongodb.org/mongo-driver v1 // indirect\n",
        ),
        framework="gin",
        services=("postgresql", "redis"),
        variables=("DATABASE_URL",),
    ),
    Case(
        id="C beside it",
        files={"go.mod": MODULE, "main.go": SERVER.replace('import "net/http"', 'import "net/http"\nimport "C"')},
        port=9000,
        bind="0.0.0.0",
        traits=("go.cgo",),
    ),
    Case(
        id="a toolchain",
        files={"go.mod": MODULE + "toolchain go1.26.1\n", "main.go": SERVER},
        port=9000,
        bind="0.0.0.0",
    ),
    Case(
        id="a pinned version",
        files={"go.mod": MODULE, "main.go": SERVER, ".tool-versions": "golang 1.25.3\n"},
        version="1.25",
        port=9000,
        bind="0.0.0.0",
    ),
    Case(
        id="tests do not count",
        files={"go.mod": MODULE, "main.go": SERVER, "main_test.go": SERVER.replace("9000", "1234")},
        port=9000,
        bind="0.0.0.0",
    ),
    Case(
        id="a command-line tool",
        files={"go.mod": MODULE, "main.go": 'package main\nimport "fmt"\nfunc main() { fmt.Println() }\n'},
        kind=Kind.CLI,
    ),
    Case(
        id="a tool that downloads is no server",
        files={
            "go.mod": MODULE,
            "main.go": 'package main\nimport ("flag"; "net/http")\n'
            'func main() { flag.Parse(); http.Get("http://x") }\n',
        },
        kind=Kind.CLI,
    ),
    Case(
        id="a window",
        kind=Kind.DESKTOP,
        files={"go.mod": MODULE, "main.go": SERVER.replace("net/http", "fyne.io/fyne/v2")},
    ),
    Case(id="no manifest", files={"main.go": SERVER}, name="app", version="1.26", port=9000, bind="0.0.0.0"),
)


def only(files: dict[str, str]) -> Component:
    found = plan(Tree.of(files), providers=(GO,))
    assert len(found.components) == 1
    return found.components[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_module_becomes_a_component(case: Case) -> None:
    found = only(case.files)
    assert found.kind.value == case.kind
    assert found.name == case.name
    assert found.language.value == "go"
    assert found.package_manager.value == "go"
    assert found.framework.value == case.framework
    assert found.runtime.value is not None
    assert found.runtime.value.version == case.version
    if case.kind == Kind.WEB:
        assert found.port.value == case.port
        assert found.bind.value == case.bind
        assert found.build.value is not None
        assert found.build.value.each[0].argv[-1] == case.build
        assert found.start.value is not None
        assert found.start.value.argv == (f"/app/{case.name}",)
    assert tuple(one.value.name for one in found.services) == case.services
    assert tuple(one.value.name for one in found.variables) == case.variables
    assert tuple(one.value for one in found.traits) == case.traits


def test_a_route_that_says_it_is_well_is_asked() -> None:
    routes = 'http.HandleFunc("GET /healthz", f)\n\thttp.HandleFunc("/readyz", f)\n\thttp.ListenAndServe('
    found = only({"go.mod": MODULE, "main.go": SERVER.replace("http.ListenAndServe(", routes)})
    assert found.health.value == Probe(path="/healthz")


def test_a_module_without_a_program_is_refused_as_a_library() -> None:
    found = plan(Tree.of({"go.mod": MODULE, "shop.go": "package shop\n"}), providers=(GO,))
    assert [one.kind.value for one in found.components] == [Kind.LIBRARY]
    assert [one.component for one in found.refusals] == ["shop"]
    assert found.primary == ""


def test_a_workspace_is_built_from_its_top() -> None:
    found = plan(
        Tree.of(
            {
                "go.work": "go 1.24\n\nuse (\n\t./api\n\t./lib\n)\n",
                "api/go.mod": "module example.com/api\ngo 1.24\n",
                "api/main.go": SERVER,
                "lib/go.mod": "module example.com/lib\ngo 1.24\n",
                "lib/lib.go": "package lib\n",
            }
        ),
        providers=(GO,),
    )
    api = next(one for one in found.components if one.path == "api")
    assert api.context == ""
    assert found.primary == "api"
    recipe = GO.recipe(api, Tree.of({}))
    assert recipe.stages[0].directory == "/src/api"


@pytest.mark.parametrize("text", ["", "module", "go", "require (", "\0\0", "module example.com/x\ngo one.two\n"])
def test_a_broken_manifest_does_no_harm(text: str) -> None:
    found = plan(Tree.of({"go.mod": text, "main.go": SERVER}), providers=(GO,))
    assert found.primary
