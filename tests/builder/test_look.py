"""Looking at a tree: parsed files, places, lines to cite."""

import re

from builder.look import Look
from builder.tree import Tree
from core.evidence import Evidence, FileSource, verify

FILES = {
    "package.json": '{\n  // a comment\n  "name": "shop",\n}',
    "api/pyproject.toml": '[project]\nname = "api"\n',
    "api/main.py": "import os\nPORT = 8000\n",
    "api/broken.py": "def (",
    "api/tests/test_main.py": "",
    "api/vendor/thing.py": "",
    "api/inner/setup.py": "",
    "api/.hidden/x.py": "",
    "deploy.yaml": "a: !Ref x\n---\nb: [1, 2]\n---\n{broken",
    "bomb.yaml": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{chr(98 + at)}: &{chr(98 + at)} [{','.join([f'*{chr(97 + at)}'] * 9)}]\n" for at in range(8)),
    ".env": "TOKEN=glpat-AbCdEf0123456789xyzT\n",
    "pom.xml": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><project><name>&e;</name></project>',
    "setup.cfg": "[options]\npython_requires = >=3.9\n",
}
LOOK = Look(Tree.of(FILES))


def test_files_are_parsed_and_broken_ones_are_empty() -> None:
    assert LOOK.json("package.json") == {"name": "shop"}
    assert LOOK.toml("api/pyproject.toml")["project"] == {"name": "api"}
    assert LOOK.toml("package.json") == {}
    assert LOOK.json("missing.json") == {}
    assert LOOK.yaml_documents("deploy.yaml") == [{"a": "x"}, {"b": [1, 2]}]
    assert LOOK.yaml("deploy.yaml") == {"a": "x"}
    assert LOOK.python("api/main.py") is not None
    assert LOOK.python("api/broken.py") is None
    assert LOOK.ini("setup.cfg")["options"]["python_requires"] == ">=3.9"


def test_a_yaml_bomb_and_an_external_entity_do_nothing() -> None:
    assert LOOK.yaml("bomb.yaml") is None
    root = LOOK.xml("pom.xml")
    assert root is not None
    assert "root:" not in "".join(root.itertext())


def test_lines_are_cited_without_secrets() -> None:
    assert LOOK.cite("api/main.py", "PORT") == Evidence(
        source=FileSource(path="api/main.py", line=2), quote="PORT = 8000"
    )
    assert LOOK.cite("api/main.py", re.compile(r"^import")) == LOOK.cite("api/main.py", 1)
    assert LOOK.cite("api/main.py", 99) is None
    assert LOOK.cite("api/main.py", "nowhere") is None
    for evidence in (LOOK.cite("api/main.py", 2), LOOK.cite_file("api/main.py")):
        assert evidence is not None
        assert verify(evidence, LOOK)
    assert LOOK.cite_file("missing") is None
    for path, line in (("missing", 0), ("missing", 1), ("api/main.py", 99)):
        assert LOOK.read(FileSource(path=path, line=line)) is None
    secret = LOOK.cite(".env", "TOKEN")
    assert secret is not None
    assert secret.quote == "TOKEN="


def test_a_place_knows_its_own_sources_only() -> None:
    place = LOOK.at("api", inner=frozenset({"api/inner"}))
    assert tuple(place.sources(".py")) == ("broken.py", "main.py", "vendor/thing.py")
    assert "tests/test_main.py" in tuple(place.sources(".py", aside=True))
    assert tuple(place.sources(".py", most=1)) == ("broken.py",)
    assert place.has("nothing", "main.py") == "main.py"
    assert place.above("package.json") == "package.json"
    assert place.above("nothing") == ""
    assert place.name == "api"
    assert place.relative("api/main.py") == "main.py"
