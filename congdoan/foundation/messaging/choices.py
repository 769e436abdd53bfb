"""Channels by which a notice leaves the product, and the states of a delivery."""

#: In the product itself; never a delivery of its own, for the notice is there as soon as its cause commits.
IN_APP = "app"
EMAIL, WEBHOOK, ZALO, SMS = "email", "webhook", "zalo", "sms"
CHANNELS = [
    (EMAIL, "Email"),
    (WEBHOOK, "Cổng nhắn tin"),
    (ZALO, "Zalo"),
    (SMS, "SMS"),
]
CHANNEL_NAMES = dict(CHANNELS)

STATES = [
    ("waiting", "chờ gửi"),
    ("sending", "đang gửi"),
    ("sent", "đã gửi"),
    ("failed", "không gửi được"),
    ("held", "giữ lại"),
]
