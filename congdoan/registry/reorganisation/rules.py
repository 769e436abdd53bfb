"""Who may prepare and who may carry out a reorganisation."""

from __future__ import annotations

from congdoan.foundation.access.rules import declare_capabilities

VIEW = "reorganisation.view"
PREPARE = "reorganisation.prepare"
COMMIT = "reorganisation.commit"

declare_capabilities(
    (VIEW, "Xem quyết định sắp xếp tổ chức"),
    (PREPARE, "Soạn và kiểm tra quyết định sắp xếp tổ chức"),
    (COMMIT, "Thực hiện, hoàn tác quyết định sắp xếp tổ chức"),
)
