"""Choices of the register of people."""

SEXES = [("m", "nam"), ("f", "nữ"), ("", "chưa rõ")]
CONTRACT_KINDS = [
    ("indefinite", "không xác định thời hạn"),
    ("fixed", "xác định thời hạn"),
    ("seasonal", "thời vụ"),
    ("civil_servant", "biên chế, hợp đồng làm việc"),
    ("none", "không có quan hệ lao động"),
]
CONSENT_PURPOSES = [
    ("membership", "quản lý đoàn viên"),
    ("contact", "liên hệ qua điện thoại, thư điện tử"),
    ("welfare", "chăm lo, phúc lợi"),
    ("sensitive", "dữ liệu nhạy cảm (dân tộc, tôn giáo)"),
]
