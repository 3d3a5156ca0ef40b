"""Programs that end on their settings: a variable that is missing, a file or value that they refuse."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cluster.fields import Obj, dig, mapping, name, namespace, numbered, text, truth
from cluster.names import closest
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.crash.case import Case, cut, mount_over, mounts, volume_of
from diagnose.findings import Edge, Finding, Reach, Remedy, matched, proved
from diagnose.remedies import command, container_change, in_application, template_patch


@dataclass(slots=True)
class Environment:
    """The variables that a container gets. ``unread`` names sources whose keys are not known."""

    names: dict[str, tuple[str | int, ...]] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def environment(case: Case) -> Environment:
    """Gather the names of the variables that the spec sets, ``envFrom`` included, with the path of each."""
    found = Environment()
    for index, entry in numbered(case.container.spec, "envFrom"):
        prefix = text(entry, "prefix")
        for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            if wanted := text(entry, key, "name"):
                source = case.scene.snapshot.get(kind, namespace(case.pod), wanted)
                keys = keys_of(source) if source is not None else None
                if keys is None:
                    found.unread.append(f"{kind} {wanted}")
                for name_ in keys or ():
                    found.names[prefix + name_] = ("envFrom", index)
    for index, entry in numbered(case.container.spec, "env"):
        if text(entry, "name"):
            found.names[text(entry, "name")] = ("env", index)
    return found


def keys_of(source: Obj) -> set[str] | None:
    """Return the keys of a ConfigMap or Secret; None when they are not known."""
    if truth(source, "dataKeysUnknown"):
        return None
    return {key for part in ("data", "binaryData", "stringData") for key in mapping(source, part)}


def variable_missing(case: Case) -> Finding | None:
    """Say which variable is missing, what is set that looks like it, and where its value may come from."""
    wanted = case.captured("variable")
    known = environment(case)
    if wanted in known.names:
        return _refused_variable(case, wanted, known.names[wanted])
    near = closest(wanted, known.names)
    source = _source_of(case, wanted)
    hint_en = f"; {near[0]} is set, which looks like it" if near else ""
    hint_zh = f"；已设置了相似的 {near[0]}" if near else ""
    if known.unread:
        hint_en += f" ({', '.join(known.unread)} could not be read)"
        hint_zh += f"（未能读取 {'、'.join(known.unread)}）"
    evidence = [case.spec_evidence(*known.names[near[0]])] if near else [case.spec_evidence("env")]
    return case.finding(
        "EnvVarMissing",
        case.ends(f"the environment variable {wanted} is not set{hint_en}", f"没有设置环境变量 {wanted}{hint_zh}"),
        expected=f"{wanted} is set",
        actual="not set" if not near else f"{near[0]} is set",
        near=near,
        evidence=evidence,
        confidence=matched(
            "the program names the variable; not every source could be read", "程序指明该变量，但有来源未能读取"
        )
        if known.unread
        else proved(
            "the program names the variable and the spec does not set it", "程序指明该变量，配置中没有设置", twice=True
        ),
        remedies=tuple(_variable_remedies(case, wanted, near, source)),
        next_checks=(case.log_check(),),
    )


def _refused_variable(case: Case, wanted: str, path: tuple[str | int, ...]) -> Finding:
    line = cut(case.match.item.text if case.match else "", 140)
    return case.finding(
        "AppConfigInvalid",
        case.ends(
            f'it does not accept the variable {wanted}, which is set: "{line}"',
            f"变量 {wanted} 已设置，但程序不接受：“{line}”",
        ),
        expected=f"a usable value of {wanted}",
        actual=f"{wanted} is set and not accepted (it may be empty)",
        evidence=[case.spec_evidence(*path)],
        remedies=(in_application(Phrase(en=f"Correct the value of {wanted}", zh=f"修正 {wanted} 的值")),),
        next_checks=(case.log_check(),),
    )


def _source_of(case: Case, wanted: str) -> tuple[str, str, str] | None:
    """Return (kind, name, key) of a ConfigMap or Secret of the namespace that holds such a key."""
    dashed = wanted.lower().replace("_", "-")
    for kind in ("ConfigMap", "Secret"):
        for source in case.scene.snapshot.all(kind, namespace(case.pod)):
            for key in sorted(keys_of(source) or ()):
                if key == wanted or key.lower().replace("_", "-").replace(".", "-") == dashed:
                    return kind, name(source), key
    return None


def _variable_remedies(
    case: Case, wanted: str, near: list[str], source: tuple[str, str, str] | None
) -> Iterator[Remedy]:
    def patch(entry: dict[str, object], summary: Phrase) -> Remedy:
        change = container_change(case.container, {"env": [{"name": wanted, **entry}]})
        return template_patch(case.scene, case.pod, change, summary=summary)

    if source:
        kind, holder, key = source
        ref = "configMapKeyRef" if kind == "ConfigMap" else "secretKeyRef"
        yield patch(
            {"valueFrom": {ref: {"name": holder, "key": key}}},
            Phrase(
                en=f"Set {wanted} from key {key} of {kind} {holder}", zh=f"从 {kind} {holder} 的键 {key} 设置 {wanted}"
            ),
        )
        return
    for _, entry in numbered(case.container.spec, "env"):
        if near and text(entry, "name") == near[0]:
            value: dict[str, object] = {"value": text(entry, "value")} if text(entry, "value") else {}
            if mapping(entry, "valueFrom"):
                value = {"valueFrom": dict(mapping(entry, "valueFrom"))}
            if value:
                yield patch(
                    value, Phrase(en=f"Set {wanted} to the value of {near[0]}", zh=f"将 {wanted} 设为 {near[0]} 的值")
                )
                return
    yield patch(
        {"value": f"<value of {wanted}>"},
        Phrase(en=f"Set {wanted}; only you know its value", zh=f"设置 {wanted}，其值只有你知道"),
    )


def config_invalid(case: Case) -> Finding:
    """Name the file, line or key that the program refuses, and the ConfigMap that it comes from."""
    file, line, key, value = (case.captured(word) for word in ("file", "line", "key", "value"))
    said = cut(case.match.item.text if case.match else "", 160)
    where = f"{file}:{line}" if file and line else file or (f"setting {key}" if key else "")
    where_zh = f"{file}:{line}" if file and line else file or (f"设置项 {key}" if key else "")
    if where:
        en, zh = (
            f'it refuses its configuration at {where}: "{said}"',
            f"不接受配置中的{where_zh if key and not file else f' {where_zh}'}：“{said}”",
        )
    else:
        en, zh = f'it refuses its configuration: "{said}"', f"不接受其配置：“{said}”"
    at = _setting(case, key, value)
    source = _mounted(case, file) if file.startswith("/") else _writing(case, key) if key and at is None else None
    evidence: list[Evidence] = []
    remedies: list[Remedy] = []
    chain: list[Reach] = []
    if source is not None:
        kind, holder, mount_evidence = source
        evidence.append(mount_evidence)
        en += f" (from {kind} {holder})"
        zh += f"（来自 {kind} {holder}）"
        space = namespace(case.pod)
        slug = f"{kind.lower()}/{holder}"
        found = case.scene.snapshot.get(kind, space, holder)
        if found is not None:
            chain.append(Reach(ref=ref_of(found), edge=Edge.MOUNT))
        remedies.append(
            command(
                f"kubectl -n {space} edit {slug} && kubectl -n {space} rollout restart {case.object.slug}",
                summary=Phrase(
                    en=f"Correct {where} in {kind} {holder} and restart",
                    zh=f"修正 {kind} {holder} 中的 {where_zh} 并重启",
                ),
                verify=f"kubectl -n {space} rollout status {case.object.slug} --timeout=180s",
                expect=Phrase(en="successfully rolled out", zh="输出 successfully rolled out"),
            )
        )
    if at is not None:
        evidence.append(case.spec_evidence(*at))
        written = dig(case.container.spec, *at)
        if text(written, "value") and text(written, "value") not in said:
            en += f'; {text(written, "name")} is "{cut(text(written, "value"), 60)}"'
            zh += f"；{text(written, 'name')} 的值是“{cut(text(written, 'value'), 60)}”"
    remedies.append(
        in_application(
            Phrase(
                en=f"Correct {where or 'what the message names'}",
                zh=f"修正{where_zh}"
                if key and where and not file
                else f"修正 {where_zh}"
                if where
                else "修正该信息所指之处",
            )
        )
    )
    return case.finding(
        "AppConfigInvalid",
        case.ends(en, zh),
        expected="a configuration that the program accepts",
        actual=where or said,
        evidence=evidence,
        confidence=proved("the program and the spec name the same setting", "程序与配置指向同一设置", twice=True)
        if evidence
        else matched("the program says so", "程序如此说明"),
        remedies=remedies,
        next_checks=(case.log_check(),),
        chain=chain,
    )


def _mounted(case: Case, file: str) -> tuple[str, str, Evidence] | None:
    """Return the ConfigMap or Secret that a file comes from: kind, name, and the mount as evidence."""
    mount = mount_over(case.container, file)
    volume = volume_of(case.pod, mount[1]) if mount else None
    if mount is None or volume is None:
        return None
    for key, name_key, kind in (("configMap", "name", "ConfigMap"), ("secret", "secretName", "Secret")):
        if holder := text(volume[1], key, name_key):
            return kind, holder, case.scene.field(case.pod, "spec", "volumes", volume[0], key, name_key)
    return None


def _writing(case: Case, key: str) -> tuple[str, str, Evidence] | None:
    """Return the only mounted ConfigMap with a line that begins with a setting: kind, name, and the mount."""
    line = re.compile(rf"^\s*[\"']?{re.escape(key)}[\"']?(?=[\s:=]|$)", re.MULTILINE)
    found: dict[str, Evidence] = {}
    for _, mount in mounts(case.container):
        volume = volume_of(case.pod, mount)
        holder = text(volume[1], "configMap", "name") if volume else ""
        data = mapping(case.scene.snapshot.get("ConfigMap", namespace(case.pod), holder), "data") if holder else {}
        if volume and any(isinstance(entry, str) and line.search(entry) for entry in data.values()):
            found[holder] = case.scene.field(case.pod, "spec", "volumes", volume[0], "configMap", "name")
    return ("ConfigMap", *next(iter(found.items()))) if len(found) == 1 else None


def _folded(key: str) -> str:
    """Write a setting as every spelling of it reads: ``server.port`` is the variable ``SERVER_PORT``."""
    return key.lower().replace(".", "").replace("-", "").replace("_", "")


def _setting(case: Case, key: str, value: str) -> tuple[str | int, ...] | None:
    """Return where the spec holds the key or value that the program refuses."""
    for index, entry in numbered(case.container.spec, "env"):
        set_name, set_value = text(entry, "name"), text(entry, "value")
        if (key and set_name and _folded(set_name) == _folded(key)) or (
            value and len(value) > 1 and set_value == value
        ):
            return ("env", index)
    return None
