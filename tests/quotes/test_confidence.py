"""Confidence of an attribution, and mentions resolved outside quotations."""

from __future__ import annotations

import pytest

from pipeline.quotes.confidence import SIGNS, WAYS, confidence, resolution_confidence, sign_of, way_of
from pipeline.quotes.reports import Attribution
from pipeline.quotes.spans import body_paragraphs, quotation_spans
from pipeline.quotes.speakers import Attributor
from pipeline.records import Article

SHOPS = "“The rule will hurt small shops,”"


def attributor_of(text: str, *, everywhere: bool = False) -> Attributor:
    """Return the attributor of a text, before it runs."""
    article = Article(article_id="a", text=text, source="test.txt")
    paragraphs = body_paragraphs(article)
    return Attributor(text, paragraphs, quotation_spans(article, paragraphs), everywhere=everywhere)


READ = [
    ("beside, full name", f"{SHOPS} said Mira Olsen.", "adjacent, say", "full name"),
    ("left, surname", "Mira Olsen came. Olsen called it “a blow to the truth”.", "left, other", "surname"),
    ("pronoun", f"Mary Olsen came to Brel. {SHOPS} she said.", "adjacent, say", "pronoun, 1 back"),
    ("company", f"Halden Optics sells lamps. {SHOPS} the company said.", "adjacent, say", "company"),
    ("spokesman", f"{SHOPS} a Halden spokesman said.", "adjacent, say", "spokesperson"),
    ("signature", "“The rule will hurt small shops.” — Mira Olsen", "signature", "full name"),
    ("unnamed", f"{SHOPS} said a senior official.", "adjacent, say", "unnamed"),
]


@pytest.mark.parametrize(("text", "sign", "way"), [c[1:] for c in READ], ids=[c[0] for c in READ])
def test_the_sign_and_the_way_are_known_and_give_a_probability(text: str, sign: str, way: str) -> None:
    (found,) = attributor_of(text).run()
    assert found.speaker is not None
    assert (sign_of(found), way_of(found.speaker)) == (sign, way)
    assert sign in SIGNS
    assert way in WAYS
    assert confidence(found) == pytest.approx(SIGNS[sign] * WAYS[way])


def test_every_share_is_a_probability() -> None:
    assert all(0 < share < 1 for share in (*SIGNS.values(), *WAYS.values()))


def test_nobody_gives_no_confidence() -> None:
    assert confidence(Attribution()) is None


def test_a_surer_sign_and_way_are_worth_more() -> None:
    (named,) = attributor_of(f"{SHOPS} said Mira Olsen.").run()
    (company,) = attributor_of(f"Halden Optics sells lamps. {SHOPS} the company said.").run()
    assert confidence(named) > 0.95 > 0.7 > confidence(company)


REPORTED = (
    "Ann Lee, chief executive of Halden Optics, met reporters.\n\nShe urged the government to act.\n\n"
    "The company will not sell.\n\nA spokesman for Bright Labs denied that.\n\nThe weather was fine in Brel.\n\n"
    f"{SHOPS} said Lee, who added that her brother, Robert Lee, would sign. He accused Bright Labs of theft."
)
MENTIONS = [
    ("She", "Ann Lee"), ("The company", "Halden Optics"), ("A spokesman for Bright Labs", "Bright Labs"),
    ("her brother, Robert Lee", "Robert Lee"), ("He", "Robert Lee"),
]  # fmt: skip


def test_mentions_outside_quotations_are_resolved_in_text_order() -> None:
    attributor = attributor_of(REPORTED, everywhere=True)
    attributor.run()
    at, resolved = 0, []
    for mention, _ in MENTIONS:
        at = REPORTED.index(mention, at)
        speaker = attributor.resolve_span(at, at + len(mention))
        assert speaker is not None
        assert 0 < resolution_confidence(speaker) < 1
        resolved.append((mention, speaker.name))
    assert resolved == MENTIONS


def test_a_text_without_quotations_can_be_resolved() -> None:
    text = "Mary Olsen came to Brel. She warned of costs."
    attributor = attributor_of(text, everywhere=True)
    assert attributor.run() == []
    speaker = attributor.resolve_span(text.index("She"), text.index("She") + 3)
    assert speaker is not None
    assert speaker.name == "Mary Olsen"


def test_a_span_without_a_mention_is_nobody() -> None:
    text = "Mary Olsen came to Brel, and left."
    attributor = attributor_of(text, everywhere=True)
    attributor.run()
    assert attributor.resolve_span(text.index(","), text.index(",") + 1) is None
