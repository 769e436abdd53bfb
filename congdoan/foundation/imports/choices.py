"""States of an import and what may become of a row."""

STATES = [
    ("uploaded", "đã tải lên"),
    ("previewing", "đang đọc"),
    ("previewed", "đã xem trước"),
    ("committing", "đang ghi"),
    ("committed", "đã ghi"),
    ("undoing", "đang hoàn tác"),
    ("undone", "đã hoàn tác"),
    ("failed", "không đọc được"),
]
OUTCOMES = [
    ("create", "thêm mới"),
    ("update", "thay đổi"),
    ("unchanged", "không đổi"),
    ("doubtful", "cần xem lại"),
    ("refused", "không nhận"),
]
#: What an officer decides about a doubtful row. Left undecided, it is not written.
DECISIONS = [
    ("", "chưa quyết định"),
    ("new", "người (đơn vị) khác: thêm mới"),
    ("same", "cùng một người (đơn vị): dùng hồ sơ đã có"),
    ("skip", "bỏ qua dòng này"),
]
EFFECTS = [
    ("created", "thêm mới"),
    ("joined", "ghi thêm cho hồ sơ đã có"),
    ("updated", "thay đổi"),
]
