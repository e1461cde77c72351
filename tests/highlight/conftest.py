"""One invented article in which every kind of mark occurs, and spans nest."""

import pytest

from pipeline.highlight import view
from pipeline.records import Article, Quote, Segment, Span
from pipeline.rows import quote_row

HEADLINE = "“Switch them off,” council told"
CAPTION = "A camera on Marl Street. ‘It only looks at the weather,’ says its maker. (Picture: Lotte Maguire)"
BODY = (
    "Oru Baptista, the harbour commissioner of Lindey, said the cameras were “not fit for use” in a port.",
    "“We asked for the plans,” she said. “Nobody answered.”",
    "The maker, Ostrel, denied that it had ever refused. It is no “secret box”, whatever she may think.",
)
TEXT = "\n\n".join((HEADLINE, CAPTION, *BODY))


def place(words, after=0):
    start = TEXT.index(words, after)
    return Span(start, start + len(words), words)


def quoted(words, kind="direct", **columns):
    span = place(words)
    own = f"a1:{span.start}-{span.end}"
    values = {"is_statement": True, "utterance_id": own, "context": "", "kind": kind, **columns}
    return Quote("a1", span.start, span.end, words, **values)


ORU = {
    "speaker": "Oru Baptista",
    "speaker_type": "person",
    "speaker_role": "harbour commissioner",
    "speaker_affiliation": "Lindey",
    "speaker_id": "p1",
    "speaker_confidence": 0.9712,
}
OSTREL = {"speaker": "Ostrel", "speaker_type": "organisation", "speaker_id": "o1", "speaker_confidence": 0.6}
SHE = place("she said", TEXT.index("the plans"))
UTTERANCE = {"utterance_id": "a1:u", "mention": Span(SHE.start, SHE.start + 3, "she"), **ORU}
QUOTES = (
    quoted("“Switch them off,”", region="headline"),
    quoted(
        "‘It only looks at the weather,’",
        region="caption",
        mention=place("its maker"),
        cue=place("says"),
        **OSTREL,
    ),
    quoted(
        "“not fit for use”",
        "mixed",
        content=place("the cameras were “not fit for use” in a port"),
        mention=place("Oru Baptista"),
        cue=place("said"),
        **ORU,
    ),
    quoted("“We asked for the plans,”", cue=Span(SHE.start + 4, SHE.end, "said"), **UTTERANCE),
    quoted("“Nobody answered.”", **UTTERANCE),
    quoted("that it had ever refused", "indirect", mention=place("Ostrel"), cue=place("denied"), **OSTREL),
    quoted("“secret box”", "mixed", is_statement=False),
)


def article(**changes):
    first, second = len(HEADLINE), len(HEADLINE) + 2 + len(CAPTION)
    segments = (
        Segment(0, first, 0, first, "headline"),
        Segment(first + 2, second, first + 2, second, "caption"),
        Segment(second + 2, len(TEXT), second + 2, len(TEXT)),
    )
    known = {"title": HEADLINE, "outlet": "Lindey Times", "published": "2032-05-01", "segments": segments}
    return Article(**{"article_id": "a1", "text": TEXT, "source": "news.jsonl#7", **known, **changes})


@pytest.fixture
def example():
    """Return an article with its quotations, marked."""
    own = article()
    return view(own, [quote_row(own, quote) for quote in QUOTES])


@pytest.fixture
def altered():
    """Return the view of an article in which columns of its rows and facts about it are others."""

    def make(columns=(), **facts):
        own = article(**facts)
        return view(own, [quote_row(own, quote) | dict(columns) for quote in QUOTES])

    return make
