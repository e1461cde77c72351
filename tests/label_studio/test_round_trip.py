"""Statements through a real Label Studio: what coders do there comes back as gold, and nothing is lost on the way."""

import json
import time
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.files import read_json, sha256_text
from pipeline.labels.gold import read_gold
from pipeline.labels.label_studio import NO_STATEMENT, UNCLEAR
from pipeline.records import LABELS
from pipeline.storage import read_articles

pytestmark = pytest.mark.slow

# What can go wrong on the way: markup, formulas, accents in two characters, other scripts, the same words twice, and
# what looks like an address or a variable to the server.
TALK = (
    "Share this page\n"
    "“The ban on  Quillon masts is overdue,” said Mira Olse\u0301n of Halden. “We say no,” said one. “We say no,” "
    "said another man.\n\n"
    "“=cmd|' /C calc'!A0 is what 1 < 2 & 3 > 2 means here,” said Oru Baptista, who makes them. "
    "Baptista called it “a purse of crowns for a road of sand”.\n\n"
    "“http://example.org/$html is no answer to {{anything}} we asked,” Zofia Łuczak-Ōno said. "
    "“Мы ждём ответа уже целый год,” she added, “and \U0001f600 will not do.”\n"
)
PAGE = (
    "<html><head><title>Masts</title></head><body><article><h1>Masts</h1>"
    + "<p>“The Tessaly order is reckless &amp; unfair to all of us here,” said Ilse Brandt of the harbour board.</p>"
    + "<p>The harbour board of Marisport met again on that long evening, and heard every case.</p>" * 3
    + "</article></body></html>"
)
TARGET = 'Quillon masts & "other" <things>'
NOTE = "zwei\nZeilen, “so”\t=1+1 \u2028 \U0001f600"


def choice(field, value):
    return {"from_name": field, "to_name": "context", "type": "choices", "value": {"choices": [value]}}


def note(text):
    return {"from_name": "note", "to_name": "context", "type": "textarea", "value": {"text": [text]}}


class Project:
    """A project on the server, filled with our tasks."""

    def __init__(self, server, tasks, config):
        self._server = server
        body = {"title": "statements", "label_config": config, "maximum_annotations": 3}
        self.number = server("POST", "/api/projects/", body)["id"]
        imported = server("POST", f"/api/projects/{self.number}/import", tasks)
        assert imported["task_count"] == len(tasks)
        self.tasks = self.exported("JSON&download_all_tasks=true")

    def annotate(self, task, *results, **values):
        path = f"/api/tasks/{self.tasks[task]['id']}/annotations/"
        return self._server("POST", path, {"result": list(results), **values})["id"]

    def exported(self, form):
        """Return an export, in the order of the tasks."""
        found = self._server("GET", f"/api/projects/{self.number}/export?exportType={form}")
        return sorted(found, key=lambda task: task["id"])

    def snapshot(self):
        """Return a snapshot that names its coders."""
        path = f"/api/projects/{self.number}/exports/"
        made = self._server("POST", path, {"serialization_options": {"annotations__completed_by": {"only_id": False}}})
        for _ in range(60):
            if self._server("GET", f"{path}{made['id']}")["status"] == "completed":
                break
            time.sleep(0.5)
        return self._server("GET", f"{path}{made['id']}/download?exportType=JSON")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with a quote table and its tasks."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "in").mkdir()
    (folder / "in" / "talk.txt").write_text(TALK, encoding="utf-8")
    (folder / "in" / "page.html").write_text(PAGE, encoding="utf-8")
    assert main(["ingest", str(folder / "in"), "--out", str(folder / "quotes.parquet")]) == 0
    export = ["annotate", "export", str(folder / "quotes.parquet"), "--target", TARGET]
    assert main([*export, "--out", str(folder / "tasks.json")]) == 0
    return folder


@pytest.fixture(scope="module")
def project(server, folder):
    tasks = read_json(folder / "tasks.json", "tasks")
    return Project(server, tasks, (folder / "tasks.config.xml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def ben(server):
    """Return the number of a second coder."""
    body = {"email": "ben@example.org", "username": "ben", "password": "not-a-secret-2"}
    return server("POST", "/api/users/", body)["id"]


def take(folder, export, *arguments):
    """Return gold, rejects and counts of an export."""
    (folder / "export.json").write_text(json.dumps(export), encoding="utf-8")
    out = folder / "gold.jsonl"
    files = [str(folder / "export.json"), "--quotes", str(folder / "quotes.parquet"), "--out", str(out)]
    assert main(["annotate", "import", *files, *arguments]) == 0
    rejects = (folder / "gold.rejected.jsonl").read_text(encoding="utf-8").splitlines()
    counts = read_json(folder / "gold.manifest.json", "manifest")["counts"]
    return read_gold(out), [json.loads(line) for line in rejects], counts


def place_of(gold, folder):
    """Return the annotated words as they stand in the source."""
    if gold.source == "talk.txt":
        assert gold.sha256 == sha256_text(TALK)
        return TALK[gold.start : gold.end]
    articles = read_articles(folder / "quotes.articles.parquet")
    (page,) = (article for article in articles if article.source == "page.html")
    assert gold.sha256 == page.raw_sha256
    return page.text[slice(*page.clean_span(gold.start, gold.end))]


def test_the_tasks_come_back_as_they_went_in(project, folder):
    tasks = read_json(folder / "tasks.json", "tasks")
    assert [task["data"] for task in project.tasks] == [task["data"] for task in tasks]
    assert len(tasks) == 9


def test_predictions_are_taken_by_the_server(server, folder, project):
    gold = [{**row, "label": LABELS[n % 3], "coder": "eva"} for n, row in enumerate(rows_of_gold(folder))]
    path = folder / "known.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in gold), encoding="utf-8")
    export = ["annotate", "export", str(folder / "quotes.parquet"), "--target", TARGET, "--gold", str(path)]
    assert main([*export, "--out", str(folder / "known.json")]) == 0
    tasks = read_json(folder / "known.json", "tasks")
    known = Project(server, tasks, (folder / "known.config.xml").read_text(encoding="utf-8"))
    predictions = [server("GET", f"/api/tasks/{task['id']}")["predictions"] for task in known.tasks]
    found = [(p["model_version"], [r["value"] for r in p["result"]]) for each in predictions for p in each]
    assert found == [("coder eva", [{"choices": [row["label"]]}]) for row in gold]


def rows_of_gold(folder):
    """Return what gold says of each task's place."""
    for task in read_json(folder / "tasks.json", "tasks"):
        names = ("statement_id", "source", "sha256", "start", "end", "kind", "target")
        yield {name: task["data"][name] for name in names} | {"coder_type": "human"}


def test_what_coders_do_comes_back_and_nothing_is_lost(project, folder, ben):
    ana = 1
    for number, label in enumerate(LABELS):
        project.annotate(number, choice("label", label), lead_time=number + 0.5)
        project.annotate(number, choice("label", LABELS[0]), lead_time=20.25, completed_by=ben)
    project.annotate(3, choice("label", "neutral"), choice("ambiguous", UNCLEAR), note(NOTE), lead_time=7)
    project.annotate(4, choice("label", NO_STATEMENT), lead_time=1)
    project.annotate(5, was_cancelled=True, lead_time=2)
    relabelled = project.annotate(6, choice("label", "neutral"), lead_time=3)
    newest = project.annotate(6, choice("label", "pro-restriction"), lead_time=4)
    path = f"/api/tasks/{project.tasks[7]['id']}/drafts?project={project.number}"
    project._server("POST", path, {"result": [choice("label", "neutral")], "lead_time": 1})
    annotations = 3 * 2 + 1 + 1 + 1 + 2

    gold, rejects, counts = take(folder, project.exported("JSON&download_all_tasks=true"), "--coder", f"{ben}=ben")
    mine = {row.statement_id: row for row in gold if row.coder == f"label-studio-{ana}"}
    bens = {row.statement_id: row for row in gold if row.coder == "ben"}
    ids = [task["data"]["statement_id"] for task in project.tasks]
    assert [mine[ids[n]].label for n in (0, 1, 2, 3, 4, 6)] == [*LABELS, "neutral", None, "pro-restriction"]
    assert [mine[ids[n]].seconds for n in (0, 1, 2, 3, 4, 6)] == [0.5, 1.5, 2.5, 7, 1, 4]
    assert [(bens[ids[n]].label, bens[ids[n]].seconds) for n in range(3)] == [(LABELS[0], 20.25)] * 3
    assert (mine[ids[3]].ambiguous, mine[ids[3]].note, mine[ids[4]].kind) == (True, NOTE, "term")
    assert {row.target for row in gold} == {TARGET}
    assert {row.coder_type for row in gold} == {"human"}
    assert all(row.time.startswith("20") and row.time.endswith("Z") for row in gold)

    found = {reject["reason"]: reject for reject in rejects}
    assert sorted(found) == ["draft", "relabelled", "skipped"]
    assert found["relabelled"]["position"].endswith(f"annotation {relabelled}")
    assert f"annotation {newest}" in found["relabelled"]["message"]
    # Each annotation is gold or a reject, each task without one is counted.
    assert len(gold) + len(rejects) == annotations + 1
    assert counts["unlabelled"] == 2

    tasks = {task["data"]["statement_id"]: task["data"] for task in read_json(folder / "tasks.json", "tasks")}
    for row in gold:
        assert (row.start, row.end) == (tasks[row.statement_id]["start"], tasks[row.statement_id]["end"])
        assert " ".join(place_of(row, folder).replace("e\u0301", "é").split()) == tasks[row.statement_id]["quote"]

    named, _, _ = take(folder, project.snapshot())
    assert {row.coder for row in named} == {"ana@example.org", "ben@example.org"}
    assert len(named) == len(gold)


def test_other_forms_of_export_are_refused_by_name(project, folder, capsys):
    files = ["--quotes", str(folder / "quotes.parquet"), "--out", str(folder / "other.jsonl")]
    (folder / "min.json").write_text(json.dumps(project.exported("JSON_MIN")), encoding="utf-8")
    assert main(["annotate", "import", str(folder / "min.json"), *files]) == 2
    assert "is Label Studio's JSON-MIN" in capsys.readouterr().err
    assert not Path(folder / "other.jsonl").exists()
