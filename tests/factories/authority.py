"""An invented certification authority and what people sign with its certificates, for tests."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

#: Where authorities of Viet Nam write the number of a person's papers.
_UID = x509.ObjectIdentifier("0.9.2342.19200300.100.1.1")


class Holder:
    """Somebody with a certificate and its key."""

    def __init__(
        self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    ) -> None:
        self.certificate, self.key = certificate, key

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)


class Authority(Holder):
    """A root that issues certificates to people and to authorities below it, and lists of those it revokes."""

    def __init__(
        self, name: str = "CA Thử Nghiệm", *, above: Authority | None = None, now: datetime | None = None
    ) -> None:
        self.now = now or datetime.now(UTC).replace(microsecond=0)
        self.above = above
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        signed_by, with_key = (above.certificate.subject, above.key) if above else (subject, key)
        made = (
            self._builder(
                subject, signed_by, key, self.now - timedelta(days=900), self.now + timedelta(days=900)
            )
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
            .sign(with_key, hashes.SHA256())
        )
        super().__init__(made, key)

    @staticmethod
    def _builder(
        subject: x509.Name, issuer: x509.Name, key: Any, begins: datetime, ends: datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )

    def issue(
        self,
        name: str = "LÒ THỊ NGÂN HÀ",
        uid: str = "CCCD:012198000123",
        *,
        begins: datetime | None = None,
        ends: datetime | None = None,
        usage: tuple[str, ...] = ("digital_signature", "content_commitment"),
    ) -> Holder:
        """A person's certificate: good for a year around now unless said otherwise."""
        key = rsa.generate_private_key(65537, 2048)
        parts = [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
        if uid:
            parts.append(x509.NameAttribute(_UID, uid))
        made = (
            self._builder(
                x509.Name(parts),
                self.certificate.subject,
                key,
                begins or self.now - timedelta(days=180),
                ends or self.now + timedelta(days=180),
            )
            .add_extension(_usage(**dict.fromkeys(usage, True)), critical=True)
            .sign(self.key, hashes.SHA256())
        )
        return Holder(made, key)

    def revokes(
        self, *holders: Holder, days: int = 7, by: Authority | None = None, begins: datetime | None = None
    ) -> bytes:
        """The list of what it revokes, good for some days. ``by``: signed with another's key, as a forger would."""
        start = begins or self.now - timedelta(days=1)
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(start)
            .next_update(start + timedelta(days=days))
        )
        for holder in holders:
            made = made.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(holder.certificate.serial_number)
                .revocation_date(start)
                .build()
            )
        return made.sign((by or self).key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def trust(self, folder: Path) -> str:
        """Put its certificate into a folder of trusted ones; the folder's name."""
        folder.mkdir(exist_ok=True)
        (folder / f"{self.certificate.serial_number:x}.pem").write_bytes(self.pem)
        return str(folder)


def _usage(**flags: bool) -> x509.KeyUsage:
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: flags.get(name, False) for name in every})


def sign(
    paper: bytes, holder: Holder, *, with_chain: tuple[Holder, ...] = (), field: str = "Ky", **metadata: Any
) -> bytes:
    """A PDF signed with somebody's certificate, as their app does (PAdES)."""
    registry = SimpleCertificateStore()
    for other in with_chain:
        registry.register(asn1_of(other))
    signer = signers.SimpleSigner(
        signing_cert=asn1_of(holder),
        signing_key=key_of(holder),
        cert_registry=registry,
    )
    signed = signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(paper)),
        signers.PdfSignatureMetadata(field_name=field, md_algorithm="sha256", **metadata),
        signer=signer,
    )
    return bytes(signed.getvalue())


def asn1_of(holder: Holder) -> asn1.Certificate:
    return asn1.Certificate.load(holder.certificate.public_bytes(serialization.Encoding.DER))


def key_of(holder: Holder) -> keys.PrivateKeyInfo:
    return keys.PrivateKeyInfo.load(
        holder.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
