"""The readers of build scripts and configuration of the Java virtual machine."""

import pytest

from builder.detect.languages.jvm.edn import Form, forms
from builder.detect.languages.jvm.hocon import hocon
from builder.detect.languages.jvm.java import major
from builder.detect.languages.jvm.properties import properties
from builder.detect.languages.jvm.script import statements, value_of
from builder.parsing.code import Grammar, syntax

GROOVY = (
    "plugins {\n  id 'a' version \"1\" apply false\n}\next.v = '3'\ncompile \"x:y:${v}\", 'z:z:1'\n"
    "tasks.named('jar') { archiveFileName = 'q.jar' } // c\n"
)
KOTLIN = (
    'plugins {\n  id("a") version "1" apply false\n}\nextra["v"] = "3"\ntasks.named<Jar>("jar") {\n  '
    'archiveFileName.set("q.jar")\n}\n'
)


def test_both_dialects_of_gradle_are_read_alike() -> None:
    dialects: tuple[tuple[Grammar, str], ...] = (("groovy", GROOVY), ("kotlin", KOTLIN))
    for grammar, text in dialects:
        found = statements(syntax(text, grammar))

        plugin = found[0].block[0]
        assert (found[0].head, plugin.head) == ("plugins", "id")
        assert [word.text for word in plugin.strings()] == (["a", "1"])
        jar = next(one for one in found if one.head == "tasks.named")
        assert jar.block[0].assigned is not None
        name, words = jar.block[0].assigned
        assert (name, value_of(words, {})) == ("archiveFileName", "q.jar")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x = 'a' + '-b'", "a-b"),
        ('x = "$v-1"', "3-1"),
        ('x = "${v}-1"', "3-1"),
        ("x = JavaVersion.VERSION_1_8", "1.8"),
        ("x = JavaLanguageVersion.of(21)", "21"),
        ("x = project.property('v')", "3"),
        ("x = v", "3"),
        ("x = 17", "17"),
        ("x = unknown()", None),
        ('x = "$unknown"', None),
        ("x = System.getenv('A')", None),
    ],
)
def test_values_are_told_only_where_they_are_plain(text: str, value: str | None) -> None:
    assigned = statements(syntax(text, "groovy"))[0].assigned

    assert assigned is not None
    assert value_of(assigned[1], {"v": "3"}) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.8", 8),
        ("8", 8),
        ("17", 17),
        ("temurin-21.0.2+13", 21),
        ("17.0.9-tem", 17),
        ("[11,)", 11),
        ("1.6", 8),
        ("9", 11),
        ("15", 17),
        ("22", 22),
        ("openjdk64-17.0.1", 17),
        ("22.3.r17-grl", 17),
        ("graalvm-ce-java11-22.3", 11),
        ("corretto-21", 21),
        ("x", None),
        ("", None),
    ],
)
def test_a_java_version_is_its_release(text: str, value: int | None) -> None:
    assert major(text) == value


def test_properties_have_escapes_and_continued_lines() -> None:
    found = {
        one.key: (one.value, one.line)
        for one in properties("# c\n! d\na=1\nb : two \\\n   three\nc\\ d=\\u0041\\:\ne\n")
    }

    assert found == {"a": ("1", 3), "b": ("two three", 4), "c d": ("A:", 6), "e": ("", 7)}


def test_hocon_has_objects_dotted_keys_and_variables() -> None:
    text = (
        'a { b.c = 1, d : "x y" # c\n  e = ${?E}\n  e2 = 5\n  e2 = ${?E2} }\nlist = [ 1, 2 ]\n// end\n'
        "f.g=http://x\nh = ${a.d}\n"
    )
    found = {one.key: (one.value, one.variable) for one in hocon(text)}

    assert found["a.b.c"] == ("1", "")
    assert found["a.d"] == ("x y", "")
    assert found["a.e2"] == ("5", "E2")
    assert found["h"] == ("x y", "")


@pytest.mark.parametrize("text", ["{", "}", "a = {", "a = [", '"', "a.b.c", "=", "${", '"""', "a{b{c{d=1}}}}}}"])
def test_broken_hocon_is_read_as_far_as_it_goes(text: str) -> None:
    hocon(text)


def test_edn_is_read_with_its_marks() -> None:
    form = next(forms('(a ^:b c "d\\"e" [1 :f] {:g h} #{1 2} #_ no #inst "2020" \\x \'q) ; end'))

    assert isinstance(form, Form)
    assert form.head == "a"
    assert form.items[1].text == "c"
    assert form.items[2] == 'd"e'
    assert form.items[3][0] == 1
    assert form.items[4] == {":g": "h"}
