"""What people see, on a terminal and through a pipe."""

import io
import sys

import pytest

from pipeline.console import progress, say_beside, say_export, say_manifest, say_statements, say_table
from pipeline.records import Manifest

LONG = "“" + "very " * 30 + "long”"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def terminals(monkeypatch):
    """Make stdout and stderr terminals and return both; not a fixture, for pytest changes them after those."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, Terminal())
    return sys.stdout, sys.stderr


def test_a_pipe_gets_plain_columns_with_long_cells_cut_and_line_breaks_gone(capsys):
    say_table(["speaker", "quote", "p"], [[None, LONG, 0.123456], ["Ann\nLee", "[red]ban[/red]", 1]])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in (lines[0], lines[2])] == [
        ["speaker", "quote", "p"],
        ["Ann", "Lee", "[red]ban[/red]", "1"],
    ]
    assert lines[1].startswith("-        “very very")
    assert lines[1].endswith("…  0.1235")
    assert len(lines[1].split("  ")[-2]) == 60


def test_a_terminal_gets_a_drawn_table_with_whole_cells(monkeypatch):
    out, _ = terminals(monkeypatch)
    say_table(["quote"], [[LONG], ["[red]ban[/red]"]])
    shown = out.getvalue()
    assert shown.count("very") == 30
    assert "[red]ban[/red]" in shown
    assert "┃" in shown


def test_progress_is_for_terminals_alone(capsys):
    with progress("reading") as show:
        assert show is None
    assert capsys.readouterr() == ("", "")


def test_progress_goes_to_stderr(monkeypatch):
    out, err = terminals(monkeypatch)
    with progress("reading") as show:
        show(3, 1200)
    assert "3 articles, 1,200 quotes" in err.getvalue()
    assert out.getvalue() == ""


def test_a_summary_counts_rejects_by_reason_and_leaves_cleaning_to_the_manifest(capsys):
    say_manifest(
        Manifest(
            stage="score",
            counts={"articles": 9, "anti-restriction": 1, "neutral": 0, "pro-restriction": 3, "rejects": 4},
            dropped={"rejected-binary": 1, "rejected-empty": 3, "cleaning-bylines": 8},
            inputs={f"in{n}": "" for n in range(6)},
            outputs={"out": ""},
            config_hash="",
            code_version="",
            seed=None,
            seconds=2.04,
        )
    )
    assert [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()] == [
        ["articles", "9"],
        ["anti-restriction", "1 (25%)"],
        ["neutral", "0 (0%)"],
        ["pro-restriction", "3 (75%)"],
        ["rejects", "4 (empty 3, binary 1)"],
        ["seconds", "2.0"],
        ["read", "in0, in1, in2, in3 and 2 more"],
        ["wrote", "out"],
    ]


# Targets of two rows, and whether the table has a column for them.
@pytest.mark.parametrize(("targets", "told"), [(("a", "a"), False), (("a", "b"), True)])
def test_targets_are_shown_where_they_differ_and_terms_never(targets, told, capsys):
    rows = [
        {"speaker": "Ann", "text": "“No”", "stance": "neutral", "confidence": 0.5, "target": t, "is_statement": True}
        for t in targets
    ]
    say_statements([*rows, {**rows[0], "text": "“Box”", "is_statement": False}])
    heads, *shown = capsys.readouterr().out.splitlines()[1:]
    assert heads.split() == ["speaker", "quote", "stance", "confidence", *["target"] * told]
    assert len(shown) == 2
    assert "Box" not in "".join(shown)


def test_models_stand_side_by_side_and_terms_do_not(capsys):
    rows = [
        {"speaker": "Ann", "text": "“No”", "stance": "neutral", "confidence": 0.5, "is_statement": True},
        {"speaker": None, "text": "“Box”", "stance": "neutral", "confidence": 0.9, "is_statement": False},
    ]
    say_beside({"one": rows, "two": [{**row, "stance": "anti-restriction", "confidence": 0.625} for row in rows]})
    assert [line.split() for line in capsys.readouterr().out.splitlines()[1:]] == [
        ["speaker", "quote", "one", "two"],
        ["Ann", "“No”", "neutral", "0.50", "anti-restriction", "0.62"],
    ]


# What the card says, and the line.
EXPORTS = [
    ("int8", None, "kept 8-bit weights; not checked on labelled statements"),
    ("fp32", {"n": 7, "fp32": 0.5}, "kept weights as they were trained: macro-F1 on dev (n = 7) 0.5000 with fp32"),
    (
        "fp32",
        {"n": 7, "fp32": 0.5, "int8": 0.25},
        "kept weights as they were trained: macro-F1 on dev (n = 7) 0.5000 with fp32, 0.2500 with int8, which is too "
        "much lower",
    ),
]


@pytest.mark.parametrize(("precision", "figures", "line"), EXPORTS)
def test_an_export_tells_what_was_kept_and_why(precision, figures, line, capsys):
    say_export({"from": "finetuned", "precision": precision, "dev_macro_f1": figures})
    assert capsys.readouterr().out == line + "\n"
