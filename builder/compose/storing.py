"""What a pod finds in its folders: files of a ConfigMap, Secrets, memory, shared claims, things that stay out."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from posixpath import basename, join
from typing import Any

from builder.compose.model import Definition, Mount, Note, Project, Service, note
from builder.compose.shaping import Shape
from builder.compose.units import quantity, size
from builder.manifests.manifest import Manifest
from builder.manifests.options import Options
from builder.manifests.resources import SCRATCH_LIMIT
from builder.manifests.subject import MANAGER, dns_label

MAX_FILES_BYTES = 900 * 1024
"""Of all files of one ConfigMap: Kubernetes allows 1 MiB with everything around them."""

_SECRETS = (".pem", ".key", ".p12", ".pfx", ".jks", ".keystore", ".env", "id_rsa", "htpasswd", "secret", "credential")


@dataclass(slots=True)
class Stored:
    """Volumes and mounts beyond those of the component's own claims, with what belongs to them."""

    volumes: list[dict[str, Any]] = field(default_factory=list)
    mounts: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    """Texts of the ConfigMap, by key."""
    after: list[str] = field(default_factory=list)
    """Lines that say how to make the Secrets."""
    notes: list[Note] = field(default_factory=list)
    refused: list[Note] = field(default_factory=list)
    runs: bool = False
    """Whether one of the files is a program."""

    @property
    def digest(self) -> str:
        """Changes with the files, so that pods are replaced when one does."""
        return sha256(json.dumps(self.files, sort_keys=True).encode()).hexdigest()[:16]


def stored(project: Project, shape: Shape) -> Stored:
    """Return what the pods of a service mount."""
    made = Stored()
    one = shape.service
    dropped = [mount.target for mount in one.mounts if mount.kind == "bind" and _is_source(project, one, mount)]
    for mount in one.mounts:
        match mount.kind:
            case "volume" if mount.source in shape.shared:
                _shared(made, shape, mount)
            case "volume":
                pass  # a claim of its own
            case "tmpfs":
                _memory(made, mount)
            case "anonymous" if any(mount.target.startswith(f"{path}/") for path in dropped):
                pass  # it only kept a folder of the image visible below the mounted source
            case "anonymous":
                _forgotten(made, shape, mount)
            case "bind":
                _bind(made, project, shape, mount)
            case _:
                _out(made, shape, mount)
    for file in one.configs:
        _config(made, project, shape, project.configs[file.name], file.target, file.mode)
    for file in one.secrets:
        _secret(made, project, shape, project.secrets[file.name], file.target)
    given = one.held.get("shm_size")
    if given is not None:
        bound = size(given, "shm_size") or 64 << 20
        made.volumes.append({"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": quantity(bound)}})
        made.mounts.append({"name": "shm", "mountPath": "/dev/shm"})  # noqa: S108 - a folder of the container
    if made.files:
        mode = {"defaultMode": 0o555} if made.runs else {}
        made.volumes.append({"name": "files", "configMap": {"name": f"{shape.name}-files", **mode}})
    return made


def _is_source(project: Project, one: Service, mount: Mount) -> bool:
    """Say whether a bind brings the program's own source, which the image holds already."""
    small = mount.source in project.folders and one.build is None
    return bool(mount.source) and mount.source not in project.files and not small


def _shared(made: Stored, shape: Shape, mount: Mount) -> None:
    name = dns_label(f"shared-{mount.source}", most=40)
    if not any(one["name"] == name for one in made.volumes):
        made.volumes.append({"name": name, "persistentVolumeClaim": {"claimName": shape.shared[mount.source]}})
    made.mounts.append(_mounted(name, mount))


def _mounted(name: str, mount: Mount) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name, "mountPath": mount.target}
    if mount.subpath:
        found["subPath"] = mount.subpath
    if mount.read_only:
        found["readOnly"] = True
    return found


def _memory(made: Stored, mount: Mount) -> None:
    name = _name(made, f"memory-{basename(mount.target)}")
    bound = quantity(mount.size) if mount.size else SCRATCH_LIMIT
    made.volumes.append({"name": name, "emptyDir": {"medium": "Memory", "sizeLimit": bound}})
    made.mounts.append(_mounted(name, mount))


def _forgotten(made: Stored, shape: Shape, mount: Mount) -> None:
    name = _name(made, f"scratch-{basename(mount.target)}")
    made.volumes.append({"name": name, "emptyDir": {"sizeLimit": SCRATCH_LIMIT}})
    made.mounts.append(_mounted(name, mount))
    made.notes.append(
        note(
            shape.service.name,
            mount.held,
            f"{mount.target} of {shape.service.name} has no named volume: it is empty at each start. Name a "
            "volume to keep it.",
            f"{shape.service.name} 的 {mount.target} 没有具名卷：每次启动都是空的。要保留请使用具名卷。",
        )
    )


def _bind(made: Stored, project: Project, shape: Shape, mount: Mount) -> None:
    one = shape.service
    if mount.said.rstrip("/").endswith("docker.sock"):
        made.refused.append(
            note(
                one.name,
                mount.held,
                f"{one.name} wants the socket of Docker, which is root on the machine: it does not get it.",
                f"{one.name} 想要 Docker 套接字，那等于主机 root：不会提供。",
            )
        )
        return
    if not mount.source:
        made.refused.append(
            note(
                one.name,
                mount.held,
                f"{mount.said} is a folder of the machine: pods do not get one. Use a named volume.",
                f"{mount.said} 是主机目录：Pod 不提供。请使用具名卷。",
            )
        )
        return
    paths = [mount.source] if mount.source in project.files else []
    if one.build is None:
        paths += [join(mount.source, name) for name in project.folders.get(mount.source, ())]
    if not paths:
        made.notes.append(
            note(
                one.name,
                mount.held,
                f"{mount.said} is mounted over {mount.target} of {one.name}: it is left out, the image "
                "holds its own files. "
                "What must be kept belongs into a named volume.",
                f"{one.name} 把 {mount.said} 挂载到 {mount.target}：已略去，使用镜像自带的文件。"
                "需保留的内容请放入具名卷。",
            )
        )
        return
    secret = [path for path in paths if any(sign in basename(path).lower() for sign in _SECRETS)]
    if secret:
        key = _key(basename(secret[0]))
        name = f"{shape.name}-{dns_label(key, most=20)}"
        _of_secret(made, shape, name, key, mount.target, secret[0])
        return
    folder = mount.source in project.folders
    for path in paths:
        _file(made, shape, path, project.files[path], join(mount.target, basename(path)) if folder else mount.target)
    if not mount.read_only:
        made.notes.append(
            note(
                one.name,
                mount.held,
                f"{mount.said} becomes a ConfigMap: {one.name} can read it and cannot change it.",
                f"{mount.said} 变为 ConfigMap：{one.name} 只能读取，不能修改。",
            )
        )


def _file(made: Stored, shape: Shape, path: str, text: str, target: str, mode: int | None = None) -> None:
    total = sum(len(one.encode()) for one in made.files.values()) + len(text.encode())
    if total > MAX_FILES_BYTES:
        made.notes.append(
            note(
                shape.service.name,
                shape.service.held,
                f"{path} is too large for a ConfigMap and is left out. Copy it into the image.",
                f"{path} 超出 ConfigMap 大小，已略去。请复制进镜像。",
            )
        )
        return
    key = _key(basename(target) or basename(path))
    number = 2
    while key in made.files:
        key, number = f"{_key(basename(target))}-{number}", number + 1
    made.files[key] = text
    made.mounts.append({"name": "files", "mountPath": target, "subPath": key, "readOnly": True})
    made.runs = made.runs or bool((mode or 0) & 0o111) or text.startswith("#!")


def _key(name: str) -> str:
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "-" for sign in name)
    return plain.strip("-") or "file"


def _config(made: Stored, project: Project, shape: Shape, one: Definition, target: str, mode: int | None) -> None:
    if one.external:
        name = _name(made, f"config-{one.name}")
        made.volumes.append({"name": name, "configMap": {"name": dns_label(one.called, most=60)}})
        made.mounts.append({"name": name, "mountPath": target, "subPath": _key(one.called), "readOnly": True})
        made.notes.append(
            note(
                shape.service.name,
                one.held,
                f"The ConfigMap {dns_label(one.called, most=60)} with the key {_key(one.called)} must exist before.",
                f"ConfigMap {dns_label(one.called, most=60)}（键 {_key(one.called)}）须事先存在。",
            )
        )
        return
    text = one.content if one.content is not None else project.files.get(one.file)
    if text is None:
        said = one.held.get("file")
        raise (said or one.held).broken(
            f"The config {one.name} of {shape.service.name} is no text of the source.",
            "Add its file, or give its content.",
        )
    _file(made, shape, one.file or one.name, text, target, mode)


def _secret(made: Stored, project: Project, shape: Shape, one: Definition, target: str) -> None:
    name = dns_label(one.called if one.external else f"{project.name}-{one.name}", most=60)
    _of_secret(made, shape, name, _key(one.name), target, one.file or one.variable or "…")


def _of_secret(made: Stored, shape: Shape, name: str, key: str, target: str, where: str) -> None:
    volume = _name(made, f"secret-{key}")
    # Readable to the pod's group: kubelet gives the files to it by fsGroup.
    made.volumes.append({"name": volume, "secret": {"secretName": name, "defaultMode": 0o440}})
    made.mounts.append({"name": volume, "mountPath": target, "subPath": key, "readOnly": True})
    space = shape.subject.options.namespace
    made.after += [
        f"{target} comes from the Secret {name}, which is yours to make:",
        f"  kubectl -n {space} create secret generic {name} --from-file={key}={where}",
    ]


def _out(made: Stored, shape: Shape, mount: Mount) -> None:
    made.refused.append(
        note(
            shape.service.name,
            mount.held,
            f"The kind of volume at {mount.target} of {shape.service.name} does not exist on Kubernetes.",
            f"{shape.service.name} 在 {mount.target} 使用的卷类型在 Kubernetes 上不存在。",
        )
    )


def _name(made: Stored, text: str) -> str:
    taken = {one["name"] for one in made.volumes}
    name = whole = dns_label(text, most=40)
    number = 2
    while whole in taken:
        whole, number = f"{name}-{number}", number + 1
    return whole


def configmap(shape: Shape, made: Stored) -> Manifest | None:
    """Return the ConfigMap of the mounted files, None where there are none."""
    if not made.files:
        return None
    body = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": shape.subject.metadata(f"{shape.name}-files", shape.subject.main),
        "data": dict(made.files),
    }
    return Manifest(body=body, about=("Files of the source that compose mounts, as they were when this was written.",))


def shared_claims(project: Project, shared: dict[str, str], options: Options) -> Iterator[Manifest]:
    """Tell the claims of volumes that several services use; external ones exist."""
    for name, claim in shared.items():
        if project.volumes[name].external:
            continue
        labels = {"app.kubernetes.io/part-of": project.name, "app.kubernetes.io/managed-by": MANAGER}
        body = {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": claim, "namespace": options.namespace, "labels": labels},
            "spec": {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": options.storage}}},
        }
        yield Manifest(
            body=body,
            about=("Several services use it: its class must allow ReadWriteMany (NFS, CephFS, a cloud's files).",),
        )
