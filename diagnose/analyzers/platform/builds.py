"""Images that could not be built from source."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from cluster.fields import Obj, moment, name, numbered, text, whole
from cluster.kinds import group_of
from cluster.snapshot import controller_of, ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.platform.view import APP, BUILD, GROUP, MAX_WORDS, Stated, label, look_at, reach_of, stated
from diagnose.findings import Edge, Finding, InProgress, Observation, Reach, Remedy, RuledOut, proved
from diagnose.remedies import in_application
from diagnose.scene import Scene

_RETRY_SECONDS = 120
_SAYS = ("message", "logLine", "error")
_ADVICE: tuple[tuple[tuple[str, ...], Phrase], ...] = (
    (
        ("auth", "credential", "denied", "forbidden", "push"),
        Phrase(
            en="Give the build credentials that the source or the registry accepts, then start it again",
            zh="为构建提供源码仓库或镜像仓库认可的凭据，然后重新构建",
        ),
    ),
    (
        ("network", "timeout", "unreachable", "dns", "mirror"),
        Phrase(
            en="See that the build reaches what the quoted line names (or name a mirror), then start it again",
            zh="确认构建环境能访问引用文字中的地址（或改用镜像站），然后重新构建",
        ),
    ),
    (
        ("oom", "memory", "disk", "space", "resource"),
        Phrase(
            en="Give the build more memory or disk, or build less at once, then start it again",
            zh="为构建提供更多内存或磁盘，或减少一次构建的内容，然后重新构建",
        ),
    ),
    (
        ("source", "git", "clone", "fetch", "checkout", "revision"),
        Phrase(
            en="Correct the repository, branch or folder that the App names: the build could not fetch it",
            zh="修正 App 中的仓库地址、分支或目录：构建无法取得源码",
        ),
    ),
)
_GENERAL = Phrase(
    en="Correct in the source what the quoted line names: a new commit starts a new build",
    zh="按引用的文字修正源码：提交新版本后会重新构建",
)


def builds(scene: Scene) -> Iterator[Observation]:
    """Yield Apps and lone ImageBuilds whose newest build failed for good."""
    by_app: dict[str, list[Obj]] = {}
    for build in scene.snapshot.all(BUILD):
        owner = controller_of(build)
        owned = text(owner, "kind") == "App" and group_of(text(owner, "apiVersion")) == GROUP
        by_app.setdefault(text(owner, "uid") if owned else f"alone {ref_of(build)}", []).append(build)
    for app in scene.snapshot.all(APP):
        own = by_app.pop(text(app, "metadata", "uid"), [])
        yield from _judged(scene, app, own)
    for left in by_app.values():
        yield from _judged(scene, None, left)


def _judged(scene: Scene, app: Obj | None, own: list[Obj]) -> Iterator[Observation]:
    """Judge the newest build; an App without one is judged by its own condition."""
    ordered = sorted(own, key=lambda build: (text(build, "metadata", "creationTimestamp"), name(build)))
    newest = ordered[-1] if ordered else None
    said = stated(app, "ImageAvailable") if app is not None else None
    failing = said if said is not None and said.status == "False" and said.reason == "BuildFailed" else None
    failing = failing if failing is not None and failing.current else None
    done = stated(newest, "Succeeded") if newest is not None else None
    if newest is None:
        if app is not None and failing is not None:
            yield _failed(scene, app, None, failing, None)
        return
    if done is None or done.status not in {"True", "False"}:
        yield InProgress(
            object=ref_of(app if app is not None else newest),
            reason=Phrase(en=f"its image is being built ({name(newest)})", zh=f"镜像正在构建（{name(newest)}）"),
            until=scene.now + timedelta(seconds=_RETRY_SECONDS),
        )
        return
    if done.status == "True":
        yield from _over(scene, app, ordered, done)
        return
    if failing is None and (again := _tries_left(scene, newest)) is not None:
        yield InProgress(
            object=ref_of(app if app is not None else newest),
            reason=Phrase(
                en=f"the image build {name(newest)} failed and is tried again",
                zh=f"镜像构建 {name(newest)} 失败，即将重试",
            ),
            until=again,
        )
        return
    yield _failed(scene, app, newest, failing, done)


def _tries_left(scene: Scene, build: Obj) -> datetime | None:
    """Return when the next attempt is due, when there is one."""
    made = sum(1 for _ in numbered(build, "status", "attempts"))
    if not 0 < made < _allowed(build):
        return None
    return moment(build, "status", "nextAttemptTime") or scene.now + timedelta(seconds=_RETRY_SECONDS)


def _allowed(build: Obj) -> int:
    return whole(build, "spec", "maxAttempts") or whole(build, "spec", "attempts")


def _over(scene: Scene, app: Obj | None, ordered: list[Obj], done: Stated) -> Iterator[RuledOut]:
    earlier = [build for build in ordered[:-1] if (entry := stated(build, "Succeeded")) and entry.status == "False"]
    if app is None or not earlier:
        return
    yield RuledOut(
        code="AppBuildFailed",
        object=ref_of(app),
        reason=Phrase(
            en=f"a build of {label(app)} failed before, and a newer one succeeded",
            zh=f"{label(app)} 的一次构建曾失败，之后的构建已成功",
        ),
        evidence=(done.quote(scene, "status", current=False),),
        healed=True,
        ended=done.since,
    )


def _failed(scene: Scene, app: Obj | None, build: Obj | None, failing: Stated | None, done: Stated | None) -> Finding:
    last = _last_attempt(build) if build is not None else None
    cause = text(last[1], "errorClass") if last else ""
    phase = text(last[1], "phase") if last else ""
    key, line = _words(last[1]) if last else ("", "")
    told = line or (done.message if done else "") or (failing.message if failing else "")
    evidence: list[Evidence] = []
    if build is not None and last is not None:
        parts = [part for part in ("errorClass", key) if part and text(last[1], part)]
        evidence += [scene.field(build, "status", "attempts", last[0], part) for part in parts]
    evidence += [done.quote(scene, "message" if done.message else "reason")] if done else []
    evidence += [failing.quote(scene)] if failing else []
    made, most = (last[0] + 1, _allowed(build)) if last and build is not None else (0, 0)
    tries, tries_zh = _tries(made, most)
    where, where_zh = (f" in phase {phase}", f"在 {phase} 阶段") if phase else ("", "")
    kind, kind_zh = (f" ({cause})", f"（{cause}）") if cause else ("", "")
    tail, tail_zh = (f": {told}", f"：{told}") if told else ("", "")
    thing = app if app is not None else build
    about = thing if thing is not None else {}
    affected = [*reach_of(scene, app)] if app is not None else []
    affected += [Reach(ref=ref_of(build), edge=Edge.IMAGE)] if build is not None else []
    return Finding(
        code="AppBuildFailed",
        confidence=proved(
            "the build's own status says so", "构建自身的状态写明", twice=failing is not None and done is not None
        ),
        object=ref_of(about),
        affected=tuple(affected),
        summary=Phrase(
            en=f"The image of {label(about)} could not be built{tries}: the build fails{where}{kind}{tail}",
            zh=f"{label(about)} 的镜像构建失败{tries_zh}：{where_zh}出错{kind_zh}{tail_zh}",
        ),
        expected="Succeeded=True",
        actual="Succeeded=False" + (f", errorClass {cause}" if cause else ""),
        evidence=tuple(evidence[:4]),
        remedies=(_advice(cause),),
        next_checks=(
            look_at(build if build is not None else about, "the whole build and its log", "完整的构建过程与日志"),
        ),
        since=(done.since if done else None) or (failing.since if failing else None),
    )


def _tries(made: int, most: int) -> tuple[str, str]:
    if most and made:
        return f" after {made} of {most} attempts", f"（已尝试 {made}/{most} 次）"
    if made > 1:
        return f" after {made} attempts", f"（已尝试 {made} 次）"
    return "", ""


def _last_attempt(build: Obj) -> tuple[int, Obj] | None:
    found = list(numbered(build, "status", "attempts"))
    return found[-1] if found else None


def _words(attempt: Obj) -> tuple[str, str]:
    for key in _SAYS:
        if said := " ".join(text(attempt, key).split()):
            return key, said if len(said) <= MAX_WORDS else said[: MAX_WORDS - 1] + "…"
    return "", ""


def _advice(cause: str) -> Remedy:
    lowered = cause.lower()
    return in_application(next((advice for marks, advice in _ADVICE if any(m in lowered for m in marks)), _GENERAL))
