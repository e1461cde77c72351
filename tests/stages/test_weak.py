"""Weak labels from files to files: what functions label joins train, and nothing else does."""

import json

import pytest

from pipeline import stance
from pipeline.config import EvaluateConfig, LabelConfig, load_config, load_train_config
from pipeline.errors import ConfigError, InputError, LabelError, ModelError
from pipeline.files import sha256_text
from pipeline.records import LABELS, Article, Quote, Segment
from pipeline.rows import quote_row
from pipeline.stages import evaluate, label, train
from pipeline.storage import ARTICLE_SCHEMA, QUOTE_SCHEMA, article_row, read_table, write_table

ANTI, NEUTRAL, PRO = LABELS
CODED, NEW = 24, 6  # stories with gold, and without
WORDS = {ANTI: "reckless", NEUTRAL: "scheduled", PRO: "overdue"}
IMPORT = "from pipeline.labels.functions import labelling_function\n\n\n"
FUNCTIONS = f"""\
{IMPORT}@labelling_function
def says_reckless(statement):
    return "anti-restriction" if "reckless" in statement.text else None


@labelling_function
def says_scheduled(statement):
    return "neutral" if "scheduled" in statement.text else None


@labelling_function
def says_overdue(statement):
    assert statement.label is None, "functions do not see gold"
    return "pro-restriction" if "overdue" in statement.text else None
"""


def spoken(story, part):
    """A quotation whose word tells its label; no two share a run of three words."""
    sense = LABELS[(story + part) % 3]
    own = " ".join(f"w{story}x{part}x{n}" for n in range(8))
    return f"“{own} {WORDS[sense]} {own[::-1]},”", sense


def story(number):
    """One article, its quote rows, and the gold of all its quotations but the last."""
    told = [spoken(number, part) for part in range(4)]
    text = "\n\n".join(f"{surface} said Ana Ruiz." for surface, _ in told)
    article = Article(
        f"a{number}", text, f"page{number}.txt", story_id=f"s{number}", raw_sha256=sha256_text(text),
        segments=(Segment(0, len(text), 0, len(text)),), target="drones",
    )  # fmt: skip
    spans = [(text.index(surface), text.index(surface) + len(surface)) for surface, _ in told]
    rows = [
        quote_row(article, Quote(article.article_id, start, end, text[start:end], "direct", True, "u", "around"))
        for start, end in spans
    ]
    gold = [
        {
            "source": article.source, "sha256": article.raw_sha256, "start": start, "end": end, "kind": "statement",
            "target": "drones", "label": sense, "coder": "first", "coder_type": "human",
        }
        for (start, end), (_, sense) in list(zip(spans, told, strict=True))[:3]
    ]  # fmt: skip
    return article, rows, gold if number < CODED else []


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """Write the stories and a file of functions; return the gold rows for a test to change and write."""
    monkeypatch.chdir(tmp_path)
    stories = [story(number) for number in range(CODED + NEW)]
    write_table(tmp_path / "data/quotes.parquet", [row for _, rows, _ in stories for row in rows], QUOTE_SCHEMA)
    articles = [article_row(article) for article, _, _ in stories]
    write_table(tmp_path / "data/quotes.articles.parquet", articles, ARTICLE_SCHEMA)
    (tmp_path / "own.py").write_text(FUNCTIONS, encoding="utf-8")
    gold = [row for _, _, rows in stories for row in rows]
    write_gold(tmp_path, gold)
    return gold


def write_gold(folder, rows):
    (folder / "seeds").mkdir(exist_ok=True)
    (folder / "seeds/gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


OWN = ("weak.enabled=true", "weak.functions=[own.py]", "weak.builtin=false")


def run(*overrides):
    return label.run(load_config(LabelConfig, "label", overrides))


def rows_of(folder, name="data/statements.parquet"):
    return read_table(folder / name)


def report_of(folder):
    return json.loads((folder / "reports/label.json").read_text())


def test_off_by_default_and_then_nothing_is_asked(corpus, tmp_path):
    manifest = run()
    assert {row["coder_type"] for row in rows_of(tmp_path)} == {"human"}
    assert {row["posterior"] for row in rows_of(tmp_path)} == {None}
    assert "weak" not in report_of(tmp_path)
    assert "weak" not in manifest.counts
    assert not (tmp_path / "data/statements.votes.parquet").exists()


def test_weak_labels_join_train_with_their_source_and_gold_stays_as_it_was(corpus, tmp_path):
    run()
    before = rows_of(tmp_path)
    manifest = run(*OWN)
    rows = rows_of(tmp_path)
    assert rows[: len(before)] == before
    weak = rows[len(before) :]
    trained = {row["story_id"] for row in before if row["split"] == "train"}
    # The fourth quotation of each story of train, and all four of the stories that nobody has coded.
    assert len(weak) == len(trained) + 4 * NEW == manifest.counts["weak"]
    assert {row["story_id"] for row in weak} == trained | {f"s{number}" for number in range(CODED, CODED + NEW)}
    assert {(row["split"], row["coder"], row["coder_type"]) for row in weak} == {("train", "dawid-skene", "weak")}
    assert all(0.5 <= row["posterior"] <= 1 for row in weak)
    assert all(WORDS[row["label"]] in row["text"] for row in weak)
    assert manifest.dropped == {"weak-held-out": CODED - len(trained)}
    assert manifest.inputs["own.py"] == sha256_text(FUNCTIONS)


def test_no_function_is_asked_about_dev_or_test(corpus, tmp_path):
    run(*OWN)
    rows, votes = rows_of(tmp_path), rows_of(tmp_path, "data/statements.votes.parquet")
    held_out = {row["article_id"] for row in rows if row["split"] != "train"}
    assert held_out
    assert not held_out & {vote["statement_id"].split(":")[0] for vote in votes}


def test_votes_are_kept_one_a_row(corpus, tmp_path):
    run(*OWN)
    trained = [row for row in rows_of(tmp_path) if row["split"] == "train"]
    votes = rows_of(tmp_path, "data/statements.votes.parquet")
    assert {(vote["statement_id"], vote["coder"], vote["label"]) for vote in votes} == {
        (row["statement_id"], f"says_{WORDS[row['label']]}", row["label"]) for row in trained
    }
    run()
    assert not (tmp_path / "data/statements.votes.parquet").exists()  # votes of an earlier run do not outlive it


def test_the_report_tells_of_functions_and_of_what_the_labels_add(corpus, tmp_path):
    run(*OWN)
    rows, weak = rows_of(tmp_path), report_of(tmp_path)["weak"]
    gold = sum(row["split"] == "train" and row["coder_type"] == "human" for row in rows)
    assert [(f["name"], f["labels"], f["accuracy"]) for f in weak["functions"]] == [
        (f"says_{word}", [sense], 1.0) for sense, word in WORDS.items()
    ]
    assert sum(f["gold"] for f in weak["functions"]) == gold
    assert sum(f["coverage"] for f in weak["functions"]) == pytest.approx(1)
    assert weak["asked"] == sum(weak["labelled"].values())
    dev = weak["dev"]
    assert dev["n"] == sum(row["split"] == "dev" for row in rows)
    assert dev["model"] == "tfidf"
    for name in ("without", "with"):
        assert 0 <= dev[name]["low"] <= dev[name]["value"] <= dev[name]["high"] <= 1
    assert dev["difference"]["value"] == pytest.approx(dev["with"]["value"] - dev["without"]["value"])
    assert report_of(tmp_path)["by_coder_type"]["weak"] == {"train": weak["asked"], "dev": 0, "test": 0}


def test_the_same_seed_gives_the_same_bytes(corpus, tmp_path):
    written = []
    for _ in range(2):
        run(*OWN)
        names = ("data/statements.parquet", "data/statements.votes.parquet", "reports/label.json")
        written.append([(tmp_path / name).read_bytes() for name in names])
    assert written[0] == written[1]


def test_unsure_statements_get_no_label_and_are_counted(corpus, tmp_path):
    manifest = run(*OWN, "weak.without=[says_overdue]", "weak.label_model=majority-vote", "weak.min_posterior=1")
    weak = [row for row in rows_of(tmp_path) if row["coder_type"] == "weak"]
    assert {row["label"] for row in weak} == {ANTI, NEUTRAL}
    assert {row["coder"] for row in weak} == {"majority-vote"}
    assert manifest.dropped["weak-no-vote"] == report_of(tmp_path)["weak"]["left_out"]["no-vote"] > 0
    # A second function contradicts the others: no label has all votes any more.
    (tmp_path / "more.py").write_text(
        f"{IMPORT}@labelling_function\ndef all_pro(statement):\n    return 'pro-restriction'\n"
    )
    manifest = run(*OWN[:1], OWN[2], "weak.functions=[own.py, more.py]", "weak.label_model=majority-vote",
                   "weak.without=[says_overdue]", "weak.min_posterior=0.9")  # fmt: skip
    assert manifest.dropped["weak-unsure"] > 0
    assert {row["label"] for row in rows_of(tmp_path) if row["coder_type"] == "weak"} == {PRO}


def test_weak_labels_in_the_gold_file_keep_out_of_dev_and_test(corpus, tmp_path):
    by_rule = [row | {"coder": "rule", "coder_type": "weak"} for row in corpus[2::3]]
    write_gold(tmp_path, [row for i, row in enumerate(corpus) if i % 3 < 2] + by_rule)
    manifest = run()
    rows = rows_of(tmp_path)
    weak = [row for row in rows if row["coder_type"] == "weak"]
    held_out = {row["story_id"] for row in rows if row["coder_type"] == "human" and row["split"] != "train"}
    assert {row["split"] for row in weak} == {"train"}
    assert len(weak) == manifest.counts["weak"] == CODED - len(held_out)
    assert manifest.dropped == {"weak-held-out": len(held_out)}


def test_models_vote_too(corpus, tmp_path):
    options = load_train_config().options()
    told = [spoken(number, part) for number in range(50, 70) for part in range(3)]
    table, y = {"text": [text for text, _ in told], "context": ["around"] * len(told)}, [sense for _, sense in told]
    stance.save(stance.fit("tfidf", options, table, y, training={}), tmp_path / "models/own")
    model = "weak.models={own: {model: models/own, min_probability: 0.34}}"
    run("weak.enabled=true", "weak.builtin=false", model)
    (function,) = report_of(tmp_path)["weak"]["functions"]
    assert (function["name"], function["coverage"]) == ("own", 1.0)
    assert function["accuracy"] > 0.9


FAULTS = [
    (["weak.functions=[none.py]"], InputError, r"none\.py: no such file of labelling functions"),
    (["weak.builtin=false"], ConfigError, "no labelling function is left to vote"),
    (["weak.without=[nonesuch]"], ConfigError, "no labelling function is called 'nonesuch'; there are: away_from"),
    (["weak.functions=[own.py, own.py]"], LabelError, "two labelling functions are called 'says_reckless'"),
    (["weak.models={a: {model: tfidf}}"], ConfigError, "tfidf has to be trained before it can vote; name its folder"),
    (["weak.models={a: {model: llm}}"], ModelError, "QUOTESTANCE_LLM_URL"),  # it needs no training
    (["weak.models={a: {model: nonesuch}}"], ConfigError, "no configuration is called 'models/nonesuch'"),
    (["weak.functions=[broken.py]"], LabelError, r"function breaks failed on \d+ of \d+ statements"),
    (["weak.priors=[0.5, 0.4, 0.2]"], ConfigError, "priors must sum to 1, not 1.1"),
    (["weak.min_posterior=2"], ConfigError, "min_posterior"),
    (["weak.compare=nonesuch"], ConfigError, "no configuration is called 'models/nonesuch'"),
]


@pytest.mark.parametrize(("overrides", "error", "message"), FAULTS)
def test_a_users_mistake_is_told_and_nothing_is_written(corpus, tmp_path, monkeypatch, overrides, error, message):
    (tmp_path / "broken.py").write_text(
        FUNCTIONS.split("@")[0] + "@labelling_function\ndef breaks(s):\n    return s.x\n"
    )
    with pytest.raises(error, match=message):
        run("weak.enabled=true", *overrides)
    assert not (tmp_path / "reports").exists()


def test_where_no_model_can_be_fitted_the_report_says_why(corpus, tmp_path):
    write_gold(tmp_path, [row | {"label": PRO if row["label"] == ANTI else row["label"]} for row in corpus])
    run(*OWN)
    assert "no training statement is labelled anti-restriction" in report_of(tmp_path)["weak"]["dev"]["left_out"]


def test_public_statements_are_trained_on_with_and_without_weak_labels(corpus, tmp_path):
    write_gold(tmp_path, [row | {"label": PRO if row["label"] == ANTI else row["label"]} for row in corpus])
    (tmp_path / "claims.csv").write_text(
        "argument,topic,stance\n" + "".join(f"a{n} claim{n} of{n} bees{n},ban drones,-1\n" for n in range(6)), "utf-8"
    )
    (tmp_path / "claims.yaml").write_text(
        "name: claims\nsource: claims.csv\nlicence: invented\n"
        "columns: {text: argument, claim: topic, label: stance}\n"
        "labels: {'-1': anti-restriction}\npolarities: [{claim: 'ban (.+)', target: '\\1'}]\n",
        encoding="utf-8",
    )
    run(*OWN, "public=[claims.yaml]")
    # No gold of train says anti-restriction: without the public set, nothing could be fitted to compare with.
    assert report_of(tmp_path)["weak"]["dev"]["model"] == "tfidf"


def trained(folder, *overrides):
    settings = load_train_config(["track=false", "model.calibration=none", *overrides])
    manifest = train.run(settings)
    bundle = json.loads((folder / "models/default/bundle.json").read_text())
    return manifest, bundle["training"], (folder / "models/default/weights.npz").read_bytes()


def test_training_weighs_weak_labels_and_evaluation_sees_gold_alone(corpus, tmp_path, monkeypatch):
    run()
    _, told, gold_alone = trained(tmp_path)
    assert "weak" not in told
    weak = run(*OWN).counts["weak"]
    manifest, told, weighed = trained(tmp_path)
    assert told["weak"] == weak
    assert manifest.counts["train"] == told["train"] == sum(row["split"] == "train" for row in rows_of(tmp_path))
    assert trained(tmp_path, "weak_weight=0.5")[2] != weighed != gold_alone
    manifest, told, without = trained(tmp_path, "weak_weight=0")
    assert without == gold_alone
    assert manifest.dropped["weak"] == weak
    evaluate.run(load_config(EvaluateConfig, "evaluate", ["track=false", "resamples=100"]))
    predictions = rows_of(tmp_path, "reports/predictions.parquet")
    coded = {row["statement_id"] for row in rows_of(tmp_path) if row["coder_type"] == "human"}
    assert {row["statement_id"] for row in predictions} <= coded
