"""No regular expression of ours can backtrack without end: each is attacked with texts made from its own parts.

For every repetition in an expression the parse tree gives a text that leads up to it and one that it repeats. That one
many times over, and then something that cannot match, is what makes an expression with nested or overlapping
repetitions try every way to share the text out: exponentially many (thirty times are enough to see it), or the cube of
the length or more (a thousand times are enough). The square is let pass here: it is bounded by the lines and windows
that expressions are given, and ``test_large_texts`` measures it on whole texts.
"""

import importlib
import pkgutil
import random
import re
import signal
import time
from collections.abc import Iterator
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

import pipeline
from pipeline.quotes.runs import RUN

TRIES = 4  # texts for each repetition
TIMES = (30, 1000)
TAILS = ("", "\x00", " !", "a\n.")
LIMIT = 0.3  # seconds of the processor for a text of a few kB; the slowest of ours takes some hundredths
LETTERS = "aZ5 _-.,:;’'\"“”()[]/|\n\té€"
MANY = 10  # a repetition of fewer cannot blow up


def expressions() -> dict[str, re.Pattern[str]]:
    """Return every compiled expression of the package, by module and name."""
    found: dict[str, re.Pattern[str]] = {}
    for info in pkgutil.walk_packages(pipeline.__path__, "pipeline."):
        if "tracking" in info.name or "html_worker" in info.name:
            continue  # mlflow, and a program of its own
        for name, value in vars(importlib.import_module(info.name)).items():
            for number, item in enumerate(_flat(value)):
                if isinstance(item, re.Pattern) and isinstance(item.pattern, str):
                    found.setdefault(item.pattern, (f"{info.name}.{name}[{number}]", item))  # type: ignore[arg-type]
    return dict(sorted(found.values()))  # type: ignore[arg-type]


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _flat(item)
    else:
        yield value


def sample(items: Any, draw: random.Random) -> str:
    """Return a text that a parsed expression is likely to match; what looks around itself adds nothing."""
    return "".join(_sample(kind, value, draw) for kind, value in items)


def _sample(kind: Any, value: Any, draw: random.Random) -> str:
    if kind is op.LITERAL:
        return chr(value)
    if kind in (op.IN, op.NOT_LITERAL, op.ANY, op.CATEGORY):
        return _member(kind, value, draw)
    if kind is op.BRANCH:
        return sample(draw.choice(value[1]), draw)
    if kind is op.SUBPATTERN:
        return sample(value[3], draw)
    if kind is op.ATOMIC_GROUP:
        return sample(value, draw)
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        low, high, body = value
        return "".join(sample(body, draw) for _ in range(draw.randint(low, max(low, min(int(high), low + 2)))))
    return ""


def _member(kind: Any, value: Any, draw: random.Random) -> str:
    """Return a character of a class; ordinary ones rather than the edges of its ranges."""
    if kind is not op.IN:
        return draw.choice([c for c in LETTERS if kind is not op.NOT_LITERAL or ord(c) != value])
    if value[0][0] is not op.NEGATE:
        inner, chosen = draw.choice(value)
        if inner is op.LITERAL:
            return chr(chosen)
        if inner is op.RANGE:
            return chr(draw.randint(*chosen))
    one = parser.SubPattern(parser.State(), [(kind, value)])
    fitting = [c for c in LETTERS if re._compiler.compile(one).fullmatch(c)]  # type: ignore[attr-defined]
    return draw.choice(fitting) if fitting else "a"


def pumps(items: Any, lead: str, draw: random.Random) -> Iterator[tuple[str, str]]:
    """Yield for each long repetition in a parsed expression a text that leads up to it, and one that it repeats."""
    for index, (kind, value) in enumerate(items):
        before = lead + sample(items[:index], draw)
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            if value[1] >= MANY:
                yield from ((before, sample(value[2], draw)) for _ in range(TRIES))
            yield from pumps(value[2], before, draw)
        elif kind is op.BRANCH:
            for branch in value[1]:
                yield from pumps(branch, before, draw)
        elif kind is op.SUBPATTERN:
            yield from pumps(value[3], before, draw)
        elif kind is op.ATOMIC_GROUP:
            yield from pumps(value, before, draw)
        elif kind in (op.ASSERT, op.ASSERT_NOT):
            yield from pumps(value[1], before, draw)


class _TooLong(Exception):
    pass


def _stop(*_: object) -> None:
    raise _TooLong


def slowest(expression: re.Pattern[str]) -> tuple[float, str]:
    """Return the most CPU seconds that an attack took, no more than ``LIMIT``, and its text in short."""
    draw = random.Random(7)
    worst = (0.0, "")
    before = signal.signal(signal.SIGVTALRM, _stop)
    try:
        for lead, pump in set(pumps(parser.parse(expression.pattern, expression.flags), "", draw)):
            for times in TIMES:
                for tail in TAILS:
                    text = lead + pump * times + tail
                    taken = _timed(expression, text)
                    worst = max(worst, (taken, f"{lead!r} + {pump!r} * {times} + {tail!r}"))
                    if taken >= LIMIT:
                        return worst
    finally:
        signal.signal(signal.SIGVTALRM, before)
    return worst


def _timed(expression: re.Pattern[str], text: str) -> float:
    begun = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT)
    try:
        expression.match(text)
        expression.fullmatch(text)
        return time.process_time() - begun
    except _TooLong:
        return LIMIT
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


OURS = expressions()


@pytest.mark.parametrize("name", OURS)
def test_an_expression_cannot_backtrack_without_end(name: str) -> None:
    seconds, attack = slowest(OURS[name])
    assert seconds < LIMIT, attack


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$",
        r"(?:\w+\s?)*:",
        r"(?:a|ab|b)*c",
        r"(?:[\w’'-]+ ?){2,}said",
        r"^(?:(?:\w+ ?)*,?)+$",
        r"\w*\w*\w*\w*:",
        r"(?: *\w* *){3,}!",
        r"x(?=(?:\d+)*z)",
    ],
)
def test_the_attack_finds_expressions_that_do(pattern: str) -> None:
    assert slowest(re.compile(pattern))[0] >= LIMIT


def test_the_package_holds_many_expressions() -> None:
    assert len(OURS) > 80
    assert RUN.pattern in {expression.pattern for expression in OURS.values()}
