"""What is said to people about events and fixes, in English and Chinese."""

from datetime import datetime

from core.phrase import Phrase
from kb.events.model import NoveltyKind, Outcome, Pattern


def why_new(kind: NoveltyKind, found: Pattern, *, since: datetime, watched_since: datetime, elsewhere: int) -> Phrase:
    """Say why a pattern counts as new, and how far back that is known."""
    whose, first, watched = f"{found.namespace}/{found.owner}", _minute(since), _minute(watched_since)
    match kind:
        case "new":
            return Phrase(
                en=f"{found.reason} of {whose} was first seen {first}; never before, here or at another workload, "
                f"since events are watched ({watched}).",
                zh=f"{whose} 的 {found.reason} 首次出现于 {first}；自开始监听事件（{watched}）以来，"
                "这里和其他工作负载都未出现过。",
            )
        case "new_here":
            others = "another workload" if elsewhere == 1 else f"{elsewhere} other workloads"
            return Phrase(
                en=f"{found.reason} of {whose} was first seen {first}; never before at this workload since events are "
                f"watched ({watched}), but at {others}.",
                zh=f"{whose} 的 {found.reason} 首次出现于 {first}；自开始监听事件（{watched}）以来"
                f"该工作负载从未出现过，但另有 {elsewhere} 个工作负载出现过。",
            )
        case "returned":
            return Phrase(
                en=f"{found.reason} of {whose} came back {first} after a long silence; it was first seen "
                f"{_minute(found.first_seen)}.",
                zh=f"{whose} 的 {found.reason} 在长时间未出现后于 {first} 再次出现；首次出现于 "
                f"{_minute(found.first_seen)}。",
            )


def experience(fix: str, *, worked: int, failed: int, unknown: int, last_at: datetime, author: str) -> Phrase:
    """Say how often a fix was tried and whether it helped. A fix that never helped is told as such."""
    day = f"{last_at:%Y-%m-%d}"
    by, by_zh = (f" by {author}", f"由 {author} ") if author else ("", "")
    tail_en = f" It did not help {_times(failed)}." if failed else ""
    tail_zh = f"另有 {failed} 次无效。" if failed else ""
    if worked:
        return Phrase(
            en=f"Worked before, {_times(worked)}, last on {day}{by}: {_sentence(fix, '.')}{tail_en}",
            zh=f"此前有效 {worked} 次，最近一次{by_zh}于 {day} 确认：{_sentence(fix, '。')}{tail_zh}",
        )
    if failed:
        return Phrase(
            en=f"Tried before and did not help, {_times(failed)}, last on {day}{by}: {_sentence(fix, '.')}",
            zh=f"此前尝试 {failed} 次，均无效，最近一次{by_zh}于 {day} 记录：{_sentence(fix, '。')}",
        )
    return Phrase(
        en=f"Done before, {_times(unknown)}, last on {day}{by}; whether it helped is not known: {_sentence(fix, '.')}",
        zh=f"此前采取过 {unknown} 次，最近一次{by_zh}于 {day} 记录，效果未知：{_sentence(fix, '。')}",
    )


def outcome_in_words(outcome: Outcome) -> Phrase:
    """Say whether a fix helped."""
    match outcome:
        case "worked":
            return Phrase(en="It helped.", zh="有效。")
        case "failed":
            return Phrase(en="It did not help.", zh="无效。")
        case "unknown":
            return Phrase(en="Whether it helped is not known.", zh="效果未知。")


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _sentence(text: str, stop: str) -> str:
    return text if text.endswith((".", "。", "!", "！", "?", "？")) else text + stop
