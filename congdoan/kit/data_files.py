"""Data written by hand in YAML, read strictly: every value is asked for by name and by type.

A person writes these files, so a mistake is answered with the file, the line, the field and what to do, in
Vietnamese. Scalars are taken as they are written: YAML's own guessing would read the Vietnamese figure 1.810
(one thousand eight hundred and ten) as 1.81 and the code 000 as zero.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import yaml

_NOTHING = {"", "null", "~"}
_GROUPED = re.compile(r"^-?\d{1,3}(\.\d{3})+$")

Choice = TypeVar("Choice", bound=StrEnum)


class DataFileError(ValueError):
    """A data file cannot be used. `str()` says in Vietnamese where it is, what is wrong and what to do."""

    def __init__(self, file: str, line: int | None, field: str, problem: str, remedy: str) -> None:
        self.file, self.line, self.field, self.problem, self.remedy = file, line, field, problem, remedy
        place = f"Tệp {file}" + (f", dòng {line}" if line else "") + (f", mục “{field}”" if field else "")
        super().__init__(f"{place}: {problem}. {remedy}.")


class Entry:
    """One mapping of a data file. Ask for every key it may have, then `close()` it: others are refused."""

    def __init__(self, node: yaml.MappingNode, file: str, path: str = "") -> None:
        self._file, self._path, self._line = file, path, node.start_mark.line + 1
        self._nodes: dict[str, yaml.Node] = {}
        self._asked: list[str] = []
        for key, value in node.value:
            name = str(key.value)
            if name in self._nodes:
                raise DataFileError(
                    file,
                    key.start_mark.line + 1,
                    self._at(name),
                    "mục này được ghi hai lần",
                    "Giữ lại một lần và xoá lần kia",
                )
            self._nodes[name] = value

    def _at(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def error(self, key: str, problem: str, remedy: str) -> DataFileError:
        """An error about `key` of this entry (or the entry itself when `key` is empty), ready to raise."""
        node = self._nodes.get(key)
        line = node.start_mark.line + 1 if node is not None else self._line
        return DataFileError(self._file, line, self._at(key) if key else self._path, problem, remedy)

    def _node(self, key: str) -> yaml.Node | None:
        self._asked.append(key)
        node = self._nodes.get(key)
        if isinstance(node, yaml.ScalarNode) and not node.style and node.value in _NOTHING:
            return None
        return node

    def _missing(self, key: str) -> DataFileError:
        return self.error(key, "thiếu giá trị bắt buộc", f"Ghi thêm “{key}” vào mục này")

    def text_or_none(self, key: str) -> str | None:
        """The words of `key` on one line; None when null or absent."""
        node = self._node(key)
        if node is None:
            return None
        if not isinstance(node, yaml.ScalarNode):
            raise self.error(key, "phải là một dòng chữ", "Ghi chữ ngay sau dấu hai chấm, không xuống dòng")
        return " ".join(str(node.value).split())

    def text(self, key: str) -> str:
        value = self.text_or_none(key)
        if not value:
            raise self._missing(key)
        return value

    def coded_or_none(self, key: str, pattern: str, example: str) -> str | None:
        """A code in the form of `pattern` (a regular expression for the whole of it); `example` shows it."""
        value = self.text_or_none(key)
        if value is not None and not re.fullmatch(pattern, value):
            raise self.error(key, f"mã “{value}” không đúng dạng", f"Ghi theo mẫu {example}")
        return value

    def coded(self, key: str, pattern: str, example: str) -> str:
        value = self.coded_or_none(key, pattern, example)
        if not value:
            raise self._missing(key)
        return value

    def number_or_none(self, key: str) -> Decimal | None:
        """A decimal number: 95, 2500, 0.5. The grouping of thousands is refused, being read two ways."""
        raw = self.text_or_none(key)
        if raw is None:
            return None
        if _GROUPED.match(raw):
            plain = raw.replace(".", "")
            raise self.error(
                key,
                f"“{raw}” có thể đọc thành hai số khác nhau",
                f"Ghi {plain}, không dùng dấu ngăn hàng nghìn",
            )
        try:
            value = Decimal(raw)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite():
            raise self.error(
                key, f"“{raw}” không phải là số", "Ghi số bằng chữ số, ví dụ 95 hoặc 0.5, không kèm %"
            )
        return value

    def whole_or_none(self, key: str) -> int | None:
        value = self.number_or_none(key)
        if value is None:
            return None
        if value != value.to_integral_value():
            raise self.error(key, f"“{value}” không phải là số nguyên", "Ghi một số nguyên, ví dụ 20")
        return int(value)

    def day_or_none(self, key: str) -> dt.date | None:
        raw = self.text_or_none(key)
        if raw is None:
            return None
        try:
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", raw):
                raise ValueError
            return dt.date.fromisoformat(raw)
        except ValueError:
            raise self.error(
                key, f"“{raw}” không phải là ngày", "Ghi theo dạng năm-tháng-ngày, ví dụ 2025-07-01"
            ) from None

    def day(self, key: str) -> dt.date:
        value = self.day_or_none(key)
        if value is None:
            raise self._missing(key)
        return value

    def flag_or_none(self, key: str) -> bool | None:
        raw = self.text_or_none(key)
        if raw is None:
            return None
        if raw not in {"true", "false"}:
            raise self.error(key, f"“{raw}” không rõ là có hay không", "Ghi true (có) hoặc false (không)")
        return raw == "true"

    def flag(self, key: str, default: bool = False) -> bool:
        value = self.flag_or_none(key)
        return default if value is None else value

    def choice_or_none(self, key: str, choices: type[Choice]) -> Choice | None:
        raw = self.text_or_none(key)
        if raw is None:
            return None
        try:
            return choices(raw)
        except ValueError:
            known = ", ".join(choices)
            raise self.error(
                key, f"không có giá trị “{raw}”", f"Chọn một trong: {known}{_near(raw, choices)}"
            ) from None

    def choice(self, key: str, choices: type[Choice]) -> Choice:
        value = self.choice_or_none(key, choices)
        if value is None:
            raise self._missing(key)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of one-line texts; empty when null or absent."""
        node = self._node(key)
        if node is None:
            return ()
        if not isinstance(node, yaml.SequenceNode) or any(
            not isinstance(item, yaml.ScalarNode) for item in node.value
        ):
            raise self.error(key, "phải là một danh sách", "Ghi mỗi ý một dòng, bắt đầu bằng dấu gạch “- ”")
        return tuple(" ".join(str(item.value).split()) for item in node.value)

    def entry_or_none(self, key: str) -> Entry | None:
        node = self._node(key)
        if node is None:
            return None
        if not isinstance(node, yaml.MappingNode):
            raise self.error(
                key, "phải gồm các mục con", "Ghi mỗi mục con một dòng dạng “tên: giá trị”, lùi vào trong"
            )
        return Entry(node, self._file, self._at(key))

    def entry(self, key: str) -> Entry:
        value = self.entry_or_none(key)
        if value is None:
            raise self._missing(key)
        return value

    def entries(self, key: str) -> tuple[Entry, ...]:
        """A list of mappings; empty when null or absent."""
        node = self._node(key)
        if node is None:
            return ()
        if not isinstance(node, yaml.SequenceNode):
            raise self.error(key, "phải là một danh sách", "Bắt đầu mỗi phần tử bằng dấu gạch “- ”")
        found = []
        for place, item in enumerate(node.value, start=1):
            if not isinstance(item, yaml.MappingNode):
                raise self.error(
                    key, f"phần tử thứ {place} không gồm các mục con", "Ghi mỗi mục con dạng “tên: giá trị”"
                )
            found.append(Entry(item, self._file, f"{self._at(key)}[{place}]"))
        return tuple(found)

    def names(self) -> tuple[str, ...]:
        """The keys as written, for an entry whose keys are free. Looking at them does not ask for them."""
        return tuple(self._nodes)

    def scalar_or_list(self, key: str) -> str | tuple[str, ...]:
        """The text of `key`, or its list of texts, whichever the file gives."""
        if isinstance(self._nodes.get(key), yaml.SequenceNode):
            return self.texts(key)
        return self.text(key)

    def close(self) -> None:
        """Refuse every key that was never asked for."""
        for key in self._nodes:
            if key not in self._asked:
                hint = _near(key, self._asked) or f". Các mục được dùng: {', '.join(self._asked)}"
                raise self.error(key, "không có mục nào tên này", f"Xoá mục này hoặc sửa lại tên{hint}")


def _near(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1)
    return f" (có phải ý là “{close[0]}”?)" if close else ""


#: The reader written in C is ten times as fast; where PyYAML was built without it, the other says the same.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def open_data_file(path: Path) -> Entry:
    """The outermost mapping of the YAML file at `path` (UTF-8). Raises `DataFileError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataFileError(
            path.name, None, "", "không tìm thấy tệp", "Kiểm tra lại tên và thư mục"
        ) from None
    except UnicodeDecodeError:
        raise DataFileError(
            path.name, None, "", "tệp không phải bảng mã UTF-8", "Lưu lại tệp với bảng mã UTF-8"
        ) from None
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise DataFileError(
            path.name,
            line,
            "",
            "dòng này sai cú pháp YAML",
            "Kiểm tra khoảng lùi đầu dòng, dấu hai chấm và dấu nháy",
        ) from None
    except yaml.YAMLError:
        raise DataFileError(
            path.name,
            None,
            "",
            "tệp có ký tự không đọc được",
            "Lưu lại tệp dạng văn bản thuần, bảng mã UTF-8",
        ) from None
    if not isinstance(node, yaml.MappingNode):
        raise DataFileError(
            path.name, 1, "", "tệp trống hoặc không gồm các mục", "Ghi mỗi mục một dòng dạng “tên: giá trị”"
        )
    return Entry(node, path.name)
