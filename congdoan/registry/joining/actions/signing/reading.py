"""Reads a digitally signed PDF: by whom it is signed, by which certificate, and whether all of it holds.

A program of its own, run by ``signing`` for each file: what strangers send is parsed with a bounded memory and time, and
the libraries for it are loaded nowhere else. The file comes in by standard input, what was found goes out as JSON. It needs
nothing of this product and asks nobody on the network: neither the issuer of a certificate nor anybody else learns that it
was checked here.
"""

from __future__ import annotations

import io
import json
import re
import resource
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import pem
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

#: What a file may take to be read: bytes of address space, seconds of the processor.
MEMORY, SECONDS = 1 << 30, 15
#: What is written first, once the certificates are read.
READY = "ready"
#: A phone's clock may be ahead of ours by so much.
_AHEAD = timedelta(minutes=15)
#: What of the words about the file is looked at.
_LONGEST = 20_000
_USAGES = {"digital_signature", "non_repudiation"}
#: How authorities write the number of a person's papers: "CCCD:012…", "CMND:…", "HC:…", "IDCVN-…" (ETSI EN 319 412-1),
#: or the figures alone.
_NUMBER = re.compile(
    r"^(?:(?:CCCD|CMND|CMT|CC|HC|PASSPORT|PP)\s*[:\-]|(?:IDC|PAS|PNO)[A-Z]{2}-)\s*([A-Z0-9]{6,14})$|^(\d{9}|\d{12})$"
)


class Refused(Exception):
    """Why the file does not count as signed: the code of a reason in ``signing.REASONS``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Reading:
    """A signature that holds. ``name`` and ``numbers``: the holder's, as the certificate has them; ``serial``: the
    certificate's, hexadecimal; ``signed_at``: as the signer's device said, ISO, '' when it did not; ``said``: the words
    about the file that were signed with it."""

    name: str
    numbers: list[str]
    issuer: str
    serial: str
    signed_at: str
    said: str


def certificates(folder: Path) -> list[asn1.Certificate]:
    """The certificates of the folder's .pem and .crt files, PEM or DER. Raises ValueError for a file that holds none."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in {".pem", ".crt", ".cer"}:
            continue
        content = path.read_bytes()
        if pem.detect(content):
            found += [
                asn1.Certificate.load(der)
                for kind, _, der in pem.unarmor(content, multiple=True)
                if kind == "CERTIFICATE"
            ]
        else:
            found.append(asn1.Certificate.load(content, strict=True))
    return found


def revocation_lists(folder: Path) -> list[x509.CertificateRevocationList]:
    """The lists of revoked certificates in the folder's .crl files, PEM or DER."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() == ".crl":
            content = path.read_bytes()
            load = x509.load_pem_x509_crl if content.lstrip().startswith(b"-----") else x509.load_der_x509_crl
            found.append(load(content))
    return found


def read(
    content: bytes,
    *,
    trusted: list[asn1.Certificate],
    lists: list[x509.CertificateRevocationList],
    is_required: bool,
    now: datetime,
) -> Reading:
    """What the last signature of a PDF says, when its certificate leads to one that is ``trusted``.

    What one of the ``lists`` names is refused; with ``is_required`` each certificate below a trusted one must also be
    covered by a list that is in force. Raises Refused.
    """
    if not content.startswith(b"%PDF"):
        raise Refused("unreadable")
    reader = PdfFileReader(io.BytesIO(content))
    if reader.encrypted:
        raise Refused("unreadable")
    signatures = reader.embedded_regular_signatures
    if not signatures:
        raise Refused("unsigned")
    last = signatures[-1]
    status = validate_pdf_signature(
        last,
        signer_validation_context=ValidationContext(
            trust_roots=trusted, other_certs=trusted, moment=now, allow_fetching=False
        ),
        key_usage_settings=KeyUsageConstraints(key_usage=_USAGES),
    )
    _check_whole(last, status, content)
    signed_at = status.signer_reported_dt
    if signed_at is not None and signed_at.tzinfo is None:
        signed_at = signed_at.replace(tzinfo=UTC)
    holder = status.signing_cert
    begins, ends = holder.not_valid_before, holder.not_valid_after
    if signed_at is not None and signed_at > now + _AHEAD:
        raise Refused("ahead")
    if not begins <= now <= ends or (signed_at is not None and not begins <= signed_at <= ends):
        raise Refused("expired")
    usage = holder.key_usage_value
    if usage is not None and not set(usage.native) & _USAGES:
        raise Refused("purpose")
    if not status.trusted or status.validation_path is None:
        raise Refused("untrusted")
    path = [x509.load_der_x509_certificate(item.dump()) for item in status.validation_path]
    _check_revocation(path, lists, is_required=is_required, now=now)
    subject = _names(holder.subject)
    typed = [
        value.strip().upper() for kind in ("user_id", "serial_number") for value in subject.get(kind, [])
    ]
    return Reading(
        name=" ".join(subject.get("common_name", [])[:1]),
        numbers=[found[1] or found[2] for value in typed if (found := _NUMBER.match(value))],
        issuer=_issuer(holder),
        serial=f"{holder.serial_number:X}",
        signed_at=signed_at.isoformat() if signed_at is not None else "",
        # What follows the signed part, if anything, is no part of it.
        said=_said(content[: last.byte_range[2] + last.byte_range[3]]),
    )


def _check_whole(last: EmbeddedPdfSignature, status: PdfSignatureStatus, content: bytes) -> None:
    """The signature is right and is for the whole file. What may follow it is what lets it be checked years later (answers
    of the authority, a time stamp): nothing that changes what is read."""
    if not status.intact or not status.valid:
        raise Refused("altered")
    _, _, begin, length = last.byte_range
    if not content[begin + length :].strip():
        if status.coverage in (SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION):
            return
    elif last.signed_revision < last.reader.total_revisions - 1:
        if (
            status.coverage == SignatureCoverageLevel.ENTIRE_REVISION
            and status.modification_level == ModificationLevel.LTA_UPDATES
        ):
            return
    raise Refused("altered")


def _check_revocation(
    path: list[x509.Certificate],
    lists: list[x509.CertificateRevocationList],
    *,
    is_required: bool,
    now: datetime,
) -> None:
    """``path`` leads from the trusted certificate to the holder's. A list counts when its issuer has signed it: they come
    over the network unprotected. One that is out of date still tells of what it names."""
    for above, below in zip(path, path[1:], strict=False):
        is_covered = False
        for one in lists:
            if one.issuer != below.issuer or not _is_signed(one, above):
                continue
            if one.get_revoked_certificate_by_serial_number(below.serial_number) is not None:
                raise Refused("revoked")
            ends = one.next_update_utc
            is_covered |= one.last_update_utc <= now + _AHEAD and ends is not None and now < ends
        if is_required and not is_covered:
            raise Refused("unchecked")


def _is_signed(one: x509.CertificateRevocationList, above: x509.Certificate) -> bool:
    try:
        return one.is_signature_valid(above.public_key())  # type: ignore[arg-type]
    except (TypeError, ValueError, UnsupportedAlgorithm):
        return False


def _names(name: asn1.Name) -> dict[str, list[str]]:
    """The parts of a name by what they are; a part may come more than once."""
    parts: dict[str, list[str]] = {}
    for group in name.chosen:
        for pair in group:
            parts.setdefault(pair["type"].native, []).append(str(pair["value"].native))
    return parts


def _issuer(holder: asn1.Certificate) -> str:
    parts = _names(holder.issuer)
    return (parts.get("common_name") or parts.get("organization_name") or ["?"])[0]


def _said(signed: bytes) -> str:
    """What a file says about itself: its properties, in both places where programs write them."""
    reader = PdfFileReader(io.BytesIO(signed))
    words: list[str] = []
    # Looked up one by one, since only that follows a reference to where the words stand.
    if "/Info" in reader.trailer_view:
        about = reader.trailer_view["/Info"]
        words += [str(about[key]) for key in about]
    if "/Metadata" in reader.root and isinstance(described := reader.root["/Metadata"], StreamObject):
        words.append(described.data.decode(errors="replace"))
    return "\n".join(words)[:_LONGEST]


def main() -> None:
    """Read standard input. Arguments: the folder of certificates; how revocation is checked ("off"; "lists": by the lists in
    that folder; "require": by lists that must be there and in force); the instant, ISO."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    folder, revocation, now = Path(sys.argv[1]), sys.argv[2], datetime.fromisoformat(sys.argv[3])
    trusted = certificates(folder)
    lists = revocation_lists(folder) if revocation != "off" else []
    # What goes wrong from here on is the file's fault, not the installation's.
    sys.stdout.write(f"{READY}\n")
    sys.stdout.flush()
    try:
        found: dict[str, object] = asdict(
            read(
                sys.stdin.buffer.read(),
                trusted=trusted,
                lists=lists,
                is_required=revocation == "require",
                now=now,
            )
        )
    except Refused as refused:
        found = {"refused": refused.reason}
    except Exception:
        # Whatever a file does to the libraries that read it, it is one that cannot be read.
        found = {"refused": "unreadable"}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
