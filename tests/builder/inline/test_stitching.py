"""Wrappers as text."""

import ast

import pytest

from builder.inline.stitching import node_wrapper, python_wrapper

PARTS = (
    "arguments", "asgi", "azure", "flask_request", "lambda_event", "openfaas", "openwhisk", "plain_request", "wsgi",
)  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_a_python_wrapper_is_one_file_of_pythons_own_library(part: str) -> None:
    text = python_wrapper(part, {"FILE": "a.py"})
    tree = ast.parse(text)
    imports = [one for one in ast.walk(tree) if isinstance(one, ast.Import | ast.ImportFrom)]
    assert all("builder" not in ast.unparse(one) for one in imports)
    assert len({ast.unparse(one) for one in imports}) == len(imports)
    assert "noqa" not in text
    assert "type: ignore" not in text
    assert text.count('FILE = "function.py"') == 0
    names = [one.name for one in tree.body if isinstance(one, ast.FunctionDef | ast.ClassDef)]
    assert len(set(names)) == len(names)
    assert text.endswith('if __name__ == "__main__":\n    run(serve)\n')


@pytest.mark.parametrize("part", ["arguments", "lambda_event", "openwhisk", "request_response", "web"])
def test_a_node_wrapper_is_one_file_of_nodes_own_modules(part: str) -> None:
    text = node_wrapper(part, {"FILE": "a.js"})
    imports = [line for line in text.splitlines() if line.startswith("import ")]
    assert all('from "node:' in line for line in imports)
    assert len(set(imports)) == len(imports)
    assert "export {" not in text
    assert text.startswith("// Serves one function")
    assert text.endswith("await run(serve, process.argv[2]);\n")


def test_values_are_written_as_values_of_the_language() -> None:
    odd = 'it\'s "odd"\n\u2028; import os #.py'
    text = python_wrapper("lambda_event", {"FILE": odd, "PAYLOAD": True})
    assigned = {one.targets[0].id: ast.literal_eval(one.value) for one in ast.parse(text).body
                if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name)
                and isinstance(one.value, ast.Constant)}  # fmt: skip
    assert assigned["FILE"] == odd
    assert assigned["PAYLOAD"] is True
    assert r'const FILE = "it' in node_wrapper("web", {"FILE": odd})
    assert "\u2028" not in node_wrapper("web", {"FILE": odd})


def test_a_constant_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError, match="OTHER"):
        python_wrapper("wsgi", {"OTHER": 1 == 1})
