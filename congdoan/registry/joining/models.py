"""Applications, what was agreed to in them, who read them, and who may read the confidential ones."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from congdoan.registry.joining import choices
from congdoan.registry.people.choices import CONTRACT_KINDS, SEXES


class Source(models.Model):
    """What brings workers to the join form: a poster, an event, a collaborator, a visit. It leads there by a short code
    (/g/<code>) that can be scanned or typed; an application keeps the one it came by.

    That a source exists says nothing of applications. How many came by it is counted for each reader among the
    applications that reader may read (queries.came_by).
    """

    code = models.CharField("mã", max_length=8, unique=True)
    kind = models.CharField("loại", max_length=12, choices=choices.SOURCE_KINDS)
    name = models.CharField("tên", max_length=150)
    name_key = models.CharField(max_length=300)
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+")
    #: The workplace it is for: the form is filled with it.
    enterprise = models.ForeignKey(
        "enterprises.Enterprise", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    collaborator = models.CharField("cộng tác viên", max_length=150, blank=True)
    #: Days on which applications are put down to it; it leads to the form on any day.
    during = DateRangeField()
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["unit", "id"], name="source_unit")]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Application(models.Model):
    """One worker asks to join. Made once by one ``submission_key`` of the worker's device, however often it is sent.

    The code by which the worker follows it is kept as a keyed digest only. Identity numbers are sealed.
    """

    submission_key = models.UUIDField(unique=True)
    code_key = models.UUIDField(unique=True)
    route = models.CharField(max_length=12, choices=choices.ROUTES)
    receiving_unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+")
    #: Came from a workplace where no union stood that day: read only by officers named in person (rules).
    is_confidential = models.BooleanField()
    state = models.CharField(max_length=10, choices=choices.STATES, default=choices.SUBMITTED)
    submitted_at = models.DateTimeField()
    submitted_on = models.DateField()
    due_on = models.DateField("hạn trả lời")
    language = models.CharField(max_length=2, default="vi")

    full_name = models.CharField("họ và tên", max_length=150)
    #: Name and workplace without marks, for search.
    name_key = models.CharField(max_length=450)
    birth_on = models.DateField("ngày sinh")
    sex = models.CharField("giới tính", max_length=1, choices=SEXES, blank=True)
    nationality = models.CharField("quốc tịch", max_length=2, default="VN")
    citizen_id_sealed = models.BinaryField(default=b"", blank=True)
    passport_sealed = models.BinaryField(default=b"", blank=True)
    identity_key = models.UUIDField(null=True, blank=True)
    phone = models.CharField("điện thoại", max_length=20, blank=True)
    email = models.CharField("thư điện tử", max_length=150, blank=True)

    enterprise = models.ForeignKey(
        "enterprises.Enterprise", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    workplace_name = models.CharField("nơi làm việc", max_length=250, blank=True)
    territory = models.ForeignKey(
        "catalogues.Territory", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    job_title = models.CharField("công việc", max_length=150, blank=True)
    contract_kind = models.CharField("hợp đồng", max_length=15, choices=CONTRACT_KINDS)
    contract_from = models.DateField("hợp đồng từ", null=True, blank=True)
    contract_to = models.DateField("hợp đồng đến", null=True, blank=True)
    was_member = models.BooleanField("đã từng là đoàn viên", default=False)
    #: What brought the worker here.
    source = models.ForeignKey(
        Source, null=True, blank=True, on_delete=models.PROTECT, related_name="applications"
    )

    decided_on = models.DateField(null=True, blank=True)
    decision = models.ForeignKey(
        "units.Decision", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ceremony_on = models.DateField("ngày kết nạp", null=True, blank=True)
    refusal_code = models.CharField(max_length=20, blank=True)
    person = models.ForeignKey(
        "people.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="applications"
    )

    class Meta:
        indexes = [
            models.Index(fields=["receiving_unit", "state", "due_on"], name="application_inbox"),
            models.Index(fields=["due_on", "id"], name="application_due"),
            models.Index(
                fields=["identity_key"], name="application_identity", condition=~models.Q(identity_key=None)
            ),
        ]

    def __str__(self) -> str:
        return f"Đơn gia nhập {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in choices.OPEN_STATES

    @property
    def is_foreign(self) -> bool:
        return self.nationality != "VN"


class Signature(models.Model):
    """How an application was signed: an image, a scan or a digitally signed PDF, sealed."""

    application = models.OneToOneField(
        Application, primary_key=True, on_delete=models.CASCADE, related_name="signature"
    )
    kind = models.CharField(max_length=10, choices=choices.SIGNATURES)
    content_type = models.CharField(max_length=40)
    sealed = models.BinaryField()


class Certificate(models.Model):
    """By which certificate a PDF was signed digitally, as it was found when the application was sent."""

    signature = models.OneToOneField(
        Signature, primary_key=True, on_delete=models.CASCADE, related_name="certificate"
    )
    name = models.CharField("họ tên trên chứng thư", max_length=150)
    issuer = models.CharField("nơi cấp chứng thư", max_length=200)
    #: Hexadecimal.
    serial = models.CharField("số chứng thư", max_length=64)
    #: As the signer's device said.
    signed_at = models.DateTimeField("ký lúc")
    #: The certificate carries the applicant's number too, and it is the same.
    has_number = models.BooleanField()


class ApplicationConsent(models.Model):
    """What the worker agreed to, in which words, at which instant (Law 91/2025/QH15)."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=20)
    text_version = models.CharField(max_length=20)
    given_at = models.DateTimeField()


class Event(models.Model):
    """What happened to an application, every reading too: the worker sees all of it. Never changed.

    It stands in place of the audit trail, which more people may read than may know of an application.
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=choices.EVENTS)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    #: The name as it was at that instant; '' for the worker.
    by = models.CharField(max_length=200, blank=True)
    words = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["application", "id"], name="application_event")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]


class Prompt(models.Model):
    """A worker who agreed to be contacted is to be told that something waits on the page of their code. Gone when they have
    been told, or need not be any more."""

    application = models.OneToOneField(
        Application, primary_key=True, on_delete=models.CASCADE, related_name="prompt"
    )
    next_at = models.DateTimeField()
    #: Messages that went out: the first, then a reminder.
    sent = models.PositiveSmallIntegerField(default=0)
    #: Tries that failed, in a row.
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="prompt_next")]


class NamedReader(models.Model):
    """An officer, by name, may read what comes to a body from workplaces without a union, over a range of days."""

    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    during = DateRangeField()
    reason = models.CharField(max_length=300, blank=True)
    named_by = models.CharField(max_length=200)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="named_reader_once",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    ("user", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            )
        ]


class Confirmation(models.Model):
    """A code that was sent to a phone or an address to confirm that it is the worker's: for one application to come, known
    by digests alone, and swept after a day (jobs)."""

    submission_key = models.UUIDField(primary_key=True)
    contact_key = models.UUIDField()
    code_key = models.UUIDField()
    sent_at = models.DateTimeField()
    sends = models.PositiveSmallIntegerField(default=1)
    #: Wrong tries of the code sent last.
    tries = models.PositiveSmallIntegerField(default=0)
    is_confirmed = models.BooleanField(default=False)


class Attempt(models.Model):
    """How often one address, known by its keyed digest alone, knocked at a public door within a window of time."""

    door = models.CharField(max_length=10)
    address_key = models.UUIDField()
    window = models.BigIntegerField()
    n = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["door", "address_key", "window"], name="attempt_window_once")
        ]
