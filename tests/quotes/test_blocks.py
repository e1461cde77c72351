"""Speech without marks: transcripts, interviews, and texts quoted whole behind a colon."""

import re
import time

import pytest

from pipeline.quotes.blocks import Block, block_quotes, find_blocks
from pipeline.quotes.marks import pair_marks
from pipeline.quotes.regions import Speech
from pipeline.quotes.speakers import Attributor
from pipeline.quotes.turns import plain_name
from pipeline.records import Article


def blocks_of(text: str) -> list[Block]:
    paragraphs = [match.span() for match in re.finditer(r"[^\n]+", text)]
    return find_blocks(text, paragraphs, pair_marks(text, paragraphs))


def read(text: str) -> list[tuple[str, str | None]]:
    """Return each block with its speaker in the form in which the article names him."""
    return [(text[b.start : b.end], text[slice(*b.named)] if b.named else None) for b in blocks_of(text)]


TRANSCRIPTS = [
    (
        "surnames in capitals",
        "Ana Silva spoke to Bo Lund on Monday.\nSILVA: Is the rule dead?\nLUND: It is not.\nSILVA: Who says so?",
        [("Is the rule dead?", "Ana Silva"), ("It is not.", "Bo Lund"), ("Who says so?", "Ana Silva")],
    ),
    (
        "full names",
        "Ana Silva: Is the rule dead?\nBo Lund: It is not.\nAna Silva: Who says so?",
        [("Is the rule dead?", "Ana Silva"), ("It is not.", "Bo Lund"), ("Who says so?", "Ana Silva")],
    ),
    (
        "questions and answers",
        "Bo Lund runs the port.\nQ: Is the rule dead?\nA: It is not.\nQ: Who says so?\nA: I do.",
        [("Is the rule dead?", None), ("It is not.", None), ("Who says so?", None), ("I do.", None)],
    ),
    (
        "initials",
        "We met Bo Lund.\nInterviewer: Is the rule dead?\nBL: It is not.\nInterviewer: Who says so?\nBL: I do.",
        [("Is the rule dead?", None), ("It is not.", "Bo Lund"), ("Who says so?", None), ("I do.", "Bo Lund")],
    ),
    (
        "a turn of two paragraphs",
        "Ana Silva: Is the rule dead?\nBo Lund: It is not.\nIt never was.\nAna Silva: Who says so?",
        [("Is the rule dead?", "Ana Silva"), ("It is not.\nIt never was.", "Bo Lund"), ("Who says so?", "Ana Silva")],
    ),
    (
        "glued into one paragraph",
        "Ana Silva met Bo Lund.\nSILVA: Is the rule dead? LUND: It is not. SILVA: Who says so?",
        [("Is the rule dead?", "Ana Silva"), ("It is not.", "Bo Lund"), ("Who says so?", "Ana Silva")],
    ),
    (
        "an office before the name, and a remark in brackets",
        "We heard Ana de Vries in Brel.\nMAYOR-ELECT ANA DE VRIES (on stage): We won.\nBo Lund: Did you?\n"
        "MAYOR-ELECT ANA DE VRIES: We did.",
        [("We won.", "Ana de Vries"), ("Did you?", "Bo Lund"), ("We did.", "Ana de Vries")],
    ),
    (
        "a quotation within a turn",
        "Ana Silva: Is the rule dead?\nBo Lund: They call it “a gift” and I do not see why they do.\nAna Silva: Who?",
        [
            ("Is the rule dead?", "Ana Silva"),
            ("They call it “a gift” and I do not see why they do.", "Bo Lund"),
            ("Who?", "Ana Silva"),
        ],
    ),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in TRANSCRIPTS], ids=[c[0] for c in TRANSCRIPTS])
def test_turns_of_a_transcript_have_their_speakers(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert read(text) == expected


NO_TRANSCRIPTS = [
    ("facts of an event", "Location: Brel\nDate: Monday\nTime: 6:30\nPrice: Free for all members of the port."),
    ("ingredients", "Flour: 200 g\nButter: 100 g\nSugar: 50 g\nFlour: 20 g for the board\nButter: 10 g for the tin"),
    ("stocks", "Quillon: 12.40\nHalden: 3.20\nQuillon: 12.60\nHalden: 3.10\nNorvane: 0.80"),
    ("myth and fact", "MYTH: The masts hurt birds.\nFACT: They do not.\nMYTH: The masts hum.\nFACT: They do not."),
    ("one turn alone", "Ana Silva: Is the rule dead?\nIt was a long day in Brel, and it went on."),
    ("verdicts", "Winner: Ana Silva, by far.\nLoser: Bo Lund, who slept.\nWinner: the port of Brel.\nLoser: the sea."),
    ("speech in marks", "Ana Silva: “Is it dead?”\nBo Lund: “It is not.”\nAna Silva: “Who says so?”"),
]


@pytest.mark.parametrize("text", [case[1] for case in NO_TRANSCRIPTS], ids=[case[0] for case in NO_TRANSCRIPTS])
def test_lists_of_labels_are_no_transcripts(text: str) -> None:
    assert blocks_of(text) == []


CITED = [
    (
        "a statement",
        "The statement from Quillon reads:\nWe build masts in nine lands. We shall go on doing so.\nThe sea was calm.",
        ["We build masts in nine lands. We shall go on doing so."],
        "The statement",
        "reads",
    ),
    (
        "a letter of two paragraphs",
        "In her letter Ana Silva wrote:\nI have served the port for nine years.\nMy time is over, and I thank you.\n"
        "The port lies in the north.",
        ["I have served the port for nine years.\nMy time is over, and I thank you."],
        "Ana Silva",
        "wrote",
    ),
    (
        "a post",
        "Bo Lund posted on Monday:\nI am glad that it is over, and so are we all.\n“Why?” asked Ana Silva.",
        ["I am glad that it is over, and so are we all."],
        "Bo Lund",
        "posted",
    ),
]


@pytest.mark.parametrize(("text", "blocks", "speaker", "cue"), [c[1:] for c in CITED], ids=[c[0] for c in CITED])
def test_a_text_behind_a_colon_is_quoted_whole(text: str, blocks: list[str], speaker: str, cue: str) -> None:
    found = blocks_of(text)
    assert [text[b.start : b.end] for b in found] == blocks
    (block,) = found
    assert block.mention is not None
    assert block.cue is not None
    assert (text[slice(*block.mention)], text[slice(*block.cue)]) == (speaker, cue)


NOT_CITED = [
    ("the reporter goes on", "Ana Silva said in a statement to the Courier:\nThe port of Brel was closed on Monday."),
    ("a list", "Ana Silva said:\n1. We close the port and go home to our beds."),
    ("no reporting verb", "Here is what we know of the port:\nWe close it on Monday, and we go home then."),
    ("a chart", "The chart by the port authority reads:\nWe close it on Monday, and we go home then."),
    ("what she said", "Ana Silva said that the port had three aims:\nWe list them here in the order of the day."),
    ("marks", "Ana Silva wrote:\n“We close it on Monday, and we go home then.”"),
    ("another speaker's report", "Ana Silva wrote:\nWe close it on Monday, said Bo Lund, and we go home then."),
]


@pytest.mark.parametrize("text", [case[1] for case in NOT_CITED], ids=[case[0] for case in NOT_CITED])
def test_what_stands_behind_other_colons_is_no_block(text: str) -> None:
    assert blocks_of(text) == []


def test_blocks_lie_in_order_and_cross_no_quotation() -> None:
    text = "\n".join(f"{name}: We “go {n}\nor” not, I think." for n in range(20) for name in ("Ana Silva", "Bo Lund"))
    paragraphs = [match.span() for match in re.finditer(r"[^\n]+", text)]
    quotes = pair_marks(text, paragraphs)
    edges = [edge for block in find_blocks(text, paragraphs, quotes) for edge in (block.start, block.end)]
    assert edges == sorted(edges)
    for block in find_blocks(text, paragraphs, quotes):
        for start, end in quotes:
            assert end <= block.start or start >= block.end or (block.start <= start and end <= block.end)


def test_blocks_become_quotations_with_resolved_speakers() -> None:
    text = (
        "Mira Olsen left the port of Brel on Monday. She wrote:\n\nI am glad that it is over, and so are we all.\n\n"
        "Then she met her deputy.\n\nOLSEN: Is it dead?\n\nBO LUND: It is “not”, we think.\n\nOLSEN: Who says so?"
    )
    article = Article(article_id="a", text=text, source="test.txt")
    speech = Speech(article)
    attributor = Attributor(text, speech.paragraphs, speech.quotes, everywhere=True)
    attributor.run()
    quotes = block_quotes(article, attributor, speech.paragraphs, 0.0)
    assert [(quote.speaker, quote.mention and quote.mention.text, quote.text) for quote in quotes] == [
        ("Mira Olsen", "She", "I am glad that it is over, and so are we all."),
        ("Mira Olsen", "OLSEN", "Is it dead?"),
        ("Bo Lund", "BO LUND", "It is “not”, we think."),
        ("Mira Olsen", "OLSEN", "Who says so?"),
    ]
    assert {(quote.kind, quote.is_statement, text[quote.start : quote.end] == quote.text) for quote in quotes} == {
        ("block", True, True)
    }
    assert quotes[0].cue is not None
    assert quotes[0].cue.text == "wrote"


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("ANN LEE", "Ann Lee"),
        ("BO LUND", "Bo Lund"),
        ("Ann Lee", "Ann Lee"),
        ("BBC", "BBC"),
        ("UK MINISTER", "UK Minister"),
    ],
)
def test_names_in_capitals_are_read_as_names(label: str, expected: str) -> None:
    assert plain_name(label) == expected


@pytest.mark.parametrize("unit", ["A: ", "AB: no. ", "Ann Lee: no.\n", "He wrote:\n", "I: we.\n", "A. ", "[“"])
def test_blocks_are_found_in_linear_time(unit: str) -> None:
    seconds = []
    for size in (20_000, 80_000):
        text = unit * (size // len(unit))
        begun = time.process_time()
        blocks_of(text)
        seconds.append(time.process_time() - begun)
    assert seconds[1] < max(1.0, 12 * seconds[0])
