"""Which Ruby a project runs on: version files, Gemfile, lock, gemspec, what its Rails bears."""

from builder.detect.languages.ruby.constraints import span
from builder.detect.languages.ruby.gemfile import Gemfile, Gemspec
from builder.detect.shared.pins import pins
from builder.detect.shared.spans import Span
from builder.draft import Draft
from builder.grounds import CONVENTION, DECLARED, DEFAULT, LOCKED, STATED
from builder.plan import Runtime
from builder.versions import RELEASES, chosen, release_of
from core.evidence import Evidence
from core.phrase import Phrase

_BEARS: tuple[tuple[tuple[int, ...], tuple[str, ...]], ...] = (
    ((8, 0), (">= 3.2",)), ((7, 2), (">= 3.1",)), ((7, 1), (">= 2.7", "< 3.5")), ((7, 0), (">= 2.7", "< 3.4")),
    ((6, 1), (">= 2.5", "< 3.2")), ((6, 0), (">= 2.5", "< 3.0")), ((5, 0), (">= 2.2", "< 3.0")),
    ((4, 2), (">= 1.9", "< 2.6")), ((0, 0), (">= 1.9", "< 2.4")),
)  # fmt: skip
"""By release of Rails, the newest first: the Rubies that it is documented to run on."""


def runtime(gemfile: Gemfile, gemspec: Gemspec | None, draft: Draft) -> None:
    """Add the version of Ruby."""
    place = gemfile.place
    for pin in pins(place, "ruby"):
        if pin.numbers and not pin.text.startswith(("jruby", "truffleruby", "rbx", "mruby")):
            why = Phrase(en=f"A version file names {pin.text}.", zh=f"版本文件指定了 {pin.text}。")
            version = release_of("ruby", ".".join(map(str, pin.numbers)))
            _add(draft, version, pin.text, STATED, "ruby.version.pinned", why, pin.evidence)
            break
    bounds = _borne(gemfile)
    if gemfile.ruby:
        text = ", ".join(gemfile.ruby)
        why = Phrase(en=f"The Gemfile asks for Ruby {text}.", zh=f"Gemfile 要求 Ruby {text}。")
        version = _fitting(span(gemfile.ruby), bounds)
        _add(draft, version, text, DECLARED, "ruby.version.gemfile", why, place.cite(gemfile.file, gemfile.ruby_line))
    elif gemfile.locked_ruby:
        text = gemfile.locked_ruby
        why = Phrase(en=f"The lock file was made for Ruby {text}.", zh=f"锁文件是用 Ruby {text} 生成的。")
        evidence = place.cite(gemfile.lock, f"ruby {text}")
        _add(draft, release_of("ruby", text), text, LOCKED, "ruby.version.locked", why, evidence)
    if gemspec and gemspec.ruby:
        text = ", ".join(gemspec.ruby)
        why = Phrase(en=f"The gemspec asks for Ruby {text}.", zh=f"gemspec 要求 Ruby {text}。")
        version = _fitting(span(gemspec.ruby), bounds)
        evidence = place.cite(gemspec.file, gemspec.ruby_line)
        _add(draft, version, text, LOCKED - 0.05, "ruby.version.gemspec", why, evidence)
    if draft.runtime.best is None:
        version = _fitting(Span(), bounds)
        rails = gemfile.has("rails", "railties")
        why = Phrase(en=f"Nothing asks for a version: {version} is taken.", zh=f"没有指定版本：采用 {version}。")
        _add(draft, version, "", CONVENTION if rails else DEFAULT, "ruby.version.usual", why, gemfile.cite(rails))


def _fitting(wanted: Span, bounds: Span) -> str:
    held = wanted.within(bounds)
    version = chosen("ruby", held.meets)
    if version is None and held.high and len(held.high) > 1 and held.low < held.high:
        return ".".join(map(str, _before(held.high)))  # older than all that are known
    version = version or chosen("ruby", wanted.meets)
    low = wanted.low[:2]
    return version or (".".join(map(str, low)) if len(low) > 1 else RELEASES["ruby"].known[0])


def _before(high: tuple[int, ...]) -> tuple[int, int]:
    """Return the last release that has versions before this one: 2.6 of 2.6.4 and of 2.7."""
    patch = any(high[2:])
    return high[0], high[1] if patch else max(high[1] - 1, 0)


def _borne(gemfile: Gemfile) -> Span:
    """Return the Rubies that the project's Rails runs on."""
    name = gemfile.has("rails", "railties")
    release = gemfile.major(name) if name else ()
    return next((span(text) for least, text in _BEARS if release and (*release, 0)[:2] >= least), Span())


def _add(
    draft: Draft, version: str, constraint: str, confidence: float, rule: str, why: Phrase, evidence: Evidence | None
) -> None:
    draft.runtime.add(Runtime(name="ruby", version=version, constraint=constraint), confidence, rule, why, evidence)
