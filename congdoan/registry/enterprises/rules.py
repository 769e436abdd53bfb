"""Who may see and write the register of employers, and what an employer's record may say."""

from __future__ import annotations

from congdoan.foundation.access.rules import declare_capabilities

VIEW = "enterprises.view"
EDIT = "enterprises.edit"

declare_capabilities(
    (VIEW, "Xem doanh nghiệp"),
    (EDIT, "Ghi doanh nghiệp: đăng ký, số lao động, đánh giá, phân công phụ trách"),
)


def headcount_problem(
    *, workers: int | None, women: int | None, foreign: int | None = None, seasonal: int | None = None
) -> str:
    """Why a headcount cannot be right, as a sentence; '' when nothing is wrong."""
    if workers is None or workers < 0:
        return "Số lao động phải là số từ 0 trở lên."
    for part, name in (
        (women, "lao động nữ"),
        (foreign, "lao động nước ngoài"),
        (seasonal, "lao động thời vụ"),
    ):
        if part is None:
            continue
        if part < 0:
            return f"Số {name} phải là số từ 0 trở lên."
        if part > workers:
            return f"Số {name} ({part}) lớn hơn tổng số lao động ({workers}); hãy kiểm tra lại hai con số."
    return ""
