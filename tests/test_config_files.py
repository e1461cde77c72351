"""Faults in configuration files, as someone meets them who has just written one."""

import pytest

from pipeline.config import IngestConfig, LabelConfig, ScoreConfig, load_config
from pipeline.errors import ConfigError

PATHS = "{paths: [a], out: q.csv"


@pytest.mark.parametrize(
    ("kind", "text", "overrides", "message"),
    [
        (
            IngestConfig,
            f"{PATHS}, strickt: true}}",
            [],
            "my.yaml: unknown key 'strickt'; known keys: columns, .*strict",
        ),
        (IngestConfig, f"{PATHS}}}", ["strickt=1"], "my.yaml with --set strickt=1: unknown key"),
        (IngestConfig, f"{PATHS}, strict: maybe}}", ["target=x"], "my.yaml: strict: Input should be a valid boolean"),
        (
            IngestConfig,
            "{paths: a, out: q.csv}",
            [],
            r"my.yaml: paths: .*a list, for instance \[a, b\] \(found 'a'\)",
        ),
        (IngestConfig, f"{PATHS}, columns: {{txet: A}}}}", [], "my.yaml: columns.txet: Input should be 'text'"),
        (ScoreConfig, f"{PATHS}}}", [], "my.yaml: the key 'model' is missing; add it"),
        (IngestConfig, "paths: [a\nout: }", [], "my.yaml:2: not valid YAML .*; mend it"),
        (IngestConfig, "- paths", [], "my.yaml: expected keys and values, found list; write key: value"),
        (LabelConfig, None, ["fractions.tran=1"], "unknown key 'fractions.tran'; known keys: dev, test, train$"),
        (
            LabelConfig,
            None,
            ["fractions.train=0.9"],
            "with --set fractions.train=0.9: fractions: train, dev and test must",
        ),
        (LabelConfig, None, ["seed.x=1"], "seed holds a value, not keys"),
        (LabelConfig, None, ["seed=[1"], "not valid YAML; put it in quotation marks"),
    ],
)
def test_a_fault_is_one_line_that_names_the_place_and_the_key(tmp_path, monkeypatch, kind, text, overrides, message):
    monkeypatch.chdir(tmp_path)
    if text is not None:
        (tmp_path / "my.yaml").write_text(text)
    with pytest.raises(ConfigError, match=message) as caught:
        load_config(kind, "label" if text is None else "my.yaml", overrides)
    assert "\n" not in str(caught.value)
