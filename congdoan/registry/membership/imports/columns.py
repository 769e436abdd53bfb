"""The columns a list of members may have, and what they are called."""

from __future__ import annotations

from congdoan.foundation.imports.catalogue import Field

FIELDS = (
    Field(
        "full_name",
        "Họ và tên",
        ("Họ tên", "Họ và tên đoàn viên", "Họ tên đoàn viên", "Họ, tên", "Tên đoàn viên", "Họ và tên khai sinh",
         "Họ và chữ đệm và tên", "Tên", "Full name", "Họ tên người lao động"),
        required=True,
        example="Nguyễn Thị An",
    ),
    Field(
        "birth",
        "Ngày sinh",
        ("Ngày tháng năm sinh", "Ngày, tháng, năm sinh", "Năm sinh", "Sinh ngày", "Ngày sinh (dd/mm/yyyy)",
         "Sinh năm", "NTNS", "Date of birth", "Ngày/tháng/năm sinh"),
        example="08/03/1990",
        help="ngày/tháng/năm; chỉ biết năm thì ghi năm",
    ),
    Field("sex", "Giới tính", ("Nam/Nữ", "Nam, nữ", "Nam (nữ)", "Phái", "Giới", "Sex", "Gender"), example="Nữ"),
    Field("male", "Nam", ("Giới tính Nam", "Năm sinh Nam", "Ngày sinh Nam", "Ngày tháng năm sinh Nam")),
    Field("female", "Nữ", ("Giới tính Nữ", "Năm sinh Nữ", "Ngày sinh Nữ", "Ngày tháng năm sinh Nữ")),
    Field(
        "citizen_id",
        "Số căn cước",
        ("CCCD", "CMND", "Số CCCD", "Số CMND", "CCCD/CMND", "CMND/CCCD", "Số CCCD/CMND", "Số CMND/CCCD",
         "Căn cước công dân", "Số căn cước công dân", "Căn cước", "Số định danh", "Số định danh cá nhân",
         "Mã định danh", "Số CMND/CCCD/Hộ chiếu", "CCCD/CMND/Hộ chiếu", "CMND/CCCD/Hộ chiếu", "Số CCCD/Hộ chiếu",
         "Số CMTND", "Chứng minh nhân dân", "Số giấy tờ tùy thân", "Thẻ căn cước", "Số thẻ căn cước"),
        example="001190000123",
        is_private=True,
    ),
    Field("passport", "Số hộ chiếu", ("Hộ chiếu", "Passport", "Số passport"), is_private=True),
    Field("nationality", "Quốc tịch", ("Nước", "Nationality", "Mang quốc tịch"), example="Việt Nam"),
    Field("ethnicity", "Dân tộc", ("Thành phần dân tộc",), example="Kinh"),
    Field(
        "phone",
        "Điện thoại",
        ("Số điện thoại", "SĐT", "ĐT", "Di động", "Số ĐT", "Điện thoại di động", "Số điện thoại liên hệ", "Phone",
         "Số di động", "Điện thoại liên hệ"),
        example="0912345678",
    ),
    Field("email", "Thư điện tử", ("Email", "E-mail", "Địa chỉ email", "Hộp thư điện tử")),
    Field(
        "address",
        "Nơi ở",
        ("Địa chỉ", "Nơi ở hiện nay", "Chỗ ở hiện nay", "Địa chỉ thường trú", "Thường trú", "Hộ khẩu thường trú",
         "Nơi thường trú", "Tạm trú", "Địa chỉ liên hệ", "Chỗ ở"),
    ),
    Field("hometown", "Quê quán", ("Nguyên quán", "Quê")),
    Field(
        "card_number",
        "Số thẻ đoàn viên",
        ("Số thẻ", "Mã thẻ", "Mã đoàn viên", "Mã số đoàn viên", "Số thẻ công đoàn", "Mã thẻ đoàn viên"),
    ),
    Field(
        "admitted",
        "Ngày kết nạp",
        ("Ngày kết nạp công đoàn", "Ngày kết nạp đoàn viên", "Ngày được kết nạp", "Ngày, tháng, năm kết nạp",
         "Ngày tháng năm kết nạp", "Ngày kết nạp vào công đoàn"),
        example="15/05/2026",
    ),
    Field(
        "joined",
        "Ngày vào công đoàn",
        ("Ngày vào CĐ", "Ngày gia nhập công đoàn", "Ngày gia nhập", "Ngày vào đoàn", "Năm vào công đoàn",
         "Ngày tham gia công đoàn", "Ngày tháng năm vào công đoàn", "Thời gian vào công đoàn"),
    ),
    Field("application", "Ngày làm đơn", ("Ngày đơn", "Ngày viết đơn", "Ngày nộp đơn", "Ngày làm đơn gia nhập")),
    Field("contract_from", "Hợp đồng từ ngày", ("Ngày ký hợp đồng", "Ngày bắt đầu hợp đồng", "HĐLĐ từ ngày")),
    Field("contract_to", "Hợp đồng đến ngày", ("Ngày hết hạn hợp đồng", "Ngày kết thúc hợp đồng", "HĐLĐ đến ngày")),
    Field(
        "workplace",
        "Nơi làm việc",
        ("Doanh nghiệp", "Tên doanh nghiệp", "Công ty", "Tên công ty", "Nơi công tác", "Đơn vị công tác",
         "Đơn vị làm việc", "Cơ quan, doanh nghiệp", "Cơ quan công tác", "Người sử dụng lao động"),
        example="Công ty TNHH May mặc Hoa Ban",
        help="tên đúng như trong sổ doanh nghiệp",
    ),
    Field(
        "workplace_tax",
        "Mã số thuế nơi làm việc",
        ("Mã số thuế doanh nghiệp", "MST doanh nghiệp", "Mã số thuế công ty", "MST công ty", "MST nơi làm việc",
         "Mã số thuế DN", "MST DN"),
        help="chắc chắn hơn tên",
    ),
    Field("works_from", "Làm việc từ ngày", ("Ngày vào làm", "Ngày vào làm việc", "Ngày bắt đầu làm việc")),
    Field(
        "job_title",
        "Công việc",
        ("Chức danh", "Chức danh nghề", "Nghề nghiệp", "Vị trí việc làm", "Chức danh nghề nghiệp",
         "Chức danh công việc", "Công việc đang làm"),
        example="Công nhân may",
    ),
    Field(
        "contract_kind",
        "Loại hợp đồng",
        ("Loại HĐLĐ", "Loại hợp đồng lao động", "Hình thức hợp đồng", "HĐLĐ"),
        example="Không xác định thời hạn",
    ),
    Field(
        "unit",
        "Đơn vị",
        ("Mã đơn vị", "Tên đơn vị", "Công đoàn cơ sở", "CĐCS", "Tên CĐCS", "Mã CĐCS", "Đơn vị sinh hoạt",
         "Tên công đoàn cơ sở", "Sinh hoạt tại", "Nơi sinh hoạt"),
        help="chỉ cần khi danh sách gồm nhiều công đoàn cơ sở; ghi mã hoặc đúng tên",
    ),
)  # fmt: skip
LABELS = {item.name: item.label for item in FIELDS}
