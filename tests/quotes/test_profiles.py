"""What is known of speakers: type, role, affiliation and id, from invented texts."""

from __future__ import annotations

import pytest

from pipeline.quotes.identities import speaker_id
from pipeline.quotes.offices import read_office
from pipeline.quotes.profiles import Profile
from pipeline.quotes.spans import body_paragraphs, quotation_spans
from pipeline.quotes.speakers import Attributor
from pipeline.records import Article

SHOPS = "“The rule will hurt small shops,”"


def read(text: str) -> Attributor:
    """Return the attributor of a text, its quotations attributed."""
    article = Article(article_id="a", text=text, source="test.txt")
    paragraphs = body_paragraphs(article)
    attributor = Attributor(text, paragraphs, quotation_spans(article, paragraphs))
    attributor.run()
    return attributor


def profile(text: str) -> Profile:
    """Return what is known of the speaker of the first quotation in a text."""
    attributor = read(text)
    speaker = attributor.found[0].speaker
    assert speaker is not None
    return attributor.profiles.of(speaker)


OFFICES = [
    ("title before", f"{SHOPS} Foreign Secretary Ann Lee said.", ("foreign secretary", None)),
    ("body before", f"{SHOPS} said Halden chief executive Ann Lee.", ("chief executive", "Halden")),
    (
        "body of two words before",
        f"{SHOPS} said Trade Department spokesman Tom Lee.",
        ("spokesman", "Trade Department"),
    ),
    ("short title", f"{SHOPS} Sen. Ann Lee said.", ("senator", None)),
    ("seat in brackets", f"{SHOPS} Rep. Ann Lee (D-Ohio) said.", ("representative", "D-Ohio")),
    ("seat behind a comma", f"{SHOPS} said Sen. Ann Lee, R-Ohio, on Monday.", ("senator", "R-Ohio")),
    (
        "apposition with of",
        f"Ann Lee, chief executive of Halden Optics, said: {SHOPS}",
        ("chief executive", "Halden Optics"),
    ),
    ("apposition with at", f"{SHOPS} said Ann Lee, an analyst at Bright & Co.", ("analyst", "Bright & Co")),
    ("possessive", f"{SHOPS} said Ann Lee, Halden’s head of research.", ("head of research", "Halden")),
    (
        "matter of an office",
        f"{SHOPS} said Ann Lee, assistant secretary of state.",
        ("assistant secretary of state", None),
    ),
    (
        "matter and body",
        f"{SHOPS} said Ann Lee, professor of law at Brel University.",
        ("professor of law", "Brel University"),
    ),
    ("two offices", f"{SHOPS} said Ann Lee, founder and chairwoman of Halden.", ("founder and chairwoman", "Halden")),
    ("relative clause", f"Ann Lee, who heads the Brel Institute, said: {SHOPS}", ("head", "Brel Institute")),
    ("nation", f"{SHOPS} said Ann Lee, the Chinese ambassador to Denmark.", ("ambassador to Denmark", "China")),
    ("name behind its role", f"The League’s chairwoman, Ann Lee, said: {SHOPS}", ("chairwoman", "League")),
    ("member", f"{SHOPS} said Ann Lee of the Brel Institute.", (None, "Brel Institute")),
    (
        "elsewhere",
        f"Ann Lee, chief executive of Halden, came late.\n\n{SHOPS} Lee said.",
        ("chief executive", "Halden"),
    ),
    (
        "the other mention first",
        f"{SHOPS} Lee said. Ann Lee, 40, is a lawyer.\n\nAnn Lee, a lawyer, left.",
        ("lawyer", None),
    ),
    (
        "company by its noun",
        f"Halden Optics sells lamps.\n\n{SHOPS} said Ann Lee, the company’s founder.",
        ("founder", "Halden Optics"),
    ),
    ("nothing", f"{SHOPS} Ann Lee said on Monday.", (None, None)),
    ("a verb is no title", f"Calling it late, minister Ann Lee said: {SHOPS}", ("minister", None)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [c[1:] for c in OFFICES], ids=[c[0] for c in OFFICES])
def test_a_role_and_a_body_are_read_beside_any_mention(text: str, expected: tuple[str | None, str | None]) -> None:
    found = profile(text)
    own = "tom-lee" if "Tom" in text else "ann-lee"
    assert (found.type, found.role, found.affiliation, found.id) == ("person", *expected, own)


KINDS = [
    ("person", f"{SHOPS} said Mira Olsen.", Profile("person", None, None, "mira-olsen")),
    ("surname alone", f"{SHOPS} said Ms Olsen.", Profile("person", None, None, None)),
    ("body", f"{SHOPS} Halden Optics said.", Profile("organisation", None, None, "halden-optics")),
    ("spokesman", f"{SHOPS} a Halden spokesman said.", Profile("organisation", "spokesman", "Halden", "halden")),
    (
        "spokeswoman for",
        f"{SHOPS} said a spokeswoman for Halden Optics.",
        Profile("organisation", "spokeswoman", "Halden Optics", "halden-optics"),
    ),
    (
        "spokesman by name",
        f"{SHOPS} said Tom Ray, a Halden spokesman.",
        Profile("person", "spokesman", "Halden", "tom-ray"),
    ),
    (
        "unnamed",
        f"{SHOPS} said a senior Trade Department official.",
        Profile("unnamed", "official", "Trade Department", None),
    ),
    ("unnamed at a body", f"{SHOPS} said an engineer at Halden.", Profile("unnamed", "engineer", "Halden", None)),
    ("document", f"{SHOPS} the email read.", Profile("unnamed", None, None, None)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [c[1:] for c in KINDS], ids=[c[0] for c in KINDS])
def test_people_organisations_and_the_unnamed_are_told_apart(text: str, expected: Profile) -> None:
    assert profile(text) == expected


SAME = [
    ("Ann Lee", "ann-lee"), ("ANN LEE", "ann-lee"), ("Ann  Lee", "ann-lee"), ("Dr. Ann Lee", "ann-lee"),
    ("Sen. Ann Lee", "ann-lee"), ("Ann Lee Jr.", "ann-lee"), ("Ánn Lée", "ann-lee"), ("J.R. Núñez", "j-r-nunez"),
    ("J. R. Nunez", "j-r-nunez"), ("J R Nunez", "j-r-nunez"), ("Seán O’Dowd", "sean-odowd"),
    ("Sean O'Dowd", "sean-odowd"),
    ("Søren Łuk", "soren-luk"), ("Lee", None), ("李 明", "李-明"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "expected"), SAME)
def test_the_id_of_a_person_does_not_turn_on_spelling(name: str, expected: str | None) -> None:
    assert speaker_id(name, is_person=True) == expected


@pytest.mark.parametrize("name", ["Halden Optics", "The Halden Optics", "Halden Optics Inc.", "HALDEN OPTICS LTD"])
def test_the_id_of_a_company_does_not_turn_on_its_legal_form(name: str) -> None:
    assert speaker_id(name, is_person=False) == "halden-optics"


def test_words_without_a_role_are_no_office() -> None:
    assert read_office(["the", "largest", "maker", "of", "lamps"]) is None
    assert read_office([]) is None


def test_below_the_minimum_the_speaker_is_null_and_the_confidence_stays() -> None:
    attributor = read(f"{SHOPS} said Ann Lee, chief executive of Halden.")
    speaker = attributor.found[0].speaker
    assert attributor.profiles.known(speaker, 0.4, 0.5) == {
        "speaker": None, "speaker_type": None, "speaker_role": None, "speaker_affiliation": None, "speaker_id": None,
        "speaker_confidence": 0.4,
    }  # fmt: skip
    assert attributor.profiles.known(speaker, 0.6, 0.5)["speaker"] == "Ann Lee"
    assert attributor.profiles.known(None, None)["speaker_confidence"] is None
