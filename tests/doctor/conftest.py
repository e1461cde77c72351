"""One part of the doctor at a time, through the command line: what it says, and with which exit status."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline import doctor
from pipeline.cli import main

Ask = Callable[[str], tuple[int, list[str]]]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: Iterator[None], capsys) -> Ask:
    """Return a function that runs ``stance doctor`` for one part, in an empty folder: exit status and lines."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)

    def asked(part: str) -> tuple[int, list[str]]:
        monkeypatch.setattr(doctor, "PARTS", {part: doctor.PARTS[part]})
        capsys.readouterr()
        status = main(["doctor"])
        return status, capsys.readouterr().out.splitlines()

    return asked


@pytest.fixture
def install(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Return a function that installs an invented distribution, before all others of its name."""

    def installed(name: str, version: str, *requires: str, **fields: str) -> Path:
        site = tmp_path_factory.mktemp("site")
        lines = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {line}" for line in requires)]
        lines += [f"{key.replace('_', '-')}: {value}" for key, value in fields.items()]
        folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text("\n".join(["Metadata-Version: 2.1", *lines, ""]))
        monkeypatch.syspath_prepend(site)
        return site

    return installed
