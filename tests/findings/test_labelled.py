"""Labels of a sample, put to the rows of its corpus; what is no sample of it is refused in one line."""

import numpy as np
import pytest
from said import row

from pipeline.errors import InputError
from pipeline.findings.labelled import Answer, put_labels
from pipeline.findings.sampling import corpus_hash, draw, sample_cells, strata_of

ROWS = [row(n, "neutral" if n % 3 else "pro-restriction") for n in range(30)]


def sample(rows=ROWS, n=12, names=("stance",)):
    strata = strata_of(rows, names)
    known = corpus_hash(rows, strata)
    drawn = draw(strata, n, rng=np.random.default_rng(2))
    return [{"row_id": rows[one.index].row_id, **sample_cells(one, known)} for one in drawn]


def answer(row_id, label="neutral", **values):
    said = next(one for one in ROWS if one.row_id == row_id)
    known = {
        "label": label,
        "target": said.target,
        "source": said.source,
        "start": said.start,
        "end": said.end,
        "quote_ids": (said.quote_id,),
        "coder": "ana",
        "where": f"gold.jsonl:{said.start}",
    }
    return Answer(**known | values)


def put(cells, answers, rows=ROWS):
    return put_labels(cells, rows, answers, "sample.parquet")


def test_labels_find_their_rows_by_id_or_place():
    cells = sample()
    answers = [answer(cell["row_id"]) for cell in cells]
    answers[0] = answer(cells[0]["row_id"], "pro-restriction", quote_ids=())
    answers[1] = answer(cells[1]["row_id"], None, target="")
    found = put(cells, answers)
    assert len(found.labels) == 12
    assert found.labels[cells[0]["row_id"]] == "pro-restriction"
    assert found.labels[cells[1]["row_id"]] is None
    assert found.inclusion[cells[2]["row_id"]] == pytest.approx(0.4)
    assert found.notes == ("1 of 12 labelled rows are no statements to their coder; shares leave them out",)


def test_a_sample_labelled_in_part_stands_for_the_rest_and_says_so():
    cells = sample()
    pro = [cell["row_id"] for cell in cells if "pro" in cell["stratum"]]
    found = put(cells, [answer(cell["row_id"]) for cell in cells if cell["row_id"] not in pro[:2]])
    assert found.inclusion[pro[2]] == pytest.approx(0.4 * (len(pro) - 2) / len(pro))
    assert "10 of 12 rows of the sample are labelled" in found.notes[0]


def test_labels_outside_the_sample_or_toward_another_target_do_not_count():
    cells = sample()
    drawn = {cell["row_id"] for cell in cells}
    other = next(one.row_id for one in ROWS if one.row_id not in drawn)
    answers = [*(answer(row_id) for row_id in sorted(drawn)), answer(other), answer(min(drawn), target="else")]
    found = put(cells, answers)
    assert len(found.labels) == 12
    assert "2 labels are of statements outside the sample" in found.notes[0]


def test_labels_in_the_table_itself_count():
    cells = [cell | {"label": "neutral"} for cell in sample()]
    assert len(put(cells, []).labels) == 12
    with pytest.raises(InputError, match="label 'Neutral!' is not one of anti-restriction"):
        put([cells[0] | {"label": "Neutral!"}, *cells[1:]], [])


def faulty(change):
    return [change(dict(cell)) for cell in sample()]


def without(name):
    return lambda cell: {k: v for k, v in cell.items() if k != name}


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        pytest.param([], "holds no row", id="empty"),
        pytest.param(
            faulty(without("inclusion_probability")), "lacks inclusion_probability, so nothing", id="no chance"
        ),
        pytest.param(
            faulty(lambda c: {"row_id": c["row_id"], "rank": 1, "novelty": 0.1}),
            "chosen by `stance annotate next`",
            id="next",
        ),
        pytest.param(
            [{"sha256": "0", "coder": "ana", "label": "neutral"}], "is a file of labels; name it with", id="gold"
        ),
        pytest.param(
            faulty(lambda c: c | {"inclusion_probability": 0.0}), "row 1: inclusion_probability is 0.0", id="0"
        ),
        pytest.param(
            faulty(lambda c: c | {"inclusion_probability": float("nan")}), "inclusion_probability is nan", id="nan"
        ),
        pytest.param(faulty(lambda c: c | {"inclusion_probability": None}), "inclusion_probability is None", id="null"),
        pytest.param(
            faulty(lambda c: c | {"row_id": "elsewhere"}), "12 of 12 rows are not in this corpus", id="foreign"
        ),
        pytest.param(sample(ROWS[:20]), "was drawn from other rows than these 30", id="articles came"),
        pytest.param(
            sample([row(n, "anti-restriction") for n in range(30)]), "another model scored them", id="other stances"
        ),
        pytest.param(sample() + sample()[:1], "holds a row twice", id="twice"),
        pytest.param(sample(), "none of its 12 rows is labelled", id="no labels"),
    ],
)
def test_what_is_no_labelled_random_sample_of_this_corpus_is_one_line(cells, message):
    with pytest.raises(InputError) as error:
        put(cells, [])
    assert message in str(error.value)
    assert str(error.value).startswith("sample.parquet: ")


def test_a_sample_without_strata_outlives_another_model():
    cells = sample([row(n, "anti-restriction") for n in range(30)], names=())
    assert len(put(cells, [answer(cell["row_id"]) for cell in cells]).labels) == 12


def test_two_labels_of_a_row_are_one_line_with_both_places():
    cells = sample()
    twice = [answer(cells[0]["row_id"]), answer(cells[0]["row_id"], "pro-restriction", where="ben.jsonl:7")]
    with pytest.raises(InputError, match=r"ben.jsonl:7: is pro-restriction, and neutral at gold.jsonl:\d+; decide"):
        put(cells, twice)


def test_a_stratum_without_labels_is_one_line():
    cells = sample()
    with pytest.raises(InputError, match="none of the 4 rows of the stratum 'stance=pro-restriction' is labelled"):
        put(cells, [answer(cell["row_id"]) for cell in cells if "pro" not in cell["stratum"]])
