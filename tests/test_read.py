"""Reading files: what is no letter is refused alone, with its name, a code and a sentence; everything else is read."""

from __future__ import annotations

import io
import os
import random
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from data.errors import OverturnError
from loaders import read
from loaders.ingest import records
from loaders.read import Candidate, PassedOver, Rejected, discover, read_text
from tests.builder import Item, raw_letter

LETTER = raw_letter(Item("MRI of the caf\u00e9 worker\u2019s knee"))
PLAIN = raw_letter()


def picture_pdf(created: str = "") -> bytes:
    from PIL import Image

    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.drawImage(ImageReader(Image.new("RGB", (40, 40), "gray")), 50, 50)
    canvas.showPage()
    canvas.save()
    data = out.getvalue()
    return data.replace(b"D:20000101", f"D:{created}01".encode()) if created else data


def text_pdf(text: str = PLAIN, password: str | None = None) -> bytes:
    out = io.BytesIO()
    locked = StandardEncryption(password, ownerPassword="owner", canCopy=0) if password is not None else None
    canvas = Canvas(out, invariant=1, encrypt=locked)
    for page in text.split("\f"):
        lines = canvas.beginText(40, 800)
        lines.setFont("Helvetica", 5)
        for line in page.split("\n"):
            lines.textLine(line)
        canvas.drawText(lines)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def zipped(*members: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name) if compression == zipfile.ZIP_STORED else name, content)
    return out.getvalue()


def bomb() -> bytes:
    """A member that expands to 40 MB although the archive says that it has 100 bytes."""
    data = bytearray(zipped(("bomb.txt", b" " * 40 * 1024 * 1024)))
    true = (40 * 1024 * 1024).to_bytes(4, "little")
    return bytes(data.replace(true, (100).to_bytes(4, "little")))


def damaged() -> bytes:
    data = bytearray(zipped(("bad.txt", PLAIN.encode()), ("good.txt", PLAIN.encode() + b" again")))
    data[60:90] = bytes(30)
    return bytes(data)


def locked_member() -> bytes:
    data = bytearray(zipped(("secret.txt", PLAIN.encode())))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    return bytes(data)


BAD: list[tuple[str, bytes | Callable[[], bytes], str, str]] = [
    ("empty.txt", b"", "", "empty_file"),
    ("blanks.txt", b" \r\n\t\0 \n", "", "empty_file"),
    ("noise.txt", random.Random(7).randbytes(5000), "", "binary_file"),
    ("office.txt", zipped(("word/document.xml", b"<x/>")), "", "binary_file"),
    ("utf16.txt", b"\xff\xfeA", "", "binary_file"),
    ("lunch.txt", b"We had lunch and it was good.", "", "not_a_letter"),
    ("long.txt", b"word " * 500_000, "", "too_long"),
    ("huge.txt", b"word " * 10 * 1024 * 1024, "", "too_large"),
    ("empty.pdf", b"", "", "empty_file"),
    ("text.pdf", PLAIN.encode(), "", "broken_pdf"),
    ("broken.pdf", b"%PDF-1.4\n" + b"garbage " * 300 + b"%%EOF", "", "broken_pdf"),
    ("cut.pdf", lambda: text_pdf()[:-1500], "", "incomplete_pdf"),
    ("locked.pdf", lambda: text_pdf(password="secret"), "", "locked_pdf"),
    ("scan.pdf", picture_pdf, "", "scan_without_text"),
    ("lunch.pdf", lambda: text_pdf("We had lunch."), "", "not_a_letter"),
    ("book.pdf", lambda: text_pdf("\f".join(["page"] * 401)), "", "too_many_pages"),
    ("none.zip", b"PK\x03\x04 and nothing else", "", "broken_archive"),
    ("cut.zip", lambda: zipped(("a.txt", PLAIN.encode()))[:-30], "", "broken_archive"),
    ("up.zip", zipped(("../up.txt", b"x")), "../up.txt", "unsafe_path"),
    ("back.zip", zipped(("a\\..\\..\\up.txt", b"x")), "a\\..\\..\\up.txt", "unsafe_path"),
    ("root.zip", zipped(("/etc/up.txt", b"x")), "/etc/up.txt", "unsafe_path"),
    ("drive.zip", zipped(("C:/up.txt", b"x")), "C:/up.txt", "unsafe_path"),
    ("nested.zip", zipped(("in.zip", zipped(("a.txt", PLAIN.encode())))), "in.zip", "archive_in_archive"),
    ("secret.zip", locked_member, "secret.txt", "encrypted_member"),
    ("claims.zip", zipped(("big.txt", b" " * 40 * 1024 * 1024)), "big.txt", "too_large"),
    ("bomb.zip", bomb, "bomb.txt", "broken_member|too_large"),
    ("bad.zip", damaged, "bad.txt", "broken_member"),
    ("lines.jsonl", b'{"half": \n', ":1", "broken_record"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every bad file there is, and good letters between them."""
    root = tmp_path_factory.mktemp("mixed")
    for name, content, _, _ in BAD:
        (root / name).write_bytes(content() if callable(content) else content)
    (root / "a-good.txt").write_text(PLAIN)
    (root / "z-good.pdf").write_bytes(text_pdf())
    (root / "notes.docx").write_bytes(b"x")
    (root / ".hidden.txt").write_text(PLAIN)
    return root


@pytest.fixture(scope="module")
def outcome(folder: Path) -> tuple[list[str], dict[str, Rejected], int]:
    refused: list[Rejected] = []
    passed: list[None] = []
    read = [record["source"] for record in records([folder], refused.append, lambda: passed.append(None))]
    return read, {refusal.source: refusal for refusal in refused}, len(passed)


@pytest.mark.parametrize(("name", "member", "codes"), [(name, member, codes) for name, _, member, codes in BAD])
def test_refused_alone_with_name_code_and_sentence(
    outcome: tuple[list[str], dict[str, Rejected], int], name: str, member: str, codes: str
) -> None:
    source = f"{name}{member}" if member.startswith(":") else f"{name}/{member}" if member else name
    refusal = outcome[1][source]
    assert refusal.code in codes.split("|")
    assert refusal.message[0].isupper()
    assert refusal.message.endswith(".")


def test_the_rest_of_the_folder_is_read(outcome: tuple[list[str], dict[str, Rejected], int]) -> None:
    sources, refused, passed = outcome
    assert sources == ["a-good.txt", "bad.zip/good.txt", "z-good.pdf"]
    assert len(refused) == len(BAD)
    assert passed == 1


@pytest.mark.parametrize(
    "data",
    [
        LETTER.encode("cp1252"),
        LETTER.encode("utf-8"),
        LETTER.encode("utf-8-sig"),
        LETTER.encode("utf-16"),
        LETTER.replace("\n", "\r\n").encode("cp1252"),
    ],
    ids=["windows", "utf8", "byte_order_mark", "utf16", "carriage_returns"],
)
def test_encodings(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "letter.txt").write_bytes(data)
    (record,) = records([tmp_path], lambda refusal: pytest.fail(str(refusal)), lambda: None)
    assert record["decisions"][0]["request"] == "MRI of the caf\u00e9 worker\u2019s knee"


def test_padding_after_a_pdf_is_no_damage(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(text_pdf() + bytes(5000))
    assert len(list(records([tmp_path], lambda refusal: pytest.fail(str(refusal)), lambda: None))) == 1


@pytest.mark.parametrize(
    ("name", "created", "month"),
    [
        ("2016-03 letters/scan.pdf", "201405", "2016-03"),
        ("201604_a.pdf", "201405", "2016-04"),
        ("CM16-0990099.pdf", "201405", "2014-05"),
    ],
)
def test_month_of_a_scan(tmp_path: Path, name: str, created: str, month: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(picture_pdf(created))
    refused: list[Rejected] = []
    assert list(records([tmp_path], refused.append, lambda: None)) == []
    assert [(refusal.code, refusal.month) for refusal in refused] == [("scan_without_text", month)]


def test_discovery_order_and_kinds(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.PDF", "a/y.text", "c.md", "d.ZIP"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(zipped(("m/x.TXT", b"x"), ("m/", b""), ("n.png", b"x")))
    found = [(type(entry), entry.source) for entry in discover([tmp_path])]
    assert found == [
        (Candidate, "b.txt"),
        (PassedOver, "c.md"),
        (Candidate, "d.ZIP/m/x.TXT"),
        (PassedOver, "d.ZIP/n.png"),
        (Candidate, "a/y.text"),
        (Candidate, "a/z.PDF"),
    ]


def test_a_path_that_does_not_exist_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(OverturnError, match=r"nowhere does not exist"):
        list(discover([tmp_path / "nowhere"]))


def test_links_that_go_in_circles(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "letter.txt").write_text(PLAIN)
    (tmp_path / "letters" / "round").symlink_to(tmp_path / "letters", target_is_directory=True)
    (tmp_path / "letters" / "self.txt").symlink_to(tmp_path / "letters" / "self.txt")
    (tmp_path / "letters" / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    assert [entry.source for entry in discover([tmp_path])] == ["letters/letter.txt"]


def test_a_file_that_vanishes_between_listing_and_reading(tmp_path: Path) -> None:
    for name in ("a.txt", "b.jsonl", "c.txt"):
        (tmp_path / name).write_text(f"{PLAIN} {name}" if name.endswith("txt") else "{}")
    refused: list[Rejected] = []
    found = list(discover([tmp_path]))
    assert [entry.source for entry in found] == ["a.txt", "b.jsonl:1", "c.txt"]
    (tmp_path / "a.txt").unlink()
    with pytest.raises(read.FileRejected, match="No such file"):
        read_text(found[0])  # type: ignore[arg-type]
    (tmp_path / "b.jsonl").unlink()
    assert [record["source"] for record in records([tmp_path], refused.append, lambda: None)] == ["c.txt"]


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests may run as a user whom no permission stops, so the system's refusal is played."""
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(PLAIN)
    real = Path.read_bytes

    def refused_for_a(self: Path) -> bytes:
        if self.name == "a.txt":
            raise PermissionError(13, os.strerror(13))
        return real(self)

    monkeypatch.setattr(Path, "read_bytes", refused_for_a)
    refused: list[Rejected] = []
    assert [record["source"] for record in records([tmp_path], refused.append, lambda: None)] == ["b.txt"]
    assert [(entry.code, entry.source) for entry in refused] == [("unreadable_file", "a.txt")]
    assert "Permission denied" in refused[0].message


@pytest.mark.parametrize("seed", range(40))
def test_damaged_archives_and_pdfs_never_raise(tmp_path: Path, seed: int) -> None:
    """Bytes changed at random: a file is read or refused, and whatever is beside it is read."""
    chance = random.Random(seed)
    for name, data in (("a.zip", zipped(("x.txt", PLAIN.encode()), ("y.pdf", text_pdf()))), ("b.pdf", text_pdf())):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 30)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        (tmp_path / name).write_bytes(changed)
    (tmp_path / "c.txt").write_text(PLAIN)
    refused: list[Rejected] = []
    assert [record["source"] for record in records([tmp_path], refused.append, lambda: None)][-1] == "c.txt"
    assert all(refusal.code and refusal.message for refusal in refused)


def test_archive_limit_is_on_what_comes_out(tmp_path: Path) -> None:
    assert len(zlib.compress(b" " * 40 * 1024 * 1024)) < 100_000
    (tmp_path / "bomb.zip").write_bytes(bomb())
    assert (tmp_path / "bomb.zip").stat().st_size < 100_000
