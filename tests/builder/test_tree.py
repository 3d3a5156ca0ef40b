"""A tree of files as data."""

from builder.tree import Tree

TREE = Tree.of(
    {
        "b/z.py": "z",
        "a.txt": "one\n",
        "b/c/d.py": b"\xef\xbb\xbfprint()",
        "b/picture.png": b"\x89PNG\0\0",
        "wide.txt": "hi".encode("utf-16"),
        "broken.txt": b"caf\xe9",
    }
)


def test_files_and_folders_are_found_by_place_and_name() -> None:
    assert TREE.names("") == ("a.txt", "broken.txt", "wide.txt")
    assert TREE.folders("") == ("b",)
    assert TREE.folders("b") == ("c",)
    assert TREE.names("b") == ("picture.png", "z.py")
    assert TREE.has_folder("b/c")
    assert not TREE.has_folder("c")
    assert TREE.names("c") == ()
    assert TREE.named("d.py", "a.txt", "none") == ("a.txt", "b/c/d.py")
    assert TREE.ending(".py") == ("b/c/d.py", "b/z.py")


def test_upper_folders_come_first_and_depth_is_bounded() -> None:
    assert tuple(TREE.below("", suffixes=(".py",))) == ("b/z.py", "b/c/d.py")
    assert tuple(TREE.below("b", depth=0)) == ("b/picture.png", "b/z.py")
    assert tuple(TREE.below("", depth=1, suffixes=(".py",))) == ("b/z.py",)


def test_text_is_decoded_and_binary_files_have_none() -> None:
    assert TREE.text("b/c/d.py") == "print()"
    assert TREE.text("wide.txt") == "hi"
    assert TREE.text("broken.txt") == "caf\N{REPLACEMENT CHARACTER}"
    assert TREE.text("b/picture.png") is None
    assert TREE.text("missing") is None


def test_an_empty_tree_holds_nothing() -> None:
    empty = Tree.of({})
    assert empty.names("") == ()
    assert not tuple(empty.below(""))
    assert "a.txt" not in empty
