"""Who may change how a paper looks, and what a template must and may hold."""

from __future__ import annotations

from difflib import get_close_matches

from congdoan.foundation.access.rules import declare_capabilities
from congdoan.foundation.papers.catalogue import Paper
from congdoan.kit.template_marks import Marks

DESIGN = "papers.design"
declare_capabilities((DESIGN, "Thay mẫu văn bản của đơn vị"))


def faults(paper: Paper, marks: Marks) -> list[str]:
    """What is wrong with a template for a paper, in words with what to do; empty when it can be used."""
    known = dict(paper.paths())
    lists = {path for path, item in known.items() if item.items}
    found = []
    for path, is_repeated in marks.used.items():
        name, group = path[-1], path[0] if len(path) > 1 else ""
        if path == (group, "[]") and (group,) in lists:
            found.append(
                f"Trong danh sách “{group}” phải ghi rõ trường của dòng, ví dụ “dòng.{_first(paper, group)}”."
            )
        elif path not in known:
            near = get_close_matches(name, [other[-1] for other in known], n=1, cutoff=0.5)
            hint = f" Có phải “{near[0]}”?" if near else ""
            place = f" trong danh sách “{group}”" if group else ""
            found.append(f"Không có trường “{name}”{place}.{hint}")
        elif is_repeated and path not in lists:
            found.append(f"Trường “{name}” không phải danh sách nên không lặp được.")
    used = set(marks.used)
    found += [
        f"Thiếu trường bắt buộc “{path[-1]}”"
        f"{f' trong danh sách “{path[0]}”' if len(path) > 1 else ''} ({item.words[0].lower()}{item.words[1:]})."
        for path, item in known.items()
        if item.required and path not in used
    ]
    return found


def _first(paper: Paper, name: str) -> str:
    return next(item.items[0].name for item in paper.fields if item.name == name)
