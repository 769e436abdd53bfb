"""Lists of work in the field. What was said in confidence is in none of them."""

from __future__ import annotations

from typing import Any, TypeAlias

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse

from congdoan.foundation.access.queries import home_unit
from congdoan.foundation.catalogues.models import Park, Sector
from congdoan.foundation.units.queries import below_on, unit_named
from congdoan.kit.lists import (
    Column,
    Filter,
    ListContext,
    ListSpec,
    SavedView,
    declare_list,
    names_url,
    page_url,
)
from congdoan.kit.numbers import whole_number
from congdoan.kit.text import search_key
from congdoan.registry.fieldwork import choices, rules
from congdoan.registry.fieldwork.queries import (
    Priority,
    called_on,
    last_visits,
    priority_of,
    visible_outside_lists,
    visible_outside_rows,
    visible_rounds,
    visible_surveys,
    visible_tasks,
    visible_visits,
)

Rows: TypeAlias = QuerySet[Any]


def _in(column: str) -> Any:
    return lambda rows, value, context: rows.filter(**{f"{column}__in": value.split(",")})


def _named(column: str) -> Any:
    """A row whose number is the value; nothing for what is no number."""

    def apply(rows: Rows, value: str, context: ListContext) -> Rows:
        number = whole_number(value)
        return rows.none() if number is None else rows.filter(**{column: number})

    return apply


def _of_unit(rows: Rows, value: str, context: ListContext) -> Rows:
    unit = unit_named(value)
    return rows.filter(unit=unit) if unit is not None else rows.none()


def _by_employer(rows: Rows, typed: str, context: ListContext) -> Rows:
    for word in search_key(typed).split():
        rows = rows.filter(enterprise__name_key__contains=word)
    return rows


def _round_title(context: ListContext) -> list[tuple[str, str]]:
    number = whole_number(context.get("dot"))
    found = visible_rounds(context.actor).filter(pk=number).values_list("title", flat=True).first()
    return [(context.get("dot"), found or context.get("dot"))] if context.get("dot") else []


def _yes(rows: Rows, value: str, context: ListContext) -> Rows:
    return rows.filter(done_on__isnull=value != "1")


ROUNDS = declare_list(
    ListSpec(
        name="fieldwork.rounds",
        title="Đợt khảo sát doanh nghiệp",
        capability=rules.VIEW,
        url_name="fieldwork:rounds",
        queryset=lambda context: (
            visible_rounds(context.actor)
            .select_related("unit")
            .annotate(given=Count("tasks"), done=Count("tasks__done_on"), from_on=F("during__startswith"))
        ),
        order=("opened_on", "id"),
        newest_first=True,
        count_word="đợt",
        row_url=lambda row, context: reverse("fieldwork:round", args=[row.pk]),
        columns=(
            Column("ten", "Tên đợt", "title", width=45),
            Column("don_vi", "Đơn vị mở", "unit.name", hide_on_phone=True, width=36),
            Column("tu", "Từ ngày", "from_on", kind="date", hide_on_phone=True, width=14),
            Column("giao", "Được giao", "given", kind="number", width=12),
            Column("xong", "Đã khảo sát", "done", kind="number", width=12),
            Column(
                "trang_thai",
                "Tình trạng",
                lambda row, context: "Đã đóng" if row.closed_on else "Đang mở",
                width=14,
            ),
        ),
        filters=(
            Filter(
                "dang_mo",
                "Đang mở",
                lambda rows, value, context: rows.filter(closed_on__isnull=value == "1"),
                kind="bool",
            ),
            Filter("don_vi", "Đơn vị", _of_unit, is_hidden=True),
        ),
        empty_title="Chưa có đợt khảo sát nào",
        empty_text="Mở một đợt, chọn doanh nghiệp và giao cho người khảo sát; họ làm trên điện thoại, không cần mạng.",
    )
)

TASKS = declare_list(
    ListSpec(
        name="fieldwork.tasks",
        title="Doanh nghiệp trong đợt khảo sát",
        capability=rules.VIEW,
        url_name="fieldwork:tasks",
        queryset=lambda context: visible_tasks(context.actor).select_related(
            "round", "enterprise__territory", "surveyor"
        ),
        order=("enterprise__sort_key", "id"),
        count_word="doanh nghiệp",
        row_url=lambda row, context: reverse("enterprises:enterprise", args=[row.enterprise_id]),
        search=_by_employer,
        search_label="Tìm theo tên doanh nghiệp; gõ không dấu cũng được",
        columns=(
            Column("ten", "Doanh nghiệp", "enterprise.name", sort=("enterprise__sort_key",), width=45),
            Column("mst", "Mã số thuế", "enterprise.tax_code", hide_on_phone=True, width=16),
            Column(
                "dia_ban",
                "Địa bàn",
                lambda row, context: row.enterprise.territory.name if row.enterprise.territory else "",
                hide_on_phone=True,
                width=22,
            ),
            Column("nguoi", "Người khảo sát", lambda row, context: row.surveyor.get_full_name(), width=26),
            Column("xong", "Ngày xong", "done_on", kind="date", width=14),
            Column("dot", "Đợt", "round.title", hide_on_phone=True, width=36),
        ),
        filters=(
            Filter("xong", "Đã khảo sát", _yes, kind="bool"),
            Filter("dot", "Đợt", _named("round"), options=_round_title, is_hidden=True),
            Filter("nguoi", "Người khảo sát", _named("surveyor"), is_hidden=True),
        ),
        empty_title="Chưa có doanh nghiệp nào",
        empty_text="Vào đợt khảo sát, chọn “Giao doanh nghiệp”.",
    )
)

SURVEYS = declare_list(
    ListSpec(
        name="fieldwork.surveys",
        title="Phiếu khảo sát",
        capability=rules.VIEW,
        url_name="fieldwork:surveys",
        queryset=lambda context: visible_surveys(context.actor).select_related(
            "enterprise", "surveyor", "task__round"
        ),
        order=("surveyed_on", "id"),
        newest_first=True,
        count_word="phiếu",
        row_url=lambda row, context: reverse("fieldwork:survey", args=[row.pk]),
        search=_by_employer,
        search_label="Tìm theo tên doanh nghiệp; gõ không dấu cũng được",
        columns=(
            Column("ten", "Doanh nghiệp", "enterprise.name", width=45),
            Column("ngay", "Ngày khảo sát", "surveyed_on", kind="date", width=14),
            Column("lao_dong", "Lao động", "workers", kind="number", width=11),
            Column(
                "trang_thai",
                "Tình trạng",
                lambda row, context: row.get_state_display().capitalize(),
                width=16,
            ),
            Column(
                "nguoi",
                "Người khảo sát",
                lambda row, context: row.surveyor.get_full_name(),
                hide_on_phone=True,
                width=26,
            ),
            Column("hop_dong", "Đã ký hợp đồng", "contracts", kind="number", on_screen=False, width=14),
            Column("bao_hiem", "Tham gia BHXH", "insured", kind="number", on_screen=False, width=14),
            Column(
                "luong", "Trả lương", lambda row, context: row.get_wages_display(), on_screen=False, width=24
            ),
            Column(
                "dai_dien",
                "Tổ chức đại diện",
                lambda row, context: row.get_representation_display(),
                on_screen=False,
                width=24,
            ),
            Column("ghi_chu", "Ghi chú", "note", on_screen=False, width=40),
        ),
        filters=(
            Filter(
                "trang_thai",
                "Tình trạng",
                _in("state"),
                kind="multi",
                options=[(code, name.capitalize()) for code, name in choices.STATES],
            ),
            Filter("luong", "Trả lương", _in("wages"), kind="multi", options=choices.WAGES),
            Filter("dot", "Đợt", _named("task__round"), options=_round_title, is_hidden=True),
            Filter("nguoi", "Người khảo sát", _named("surveyor"), is_hidden=True),
        ),
        saved_views=(
            SavedView("Tất cả", {}),
            SavedView("Cần xem lại", {"trang_thai": ",".join(choices.OPEN_STATES)}),
        ),
        empty_title="Chưa có phiếu nào",
        empty_text="Phiếu gửi từ điện thoại của người khảo sát sẽ hiện ở đây.",
    )
)

VISITS = declare_list(
    ListSpec(
        name="fieldwork.visits",
        title="Nhật ký tiếp xúc doanh nghiệp",
        capability=rules.VIEW,
        url_name="fieldwork:visits",
        queryset=lambda context: visible_visits(context.actor).select_related("enterprise", "unit", "by"),
        order=("on", "id"),
        newest_first=True,
        count_word="lần tiếp xúc",
        row_url=lambda row, context: reverse("fieldwork:visit", args=[row.pk]),
        search=_by_employer,
        search_label="Tìm theo tên doanh nghiệp; gõ không dấu cũng được",
        columns=(
            Column("ngay", "Ngày", "on", kind="date", sort=("on",), width=14),
            Column("ten", "Doanh nghiệp", "enterprise.name", width=45),
            Column(
                "hinh_thuc",
                "Hình thức",
                lambda row, context: row.get_kind_display().capitalize(),
                hide_on_phone=True,
                width=18,
            ),
            Column(
                "ket_qua", "Kết quả", lambda row, context: row.get_result_display().capitalize(), width=22
            ),
            Column("tiep_theo", "Việc tiếp theo", "next_step", hide_on_phone=True, width=36),
            Column("ngay_tiep", "Ngày làm tiếp", "next_on", kind="date", hide_on_phone=True, width=14),
            Column(
                "nguoi",
                "Người làm",
                lambda row, context: row.by.get_full_name() if row.by else "hệ thống",
                hide_on_phone=True,
                width=26,
            ),
            Column("noi_dung", "Nội dung", "outcome", on_screen=False, width=50),
            Column("so_nguoi", "Số người tiếp xúc", "reached", kind="number", on_screen=False, width=14),
            Column("don_vi", "Đơn vị", "unit.name", on_screen=False, width=36),
        ),
        filters=(
            Filter(
                "hinh_thuc",
                "Hình thức",
                _in("kind"),
                kind="multi",
                options=[(code, name.capitalize()) for code, name in choices.VISIT_KINDS],
            ),
            Filter(
                "ket_qua",
                "Kết quả",
                _in("result"),
                kind="multi",
                options=[(code, name.capitalize()) for code, name in choices.RESULTS],
            ),
            Filter(
                "con_viec",
                "Còn việc phải làm tiếp",
                lambda rows, value, context: rows.filter(
                    next_on__isnull=False, next_done_on__isnull=value == "1"
                ),
                kind="bool",
            ),
            Filter("doanh_nghiep", "Doanh nghiệp", _named("enterprise"), is_hidden=True),
            Filter("don_vi", "Đơn vị", _of_unit, is_hidden=True),
        ),
        empty_title="Chưa ghi lần tiếp xúc nào",
        empty_text="Ghi mỗi lần đến, gọi, họp hoặc phát tờ rơi để người sau biết đã đến đâu.",
    )
)


def _sectors(context: ListContext) -> list[tuple[str, str]]:
    return list(Sector.objects.filter(is_enterprise=True).values_list("code", "name"))


def _parks(context: ListContext) -> list[tuple[str, str]]:
    return list(Park.objects.values_list("code", "name"))


def _row_name(rows: Rows, typed: str, context: ListContext) -> Rows:
    for word in search_key(typed).split():
        rows = rows.filter(Q(name_key__contains=word) | Q(tax_code__startswith=word))
    return rows


def _list_title(context: ListContext) -> list[tuple[str, str]]:
    number = whole_number(context.get("danh_sach"))
    found = visible_outside_lists(context.actor).filter(pk=number).values_list("title", flat=True).first()
    return [(context.get("danh_sach"), found or context.get("danh_sach"))] if context.get("danh_sach") else []


OUTSIDE = declare_list(
    ListSpec(
        name="fieldwork.outside",
        title="Đối chiếu với danh sách ngoài",
        capability=rules.VIEW,
        url_name="fieldwork:outside",
        queryset=lambda context: (
            visible_outside_lists(context.actor)
            .select_related("unit")
            .annotate(
                **{verdict: Count("rows", filter=Q(rows__verdict=verdict)) for verdict, _ in choices.VERDICTS}
            )
        ),
        order=("on", "id"),
        newest_first=True,
        count_word="danh sách",
        row_url=lambda row, context: names_url("fieldwork.outside_rows", {"danh_sach": str(row.pk)}),
        columns=(
            Column("ten", "Danh sách", "title", width=45),
            Column("ngay", "Ngày đối chiếu", "on", kind="date", width=14),
            Column("don_vi", "Sổ của", "unit.name", hide_on_phone=True, width=36),
            Column("khop", "Khớp", choices.SAME, kind="number", width=10),
            Column("khac", "Khác số lao động", choices.DIFFERS, kind="number", hide_on_phone=True, width=14),
            Column("ngoai", "Chỉ ở ngoài", choices.ONLY_THERE, kind="number", width=12),
            Column("trong", "Chỉ trong sổ", choices.ONLY_HERE, kind="number", width=12),
            Column("loi", "Không đọc được", choices.UNREAD, kind="number", hide_on_phone=True, width=14),
        ),
        filters=(Filter("don_vi", "Đơn vị", _of_unit, is_hidden=True),),
        empty_title="Chưa đối chiếu danh sách nào",
        empty_text="Tải lên danh sách của cơ quan thuế, bảo hiểm xã hội hay ban quản lý khu để xem sổ còn thiếu ai.",
    )
)

OUTSIDE_ROWS = declare_list(
    ListSpec(
        name="fieldwork.outside_rows",
        title="Kết quả đối chiếu",
        capability=rules.VIEW,
        url_name="fieldwork:outside_rows",
        queryset=lambda context: visible_outside_rows(context.actor).select_related(
            "outside_list", "enterprise"
        ),
        order=("outside_list_id", "line", "id"),
        count_word="dòng",
        row_url=lambda row, context: (
            reverse("enterprises:enterprise", args=[row.enterprise_id]) if row.enterprise_id else ""
        ),
        search=_row_name,
        search_label="Tìm theo tên, mã số thuế; gõ không dấu cũng được",
        columns=(
            Column("ten", "Doanh nghiệp", "name", width=45),
            Column("mst", "Mã số thuế", "tax_code", hide_on_phone=True, width=16),
            Column(
                "ket_qua", "Kết quả", lambda row, context: row.get_verdict_display().capitalize(), width=24
            ),
            Column("ngoai", "Lao động ở danh sách", "workers", kind="number", width=14),
            Column("trong", "Lao động trong sổ", "ours", kind="number", width=14),
            Column(
                "cong_doan",
                "Công đoàn",
                lambda row, context: "" if row.has_union is None else "Đã có" if row.has_union else "Chưa có",
                hide_on_phone=True,
                width=12,
            ),
            Column("ghi_chu", "Ghi chú", "note", hide_on_phone=True, width=40),
            Column("dong", "Dòng trong tệp", lambda row, context: row.line or "", on_screen=False, width=12),
        ),
        filters=(
            Filter(
                "ket_qua",
                "Kết quả",
                _in("verdict"),
                kind="multi",
                options=[(code, name.capitalize()) for code, name in choices.VERDICTS],
            ),
            Filter(
                "cong_doan",
                "Có công đoàn",
                lambda rows, value, context: rows.filter(has_union=value == "1"),
                kind="bool",
            ),
            Filter(
                "tu_lao_dong",
                "Lao động từ",
                lambda rows, value, context: (
                    rows
                    if whole_number(value) is None
                    else rows.filter(Q(workers__gte=whole_number(value)) | Q(ours__gte=whole_number(value)))
                ),
                options=[(str(n), str(n)) for n in (10, 20, 25, 50, 100)],
            ),
            Filter("danh_sach", "Danh sách", _named("outside_list"), options=_list_title, is_hidden=True),
        ),
        empty_title="Không có dòng nào khớp",
        empty_text="Bớt một điều kiện lọc.",
    )
)


def _priority(context: ListContext) -> Priority:
    """The weights of the reader's body, asked once a page."""
    if "priority" not in context.cache:
        unit = home_unit(context.actor)
        context.cache["priority"] = priority_of(unit.pk if unit else None, context.as_of)
    found: Priority = context.cache["priority"]
    return found


def _prepare_priority(rows: list[Any], context: ListContext) -> None:
    ids = [row.pk for row in rows]
    context.cache["visited"] = last_visits(context.actor, ids, context.as_of)


def _reasons(row: Any, context: ListContext) -> str:
    words = "; ".join(rules.REASONS[name] for name in _priority(context).reasons(row))
    return words[:1].upper() + words[1:]


def _km(row: Any, context: ListContext) -> float | None:
    km = _priority(context).km(row)
    return round(km, 1) if km is not None else None


def _with_reason(rows: Rows, value: str, context: ListContext) -> Rows:
    conditions = {
        "large_fdi": Q(is_priority=True),
        "very_large": Q(headcount__gte=rules.VERY_LARGE),
        "threshold": Q(headcount__gte=_priority(context).threshold),
        "stable": Q(is_stable=True),
        "party": Q(has_party=True),
        "near": Q(km_square__lte=_priority(context).near_km ** 2),
    }
    for name in value.split(","):
        rows = rows.filter(conditions[name]) if name in conditions else rows.none()
    return rows


def _in_charge(rows: Rows, value: str, context: ListContext) -> Rows:
    unit = unit_named(value)
    return rows.filter(unit_id__in=below_on(unit, context.as_of).values("unit_id")) if unit else rows.none()


def _words_of_name(rows: Rows, typed: str, context: ListContext) -> Rows:
    for word in search_key(typed).split():
        rows = rows.filter(Q(name_key__contains=word) | Q(tax_code__startswith=word))
    return rows


PRIORITY = declare_list(
    ListSpec(
        name="fieldwork.priority",
        title="Ưu tiên vận động thành lập công đoàn",
        capability=rules.VIEW,
        url_name="fieldwork:priority",
        queryset=lambda context: called_on(context.actor, context.as_of, _priority(context)).select_related(
            "territory"
        ),
        order=("score", "workers_order", "id"),
        newest_first=True,
        count_word="doanh nghiệp",
        row_url=lambda row, context: page_url("enterprises:enterprise", row.pk, context),
        prepare=_prepare_priority,
        search=_words_of_name,
        search_label="Tìm theo tên, mã số thuế; gõ không dấu cũng được",
        columns=(
            Column("ten", "Doanh nghiệp", "name", width=45),
            Column("diem", "Điểm", "score", kind="number", sort=("score", "workers_order"), width=8),
            Column("ly_do", "Lý do", _reasons, width=60),
            Column("lao_dong", "Lao động", "headcount", kind="number", sort=("workers_order",), width=11),
            Column(
                "dia_ban",
                "Địa bàn",
                lambda row, context: row.territory.name if row.territory else "",
                hide_on_phone=True,
                width=22,
            ),
            Column("phu_trach", "Phụ trách", "unit_name", hide_on_phone=True, width=36),
            Column("cach", "Cách (km)", _km, kind="number", sort=("far",), hide_on_phone=True, width=12),
            Column(
                "tiep_xuc",
                "Tiếp xúc gần nhất",
                lambda row, context: context.cache["visited"].get(row.pk),
                kind="date",
                hide_on_phone=True,
                width=14,
            ),
            Column("mst", "Mã số thuế", "tax_code", on_screen=False, width=16),
            Column("dia_chi", "Địa chỉ", "address", on_screen=False, width=40),
        ),
        filters=(
            Filter(
                "ly_do",
                "Lý do",
                _with_reason,
                kind="multi",
                options=[(name, words[:1].upper() + words[1:]) for name, words in rules.REASONS.items()],
            ),
            Filter(
                "tu_lao_dong",
                "Lao động từ",
                lambda rows, value, context: (
                    rows if whole_number(value) is None else rows.filter(headcount__gte=whole_number(value))
                ),
                options=[(str(n), str(n)) for n in (10, 20, 25, 50, 100, 200, 500)],
            ),
            Filter("khu_vuc", "Khu vực", _in("sector"), kind="multi", options=_sectors),
            Filter("khu_cn", "Khu công nghiệp", _in("park"), kind="multi", options=_parks),
            Filter("dia_ban", "Địa bàn", _in("territory"), is_hidden=True),
            Filter("don_vi", "Phụ trách", _in_charge, is_hidden=True),
        ),
        empty_title="Không còn doanh nghiệp nào chưa có công đoàn",
        empty_text="Hoặc bớt một điều kiện lọc.",
    )
)
