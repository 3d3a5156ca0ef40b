"""What a .NET project is: by its SDK and properties, by its packages, by what its program calls."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from builder.detect.languages.dotnet.msbuild import Item, Project
from builder.detect.languages.dotnet.sources import Sources
from builder.grounds import CODE, CONVENTION, DECLARED
from builder.plan import Kind

_LOADED = {
    "Amazon.CDK": "aws-cdk", "Pulumi": "pulumi", "Amazon.Lambda.Core": "aws-lambda",
    "Amazon.Lambda.RuntimeSupport": "aws-lambda",
    "Microsoft.NET.Sdk.Functions": "azure-functions", "Microsoft.Azure.Functions.Worker": "azure-functions",
    "Microsoft.Azure.Functions.Extensions": "azure-functions", "Google.Cloud.Functions": "cloud-functions",
    "BepInEx": "bepinex", "Microsoft.VSSDK.BuildTools": "visual-studio", "Microsoft.VisualStudio.SDK": "visual-studio",
    "Lib.Harmony": "game-mod", "CounterStrikeSharp.API": "game-mod", "Dalamud": "game-mod",
    "DalamudPackager": "game-mod",
    "Jellyfin.Controller": "jellyfin-plugin", "Krafs.Rimworld.Ref": "game-mod",
    "Pathoschild.Stardew.ModBuildConfig": "game-mod",
    "Autodesk": "autodesk", "PowerShellStandard.Library": "powershell", "System.Management.Automation": "powershell",
}  # fmt: skip
_SCREENS = {
    "Avalonia": "avalonia", "Eto.Forms": "eto", "Eto.Platform": "eto", "GtkSharp": "gtk", "Gtk": "gtk",
    "MonoGame": "monogame",
    "Microsoft.WindowsAppSDK": "winui", "Uno.WinUI": "uno", "Raylib": "raylib", "OpenTK": "opentk", "Silk.NET": "silk",
    "ElectronNET": "electron", "Photino": "photino", "Stride.Engine": "stride",
    "Microsoft.AspNetCore.Components.WebView.Wpf": "wpf",
    "Veldrid": "veldrid", "FNA": "fna", "Caliburn.Micro": "wpf", "ppy.osu.Framework": "osu-framework",
}  # fmt: skip
_SERVERS = {
    "Giraffe": "giraffe", "Saturn": "saturn", "Falco": "falco", "Suave": "suave", "EmbedIO": "embedio",
    "Nancy": "nancy",
    "WatsonWebserver": "watson", "GenHTTP": "genhttp", "Microsoft.AspNetCore.App": "aspnetcore",
    "Microsoft.AspNetCore.All": "aspnetcore",
    "Microsoft.AspNetCore.Server.Kestrel": "aspnetcore", "Microsoft.AspNetCore": "aspnetcore",
    "NetCoreServer": "netcoreserver", "Oxpecker": "oxpecker",
    "WebSharper.AspNetCore": "websharper", "Grpc.AspNetCore": "grpc", "WatsonTcp": "watson", "Freya": "freya",
    "ServiceStack.Kestrel": "servicestack",
}  # fmt: skip
_WORKERS = {
    "Discord.Net": "discord", "DSharpPlus": "discord", "NetCord": "discord", "Remora.Discord": "discord",
    "Telegram.Bot": "telegram",
    "TwitchLib": "twitch", "MassTransit": "masstransit", "NServiceBus": "nservicebus", "Quartz": "quartz",
    "Hangfire": "hangfire",
    "Topshelf": "topshelf", "Rebus": "rebus", "Confluent.Kafka": "kafka", "Coravel": "coravel",
    "WolverineFx": "wolverine",
    "Microsoft.Extensions.Hosting.WindowsServices": "worker", "Microsoft.Extensions.Hosting.Systemd": "worker",
}  # fmt: skip
_COMMANDS = (
    "System.CommandLine", "Spectre.Console", "CommandLineParser", "McMaster.Extensions.CommandLineUtils", "Cocona",
    "ConsoleAppFramework",
    "CliFx", "DocoptNet", "docopt.net", "Mono.Options", "Argu", "PowerArgs", "BenchmarkDotNet", "Terminal.Gui",
    "Oakton",
    "DotMake.CommandLine", "Microsoft.Extensions.CommandLineUtils", "FluentCommandLineParser",
)  # fmt: skip
_WEB_NAMES = {
    "Umbraco.Cms": "umbraco", "OrchardCore": "orchardcore", "FastEndpoints": "fastendpoints", "Volo.Abp": "abp",
    "Carter": "carter",
    "ServiceStack": "servicestack", "HotChocolate.AspNetCore": "hotchocolate", "Microsoft.Orleans": "orleans",
    "Grpc.AspNetCore": "grpc",
    "Giraffe": "giraffe", "Saturn": "saturn", "Falco": "falco", "Oxpecker": "oxpecker", "Piranha": "piranha",
    "Yarp.ReverseProxy": "yarp", "Ocelot": "ocelot", "Microsoft.AspNetCore.Components.WebAssembly.Server": "blazor",
    "MudBlazor": "blazor", "Radzen.Blazor": "blazor",
}  # fmt: skip
_MOBILE = ("-android", "-ios", "-maccatalyst", "monoandroid", "xamarin.ios")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What it is. ``setting`` is the property that says so, ``item`` the package, ``file`` the source."""

    kind: Kind
    rule: str
    framework: str = ""
    confidence: float = DECLARED
    setting: str = ""
    item: Item | None = None
    file: str = ""
    word: str = ""


def verdict(project: Project, sources: Sources) -> Verdict:
    """Return what a project is."""
    return _shape(project) or _loaded(project) or _by_sdk(project, sources) or _program(project, sources)


def runs(project: Project) -> bool:
    """Say whether the build makes a program."""
    output = project.get("OutputType").lower()
    if output:
        return output in {"exe", "winexe", "appcontainerexe"}
    return any(
        one in {"Microsoft.NET.Sdk.Web", "Microsoft.NET.Sdk.Worker", "Microsoft.NET.Sdk.BlazorWebAssembly"}
        for one in project.sdks
    )


def _shape(project: Project) -> Verdict | None:
    """Tell what has a screen, and what only Windows runs."""
    targets = " ".join(project.targets)
    exe = runs(project)
    if project.true("UseMaui") or any(part in targets for part in _MOBILE):
        if exe or project.get("ApplicationId") or project.true("SingleProject"):
            return Verdict(kind=Kind.MOBILE, rule="dotnet.kind.mobile", framework="maui", setting="UseMaui")
        return Verdict(kind=Kind.LIBRARY, rule="dotnet.kind.mobile-library", framework="maui", setting="UseMaui")
    if (
        "xamarin" in " ".join(one.name for one in project.packages).lower()
        or "{EFBA0AD7" in project.get("ProjectTypeGuids").upper()
    ):
        return Verdict(kind=Kind.MOBILE, rule="dotnet.kind.xamarin", framework="xamarin", setting="ProjectTypeGuids")
    if any(one.startswith(("Godot.NET.Sdk", "Uno.Sdk")) for one in project.sdks):
        return Verdict(
            kind=Kind.DESKTOP,
            rule="dotnet.kind.game",
            framework=project.sdks[0].partition(".")[0].lower(),
            setting="Project",
        )
    for setting, name in (("UseWPF", "wpf"), ("UseWindowsForms", "winforms"), ("UseWinUI", "winui")):
        if project.true(setting):
            kind = Kind.DESKTOP if exe else Kind.LIBRARY
            return Verdict(kind=kind, rule="dotnet.kind.windows", framework=name, setting=setting)
    if exe and (found := _first(project, _SCREENS)):
        return Verdict(kind=Kind.DESKTOP, rule="dotnet.kind.screen", framework=found[0], item=found[1])
    if (
        project.get("OutputType").lower() in {"winexe", "appcontainerexe"}
        and "Microsoft.NET.Sdk.Web" not in project.sdks
    ):
        return Verdict(kind=Kind.DESKTOP, rule="dotnet.kind.winexe", framework="dotnet", setting="OutputType")
    if project.classic or (project.targets and all(re.match(r"net[1-4]\d", one) for one in project.targets)):
        return _classic(project)
    return None


def _classic(project: Project) -> Verdict:
    guids = project.get("ProjectTypeGuids").lower()
    if (
        "Microsoft.NET.Sdk.Web" in project.sdks
        or "349c5851-65df-11da-9384-00065b846f21" in guids
        or "e24c65dc-7377-472b-9aba-bc803b73c61a" in guids
    ):
        return Verdict(
            kind=Kind.OTHER, rule="dotnet.kind.framework-web", framework="aspnet", setting="ProjectTypeGuids"
        )
    output = project.get("OutputType").lower()
    if output == "exe":
        return Verdict(kind=Kind.CLI, rule="dotnet.kind.framework", framework="dotnet-framework", setting="OutputType")
    return Verdict(
        kind=Kind.LIBRARY, rule="dotnet.kind.framework-library", framework="dotnet-framework", setting="OutputType"
    )


def _loaded(project: Project) -> Verdict | None:
    if project.true("IsAspireHost") or any(one.startswith("Aspire.AppHost.Sdk") for one in project.sdks):
        return Verdict(kind=Kind.OTHER, rule="dotnet.kind.aspire", framework="aspire", setting="IsAspireHost")
    if project.get("AzureFunctionsVersion"):
        return Verdict(
            kind=Kind.OTHER, rule="dotnet.kind.functions", framework="azure-functions", setting="AzureFunctionsVersion"
        )
    if project.true("PackAsTool"):
        return Verdict(kind=Kind.CLI, rule="dotnet.kind.tool", setting="PackAsTool")
    if project.get("PackageType").lower() == "template":
        return Verdict(kind=Kind.OTHER, rule="dotnet.kind.template", setting="PackageType")
    found = _first(project, _LOADED)
    if found and "Microsoft.NET.Sdk.Web" not in project.sdks:
        return Verdict(kind=Kind.OTHER, rule="dotnet.kind.loaded", framework=found[0], item=found[1])
    return None


def _by_sdk(project: Project, sources: Sources) -> Verdict | None:
    library = project.get("OutputType").lower() in {"library", "module"}
    if "Microsoft.NET.Sdk.BlazorWebAssembly" in project.sdks:
        return Verdict(kind=Kind.STATIC, rule="dotnet.kind.wasm", framework="blazor-wasm", setting="Project")
    if any(one.startswith("Microsoft.NET.Sdk.WebAssembly") for one in project.sdks):
        return Verdict(kind=Kind.STATIC, rule="dotnet.kind.wasm", framework="dotnet-wasm", setting="Project")
    if "Microsoft.NET.Sdk.Web" in project.sdks:
        if library or (project.targets and all(one.startswith("netstandard") for one in project.targets)):
            return Verdict(kind=Kind.LIBRARY, rule="dotnet.kind.web-library", setting="OutputType")
        return Verdict(kind=Kind.WEB, rule="dotnet.kind.web", framework=_web_name(project, sources), setting="Project")
    if "Microsoft.NET.Sdk.Worker" in project.sdks:
        if found := _first(project, {"Grpc.AspNetCore": "grpc", "Microsoft.AspNetCore": "aspnetcore"}):
            return Verdict(kind=Kind.WEB, rule="dotnet.kind.worker-web", framework=found[0], item=found[1])
        if "Microsoft.AspNetCore.App" in project.frameworks:
            return Verdict(
                kind=Kind.WEB, rule="dotnet.kind.worker-web", framework="aspnetcore", setting="FrameworkReference"
            )
        return Verdict(kind=Kind.WORKER, rule="dotnet.kind.worker", framework="worker", setting="Project")
    if not runs(project):
        confidence = DECLARED if sources.files else CONVENTION
        return Verdict(kind=Kind.LIBRARY, rule="dotnet.kind.library", confidence=confidence, setting="Project")
    return None


def _web_name(project: Project, sources: Sources) -> str:
    if found := _first(project, _WEB_NAMES):
        return found[0]
    if sources.holds("AddRazorComponents", "AddServerSideBlazor", "MapBlazorHub"):
        return "blazor"
    return "aspnetcore"


def _program(project: Project, sources: Sources) -> Verdict:
    if "Microsoft.AspNetCore.App" in project.frameworks:
        return Verdict(
            kind=Kind.WEB,
            rule="dotnet.kind.framework-reference",
            framework=_web_name(project, sources),
            setting="FrameworkReference",
        )
    if found := _first(project, _SERVERS):
        return Verdict(kind=Kind.WEB, rule="dotnet.kind.server", framework=found[0], item=found[1])
    if found := _first(project, _WORKERS):
        return Verdict(kind=Kind.WORKER, rule="dotnet.kind.bot", framework=found[0], item=found[1], confidence=CODE)
    if file := sources.holds("AddHostedService", ": BackgroundService"):
        return Verdict(
            kind=Kind.WORKER,
            rule="dotnet.kind.hosted",
            framework="worker",
            file=file,
            word="HostedService",
            confidence=CODE,
        )
    if command := project.using(*_COMMANDS):
        return Verdict(kind=Kind.CLI, rule="dotnet.kind.command", item=command)
    if file := sources.holds("new HttpListener(", "HttpListener()", "new TcpListener(", "TcpListener("):
        return Verdict(
            kind=Kind.WEB,
            rule="dotnet.kind.listener",
            framework="httplistener",
            file=file,
            word="Listener(",
            confidence=CODE,
        )
    return Verdict(kind=Kind.CLI, rule="dotnet.kind.program", setting="OutputType", confidence=CONVENTION)


def _first(project: Project, table: dict[str, str]) -> tuple[str, Item] | None:
    for one in project.packages:
        for start, name in table.items():
            if one.name.lower() == start.lower() or one.name.lower().startswith(f"{start.lower()}."):
                return name, one
    return None


def referenced(projects: Sequence[Project], path: str) -> bool:
    """Say whether one of these projects references a file."""
    return any(path in one.references for one in projects)
