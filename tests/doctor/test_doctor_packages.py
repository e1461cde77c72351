"""Python and packages, against an invented project and its lock."""

import shlex
import sys
from itertools import pairwise

import pytest

from pipeline.doctor import packages, project

FILE = """
[project]
name = "quotestance"
requires-python = "{python}"
dependencies = ["halden-tables>=1,<2"]
[project.optional-dependencies]
maps = ["ostrel-maps==2.0.0"]
dev = ["quillon-lint"]
"""
THERE = "2 of its 3 packages are installed"
PIP = shlex.join([sys.executable, "-m", "pip", "install", "--constraint", "requirements.lock", "--editable"])


@pytest.fixture
def declared(tmp_path, monkeypatch, install):
    """Declare an invented project in the working folder, all of it installed as locked."""

    def declare(python=">=3.11"):
        (tmp_path / "pyproject.toml").write_text(FILE.format(python=python))

    declare()
    (tmp_path / "requirements.lock").write_text("halden-tables==1.4.0\nostrel-maps==2.0.0\nzephane==1.0\n")
    for module in (project, packages):
        monkeypatch.setattr(module, "checkout", lambda: tmp_path)
    install("quotestance", "0.1.0")
    install("halden-tables", "1.4.0", "kitepay-base", "brightwell; extra == 'fast'", "old; python_version < '3'")
    install("kitepay-base", "1.0")
    install("ostrel-maps", "2.0.0+cpu")
    install("quillon-lint", "1.0")
    return declare


def test_all_as_declared_and_locked(ask, declared):
    status, lines = ask("packages")
    assert status == 0
    assert lines[2:] == [
        "ok      packages: halden-tables 1.4.0",
        "ok      extra maps: ostrel-maps 2.0.0+cpu",
        "ok      extra dev: quillon-lint 1.0",
        f"ok      lock: {THERE}, all as locked",
        "0 broken, 0 to note, 6 ok",
    ]


def test_an_old_python(ask, declared):
    declared(">=3.99")
    status, lines = ask("packages")
    at = next(i for i, line in enumerate(lines) if line.startswith("broken  python: "))
    assert lines[at].endswith("; >=3.99 is needed")
    assert lines[at + 1].startswith("        mend: python3.12 -m venv --clear .venv && .venv/bin/python -m pip install")
    assert status == 1


@pytest.mark.parametrize(
    ("installed", "line", "mend", "status"),
    [
        (
            ["halden-tables", "2.0.0"],
            "broken  packages: halden-tables 2.0.0 where halden-tables<2,>=1 is needed",
            ".",
            1,
        ),
        (
            ["halden-tables", "1.4.0", "norvane>=2"],
            "broken  packages: lacks norvane, which others need",
            ".",
            1,
        ),
        (
            ["kitepay-base", "1.0", "norvane"],
            "broken  packages: lacks norvane, which others need",
            ".",
            1,
        ),
        (
            ["ostrel-maps", "2.0.1"],
            "broken  extra maps: ostrel-maps 2.0.1 where ostrel-maps==2.0.0 is needed",
            "'.[maps]'",
            1,
        ),
        (
            ["halden-tables", "1.3.0"],
            f"note    lock: {THERE}, 1 in another version: halden-tables 1.3.0 (locked: 1.4.0)",
            "'.[dev,maps]'",
            0,
        ),
    ],
)
def test_another_version_than_declared_or_locked(ask, declared, install, installed, line, mend, status):
    install(*installed)
    found, lines = ask("packages")
    assert lines[lines.index(line) + 1] == f"        mend: {PIP} {mend}"
    assert found == status


def test_what_is_not_installed_and_not_locked(ask, tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text(FILE.format(python=">=3.11"))
    for module in (project, packages):
        monkeypatch.setattr(module, "checkout", lambda: tmp_path)
    status, lines = ask("packages")
    told = dict(pairwise(lines))
    pip = shlex.join([sys.executable, "-m", "pip", "install", "--editable"])
    assert told["broken  packages: lacks halden-tables"] == f"        mend: {pip} ."
    assert told["note    extra maps: lacks ostrel-maps (optional)"] == f"        mend: {pip} '.[maps]'"
    assert not [line for line in lines if " lock: " in line], "there is none"
    assert status == 1


def test_a_wheel_is_measured_by_its_own_metadata(ask, monkeypatch, install):
    for module in (project, packages):
        monkeypatch.setattr(module, "checkout", lambda: None)
    needs = ("halden-tables>=1", "ostrel-maps==2.0 ; extra == 'maps'", "quillon-lint ; extra == 'dev'")
    install("halden-tables", "0.9")
    site = install("quotestance", "0.1.0", *needs, Requires_Python=">=3.11")
    with (site / "quotestance-0.1.0.dist-info/METADATA").open("a") as handle:
        handle.write("Provides-Extra: maps\nProvides-Extra: dev\n")
    status, lines = ask("packages")
    told = dict(pairwise(lines))
    pip = shlex.join([sys.executable, "-m", "pip", "install"])
    assert told["broken  packages: halden-tables 0.9 where halden-tables>=1 is needed"] == (
        f"        mend: {pip} quotestance"
    )
    assert told["note    extra maps: lacks ostrel-maps (optional)"] == f"        mend: {pip} 'quotestance[maps]'"
    assert not [line for line in lines if "extra dev" in line or " lock: " in line]
    assert status == 1


def test_neither_a_checkout_nor_installed(ask, monkeypatch):
    def unknown(name):
        raise project.PackageNotFoundError(name)

    for module in (project, packages):
        monkeypatch.setattr(module, "checkout", lambda: None)
    monkeypatch.setattr(project, "metadata", unknown)
    monkeypatch.setattr(project, "version", unknown)
    status, lines = ask("packages")
    assert lines[0].startswith("note    stance: ")
    assert lines[2].startswith("broken  packages: cannot look (InputError: quotestance is not installed")
    assert lines[3].startswith("        mend: ")
    assert status == 1


def test_another_torch_than_this_project_takes(ask, install):
    install("torch", "2.14.0")
    status, lines = ask("packages")
    line = next(line for line in lines if line.startswith("broken  extra transformers: "))
    assert "torch 2.14.0 where torch==2.13.0 is needed" in line
    assert status == 1
