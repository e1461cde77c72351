"""What counts once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from said import SHARES, row

from pipeline.errors import InputError
from pipeline.findings.counting import COUNTS, check_count, count_units

LONG = "“The ban is overdue, and every harbour along this coast has asked us for it,”"
CLIPPED = "“every harbour along this coast has asked us for it”"
START = "“The ban is overdue, and every harbour”"


def members(units):
    return [[said.row_id for said in unit.rows] for unit in units]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([row(1, text=LONG), row(2, text=CLIPPED)], [["r0001", "r0002"]], id="clipped"),
        pytest.param(
            [row(1, text=START), row(2, text=CLIPPED), row(3, text=LONG)],
            [["r0001", "r0002", "r0003"]],
            id="the whole joins two clippings",
        ),
        pytest.param(
            [row(1, text=LONG), row(2, text=LONG, speaker="Oru Baptista")], [["r0001"], ["r0002"]], id="two speakers"
        ),
        pytest.param(
            [row(1, text=LONG), row(2, text=LONG, target="Tessaly")], [["r0001"], ["r0002"]], id="two targets"
        ),
        pytest.param(
            [row(1, text=LONG), row(2, text=LONG, published="2032-03-08")], [["r0001", "r0002"]], id="a week later"
        ),
        pytest.param(
            [row(1, text=LONG), row(2, text=LONG, published="2032-03-09")],
            [["r0001"], ["r0002"]],
            id="eight days later",
        ),
        pytest.param(
            [row(1, text=LONG), row(2, text=LONG, published="2032-03")],
            [["r0001", "r0002"]],
            id="some day of the month",
        ),
        pytest.param(
            [row(n, text=LONG, published=f"2032-03-{1 + 5 * n:02d}") for n in range(4)],
            [["r0000", "r0001"], ["r0002", "r0003"]],
            id="a slogan does not chain",
        ),
        pytest.param([row(1, text=LONG), row(2, text=LONG, published=None)], [["r0001", "r0002"]], id="no date"),
        pytest.param(
            [row(1, text="“We agree,”"), row(2, text="“we agree”")], [["r0001", "r0002"]], id="short and same"
        ),
        pytest.param([row(1, text="“We agree”"), row(2, text="“We all agree”")], [["r0001"], ["r0002"]], id="short"),
        pytest.param(
            [row(1, article_id="a", utterance_id="u"), row(2, article_id="a", utterance_id="u")],
            [["r0001", "r0002"]],
            id="pieces of one utterance",
        ),
        pytest.param(
            [row(1, text=LONG, speaker=None), row(2, text=LONG, speaker="Olsen")],
            [["r0001", "r0002"]],
            id="nobody known, same words",
        ),
        pytest.param(
            [row(1, text=LONG, speaker="Olsen"), row(2, text=LONG, speaker="Baptista")],
            [["r0001"], ["r0002"]],
            id="two surnames",
        ),
        pytest.param(
            [row(1, text=LONG, speaker="Olsen"), row(2, text=LONG, speaker="Senator Olsen", speaker_id=None)],
            [["r0001", "r0002"]],
            id="a surname with a title",
        ),
    ],
)
def test_one_remark_over_outlets_is_one_utterance(rows, expected):
    assert members(count_units(rows, "utterance")) == expected


def test_an_actor_counts_once_a_day_or_month_and_an_unknown_one_is_never_merged():
    rows = [
        row(1),
        row(2),
        row(3, published="2032-03-20"),
        row(4, published="2032-03"),
        row(5, published="2032"),
        row(6, published=None),
        row(7, speaker=None),
        row(8, speaker=None),
        row(9, speaker="Olsen"),
        row(10, speaker="Olsen"),
    ]
    alone = [[f"r{n:04d}"] for n in (5, 6, 7, 8, 9, 10)]
    assert members(count_units(rows, "actor-day")) == [["r0001", "r0002"], ["r0003"], ["r0004"], *alone]
    assert members(count_units(rows, "actor-month")) == [["r0001", "r0002", "r0004", "r0003"], *alone]


def test_the_stance_of_a_unit_is_that_of_its_mean_and_ties_go_to_its_first_row():
    both = [row(1, "anti-restriction", text=LONG), row(2, "pro-restriction", text=LONG)]
    (unit,) = count_units(both, "utterance")
    assert unit.probabilities == pytest.approx((0.425, 0.15, 0.425))
    assert unit.stance == "anti-restriction"
    (unit,) = count_units([row(1, "pro-restriction", text=LONG), row(2, "anti-restriction", text=LONG)], "utterance")
    assert unit.stance == "pro-restriction"
    # The first row is none of the tied.
    odd = [row(0, "neutral", text=LONG, probabilities=(0.3, 0.4, 0.3)), *both]
    odd = [odd[0], *(row(n, s, text=LONG, probabilities=p) for n, s, p in [
        (1, "anti-restriction", (0.6, 0.0, 0.4)), (2, "pro-restriction", (0.4, 0.0, 0.6))])]  # fmt: skip
    assert count_units(odd, "utterance")[0].stance == "anti-restriction"


def test_a_single_row_keeps_its_stance_whatever_its_probabilities_round_to():
    tied = row(1, "pro-restriction", probabilities=(0.45, 0.1, 0.45))
    assert count_units([tied])[0].stance == "pro-restriction"


def test_clusters_are_the_article_in_which_a_unit_was_first_said():
    rows = [row(2, text=LONG, published="2032-03-02"), row(1, text=LONG), row(3, article_id="a1")]
    assert [unit.cluster for unit in count_units(rows, "utterance")] == ["a1", "a1"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(SHARES)),
            st.sampled_from(["Mira Olsen", "Oru Baptista", "Olsen", None]),
            st.sampled_from(["2032-03-01", "2032-03-05", "2032-03-12", "2032-03", "2032", None, "soon"]),
            st.sampled_from([LONG, CLIPPED, START, "“No,”", "“It is a purse of crowns for a road of sand”"]),
            st.sampled_from(["a", "b", "c"]),
        ),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from(COUNTS),
)
@settings(deadline=None)
def test_every_row_is_in_one_unit_whatever_the_order(rows, count):
    said = [
        row(n, stance, speaker=speaker, published=published, text=text, article_id=article)
        for n, (stance, speaker, published, text, article) in enumerate(rows)
    ]
    units = count_units(said, count)
    assert sorted(r for own in members(units) for r in own) == sorted(r.row_id for r in said)
    assert {frozenset(own) for own in members(count_units(said[::-1], count))} == set(map(frozenset, members(units)))
    assert all(sum(unit.probabilities) == pytest.approx(1) for unit in units)


def test_another_way_of_counting_is_refused():
    with pytest.raises(InputError, match="--count week: is none; give one of mention, utterance"):
        check_count("week")
