"""What the rooms' actions may say to a worker: named here so that it is translated with the public pages."""

from __future__ import annotations

from django.utils.translation import gettext_noop

SAID = (
    gettext_noop("Mã vừa được gửi. Hãy đợi một phút rồi mới yêu cầu mã khác."),
    gettext_noop(
        "Đơn này đã nhận đủ 5 mã. Hãy kiểm tra lại số điện thoại hoặc thư, rồi mở lại trang và gửi đơn từ đầu."
    ),
    gettext_noop("Quá nhiều lần gửi từ mạng này trong một giờ. Hãy thử lại sau."),
    gettext_noop("Chưa gửi được mã. Hãy kiểm tra số điện thoại hoặc địa chỉ thư rồi thử lại."),
    gettext_noop("Công đoàn nơi nhận đơn không dùng cách ký này. Hãy ký theo cách khác."),
    gettext_noop("Đơn này không chờ bổ sung."),
    gettext_noop("Hãy viết nội dung bổ sung."),
    gettext_noop("Đơn này đã được quyết định nên không rút được nữa."),
    gettext_noop("Hợp đồng lao động của người lao động nước ngoài chưa đủ thời hạn"),
    gettext_noop("Không thuộc đối tượng gia nhập công đoàn"),
    gettext_noop("Đã là đoàn viên; cần chuyển sinh hoạt thay vì gia nhập"),
    gettext_noop("Thông tin trong đơn không đúng hoặc không xác minh được"),
    gettext_noop("Lý do khác, ghi ở phần giải thích"),
    gettext_noop("Đơn này không còn chờ xét nên không đổi được lựa chọn này."),
    gettext_noop("Ban vận động ở nơi bạn làm"),
    gettext_noop(
        "Không đọc được tệp này. Hãy chọn đúng tệp PDF mà ứng dụng ký số đã lưu, không đặt mật khẩu."
    ),
    gettext_noop("Tệp PDF này chưa có chữ ký số. Hãy mở đơn trong ứng dụng ký số, ký, rồi chọn tệp đã ký."),
    gettext_noop(
        "Tệp PDF này đã bị sửa sau khi ký. Hãy lấy lại đơn, ký, và gửi đúng tệp mà ứng dụng ký số đã lưu."
    ),
    gettext_noop(
        "Chứng thư số đã ký không có hiệu lực vào hôm nay. Hãy gia hạn chứng thư hoặc ký theo cách khác."
    ),
    gettext_noop("Giờ ký trong tệp muộn hơn hiện tại. Hãy chỉnh lại giờ của máy đã ký, rồi ký lại."),
    gettext_noop("Đơn này được ký đã quá 7 ngày. Hãy lấy lại đơn và ký lại."),
    gettext_noop(
        "Chứng thư số này không dùng để ký văn bản. Hãy ký bằng chứng thư khác hoặc ký theo cách khác."
    ),
    gettext_noop("Chứng thư số đã ký không do tổ chức mà công đoàn công nhận cấp. Hãy ký theo cách khác."),
    gettext_noop("Chứng thư số đã ký đã bị thu hồi. Hãy liên hệ nơi cấp chứng thư, hoặc ký theo cách khác."),
    gettext_noop(
        "Lúc này chưa kiểm tra được chứng thư số có bị thu hồi hay không. Hãy thử lại sau hoặc ký theo cách khác."
    ),
    gettext_noop(
        "Họ tên trên chứng thư số khác họ tên trong đơn. Hãy ghi họ tên như trên chứng thư rồi lấy đơn và ký lại."
    ),
    gettext_noop(
        "Số giấy tờ trên chứng thư số khác số trong đơn. Hãy kiểm tra số đã ghi, lấy lại đơn và ký lại."
    ),
    gettext_noop("Tệp PDF này không phải đơn lấy từ trang này. Hãy bấm nút lấy đơn, ký tệp ấy rồi gửi lại."),
    gettext_noop(
        "Nội dung đã ký khác những gì đang ghi trong đơn. Hãy lấy lại đơn theo nội dung mới rồi ký lại."
    ),
    gettext_noop("Hệ thống chưa kiểm tra được chữ ký số. Hãy thử lại sau hoặc ký theo cách khác."),
)
