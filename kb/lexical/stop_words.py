"""Words that say nothing about what a text is about, in English and Chinese."""

import re

# fmt: off
ENGLISH = frozenset((
    "a", "about", "after", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "being", "but",
    "by", "can", "cannot", "could", "did", "do", "does", "doing", "don", "done", "e.g", "each", "eg", "else", "etc",
    "for", "from", "had", "has", "have", "having", "he", "her", "here", "him", "his", "how", "i", "i.e", "ie", "if",
    "in", "into", "is", "isn", "it", "its", "itself", "just", "let", "ll", "me", "my", "no", "nor", "not", "of", "on",
    "once", "only", "or", "other", "our", "out", "over", "own", "please", "re", "s", "same", "she", "should", "so",
    "some", "such", "t", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those",
    "through", "to", "too", "under", "until", "up", "us", "ve", "very", "was", "wasn", "we", "were", "what", "when",
    "where", "which", "while", "who", "whom", "why", "will", "with", "within", "without", "won", "would", "you",
    "your", "yours",
))
# fmt: on
"""Negations and question words are in: they steer an answer, not a search."""

CHINESE = re.compile(
    "为什么|怎么样|怎么办|怎么|怎样|如何|什么|哪些|哪个|哪里|是不是|有没有|能不能|可不可以|可以|请问|一下|一个|一些|这个|那个|这些|那些|"
    "我的|我们|你的|你们|他们|它们|应该|需要|已经|一直|总是|以及|或者|还是|但是|因为|所以|如果|之后|之前|时候|"
    "(?<!目)的|了(?!解)|吗|呢|吧|啊|呀|和(?!平)|与|及(?!时)|是(?!否)|我|你|请(?!求)|该|把|被|让"
)
"""What a run of Chinese characters is cut at, so that no bigram spans a particle. Words that contain one are spared."""
