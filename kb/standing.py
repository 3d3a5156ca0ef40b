"""How a source stands, in one word for programs and one sentence for people: its listing and its documents together."""

from dataclasses import dataclass
from typing import Literal

from core.phrase import Phrase
from kb.feeding import Watch
from kb.records.model import Progress, SourceRecord

SourceStanding = Literal["new", "syncing", "indexing", "ready", "failed", "removing"]
"""``new``: not looked at yet. ``syncing``: its documents are being listed. ``indexing``: some of them are not done.
``failed``: it could not be read, or none of its documents could. ``ready``: nothing goes on by itself any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a source stands."""

    state: SourceStanding
    said: Phrase


def standing(source: SourceRecord, progress: Progress, watch: Watch | None = None) -> Standing:
    """Return how a source stands. ``watch`` is that of a source of events."""
    if source.state == "removing":
        return Standing(state="removing", said=Phrase(en="being removed", zh="正在删除"))
    if source.state == "failed":
        return Standing(state="failed", said=_unread(progress))
    if watch is not None:
        return Standing(state=_state_of_watch(watch), said=_watching(watch))
    if source.kind != "upload" and source.state in {"new", "syncing"}:
        return Standing(state=source.state, said=_being_read(source, progress))
    return _of_documents(source, progress)


def _unread(progress: Progress) -> Phrase:
    if not progress.passages:
        return Phrase(en="could not be read", zh="无法读取")
    return Phrase(
        en=f"could not be read; {progress.ready:,} documents of before are searchable",
        zh=f"无法读取；之前的 {progress.ready:,} 个文档仍可检索",
    )


def _being_read(source: SourceRecord, progress: Progress) -> Phrase:
    total = progress.documents
    if source.state == "new":
        return Phrase(en="waits to be read", zh="等待读取")
    if source.synced_at is not None:
        return Phrase(en=f"reading it again, {total:,} known", zh=f"正在重新读取，已知 {total:,} 个文档")
    return Phrase(en=f"reading, {total:,} so far", zh=f"正在读取，已发现 {total:,} 个文档")


def _of_documents(source: SourceRecord, progress: Progress) -> Standing:
    total, waiting = progress.documents, progress.pending + progress.indexing
    done = progress.ready + progress.skipped
    if not total:
        en, zh = ("no documents yet", "尚无文档") if source.kind == "upload" else ("no documents", "没有文档")
        return Standing(state="ready", said=Phrase(en=f"ready, {en}", zh=f"就绪，{zh}"))
    if waiting or (progress.failed and not done):
        settled = total - waiting - progress.failed
        said = Phrase(en=f"indexing {settled:,} of {total:,}", zh=f"正在索引 {settled:,}/{total:,}")
        return Standing(state="indexing", said=_with_rest(said, progress))
    if progress.dead and not done:
        said = Phrase(
            en=f"none of {total:,} document{'' if total == 1 else 's'} could be indexed",
            zh=f"{total:,} 个文档均无法索引",
        )
        return Standing(state="failed", said=said)
    return Standing(state="ready", said=_with_rest(Phrase(en="ready", zh="就绪"), progress))


def _with_rest(said: Phrase, progress: Progress) -> Phrase:
    """Add what did not go well: a source with documents that failed is not just ready."""
    told = (progress.pending, progress.indexing, progress.ready, progress.skipped, progress.failed, progress.dead)
    rest = (
        (progress.failed, "to be tried again", "将重试"),
        (progress.dead, "given up", "已放弃"),
        (progress.documents - sum(told), "cancelled", "已取消"),
    )
    en = "".join(f", {count:,} {words}" for count, words, _ in rest if count > 0)
    zh = "".join(f"，{count:,} 个{words}" for count, _, words in rest if count > 0)
    return Phrase(en=said.en + en, zh=said.zh + zh)


def _state_of_watch(watch: Watch) -> SourceStanding:
    if watch.live:
        return "ready"
    return "failed" if watch.error else "new"


def _watching(watch: Watch) -> Phrase:
    patterns, events = watch.patterns, watch.events
    if not patterns:
        en, zh = "no warnings yet", "尚无警告"
    else:
        en = f"{patterns:,} pattern{'' if patterns == 1 else 's'} of warnings, {events:,} events"
        zh = f"{patterns:,} 种警告，{events:,} 个事件"
    if watch.live:
        return Phrase(en=f"watching, {en}", zh=f"正在监视，{zh}")
    if watch.error:
        return Phrase(en=f"not watched: {watch.error}", zh=f"未能监视：{watch.error}")
    if watch.since is None:
        return Phrase(en="waits to be watched", zh="等待开始监视")
    return Phrase(en=f"not watched at the moment, {en}", zh=f"目前未监视，{zh}")
