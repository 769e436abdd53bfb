"""Who may read the audit trail, and what its verbs are called."""

from __future__ import annotations

from congdoan.foundation.access.rules import declare_capabilities

VIEW = "audit.view"
declare_capabilities((VIEW, "Xem nhật ký"))

#: Rooms by the first word of a verb.
ROOM_NAMES = {
    "access": "Phân quyền",
    "accounts": "Tài khoản, đăng nhập",
    "approvals": "Phê duyệt",
    "catalogues": "Danh mục",
    "enterprises": "Doanh nghiệp",
    "imports": "Nhập danh sách",
    "listing": "Xuất danh sách",
    "files": "Tệp",
    "joining": "Đơn gia nhập",
    "membership": "Đoàn viên, biến động",
    "messaging": "Thông báo, gửi tin",
    "organisation": "Tổ chức công đoàn",
    "people": "Thông tin cá nhân",
    "plans": "Kế hoạch, chỉ tiêu",
    "reports": "Báo cáo",
    "tokens": "Mã truy cập, API",
    "units": "Cây tổ chức",
}

#: Readings of personal data, by verb: they are looked for on their own.
READINGS = ("people.reveal_identity", "people.reveal", "listing.export", "tokens.read")
