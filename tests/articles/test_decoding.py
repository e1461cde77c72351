import io

import pytest

from pipeline.articles.decoding import lines, text_chunks
from pipeline.encodings import decode, tidy
from pipeline.errors import RecordError

ENGLISH = "“It’s a risk,” the minister said – and “we don’t accept it.” The cost was £40m. " * 4
GERMAN = "„Wir können das nicht ausschließen“, sagte der Minister über die Übernahme. " * 4
POLISH = "„Nie możemy tego wykluczyć” – powiedział minister żeglugi, śmiejąc się z pytań. " * 4
RUSSIAN = "«Мы не можем этого исключить», — сказал министр после заседания правительства. " * 4
CHINESE = "“我们不能排除这种可能性，”部长在周一的政府会议之后告诉记者，并补充说审查将继续进行。" * 4
JAPANESE = "「その可能性は排除できない」と大臣は月曜日の閣議の後に記者団に語り、審査は続くと付け加えた。" * 4


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (ENGLISH, "utf-8"), (ENGLISH, "utf-8-sig"), (ENGLISH, "utf-16"), (ENGLISH, "utf-16-le"),
        (ENGLISH, "utf-16-be"), (ENGLISH, "utf-32"), (ENGLISH, "cp1252"), (ENGLISH, "mac_roman"),
        ("It cost £40m in Zürich, by all accounts.", "latin-1"), (GERMAN, "cp1252"), (POLISH, "cp1250"),
        (RUSSIAN, "cp1251"), (CHINESE, "gb18030"), (JAPANESE, "shift_jis"), (JAPANESE, "euc_jp"),
    ],
)  # fmt: skip
def test_common_encodings_are_found(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"one\r\ntwo\rthree\n", "one\ntwo\nthree\n"),
        (b"nu\x00ls out", "nuls out"),
        (b"\xef\xbb\xbfmark", "mark"),
        ("Café “quoted” ".encode() * 5 + b"and a stray \x93byte\x94.", "Café “quoted” " * 5 + "and a stray “byte”."),
        ("cut off in a “mark ”".encode()[:-1], None),
    ],
)
def test_bytes_that_need_mending_are_mended(raw: bytes, text: str | None) -> None:
    decoded = decode(raw)
    assert decoded == text if text is not None else decoded.startswith("cut off in a “mark ")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(range(256)) * 20, "binary"),
        (b"PK\x03\x04" + b"\x00\x01\x02\x03" * 50, "binary"),
        (b"\xff\xfea\x00\x00\xd8b\x00", "unknown-encoding"),
    ],
)
def test_what_is_no_text_is_refused(raw: bytes, reason: str) -> None:
    with pytest.raises(RecordError) as caught:
        decode(raw)
    assert caught.value.reason == reason


def test_lone_surrogates_are_replaced_and_pairs_joined() -> None:
    assert tidy("a\ud83db") == "a\ufffdb"
    assert tidy("\ud83d\ude00") == "😀"


def numbered(data: bytes, limit: int = 100) -> list[tuple[int, str]]:
    return [
        (number, line if isinstance(line, str) else f"<{line.reason}>")
        for number, line in lines(io.BytesIO(data), limit)
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a\nb\n", [(1, "a"), (2, "b")]),
        (b"a\r\nb", [(1, "a"), (2, "b")]),
        (b"a\rb\r", [(1, "a"), (2, "b")]),
        (b"a\n\nb", [(1, "a"), (2, ""), (3, "b")]),
        (b"a\n" + b"x" * 101 + b"\nb", [(1, "a"), (2, "<too-large>"), (3, "b")]),
        (b"x" * 200_000, [(1, "<too-large>")]),
        ("é\nü".encode("utf-16"), [(1, "é"), (2, "ü")]),
        (b"", []),
    ],
)
def test_lines_are_numbered_and_capped(data: bytes, expected: list[tuple[int, str]]) -> None:
    assert numbered(data) == expected


def test_crlf_across_two_chunks_is_one_newline() -> None:
    data = b"x" * 65_535 + b"\r\ny"
    assert numbered(data, 100_000) == [(1, "x" * 65_535), (2, "y")]


def test_a_file_of_another_encoding_is_decoded_line_by_line() -> None:
    data = (ENGLISH + "\n" + ENGLISH).encode("cp1252")
    assert numbered(data, 10_000) == [(1, ENGLISH), (2, ENGLISH)]


def test_text_chunks_keep_characters_whole_across_chunks() -> None:
    text = "é" * 70_000
    assert "".join(text_chunks(io.BytesIO(b"x" + text.encode()))) == "x" + text


def test_text_chunks_refuse_a_file_that_is_cut_inside_a_character() -> None:
    with pytest.raises(RecordError, match="encoding"):
        list(text_chunks(io.BytesIO(b"x" * 70_000 + b"\xe2\x80")))
