"""Near-duplicates while documents come, change and go."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kb.ingest.families import Families, packed, unpacked
from kb.passages.duplicates import sketch

WORDS = [" ".join(f"{letter}{number}" for number in range(40)) for letter in "abc"]
SKETCHES = [packed(sketch(text)) for text in WORDS]


def test_that_a_sketch_survives_being_stored() -> None:
    made = sketch(WORDS[0], title="a")
    assert unpacked(packed(made)) == made
    assert unpacked(packed(made)[:-1]) is None


def test_that_the_first_stands_for_its_copies_and_the_next_one_after_it() -> None:
    families = Families()
    assert families.place("1", "platform", SKETCHES[0]) == {"1": "1"}
    assert families.place("2", "platform", SKETCHES[0]) == {"2": "1"}
    assert families.place("3", "platform", SKETCHES[0]) == {"3": "1"}
    assert families.place("4", "platform", SKETCHES[1]) == {"4": "4"}
    assert families.leave("1") == {"2": "2", "3": "2"}
    assert families.leave("3") == {}
    assert families.leave("unknown") == {}


def test_that_a_document_that_changes_leaves_its_family() -> None:
    families = Families()
    for key in "12":
        families.place(key, "platform", SKETCHES[0])
    assert families.place("1", "platform", SKETCHES[1]) == {"1": "1", "2": "2"}
    assert families.place("2", "platform", SKETCHES[1]) == {"2": "1"}
    assert families.place("1", "platform", SKETCHES[1]) == {"1": "1"}


def test_that_nothing_is_folded_across_access() -> None:
    families = Families()
    families.place("1", "platform", SKETCHES[0])
    assert families.place("2", "namespace:a", SKETCHES[0]) == {"2": "2"}
    assert families.place("2", "platform", SKETCHES[0]) == {"2": "1"}


steps = st.lists(
    st.tuples(st.sampled_from("123456"), st.sampled_from(["leave", "platform", "namespace:a"]), st.integers(0, 2)),
    max_size=30,
)


@given(steps)
@settings(max_examples=60, deadline=None)
def test_that_what_was_told_is_what_a_new_start_loads(steps: list[tuple[str, str, int]]) -> None:
    families, told = Families(), dict[str, tuple[str, str, bytes]]()
    for key, access, number in steps:
        if access == "leave":
            changed = families.leave(key)
            told.pop(key, None)
        else:
            changed = families.place(key, access, SKETCHES[number])
            told[key] = (access, "", SKETCHES[number])
        for one, family in changed.items():
            told[one] = (told[one][0], family, told[one][2])
    for key, (access, family, stored) in told.items():
        assert told[family] == (access, family, stored), key
    rows = [(key, *row) for key, row in sorted(told.items(), key=lambda item: item[0] != item[1][1])]
    loaded = Families.load(rows)
    assert {key: loaded.place(key, row[0], row[2])[key] for key, row in told.items() if row[1] == key} == {
        key: key for key, row in told.items() if row[1] == key
    }
