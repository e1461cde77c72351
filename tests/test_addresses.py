"""Addresses: what is found there, how people are told of them, and what they see when something is wrong."""

import traceback

import fsspec
import pytest

from pipeline.addresses import files_at, open_system, shown, telling
from pipeline.errors import InputError

SECRETS = [
    "s3://AKIAQ7:p4ss/w0rd@bucket/news",
    "s3://AKIAQ7:p4ssw0rd@bucket",
    "ftp://AKIAQ7:p4ss@w0rd@host:21/news",
    "https://AKIAQ7:p4ssw0rd@host/news?x=1",
    "https://host/news.jsonl?user=AKIAQ7&sig=p4ssw0rd",
]


@pytest.mark.parametrize("address", SECRETS)
def test_what_is_shown_of_an_address_has_no_secret(address):
    for secret in ("AKIAQ7", "p4ss", "w0rd"):
        assert secret not in shown(address)
    assert shown(address).startswith(address.partition("://")[0] + "://")


def test_what_a_package_says_of_an_address_is_told_without_the_secrets_in_it():
    address = "ftp://AKIAQ7:p4ssw0rd@host/news"
    with pytest.raises(InputError) as caught, telling(address, "be read"):
        raise PermissionError(f"530 no entry to {address} for AKIAQ7 with p4ssw0rd")
    assert "530 no entry" in str(caught.value)
    assert "p4ssw0rd" not in str(caught.value)
    assert "AKIAQ7" not in str(caught.value)
    assert "p4ssw0rd" not in "".join(traceback.format_exception(caught.value))


def test_what_a_package_says_while_a_file_is_read_has_no_signed_query(memory, monkeypatch):
    memory.pipe_file("/news/a.txt", b"text")

    def failing(self, size=-1):
        raise RuntimeError("403, url='https://AKIAQ7:p4ssw0rd@host/a.txt?sig=s1gned', give another")

    monkeypatch.setattr("fsspec.implementations.memory.MemoryFile.read", failing)
    with files_at("memory://news/a.txt").files["a.txt"].open() as stream, pytest.raises(OSError, match="403") as caught:
        stream.read()
    assert str(caught.value) == "[Errno 5] 403, url='https://***@host/a.txt?***', give another"


# Address, what is told. s3fs, gcsfs and adlfs are no dependencies.
FAULTS = [
    ("nosuch://bucket/news", r"nosuch://bucket/news: no file system is called 'nosuch'; check the address"),
    ("memory://absent/news", r"memory://absent/news: no such file or folder; check the address"),
    ("memory://absent/*.txt", r"memory://absent/\*\.txt: no such file or folder; check the address"),
]
PACKAGES = [("s3", "s3fs"), ("gs", "gcsfs"), ("az", "adlfs"), ("abfs", "adlfs")]


@pytest.mark.parametrize(("address", "message"), FAULTS)
def test_a_place_that_is_not_there_is_one_line(address, message):
    with pytest.raises(InputError, match=f"^{message}$"):
        files_at(address)


@pytest.mark.parametrize(("protocol", "package"), PACKAGES)
def test_a_missing_package_is_named_with_the_command_that_installs_it(protocol, package, monkeypatch):
    def lacking(address):
        raise ImportError(f"Install {package} to access it")

    monkeypatch.setattr(fsspec.core, "url_to_fs", lacking)
    message = rf"^{protocol}://\*\*\*@bucket/news: {protocol}:// needs another package; pip install {package}$"
    with pytest.raises(InputError, match=message):
        open_system(f"{protocol}://key:secret@bucket/news")


def test_a_system_that_cannot_be_reached_is_not_called_unknown(monkeypatch):
    def refusing(address):
        raise ValueError("Must provide account_name\nor connection_string")

    monkeypatch.setattr(fsspec.core, "url_to_fs", refusing)
    with pytest.raises(InputError, match=r"^az://news: cannot be reached \(Must provide account_name or connection_"):
        open_system("az://news")


NAMES = ["two words.txt", "a#b.txt", "50%25 off.txt", "straße—日本.txt", "why?.txt", "a::b.txt", "[1].txt", "x@y:z.txt"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("whole", [True, False], ids=["folder", "file"])
def test_any_name_below_an_address_is_found_and_opened(memory, name, whole):
    if name == "a::b.txt" and not whole:
        pytest.skip("fsspec chains what stands on both sides of ::")
    memory.pipe_file(f"/news/{name}", b"text")
    found = files_at("memory://news" if whole else f"memory://news/{name}")
    assert set(found.files) == found.asked == {name}
    assert found.single is not whole
    with found.files[name].open() as stream:
        assert stream.read() == b"text"


def test_what_a_package_raises_while_a_file_is_read_is_an_os_error(memory, monkeypatch):
    memory.pipe_file("/news/a.txt", b"text")
    remote = files_at("memory://news/a.txt").files["a.txt"]

    class Foreign(Exception):
        pass

    def failing(self, size=-1):
        raise Foreign("403 forbidden")

    monkeypatch.setattr("fsspec.implementations.memory.MemoryFile.read", failing)
    with remote.open() as stream, pytest.raises(OSError, match="403 forbidden"):
        stream.read()
