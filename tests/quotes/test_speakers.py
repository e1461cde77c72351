"""Who says it: short invented articles, each quotation with the speaker and cue that a reader would name."""

import pytest

from pipeline.quotes import find_quotes
from pipeline.records import Article, Segment

# (what it shows, article, [(speaker, cue) of each quotation])
CASES = [
    ("behind", "“We will wait for the report,” Ilse Brandt said.", [("Ilse Brandt", "said")]),
    ("behind, inverted", "“We will wait for the report,” said Ilse Brandt, a member.", [("Ilse Brandt", "said")]),
    ("before", "Ilse Brandt told reporters: “We will wait for the report.”", [("Ilse Brandt", "told")]),
    (
        "interrupted",
        "“We will wait,” said Ilse Brandt. “Then we decide.”",
        [("Ilse Brandt", "said"), ("Ilse Brandt", None)],
    ),
    ("according to", "The gear is “safe enough to use”, according to Ilse Brandt.", [("Ilse Brandt", "according")]),
    (
        "an apposition between subject and verb",
        "Ilse Brandt, chair of the committee on trade, said it was “not a risk that we can take”.",
        [("Ilse Brandt", "said")],
    ),
    (
        "an apposition that no comma closes",
        "“It is not over by any means,” Ilse Brandt, the founder of the Harbour Fund told Kanal Nord.",
        [("Ilse Brandt", "told")],
    ),
    (
        "a name behind its role",
        "“It is not over by any means,” said the trade minister, Ilse Brandt.",
        [("Ilse Brandt", "said")],
    ),
    (
        "a party and place in brackets",
        "“It is not over by any means,” Sen. Ilse Brandt (L-Lirane) said.",
        [("Ilse Brandt", "said")],
    ),
    ("initials", "“It is not over by any means,” said Ilse R. Brandt.", [("Ilse R. Brandt", "said")]),
    (
        "particles",
        "Noor van der Zande spoke first. “It is not over by any means,” van der Zande said.",
        [("Noor van der Zande", "said")],
    ),
    (
        "a surname",
        "Trade minister Ilse Brandt opened the hearing.\n\n“We were not told,” Brandt said.",
        [("Ilse Brandt", "said")],
    ),
    (
        "a first name that is the family's",
        "The founder, Okabe Hana, opened the hearing.\n\n“We were not told,” Okabe said.",
        [("Okabe Hana", "said")],
    ),
    (
        "a pronoun",
        "Trade minister Ilse Brandt opened the hearing.\n\n“We were not told,” she said.",
        [("Ilse Brandt", "said")],
    ),
    (
        "pronouns of two people",
        "Mrs Brandt asked Mr Okonjo for the papers. “We were not told,” he said. “That is not true,” she replied.",
        [("Okonjo", "said"), ("Brandt", "replied")],
    ),
    (
        "somebody introduced as an object draws the pronoun",
        "The committee then heard Ilse Brandt, a former engineer. “We were not told,” she said.",
        [("Ilse Brandt", "said")],
    ),
    (
        "a role",
        "Trade minister Ilse Brandt opened the hearing.\n\n“We were not told,” the minister said.",
        [("Ilse Brandt", "said")],
    ),
    (
        "the company",
        "Norvane has sold radios since 2019. Norvane denies all of it.\n\n“We were not told,” the company said.",
        [("Norvane", "said")],
    ),
    (
        "a bare spokesman speaks for the organisation",
        "Norvane told the press that it would appeal.\n\n“We were not told,” a spokesman said.",
        [("Norvane", "said")],
    ),
    (
        "the ministry",
        "The Trade Ministry told firms to wait.\n\n“We were not told,” the ministry said.",
        [("Trade Ministry", "said")],
    ),
    (
        "an unnamed source",
        "“We were not told about any of it,” said a senior Velmark official.",
        [("a senior Velmark official", "said")],
    ),
    (
        "the official again",
        "“We were not told,” said a senior Velmark official. The plan is older. “It was ready,” the official added.",
        [("a senior Velmark official", "said"), ("a senior Velmark official", "added")],
    ),
    (
        "carried over paragraphs",
        "“We were not told,” Ilse Brandt said.\n\n“It is the third time this year that it has happened.”",
        [("Ilse Brandt", "said"), ("Ilse Brandt", None)],
    ),
    (
        "a paragraph after indirect speech",
        "Ilse Brandt said the plan was not new.\n\n“We have had it on the table for a year now.”",
        [("Ilse Brandt", None)],
    ),
    (
        "a clause that closes the sentence",
        "The plan is “a gift to smugglers” as it stands, Ilse Brandt said.",
        [("Ilse Brandt", "said")],
    ),
    (
        "a verb that shares its subject",
        "Ilse Brandt called it a mistake, adding that it was “far too late to stop it now”.",
        [("Ilse Brandt", "adding")],
    ),
    ("a name behind a dash", "“We were not told about any of it.” — Ilse Brandt", [("Ilse Brandt", None)]),
    (
        "a newspaper that quotes a person",
        "Ilse Brandt spoke after the Kanal Nord quoted her as saying the gear was “open to all who ask for it”.",
        [("Ilse Brandt", "quoted")],
    ),
    ("nobody", "The gear was sold under the name “Brightbox”.", [(None, None)]),
]


def attributions(text):
    segments = tuple(Segment(0, len(text), 0, len(text)) for _ in range(1))
    quotes = find_quotes(Article("a", text, "a.txt", segments=segments))
    return [(quote.speaker, quote.cue.text if quote.cue else None) for quote in quotes]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_speaker_and_the_cue(text, expected):
    assert attributions(text) == expected


def test_the_pieces_of_an_interrupted_quotation_share_an_utterance():
    text = "“We will wait,” said Ilse Brandt. “Then we decide.”\n\n“No,” Okonjo said."
    quotes = find_quotes(Article("a", text, "a.txt", segments=(Segment(0, len(text), 0, len(text)),)))
    assert [quote.utterance_id for quote in quotes] == [quotes[0].utterance_id] * 2 + [quotes[2].utterance_id]
    assert quotes[0].utterance_id != quotes[2].utterance_id
