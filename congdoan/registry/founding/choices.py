"""Kinds, states and posts of the founding of unions."""

from __future__ import annotations

GRASSROOTS, OCCUPATIONAL, DIRECT, TEMPORARY = "grassroots", "occupational", "direct", "temporary"
KINDS = [
    (GRASSROOTS, "công đoàn cơ sở do người lao động thành lập"),
    (DIRECT, "công đoàn cơ sở do cấp trên trực tiếp vận động thành lập"),
    (TEMPORARY, "công đoàn cơ sở có ban chấp hành lâm thời"),
    (OCCUPATIONAL, "nghiệp đoàn cơ sở"),
]
#: The kind of union body a file leads to.
UNIT_KINDS = {
    GRASSROOTS: "grassroots_union",
    DIRECT: "grassroots_union",
    TEMPORARY: "grassroots_union",
    OCCUPATIONAL: "occupational_union",
}
OPEN, RECOGNISED, SUPPORTED, ABANDONED = "open", "recognised", "supported", "abandoned"
STATES = [
    (OPEN, "đang vận động"),
    (RECOGNISED, "đã công nhận, đang hỗ trợ năm đầu"),
    (SUPPORTED, "đã xong năm đầu"),
    (ABANDONED, "đã dừng"),
]
#: Work goes on in these.
LIVE = (OPEN, RECOGNISED)
TEAM, AUTHORITY = "team", "authority"
#: Who must act to reach a step.
WHO = [(TEAM, "tổ vận động"), (AUTHORITY, "công đoàn có thẩm quyền công nhận")]
FOUNDING, FIRST_YEAR = "founding", "first_year"
PHASES = [(FOUNDING, "các bước thành lập"), (FIRST_YEAR, "việc của năm đầu")]
#: Steps that acts of their own lead to; the others are data alone.
FIRST_STEP, RECOGNISED_STEP, LAST_STEP = "known", "recognised", "supported"
CHAIR = "chair"
#: What must be kept before a step is reached, where its row says so (Step.proof): in words for who has to see to it.
PROOFS = [
    ("", "lời ghi kết quả"),
    ("survey", "số lao động của nơi làm việc đã quan sát trong 12 tháng (Khảo sát, hoặc trang doanh nghiệp)"),
    ("visit", "lần gặp người sử dụng lao động trong 12 tháng (Nhật ký tiếp xúc)"),
    ("core_group", "ít nhất ba người ủng hộ, trong đó một người dẫn dắt, trên Bản đồ nòng cốt"),
    (
        "founders",
        "ban vận động có Trưởng ban, số và ngày văn bản lập ban (Hồ sơ pháp lý), hoặc bản quét văn bản ấy",
    ),
    ("congress", "ngày đại hội, số phiếu, Chủ tịch được bầu (Hồ sơ pháp lý), hoặc bản quét biên bản"),
    ("submission", "số và ngày tờ trình (Hồ sơ pháp lý), hoặc bản quét tờ trình"),
    ("appraisal", "ngày, người và kết luận thẩm định (Hồ sơ pháp lý), hoặc bản quét phiếu thẩm định"),
    ("launch", "ngày ra mắt (Hồ sơ pháp lý), hoặc bản quét chương trình ra mắt"),
]
#: The paper whose signed scan proves as much.
PROOF_PAPERS = {
    "founders": "founding-committee",
    "congress": "founding-minutes",
    "submission": "founding-submission",
    "appraisal": "founding-appraisal",
    "launch": "founding-launch",
}
POSTS = [
    (CHAIR, "Chủ tịch"),
    ("vice_chair", "Phó Chủ tịch"),
    ("member", "Ủy viên Ban Chấp hành"),
    ("chief", "Chủ nhiệm Ủy ban Kiểm tra"),
    ("inspector", "Ủy viên Ủy ban Kiểm tra"),
]
#: The posts of the inspection committee; the others are of the executive committee.
INSPECTION_POSTS = [post for post in POSTS if post[0] in ("chief", "inspector")]
EXECUTIVE_POSTS = [post for post in POSTS if post not in INSPECTION_POSTS]
#: What an applicant is chosen into on the way: the founding committee, the committees that the congress elects.
FOUNDERS, EXECUTIVE, INSPECTION = "founders", "executive", "inspection"
BODIES = [
    (FOUNDERS, "Ban vận động"),
    (EXECUTIVE, "Ban Chấp hành"),
    (INSPECTION, "Ủy ban Kiểm tra"),
]
HEAD, FOUNDER = "head", "founder"
FOUNDER_POSTS = [(HEAD, "Trưởng ban"), (FOUNDER, "Thành viên")]
NOMINEE_POSTS = [*FOUNDER_POSTS, *POSTS]
#: How far somebody at the workplace supports a union, as the team judges it.
SUPPORT = [
    (1, "nòng cốt, vận động người khác"),
    (2, "ủng hộ"),
    (3, "chưa rõ, còn lưỡng lự"),
    (4, "không ủng hộ"),
    (5, "phản đối, ngăn người khác"),
]
#: Who counts as a supporter, and who was against before they were turned around.
SUPPORTS, AGAINST = 2, 4
