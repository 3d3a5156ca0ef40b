"""setup.py as data: the arguments of ``setup()`` that stand there, or in names that are assigned before."""

import ast
from typing import Any

from builder.detect.languages.python.modules import Module


def arguments(module: Module | None) -> dict[str, Any]:
    """Return what ``setup()`` is given, as far as it is written out. What is put together at run time is left out."""
    if module is None:
        return {}
    for call in module.calls:
        if call.name.rpartition(".")[2] == "setup":
            given = {one.arg: one.value for one in call.node.keywords if one.arg}
            for one in call.node.keywords:
                if one.arg is None:  # setup(**config)
                    given.update(_unpacked(module, one.value))
            return {name: value for name, node in given.items() if (value := plain(module, node)) is not None} or {
                "name": ""
            }
    return {}


def _unpacked(module: Module, node: ast.expr) -> dict[str, ast.expr]:
    if isinstance(node, ast.Name):
        node = module.assigned.get(node.id, node)
    if isinstance(node, ast.Call) and module.dotted(node.func) == "dict":
        return {one.arg: one.value for one in node.keywords if one.arg}
    if isinstance(node, ast.Dict):
        return {
            key.value: value
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant) and isinstance(key.value, str)
        }
    return {}


def plain(module: Module, node: ast.expr | None, depth: int = 0) -> Any:
    """Return a literal, with names looked up and lists joined; None for what is made at run time."""
    if node is None or depth > _MAX_DEPTH:
        return None
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        inner = [plain(module, one.value if isinstance(one, ast.Starred) else one, depth + 1) for one in node.elts]
        flat: list[Any] = []
        for one, source in zip(inner, node.elts, strict=True):
            if one is not None:
                flat.extend(one if isinstance(source, ast.Starred) and isinstance(one, list) else [one])
        return flat
    if isinstance(node, ast.Dict):
        pairs = [(plain(module, key, depth + 1), plain(module, value, depth + 1)) for key, value in _pairs(node)]
        return {key: value for key, value in pairs if isinstance(key, str) and value is not None}
    if isinstance(node, ast.Name):
        return plain(module, module.assigned.get(node.id), depth + 1)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = plain(module, node.left, depth + 1), plain(module, node.right, depth + 1)
        if type(left) is type(right) and isinstance(left, list | str):
            return left + right
        return left if isinstance(left, list) else right if isinstance(right, list) else None
    if isinstance(node, ast.Call) and module.dotted(node.func) in {"dict", "builtins.dict"}:
        return {one.arg: value for one in node.keywords if one.arg and (value := plain(module, one.value, depth + 1))}
    return None


_MAX_DEPTH = 12


def _pairs(node: ast.Dict) -> list[tuple[ast.expr | None, ast.expr]]:
    return list(zip(node.keys, node.values, strict=True))
