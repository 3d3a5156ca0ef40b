"""Projects of .NET as plans. The files are written after the templates that Microsoft documents."""

from dataclasses import dataclass

import pytest

from builder.detect.languages.dotnet import DOTNET
from builder.detect.planning import plan
from builder.plan import BuildPlan, Component, Kind
from builder.tree import Tree

MINIMAL = (
    'var builder = WebApplication.CreateBuilder(args);\nvar app = builder.Build();\n%s\napp.MapGet("/", '
    '() => "Hello World!");\napp.Run();\n'
)
LAUNCH = '{"profiles": {"http": {"commandName": "Project", "applicationUrl": "http://localhost:5123"}}}'
CLASSIC = (
    '<Project ToolsVersion="15.0" xmlns="http://schemas.microsoft.com/developer/msbuild/2003"><PropertyGroup>'
    "<OutputType>%s</OutputType><TargetFrameworkVersion>v4.7.2</TargetFrameworkVersion>%s</PropertyGroup></Project>"
)


def project(
    *packages: str, sdk: str = "Microsoft.NET.Sdk.Web", target: str = "net8.0", more: str = "", items: str = ""
) -> str:
    held = "".join(f'<PackageReference Include="{name}" Version="1.0.0" />' for name in packages)
    return (
        f'<Project Sdk="{sdk}">\n  <PropertyGroup>\n    <TargetFramework>{target}</TargetFramework>\n    '
        f"<Nullable>enable</Nullable>\n"
        f"    {more}\n  </PropertyGroup>\n  <ItemGroup>{held}{items}</ItemGroup>\n</Project>\n"
    )


EXE = "<OutputType>Exe</OutputType>"
CONSOLE = 'Console.WriteLine("Hello, World!");\n'


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    files: dict[str, str]
    kind: Kind = Kind.WEB
    language: str = "csharp"
    framework: str | None = "aspnetcore"
    version: str = "8.0"
    start: str | None = "dotnet Shop.dll"
    port: int | None = 8080
    bind: str | None = None
    health: str | None = None
    services: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()


def shop(manifest: str, program: str = CONSOLE, **files: str) -> dict[str, str]:
    return {"Shop.csproj": manifest, "Program.cs": program} | {
        name.replace("__", "/"): text for name, text in files.items()
    }


def library(case_id: str, manifest: str, version: str = "8.0") -> Case:
    files = {"Shop.csproj": manifest, "Thing.cs": "public class Thing {}\n"}
    return Case(id=case_id, files=files, kind=Kind.LIBRARY, framework=None, start=None, version=version)


def refused(case_id: str, kind: Kind, framework: str | None, files: dict[str, str], version: str = "8.0") -> Case:
    return Case(id=case_id, files=files, kind=kind, framework=framework, start=None, version=version)


CASES = (
    Case(id="an empty web application", files=shop(project(), MINIMAL % "")),
    Case(
        id="the port of development does not count",
        files=shop(project(target="net9.0"), MINIMAL % "") | {"Properties/launchSettings.json": LAUNCH},
        version="9.0",
    ),
    Case(
        id="a port in code",
        files=shop(project(), (MINIMAL % "").replace("app.Run()", 'app.Run("http://0.0.0.0:3000")')),
        port=3000,
        bind="0.0.0.0",
    ),
    Case(
        id="an address bound to its own machine",
        files=shop(project(), MINIMAL % 'builder.WebHost.UseUrls("http://localhost:5005");'),
        port=5005,
        bind="127.0.0.1",
    ),
    Case(
        id="Kestrel's options",
        files=shop(project(), MINIMAL % "builder.WebHost.ConfigureKestrel(o => o.ListenAnyIP(5001));"),
        port=5001,
    ),
    Case(
        id="a port of the environment",
        files=shop(
            project(),
            MINIMAL % 'var port = Environment.GetEnvironmentVariable("PORT") ?? "5050"; '
            'app.Urls.Add($"http://0.0.0.0:{port}");',
        ),
        port=5050,
    ),
    Case(
        id="addresses in the configuration, with comments",
        files=shop(project(), MINIMAL % "") | {"appsettings.json": '{\n  // where\n  "Urls": "http://*:6000",\n}'},
        port=6000,
        bind="0.0.0.0",
    ),
    Case(
        id="Kestrel's endpoints",
        files=shop(project(), MINIMAL % "")
        | {"appsettings.json": '{"Kestrel": {"Endpoints": {"Http": {"Url": "http://localhost:6001"}}}}'},
        port=6001,
        bind="127.0.0.1",
    ),
    Case(
        id="health checks and services",
        files=shop(
            project("Npgsql.EntityFrameworkCore.PostgreSQL", "StackExchange.Redis", "MassTransit.RabbitMQ"),
            MINIMAL % 'app.MapHealthChecks("/healthz");',
        )
        | {"appsettings.json": '{"ConnectionStrings": {"Main": "Host=localhost;Password=x"}}'},
        health="/healthz",
        services=("postgresql", "redis", "rabbitmq"),
        variables=("ConnectionStrings__Main",),
    ),
    Case(
        id="variables and keys that are read",
        files=shop(
            project(),
            MINIMAL
            % 'var a = Environment.GetEnvironmentVariable("API_KEY"); var b = builder.Configuration["Mail:Host"];',
        ),
        variables=("API_KEY", "Mail__Host"),
    ),
    Case(
        id="an assembly of another name",
        files=shop(project(more="<AssemblyName>Acme.Web</AssemblyName>"), MINIMAL % ""),
        start="dotnet Acme.Web.dll",
    ),
    Case(
        id="Blazor on the server",
        files=shop(project(), MINIMAL % "builder.Services.AddRazorComponents();"),
        framework="blazor",
    ),
    Case(
        id="gRPC", files=shop(project("Grpc.AspNetCore"), MINIMAL % "app.MapGrpcService<Greeter>();"), framework="grpc"
    ),
    Case(
        id="ahead of time",
        files=shop(project(more="<PublishAot>true</PublishAot>"), MINIMAL % ""),
        start="./Shop",
    ),
    Case(
        id="the newest of several targets",
        files=shop(
            project()
            .replace("TargetFramework>net8.0", "TargetFrameworks>net8.0;net9.0;netstandard2.0")
            .replace("/TargetFramework>", "/TargetFrameworks>"),
            MINIMAL % "",
        ),
        version="9.0",
    ),
    Case(
        id="a target of Directory.Build.props",
        files=shop(project().replace("<TargetFramework>net8.0</TargetFramework>", ""), MINIMAL % "")
        | {
            "Directory.Build.props": "<Project><PropertyGroup><Net>net9.0</Net>"
            "<TargetFramework>$(Net)</TargetFramework></PropertyGroup></Project>"
        },
        version="9.0",
    ),
    Case(
        id="an SDK of global.json where no target is named",
        files=shop(project().replace("net8.0", "$(Unknown)"), MINIMAL % "")
        | {"global.json": '{"sdk": {"version": "9.0.100"}}'},
        version="9.0",
    ),
    Case(id="an old release", files=shop(project(target="netcoreapp3.1"), MINIMAL % ""), version="3.1"),
    Case(
        id="F# with Giraffe",
        files={"Shop.fsproj": project("Giraffe"), "Program.fs": "[<EntryPoint>]\nlet main args = 0\n"},
        language="fsharp",
        framework="giraffe",
    ),
    Case(
        id="Visual Basic",
        files={"Shop.vbproj": project(sdk="Microsoft.NET.Sdk", more=EXE), "Program.vb": "Module Program\nEnd Module\n"},
        language="visual-basic",
        kind=Kind.CLI,
        framework=None,
    ),
    Case(
        id="a worker",
        files=shop(
            project("Microsoft.Extensions.Hosting", sdk="Microsoft.NET.Sdk.Worker"),
            "Host.CreateApplicationBuilder(args);\n",
        ),
        kind=Kind.WORKER,
        framework="worker",
    ),
    Case(
        id="a hosted service in a console project",
        files=shop(
            project("Microsoft.Extensions.Hosting", sdk="Microsoft.NET.Sdk", more=EXE),
            "builder.Services.AddHostedService<Pump>();\n",
        ),
        kind=Kind.WORKER,
        framework="worker",
    ),
    Case(
        id="a bot",
        files=shop(project("Discord.Net", sdk="Microsoft.NET.Sdk", more=EXE)),
        kind=Kind.WORKER,
        framework="discord",
    ),
    Case(
        id="ASP.NET Core by a framework reference",
        files=shop(
            project(
                sdk="Microsoft.NET.Sdk", more=EXE, items='<FrameworkReference Include="Microsoft.AspNetCore.App" />'
            ),
            MINIMAL % "",
        ),
    ),
    Case(
        id="a listener of its own",
        files=shop(
            project(sdk="Microsoft.NET.Sdk", more=EXE),
            'var l = new HttpListener(); l.Prefixes.Add("http://*:8010/"); l.Start();\n',
        ),
        framework="httplistener",
        port=8010,
    ),
    Case(
        id="Blazor in the browser",
        files=shop(project(sdk="Microsoft.NET.Sdk.BlazorWebAssembly")),
        kind=Kind.STATIC,
        framework="blazor-wasm",
        start=None,
    ),
    refused("a console program", Kind.CLI, None, shop(project(sdk="Microsoft.NET.Sdk", more=EXE))),
    refused("a command line", Kind.CLI, None, shop(project("System.CommandLine", sdk="Microsoft.NET.Sdk", more=EXE))),
    refused(
        "a tool", Kind.CLI, None, shop(project(sdk="Microsoft.NET.Sdk", more=f"{EXE}<PackAsTool>true</PackAsTool>"))
    ),
    library("a library", project(sdk="Microsoft.NET.Sdk")),
    library("components", project(sdk="Microsoft.NET.Sdk.Razor")),
    library(
        "a library of the standard",
        project(sdk="Microsoft.NET.Sdk", target="netstandard2.0"),
        version="10.0",
    ),
    refused(
        "WPF",
        Kind.DESKTOP,
        "wpf",
        shop(
            project(
                sdk="Microsoft.NET.Sdk",
                target="net8.0-windows",
                more="<OutputType>WinExe</OutputType><UseWPF>true</UseWPF>",
            )
        ),
    ),
    refused(
        "Windows Forms",
        Kind.DESKTOP,
        "winforms",
        shop(
            project(
                sdk="Microsoft.NET.Sdk",
                target="net8.0-windows",
                more="<OutputType>WinExe</OutputType><UseWindowsForms>true</UseWindowsForms>",
            )
        ),
    ),
    refused(
        "Avalonia",
        Kind.DESKTOP,
        "avalonia",
        shop(project("Avalonia.Desktop", sdk="Microsoft.NET.Sdk", more="<OutputType>WinExe</OutputType>")),
    ),
    refused(
        "MAUI",
        Kind.MOBILE,
        "maui",
        shop(
            project(sdk="Microsoft.NET.Sdk", more=f"{EXE}<UseMaui>true</UseMaui>")
            .replace("TargetFramework>net8.0<", "TargetFrameworks>net8.0-android;net8.0-ios<")
            .replace("/TargetFramework>", "/TargetFrameworks>")
        ),
    ),
    refused(
        "a function of a cloud",
        Kind.OTHER,
        "azure-functions",
        shop(
            project(
                "Microsoft.Azure.Functions.Worker",
                sdk="Microsoft.NET.Sdk",
                more=f"{EXE}<AzureFunctionsVersion>v4</AzureFunctionsVersion>",
            )
        ),
    ),
    refused(
        "a host of development",
        Kind.OTHER,
        "aspire",
        shop(project(sdk="Microsoft.NET.Sdk", more=f"{EXE}<IsAspireHost>true</IsAspireHost>")),
    ),
    refused(
        "a site of .NET Framework",
        Kind.OTHER,
        "aspnet",
        {
            "Shop.csproj": CLASSIC
            % ("Library", "<ProjectTypeGuids>{349c5851-65df-11da-9384-00065b846f21}</ProjectTypeGuids>")
        },
        version="10.0",
    ),
    refused(
        "an SDK project that only Windows runs",
        Kind.OTHER,
        "aspnet",
        shop(project(target="net472"), MINIMAL % ""),
        version="10.0",
    ),
    refused(
        "a window of .NET Framework", Kind.DESKTOP, "dotnet", {"Shop.csproj": CLASSIC % ("WinExe", "")}, version="10.0"
    ),
    refused(
        "tests and nothing else",
        Kind.OTHER,
        None,
        {
            "Shop.Tests.csproj": project("Microsoft.NET.Test.Sdk", "xunit", sdk="Microsoft.NET.Sdk"),
            "A.cs": "class A {}",
        },
    ),
)


def planned(files: dict[str, str]) -> BuildPlan:
    return plan(Tree.of(files), providers=(DOTNET,), truths=())


def only(files: dict[str, str]) -> Component:
    found = planned(files).components
    assert len(found) == 1, [one.name for one in found]
    return found[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_project_is_planned(case: Case) -> None:
    one = only(case.files)

    assert one.kind.value == case.kind
    assert one.language.value == case.language
    assert one.package_manager.value == "nuget"
    assert one.framework.value == case.framework
    assert one.runtime.value is not None
    assert one.runtime.value.version == case.version
    if case.start is not None and case.kind.deployable:
        assert one.start.value is not None
        assert one.start.value.text == case.start
    if case.kind == Kind.WEB:
        assert one.port.value == case.port
    if case.bind is not None:
        assert one.bind.value == case.bind
    if case.health is not None:
        assert one.health.value is not None
        assert one.health.value.path == case.health
    assert tuple(item.value.name for item in one.services) == case.services
    assert {item.value.name for item in one.variables} >= set(case.variables)


SOLUTION = (
    "Microsoft Visual Studio Solution File, Format Version 12.00\n"
    'Project("{9A19103F-16F7-4668-BE54-9A1E7A4F7556}") = "Api", "src\\Api\\Api.csproj", "{1}"\nEndProject\n'
    'Project("{9A19103F-16F7-4668-BE54-9A1E7A4F7556}") = "Core", "src\\Core\\Core.csproj", "{2}"\nEndProject\n'
    'Project("{9A19103F-16F7-4668-BE54-9A1E7A4F7556}") = "Core.Tests", '
    '"src\\Core.Tests\\Core.Tests.csproj", "{3}"\nEndProject\n'
)
SOLUTION_XML = (
    '<Solution><Folder Name="/src/"><Project Path="src/Api/Api.csproj" /><Project '
    'Path="src/Core/Core.csproj" /></Folder></Solution>'
)
LAYERS = {
    "src/Api/Api.csproj": project(items='<ProjectReference Include="..\\Core\\Core.csproj" />'),
    "src/Api/Program.cs": MINIMAL % "",
    "src/Core/Core.csproj": '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net8.0</TargetFramework>'
    "</PropertyGroup>"
    '<ItemGroup><PackageReference Include="MongoDB.Driver" /></ItemGroup></Project>',
    "src/Core/Thing.cs": "public class Thing {}\n",
    "src/Core.Tests/Core.Tests.csproj": project("Microsoft.NET.Test.Sdk", "xunit", sdk="Microsoft.NET.Sdk"),
    "src/Core.Tests/ThingTests.cs": "public class ThingTests {}\n",
    "Directory.Packages.props": '<Project><ItemGroup><PackageVersion Include="MongoDB.Driver" Version="2.28.0" '
    "/></ItemGroup></Project>",
}


@pytest.mark.parametrize(
    "solution", [{"Shop.sln": SOLUTION}, {"Shop.slnx": SOLUTION_XML}, {}], ids=["sln", "slnx", "none"]
)
def test_projects_that_reference_each_other_are_built_from_one_folder(solution: dict[str, str]) -> None:
    made = planned(LAYERS | solution)
    found = {one.path: one for one in made.components}

    assert {path: one.kind.value for path, one in found.items()} == {"src/Api": Kind.WEB, "src/Core": Kind.LIBRARY}
    api = found["src/Api"]
    assert made.primary == api.name
    assert api.context == ""
    assert [item.value.name for item in api.services] == ["mongodb"]
    assert api.build.value is not None
    assert api.build.value.text == "dotnet publish src/Api/Api.csproj -c Release -o /out --no-restore"


def test_a_client_that_a_server_publishes_is_no_component() -> None:
    files = {
        "Server/Server.csproj": project(items='<ProjectReference Include="../Client/Client.csproj" />'),
        "Server/Program.cs": MINIMAL % "",
        "Client/Client.csproj": project(sdk="Microsoft.NET.Sdk.BlazorWebAssembly"),
        "Client/Program.cs": CONSOLE,
    }

    assert [one.path for one in planned(files).components] == ["Server"]


def test_a_database_in_a_file_is_a_volume_and_no_variable() -> None:
    files = shop(project("Microsoft.EntityFrameworkCore.Sqlite"), MINIMAL % "")
    one = only(files | {"appsettings.json": '{"ConnectionStrings": {"Main": "Data Source=data/shop.db"}}'})

    assert [item.value.path for item in one.volumes] == ["/app/data"]
    assert not one.variables


def test_a_lock_file_is_enforced() -> None:
    install = only(shop(project(), MINIMAL % "") | {"packages.lock.json": "{}"}).install.value

    assert install is not None
    assert install.text == "dotnet restore Shop.csproj --locked-mode"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<Project",
        "<html/>",
        "\ufeff" + project(),
        "<Project Sdk='a;b/1.0'><Import Project='../../../../etc/passwd'/></Project>",
        (
            "<Project Sdk='Microsoft.NET.Sdk.Web'><PropertyGroup><A>$(B)</A><B>$(A)</B>"
            "<TargetFramework>$(A)</TargetFramework></PropertyGroup></Project>"
        ),
    ],
    ids=[
        "empty",
        "cut off",
        "another root",
        "a byte order mark",
        "an import out of the tree",
        "properties in a circle",
    ],
)
def test_a_broken_or_hostile_project_is_survived(text: str) -> None:
    planned(
        {
            "Shop.csproj": text,
            "Program.cs": "}}} class {",
            "appsettings.json": "[[",
            "global.json": "[]",
            "Shop.sln": 'Project("{x',
        }
    )


def test_projects_that_reference_each_other_in_a_circle_end() -> None:
    files = {
        "a/A.csproj": project(items='<ProjectReference Include="../b/B.csproj" />'),
        "a/Program.cs": MINIMAL % "",
        "b/B.csproj": project(items='<ProjectReference Include="../a/A.csproj" />', sdk="Microsoft.NET.Sdk"),
    }

    assert {one.path for one in planned(files).components} == {"a", "b"}
