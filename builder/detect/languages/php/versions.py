"""Which PHP a project runs on: version files, Composer's platform, constraints, what its framework bears."""

from collections.abc import Sequence

from builder.detect.languages.php.constraints import spans
from builder.detect.languages.php.manifest import Composer
from builder.detect.shared.pins import pins
from builder.detect.shared.spans import Span, numbers_of
from builder.draft import Draft
from builder.grounds import DECLARED, DEFAULT, LOCKED, STATED
from builder.plan import Runtime
from builder.versions import RELEASES, chosen, release_of
from core.evidence import Evidence
from core.phrase import Phrase

_BEARS: dict[str, dict[int, str]] = {
    "laravel/framework": {5: "<=7.4", 6: "<=8.0", 7: "<=8.0", 8: "<=8.1", 9: "<=8.2", 10: "<=8.3", 11: "<=8.4"},
    "laravel/lumen-framework": {5: "<=7.4", 6: "<=8.0", 7: "<=8.0", 8: "<=8.1", 9: "<=8.2"},
    "symfony/framework-bundle": {2: "<=7.4", 3: "<=7.4", 4: "<=8.1", 5: "<=8.3"},
    "cakephp/cakephp": {2: "<=7.4", 3: "<=8.0", 4: "<=8.4"},
    "drupal/core": {8: "<=7.4", 9: "<=8.1", 10: "<=8.4"},
    "drupal/core-recommended": {8: "<=7.4", 9: "<=8.1", 10: "<=8.4"},
    "slim/slim": {2: "<=7.4", 3: "<=8.1"},
    "yiisoft/yii": {1: "<=8.3"},
    "zendframework/zendframework": {2: "<=7.4", 3: "<=7.4"},
}
"""The newest PHP that a major version of a framework is documented to run on, where newer ones break it."""

_SUPPORTED = frozenset(RELEASES["php"].known) - frozenset(RELEASES["php"].ended)
"""A platform that has ended is the oldest that a project means to support, not what it is run on."""

_OLD = (7,)
"""A constraint that is open above but begins before this was written when no PHP 8 was there."""


def runtime(composer: Composer, draft: Draft) -> None:
    """Add the version of PHP."""
    for pin in pins(composer.place, "php"):
        if pin.numbers:
            _add(
                draft, release_of("php", ".".join(map(str, pin.numbers))), pin.text, STATED, "php.version.pinned",
                Phrase(en=f"A version file names {pin.text}.", zh=f"版本文件指定了 {pin.text}。"), pin.evidence,
            )  # fmt: skip
            return
    numbers = numbers_of(composer.platform.get("php", ""))
    if numbers and release_of("php", ".".join(map(str, numbers))) in _SUPPORTED:
        given = composer.platform["php"]
        _add(
            draft, release_of("php", ".".join(map(str, numbers))), given, LOCKED + 0.06, "php.version.platform",
            Phrase(en=f"Composer is told to assume PHP {given}.", zh=f"Composer 按 PHP {given} 解析。"),
            composer.place.cite("composer.json", given),
        )  # fmt: skip
        return
    if constraint := composer.requires.get("php", composer.requires.get("php-64bit", "")):
        version = _fitting(composer, constraint)
        _add(
            draft, version, constraint, DECLARED, "php.version.required",
            Phrase(en=f"composer.json requires PHP {constraint}.", zh=f"composer.json 要求 PHP {constraint}。"),
            composer.cite("php") or composer.cite("php-64bit"),
        )  # fmt: skip
        return
    version = _fitting(composer, "")
    _add(
        draft, version, "", DEFAULT, "php.version.usual",
        Phrase(en=f"Nothing asks for a version: {version} is taken.", zh=f"没有指定版本：采用 {version}。"), None,
    )  # fmt: skip


def _fitting(composer: Composer, constraint: str) -> str:
    """Return the release that all constraints allow; where they contradict each other, the project's own counts."""
    own = spans(constraint)
    others = [spans(one.requires.get("php", "")) for one in composer.locked.values()]
    others.extend(_borne(composer))
    if own and all(one.high is None and one.low < _OLD for one in own):
        others.append(spans("<=7.4"))
    wanted = [one for one in (own, *others) if one]
    version = chosen("php", lambda release: all(_meets(one, release) for one in wanted))
    version = version or chosen("php", lambda release: _meets(own, release))
    lowest = max((one.low for one in own), default=())
    return version or (".".join(map(str, lowest[:2])) if len(lowest) > 1 else RELEASES["php"].known[0])


def _borne(composer: Composer) -> list[tuple[Span, ...]]:
    found = []
    for package, table in _BEARS.items():
        if package in composer.requires and (limit := table.get(composer.major(package) or 0)):
            found.append(spans(limit))
    return found


def _meets(allowed: Sequence[Span], release: str) -> bool:
    return not allowed or any(one.meets(release) for one in allowed)


def _add(
    draft: Draft, version: str, constraint: str, confidence: float, rule: str, why: Phrase, evidence: Evidence | None
) -> None:
    draft.runtime.add(Runtime(name="php", version=version, constraint=constraint), confidence, rule, why, evidence)
