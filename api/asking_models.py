"""What searches, questions and retrievals may say and what answers say."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.knowledge_models import CLEAN, PROSE, PassageView, SpanView
from api.models import NAMESPACE_PATTERN, Request

MAX_QUESTION = 4000
"""Characters: a question with a pasted error message fits, a log does not and would only blur the search."""
MAX_TURNS = 20
"""Earlier questions of a conversation; more than the last few do not change what is meant."""

Question = Annotated[str, Field(min_length=1, max_length=MAX_QUESTION, pattern=PROSE)]
Short = Annotated[str, StringConstraints(max_length=400, pattern=CLEAN)]
Conversation = Annotated[
    list[Annotated[str, StringConstraints(max_length=MAX_QUESTION, pattern=PROSE)]],
    Field(max_length=MAX_TURNS, description="Earlier questions, oldest first: a short follow-up leans on them."),
]
NamespaceOf = Annotated[
    str,
    Field(
        max_length=63,
        pattern=NAMESPACE_PATTERN,
        description="Look only into what belongs to this namespace and to all. It never widens what may be read.",
    ),
]


class SearchFilters(Request):
    """What to look into. Empty lists do not narrow; values of one list are alternatives."""

    sources: list[Short] = Field(default_factory=list, max_length=50, description="Ids or names of sources.")
    languages: list[Literal["en", "zh", "other"]] = Field(default_factory=list, max_length=3)
    kinds: list[Literal["text", "code", "table"]] = Field(default_factory=list, max_length=3)
    versions: list[Short] = Field(default_factory=list, max_length=50)
    updated_since: datetime | None = Field(default=None, strict=False)


class SearchBody(Request):
    """A question to search with."""

    text: Question = Field(examples=["pod keeps restarting with exit code 137"])
    limit: int | None = Field(default=None, ge=1, le=100, description="Passages at most; by default the settings'.")
    token_budget: int | None = Field(
        default=None, ge=64, le=1_000_000, description="Tokens of all passages together at most."
    )
    filters: SearchFilters = Field(default_factory=SearchFilters)
    namespace: NamespaceOf = ""
    conversation: Conversation = Field(default_factory=list)
    explain: bool = Field(default=False, description="Also say how each passage came to its score.")


class WhyView(BaseModel):
    """How a passage came to its score: ``(dense_share + lexical_share) * weight * recency + support``.

    Ranks count from 1; ``support`` comes from other passages of the same document. A leg without rank did not have the
    passage among its candidates. ``matched`` are words of the question that stand in the passage, ``added`` those that
    were added to it.
    """

    dense_score: float | None
    dense_rank: int | None
    dense_share: float
    lexical_score: float | None
    lexical_rank: int | None
    lexical_share: float
    weight: float
    recency: float
    support: float
    reranked: float | None
    matched: list[str]
    added: list[str]


class FoundView(BaseModel):
    """A passage that was found."""

    passage: PassageView
    score: float
    also_in: list[str] = Field(description="Where the same text stands as well.")
    variants: list[PassageView] = Field(description="The same place in other versions, where it says something else.")
    why: WhyView | None = Field(default=None, description="With `explain`: what the score is made of.")


class AdditionView(BaseModel):
    """Terms that were added to the question, and the words that brought them."""

    text: str
    because: str
    table: str
    weight: float


class SearchAnswer(BaseModel):
    """Passages, best first, and how the question was understood."""

    found: list[FoundView]
    asked: str
    language: str
    additions: list[AdditionView]
    notes: list[str]
    seconds: dict[str, float]
    model: str = Field(description="The model that made the vectors.")


class AnswerBody(Request):
    """A question to answer."""

    question: Question = Field(examples=["What does exit code 137 mean?"])
    conversation: Conversation = Field(default_factory=list)
    model: bool = Field(default=False, description="Let the language model of the settings word the answer.")
    language: Literal["", "en", "zh"] = Field(
        default="", description="Language of the notes; by default that of the question."
    )
    namespace: NamespaceOf = ""


class SentenceView(BaseModel):
    """A sentence, or a block of code, with the numbers of the citations that carry it."""

    text: str
    citations: list[int]
    kind: Literal["text", "code", "table"]


class CitationView(BaseModel):
    """What carries a sentence: the quote stands at ``span`` of the document's text."""

    number: int
    passage: str
    document: str
    revision: str
    title: str
    uri: str
    heading_path: list[str]
    version: str
    updated_at: datetime | None
    source: str
    language: str
    span: SpanView
    quote: str


class AnswerView(BaseModel):
    """An answer out of the knowledge base, or that it has none."""

    question: str
    verdict: Literal["answered", "partial", "conflicting", "not_in_knowledge_base"]
    sentences: list[SentenceView]
    citations: list[CitationView]
    confidence: float
    language: str
    by: Literal["passages", "model"]
    notes: list[str]


class RetrievalSetting(BaseModel):
    """How many passages are wanted, and how good they must be."""

    model_config = ConfigDict(extra="ignore")
    top_k: int = Field(ge=1, le=100, examples=[5])
    score_threshold: float = Field(default=0.0, ge=0, le=1, examples=[0.0])


class RetrievalBody(BaseModel):
    """A request as Dify sends it to an external knowledge API. What it says beyond that is passed over."""

    model_config = ConfigDict(extra="ignore")
    knowledge_id: str = Field(
        min_length=1, max_length=200, pattern=CLEAN, examples=["all"], description="A source's id or name, or `all`."
    )
    query: Question = Field(examples=["pod is OOMKilled"])
    retrieval_setting: RetrievalSetting


class RetrievalRecord(BaseModel):
    """One passage in Dify's form. ``score`` is from 0 to 1."""

    content: str
    score: float
    title: str
    metadata: dict[str, Any]


class RetrievalAnswer(BaseModel):
    """Passages in Dify's form."""

    records: list[RetrievalRecord]
