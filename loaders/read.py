"""Find letters in files, folders and archives, and read their text. The one module that knows file formats.

Reading is the only step that may fail; it fails for one file at a time, with a code and a sentence.
"""

from __future__ import annotations

import gzip
import io
import lzma
import os
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq
import pypdfium2

from data.errors import FileRejected, OverturnError

MAX_FILE_BYTES = 32 * 1024 * 1024
MAX_TEXT_CHARACTERS = 2_000_000
MAX_PAGES = 400
MAX_MEMBERS = 2_000_000
TEXT_SUFFIXES = (".txt", ".text")
LETTER_SUFFIXES = (*TEXT_SUFFIXES, ".pdf")
RECORD_SUFFIX = ".record"  # of a candidate that is a letter record, a line of a .jsonl file
SETTLED_SUFFIX = ".settled"  # of a text that was settled when it was first loaded
RECORD_FILES = (".jsonl", ".jsonl.gz")
TAR_FILES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
_MONTH_IN_NAME = re.compile(r"(?<!\d)(20[12]\d)[-_. ]?(0[1-9]|1[0-2])(?!\d{3})")
_PDF_DATE = re.compile(r"D:(\d{4})(\d{2})")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be a letter: `source` names it to people, `read` gives its bytes or raises FileRejected.

    `path` is where it lies, None inside an archive.
    """

    source: str
    suffix: str
    read: Callable[[], bytes]
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file in a folder or archive whose kind is no letter's; it is counted, not rejected."""

    source: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A file that cannot become a letter: who, why, and, for a scan, the month it is from where that is known."""

    source: str
    code: str
    message: str
    month: str | None = None


class ScanWithoutText(FileRejected):
    """A PDF whose pages are pictures; `month` is `YYYY-MM` where its name or its own date tells."""

    def __init__(self, month: str | None) -> None:
        super().__init__(
            "scan_without_text",
            "It is a scan without text; a reader of letters needs text, so run it through OCR first.",
        )
        self.month = month


def discover(paths: Iterable[Path]) -> Iterator[Candidate | PassedOver | Rejected]:
    """Every file below `paths`, sorted within a folder, archives opened. A path that does not exist stops the run."""
    for path in paths:
        if not path.exists():
            raise OverturnError(f"{path} does not exist. Check the spelling; give files, folders or .zip archives.")
        if path.is_dir():
            yield from _folder(path)
        else:
            yield from _file(path, _shown(path.name), given=True)


def read_text(candidate: Candidate) -> str:
    """The raw text of a candidate, PDF pages parted by form feeds. Raises FileRejected with code and reason."""
    data = candidate.read()
    if not data.strip(b"\0 \t\r\n"):
        raise FileRejected("empty_file", "It is empty.")
    if data[:1024].lstrip().startswith(b"%PDF") or candidate.suffix == ".pdf":
        text = _pdf_text(data, candidate.source)
    else:
        text = _decoded(data)
    if len(text) > MAX_TEXT_CHARACTERS:
        raise FileRejected(
            "too_long",
            f"It holds {len(text):,} characters; a letter has some thousands, and more than {MAX_TEXT_CHARACTERS:,} are not read.",
        )
    return text


def _shown(name: str) -> str:
    """The name of a file as text that can be written; bytes that are no UTF-8 stand as \\xff."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _folder(top: Path) -> Iterator[Candidate | PassedOver | Rejected]:
    """The files below `top`, one folder in memory at a time, sorted in each."""
    for folder, inner, names in os.walk(top, onerror=None):
        inner.sort()
        for name in sorted(names):
            path = Path(folder, name)
            if not name.startswith(".") and path.is_file():
                yield from _file(path, _shown(path.relative_to(top).as_posix()), given=False)


def _file(path: Path, source: str, *, given: bool) -> Iterator[Candidate | PassedOver | Rejected]:
    name = path.name.lower()
    suffix = path.suffix.lower()
    if suffix == ".zip":
        yield from _archive(path, source)
    elif name.endswith(TAR_FILES):
        yield from _tape(path, source)
    elif suffix == ".parquet":
        yield from _table(path, source)
    elif name.endswith(RECORD_FILES):
        yield from _lines(path, source)
    elif suffix in LETTER_SUFFIXES or given:
        yield Candidate(source, suffix, lambda: _bytes(path), path)
    else:
        yield PassedOver(source)


def _held(source: str, suffix: str, content: bytes, path: Path) -> Candidate:
    """A candidate whose bytes are at hand already."""
    return Candidate(source, suffix, lambda: content, path)


def _lines(path: Path, source: str) -> Iterator[Candidate | PassedOver | Rejected]:
    """The records of a `.jsonl` file, gzipped or not, a line in memory at a time."""
    number = 0
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as stream:
            while line := stream.readline(MAX_FILE_BYTES):
                number += 1
                if len(line) >= MAX_FILE_BYTES and not line.endswith(b"\n"):
                    yield Rejected(f"{source}:{number}", "too_large", _too_large(len(line)).message)
                    while len(line) >= MAX_FILE_BYTES and not line.endswith(b"\n"):
                        line = stream.readline(MAX_FILE_BYTES)
                elif line.strip():
                    yield _held(f"{source}:{number}", RECORD_SUFFIX, line, path)
    except (OSError, EOFError, zlib.error) as error:
        rejection = _unreadable(error) if isinstance(error, OSError) else None
        reason = rejection.message if rejection else f"It ends in the middle or is damaged: {error}."
        yield Rejected(source, rejection.code if rejection else "broken_archive", reason)


def _tape(path: Path, source: str) -> Iterator[Candidate | PassedOver | Rejected]:
    """The members of a tar archive, in its order: it is read once from end to end."""
    try:
        with tarfile.open(path, "r|*") as archive:
            for number, member in enumerate(archive):
                if number >= MAX_MEMBERS:
                    yield Rejected(
                        source, "archive_too_large", f"The archive has over {MAX_MEMBERS:,} members; split it."
                    )
                    return
                if member.isdir():
                    continue
                place = _place(source, member.name)
                if not isinstance(place, str):
                    yield place
                elif not member.isfile():
                    yield PassedOver(f"{source}/{member.name}")
                elif member.size > MAX_FILE_BYTES:
                    yield Rejected(f"{source}/{member.name}", "too_large", _too_large(member.size).message)
                else:
                    stream = archive.extractfile(member)
                    content = stream.read(MAX_FILE_BYTES) if stream else b""
                    yield _held(f"{source}/{member.name}", place, content, path)
    except (tarfile.TarError, OSError, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
        yield Rejected(source, "broken_archive", f"The archive cannot be opened: {error}. Copy or download it again.")


def _table(path: Path, source: str) -> Iterator[Candidate | PassedOver | Rejected]:
    """The letters of a Parquet file: its column `text`, and `source` or `name` where it has one."""
    try:
        with pq.ParquetFile(path) as table:
            names = set(table.schema_arrow.names)
            if "text" not in names:
                yield Rejected(source, "no_text_column", "The Parquet file has no column named text.")
                return
            named = next((name for name in ("source", "name", "file_name", "case_number") if name in names), None)
            number = 0
            for batch in table.iter_batches(256, columns=["text", *([named] if named else [])]):
                for row in batch.to_pylist():
                    number += 1
                    label = f"{source}/{row[named]}" if named and row[named] else f"{source}:{number}"
                    text = row["text"]
                    content = text if isinstance(text, bytes) else str(text or "").encode("utf-8", "surrogatepass")
                    yield _held(_shown(label), ".txt", content, path)
    except (pa.ArrowException, OSError) as error:
        yield Rejected(
            source, "broken_archive", f"The Parquet file cannot be read: {error}. Copy or download it again."
        )


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise _too_large(size)
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(error) from error


def _unreadable(error: OSError) -> FileRejected:
    return FileRejected("unreadable_file", f"The system does not let it be read: {error.strerror or error}.")


def _too_large(size: int) -> FileRejected:
    return FileRejected(
        "too_large",
        f"It has {size / 1048576:,.0f} MB; no letter is larger than {MAX_FILE_BYTES // 1048576} MB, so it is not opened.",
    )


def _archive(path: Path, source: str) -> Iterator[Candidate | PassedOver | Rejected]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS:
                yield Rejected(source, "archive_too_large", f"The archive has {len(members):,} members; split it.")
                return
            for member in sorted(members, key=lambda entry: entry.filename):
                if not member.is_dir():
                    yield _member(archive, member, source)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        yield Rejected(source, "broken_archive", f"The archive cannot be opened: {error}. Copy or download it again.")


def _place(source: str, name: str, original: str = "") -> str | PassedOver | Rejected:
    """The kind of an archive's member by its suffix, unless it is passed over or refused by its name."""
    shown = f"{source}/{name}"
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or re.match(r"[A-Za-z]:", name) or "\0" in original:
        return Rejected(
            shown, "unsafe_path", "Its path inside the archive climbs out of the archive, so it is not read."
        )
    suffix = parts.suffix.lower()
    if suffix == ".zip" or name.lower().endswith(TAR_FILES):
        return Rejected(
            shown, "archive_in_archive", "It is an archive inside an archive; unpack it once and load that."
        )
    if suffix not in LETTER_SUFFIXES or parts.name.startswith("."):
        return PassedOver(shown)
    return suffix


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, source: str) -> Candidate | PassedOver | Rejected:
    shown = f"{source}/{member.filename}"
    suffix = _place(source, member.filename, member.orig_filename)
    if not isinstance(suffix, str):
        return suffix
    if member.flag_bits & 1:
        return Rejected(
            shown, "encrypted_member", "It is locked with a password; unpack the archive with its password first."
        )
    if member.file_size > MAX_FILE_BYTES:
        return Rejected(shown, "too_large", _too_large(member.file_size).message)
    return Candidate(shown, suffix, lambda: _member_bytes(archive, member))


def _member_bytes(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The member's bytes, never more than the limit whatever the archive's directory claims."""
    try:
        with archive.open(member) as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError, NotImplementedError) as error:
        raise FileRejected("broken_member", f"The archive holds it damaged: {error}.") from error
    except Exception as error:
        if type(error).__module__ in ("zlib", "lzma", "bz2", "_lzma"):
            raise FileRejected("broken_member", f"The archive holds it damaged: {error}.") from error
        raise
    if len(data) > MAX_FILE_BYTES:
        raise _too_large(len(data))
    return data


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise FileRejected("binary_file", "It begins like UTF-16 text but is none.") from error
    head = data[:65536]
    controls = sum(1 for byte in head if byte < 9 or 13 < byte < 32)
    if b"\0" in head or controls > 0.02 * len(head) + 8:
        raise FileRejected("binary_file", "It is no text: its bytes are those of a program, picture or office file.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _pdf_text(data: bytes, source: str) -> str:
    if b"%%EOF" not in data.rstrip(b"\0 \t\r\n")[-2048:] and data[:1024].lstrip().startswith(b"%PDF"):
        raise FileRejected(
            "incomplete_pdf", "The PDF ends in the middle: it was not written or downloaded to its end. Fetch it again."
        )
    try:
        document = pypdfium2.PdfDocument(io.BytesIO(data))
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise FileRejected(
                "locked_pdf", "The PDF asks for a password to be opened; save a copy without one."
            ) from error
        raise FileRejected(
            "broken_pdf", "The PDF is damaged or is none: it cannot be opened. Fetch it again."
        ) from error
    try:
        if len(document) > MAX_PAGES:
            raise FileRejected(
                "too_many_pages",
                f"It has {len(document):,} pages; a letter has a few, and more than {MAX_PAGES} are not read.",
            )
        pages: list[str] = []
        for index in range(len(document)):
            page = document[index]
            text_page = page.get_textpage()
            pages.append(text_page.get_text_range())
            text_page.close()
            page.close()
            if sum(map(len, pages)) > 4 * MAX_TEXT_CHARACTERS:
                break
        if not any(page.strip() for page in pages):
            raise ScanWithoutText(_month(source, document))
        return "\f".join(pages)
    except pypdfium2.PdfiumError as error:
        raise FileRejected("broken_pdf", f"A page of the PDF cannot be read: {error}. Fetch it again.") from error
    finally:
        document.close()


def _month(source: str, document: pypdfium2.PdfDocument) -> str | None:
    named = _MONTH_IN_NAME.search(source)
    if named:
        return f"{named[1]}-{named[2]}"
    try:
        created = _PDF_DATE.match(document.get_metadata_value("CreationDate"))
    except pypdfium2.PdfiumError:
        return None
    return f"{created[1]}-{created[2]}" if created else None
