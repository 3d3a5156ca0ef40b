"""What every vector store does alike."""

import random
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pytest

from kb.lexical import TermVector
from kb.stores import (
    PLATFORM,
    Access,
    Collection,
    CollectionNotFound,
    CollectionSpec,
    Filter,
    Fusion,
    HybridQuery,
    LegQuery,
    StoreMismatch,
    VectorInvalid,
    VectorStore,
    namespace_label,
)
from kb.stores.memory import MemoryCollection
from tests.kb.stores.samples import DIMENSIONS, START, direction, entries, entry, some_filter, words

EVERYBODY = Access(labels=frozenset({PLATFORM}))
ALL = Filter(access=EVERYBODY)
APPLES = TermVector(ids=(7, 4_000_000_000), weights=(1.0, 2.0))


async def ids(collection: Collection, query: HybridQuery) -> list[str]:
    return [hit.record.id for hit in await collection.query(query)]


async def test_a_passage_is_found_by_its_vector_by_its_terms_and_by_both(collection: Collection) -> None:
    chance = random.Random(5)
    wanted = entry("wanted", chance, lexical=APPLES, revision="r1")
    await collection.upsert([wanted, *(entry(f"other-{number}", chance) for number in range(30))])
    for query in (
        HybridQuery(filter=ALL, dense=wanted.dense),
        HybridQuery(filter=ALL, lexical=APPLES),
        HybridQuery(filter=ALL, dense=wanted.dense, lexical=APPLES),
    ):
        best = (await collection.query(query))[0]
        assert (best.record.id, best.record.document) == ("wanted", "doc of wanted")
        assert (best.record.source, best.record.revision) == ("docs", "r1")
        assert (best.dense is not None) == query.wants_dense
        assert (best.lexical is not None) == query.wants_lexical
        assert best.score == sum(leg.share for leg in (best.dense, best.lexical) if leg)
        assert all(leg.rank == 1 for leg in (best.dense, best.lexical) if leg)
        if best.dense:
            assert best.dense.score == pytest.approx(1.0, abs=1e-5)


async def test_without_vector_and_terms_nothing_is_found(collection: Collection) -> None:
    await collection.upsert([entry("a")])
    assert await ids(collection, HybridQuery(filter=ALL)) == []
    assert await ids(collection, HybridQuery(filter=ALL, lexical=TermVector(ids=(), weights=()))) == []
    silent = Fusion(dense=0.0)
    assert await ids(collection, HybridQuery(filter=ALL, dense=direction(random.Random(1)), fusion=silent)) == []


async def test_legs_come_back_in_the_order_asked_each_with_its_own_filter_and_limit(collection: Collection) -> None:
    stored = [entry(f"{language}{number}", language=language) for number in range(8) for language in ("en", "zh")]
    await collection.upsert([replace(one, lexical=APPLES) for one in stored])
    dense, english = direction(random.Random(8)), replace(ALL, languages=("en",))
    asked = (
        LegQuery(filter=english, limit=3, dense=dense),
        LegQuery(filter=ALL, limit=9, lexical=APPLES),
        LegQuery(filter=ALL, limit=5, lexical=TermVector(ids=(), weights=())),
        LegQuery(filter=replace(ALL, languages=("zh",)), limit=100, dense=-dense),
    )
    legs = await collection.legs(asked)
    assert [len(leg) for leg in legs] == [3, 9, 0, 8]
    assert [{one.record.language for one in leg} for leg in legs] == [{"en"}, {"en", "zh"}, set(), {"zh"}]
    assert [one.record.id for one in legs[1]] == sorted(one.id for one in stored)[:9]
    for leg, alone in zip(legs, [(await collection.legs([one]))[0] for one in asked], strict=True):
        assert [one.record for one in leg] == [one.record for one in alone]
        assert [one.score for one in leg] == sorted((one.score for one in alone), reverse=True)
    assert await collection.legs(()) == ()


async def test_a_leg_that_cannot_be_run_is_refused_with_all_others(collection: Collection) -> None:
    sound = LegQuery(filter=ALL, limit=5, lexical=APPLES)
    for broken in (
        LegQuery(filter=ALL, limit=5, dense=np.full(DIMENSIONS, np.nan, np.float32)),
        LegQuery(filter=ALL, limit=5, lexical=TermVector(ids=(1, 1), weights=(1.0, 1.0))),
    ):
        with pytest.raises(VectorInvalid):
            await collection.legs([sound, broken])


async def test_a_passage_without_terms_is_found_by_its_vector(collection: Collection) -> None:
    bare = entry("bare", lexical=TermVector(ids=(), weights=()))
    await collection.upsert([bare])
    assert await ids(collection, HybridQuery(filter=ALL, dense=bare.dense, lexical=APPLES)) == ["bare"]


async def test_a_caller_without_any_label_finds_nothing(collection: Collection) -> None:
    await collection.upsert(entries(40))
    nothing = Filter(access=Access(labels=frozenset()))
    assert await ids(collection, HybridQuery(filter=nothing, dense=direction(random.Random(2)))) == []
    assert await collection.count(nothing) == 0
    assert (await collection.scroll(nothing)).records == ()


@pytest.mark.parametrize("labels", [1, 2, 8, 9, 25])
async def test_however_many_labels_a_caller_has_exactly_their_passages_are_found(
    collection: Collection, labels: int
) -> None:
    spaces = [namespace_label(f"space-{number:02}") for number in range(30)]
    await collection.upsert([entry(space, access=space, lexical=APPLES) for space in spaces])
    only = Filter(access=Access(labels=frozenset(spaces[:labels])))
    asked = [
        LegQuery(filter=only, limit=100, dense=direction(random.Random(labels))),
        LegQuery(filter=only, limit=100, lexical=APPLES),
    ]
    for leg in await collection.legs(asked):
        assert sorted(one.record.id for one in leg) == spaces[:labels]
    assert await collection.count(only) == labels


async def test_the_rarity_of_a_term_is_counted_over_what_the_caller_may_read(collection: Collection) -> None:
    await collection.upsert([entry("mine", lexical=APPLES), entry("plain", lexical=replace(APPLES, ids=(8, 9)))])
    query = HybridQuery(filter=ALL, lexical=APPLES)
    before = (await collection.query(query))[0].lexical
    foreign = namespace_label("other")
    await collection.upsert([entry(f"theirs-{number}", access=foreign, lexical=APPLES) for number in range(25)])
    after = (await collection.query(query))[0].lexical
    assert before is not None
    assert after is not None
    assert after.score == pytest.approx(before.score)
    narrowed = HybridQuery(filter=replace(ALL, documents=("doc of mine",)), lexical=APPLES)
    same = (await collection.query(narrowed))[0].lexical
    assert same is not None
    assert same.score == pytest.approx(before.score)


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    id: str
    only: Filter
    found: frozenset[str]


NARROWINGS = (
    Narrowing(id="source", only=replace(ALL, sources=("blog",)), found=frozenset({"b"})),
    Narrowing(id="two sources", only=replace(ALL, sources=("blog", "docs")), found=frozenset({"a", "b", "c", "d"})),
    Narrowing(id="document", only=replace(ALL, documents=("doc of c",)), found=frozenset({"c"})),
    Narrowing(id="language", only=replace(ALL, languages=("zh",)), found=frozenset({"c"})),
    Narrowing(id="kind", only=replace(ALL, kinds=("code",)), found=frozenset({"d"})),
    Narrowing(id="version", only=replace(ALL, versions=("1.34",)), found=frozenset({"a"})),
    Narrowing(id="age", only=replace(ALL, updated_since=START), found=frozenset({"a"})),
    Narrowing(id="all of them", only=replace(ALL, languages=("zh",), kinds=("code",)), found=frozenset()),
    Narrowing(
        id="a namespace alone",
        only=Filter(access=Access(labels=frozenset({namespace_label("shop")}))),
        found=frozenset({"e"}),
    ),
    Narrowing(id="a namespace and all", only=Filter(access=Access.of(["shop"])), found=frozenset("abcde")),
)


@pytest.mark.parametrize("case", NARROWINGS, ids=lambda case: case.id)
async def test_a_filter_narrows_query_count_and_scroll_alike(collection: Collection, case: Narrowing) -> None:
    await collection.upsert(
        [
            entry("a", version="1.34", updated_at=START),
            entry("b", source="blog", updated_at=START - timedelta(seconds=1)),
            entry("c", language="zh"),
            entry("d", kind="code"),
            entry("e", access=namespace_label("shop"), source="wiki"),
        ]
    )
    query = HybridQuery(filter=case.only, dense=direction(random.Random(3)))
    assert frozenset(await ids(collection, query)) == case.found
    assert await collection.count(case.only) == len(case.found)
    assert {record.id for record in (await collection.scroll(case.only)).records} == case.found


async def test_equal_scores_are_ordered_by_id_even_when_more_than_fit_are_equal(collection: Collection) -> None:
    chance = random.Random(11)
    same = direction(chance)
    twins = [entry(f"twin-{number:03}", dense=same, lexical=APPLES) for number in range(180)]
    chance.shuffle(twins)
    await collection.upsert(twins)
    first = [f"twin-{number:03}" for number in range(5)]
    for query in (HybridQuery(filter=ALL, dense=same), HybridQuery(filter=ALL, lexical=APPLES)):
        assert await ids(collection, replace(query, limit=5, candidates=20)) == first


async def test_an_upsert_replaces_and_a_deletion_removes_only_what_it_names(collection: Collection) -> None:
    await collection.upsert([entry(f"p{number}", document="page", revision="old") for number in range(3)])
    await collection.upsert([entry("p1", document="page", revision="new"), entry("q", source="blog")])
    assert await collection.size() == 4
    await collection.delete_document("page", keep_revision="new")
    assert {record.id for record in (await collection.inventory()).records} == {"p1", "q"}
    await collection.set_access("docs", namespace_label("shop"))
    assert await collection.count(ALL) == 1
    assert await collection.count(Filter(access=Access.of(["shop"]))) == 2
    await collection.delete_source("blog")
    await collection.delete_document("page")
    await collection.flush()
    assert await collection.size() == 0


async def test_paging_gives_every_passage_once(collection: Collection) -> None:
    stored = entries(70)
    await collection.upsert(stored)
    only = Filter(access=Access.of(["team-1"]))
    expected = sorted(one.id for one in stored if one.access in only.access.labels)
    seen: list[str] = []
    page = await collection.scroll(only, limit=7)
    while True:
        seen += [record.id for record in page.records]
        if page.next is None:
            break
        page = await collection.scroll(only, after=page.next, limit=7)
    assert sorted(seen) == expected
    whole = await collection.inventory(limit=1_000)
    assert len(whole.records) == 70
    assert whole.next is None


@pytest.mark.parametrize("broken", ["nan", "infinite", "zero", "short"])
async def test_a_vector_that_is_none_is_refused_and_nothing_is_written(collection: Collection, broken: str) -> None:
    vector = direction(random.Random(4))
    match broken:
        case "nan":
            vector[3] = np.nan
        case "infinite":
            vector[3] = np.inf
        case "zero":
            vector[:] = 0
        case _:
            vector = vector[:-1]
    with pytest.raises(VectorInvalid):
        await collection.upsert([entry("sound"), entry("broken", dense=vector)])
    with pytest.raises(VectorInvalid):
        await collection.query(HybridQuery(filter=ALL, dense=vector))
    assert await collection.size() == 0


async def test_terms_without_a_sound_weight_are_refused(collection: Collection) -> None:
    for terms in (
        TermVector(ids=(1, 1), weights=(1.0, 1.0)),
        TermVector(ids=(1,), weights=(float("nan"),)),
        TermVector(ids=(1,), weights=(-1.0,)),
        TermVector(ids=(1, 2), weights=(1.0,)),
    ):
        with pytest.raises(VectorInvalid):
            await collection.upsert([entry("a", lexical=terms)])


async def test_an_alias_moves_at_once_and_protects_its_collection(store: VectorStore, spec: CollectionSpec) -> None:
    alias, newer = f"current-{spec.fingerprint}", replace(spec, generation="2")
    old, new = await store.create(spec), await store.create(newer)
    try:
        await old.upsert([entry("old")])
        await new.upsert([entry("new")])
        assert await store.target(alias) is None
        await store.switch(alias, old.name)
        assert (await (await store.open(alias)).inventory()).records[0].id == "old"
        with pytest.raises(StoreMismatch):
            await store.drop(old.name)
        await store.switch(alias, new.name)
        assert await store.target(alias) == new.name
        assert (await (await store.open(alias)).inventory()).records[0].id == "new"
        await store.drop(old.name)
        with pytest.raises(CollectionNotFound):
            await store.open(old.name)
        with pytest.raises(CollectionNotFound):
            await store.switch(alias, old.name)
    finally:
        other = await store.create(replace(spec, generation="3"))
        await store.switch(alias, other.name)
        if new.name in await store.names():
            await store.drop(new.name)


async def test_a_collection_is_made_once_and_keeps_its_size(store: VectorStore, collection: Collection) -> None:
    await collection.upsert([entry("a")])
    base, fingerprint = collection.name.split("-")
    spec = CollectionSpec(base=base, fingerprint=fingerprint, dimensions=DIMENSIONS)
    assert await (await store.create(spec)).size() == 1
    with pytest.raises(StoreMismatch):
        await store.create(replace(spec, dimensions=DIMENSIONS + 1))
    health = await store.health()
    assert health.ok
    assert health.points >= 1


async def test_random_legs_find_what_the_reference_finds(collection: Collection) -> None:
    stored = entries(250, seed=12)
    reference = MemoryCollection("reference", DIMENSIONS)
    await reference.upsert(stored)
    await collection.upsert(stored)
    chance = random.Random(13)
    for _ in range(20):
        asked = [
            LegQuery(filter=some_filter(chance), limit=chance.choice((1, 10, 300)), dense=direction(chance))
            if chance.random() < 0.5
            else LegQuery(filter=some_filter(chance), limit=chance.choice((1, 10, 300)), lexical=words(chance, 5))
            for _ in range(4)
        ]
        for expected, found in zip(await reference.legs(asked), await collection.legs(asked), strict=True):
            assert [one.record for one in found] == [one.record for one in expected]
            scores = [one.score for one in expected]
            assert [one.score for one in found] == pytest.approx(scores, rel=1e-4, abs=1e-5)


async def test_a_random_search_finds_what_the_reference_finds(collection: Collection) -> None:
    stored = entries(250, seed=9)
    reference = MemoryCollection("reference", DIMENSIONS)
    await reference.upsert(stored)
    await collection.upsert(stored)
    chance = random.Random(10)
    for _ in range(60):
        query = HybridQuery(
            filter=some_filter(chance),
            dense=direction(chance) if chance.random() < 0.8 else None,
            lexical=words(chance, 5) if chance.random() < 0.8 else None,
            limit=10,
            candidates=chance.choice((10, 40)),
            fusion=Fusion(method=chance.choice(("rrf", "scores")), lexical=chance.choice((0.0, 0.5, 2.0))),
        )
        expected, found = await reference.query(query), await collection.query(query)
        assert [hit.record for hit in found] == [hit.record for hit in expected]
        assert [hit.score for hit in found] == pytest.approx([hit.score for hit in expected], rel=1e-4, abs=1e-5)
        assert await collection.count(query.filter) == await reference.count(query.filter)
