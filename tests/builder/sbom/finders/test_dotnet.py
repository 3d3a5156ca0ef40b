"""NuGet packages."""

import json
from pathlib import Path

from tests.builder.sbom.making import purls, taken


def test_packages_are_found_and_projects_are_not(tmp_path: Path) -> None:
    libraries = {
        "Shop/1.0.0": {"type": "project"},
        "Newtonsoft.Json/13.0.3": {"type": "package", "serviceable": True},
        "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1": {"type": "runtimepack"},
        "no-version": {"type": "package"},
        "odd/1": [],
    }
    found = taken(tmp_path, {"app/Shop.deps.json": json.dumps({"libraries": libraries}), "app/x.deps.json": "[]"})
    assert purls(found) == [
        "pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@8.0.1",
        "pkg:nuget/Newtonsoft.Json@13.0.3",
    ]
