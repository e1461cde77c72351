"""Texts that nobody writes: the work grows with their length, not with its square, and no chain is too deep."""

import sys
from collections.abc import Callable, Iterator
from itertools import islice, product
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import pipeline.quotes
from pipeline.quotes import find_quotes
from pipeline.records import Article

HERE = str(Path(pipeline.quotes.__file__).parent)
SHORT, TIMES = 3000, 3
# A bare "the company" looks back over some hundred names, so that only longer texts show how the work grows.
LONGER = {"new companies": 8000, "new bodies": 8000}
# Work that grew with the square of the length would be nine times as much.
ALLOWED = 1.4 * TIMES


def words() -> Iterator[str]:
    """Yield new words without end: Abana, Abane …"""
    yield from ("".join(letters).capitalize() for letters in product("bdk", "aeiou", "mnprst", "aeiou", "lx", "aeiou"))


def named(pattern: str) -> Callable[[int], str]:
    """Return a text of a length in which every sentence names somebody else."""

    def text(length: int) -> str:
        return " ".join(pattern.replace("{}", word) for word in islice(words(), length // len(pattern)))

    return text


def again(piece: str, tail: str = "") -> Callable[[int], str]:
    """Return a text of a length that repeats one piece."""
    return lambda length: piece * (length // len(piece)) + tail


def nested(length: int) -> str:
    return "“‘" * (length // 4) + "we go" + "’”" * (length // 4)


HOSTILE = {
    "no full stop": again("the board told “not a word more” while Ann Lee added “we shall see about it” and "),
    "no full stop, no verb": again("and then it went on “some words here” over there "),
    "many short sentences": again("“We will not go,” said Ann Lee. "),
    "opening marks": again("“"),
    "opening marks and words": again(" “a"),
    "straight marks": again(' "a'),
    "straight marks and figures": again("“a 15\" "),
    "single and straight marks": again(" ‘a\""),
    "possessives": again("as' "),
    "paragraphs that only open": again("“a b c d.\n\n"),
    "paragraphs of many openings": again("“ a “ a “ a “ a “ a “ a “ a “ a\n"),
    "single and double quotations": again("‘We go,’ he said. “No.” "),
    "nested marks": nested,
    "glued quotations": again("“a”"),
    "quotations without words between": again("“Yes” "),
    "full stops": again(".", " said “we go now”"),
    "capitalised words": again("Ann Lee Bo ", "“We go,” he said."),
    "openers": again("The ", "“We go,” he said."),
    "titles": again("President ", "“We go,” he said."),
    "surnames": again("Ann Lee ran. Lee ran. ", "“We go,” said Lee."),
    "new people": named("Minister John {} said so. “We go now,” the minister said. “We go now,” he said."),
    "namesakes": named("Minister {} Lee said so. “We go now,” Lee said."),
    "people before pronouns": named("John {} ran. “We go now,” she said."),
    "new companies": named("The {} Optics rose. “We go now,” the company said."),
    "new surnames": named("Bo {}x ran. “We go now,” {} said."),
    "new bodies": named("The Ministry of {} rose. “We go now,” the ministry said."),
    "pronouns": again("He said “we go now.” "),
    "roles": again("“We go now,” the minister said. "),
    "officials": again("“We go now,” the official said. "),
    "adjectives of places": again("“We go now,” the Chinese foreign ministry said. "),
    "verbs": again("said ", "“we go now”"),
    "verbs and quotations": again("said “we go now” "),
    "attitudes": again("wants “a go now” "),
    "participles": again(", adding “we go now” "),
    "commas": again("word, “we go now” and "),
    "brackets": again("a ) ", "said “we go now”"),
    "names and colons": again("Ann Lee: “We go now.”\n"),
    "signatures": again("“We go now.” — Ann Lee "),
}  # fmt: skip


def steps(text: str) -> int:
    """Return how many lines of our own code run for a text: a measure of work that no other process disturbs."""
    count = 0

    def within(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        count += event == "line"
        return within

    def enter(frame: FrameType, event: str, _: Any) -> Any:
        return within if frame.f_code.co_filename.startswith(HERE) else None

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        find_quotes(Article(article_id="a", text=text, source="test.txt"))
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("name", HOSTILE)
def test_the_work_grows_with_the_length(name: str) -> None:
    length = LONGER.get(name, SHORT)
    short, long = HOSTILE[name](length), HOSTILE[name](length * TIMES)
    assert len(long) > 0.9 * TIMES * len(short)
    assert steps(long) < ALLOWED * steps(short)


CHAINS = [
    "A spokesman said so. ",
    "The official said so. ",
    "The New York Democrat said so. ",
    "The statement said so. ",
    "One said so. ",
    "He said so. ",
    "It said so. ",
    "They said so. ",
]


@pytest.mark.parametrize("sentence", CHAINS)
def test_mentions_that_hang_on_one_another_end(sentence: str) -> None:
    text = sentence * (2 * sys.getrecursionlimit()) + "“We go now,” " + sentence[0].lower() + sentence[1:]
    (quote,) = find_quotes(Article(article_id="a", text=text, source="test.txt"))
    assert quote.text == "“We go now,”"
