"""Bytes in any usual encoding become text; languages are told by script."""

from dataclasses import dataclass

import pytest

from kb.documents.decoding import decode
from kb.documents.errors import DocumentUnreadable
from kb.documents.language import language_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """Bytes and the text that they stand for."""

    id: str
    data: bytes
    text: str
    media_type: str = ""


ENCODED = (
    Encoded(id="UTF-8", data="容器 ok".encode(), text="容器 ok"),
    Encoded(id="UTF-8 with a mark", data=b"\xef\xbb\xbfok", text="ok"),
    Encoded(id="UTF-16", data="容器".encode("utf-16"), text="容器"),
    Encoded(id="GBK, undeclared", data="镜像拉取失败，请检查仓库。".encode("gbk"), text="镜像拉取失败，请检查仓库。"),
    Encoded(id="GBK, declared", data="镜".encode("gbk"), text="镜", media_type="text/plain; charset=GB2312"),
    Encoded(id="Windows-1252", data="naïve café".encode("cp1252"), text="naïve café"),
    Encoded(id="one bad byte", data=b"a" * 99 + b"\xff", text="a" * 99 + "\ufffd"),
    Encoded(id="a codec that is no encoding", data=b"caf\xe9", text="café", media_type="text/plain; charset=hex"),
)  # fmt: skip


@pytest.mark.parametrize("case", ENCODED, ids=lambda case: case.id)
def test_text_is_decoded(case: Encoded) -> None:
    assert decode(case.data, media_type=case.media_type)[0] == case.text


def test_repairs_are_told() -> None:
    assert decode(b"a" * 99 + b"\xff")[1] == ["1 byte sequences were not valid UTF-8 and were replaced."]


def test_noise_is_not_text() -> None:
    with pytest.raises(DocumentUnreadable):
        decode(bytes(range(256)) * 20)


LANGUAGES = {
    "The container restarts when the probe fails.": "en",
    "使用 kubectl describe pod 查看 Pod 的事件，确认镜像拉取失败的原因。": "zh",
    "容器": "zh",
    "ポッドを再起動してください": "other",
    "Контейнер перезапускается": "other",
    "컨테이너가 다시 시작됩니다": "other",
    "Le conteneur est redémarré après un échec répété à l'étape précédente": "other",
    "1234 5678": "other",
}


@pytest.mark.parametrize("text", LANGUAGES)
def test_languages_are_told_by_their_script(text: str) -> None:
    assert language_of(text) == LANGUAGES[text]
