from slugs import slugify


def test_umlauts_are_written_out():
    assert slugify("Ein schöner Tag") == "ein-schoener-tag"
