"""What a Word template drawn by somebody else asks for, read without filling it; and whether it is safe to fill.

A template is code from whoever drew it. The sandbox keeps it from reaching into the program, but not from running for
ever or from filling the memory; so only a few forms of marks are taken: fields, conditions, and repetitions over a list
of the data, never one inside another over the whole list again. Whatever such a template writes is then at most as
long as its marks times the data.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from zipfile import BadZipFile, ZipFile

from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate
from jinja2 import Environment, TemplateError, nodes
from lxml import etree

from congdoan.kit.documents import BrokenTemplate

LIMIT_BYTES = 5 * 1024 * 1024
_UNPACKED_BYTES, _PARTS, _REPEATED_CHARACTERS = 60 * 1024 * 1024, 1000, 300_000
#: What a mark may do to a value: no filter that makes a text many times as long.
FILTERS = {
    "upper",
    "lower",
    "title",
    "capitalize",
    "trim",
    "length",
    "count",
    "default",
    "d",
    "join",
    "first",
    "last",
}
TESTS = {"defined", "undefined", "none", "string", "number", "odd", "even"}
_LOOP = {"index", "index0", "first", "last", "length", "revindex"}
_NODES = (
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.Const,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Compare,
    nodes.Operand,
    nodes.CondExpr,
    nodes.Concat,
)
#: Fields of Word that fetch or start something outside the document.
_FETCHING = re.compile(
    r"\b(INCLUDETEXT|INCLUDEPICTURE|DDE|DDEAUTO|LINK|IMPORT|DATABASE|MACROBUTTON|RD)\b", re.I
)

#: A field as a path: ("number",), ("people", "[]", "name").
Path = tuple[str, ...]


@dataclass
class Marks:
    """The fields a template uses; of each, whether it is repeated over (a list)."""

    used: dict[Path, bool] = field(default_factory=dict)


def read_marks(template: bytes) -> Marks:
    """The fields a .docx template uses, in its text, headers, footers, footnotes and properties.

    Raises BrokenTemplate, in Vietnamese, when the file is not a Word file of sound size without macros and links to
    other files, or when a mark is written wrongly or does what marks may not.
    """
    _check_package(template)
    environment = Environment(autoescape=True)
    found = Marks()
    try:
        for source in _sources(DocxTemplate(io.BytesIO(template))):
            _Walk(found).body(environment.parse(source).body, {})
    except TemplateError as error:
        raise BrokenTemplate(f"Mẫu có dấu trường viết sai: {error}.") from error
    except (
        BadZipFile,
        OpcError,
        etree.XMLSyntaxError,
        KeyError,
        ValueError,
        OSError,
        RecursionError,
    ) as error:
        if isinstance(error, BrokenTemplate):
            raise
        raise BrokenTemplate("Không đọc được mẫu; mẫu phải là tệp Word (.docx) còn nguyên vẹn.") from error
    return found


def _check_package(template: bytes) -> None:
    if len(template) > LIMIT_BYTES:
        raise BrokenTemplate(f"Mẫu lớn hơn {LIMIT_BYTES // 1048576} MB. Hãy giảm cỡ ảnh trong mẫu.")
    try:
        with ZipFile(io.BytesIO(template)) as package:
            parts = package.infolist()
            if len(parts) > _PARTS or sum(part.file_size for part in parts) > _UNPACKED_BYTES:
                raise BrokenTemplate("Mẫu quá lớn khi mở ra. Hãy bỏ bớt ảnh và phần nhúng trong mẫu.")
            names = {part.filename for part in parts}
            if "word/document.xml" not in names:
                raise BrokenTemplate(
                    "Đây không phải tệp Word (.docx). Hãy lưu lại từ Word với kiểu “Word Document”."
                )
            for name in names:
                lower = name.lower()
                if "vbaproject" in lower or "/embeddings/" in lower or "/activex/" in lower:
                    raise BrokenTemplate("Mẫu có macro hoặc tệp nhúng. Hãy bỏ chúng rồi lưu lại thành .docx.")
                if lower.endswith((".xml", ".rels")):
                    _check_part(package.read(name), is_links=lower.endswith(".rels"))
    except (BadZipFile, etree.XMLSyntaxError, NotImplementedError, RuntimeError, EOFError) as error:
        raise BrokenTemplate("Không đọc được mẫu; mẫu phải là tệp Word (.docx) còn nguyên vẹn.") from error


def _check_part(content: bytes, *, is_links: bool) -> None:
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    if root.getroottree().docinfo.doctype:
        raise BrokenTemplate("Mẫu có phần khai báo lạ (DOCTYPE). Hãy mở bằng Word rồi lưu lại thành .docx.")
    if is_links:
        for link in root:
            if link.get("TargetMode") == "External" and not str(link.get("Type")).endswith("/hyperlink"):
                raise BrokenTemplate(
                    "Mẫu lấy nội dung từ tệp hay địa chỉ ngoài. Hãy chèn hẳn nội dung ấy vào mẫu."
                )
        return
    codes = "".join(
        (node.text or "")
        + " "
        + " ".join(value for key, value in node.attrib.items() if key.endswith("}instr"))
        for node in root.iter("{*}instrText", "{*}fldSimple")
    )
    if found := _FETCHING.search(codes):
        raise BrokenTemplate(
            f"Mẫu có trường Word “{found[0].upper()}” lấy nội dung từ ngoài. Hãy bỏ trường này."
        )


def _sources(document: DocxTemplate) -> Iterator[str]:
    """Every text of the document that is filled, as docxtpl fills it."""
    document.init_docx()
    yield document.patch_xml(document.get_xml())
    for address in (document.HEADER_URI, document.FOOTER_URI):
        for _, part in document.get_headers_footers(address):
            yield document.patch_xml(document.get_part_xml(part))
    for part in document.docx.part.package.parts:
        if part.content_type.endswith("footnotes+xml"):
            yield document.patch_xml(part.blob.decode("utf-8"))
    facts = document.docx.core_properties
    for name in ("author", "comments", "identifier", "language", "subject", "title"):
        yield str(getattr(facts, name) or "")


class _Walk:
    """Reads the marks of one text into ``found``, refusing what is not on the list of forms."""

    def __init__(self, found: Marks) -> None:
        self.found = found

    def body(self, items: list[nodes.Node], scope: Mapping[str, Path | None]) -> None:
        for item in items:
            self.visit(item, scope)

    def visit(self, node: nodes.Node, scope: Mapping[str, Path | None]) -> None:
        if isinstance(node, (nodes.Name, nodes.Getattr)):
            path = self.path(node, scope)
            if path is not None:
                self.found.used.setdefault(path, False)
        elif isinstance(node, nodes.For):
            self.repetition(node, scope)
        elif isinstance(node, nodes.Filter):
            if node.name not in FILTERS:
                raise BrokenTemplate(f"Mẫu dùng bộ lọc “{node.name}” không được phép.")
            self.body(list(node.iter_child_nodes()), scope)
        elif isinstance(node, nodes.Test):
            if node.name not in TESTS:
                raise BrokenTemplate(f"Mẫu dùng phép thử “{node.name}” không được phép.")
            self.body(list(node.iter_child_nodes()), scope)
        elif isinstance(node, _NODES):
            self.body(list(node.iter_child_nodes()), scope)
        else:
            raise BrokenTemplate(
                f"Mẫu có dấu lệnh không được phép ({type(node).__name__}, dòng {node.lineno}). Chỉ dùng trường, điều kiện "
                "(if) và lặp theo danh sách (for)."
            )

    def path(self, node: nodes.Node, scope: Mapping[str, Path | None]) -> Path | None:
        """Where a field stands in the data; None for what a repetition knows of itself (loop.index)."""
        if isinstance(node, nodes.Name):
            return scope.get(node.name, (node.name,))
        if not isinstance(node, nodes.Getattr):
            raise BrokenTemplate(
                "Mẫu lấy một phần của giá trị không phải là trường. Hãy chỉ dùng tên trường."
            )
        above = self.path(node.node, scope)
        if node.attr.startswith("_"):
            raise BrokenTemplate(f"Mẫu dùng tên không được phép: “{node.attr}”.")
        if above is None:
            if node.attr not in _LOOP:
                raise BrokenTemplate(f"Mẫu dùng tên không được phép: “loop.{node.attr}”.")
            return None
        return (*above, node.attr)

    def repetition(self, node: nodes.For, scope: Mapping[str, Path | None]) -> None:
        if node.recursive or not isinstance(node.target, nodes.Name):
            raise BrokenTemplate("Mẫu có phép lặp không được phép. Hãy viết: for dòng in danh_sách.")
        over, outer = self.path(node.iter, scope), scope.get("", ())
        if over is None or (outer and over[: len(outer)] != outer):
            raise BrokenTemplate(
                "Mẫu lặp một danh sách bên trong danh sách khác. Phép lặp bên trong chỉ được đi theo danh sách của dòng "
                "đang lặp."
            )
        if sum(len(text.data) for text in node.find_all(nodes.TemplateData)) > _REPEATED_CHARACTERS:
            raise BrokenTemplate("Phần lặp của mẫu quá dài. Hãy chỉ lặp một hàng của bảng hoặc vài đoạn văn.")
        self.found.used[over] = True
        row = (*over, "[]")
        # Under the empty name, which no mark can say, the innermost row.
        inside: dict[str, Path | None] = {**scope, node.target.name: row, "loop": None, "": row}
        if node.test is not None:
            self.visit(node.test, inside)
        self.body(node.body, inside)
        self.body(node.else_, scope)
