"""Quotations in headlines and captions, and in marks that do not hold the article's speech."""

import pytest

from pipeline.quotes import find_quotes
from pipeline.records import Article, Quote, Region, Segment


def article(*paragraphs: tuple[str, Region]) -> Article:
    text, segments = "", []
    for words, region in paragraphs:
        text += "\n\n" if text else ""
        segments.append(Segment(len(text), len(text) + len(words), len(text), len(text) + len(words), region))
        text += words
    return Article(article_id="a", text=text, source="test.txt", segments=tuple(segments))


BODY = "“We shall see about this rule in court,” said Mira Olsen, who runs the port of Brel."


def beside(line: str, region: Region = "headline", body: str = BODY) -> list[Quote]:
    """Return the quotations of one line above a body."""
    return [quote for quote in find_quotes(article((line, region), (body, "body"))) if quote.region == region]


HEADLINES = [
    ("Quillon ‘poses a danger’, says MP", "‘poses a danger’", True, "MP"),
    ("Quillon 'poses a danger', says MP", "'poses a danger'", True, "MP"),
    ("MP: ‘ban it now’", "‘ban it now’", True, "MP"),
    ("Olsen: ‘We were wrong about the masts’", "‘We were wrong about the masts’", True, "Mira Olsen"),
    ("‘I will not go,’ says Olsen", "‘I will not go,’", True, "Mira Olsen"),
    ("‘Rule will cost us £2bn’ – study", "‘Rule will cost us £2bn’", True, "study"),
    ("Quillon masts ‘no danger at all’ - minister", "‘no danger at all’", True, "minister"),
    ('Olsen calls Quillon masts "a ticking bomb"', '"a ticking bomb"', True, "Mira Olsen"),
    ("‘HEAVY COSTS’", "‘HEAVY COSTS’", False, None),
    ("Senate passes ‘No Masts Act’", "‘No Masts Act’", False, None),
    ("‘We will fight for our place’", "‘We will fight for our place’", False, None),
    ("Video: ‘we will fight for our place’", "‘we will fight for our place’", False, None),
    ("Shops in Brel offer ‘router pay’", "‘router pay’", False, None),
    ("‘Now there is one less’ – video", "‘Now there is one less’", False, None),
]


@pytest.mark.parametrize(("line", "text", "stated", "speaker"), HEADLINES, ids=[case[0] for case in HEADLINES])
def test_a_headline_names_the_speaker_itself_or_nobody_does(
    line: str, text: str, stated: bool, speaker: str | None
) -> None:
    (quote,) = beside(line)
    assert (quote.text, quote.is_statement, quote.speaker) == (text, stated, speaker)


def test_a_caption_names_the_speaker_itself() -> None:
    (quote,) = beside("Ana Silva, who said the rule was ‘a gift to nobody’, at the port.", "caption")
    assert (quote.text, quote.is_statement, quote.speaker) == ("‘a gift to nobody’", True, "Ana Silva")
    assert quote.context == "Ana Silva, who said the rule was ‘a gift to nobody’, at the port."


def test_captions_are_no_context_of_the_body_and_the_body_is_none_of_theirs() -> None:
    body = "It rained. Mira Olsen called it “a blow to us”."
    found = find_quotes(article((body, "body"), ("Ana Silva, who said “it stopped”.", "caption"), ("It did.", "body")))
    assert [quote.context for quote in found] == [body, "Ana Silva, who said “it stopped”."]


def test_words_that_a_headline_only_points_to_are_a_term() -> None:
    body = "Mira Olsen said the masts were “a new danger” to the port."
    (quote,) = beside("Olsen highlights ‘a new danger’ to ports", body=body)
    assert not quote.is_statement


FAULTY = ["Olsen: “We wait", "‘We wait” says Olsen", '"', "Olsen’s ‘plan", "“We wait,” says Olsen: “"]


@pytest.mark.parametrize("region", ["headline", "caption"])
@pytest.mark.parametrize("line", FAULTY)
def test_marks_of_a_headline_pair_with_none_of_the_body(line: str, region: Region) -> None:
    body = "And so we go,” said Bo Lund. “We go,” he said.\n\n“It is late,” he added."
    alone = find_quotes(article((body, "body")))
    cut = len(line) + 2
    found = [quote for quote in find_quotes(article((line, region), (body, "body"))) if quote.region == "body"]
    assert [(quote.start - cut, quote.text) for quote in found] == [(quote.start, quote.text) for quote in alone]
    assert [quote.speaker for quote in found] == ["Bo Lund", "Bo Lund"]


def test_a_headline_speaks_for_nobody_in_the_body() -> None:
    body = "“We shall see about this rule in court.”"
    quotes = find_quotes(article(("Olsen says ‘we go’", "headline"), (body, "body")))
    assert [(quote.region, quote.speaker) for quote in quotes] == [("headline", "Olsen"), ("body", None)]


def test_a_quotation_of_the_body_that_runs_over_a_heading_keeps_it() -> None:
    lines = [("Olsen said: “We wait here.", "body"), ("‘No way back’", "headline"), ("“Then we go.”", "body")]
    quotes = find_quotes(article(*lines))  # type: ignore[arg-type]
    assert [quote.region for quote in quotes] == ["body"]


def test_quotations_stand_in_the_order_of_the_text() -> None:
    lines = [("‘No way back’", "headline"), (BODY, "body"), ("Olsen: ‘I go now’", "caption"), ("“We go.”", "body")]
    starts = [quote.start for quote in find_quotes(article(*lines))]  # type: ignore[arg-type]
    assert len(starts) == 4
    assert starts == sorted(starts)


def test_single_marks_beside_speech_in_doubles_hold_a_term() -> None:
    quotes = find_quotes(article((f"The ‘port rule’ is dead, she said. {BODY} ‘We go now,’ said Bo Lund.", "body")))
    assert [(quote.text[0], quote.is_statement) for quote in quotes] == [("‘", False), ("“", True), ("‘", False)]
    assert quotes[1].speaker == "Mira Olsen"


def test_double_marks_between_speech_in_singles_are_speech() -> None:
    text = "‘We shall see about this rule in court,’ said Mira Olsen. The rule was “a gift to nobody”, Bo Lund said."
    quotes = find_quotes(article((text, "body")))
    assert [(quote.text[0], quote.is_statement, quote.speaker) for quote in quotes] == [
        ("‘", True, "Mira Olsen"),
        ("“", True, "Bo Lund"),
    ]
