"""Label: public data sets join train, and nothing of them stands beside what is reported on."""

import json

import pytest

from pipeline.cli import main
from pipeline.config_files import config_folders
from pipeline.dataset_configs import load_dataset_config
from pipeline.errors import ConfigError, InputError
from pipeline.stages.public_rows import read_public
from pipeline.storage import read_table

CONFIG = """
name: claims
source: {source}
licence: none, invented
columns: {{ text: argument, claim: topic, label: stance }}
labels: {{ "1": pro-restriction, "-1": anti-restriction, "0": neutral }}
polarities:
  - {{ claim: 'we should ban (.+)', target: '\\1' }}
  - {{ claim: 'we should allow (.+)', target: '\\1', reverse: true }}
"""
ROWS = [
    ("It wrecks the sleep of every street", "We should ban fireworks", "1"),
    ("It wrecks the sleep of every street on the hill", "We should allow drones", "-1"),
    ("Bees have to live, too", "Bees are nice", "1"),
    ("Nobody has counted them", "We should ban fireworks", "5"),
]


@pytest.fixture
def claims(tmp_path, monkeypatch):
    """Return a function that writes a data set in a format, and its configuration."""
    monkeypatch.chdir(tmp_path)

    def write(ending, rows=ROWS):
        names = ("argument", "topic", "stance")
        path = tmp_path / f"claims{ending}"
        if ending == ".jsonl":
            path.write_text("".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows), "utf-8")
        else:
            mark = {".csv": ",", ".tsv": "\t"}[ending]
            cells = [names, *rows]
            path.write_text(
                "\ufeff" + "".join(mark.join(f'"{cell}"' for cell in row) + "\n" for row in cells), encoding="utf-8"
            )
        (tmp_path / "claims.yaml").write_text(CONFIG.format(source=path), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".jsonl"])
def test_rows_of_a_local_file(claims, ending):
    path = claims(ending)
    found = read_public(load_dataset_config("claims.yaml"))
    assert [(s.target, s.label) for s in found.statements] == [
        ("fireworks", "pro-restriction"),
        ("drones", "pro-restriction"),
    ]
    assert found.counts["left_out_claim"] == 1
    assert [reject.file for reject in found.rejects] == [str(path)]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("labels: {}", "labels"),
        ("columns: { text: a, claim: b }", "what the data set calls label"),
        ("polarities: [{ claim: '(', target: x }]", "no regular expression"),
        ("polarities: [{ claim: 'a', target: '\\1' }]", "names a group"),
        ("licence: ''", "licence"),
    ],
)
def test_a_configuration_that_does_not_fit_is_one_line(claims, tmp_path, change, told):
    claims(".csv")
    key = change.partition(":")[0]
    kept, skipping = [], False
    for line in (tmp_path / "claims.yaml").read_text(encoding="utf-8").splitlines():
        skipping = line.startswith(f"{key}:") or (skipping and line.startswith(" "))
        kept += [] if skipping else [line]
    (tmp_path / "claims.yaml").write_text("\n".join([*kept, change]), encoding="utf-8")
    with pytest.raises(ConfigError, match=told):
        load_dataset_config("claims.yaml")


def test_no_row_that_can_be_used_is_an_error(claims):
    claims(".csv", ROWS[2:])
    with pytest.raises(InputError, match=r"not one row can be used; the first: .*label '5'"):
        read_public(load_dataset_config("claims.yaml"))


def test_what_is_not_there_is_told_without_the_network(claims, tmp_path):
    pytest.importorskip("datasets", reason="needs pip install -e '.[transformers]'")
    claims(".csv")
    (tmp_path / "claims.yaml").write_text(CONFIG.format(source="nobody/nothing"), encoding="utf-8")
    with pytest.raises(InputError, match="nobody/nothing: no such local file, and not to be had from the hub"):
        read_public(load_dataset_config("claims.yaml"))


@pytest.mark.parametrize(
    "name", sorted(p.stem for folder in config_folders() for p in (folder / "datasets").glob("*.yaml"))
)
def test_every_example_fits_and_tells_its_licence(name):
    assert load_dataset_config(name).licence


def test_a_data_set_joins_train_alone(claims, tmp_path, monkeypatch, capsys):
    root = next(folder for folder in config_folders() if (folder / "label.yaml").exists()).parent
    claims(".csv")
    arguments = [f"paths=[{root / 'seeds' / 'articles'}]", f"out={tmp_path / 'data/quotes.parquet'}"]
    assert main(["ingest", *(f"--set={argument}" for argument in arguments)]) == 0
    gold = f"--set=gold={root / 'seeds' / 'gold.jsonl'}"
    capsys.readouterr()
    assert main(["label", gold, "--from", "claims.yaml", "--json"]) == 0
    manifest = json.loads(capsys.readouterr().out)
    assert manifest["counts"]["public"] == 2
    assert manifest["dropped"]["unknown-label"] == 1
    rows = [row for row in read_table(tmp_path / "data/statements.parquet") if row["coder"] == "claims"]
    assert [(row["split"], row["coder_type"]) for row in rows] == [("train", "human")] * 2
    report = json.loads((tmp_path / "reports/label.json").read_text(encoding="utf-8"))
    assert report["public"]["claims.yaml"]["rows"] == 4
