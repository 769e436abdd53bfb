"""Digital signatures: what holds is taken and kept with who signed; everything else is refused in words."""

from __future__ import annotations

import base64
import dataclasses
import io
import subprocess
import sys
import zlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typst
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pyhanko.pdf_utils.generic import NumberObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.timestamps import DummyTimeStamper

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.catalogues.models import Parameter
from congdoan.foundation.units.models import Unit
from congdoan.kit.sealed import unseal
from congdoan.registry.joining.actions import (
    ApplicationData,
    Image,
    JoiningError,
    SignatureRefused,
    content_code,
    submit,
    withdraw,
)
from congdoan.registry.joining.actions.signing import REASONS, is_set_up, verify
from congdoan.registry.joining.documents import form_paper
from congdoan.registry.joining.models import Application, Certificate, Signature
from tests.factories.applications import application_data, make_workplace
from tests.factories.authority import Authority, asn1_of, key_of, sign
from tests.factories.officers import give, make_user
from tests.factories.tree import Tree

DAY = timedelta(days=1)


@pytest.fixture
def authority(settings: Any, tmp_path: Path) -> Authority:
    made = Authority()
    settings.SIGNING = {"roots": made.trust(tmp_path / "roots"), "revocation": "lists"}
    return made


@pytest.fixture
def accepted(tree: Tree) -> None:
    Parameter.objects.filter(code="joining.signatures").update(value=["drawn", "digital"])


def paper_of(**values: Any) -> bytes:
    return form_paper(application_data(**values), on=date(2026, 11, 25))


def with_signature(content: bytes, **values: Any) -> ApplicationData:
    return application_data(signature=Image("digital", "application/pdf", content), **values)


def refused(content: bytes, **values: Any) -> str:
    with pytest.raises(SignatureRefused) as caught:
        verify(with_signature(content, **values), now=timezone.now())
    assert str(caught.value) == REASONS[caught.value.reason]
    return caught.value.reason


@pytest.mark.usefixtures("accepted")
def test_what_is_signed_is_stored_with_who_signed_it(authority: Authority, today: date) -> None:
    holder = authority.issue()
    content = sign(paper_of(), holder)
    sent = submit(data=with_signature(content), on=today)
    kept = Signature.objects.get()
    assert (kept.kind, kept.content_type) == ("digital", "application/pdf")
    assert base64.b64decode(unseal(kept.sealed)) == content
    assert b"%PDF" not in bytes(kept.sealed)
    found = kept.certificate
    assert (found.name, found.issuer, found.has_number) == ("LÒ THỊ NGÂN HÀ", "CA Thử Nghiệm", True)
    assert found.serial == f"{holder.certificate.serial_number:X}"
    assert abs(found.signed_at - timezone.now()) < timedelta(minutes=5)
    # Taken back, nothing of it stays.
    withdraw(code=sent.code, on=today)
    assert not Signature.objects.exists()
    assert not Certificate.objects.exists()


@pytest.mark.usefixtures("accepted")
def test_sent_twice_it_is_one_application_and_another_way_costs_no_statement(
    authority: Authority, today: date
) -> None:
    data = with_signature(sign(paper_of(), authority.issue()))

    def cost(given: ApplicationData) -> int:
        with CaptureQueriesContext(connection) as asked:
            submit(data=given, on=today)
        return len(asked)

    # One look more, before anything is verified; and when it is there already that is all.
    assert cost(data) == cost(application_data()) + 1
    assert cost(data) == 1
    assert Application.objects.count() == 2
    assert Certificate.objects.count() == 1


def test_a_chain_an_older_number_and_no_number(db: None, authority: Authority) -> None:
    below = Authority("CA Cấp Dưới", above=authority)
    signer = verify(with_signature(sign(paper_of(), below.issue(), with_chain=(below,))), now=timezone.now())
    assert (signer.issuer, signer.has_number) == ("CA Cấp Dưới", True)
    for uid in ("CMND:012345678", "", "MST:0101234567"):
        signer = verify(with_signature(sign(paper_of(), authority.issue(uid=uid))), now=timezone.now())
        assert not signer.has_number
    for uid in ("IDCVN-012198000123", "012198000123", "cccd: 012198000123"):
        assert verify(
            with_signature(sign(paper_of(), authority.issue(uid=uid))), now=timezone.now()
        ).has_number


def test_what_a_certificate_tells_must_be_the_applicant(db: None, authority: Authority) -> None:
    assert refused(sign(paper_of(), authority.issue("LÒ THỊ NGÂN"))) == "name"
    assert refused(sign(paper_of(), authority.issue(uid="CCCD:012198000124"))) == "number"
    assert refused(sign(paper_of(), authority.issue(uid="IDCVN-012198000124"))) == "number"
    foreign = {"nationality": "PH", "citizen_id": "", "passport": "P1234567A"}
    content = sign(paper_of(**foreign), authority.issue(uid="HC:P1234567A"))
    assert verify(with_signature(content, **foreign), now=timezone.now()).has_number
    content = sign(paper_of(**foreign), authority.issue(uid="PASPH-P1234567B"))
    assert refused(content, **foreign) == "number"


def test_what_was_signed_must_be_this_application(db: None, authority: Authority) -> None:
    holder = authority.issue()
    content = sign(paper_of(), holder)
    assert verify(with_signature(content), now=timezone.now())
    for change in (
        {"birth_on": date(1998, 9, 6)},
        {"consents": ["membership", "contact", "welfare"]},
        {"workplace_name": "Công ty Khác"},
        {"contract_to": date(2027, 1, 1)},
        {"was_member": True},
        {"phone": "0912000112"},
    ):
        assert refused(content, **change) == "other"
    # A file of one's own with a code that looks like one, and one without.
    made_up = typst.compile(b'#set document(keywords: ("AAAA-BBBB-CCCC-DDDD-EEEE-FFFF",))\nDon', format="pdf")
    assert refused(sign(made_up, holder)) == "other"
    assert refused(sign(typst.compile(b"Don", format="pdf"), holder)) == "foreign"


def test_the_code_is_of_this_installation_alone(settings: Any) -> None:
    data = application_data()
    here = content_code(data)
    assert here == content_code(dataclasses.replace(data, submission_key=application_data().submission_key))
    settings.FIELD_KEY = "B" * 43
    assert content_code(data) != here


def test_a_file_changed_after_signing_is_refused(db: None, authority: Authority) -> None:
    content = sign(paper_of(), authority.issue())
    # One byte of what is signed, and of the signature itself.
    place = content.index(b"stream") + 40
    assert refused(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]) in {
        "altered",
        "unreadable",
    }
    # Something put after it: the page turned on its head.
    later = IncrementalPdfFileWriter(io.BytesIO(content))
    page = later.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = NumberObject(180)
    later.mark_update(page.container_ref)
    out = io.BytesIO()
    later.write(out)
    assert refused(out.getvalue()) == "altered"
    assert refused(content + b"\n% more") in {"altered", "unreadable"}
    # The signature of one file put over another; it may be longer by some bytes, and then nothing is read.
    other = sign(paper_of(full_name="Lò Thị Ngân Hà", birth_on=date(1998, 9, 6)), authority.issue())
    swapped = content.replace(_contents(content), _contents(other).ljust(len(_contents(content)), b"0"))
    assert refused(swapped) in {"altered", "unreadable"}


def test_a_time_stamp_may_follow_and_space_too(db: None, authority: Authority) -> None:
    content = sign(paper_of(), authority.issue())
    assert verify(with_signature(content + b"\r\n"), now=timezone.now())
    clock = authority.issue("Dấu thời gian", uid="")
    stamper = DummyTimeStamper(tsa_cert=asn1_of(clock), tsa_key=key_of(clock))
    stamped = PdfTimeStamper(stamper).timestamp_pdf(
        IncrementalPdfFileWriter(io.BytesIO(content)), "sha256", bytes_reserved=8192
    )
    assert verify(with_signature(bytes(stamped.getvalue())), now=timezone.now())


def _contents(pdf: bytes) -> bytes:
    begin = pdf.index(b"/Contents <") + len(b"/Contents <")
    return pdf[begin : pdf.index(b">", begin)]


def test_signed_twice_the_last_counts(db: None, authority: Authority) -> None:
    mine, other = authority.issue(), authority.issue("Vàng A Páo", "CCCD:012198000999")
    once = sign(paper_of(), mine)
    assert verify(with_signature(sign(once, mine, field="Ky2")), now=timezone.now())
    assert verify(with_signature(sign(sign(paper_of(), other), mine, field="Ky2")), now=timezone.now())
    assert refused(sign(once, other, field="Ky2")) == "name"


def test_certificates_out_of_time_of_use_or_of_trust(db: None, authority: Authority) -> None:
    now = datetime.now(UTC)
    assert refused(sign(paper_of(), authority.issue(ends=now - DAY))) == "expired"
    assert refused(sign(paper_of(), authority.issue(begins=now + DAY))) == "expired"
    assert refused(sign(paper_of(), authority.issue(usage=("key_encipherment",)))) == "purpose"
    assert refused(sign(paper_of(), Authority().issue())) == "untrusted"
    # Its own issuer: whoever makes a certificate for themselves.
    alone = Authority("LÒ THỊ NGÂN HÀ")
    assert refused(sign(paper_of(), alone)) in {"untrusted", "purpose"}
    # An authority below a trusted one that the file does not bring along.
    assert refused(sign(paper_of(), Authority("CA Cấp Dưới", above=authority).issue())) == "untrusted"


def test_a_signature_is_sent_within_a_week_and_not_from_the_future(db: None, authority: Authority) -> None:
    data = with_signature(sign(paper_of(), authority.issue()))
    now = timezone.now()
    assert verify(data, now=now + 6 * DAY)
    for moment, reason in ((now + 8 * DAY, "late"), (now - timedelta(hours=1), "ahead")):
        with pytest.raises(SignatureRefused) as caught:
            verify(data, now=moment)
        assert caught.value.reason == reason


def test_revocation_is_checked_as_the_settings_say(db: None, authority: Authority, settings: Any) -> None:
    folder = Path(settings.SIGNING["roots"])
    gone, good = authority.issue(), authority.issue()
    signed_by_gone, signed_by_good = sign(paper_of(), gone), sign(paper_of(), good)

    def check(content: bytes, revocation: str) -> str:
        settings.SIGNING = {"roots": str(folder), "revocation": revocation}
        try:
            verify(with_signature(content), now=timezone.now())
        except SignatureRefused as error:
            return error.reason
        return ""

    # Without a list: only where one is required is that an obstacle.
    assert [check(signed_by_good, way) for way in ("off", "lists", "require")] == ["", "", "unchecked"]
    listed = folder / "ca.crl"
    listed.write_bytes(authority.revokes(gone))
    assert [check(signed_by_gone, way) for way in ("off", "lists", "require")] == ["", "revoked", "revoked"]
    assert [check(signed_by_good, way) for way in ("lists", "require")] == ["", ""]
    # Out of date it still tells of what it names.
    listed.write_bytes(authority.revokes(gone, begins=datetime.now(UTC) - 30 * DAY))
    assert [check(signed_by_gone, way) for way in ("lists", "require")] == ["revoked", "revoked"]
    assert [check(signed_by_good, way) for way in ("lists", "require")] == ["", "unchecked"]
    # A list that somebody else signed says nothing.
    listed.write_bytes(authority.revokes(gone, by=Authority()))
    assert [check(signed_by_gone, way) for way in ("lists", "require")] == ["", "unchecked"]


def _bomb() -> bytes:
    """A PDF whose table of contents unfolds to more than a gigabyte."""
    packer = zlib.compressobj(1)
    block = b"\0" * (1 << 24)
    packed = b"".join(packer.compress(block) for _ in range(80)) + packer.flush()
    head = b"%PDF-1.7\n"
    entry = (
        b"1 0 obj\n<< /Type /XRef /Size 2 /W [1 2 1] /Root 1 0 R /Filter /FlateDecode /Length "
        + str(len(packed)).encode()
        + b" >>\nstream\n"
    )
    return (
        head + entry + packed + b"\nendstream\nendobj\nstartxref\n" + str(len(head)).encode() + b"\n%%EOF\n"
    )


def test_what_is_no_signed_pdf_is_refused(db: None, authority: Authority) -> None:
    assert refused(paper_of()) == "unsigned"
    for content in (b"", b"%PDF-1.7\n", b"\x89PNG", b"%PDF-1.7\n" + b"x" * 100_000, _bomb()):
        assert refused(content) == "unreadable"


@pytest.mark.usefixtures("accepted")
def test_without_authorities_to_trust_there_is_no_such_way(
    settings: Any, tmp_path: Path, today: date
) -> None:
    content = sign(paper_of(), Authority().issue())
    empty, broken = tmp_path / "empty", tmp_path / "broken"
    empty.mkdir()
    broken.mkdir()
    (broken / "root.pem").write_text("not a certificate")
    for folder in ("", str(empty), str(tmp_path / "nowhere"), str(broken)):
        settings.SIGNING = {"roots": folder, "revocation": "lists"}
        assert is_set_up() == (folder == str(broken))
        with pytest.raises(SignatureRefused, match="chưa kiểm tra được chữ ký số"):
            submit(data=with_signature(content), on=today)
    assert not Application.objects.exists()


def test_a_body_that_does_not_take_it_refuses_it_unread(
    tree: Tree, authority: Authority, today: date
) -> None:
    Parameter.objects.filter(code="joining.signatures").update(value=["drawn", "uploaded"])
    with pytest.raises(JoiningError, match="không dùng cách ký này"):
        submit(data=with_signature(sign(paper_of(), authority.issue())), on=today)
    assert not Application.objects.exists()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_paper_is_one_page_that_says_everything(db: None, language: str) -> None:
    content = paper_of(
        language=language,
        workplace_name="Công ty Cổ phần Tập đoàn May mặc và Giày da Sao Mai Hải Phòng",
        job_title="Công nhân chuyền may số 7",
        email="ngan.ha@congdoan.test",
        contract_kind="fixed",
        contract_from=date(2026, 1, 1),
        contract_to=date(2027, 12, 31),
        consents=["membership", "contact", "welfare"],
        was_member=True,
    )
    reader = PdfFileReader(io.BytesIO(content))
    assert reader.root["/Pages"]["/Count"] == 1


def test_nothing_else_loads_the_libraries(db: None) -> None:
    """Web processes start and stay as small as they were: what reads signatures runs in a program of its own."""
    asked = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'congdoan.config.settings'; django.setup();"
        "import congdoan.config.urls;"
        "sys.exit(any(name.startswith(('pyhanko', 'asn1crypto')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


@pytest.mark.usefixtures("accepted")
def test_who_may_read_the_application_sees_by_whom_and_takes_the_file(
    tree: Tree, system: Actor, authority: Authority, today: date
) -> None:
    workplace = make_workplace(system, tree.north_a, host=tree.unions["NA1"])
    paper = form_paper(application_data(enterprise=workplace), on=today)
    content = sign(paper, authority.issue())
    sent = submit(data=with_signature(content, enterprise=workplace), on=today).application

    def visitor(name: str, unit: Unit) -> Client:
        user = make_user(name)
        give(user, "leader", unit)
        client = Client()
        client.force_login(user)
        return client

    client = visitor("bch", tree.unions["NA1"])
    page = client.get(reverse("joining:application", args=[sent.pk])).content.decode()
    assert "CA Thử Nghiệm" in page
    assert "Họ tên và số định danh trên chứng thư khớp với đơn" in page
    file = client.get(reverse("joining:signature", args=[sent.pk]))
    assert file.content == content
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert list(sent.events.order_by("pk").values_list("kind", flat=True)) == ["submit", "read"]
    other = visitor("bch-khac", tree.unions["NA2"])
    assert other.get(reverse("joining:signature", args=[sent.pk])).status_code == 404
