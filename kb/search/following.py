"""Follow-up questions: those that cannot be searched without what was asked before."""

import re
from collections.abc import Sequence

from kb.lexical import terms_of

MOST_TERMS = 4
"""Content terms of a question with a pronoun. With more it says itself what it is about."""

MOST_HAN = 8
"""Chinese characters that are left of such a question without its function words."""

_POINTS = re.compile(
    r"\b(?:its?|this|that|these|those|they|them|their|there|the (?:same|former|latter|first|second|last|other))\b"
    r"|[它其]|[这那](?:个|些|样|里|种|时|步)?|上面|上述|前者|后者|刚才|同样",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"^\W*(?:and|but|so|or|then|also|what about|how about|what if|why not|how come|otherwise|else)\b"
    r"|^\W*(?:那么?|还有|另外|然后|接着|但是?|如果不|换成|要是)|呢[?？\s]*$",
    re.IGNORECASE,
)
_EMPTY = re.compile(
    r"\b(?:more|details?|examples?|explain|mean|means|happen(?:s|ed)?|work|works|tell|show|give|again|another|way|"
    r"continue|next|step|steps|reason|cause|exactly|sure|ok|okay|thanks?|yes)\b"
    r"|详细|具体|例子|举例|说明|解释|意思|原因|继续|下一步|步骤|再|多|点|说|给|看|办法|方法|谢谢|好的|为啥|怎么",
    re.IGNORECASE,
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_NAME = re.compile(r"[a-z0-9][A-Z]|\w[-_./:]\w|[A-Za-z]\d|\d[A-Za-z]")


def asked(question: str, conversation: Sequence[str], most: int) -> str:
    """Return what is searched: the question, after the last ``most`` questions where it leans on them."""
    earlier = [text.strip() for text in conversation if text.strip()][-most:] if most else []
    if not earlier or not leans(question):
        return question
    return "\n".join([*earlier, question])


def leans(question: str) -> bool:
    """Say whether a question points at something said before and has little content of its own."""
    if _NAME.search(question):
        return bool(_GOES_ON.search(question))
    rest = _EMPTY.sub(" ", _POINTS.sub(" ", _GOES_ON.sub(" ", question)))
    terms = {term.text for term in terms_of(rest)}
    if not terms:
        return True
    if not (_POINTS.search(question) or _GOES_ON.search(question)):
        return False
    han = sum(len(text) - 1 or 1 for text in terms if _HAN.search(text))
    words = sum(1 for text in terms if not _HAN.search(text))
    return words <= MOST_TERMS and han <= MOST_HAN
