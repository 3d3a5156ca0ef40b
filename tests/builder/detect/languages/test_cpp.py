"""C and C++ projects as plans."""

from dataclasses import dataclass

import pytest

from builder.detect.languages.cpp import CPP
from builder.detect.languages.cpp.lexer import calls, lexed
from builder.detect.planning import plan
from builder.plan import BuildPlan, Component, Kind
from builder.recipe import Copy, Packages, Run
from builder.tree import Tree

CMAKE = "cmake_minimum_required(VERSION 3.16)\nproject(shop LANGUAGES CXX)\n"
HELLO = '#include <cstdio>\nint main() { std::puts("hello"); return 0; }\n'
SOCKET = """#include <sys/socket.h>
#include <netinet/in.h>
#define PORT 8085
int main(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in a = {0};
  a.sin_port = htons(PORT);
  bind(fd, (struct sockaddr *)&a, sizeof a);
  listen(fd, 1024);
  for (;;) accept(fd, 0, 0);
}
"""


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    files: dict[str, str]
    kind: Kind = Kind.WEB
    language: str = "cpp"
    manager: str = "cmake"
    framework: str | None = None
    port: int | None = None
    bind: str | None = None
    start: str = "/app/shop"
    build: str = ""
    packages: tuple[str, ...] = ()
    name: str = "shop"


def cmake(main: str, *, more: str = "", sources: str = "main.cpp", **files: str) -> dict[str, str]:
    added = {f"{name.replace('__', '/')}.cpp": text for name, text in files.items()}
    text = f"{CMAKE}{more}\nadd_executable(${{PROJECT_NAME}} {sources})\n"
    return {"CMakeLists.txt": text, "main.cpp": main, **added}


CASES = (
    Case(
        id="crow",
        files=cmake('#include "crow.h"\nint main() { crow::SimpleApp app; app.port(18081).multithreaded().run(); }'),
        framework="crow",
        port=18081,
        build="cmake -S . -B build -DCMAKE_BUILD_TYPE=Release && cmake --build build --parallel --target shop",
    ),
    Case(
        id="drogon",
        files=cmake(
            "#include <drogon/drogon.h>\nusing namespace drogon;\n"
            'int main() { app().addListener("0.0.0.0", 8848).run(); }',
            more="find_package(Drogon CONFIG REQUIRED)",
        ),
        framework="drogon",
        port=8848,
        bind="0.0.0.0",
        packages=("libdrogon-dev",),
    ),
    Case(
        id="drogon with its settings",
        files={
            **cmake('#include <drogon/drogon.h>\nint main() { drogon::app().loadConfigFile("config.json").run(); }'),
            "config.json": '{"listeners": [{"address": "0.0.0.0", "port": 8849}]}',
        },
        framework="drogon",
        port=8849,
    ),
    Case(
        id="oat++",
        files=cmake(
            '#include "oatpp/network/Server.hpp"\nint main() {'
            ' auto p = oatpp::network::tcp::server::ConnectionProvider::createShared({"0.0.0.0", 8001}); }'
        ),
        framework="oat++",
        port=8001,
        bind="0.0.0.0",
    ),
    Case(
        id="cpp-httplib with a constant",
        files=cmake(
            '#include "httplib.h"\nconst int kPort = 8084;\n'
            'int main() { httplib::Server svr; svr.listen("0.0.0.0", kPort); }'
        ),
        framework="cpp-httplib",
        port=8084,
        bind="0.0.0.0",
    ),
    Case(
        id="a variable with its default",
        files=cmake(
            '#include "httplib.h"\nint main() { httplib::Server svr; const char* p = std::getenv("PORT");\n'
            'int port = p ? std::atoi(p) : 5055; svr.listen("0.0.0.0", port); }'
        ),
        framework="cpp-httplib",
        port=5055,
        bind="0.0.0.0",
    ),
    Case(
        id="boost.beast",
        files=cmake(
            "#include <boost/beast/http.hpp>\n#include <boost/asio.hpp>\nint main() {"
            " boost::asio::ip::tcp::acceptor acceptor{ioc, {tcp::v4(), 8086}}; }",
            more="find_package(Boost REQUIRED COMPONENTS system)",
        ),
        framework="boost.beast",
        port=8086,
        packages=("libboost-dev", "libboost-system-dev"),
    ),
    Case(
        id="an asio client is no server",
        files=cmake("#include <boost/asio.hpp>\nint main() { tcp::resolver r(io); boost::asio::connect(s, r); }"),
        kind=Kind.CLI,
    ),
    Case(
        id="libmicrohttpd in C",
        files={
            "CMakeLists.txt": "project(shop C)\npkg_check_modules(MHD REQUIRED libmicrohttpd>=0.9)\n"
            "add_executable(shop main.c)\n",
            "main.c": "#include <microhttpd.h>\n#define PORT 8888\n"
            "int main(void) { MHD_start_daemon(MHD_USE_POLL, PORT, 0, 0, &h, 0, MHD_OPTION_END); }",
        },
        language="c",
        framework="libmicrohttpd",
        port=8888,
        packages=("libmicrohttpd-dev",),
    ),
    Case(
        id="sockets in C with make",
        files={"Makefile": "CC = gcc\nshop: main.o net.o\n\t$(CC) -o $@ $^ -lm\n", "main.c": SOCKET, "net.c": ""},
        language="c",
        manager="make",
        port=8085,
        build="make",
    ),
    Case(
        id="make's own rules",
        files={"Makefile": "CFLAGS += -O2\nall: shop\nshop: main.o\n", "main.c": SOCKET},
        language="c",
        manager="none-of-these",
        start="/app/shop",
        port=8085,
        build="make",
    ),
    Case(
        id="a Makefile that calls make below",
        files={
            "Makefile": "all:\n\t$(MAKE) -C src\n",
            "src/Makefile": "PROG=shop\nOBJS=main.o\n$(PROG): $(OBJS)\n\t$(CC) $(LDFLAGS) -o $(PROG) $(OBJS)\n",
            "src/main.c": SOCKET,
        },
        language="c",
        manager="make",
        port=8085,
    ),
    Case(
        id="meson",
        files={
            "meson.build": "project('shop', 'c', version: '1.0')\n# what it links\ndeps = [dependency('libcurl')]\n"
            "src = files('main.c', 'net.c')\nexecutable('shop', src, dependencies: deps, install: true)\n",
            "main.c": SOCKET,
            "net.c": "",
        },
        language="c",
        manager="meson",
        port=8085,
        packages=("libcurl4-openssl-dev",),
        build="meson setup build --buildtype=release && meson compile -C build",
    ),
    Case(
        id="autotools",
        files={
            "configure.ac": "AC_INIT([shop], [1.0])\ndnl AC_CHECK_LIB(no, f)\nPKG_CHECK_MODULES([X], [zlib >= 1.2])\n",
            "Makefile.am": "SUBDIRS = src\n",
            "src/Makefile.am": "bin_PROGRAMS = shop\nshop_SOURCES = main.c \\\n  net.c\n",
            "src/main.c": SOCKET,
            "src/net.c": "",
        },
        language="c",
        manager="autotools",
        port=8085,
        packages=("zlib1g-dev",),
        build="autoreconf -fi && ./configure && make",
    ),
    Case(
        id="sources by pattern, a library in the tree",
        files={
            "CMakeLists.txt": f"{CMAKE}add_subdirectory(net)\nfile(GLOB SRC src/*.cpp)\nadd_executable(shop ${{SRC}})\n"
            "target_link_libraries(shop PRIVATE net)\n",
            "src/main.cpp": "int serve();\nint main() { return serve(); }\n",
            "net/CMakeLists.txt": "add_library(net STATIC net.cpp)\n",
            "net/net.cpp": '#include "httplib.h"\nint serve() { httplib::Server s; s.listen("127.0.0.1", 8087); }\n',
        },
        framework="cpp-httplib",
        port=8087,
        bind="127.0.0.1",
    ),
    Case(
        id="vcpkg",
        files={
            **cmake('#include "crow.h"\nint main() { app.port(8088).run(); CROW_ROUTE(app, "/"); }'),
            "vcpkg.json": "{}",
        },
        manager="vcpkg",
        framework="crow",
        port=8088,
    ),
    Case(
        id="conan",
        files={
            **cmake('#include "crow.h"\nint main() { crow::SimpleApp app; app.port(8089).run(); }'),
            "conanfile.txt": "[requires]\ncrowcpp-crow/1.2.0\n",
        },
        manager="conan",
        framework="crow",
        port=8089,
    ),
    Case(
        id="a recipe of Conan's for others is no package manager",
        files={
            **cmake('#include "crow.h"\nint main() { crow::SimpleApp app; app.port(8089).run(); }'),
            "conanfile.py": "class C:\n    name = 'shop'\n    def requirements(self): pass\n",
        },
        framework="crow",
        port=8089,
    ),
    Case(
        id="grpc",
        files=cmake(
            "#include <grpcpp/grpcpp.h>\nint main() { grpc::ServerBuilder b;"
            ' b.AddListeningPort("0.0.0.0:50055", grpc::InsecureServerCredentials()); }'
        ),
        framework="grpc",
        port=50055,
        bind="0.0.0.0",
    ),
    Case(
        id="a library that was copied in listens, the program only asks",
        files={
            **cmake('#include "httplib.h"\nint main() { httplib::Client c("localhost"); c.Get("/"); }'),
            "httplib.h": "#include <sys/socket.h>\nvoid f() { bind(1, 2, 3); listen(1, 5); accept(1, 2, 3); }\n",
        },
        kind=Kind.CLI,
    ),
    Case(id="a command-line tool", files=cmake(HELLO), kind=Kind.CLI),
    Case(
        id="a window",
        files=cmake("#include <QApplication>\nint main() { QApplication a; return a.exec(); }"),
        kind=Kind.DESKTOP,
    ),
    Case(id="a game", files=cmake("#include <SDL2/SDL.h>\nint main() { SDL_Init(0); }"), kind=Kind.DESKTOP),
    Case(
        id="a library with tests and examples",
        files={
            "CMakeLists.txt": f'{CMAKE}add_library(shop src/shop.cpp)\noption(BUILD_TESTING "" ON)\n'
            "if(BUILD_TESTING)\n  add_executable(check check.cpp)\nendif()\nadd_subdirectory(examples)\n",
            "src/shop.cpp": "int f() { return 1; }",
            "check.cpp": HELLO,
            "examples/CMakeLists.txt": "add_executable(demo demo.cpp)\n",
            "examples/demo.cpp": HELLO,
        },
        kind=Kind.LIBRARY,
    ),
    Case(
        id="headers only",
        files={"CMakeLists.txt": f"{CMAKE}add_library(shop INTERFACE)\n", "include/shop.hpp": "int f();"},
        kind=Kind.LIBRARY,
    ),
    Case(
        id="firmware",
        files={"CMakeLists.txt": 'idf_component_register(SRCS "main.c")\n', "main.c": "void app_main(void) {}"},
        kind=Kind.OTHER,
        language="c",
    ),
    Case(
        id="a lone source file",
        files={"main.cpp": '#include "httplib.h"\nint main() { httplib::Server s; s.listen("0.0.0.0", 8090); }'},
        manager="none",
        framework="cpp-httplib",
        port=8090,
        bind="0.0.0.0",
        start="/app/app",
        build="g++ -O2 -o app main.cpp -pthread",
    ),
    Case(
        id="comments and raw strings say nothing",
        files=cmake(
            '#include "httplib.h"\n// s.listen("0.0.0.0", 1111);\n/* s.listen("0.0.0.0", 2222); */\n'
            'const char* t = R"x(s.listen("0.0.0.0", 3333))x";\n'
            'int main() { httplib::Server s; s.listen("0.0.0.0", 4444); }'
        ),
        framework="cpp-httplib",
        port=4444,
        bind="0.0.0.0",
    ),
    Case(
        id="a build file that is cut off",
        files={"CMakeLists.txt": "project(shop\nadd_executable(shop main.cpp", "main.cpp": HELLO},
        kind=Kind.CLI,
        start="/app/shop",
    ),
)


def planned(files: dict[str, str]) -> BuildPlan:
    return plan(Tree.of(files), providers=(CPP,))


def only(files: dict[str, str]) -> Component:
    found = planned(files)
    assert len(found.components) == 1
    return found.components[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_project_becomes_a_component(case: Case) -> None:
    found = only(case.files)
    assert found.provider == "cpp"
    assert found.kind.value == case.kind
    assert found.language.value == case.language
    assert found.package_manager.value == case.manager or case.manager == "none-of-these"
    if case.kind == Kind.WEB:
        assert found.framework.value == case.framework
        assert found.port.value == case.port
        assert found.bind.value == case.bind
        assert found.start.value is not None
        assert found.start.value.text == case.start
        assert found.build.value is not None
        assert found.build.value.text == case.build or not case.build
    assert tuple(one.value for one in found.build_packages) == case.packages


OTHERS = (
    ("an extension of Python's", {"setup.py": "", "Makefile": "all: m.o\n", "m.c": HELLO}),
    ("an addon of Node's", {"package.json": "{}", "binding.gyp": "{}", "CMakeLists.txt": CMAKE, "m.cc": ""}),
    ("C beside Go", {"go.mod": "module x\n", "Makefile": "all:\n\tgo build\n", "x.c": "", "main.go": ""}),
    ("a Makefile without sources", {"Makefile": "deploy:\n\trsync . host:\n", "README.md": ""}),
    ("C below a crate", {"Cargo.toml": "[package]\n", "vendor/z/CMakeLists.txt": CMAKE, "vendor/z/z.c": ""}),
)


@pytest.mark.parametrize("files", [one[1] for one in OTHERS], ids=[one[0] for one in OTHERS])
def test_what_another_language_builds_is_left_to_it(files: dict[str, str]) -> None:
    assert all(one.provider != "cpp" for one in planned(files).components)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0\1",
        "((((",
        "project(",
        "add_executable()",
        "if(",
        "set(A ${A})\nadd_executable(x ${A})",
        "add_subdirectory(.)",
    ],
)
def test_a_broken_cmake_file_does_no_harm(text: str) -> None:
    planned({"CMakeLists.txt": text, "main.cpp": HELLO})


@pytest.mark.parametrize(
    "text", ["", "project(", "executable('", "subdir('.')", "executable()", "x = [x]\nexecutable(x)"]
)
def test_a_broken_meson_file_does_no_harm(text: str) -> None:
    planned({"meson.build": text, "main.c": HELLO})


@pytest.mark.parametrize(
    "text", ["", ":", "A = $(A)\n$(A): $(A)\n\t$(CC) -o $(A) $(A)\n", "\t\t\n", "all: all\n", "x:\\\n"]
)
def test_a_broken_makefile_does_no_harm(text: str) -> None:
    planned({"Makefile": text, "main.c": HELLO})


def test_tokens_know_their_lines() -> None:
    source = lexed('#include <a.h>\n/* two\nlines */ int x = 1; // no\nf("a, (b", 2);\n')
    assert source.includes == {"a.h": 1}
    call = next(calls(source.tokens))
    assert (call.name, call.line) == ("f", 4)
    assert [[token.text for token in one] for one in call.arguments] == [["a, (b"], ["2"]]


def test_the_image_holds_the_program_and_its_libraries() -> None:
    files = {
        **cmake(
            "#include <drogon/drogon.h>\nint main() { drogon::app().run(); }",
            more="find_package(Drogon REQUIRED)\nfind_package(OpenSSL)",
        ),
        "config.json": "{}",
    }
    found = only(files)
    recipe = CPP.recipe(found, Tree.of(files))
    first = recipe.stages[0].steps[0]
    assert isinstance(first, Packages)
    assert {"cmake", "libdrogon-dev", "libssl-dev"} <= set(first.names)
    lines = [step.line for step in recipe.stages[0].steps if isinstance(step, Run)]
    assert lines[-1].endswith("cp build/shop /out/shop")
    assert Copy(sources=("config.json",), to="/app/config.json") in recipe.final.steps
    assert Packages(names=("libdrogon1", "libssl3")) in recipe.final.steps
