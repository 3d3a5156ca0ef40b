"""A signature is accepted by who knows the secret, for this body, for a while."""

from dataclasses import dataclass

import pytest

from core.notify import sign, verify_signature

AT = 1_772_359_500
GOOD = sign(b"body", "secret", AT)


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    header: str = GOOD
    body: bytes = b"body"
    secret: str = "secret"
    now: float = AT
    accepted: bool = False


CASES = (
    Case(id="as it was sent", accepted=True),
    Case(id="a little later", now=AT + 299, accepted=True),
    Case(id="a clock behind", now=AT - 299, accepted=True),
    Case(id="sent again much later", now=AT + 301),
    Case(id="another body", body=b"Body"),
    Case(id="another secret", secret="other"),
    Case(id="no secret", secret=""),
    Case(id="another time", header=GOOD.replace(str(AT), str(AT + 1))),
    Case(id="empty", header=""),
    Case(id="no time", header=GOOD.partition(",")[2]),
    Case(id="no number", header=GOOD.replace(str(AT), "soon")),
    Case(id="other digits", header=GOOD.replace(str(AT), "١٢")),
    Case(id="not ASCII", header=GOOD + "é"),
    Case(id="cut", header=GOOD[:-1]),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_signatures(case: Case) -> None:
    assert verify_signature(case.header, case.body, case.secret, case.now) is case.accepted


def test_the_form_is_stable() -> None:
    assert sign(b"{}", "k", 1) == "t=1,v1=" + sign(b"{}", "k", 1).partition("v1=")[2]
    assert len(GOOD.partition("v1=")[2]) == 64
