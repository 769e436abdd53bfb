"""SMS over SMPP 3.4 (library smpplib, LGPL). One short message of one part, without accents: what every phone shows
and what costs one message. The link is left out when it does not fit."""

from __future__ import annotations

import ssl
from datetime import datetime

from django.conf import settings
from smpplib import consts, exceptions, gsm
from smpplib.client import Client

from congdoan.foundation.accounts.models import User
from congdoan.foundation.messaging.channels.message import (
    NO_PHONE,
    Message,
    Refused,
    TryLater,
    Unsure,
    mobile_of,
)
from congdoan.kit.text import unaccent

_ONE_PART = 160
#: ESME_RTHROTTLED, message queue full, system error: later it may work.
_LATER = {consts.SMPP_ESME_RTHROTTLED, consts.SMPP_ESME_RMSGQFUL, consts.SMPP_ESME_RSYSERR}
_MOST_OTHER_PDUS = 20


def short_text(message: Message) -> str:
    """The words of the SMS: at most 160 signs of the plain GSM alphabet."""
    plain = " ".join(unaccent(message.subject).split())
    known = "".join(sign if sign in gsm.GSM_CHARACTER_TABLE[:128] and sign != "`" else "?" for sign in plain)
    with_link = f"{known} {message.url}".strip()
    text = with_link if len(with_link) <= _ONE_PART else known
    return text if len(text) <= _ONE_PART else text[: _ONE_PART - 3].rstrip() + "..."


class Sms:
    """Binds as transmitter, submits one message, unbinds."""

    knows_repeats = False

    def is_on(self) -> bool:
        return bool(settings.MESSAGING["smpp_host"])

    def obstacle(self, user: User) -> str:
        return "" if mobile_of(user) else NO_PHONE

    def prepare(self, now: datetime) -> None:
        """Nothing."""

    def send(self, message: Message) -> None:
        """Until the message is submitted a failure is certain; between that and the answer it is not."""
        chosen = settings.MESSAGING
        context = ssl.create_default_context() if chosen["smpp_tls"] else None
        client = Client(
            chosen["smpp_host"],
            chosen["smpp_port"],
            timeout=chosen["timeout"],
            ssl_context=context,
            allow_unknown_opt_params=True,
        )
        try:
            self._bind(client)
            self._submit(client, message)
        finally:
            self._leave(client)

    def _bind(self, client: Client) -> None:
        chosen = settings.MESSAGING
        try:
            client.connect()
            client.bind_transmitter(system_id=chosen["smpp_user"], password=chosen["smpp_password"])
        except exceptions.PDUError as error:
            raise TryLater("Cổng SMS không chấp nhận tài khoản. Hãy kiểm tra cấu hình SMPP.") from error
        except (exceptions.ConnectionError, OSError, ValueError) as error:
            raise TryLater("Không kết nối được cổng SMS.") from error

    def _submit(self, client: Client, message: Message) -> None:
        parts, coding, esm_class = gsm.make_parts(short_text(message))
        try:
            sent = client.send_message(
                source_addr_ton=consts.SMPP_TON_ALNUM,
                source_addr_npi=consts.SMPP_NPI_UNK,
                source_addr=settings.MESSAGING["smpp_sender"],
                dest_addr_ton=consts.SMPP_TON_INTL,
                dest_addr_npi=consts.SMPP_NPI_ISDN,
                destination_addr=message.to_phone,
                short_message=parts[0],
                data_coding=coding,
                esm_class=esm_class,
            )
            status = self._status_of(client, sent.sequence)
        except (exceptions.ConnectionError, exceptions.PDUError, OSError, ValueError) as error:
            raise Unsure("Cổng SMS không trả lời, không rõ tin đã đi hay chưa.") from error
        if status in _LATER:
            raise TryLater(f"Cổng SMS đang bận (mã {status}).")
        if status != consts.SMPP_ESME_ROK:
            raise Refused(f"Cổng SMS từ chối (mã {status}).")

    def _status_of(self, client: Client, sequence: int) -> int:
        """The status of the answer to our message; other traffic in between is passed over, some of it answered."""
        for _ in range(_MOST_OTHER_PDUS):
            answer = client.read_pdu()
            if answer.command == "submit_sm_resp" and answer.sequence == sequence:
                return int(answer.status)
            if answer.command == "enquire_link":
                client._enquire_link_received(answer)
        raise exceptions.ConnectionError

    def _leave(self, client: Client) -> None:
        try:
            if client._socket is not None and client.state != consts.SMPP_CLIENT_STATE_OPEN:
                client.unbind()
        except (exceptions.ConnectionError, exceptions.PDUError, OSError):
            pass  # The message was answered; how the farewell went changes nothing.
        finally:
            client.disconnect()
