"""Speakers named behind their first mention, and what stands for others: invented texts."""

from __future__ import annotations

import pytest

from pipeline.quotes.acronyms import spelt_out
from pipeline.quotes.spans import body_paragraphs, quotation_spans
from pipeline.quotes.speakers import Attributor
from pipeline.records import Article

FULL = "“The rule will hurt every small shop in the country.”"
SHOPS = "“The rule will hurt every small shop in the country,”"
LATER = "\n\nThe weather was fine in Brel, and the traders went home before the storm came."


def attributor_of(text: str) -> Attributor:
    """Return the attributor of a text that is read everywhere, its quotations attributed."""
    article = Article(article_id="a", text=text, source="test.txt")
    paragraphs = body_paragraphs(article)
    attributor = Attributor(text, paragraphs, quotation_spans(article, paragraphs), everywhere=True)
    attributor.run()
    return attributor


def meant(text: str, mention: str) -> str | None:
    """Return whom the first such mention in a text means."""
    at = text.index(mention)
    speaker = attributor_of(text).resolve_span(at, at + len(mention))
    return speaker.name if speaker is not None else None


NAMED_LATER = [
    (
        "an official of a department",
        "one senior trade department official",
        "The rule is late, one senior trade department official told lawmakers on Monday.\n\n"
        f"{SHOPS} Bo Lund, deputy assistant secretary of trade for small shops, said at the hearing.",
        "Bo Lund",
    ),
    (
        "in the next sentence",
        "A State Department official",
        "A State Department official has warned of the rule. Mira Olsen, assistant secretary of state for trade, "
        "said that it would hurt shops.",
        "Mira Olsen",
    ),
    (
        "an apposition",
        "a Norwegian official",
        "The rule will fail, a Norwegian official warned.\n\nThe Norwegian trade adviser, Bo Lund, spoke in Brel.",
        "Bo Lund",
    ),
    (
        "the same noun again",
        "A lawyer for the company",
        "A lawyer for the company said it would appeal.\n\n"
        f"{SHOPS} Bo Lund, a lawyer for the Brel-based company, told the Brel Times.",
        "Bo Lund",
    ),
    (
        "the head of a company, quoted next",
        "the chairman of the Norwegian telecoms giant",
        "Halden is ready to sell, the chairman of the Norwegian telecoms giant said on Monday.\n\n"
        f"{SHOPS} Bo Lund said at a conference in Brel.",
        "Bo Lund",
    ),
    (
        "the head of a government, in the next paragraph",
        "the country’s prime minister",
        "Small shops must close, the country’s prime minister announced on Monday.\n\n"
        "Prime Minister Mira Olsen said the rule would begin at once.",
        "Mira Olsen",
    ),
]


@pytest.mark.parametrize(("mention", "text", "name"), [row[1:] for row in NAMED_LATER], ids=[r[0] for r in NAMED_LATER])
def test_a_role_is_whoever_is_introduced_with_it_right_afterwards(mention: str, text: str, name: str) -> None:
    assert meant(text + LATER, mention) == name


SPEAKS = f"{SHOPS} Bo Lund, deputy assistant secretary of state, said."
STAYS_OPEN = [
    (
        "who asked not to be named",
        "A State Department official",
        f"A State Department official said on condition of anonymity that the rule was late.\n\n{SPEAKS}",
    ),
    (
        "who spoke on",
        "A State Department official",
        "A State Department official said that the rule was late. The official feared for the shops. "
        "Bo Lund, deputy assistant secretary of state, did not answer.",
    ),
    (
        "of another body",
        "A Justice Department official",
        f"A Justice Department official said it was late.\n\n{SPEAKS}",
    ),
    ("of a higher office", "A State Department lawyer", f"A State Department lawyer said it was late.\n\n{SPEAKS}"),
    (
        "several",
        "Several State Department officials",
        f"Several State Department officials said it was late.\n\n{SPEAKS}",
    ),
    ("a source", "One source", f"One source said it was late.\n\n{SHOPS} Bo Lund said."),
    (
        "somebody else, quoted next",
        "A State Department official",
        f"A State Department official said it was late.\n\n{SHOPS} said Bo Lund, who owns a shop in Brel.",
    ),
    (
        "a deputy",
        "the president",
        "At a hearing the president said that he had asked Vice President Bo Lund to lead the review.",
    ),
    (
        "named too far away",
        "A State Department official",
        f"A State Department official said it was late.{LATER * 9}\n\n{SPEAKS}",
    ),
]


@pytest.mark.parametrize(("mention", "text"), [row[1:] for row in STAYS_OPEN], ids=[row[0] for row in STAYS_OPEN])
def test_an_unnamed_source_is_nobody_else(mention: str, text: str) -> None:
    assert meant(text + LATER, mention) == mention


def test_whoever_was_named_before_is_not_introduced_again() -> None:
    text = f"Bo Lund came to Brel on Monday.\n\nA State Department official said it was late.\n\n{SPEAKS}"
    assert meant(text, "A State Department official") == "A State Department official"


RELATIVES = [
    ("which", "Bo Lund was held at the behest of Halden Optics, which accused him of theft.", "Halden Optics"),
    ("who", "The League chose Mira Olsen, who warned of the costs.", "Mira Olsen"),
    ("which", "They read Bo Lund’s 16 February indictment of the Trade Agency, which told of theft.", "16 February"),
]


@pytest.mark.parametrize(("mention", "text", "name"), RELATIVES)
def test_a_relative_pronoun_is_its_antecedent(mention: str, text: str, name: str) -> None:
    found = meant(text, mention)
    assert found is not None
    assert found.startswith(name)


def test_a_relative_pronoun_without_an_antecedent_is_nobody() -> None:
    assert meant("Which rule? Nobody knew, and nobody said so.", "Which") is None


BELOW = [
    ("how somebody put it", f"{FULL}\n\nThat was how Mira Olsen, the mayor, summed up the vote.", "Mira Olsen"),
    ("so said", f"Bo Lund opened the talks. He smiled.\n\n{FULL}\n\nSo said Mira Olsen on Monday.", "Mira Olsen"),
    ("words of", f"Bo Lund opened the talks.\n\n{FULL}\n\nThe words are those of Mira Olsen.", "Mira Olsen"),
    ("introduced by age", f"{FULL}\n\nMira Olsen, 43, is a trader in Brel.", "Mira Olsen"),
    ("introduced by trade", f"{FULL}\n\nMira Olsen is a trader in Brel.", "Mira Olsen"),
    ("about somebody", f"{FULL}\n\nMira Olsen left Brel on Monday with her brother.", None),
    ("about a thing", f"{FULL}\n\nThat was how the storm began.", None),
]


@pytest.mark.parametrize(("text", "name"), [row[1:] for row in BELOW], ids=[row[0] for row in BELOW])
def test_a_floating_quotation_may_be_explained_below(text: str, name: str | None) -> None:
    speaker = attributor_of(text + LATER).found[0].speaker
    assert (speaker.name if speaker is not None else None) == name


ACRONYMS = [
    ("in brackets", "The Office of Shops and Trade (OST) met.", {}, {"OST": "Office of Shops and Trade"}),
    ("with its small words", "the Bank of Brel (BoB) met", {}, {"BOB": "Bank of Brel"}),
    ("with its department", "the Department for Shops and Trade (ST)", {}, {"ST": "Department for Shops and Trade"}),
    ("explained in brackets", "The OST (Office of Shops and Trade) met.", {}, {"OST": "Office of Shops and Trade"}),
    ("by its initials", "The Halden Optics Board met.", {"Halden Optics Board": [4]}, {"HOB": "Halden Optics Board"}),
    (
        "by its initials, with what goes on",
        "The Centre for Halden Control and Optics (HOC) met.",
        {"Centre for Halden Control": [4]},
        {"CHC": "Centre for Halden Control and Optics"},
    ),
    ("two initials are few", "Bright Labs met.", {"Bright Labs": [0]}, {}),
    ("other words", "The shops of Brel (OST) met.", {}, {}),
]


@pytest.mark.parametrize(("text", "names", "found"), [row[1:] for row in ACRONYMS], ids=[row[0] for row in ACRONYMS])
def test_acronyms_are_spelt_out(text: str, names: dict[str, list[int]], found: dict[str, str]) -> None:
    assert spelt_out(text, names) == found


def test_an_acronym_speaks_under_its_full_name() -> None:
    text = f"The Brel Communications Commission (BCC) met on Monday.\n\n{SHOPS} the BCC said.{LATER}"
    speaker = attributor_of(text).found[0].speaker
    assert speaker is not None
    assert (speaker.name, speaker.kind) == ("Brel Communications Commission", "organisation")
