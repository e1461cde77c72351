"""``stance annotate agreement`` as people and programs meet it."""

import csv
import json
import random
import re
from pathlib import Path

import pytest
import typer

import pipeline
from pipeline.cli import app, main
from pipeline.console_annotate import with_interval
from pipeline.records import LABELS, Estimate

ROOT = Path(pipeline.__file__).parent.parent
TARGETS = ("Norvane in 5G networks", "Ostrel cranes in ports")
QUICK = ["--resamples", "200"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, environment):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name, coder, coder_type, seed, *, n=40, bad=()):
    """Codings of an invented coder who is right three times in four."""
    truth, own = random.Random(0), random.Random(seed)
    with Path(name).open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, delimiter=";")
        writer.writerow(["Statement ID", "Coder", "Coder type", "Target", "Label"])
        for i in range(n):
            label = truth.choice(LABELS)
            label = label if own.random() < 0.75 else own.choice(LABELS)
            writer.writerow(
                [f"a{i // 4}:{i % 4 * 50}-{i % 4 * 50 + 30}", coder, coder_type, TARGETS[i // 4 % 2], label]
            )
        writer.writerows(bad)
    return name


@pytest.fixture
def people_and_models():
    return [
        write("ana.csv", "ana", "human", 1),
        write("ben.csv", "ben", "human", 2, n=36, bad=[["a1:0-30", "ben", "human", "", "pro"]]),
        write("small.csv", "small", "model", 3),
        write("large.csv", "large", "model", 4),
    ]


def annotate(*arguments):
    return main(["annotate", "agreement", *arguments])


def test_the_command_has_help_with_examples_and_stands_in_the_readme(capsys):
    group = typer.main.get_command(app).commands["annotate"]
    command = group.commands["agreement"]
    assert command.help.endswith(".")
    assert command.epilog.startswith("Example: stance annotate agreement")
    for parameter in command.params:
        assert parameter.help, parameter.name
        assert getattr(parameter, "is_flag", False) or "e.g. " in parameter.help, parameter.name
    assert annotate("--help") == 0
    assert command.epilog[:40] in capsys.readouterr().out
    assert "stance annotate agreement" in (ROOT / "README.md").read_text(encoding="utf-8")


def estimates(value):
    """Yield every figure with its interval that a document holds."""
    if isinstance(value, dict) and set(value) == {"value", "low", "high", "n"}:
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from estimates(item)


def shown(figure):
    values = [float("nan") if figure[name] is None else figure[name] for name in ("value", "low", "high")]
    return with_interval(Estimate(*values, n=figure["n"]))


def test_json_parses_and_tells_the_same_numbers(people_and_models, capsys):
    assert annotate(*people_and_models, *QUICK, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert annotate(*people_and_models, *QUICK) == 0
    out = capsys.readouterr().out
    told = {shown(figure) for figure in estimates(document)}
    printed = set(re.findall(r"-?\d\.\d{3}(?: \(-?\d\.\d{3}–-?\d\.\d{3}\))?", out))
    widths = {f"{group['effort']['half_width']:.3f}" for group in document["groups"]}
    assert printed - widths <= told
    for group in document["groups"]:
        assert group["n"] in (36, 40)
        for figure in (group["reliability"], group["agreement"], group["pairs"][0]["kappa"]):
            assert shown(figure) in printed
        for part in (*group["labels"], *group["targets"]):
            assert shown(part["reliability"]) in printed
    counts = document["counts"]
    lines = dict(line.split(maxsplit=1) for line in out.splitlines() if line.startswith(("rows", "statements")))
    assert int(lines["rows"]) == counts["rows"] == counts["codings"] + counts["rejects"] == 157


def test_of_many_targets_and_pairs_the_first_are_shown(capsys):
    rows = [
        {"statement_id": f"s{i}", "target": f"thing {i % 12:02}", "coder": coder, "label": LABELS[(i + shift) % 2]}
        for i in range(30)
        for shift, coder in enumerate(("ana", "ben", "cleo", "dana"))
    ]
    Path("all.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert annotate("all.jsonl", *QUICK) == 0
    out = capsys.readouterr().out
    shown = re.findall(r"^thing (\d\d) +(\d)", out, flags=re.MULTILINE)
    assert shown == [*((f"{i:02}", "3") for i in range(6)), *((f"{i:02}", "2") for i in range(6, 10))]
    assert "\n2 more targets with --json\n" in out
    assert (out.count(" \\ "), "\n3 more tables of pairs with --json\n" in out) == (3, True)


HEADINGS = {
    ("human", "human"): "Human coders",
    ("human", "model"): "Human coders and models",
    ("model", "model"): "Models (not human agreement)",
}


def sections(out):
    """Return the text under each heading."""
    parts = re.split(r"\n(.+)\n-{5,}\n", out)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_each_two_types_have_a_heading_of_their_own(people_and_models, capsys):
    assert annotate(*people_and_models, *QUICK) == 0
    found = sections(capsys.readouterr().out)
    assert list(found) == list(HEADINGS.values())
    assert "small" not in found["Human coders"]
    assert "ana" not in found["Models (not human agreement)"].split("human ceiling")[0]
    assert re.search(r"^alpha +\d", found["Human coders"], flags=re.MULTILINE)
    assert re.search(r"^kappa_x +\d", found["Human coders and models"], flags=re.MULTILINE)
    assert re.search(r"ana \\ ben +anti-restriction +neutral +pro-restriction\n", found["Human coders"])


def test_models_alone_are_never_human_agreement(people_and_models, capsys):
    assert annotate("small.csv", "large.csv", *QUICK) == 0
    out = capsys.readouterr().out
    assert list(sections(out)) == ["Models (not human agreement)"]
    assert out.splitlines()[-1] == "no human ceiling: no coder is of type human"
    assert annotate("small.csv", "large.csv", *QUICK, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["human_ceiling"] is None
    assert [group["types"] for group in document["groups"]] == [["model", "model"]]


def test_the_human_ceiling_is_told_of_two_people(people_and_models, capsys):
    assert annotate("ana.csv", "ben.csv", *QUICK) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert re.fullmatch(r"human ceiling: alpha \S+ \(\S+\), kappa \S+ \(\S+\), macro-F1 \S+ \(\S+\), n = 36", last)


def test_rejects_are_told_on_stderr_with_their_line_and_are_not_fatal(people_and_models, capsys):
    assert annotate("ana.csv", "ben.csv", *QUICK) == 0
    out, err = capsys.readouterr()
    assert err.splitlines() == [
        "note: human coders: 9 articles are few, and the intervals too narrow for that",
        f"left out: ben.csv:38: label 'pro' is not in the codebook; allowed: {', '.join(LABELS)}",
    ]
    assert "rejects         1 (unknown-label 1)\n" in out


def test_many_rejects_are_counted_and_json_has_them_all(people_and_models, capsys):
    bad = [[f"b{i}:0-5", "cleo", "human", "", "yes"] for i in range(25)]
    write("cleo.csv", "cleo", "human", 5, bad=bad)
    assert annotate("ana.csv", "cleo.csv", *QUICK, "--json") == 0
    out, err = capsys.readouterr()
    assert err.count("left out: cleo.csv:") == 10
    assert err.endswith("left out: 15 more rows; --json lists all\n")
    assert len(json.loads(out)["rejects"]) == 25


def test_files_of_which_no_row_can_be_used_are_status_2(capsys):
    write("cleo.csv", "cleo", "human", 5, n=0, bad=[["b:0-5", "cleo", "human", "", "yes"]])
    assert annotate("cleo.csv") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: cleo.csv:2: label 'yes' is not in the codebook")
    assert err.count("\n") == 1


# A wanted half-width, and what is told of it.
@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("0.05", r"± 0\.\d+; ± 0\.05 takes about \d+ more .* of about \d+ more articles"),
        ("1", r"± 0\.\d+, within .* ± 1"),
    ],
)
def test_what_a_narrower_interval_takes_is_told(wanted, told, people_and_models, capsys):
    assert annotate("ana.csv", "ben.csv", "--half-width", wanted) == 0
    assert re.search(rf"^interval +{told}$", capsys.readouterr().out, flags=re.MULTILINE)


def test_the_same_seed_gives_the_same_bytes(people_and_models, capsys):
    outs = []
    for seed in ("13", "13", "14"):
        assert annotate(*people_and_models, *QUICK, "--seed", seed, "--json") == 0
        outs.append(capsys.readouterr().out)
    assert outs[0] == outs[1] != outs[2]


def test_from_disagreements_to_labels(people_and_models, capsys):
    assert annotate("ana.csv", "ben.csv", *QUICK, "--disagreements", "todo.csv") == 0
    assert capsys.readouterr().out.endswith("wrote todo.csv, todo.rejected.jsonl\n")
    with Path("todo.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for row in rows[1:]:
        row |= {"decision": "neutral", "adjudicator": "cleo", "adjudicator_type": "human"}
    with Path("done.csv").open("w", newline="", encoding="utf-16") as handle:  # as a spreadsheet saves Unicode text
        writer = csv.DictWriter(handle, list(rows[0]), delimiter="\t")
        writer.writeheader()
        writer.writerows(rows)
    assert annotate("ana.csv", "ben.csv", *QUICK, "--adjudicate", "done.csv", "--out", "gold.jsonl") == 0
    told = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()[:12] if "  " in line)
    labels = [json.loads(line) for line in Path("gold.jsonl").read_text(encoding="utf-8").splitlines()]
    assert int(told["adjudicated"]) == len(rows) - 1 == sum(row["coder"] == "cleo" for row in labels)
    assert int(told["undecided"]) == 1
    assert int(told["unanimous"]) + int(told["single"]) + len(rows) - 1 == len(labels)


# An estimate, and how it is shown.
SHOWN = [
    (Estimate(0.71349, 0.6, 0.8, 9), "0.713 (0.600–0.800)"),
    (Estimate(-0.05, -0.2, 0.1, 9), "-0.050 (-0.200–0.100)"),
    (Estimate(1.0, float("nan"), float("nan"), 9), "1.000"),
    (Estimate(float("nan"), float("nan"), float("nan"), 9), "-"),
]


@pytest.mark.parametrize(("estimate", "text"), SHOWN)
def test_figures_are_shown_to_three_digits(estimate, text):
    assert with_interval(estimate) == text
