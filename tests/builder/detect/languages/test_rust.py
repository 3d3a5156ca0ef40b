"""Rust packages and workspaces as plans."""

from dataclasses import dataclass

import pytest

from builder.detect.languages.rust import RUST
from builder.detect.planning import plan
from builder.detect.shared import clients_crates, services
from builder.look import Look
from builder.plan import SERVICES, BuildPlan, Component, Kind
from builder.recipe import Copy, Packages, Run
from builder.tree import Tree

PACKAGE = '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n'
AXUM = """
use axum::{routing::get, Router};

#[tokio::main]
async fn main() {
    let app = Router::new().route("/healthz", get(|| async { "ok" }));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:4000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
"""
HELLO = 'fn main() {\n    println!("hello");\n}\n'


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    main: str = HELLO
    needs: str = ""
    manifest: str = PACKAGE
    files: tuple[tuple[str, str], ...] = ()
    kind: Kind = Kind.WEB
    framework: str | None = None
    port: int | None = None
    bind: str | None = None
    start: str = "/app/shop"
    health: str | None = None

    @property
    def tree(self) -> dict[str, str]:
        return {
            "Cargo.toml": f"{self.manifest}\n[dependencies]\n{self.needs}",
            "src/main.rs": self.main,
            **dict(self.files),
        }


CLAP = 'clap = { version = "4", features = ["derive"] }\n'
CASES = (
    Case(
        id="axum",
        main=AXUM,
        needs='axum = "0.8"\ntokio = "1"\n',
        framework="axum",
        port=4000,
        bind="0.0.0.0",
        health="/healthz",
    ),
    Case(
        id="axum on a tuple of numbers",
        needs='axum = "0.6"\n',
        framework="axum",
        main="use std::net::SocketAddr;\nfn main() { let addr = SocketAddr::from(([127, 0, 0, 1], 3100));"
        " axum::Server::bind(&addr).serve(app()); }",
        port=3100,
        bind="127.0.0.1",
    ),
    Case(
        id="a variable with its default",
        needs='axum = "0.8"\n',
        framework="axum",
        main='use axum::Router;\nfn main() { let port = std::env::var("PORT").unwrap_or_else(|_| "5050".to_string());'
        ' let l = TcpListener::bind(format!("0.0.0.0:{port}")); axum::serve(l, Router::new()); }',
        port=5050,
        bind="0.0.0.0",
    ),
    Case(
        id="a variable that is matched",
        needs='axum = "0.8"\n',
        framework="axum",
        main='use axum::Router;\nfn main() { let p: u16 = match std::env::var("PORT") { Ok(v) => v.parse().unwrap(),'
        " Err(_) => 7007 }; axum::serve(x(p), Router::new()); }",
        port=7007,
    ),
    Case(
        id="a variable of a database does not count",
        needs='axum = "0.8"\n',
        framework="axum",
        main='use axum::Router;\nfn main() { let p = std::env::var("REDIS_PORT").unwrap_or("6379".into());'
        " axum::serve(x(p), Router::new()); }",
        port=3000,
    ),
    Case(
        id="actix-web with a tuple",
        needs='actix-web = "4"\n',
        framework="actix-web",
        main="use actix_web::{App, HttpServer};\n#[actix_web::main]\nasync fn main() {"
        ' HttpServer::new(|| App::new()).bind(("0.0.0.0", 8081))?.run().await }',
        port=8081,
        bind="0.0.0.0",
    ),
    Case(
        id="actix-web with a route attribute",
        needs='actix-web = "4"\n',
        framework="actix-web",
        main='use actix_web::get;\n#[get("/health")]\nasync fn health() -> &\'static str { "ok" }\n'
        'fn main() { HttpServer::new(|| App::new()).bind("127.0.0.1:8082"); }',
        port=8082,
        bind="127.0.0.1",
        health="/health",
    ),
    Case(
        id="rocket by itself",
        needs='rocket = "0.5"\n',
        framework="rocket",
        main="#[macro_use] extern crate rocket;\n#[launch]\nfn rocket() -> _ { rocket::build() }\n",
        port=8000,
        bind="0.0.0.0",
    ),
    Case(
        id="rocket with its settings",
        needs='rocket = "0.5"\n',
        framework="rocket",
        main="#[macro_use] extern crate rocket;\n#[launch]\nfn rocket() -> _ { rocket::build() }\n",
        files=(("Rocket.toml", "[default]\nport = 8001\n[release]\nport = 9001\n"),),
        port=9001,
        bind="0.0.0.0",
    ),
    Case(
        id="warp",
        needs='warp = "0.3"\n',
        framework="warp",
        main="use warp::Filter;\nfn main() { warp::serve(routes()).run(([0, 0, 0, 0], 3033)).await; }",
        port=3033,
        bind="0.0.0.0",
    ),
    Case(
        id="poem",
        needs='poem = "3"\n',
        framework="poem",
        main='use poem::Server;\nfn main() { Server::new(TcpListener::bind("0.0.0.0:3001")); }',
        port=3001,
        bind="0.0.0.0",
    ),
    Case(
        id="salvo",
        needs='salvo = "0.70"\n',
        framework="salvo",
        main="use salvo::prelude::*;\nfn main() {"
        ' let acceptor = TcpListener::new("0.0.0.0:5800").bind().await; Server::new(acceptor); }',
        port=5800,
        bind="0.0.0.0",
    ),
    Case(
        id="tide",
        needs='tide = "0.16"\n',
        framework="tide",
        main='fn main() { let mut app = tide::new(); app.listen("127.0.0.1:8083").await?; }',
        port=8083,
        bind="127.0.0.1",
    ),
    Case(
        id="tonic serving",
        needs='tonic = "0.12"\n',
        framework="tonic",
        main='use tonic::transport::Server;\nfn main() { let addr = "[::1]:50052".parse().unwrap();'
        " Server::builder().add_service(x).serve(addr).await; }",
        port=50052,
    ),
    Case(
        id="tonic as a client only",
        needs='tonic = "0.12"\n',
        main='use tonic::Request;\nfn main() { let c = GreeterClient::connect("http://[::1]:50051").await; }',
        kind=Kind.CLI,
    ),
    Case(
        id="hyper serving under another name",
        needs='hyper = "0.14"\n',
        framework="hyper",
        main="use hyper::{Body, Server as HttpServer};\nfn main() { let port = 6060; HttpServer::bind(&x(port)); }",
        port=6060,
    ),
    Case(id="hyper as a client", needs='hyper = "1"\n', main="use hyper::Client;\n" + HELLO, kind=Kind.CLI),
    Case(
        id="tiny_http",
        needs='tiny_http = "0.12"\n',
        framework="tiny-http",
        main='use tiny_http::Server;\nfn main() { let s = Server::http("0.0.0.0:8099").unwrap(); }',
        port=8099,
        bind="0.0.0.0",
    ),
    Case(
        id="a bare socket",
        main='use std::net::TcpListener;\nfn main() { let l = TcpListener::bind("0.0.0.0:7878").unwrap(); }',
        port=7878,
        bind="0.0.0.0",
    ),
    Case(
        id="a socket of any port is no server",
        main='use std::net::TcpListener;\nfn main() { let l = TcpListener::bind("127.0.0.1:0").unwrap(); }',
        kind=Kind.CLI,
    ),
    Case(
        id="loco starts by its subcommand",
        needs='loco-rs = "0.14"\n',
        framework="loco",
        main="use loco_rs::cli;\nfn main() { cli::main::<App, Migrator>(); }",
        files=(("config/production.yaml", "server:\n  port: 5151\n"),),
        port=5151,
        start="/app/shop start --environment production --binding 0.0.0.0",
    ),
    Case(
        id="the default of an option",
        needs=CLAP + 'axum = "0.8"\n',
        framework="axum",
        main="use axum::Router;\nuse clap::Parser;\n#[derive(Parser)]\nstruct Args {\n    /// Where\n"
        "    #[arg(short, long, default_value_t = 9191)]\n    port: u16,\n}\nfn main() { axum::serve(x, y); }",
        port=9191,
    ),
    Case(
        id="an option binds to the machine itself: it is told otherwise",
        needs=CLAP + 'axum = "0.8"\n',
        framework="axum",
        main="use axum::Router;\nuse clap::Parser;\n#[derive(Parser)]\nstruct Args {\n"
        '    #[arg(long, default_value = "127.0.0.1")]\n    host: String,\n'
        '    #[arg(long, default_value = "9292", env = "PORT")]\n    port: u16,\n}\nfn main() { axum::serve(x, y); }',
        port=9292,
        start="/app/shop --host 0.0.0.0",
    ),
    Case(
        id="an option of the builder",
        needs='clap = "4"\naxum = "0.8"\n',
        framework="axum",
        main="use axum::Router;\nuse clap::{Arg, Command};\nfn main() {"
        ' Command::new("shop").arg(Arg::new("port").long("port").default_value("9393")); axum::serve(x, y); }',
        port=9393,
    ),
    Case(
        id="the default of a struct",
        needs='axum = "0.8"\n',
        framework="axum",
        main="use axum::Router;\nimpl Default for Config { fn default() -> Self {"
        ' Config { port: 9494, db_port: 5432, name: "x".into() } } }\nfn main() { axum::serve(x, y); }',
        port=9494,
    ),
    Case(
        id="a constant in a module",
        needs='axum = "0.8"\n',
        framework="axum",
        main="use axum::Router;\nmod config;\nfn main() { axum::serve(x, y); }",
        files=(("src/config.rs", "pub const DEFAULT_PORT: u16 = 9_595;\n"),),
        port=9595,
    ),
    Case(
        id="ports of tests do not count",
        needs='axum = "0.8"\n',
        framework="axum",
        main="use axum::Router;\nfn main() { axum::serve(x, y); }\n#[cfg(test)]\nmod tests {\n"
        '    fn it() { TcpListener::bind("127.0.0.1:1234"); }\n}\n',
        port=3000,
    ),
    Case(
        id="settings of the crate config",
        needs='axum = "0.8"\nconfig = "0.14"\n',
        framework="axum",
        main="use axum::Router;\nuse config::Config;\nfn main() { axum::serve(x, y); }",
        files=(("config/default.toml", "[server]\nport = 9696\n"),),
        port=9696,
    ),
    Case(
        id="one subcommand serves, others operate",
        needs=CLAP + 'axum = "0.8"\n',
        framework="axum",
        main="use axum::Router;\nuse clap::{Parser, Subcommand};\n#[derive(Subcommand)]\nenum Command {\n"
        "    Serve,\n    Migrate,\n    CreateUser { name: String },\n}\nfn main() { axum::serve(x, y); }",
        port=3000,
        start="/app/shop serve",
    ),
    Case(
        id="a tool that can also serve",
        needs=CLAP + 'axum = "0.8"\n',
        framework="axum",
        main="use axum::Router;\nuse clap::{Parser, Subcommand};\n#[derive(Subcommand)]\nenum Command {\n"
        "    Build,\n    Serve,\n    Clean,\n    New,\n}\nfn main() { axum::serve(x, y); }",
        kind=Kind.CLI,
    ),
    Case(
        id="a tool's subcommands in something called a server",
        manifest=PACKAGE.replace("shop", "shop-server"),
        needs=CLAP + 'axum = "0.8"\n',
        framework="axum",
        main="use axum::Router;\n#[derive(clap::Subcommand)]\nenum Command { Start, Dump, Load, Query }\n"
        "fn main() { axum::serve(x, y); }",
        port=3000,
        start="/app/shop-server start",
    ),
    Case(
        id="a server that a feature adds is not there by default",
        needs=CLAP + 'axum = { version = "0.8", optional = true }\n',
        main="use axum::Router;\nfn main() { axum::serve(x, y); }",
        kind=Kind.CLI,
    ),
    Case(
        id="the port of metrics is not the one",
        needs='axum = "0.8"\n',
        framework="axum",
        main="use axum::Router;\nimpl Default for Metrics { fn default() -> Self { Self { port: 9001 } } }\n"
        'fn main() { Config::new().set_default("metrics.port", 9002)?.set_default("port", 8889)?; axum::serve(x); }',
        port=8889,
    ),
    Case(
        id="settings in the source",
        needs='axum = "0.8"\n',
        framework="axum",
        main='use axum::Router;\nconst DEFAULTS: &str = r#"\n[db]\nport = 5432\n[server]\naddress = "[::]:9797"\n"#;\n'
        "fn main() { axum::serve(x, y); }",
        port=9797,
    ),
    Case(id="a command line", needs=CLAP, main="use clap::Parser;\n" + HELLO, kind=Kind.CLI),
    Case(id="nothing but hello", kind=Kind.CLI),
    Case(id="a window", needs='eframe = "0.29"\n', main="use eframe::egui;\n" + HELLO, kind=Kind.DESKTOP),
    Case(id="a game", needs='bevy = "0.15"\n', main="use bevy::prelude::*;\n" + HELLO, kind=Kind.DESKTOP),
    Case(id="tauri", needs='tauri = "2"\n', main="fn main() { tauri::Builder::default().run(x); }", kind=Kind.DESKTOP),
    Case(id="a bot", needs='teloxide = "0.13"\n', main="use teloxide::prelude::*;\n" + HELLO, kind=Kind.WORKER),
    Case(id="a consumer", needs='lapin = "2"\n', main="use lapin::Connection;\n" + HELLO, kind=Kind.WORKER),
    Case(id="firmware", needs='cortex-m-rt = "0.7"\n', main="use cortex_m_rt::entry;\n" + HELLO, kind=Kind.OTHER),
    Case(
        id="a function of a cloud",
        needs='lambda_runtime = "0.13"\n',
        main="use lambda_runtime::run;\n" + HELLO,
        kind=Kind.OTHER,
    ),
    Case(id="a manifest that is cut off", manifest='[package\nname = "x"', main=HELLO, kind=Kind.CLI, start="/app/app"),
    Case(id="a manifest of zeros", manifest="\0\0\0", main=HELLO, kind=Kind.CLI, start="/app/app"),
    Case(
        id="a manifest with values of the wrong kind",
        manifest='[package]\nname = 7\ndefault-run = []\n[lib]\npath = 3\n[[bin]]\nname = 4\n[features]\nx = "y"\n',
        kind=Kind.CLI,
        start="/app/app",
    ),
    Case(id="broken source", main="fn main( {{{ use axum::", needs='axum = "1"\n', kind=Kind.CLI),
)


def planned(files: dict[str, str]) -> BuildPlan:
    return plan(Tree.of(files), providers=(RUST,))


def only(files: dict[str, str]) -> Component:
    found = planned(files)
    assert len(found.components) == 1
    return found.components[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_package_becomes_a_component(case: Case) -> None:
    found = only(case.tree)
    assert found.kind.value == case.kind
    assert found.language.value == "rust"
    assert found.package_manager.value == "cargo"
    assert found.start.value is not None
    if case.kind in {Kind.WEB, Kind.WORKER}:
        assert found.start.value.text == case.start
    if case.kind == Kind.WEB:
        assert found.framework.value == case.framework
        assert found.port.value == case.port
        assert found.bind.value == case.bind or case.bind is None
        assert (found.health.value.path if found.health.value else None) == case.health


@dataclass(frozen=True, kw_only=True)
class Version:
    id: str
    files: dict[str, str]
    version: str
    constraint: str = ""


SERVER = {"Cargo.toml": PACKAGE + '[dependencies]\naxum = "0.8"\n', "src/main.rs": AXUM}
VERSIONS = (
    Version(id="nothing asks", files={}, version="1"),
    Version(
        id="a pinned release",
        files={"rust-toolchain.toml": '[toolchain]\nchannel = "1.82.0"\n'},
        version="1.82",
        constraint="1.82.0",
    ),
    Version(id="the old form", files={"rust-toolchain": "1.79.0\n"}, version="1.79", constraint="1.79.0"),
    Version(id="stable", files={"rust-toolchain": "stable\n"}, version="1", constraint="stable"),
    Version(
        id="a nightly",
        files={"rust-toolchain.toml": '[toolchain]\nchannel = "nightly-2025-01-01"\n'},
        version="nightly",
        constraint="nightly-2025-01-01",
    ),
    Version(id="asdf", files={".tool-versions": "rust 1.81.0\n"}, version="1.81", constraint="1.81.0"),
    Version(id="a broken file", files={"rust-toolchain.toml": "[toolchain"}, version="1"),
    Version(
        id="the oldest that will do",
        files={"Cargo.toml": PACKAGE + 'rust-version = "1.74"\n[dependencies]\naxum = "0.8"\n'},
        version="1",
        constraint=">=1.74",
    ),
)


@pytest.mark.parametrize("case", VERSIONS, ids=lambda case: case.id)
def test_the_toolchain_is_the_pinned_one_or_the_newest(case: Version) -> None:
    found = only(SERVER | case.files).runtime.value
    assert found is not None
    assert (found.version, found.constraint) == (case.version, case.constraint)


def test_a_library_is_refused() -> None:
    found = planned({"Cargo.toml": PACKAGE, "src/lib.rs": "pub fn f() {}\n"})
    assert [one.kind.value for one in found.components] == [Kind.LIBRARY]
    assert len(found.refusals) == 1


def test_a_server_in_a_workspace_is_built_from_its_top() -> None:
    found = planned(
        {
            "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\nexclude = ["crates/old"]\n'
            '[workspace.dependencies]\naxum = "0.8"\n[workspace.package]\nrust-version = "1.80"\n',
            "Cargo.lock": "version = 4\n",
            "crates/api/Cargo.toml": '[package]\nname = "api"\nrust-version.workspace = true\n'
            '[dependencies]\naxum.workspace = true\ncore-lib = { path = "../core" }\n',
            "crates/api/src/main.rs": "use axum::Router;\nfn main() { core_lib::serve(); }\n",
            "crates/core/Cargo.toml": '[package]\nname = "core-lib"\n[dependencies]\naxum.workspace = true\n',
            "crates/core/src/lib.rs": "mod net;\npub use net::serve;\n",
            "crates/core/src/net.rs": 'pub fn serve() { axum::serve(TcpListener::bind("0.0.0.0:4400"), x); }\n',
        }
    )
    api = next(one for one in found.components if one.name == "api")
    assert found.primary == "api"
    assert (api.path, api.context, api.port.value) == ("crates/api", "", 4400)
    assert api.runtime.value is not None
    assert api.runtime.value.constraint == ">=1.80"
    assert api.build.value is not None
    assert api.build.value.text == "cargo build --release --locked -p api --bin api"
    assert {one.kind.value for one in found.components if one is not api} == {Kind.LIBRARY}
    recipe = RUST.recipe(api, Tree.of({}))
    assert recipe.stages[0].directory == "/src/crates/api"


def test_of_several_programs_those_that_serve_are_taken_and_the_default_is_first() -> None:
    files = {
        "Cargo.toml": PACKAGE + 'default-run = "web"\n[dependencies]\naxum = "0.8"\n',
        "src/bin/admin.rs": 'fn main() { axum::serve(TcpListener::bind("0.0.0.0:4001"), x); }',
        "src/bin/web.rs": 'fn main() { axum::serve(TcpListener::bind("0.0.0.0:4002"), x); }',
        "src/bin/migrate.rs": HELLO,
    }
    drafts = RUST.examine(Look(Tree.of(files)).at(""), None)
    assert [one.name for one in drafts] == ["web", "admin"]
    assert [one.purpose for one in drafts[0].tasks] == ["migrate"]
    assert planned(files).primary == "web"


def test_programs_of_the_manifest_have_the_names_it_gives() -> None:
    files = {
        "Cargo.toml": PACKAGE + '[[bin]]\nname = "shopd"\npath = "server/main.rs"\nrequired-features = ["http"]\n'
        '[dependencies]\naxum = "0.8"\n',
        "server/main.rs": AXUM,
    }
    found = only(files)
    assert found.start.value is not None
    assert found.build.value is not None
    assert found.start.value.argv == ("/app/shopd",)
    assert found.build.value.text == "cargo build --release --bin shopd --features http"


@dataclass(frozen=True, kw_only=True)
class Linked:
    id: str
    lock: str = ""
    needs: str = ""
    builders: str = ""
    build: tuple[str, ...] = ()
    run: tuple[str, ...] = ()


def locked(*crates: str) -> str:
    parts = []
    for one in crates:
        name, *inner = one.split()
        held = "".join(f' "{crate}",\n' for crate in inner)
        parts.append(f'[[package]]\nname = "{name}"\nversion = "1.0.0"\ndependencies = [\n{held}]\n')
    return "version = 4\n\n" + "\n".join(parts)


LINKED = (
    Linked(
        id="openssl",
        lock=locked("openssl-sys cc pkg-config"),
        build=("pkg-config", "libssl-dev"),
        run=("libssl3", "ca-certificates"),
    ),
    Linked(id="openssl that brings its own", lock=locked("openssl-sys cc openssl-src", "openssl-src cc")),
    Linked(id="sqlite in the binary", lock=locked("libsqlite3-sys cc pkg-config vcpkg")),
    Linked(
        id="sqlite of the system",
        lock=locked("libsqlite3-sys pkg-config vcpkg"),
        build=("pkg-config", "libsqlite3-dev"),
        run=("libsqlite3-0",),
    ),
    Linked(id="postgres", lock=locked("pq-sys vcpkg"), build=("libpq-dev",), run=("libpq5",)),
    Linked(id="a protocol compiler", builders='tonic-build = "0.12"\n', build=("protobuf-compiler",)),
    Linked(id="a protocol compiler of its own", builders='prost-build = "0.13"\nprotoc-bin-vendored = "3"\n'),
    Linked(
        id="diesel without a lock file",
        needs='diesel = { version = "2", features = ["postgres"] }\n',
        build=("libpq-dev",),
        run=("libpq5",),
    ),
    Linked(id="bindings that are generated", lock=locked("clang-sys glob"), build=("clang", "libclang-dev")),
)


@pytest.mark.parametrize("case", LINKED, ids=lambda case: case.id)
def test_crates_that_link_libraries_need_their_packages(case: Linked) -> None:
    files = {
        "Cargo.toml": f'{PACKAGE}[dependencies]\naxum = "0.8"\n{case.needs}[build-dependencies]\n{case.builders}',
        "src/main.rs": AXUM,
        **({"Cargo.lock": case.lock} if case.lock else {}),
    }
    found = only(files)
    assert tuple(one.value for one in found.build_packages) == case.build
    assert tuple(one.value for one in found.system_packages) == case.run


def test_crates_and_their_features_name_services(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(services.CLIENTS, "crates", clients_crates.CLIENTS)
    needs = 'sqlx = { version = "0.8", features = ["postgres", "runtime-tokio"] }\nredis = "0.27"\naxum = "0.8"\n'
    found = only({"Cargo.toml": f"{PACKAGE}[dependencies]\n{needs}", "src/main.rs": AXUM})
    assert [one.value.name for one in found.services] == ["postgresql", "redis"]


def test_every_client_names_a_known_service() -> None:
    assert set(clients_crates.CLIENTS.values()) <= set(SERVICES)
    assert all(one == one.lower() for one in clients_crates.CLIENTS)


def test_variables_have_the_defaults_that_the_code_gives() -> None:
    main = AXUM.replace(
        "let app",
        'let a = std::env::var("DATABASE_URL").expect("set it");\n'
        'let b = env::var("THEME").unwrap_or("dark".to_string());\nlet c = env!("BUILD_ID");\nlet app',
    )
    found = only(SERVER | {"src/main.rs": main})
    told = {one.value.name: one.value for one in found.variables}
    assert told["DATABASE_URL"].required
    assert told["DATABASE_URL"].secret
    assert (told["THEME"].required, told["THEME"].default) == (False, "dark")
    assert not told["BUILD_ID"].required


def test_options_name_variables_addresses_and_folders_for_data() -> None:
    main = (
        "use axum::Router;\nuse clap::Parser;\n#[derive(Parser)]\nstruct Args {\n"
        '    #[arg(long, env = "SHOP_BIND", default_value = "0.0.0.0")]\n    bind: String,\n'
        '    #[arg(long, env = "SHOP_DATA_DIR", default_value = "shop_data")]\n    data_dir: String,\n}\n'
        'const DB: &str = "sqlite://db/shop.sqlite?mode=rwc";\nfn main() { axum::serve(x, y); }'
    )
    found = only({"Cargo.toml": f"{PACKAGE}[dependencies]\n{CLAP}axum = '0.8'\n", "src/main.rs": main})
    assert found.bind.value == "0.0.0.0"
    assert [one.value.name for one in found.variables] == ["SHOP_BIND", "SHOP_DATA_DIR"]
    assert [(one.value.path, one.value.purpose) for one in found.volumes] == [
        ("/app/shop_data", "data"),
        ("/app/db", "sqlite"),
    ]


BROWSER_PAGE = "<!DOCTYPE html><html><head><link data-trunk rel='rust'/></head></html>"


@dataclass(frozen=True, kw_only=True)
class Front:
    id: str
    files: dict[str, str]
    kind: Kind
    build: str
    output: str
    framework: str
    port: int


FRONTS = (
    Front(
        id="yew by trunk",
        files={
            "Cargo.toml": PACKAGE + '[dependencies]\nyew = { version = "0.21", features = ["csr"] }\n',
            "index.html": BROWSER_PAGE,
            "src/main.rs": "use yew::prelude::*;\n" + HELLO,
        },
        kind=Kind.STATIC,
        build="trunk build --release",
        output="dist",
        framework="yew",
        port=8080,
    ),
    Front(
        id="leptos in the browser, its own folder",
        files={
            "Cargo.toml": PACKAGE + '[dependencies]\nleptos = { version = "0.7", features = ["csr"] }\n',
            "Trunk.toml": '[build]\ndist = "public"\n',
            "index.html": BROWSER_PAGE,
            "src/main.rs": HELLO,
        },
        kind=Kind.STATIC,
        build="trunk build --release",
        output="public",
        framework="leptos",
        port=8080,
    ),
    Front(
        id="leptos with a server",
        files={
            "Cargo.toml": PACKAGE
            + '[dependencies]\naxum = { version = "0.7", optional = true }\nleptos = "0.7"\n'
            + 'leptos_axum = { version = "0.7", optional = true }\n'
            + '[features]\nssr = ["dep:axum", "dep:leptos_axum"]\n'
            + '[package.metadata.leptos]\nsite-root = "target/site"\nsite-addr = "127.0.0.1:3055"\n',
            "src/lib.rs": "pub fn x() {}\n",
            "src/main.rs": '#[cfg(feature = "ssr")]\n#[tokio::main]\nasync fn main() {\n    use axum::Router;\n'
            "    axum::serve(listener, app.into_make_service()).await.unwrap();\n}\n",
        },
        kind=Kind.WEB,
        build="cargo leptos build --release",
        output="target/release/shop",
        framework="axum",
        port=3055,
    ),
    Front(
        id="dioxus in the browser",
        files={
            "Cargo.toml": PACKAGE
            + '[dependencies]\ndioxus = "0.6"\n[features]\ndefault = ["web"]\nweb = ["dioxus/web"]\n'
            + 'desktop = ["dioxus/desktop"]\n',
            "Dioxus.toml": "[application]\n",
            "src/main.rs": HELLO,
        },
        kind=Kind.STATIC,
        build="dx bundle --platform web --release",
        output="target/dx/shop/release/web/public",
        framework="dioxus",
        port=8080,
    ),
)


@pytest.mark.parametrize("case", FRONTS, ids=lambda case: case.id)
def test_front_ends_become_files_or_servers(case: Front) -> None:
    found = only(case.files)
    assert found.kind.value == case.kind
    assert found.build.value is not None
    assert found.build.value.text == case.build
    assert found.output.value == case.output
    assert found.framework.value == case.framework
    assert found.port.value == case.port
    recipe = RUST.recipe(found, Tree.of(case.files))
    lines = [step.line for stage in recipe.stages for step in stage.steps if isinstance(step, Run)]
    assert any("wasm32-unknown-unknown" in one for one in lines)
    if case.kind == Kind.STATIC:
        assert "nginx" in recipe.final.base.image


def test_the_image_holds_the_program_and_what_it_opens() -> None:
    files = SERVER | {
        "Cargo.lock": locked("openssl-sys cc"),
        "rust-toolchain.toml": '[toolchain]\nchannel = "1.82.0"\n',
        "static/site.css": "",
        "templates/a.html": "",
        "src/main.rs": AXUM.replace(
            "let app", 'let s = ServeDir::new("static");\nlet t = Tera::new("templates/**/*");let app'
        ),
    }
    found = only(files)
    recipe = RUST.recipe(found, Tree.of(files))
    assert str(recipe.stages[0].base) == "docker.io/library/rust:1.82-bookworm"
    copied = [step.to for step in recipe.final.steps if isinstance(step, Copy)]
    assert copied == ["/app/", "/app/static/", "/app/templates/"]
    assert Packages(names=("libssl3", "ca-certificates")) in recipe.final.steps
    run = next(step for step in recipe.stages[0].steps if isinstance(step, Run))
    assert "/src/target" in run.caches
    assert run.line.endswith("cp target/release/shop /out/")


def test_a_lone_main_file_is_rust() -> None:
    found = only({"main.rs": HELLO})
    assert (found.language.value, found.kind.value) == ("rust", Kind.CLI)


def test_modules_that_lead_in_circles_end() -> None:
    files = SERVER | {"src/main.rs": '#[path = "main.rs"]\nmod again;\n' + AXUM, "src/again.rs": "mod main;\n"}
    assert only(files).port.value == 4000
