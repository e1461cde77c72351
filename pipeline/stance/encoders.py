"""Where pretrained weights come from: a local folder, an installed package, or the hub by name, in this order.

Files of a package are compared with hashes pinned here before anything reads them. Weights are read from safetensors
alone, and code that comes with a model is never run.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from os import environ
from pathlib import Path
from typing import Any

from pipeline.errors import ModelError
from pipeline.files import sha256_file, sha256_text
from pipeline.stance.encoder_packages import PACKAGES, Package

_HUB_PREFIX = "sentence-transformers/"  # under which the packaged encoders stand in the hub
_WANTED = ("*.safetensors", "*.json", "*.txt", "*.model")
_COMMIT = 40


@dataclass(frozen=True, slots=True)
class Encoder:
    """Pretrained weights and their tokenizer, ready to be read.

    Parameters
    ----------
    folder
        In the transformers' format, weights as safetensors.
    source
        Where it was found, for a person: ``folder``, ``package NAME``, or ``hub``.
    sha256
        Of ``model.safetensors``, as the hub shows it; of the list of the parts' hashes where weights lie in parts.
    """

    folder: Path
    source: str
    sha256: str


def find_encoder(name: str, *, download: bool = False, revision: str | None = None) -> Encoder:
    """Return the encoder of a name; nothing is fetched unless ``download`` says so.

    Parameters
    ----------
    name
        A local folder, ``all-MiniLM-L6-v2`` or ``all-mpnet-base-v2`` of an installed package, or a name in the hub;
        without ``download`` only what the hub's client has fetched before is looked at.
    download
        Fetch it from the hub if it is nowhere else.
    revision
        Commit in the hub, 40 hexadecimal digits; needed to fetch, for a name alone may mean other weights tomorrow.

    Raises
    ------
    ModelError
        If it is nowhere, holds no safetensors, or a package is not what its pinned hashes say.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _encoder(folder, "folder")
    package = package_of(name)
    if package and any(_installed(part) for part in package.distributions):
        return _encoder(_packaged(package), f"package {package.distributions[0]}")
    if found := _from_hub(name, download=download, revision=revision):
        return _encoder(found, "hub")
    install = f"pip install {' '.join(package.distributions)}, or " if package else ""
    raise ModelError(
        f"encoder {name}: no such folder, no installed package, and not in the hub's cache; {install}"
        f"give the path of its folder, or set download: true and revision: COMMIT"
    )


def _encoder(folder: Path, source: str) -> Encoder:
    if not (folder / "config.json").is_file():
        raise ModelError(f"encoder {folder}: no config.json in it; give a model's folder in the transformers' format")
    if (whole := folder / "model.safetensors").is_file():
        return Encoder(folder, source, sha256_file(whole))
    parts = sorted(folder.glob("model-*.safetensors"))
    if not parts:
        raise ModelError(f"encoder {folder}: no model.safetensors in it, and other formats are not read; convert it")
    return Encoder(folder, source, sha256_text("".join(f"{sha256_file(part)}  {part.name}\n" for part in parts)))


def _installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def package_of(name: str) -> Package | None:
    """Return which package an encoder of this name comes in, installed or not; None where in none that is known."""
    return None if Path(name).expanduser().is_dir() else PACKAGES.get(name.removeprefix(_HUB_PREFIX))


def check_package(package: Package) -> Path:
    """Return where a package's model lies, or will once it is unpacked; its files fit the pinned hashes.

    Raises
    ------
    ModelError
        If a part is missing, or a file is not the one that is known.
    """
    if missing := [name for name in package.distributions if not _installed(name)]:
        raise ModelError(f"encoder {package.name}: parts of it are missing; pip install {' '.join(missing)}")
    again = f"install {' '.join(package.distributions)} again"
    places = _places(package)
    if not package.archives:
        _compare(places[0], package.files, again)
        return places[0]
    if folder := unpacked(package):
        _compare(folder, package.files, f"delete {folder}")
        return folder
    for place, digest in zip(places, package.archives.values(), strict=True):
        _compare(place.parent, {place.name: digest}, again)
    return _unpacking(package)


def unpacked(package: Package) -> Path | None:
    """Return the folder into which a package's archives were unpacked; None where that has not been done."""
    folder = _unpacking(package)
    return folder if package.archives and folder.is_dir() else None


def _unpacking(package: Package) -> Path:
    return _cache() / f"{package.name}-{package.files['model.safetensors'][:12]}"


def _packaged(package: Package) -> Path:
    """Return the folder of a package's model, unpacked, after its files were compared with the pinned hashes."""
    folder = check_package(package)
    if not folder.is_dir():
        _unpack(_places(package), folder, package)
        _compare(folder, package.files, f"delete {folder}")
    return folder


def _places(package: Package) -> list[Path]:
    return [Path(str(distribution(name).locate_file(path))) for name, path in package.places()]


def _cache() -> Path:
    return Path(environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "quotestance" / "encoders"


def _compare(folder: Path, expected: Mapping[str, str], remedy: str) -> None:
    """Raise unless the files of a folder are those of the pinned hashes."""
    for name, digest in expected.items():
        path = folder / name
        if not path.is_file() or sha256_file(path) != digest:
            raise ModelError(f"{path}: is missing or not the file that is known by its hash; {remedy}")


def _unpack(parts: Sequence[Path], folder: Path, package: Package) -> None:
    """Join the parts of a zip file and write the known files of it, whole or not at all; others stay inside."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as work:
            joined, fresh = Path(work) / "joined.zip", Path(work) / folder.name
            fresh.mkdir()
            with joined.open("wb") as target:
                for part in parts:
                    with part.open("rb") as source:
                        shutil.copyfileobj(source, target, 1 << 20)
            with zipfile.ZipFile(joined) as archive:
                for name in package.files:
                    (fresh / name).parent.mkdir(parents=True, exist_ok=True)
                    with archive.open(f"{package.name}/{name}") as source, (fresh / name).open("wb") as target:
                        shutil.copyfileobj(source, target, 1 << 20)
            with suppress(FileExistsError):  # another process was quicker
                fresh.rename(folder)
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        raise ModelError(f"encoder {package.name}: cannot be unpacked to {folder} ({error})") from error


def _from_hub(name: str, *, download: bool, revision: str | None) -> Path | None:
    """Return the hub's copy of a model on this machine, fetched if asked for; None where there is none."""
    if download and (revision is None or len(revision) != _COMMIT or set(revision) - set("0123456789abcdef")):
        raise ModelError(f"encoder {name}: to download it set revision to a commit, {_COMMIT} hexadecimal digits")
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        return None
    try:
        with _online(download):
            return Path(
                snapshot_download(name, revision=revision, allow_patterns=list(_WANTED), local_files_only=not download)
            )
    except (OSError, ValueError) as error:  # what the hub's client raises, its own errors among them
        if not download:
            return None
        line = " ".join(str(error).split())
        raise ModelError(f"encoder {name}: cannot be downloaded at revision {revision} ({line})") from error


@contextmanager
def _online(download: bool) -> Iterator[None]:
    """Let the hub's client use the network within the block if a download was asked for; commands forbid it."""
    from huggingface_hub import constants

    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = before and not download
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the transformers' progress bars and hints off the screen within the block."""
    from transformers import utils

    logging: Any = utils.logging
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
