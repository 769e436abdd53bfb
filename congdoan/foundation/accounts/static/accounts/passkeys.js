/* What the browser says about passkeys, in words. The scripts that talk to the key are allauth's. */
(() => {
  "use strict";
  const words = (error) => {
    if (!window.PublicKeyCredential) return "Trình duyệt này chưa dùng được khóa truy cập. Hãy dùng mật khẩu, hoặc mở bằng trình duyệt mới hơn.";
    if (error && error.name === "NotAllowedError") return "Chưa nhận được khóa: bạn đã hủy, hoặc đã quá thời gian chờ. Hãy thử lại.";
    if (error && error.name === "InvalidStateError") return "Khóa này đã được thêm từ trước.";
    if (error && error.name === "SecurityError") return "Khóa truy cập chỉ dùng được qua HTTPS hoặc trên chính máy chủ. Hãy liên hệ người quản trị.";
    return "Chưa dùng được khóa truy cập. Hãy thử lại, hoặc đăng nhập bằng mật khẩu.";
  };
  document.addEventListener("allauth.error", (event) => {
    const place = document.getElementById("passkey-error");
    if (!place) return;
    event.preventDefault();
    place.querySelector("div").textContent = words(event.detail && event.detail.exception);
    place.hidden = false;
  });
})();
