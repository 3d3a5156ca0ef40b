from PIL import Image


def scaled(source: str, target: str, size: int) -> None:
    with Image.open(source) as picture:
        picture.thumbnail((size, size))
        picture.save(target)
