"""What is installed, what is built, and what make does with it."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import pipeline

ROOT = Path(pipeline.__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
LOCKED = {canonicalize_name(line.partition("==")[0]): line.partition("==")[2] for line in LOCK}
GROUPS = {"base": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}


def closure(requirements):
    """Return every installed distribution that the requirements lead to, by canonical name."""
    found = {}
    waiting = [(Requirement(line), "") for line in requirements]
    while waiting:
        requirement, extra = waiting.pop()
        name = canonicalize_name(requirement.name)
        if (requirement.marker and not requirement.marker.evaluate({"extra": extra})) or name in found:
            continue
        try:
            found[name] = distribution(requirement.name)
        except PackageNotFoundError:
            continue
        for line in found[name].requires or []:
            waiting += [(Requirement(line), wanted) for wanted in {"", *requirement.extras}]
    return found


def test_the_lock_holds_plain_versions_without_addresses_or_local_labels():
    assert [line for line in LOCK if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9A-Za-z.]*", line)] == []
    assert sorted(LOCK, key=str.casefold) == LOCK
    assert len(LOCKED) == len(LOCK)
    assert "quotestance" not in LOCKED


@pytest.mark.parametrize("group", GROUPS)
def test_the_lock_holds_every_requirement_in_a_version_that_fits(group):
    for requirement in map(Requirement, GROUPS[group]):
        assert LOCKED.get(canonicalize_name(requirement.name)) in requirement.specifier, requirement


@pytest.mark.parametrize("group", GROUPS)
def test_the_lock_holds_what_the_requirements_require(group):
    assert set(closure(GROUPS[group])) - set(LOCKED) == set()


def test_the_base_install_is_light():
    base = set(closure(GROUPS["base"]))
    assert {"mlflow", "scikit-learn", "dvc"} <= base
    assert base & {"torch", "transformers", "datasets", "ray", "trafilatura", "pytest"} == set()


def test_the_licence_is_the_apache_licence():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License\n                           Version 2.0, January 2004" in text
    assert text.rstrip().endswith("limitations under the License.")


SHIPPED = {"indirect": "tagger.onnx"} | ({"starter": "bundle.json"} if (ROOT / "models/starter").is_dir() else {})
"""Models that come along, and a file of each."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Return a wheel of the package, built without network from a copy without build products."""
    if not (ROOT / "README.md").is_file():
        pytest.fail("README.md is named in pyproject.toml and is not there")
    source = tmp_path_factory.mktemp("source") / "project"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, source)
    for name in ("pipeline", "configs"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in SHIPPED:
        shutil.copytree(ROOT / "models" / name, source / "models" / name)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel"]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    (built,) = (source / "dist").glob("*.whl")
    return built


def test_the_wheel_holds_the_package_its_configurations_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    expected = {f"pipeline/_configs/{p.relative_to(ROOT / 'configs')}" for p in (ROOT / "configs").rglob("*.yaml")}
    assert {name for name in names if name.startswith("pipeline/_configs/")} == expected
    assert {"pipeline/cli.py", "pipeline/py.typed"} <= set(names)
    assert {f"pipeline/_models/{name}/{file}" for name, file in SHIPPED.items()} <= set(names)
    data = [p for ending in ("yaml", "js", "css") for p in (ROOT / "pipeline").rglob(f"*.{ending}")]
    assert {f"pipeline/{p.relative_to(ROOT / 'pipeline')}" for p in data} <= set(names)
    assert {name.partition("/")[0] for name in names} == {"pipeline", f"quotestance-{pipeline.__version__}.dist-info"}


def test_an_installed_package_finds_its_configurations_outside_the_project(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    (tmp_path / "elsewhere").mkdir()
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r})\n"
        "from pipeline.config import ScoreConfig, find_config, load_config, load_topics, load_train_config\n"
        "print(find_config('score')); load_config(ScoreConfig, 'score'); load_train_config(); assert load_topics()"
    )
    command = [sys.executable, "-I", "-c", code]
    done = subprocess.run(command, cwd=tmp_path / "elsewhere", capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(tmp_path / "site/pipeline/_configs/score.yaml")


def test_the_installed_command_is_the_one_in_the_project():
    entries = {entry.name: entry.value for entry in distribution("quotestance").entry_points}
    assert entries == {"stance": "pipeline.cli:main"}
    assert version("quotestance") == pipeline.__version__


@pytest.fixture
def make(tmp_path):
    """Return a function that runs make in a folder with nothing but the Makefile."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    shutil.copy(ROOT / "Makefile", tmp_path)

    def run(*arguments):
        command = ["make", "--no-print-directory", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)

    return run


def test_make_help_lists_every_target_for_people(make):
    done = make("help")
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    listed = [line.split()[0] for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert listed == [target for target in targets if target != "dvc"]
    assert {"run", "test", "help", "ui", "bench", "lock", "clean", "slow"} <= set(listed)


# A Python that is too old, one that is not there, and none.
@pytest.mark.parametrize(
    ("python", "message"), [("false", "not Python 3.11"), ("/x/y", "not Python"), ("", "no Python")]
)
def test_make_says_in_one_line_that_python_is_too_old(make, tmp_path, python, message):
    done = make("run", f"PYTHON={python}")
    assert done.returncode == 2
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert message in errors[0]
    assert not (tmp_path / ".venv").exists()
