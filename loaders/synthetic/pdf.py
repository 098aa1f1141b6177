"""A letter as a PDF, written by hand: pages of lines in Times, which every reader has. No library is needed for that."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from loaders.synthetic.layout import pages

_SIZE, _LEADING, _LEFT, _TOP = 11, 14, 72, 720


def write_pdf(paragraphs: Sequence[str], title: str) -> bytes:
    """The letter as PDF bytes, the same ones every time; blanks at the ends of broken lines are kept, as in the state's."""
    laid = list(pages(paragraphs))
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(len(laid)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(laid)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>",
        f"<< /Title ({_escaped(title)}) /Producer (Overturn) >>".encode("cp1252", "replace"),
    ]
    for number, lines in enumerate(laid):
        shown = zlib.compress(_shown(lines))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F 3 0 R >> >> /Contents {6 + 2 * number} 0 R >>".encode()
        )
        objects.append(b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(shown), shown))
    return _file(objects)


def _shown(lines: Sequence[str]) -> bytes:
    said = "\n".join(f"({_escaped(line)}) Tj T*" for line in lines)
    return f"BT /F {_SIZE} Tf {_LEADING} TL {_LEFT} {_TOP} Td\n{said}\nET".encode("cp1252", "replace")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _file(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)
