"""Proposals of who is one actor."""

import pytest
from said import row

from pipeline.findings.proposals import new_proposals, propose

TITLES = {"senator", "dr"}


def proposed(*speakers, **values):
    rows = [
        row(n, speaker=name, **{"speaker_type": kind, **values})
        for n, (name, kind) in enumerate((s if isinstance(s, tuple) else (s, "person")) for s in speakers)
    ]
    return {(one.alias, one.actor) for one in propose(rows, TITLES)}


@pytest.mark.parametrize(
    ("speakers", "expected"),
    [
        pytest.param(["Mira Olsen", "Mira Olsen", "Mirra Olsen"], {("Mirra Olsen", "Mira Olsen")}, id="near-same"),
        pytest.param(["Mira Olsen", "Mira K. Olsen"], {("Mira Olsen", "Mira K. Olsen")}, id="middle name"),
        pytest.param(["Mira Olsen", "Mira Olsen", "Olsen"], {("Olsen", "Mira Olsen")}, id="surname alone"),
        pytest.param(["Mira Olsen", "Senator Olsen"], {("Senator Olsen", "Mira Olsen")}, id="title and surname"),
        pytest.param(["Mira Olsen", "Nils Olsen", "Olsen"], set(), id="surname of two"),
        pytest.param(
            [("HHB", "organisation"), ("Halden Harbour Board", "organisation")],
            {("HHB", "Halden Harbour Board")},
            id="acronym",
        ),
        pytest.param(
            [
                ("HHB", "organisation"),
                ("Halden Harbour Board", "organisation"),
                ("Heide Horse Breeders", "organisation"),
            ],
            set(),
            id="acronym of two",
        ),
        pytest.param(["Mira Olsen", "Oru Baptista", "Mira Lee"], set(), id="others"),
        pytest.param([("a senior official", "unnamed"), ("a senior officials", "unnamed")], set(), id="unnamed"),
        pytest.param(["Mira Lee", "Mira Lea"], set(), id="one letter of a short name"),
    ],
)
def test_names_that_may_be_one_are_proposed_to_be_merged(speakers, expected):
    assert proposed(*speakers) == expected


def test_a_title_that_keeps_a_name_apart_is_proposed_to_be_merged():
    rows = [row(1), row(2), row(3, speaker="Dr Mira Olsen")]  # said.row gives it an id of its own
    (one,) = propose(rows, TITLES)
    assert (one.alias, one.actor, one.proposal, one.rows) == ("Dr Mira Olsen", "Mira Olsen", "merge", 1)
    assert "the same name" in one.reason
    assert one.as_row()["approved"] is None


def test_a_name_with_two_affiliations_is_proposed_to_be_split_with_its_dates():
    rows = [
        row(1, speaker_affiliation="Halden Board"),
        row(2, speaker_affiliation="Halden Board", published="2032-05-01"),
        row(3, speaker_affiliation="Tessaly Corp"),
        row(4, speaker_affiliation="The Halden Board"),
        row(5),
        row(6, speaker_affiliation="Tessaly Corp"),
        row(7, speaker_affiliation="Marisport"),
        *(row(n, speaker_affiliation="R-Halden") for n in (8, 9)),
    ]
    splits = [one for one in propose(rows) if one.proposal == "split"]
    assert [(one.affiliation, one.actor, one.rows) for one in splits] == [
        ("Halden Board", "Mira Olsen (Halden Board)", 3),
        ("Tessaly Corp", "Mira Olsen (Tessaly Corp)", 2),
    ]
    assert "Halden Board (3 rows, 2032-03-01 to 2032-05-01)" in splits[0].reason


def test_an_acronym_and_its_body_are_one_affiliation():
    rows = [row(1, speaker_affiliation="Halden Harbour Board"), row(2, speaker_affiliation="HHB")]
    assert propose(rows) == []


def test_what_the_file_has_is_not_proposed_again():
    found = propose([row(1), row(2, speaker="Olsen")])
    assert new_proposals([("OLSEN", None, "Mira Olsen")], found) == []
    assert new_proposals([("Olsen", "", "Nils Olsen")], found) == found
