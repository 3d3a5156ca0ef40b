"""What runc is told of a container."""

from pathlib import Path

import pytest

from builder.check.bundle import Bind, Trial, runtime_configuration
from builder.check.hosts import hosts
from builder.check.services.model import DATA, GIVEN, Serving
from builder.check.services.room import USER, room


def test_a_container_has_no_right_and_a_root_that_it_cannot_write_to() -> None:
    told = runtime_configuration(Trial(root=Path("/image"), configuration={"User": "10001", "Cmd": ["/app"]}))
    assert not any(told["process"]["capabilities"].values())
    assert told["process"]["noNewPrivileges"] is True
    assert told["root"] == {"path": "/image", "readonly": True}
    assert {one["type"] for one in told["linux"]["namespaces"]} == {"pid", "ipc", "uts", "mount", "network"}


def test_what_is_bound_cannot_be_written_to_unless_it_is_said() -> None:
    binds = (Bind(source=Path("/a"), to="/x"), Bind(source=Path("/b"), to="/y", writable=True))
    told = runtime_configuration(Trial(root=Path("/image"), configuration={"User": "1"}, binds=binds))
    options = {one["destination"]: one["options"] for one in told["mounts"] if one["type"] == "bind"}
    assert "ro" in options["/x"]
    assert "rw" in options["/y"]
    assert all({"nosuid", "nodev"} <= set(one) for one in options.values())


def test_a_user_that_is_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="is a name, not a number"):
        runtime_configuration(Trial(root=Path("/image"), configuration={"User": "app"}))


def test_a_machine_knows_itself_and_what_stands_beside_it(tmp_path: Path) -> None:
    bind = hosts(tmp_path, ["db"])
    assert (bind.to, bind.writable) == ("/etc/hosts", False)
    assert bind.source.read_text(encoding="ascii").splitlines() == [
        "127.0.0.1 localhost",
        "::1 localhost ip6-localhost",
        "127.0.0.1 trial",
        "127.0.0.1 db",
    ]


def test_a_room_holds_programs_and_its_own_files_and_nothing_else_of_the_machine(tmp_path: Path) -> None:
    serving = Serving(words=("/bin/sh", "/given/start"), files={"start": "exit 0\n"}, environment={"A": "b"})
    trial = room(serving, tmp_path, Path("/proc/1/ns/net"))
    told = runtime_configuration(trial)
    seen = {one["destination"]: one["source"] for one in told["mounts"] if one["type"] == "bind"}
    assert seen["/usr"] == "/usr"
    assert seen[GIVEN] == str(tmp_path / "given")
    assert not {"/", "/home", "/root", "/var", "/etc", "/run"} & set(seen.values())
    assert not [one for one in told["mounts"] if one["type"] == "bind" and "rw" in one["options"]]
    assert told["process"]["user"] == {"uid": USER, "gid": USER}
    assert told["process"]["cwd"] == DATA
    assert "A=b" in told["process"]["env"]
    assert (tmp_path / "given" / "start").stat().st_mode & 0o777 == 0o644
