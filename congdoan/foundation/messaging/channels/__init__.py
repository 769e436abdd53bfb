"""The ways out: each channel is off unless the installation's settings name its server."""

from __future__ import annotations

from congdoan.foundation.messaging.channels import email, sms, webhook, zalo
from congdoan.foundation.messaging.channels.message import Channel
from congdoan.foundation.messaging.choices import EMAIL, SMS, WEBHOOK, ZALO

_CHANNELS: dict[str, Channel] = {
    EMAIL: email.Email(),
    WEBHOOK: webhook.Webhook(),
    ZALO: zalo.Zalo(),
    SMS: sms.Sms(),
}


def channels_on() -> list[str]:
    """Codes of the channels that are set up, in the order of choices."""
    return [code for code, channel in _CHANNELS.items() if channel.is_on()]


def channel_of(code: str) -> Channel:
    """The channel of a code. Raises KeyError."""
    return _CHANNELS[code]
