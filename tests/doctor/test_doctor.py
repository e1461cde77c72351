"""The doctor as a whole, and its smaller parts: the network, leftovers, room on disk and in memory."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from pipeline import doctor, machine, streams
from pipeline.cli import main
from pipeline.doctor import Finding, ledgers, space
from pipeline.errors import InputError
from pipeline.machine import Memory

MB = 10**6
ASK = "import sys; from pipeline.cli import main; status = main(['doctor', '--json']); {then}; sys.exit(status)"


def process(code, folder, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_all_findings_as_json_without_loading_or_leaving_anything(tmp_path):
    told = process(ASK.format(then="print(sorted(sys.modules), file=sys.stderr)"), tmp_path)
    found = json.loads(told.stdout)
    assert {finding["name"] for finding in found} >= {"python", "packages", "configs", "mlflow", "network", "memory"}
    assert all(set(finding) == {"name", "state", "text", "mend"} for finding in found)
    assert all(finding["mend"] for finding in found if finding["state"] == "broken")
    assert told.returncode == any(finding["state"] == "broken" for finding in found)
    assert not {"'torch'", "'mlflow'", "'transformers'", "'datasets'", "'ray'"} & set(
        told.stderr.strip("[]\n").split(", ")
    )
    assert list(tmp_path.iterdir()) == []


# typer needs the other two of the first set.
@pytest.mark.parametrize(
    "left", [{"typer", "rich", "pydantic"}, {"typer", "rich", "pydantic", "packaging", "pyyaml", "numpy"}]
)
def test_it_works_with_most_packages_missing(tmp_path, left):
    code = f"""
import sys
from importlib import metadata
left = {left!r}
spelt = {{"pyyaml": "yaml", "scikit-learn": "sklearn", "charset-normalizer": "charset_normalizer",
         "vl-convert-python": "vl_convert"}}
lines = metadata.requires("quotestance") + ["packaging", "joblib"]
names = {{line.split(";")[0].split("<")[0].split(">")[0].split("=")[0].strip() for line in lines}}
gone = {{spelt.get(name, name.replace("-", "_")) for name in names - left}}
class Gone:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in gone:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Gone())
{ASK.format(then="pass")}"""
    told = process(code, tmp_path)
    assert "Traceback" not in told.stderr
    found = json.loads(told.stdout)
    unseen = [finding for finding in found if finding["text"].startswith("cannot look (ModuleNotFoundError")]
    assert unseen
    assert all(finding["state"] == "broken" and "-m pip install" in finding["mend"] for finding in unseen)
    assert {"network", "files", "disk"} <= {finding["name"] for finding in found if finding not in unseen}
    assert told.returncode == 1


@pytest.mark.parametrize("fault", [InputError("torn"), ValueError("numpy.dtype size\nchanged"), OSError("gone")])
def test_a_part_that_cannot_look_says_so_and_the_others_go_on(monkeypatch, environment, capsys, fault):
    def looking():
        yield Finding("first", "ok", "seen")
        raise fault

    monkeypatch.setattr(doctor, "PARTS", {"halden": looking, "norvane": lambda: [Finding("last", "note", "seen")]})
    assert main(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    told = " ".join(str(fault).split())
    assert lines[:2] == [
        "ok      first: seen",
        f"broken  halden: cannot look ({type(fault).__name__}: {told})",
    ]
    assert lines[2].startswith("        mend: ")
    assert lines[3:] == ["note    last: seen", "1 broken, 1 to note, 1 ok"]


def test_what_is_quiet_and_what_the_user_has_set_otherwise(ask):
    for name in streams.QUIET:
        os.environ.pop(name, None)
    status, lines = ask("network")
    assert status == 0
    assert lines[0] == "ok      network: quiet and offline: " + ", ".join(f"{n}={v}" for n, v in streams.QUIET.items())
    os.environ |= {"HF_HUB_OFFLINE": "0", "RAY_USAGE_STATS_ENABLED": "1", "DO_NOT_TRACK": "1"}
    status, lines = ask("network")
    assert status == 0
    assert lines[:4] == [
        "note    network: HF_HUB_OFFLINE=0 comes from your environment; stance would set 1",
        "        mend: export HF_HUB_OFFLINE=1",
        "note    network: RAY_USAGE_STATS_ENABLED=1 comes from your environment; stance would set 0",
        "        mend: export RAY_USAGE_STATS_ENABLED=0",
    ]
    assert "DO_NOT_TRACK=1" in lines[4]


def age(path, hours):
    """Make what lies in a folder, and the folder, as old as said."""
    for each in (*(path.rglob("*") if path.is_dir() else ()), path):
        os.utime(each, (then := time.time() - hours * 3600, then))


def leave(path, hours, text=""):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    age(path, hours)


def test_nothing_left_behind(ask):
    assert ask("files") == (
        0,
        ["ok      files: nothing left behind by commands that were broken off", "0 broken, 0 to note, 1 ok"],
    )


def test_files_of_broken_off_writes(ask):
    for path in (".own.csv.ab12cd_4.tmp", "data/.quotes.parquet.abcdefgh.tmp", "reports/deep/.x.json.00000000.tmp"):
        leave(path, hours=2)
    leave("my scored/.parts.abcdefgh/part-00000.parquet", hours=2)
    age(Path("my scored"), hours=2)
    leave("data/.young.csv.abcdefgh.tmp", hours=0.5)
    leave("reports/.parts.youngone/part-00000.parquet", hours=0.5)
    os.utime("reports/.parts.youngone", (0, 0))  # what is in it is being written
    for path in ("data/quotes.tmp", "data/.quotes.tmp", ".hidden/.x.csv.abcdefgh.tmp", "data/a/b/.x.csv.abcdefgh.tmp"):
        leave(path, hours=2)
    status, lines = ask("files")
    gone = [
        ".own.csv.ab12cd_4.tmp",
        "data/.quotes.parquet.abcdefgh.tmp",
        "my scored/.parts.abcdefgh",
        "reports/deep/.x.json.00000000.tmp",
    ]
    assert status == 0
    assert lines[0] == f"note    files: 4 temporary files of commands that were broken off: {', '.join(gone)}"
    mend = lines[1].removeprefix("        mend: ")
    assert mend == "rm -r -- .own.csv.ab12cd_4.tmp data/.quotes.parquet.abcdefgh.tmp " + (
        "'my scored/.parts.abcdefgh' reports/deep/.x.json.00000000.tmp"
    )
    subprocess.run(mend, shell=True, check=True)
    assert ask("files")[1][0].startswith("ok ")
    assert Path("data/.young.csv.abcdefgh.tmp").exists()


def test_many_files_are_counted_and_all_removed(ask):
    for number in range(7):
        leave(f"data/.x.csv.0000000{number}.tmp", hours=2)
    _, lines = ask("files")
    assert lines[0].endswith("data/.x.csv.00000004.tmp and 2 more")
    assert lines[1].count(".tmp") == 7


def test_old_locks_that_nobody_holds(ask):
    leave("data/llm/answers.lock", hours=25)
    leave("data/held.lock", hours=25)
    leave("data/young.lock", hours=23)
    leave("dvc.lock", hours=25, text="schema: '2.0'\n")
    leave("mlflow.db.lock", hours=25)
    with FileLock("data/held.lock"):
        age(Path("data/held.lock"), hours=25)
        status, lines = ask("files")
    assert status == 0
    assert lines == [
        "note    locks: 1 lock file older than a day and held by nobody: data/llm/answers.lock",
        "        mend: rm -r -- data/llm/answers.lock",
        "0 broken, 1 to note, 0 ok",
    ]


def test_links_are_not_followed(ask, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    leave(elsewhere / ".x.csv.abcdefgh.tmp", hours=2)
    Path("data").symlink_to(elsewhere)
    assert ask("files")[1][0].startswith("ok ")


def test_a_folder_that_cannot_be_read_is_passed_over(ask, monkeypatch):
    leave("data/.x.csv.abcdefgh.tmp", hours=2)
    monkeypatch.setattr(Path, "iterdir", lambda self: (_ for _ in ()).throw(PermissionError(self)))
    assert list(ledgers.look(Path())) == [
        Finding("files", "ok", "nothing left behind by commands that were broken off")
    ]


@pytest.mark.parametrize(
    ("free", "said", "status"),
    [
        (5000 * MB, "ok      disk: 5.0 GB free in {0}", 0),
        (4999 * MB, "note    disk: 5.0 GB free in {0}, less than 5.0 GB", 0),
        (500 * MB, "note    disk: 500 MB free in {0}, less than 5.0 GB", 0),
        (499 * MB, "broken  disk: 499 MB free in {0}, less than 500 MB", 1),
    ],
)
def test_room_on_the_disk(ask, monkeypatch, tmp_path, free, said, status):
    usage = type(shutil.disk_usage("/"))

    def disk_usage(folder):
        return usage(free, 0, free if folder == tmp_path else 10**12)

    monkeypatch.setattr(shutil, "disk_usage", disk_usage)
    monkeypatch.setattr(machine, "memory", lambda: Memory(None, None))
    found, lines = ask("space")
    assert lines[0] == said.format(tmp_path)
    assert (lines[1] == f"        mend: du -xhd1 -- {tmp_path}") == (not said.startswith("ok"))
    assert found == status


def test_room_for_temporary_files(ask, monkeypatch, tmp_path):
    usage = type(shutil.disk_usage("/"))
    monkeypatch.setattr(shutil, "disk_usage", lambda at: usage(1, 0, 10**12 if at == tmp_path else 0))
    monkeypatch.setattr(space.tempfile, "gettempdir", lambda: "/halden/tmp")
    status, lines = ask("space")
    assert lines[1:3] == [
        "broken  temporary files: 0 MB free in /halden/tmp, less than 500 MB",
        "        mend: export TMPDIR=/another/folder",
    ]
    assert status == 1


@pytest.mark.parametrize(
    ("memory", "said", "status"),
    [
        (Memory(16000 * MB, 2000 * MB), "ok      memory: 2.0 GB available of 16.0 GB; {}", 0),
        (
            Memory(16000 * MB, 1200 * MB),
            "note    memory: 1.2 GB available of 16.0 GB; {}; less than 2.0 GB",
            0,
        ),
        (Memory(1024 * MB, 799 * MB), "broken  memory: 799 MB available of 1.0 GB; {}; less than 800 MB", 1),
        (Memory(512 * MB, None), "ok      memory: an unknown part available of 512 MB; {}", 0),
    ],
)
def test_memory_and_processors(ask, monkeypatch, memory, said, status):
    usage = type(shutil.disk_usage("/"))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(1, 0, 10**12))
    monkeypatch.setattr(machine, "memory", lambda: memory)
    monkeypatch.setattr(machine, "cpus", lambda: 3)
    found, lines = ask("space")
    assert lines[2] == said.format("3 processors")
    assert found == status
