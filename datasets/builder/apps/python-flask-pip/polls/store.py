from dataclasses import dataclass, field


@dataclass
class Poll:
    question: str
    votes: dict[str, int] = field(default_factory=dict)


POLLS = [Poll("Tea or coffee?", {"tea": 0, "coffee": 0})]
