"""The analyst's file of actors."""

import pytest
from said import row

from pipeline.errors import InputError
from pipeline.findings.aliases import Register, parse_aliases


def line(alias, actor, **values):
    return {"alias": alias, "actor": actor, **values}


def parsed(*lines):
    return parse_aliases((f"actors.csv:{number}", cells) for number, cells in enumerate(lines, start=2))[0]


def actors(rows, *lines):
    found, _ = Register(parsed(*lines)).attribute(rows)
    return [found.get(said.row_id) for said in rows]


def test_names_of_one_actor_are_one_and_take_its_type_organisation_and_country():
    rows = [
        row(1, speaker="M. Olsen"),
        row(2, speaker="Mira Olsen"),
        row(3, speaker="MIRA OLSÉN"),
        row(4, speaker="Olsen"),
        row(5, speaker="Oru Baptista"),
        row(6, speaker=None),
    ]
    told = {"type": "person", "organisation": "Halden Board", "country": "Tessaly"}
    found = actors(rows, line("M. Olsen", "Mira Olsen", **told), line("Olsen", "Mira Olsen"))
    assert {(a.key, a.name, a.organisation, a.country) for a in found[:4]} == {
        ("actor mira olsen", "Mira Olsen", "Halden Board", "Tessaly")
    }
    assert (found[4].name, found[4].organisation, found[5]) == ("Oru Baptista", None, None)


def test_an_alias_may_lead_over_another():
    found = actors(
        [row(1, speaker="HB")], line("HB", "Halden Board"), line("Halden Board", "Tessaly", type="organisation")
    )
    assert (found[0].name, found[0].organisation) == ("Tessaly", "Tessaly")


def test_dates_decide_by_the_day_of_publication():
    rows = [
        row(n, published=told)
        for n, told in enumerate(["2031-12-31", "2032-01-01", "2032-06-30", "2032-07-01", "2032-06", "2032", None])
    ]
    lines = [
        line("Mira Olsen", "Mira Olsen", organisation="Halden Board", valid_to="2031"),
        line("Mira Olsen", "Mira Olsen", organisation="Tessaly Corp", valid_from="2032-01-01", valid_to="2032-06"),
    ]
    found, unsure = Register(parsed(*lines)).attribute(rows)
    organisations = [found[said.row_id].organisation for said in rows]
    assert organisations == ["Halden Board", "Tessaly Corp", "Tessaly Corp", None, "Tessaly Corp", None, None]
    assert unsure == 2  # the year, and the missing date


def test_an_affiliation_tells_two_people_of_one_name_apart():
    rows = [row(1, speaker_affiliation="Halden Board"), row(2, speaker_affiliation="Tessaly Corp"), row(3)]
    found = actors(rows, line("Mira Olsen", "Mira Olsen (Halden)", affiliation="the Halden board"))
    assert [actor.name for actor in found] == ["Mira Olsen (Halden)", "Mira Olsen", "Mira Olsen"]
    assert len({actor.key for actor in found}) == 2


def test_only_approved_lines_hold():
    lines = [line("A B", "C D", approved=said) for said in ("yes", "", "no", None, "X")]
    aliases, waiting = parse_aliases((f"f:{n}", cells) for n, cells in enumerate(lines))
    assert (len(aliases), waiting) == (2, 3)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        pytest.param(
            [line("A", "B"), line("a", "C")],
            "actors.csv:3: 'a' is 'C', and 'B' at actors.csv:2 on the same days",
            id="overlap",
        ),
        pytest.param(
            [line("A", "B", valid_to="2032-03"), line("A", "C", valid_from="2032-03-31")],
            "actors.csv:3: 'A' is 'C', and 'B' at actors.csv:2",
            id="overlap of a day",
        ),
        pytest.param(
            [line("A", "B", organisation="One"), line("C", "B", organisation="Two")],
            "actors.csv:3: organisation of 'B' is 'Two', and 'One' at actors.csv:2",
            id="two organisations",
        ),
        pytest.param([line("A", "B"), line("B", "A")], "actors.csv:3: leads in a circle, A → B → A", id="circle"),
        pytest.param(
            [line("A", "B"), line("B", "C"), line("C", "A")],
            "actors.csv:4: leads in a circle, A → B → C → A",
            id="larger circle",
        ),
        pytest.param([line("A", "")], "actors.csv:2: actor '' is no name", id="no actor"),
        pytest.param([line("A", "B", valid_from="3/4/32")], "valid_from '3/4/32' is no date", id="no date"),
        pytest.param(
            [line("A", "B", valid_from="2032-03", valid_to="2032-02")],
            "2032-03 is after valid_to 2032-02",
            id="backwards",
        ),
        pytest.param([line("A", "B", approved="perhaps")], "approved is 'perhaps'; write yes or no", id="perhaps"),
    ],
)
def test_what_contradicts_itself_is_one_line_with_its_place(lines, message):
    with pytest.raises(InputError) as error:
        parsed(*lines)
    assert message in str(error.value)
    assert str(error.value).startswith("actors.csv:")


@pytest.mark.parametrize(
    "lines",
    [
        [line("A", "B", valid_to="2031"), line("A", "C", valid_from="2032")],
        [line("A", "B", valid_to="2031"), line("B", "A", valid_from="2032")],
        [line("A", "A", organisation="One")],
        [line("A", "B"), line("A", "b")],
        [line("A", "B", organisation="One", valid_to="2031"), line("A", "B", organisation="Two", valid_from="2032")],
        [line("A", "B", affiliation="X"), line("A", "C", affiliation="Y")],
    ],
)
def test_what_holds_on_different_days_contradicts_nothing(lines):
    assert len(parsed(*lines)) == len(lines)
