"""Who opens rounds, surveys, and reads what was said in confidence; what an answer may say.

What people say of an employer's attitude, whom to talk to there, and remarks are read by whoever wrote them and by
holders of ``fieldwork.confidential`` at the body, and are in no list, export or API.
"""

from __future__ import annotations

from datetime import date

from congdoan.foundation.access.rules import declare_capabilities
from congdoan.registry.enterprises.rules import headcount_problem

VIEW, RUN, SURVEY, CONFIDENTIAL = (
    "fieldwork.view",
    "fieldwork.run",
    "fieldwork.survey",
    "fieldwork.confidential",
)
declare_capabilities(
    (VIEW, "Xem đợt khảo sát, nhật ký tiếp xúc doanh nghiệp"),
    (RUN, "Mở đợt khảo sát, giao người khảo sát, tiếp nhận phiếu"),
    (SURVEY, "Khảo sát doanh nghiệp được giao; cùng quyền xem thì ghi nhật ký tiếp xúc"),
    (CONFIDENTIAL, "Đọc nhận xét kín và người liên hệ trong phiếu, nhật ký"),
)
#: Whether a photo of the gate may be taken (parameter, true or false).
GATE_PHOTO = "survey.gate_photo"
#: How much each reason counts, and the plan's threshold of workers (parameters, which a body may set for itself).
WEIGHTS, THRESHOLD = "priority.weights", "priority.threshold"
#: Within so many kilometres of the body's office an employer is near.
NEAR_KM = "priority.near_km"
#: Below so many workers no union can be founded; such employers are not called on.
LEAST = "founding.quorum"
#: From so many workers on an employer is very large, whoever owns it.
VERY_LARGE = 500
#: The reasons, in the order they are given, each with its words.
REASONS = {
    "large_fdi": "FDI lớn, hoạt động nhiều năm chưa có công đoàn",
    "very_large": f"từ {VERY_LARGE} lao động",
    "threshold": "đủ ngưỡng kế hoạch",
    "stable": "sản xuất kinh doanh ổn định",
    "party": "đã có tổ chức Đảng",
    "near": "gần trụ sở đơn vị",
}
PHOTO_LIMIT_BYTES = 3 * 1024 * 1024


def answer_problems(
    *,
    on: date,
    from_on: date,
    today: date,
    workers: int | None,
    women: int | None = None,
    foreign: int | None = None,
    seasonal: int | None = None,
    contracts: int | None = None,
    insured: int | None = None,
) -> dict[str, str]:
    """What cannot be right in an answer: a sentence by field, {} when nothing is wrong."""
    found: dict[str, str] = {}
    if on > today:
        found["surveyed_on"] = "Ngày khảo sát chưa tới; hãy kiểm tra lại ngày trên máy."
    elif on < from_on:
        found["surveyed_on"] = f"Đợt khảo sát bắt đầu ngày {from_on:%d/%m/%Y}; hãy chọn ngày từ hôm đó."
    problem = headcount_problem(workers=workers, women=women, foreign=foreign, seasonal=seasonal)
    if problem:
        found["workers"] = problem
    for field, value, words in (
        ("contracts", contracts, "Số đã ký hợp đồng"),
        ("insured", insured, "Số tham gia bảo hiểm xã hội"),
    ):
        if value is not None and workers is not None and value > workers:
            found[field] = f"{words} ({value}) lớn hơn tổng số lao động ({workers}); hãy kiểm tra lại."
    return found
