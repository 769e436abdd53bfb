"""What members ask for, what they show for it, and how they proved who they are."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from congdoan.registry.selfservice import choices


class Proof(models.Model):
    """Somebody says that they are a member, and proves it by a code sent to the contact on record.

    There is one for whoever tries, member or not, so that both are answered alike; ``person`` is empty where card and
    number belong to nobody. The code is made of the key when it is sent and kept nowhere; the pass that it is answered
    with is kept as a digest. Swept after a day (jobs).
    """

    key = models.UUIDField(primary_key=True)
    #: Of the number typed: nobody has the codes of one person sent all day.
    identity_key = models.UUIDField()
    person = models.ForeignKey(
        "people.Person", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    sent_at = models.DateTimeField()
    sends = models.PositiveSmallIntegerField(default=0)
    #: Wrong tries of the code sent last.
    tries = models.PositiveSmallIntegerField(default=0)
    pass_key = models.UUIDField(null=True, blank=True, unique=True)
    passed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["identity_key", "sent_at"], name="proof_identity")]


class MemberRequest(models.Model):
    """A member asks their union: to change what is written of them, or to leave.

    ``content_sealed`` holds what is proposed, what the register said then and the reason, as JSON; it and the evidence are
    emptied some time after the end. Nothing of it takes effect before an officer agrees.
    """

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="requests")
    #: Where it is read: an open request goes with the member (actions.following), an answered one stays where it was
    #: answered.
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=choices.KINDS)
    state = models.CharField(max_length=10, choices=choices.STATES, default=choices.OPEN)
    #: Names of choices.FIELDS that are to change.
    fields = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    content_sealed = models.BinaryField(default=b"", blank=True)
    asked_at = models.DateTimeField()
    asked_on = models.DateField("gửi ngày")
    decided_on = models.DateField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    #: The name as it was at that instant.
    decided_name = models.CharField(max_length=200, blank=True)
    #: What the officer says to the member.
    words = models.CharField(max_length=1000, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["unit", "kind"], name="request_waiting", condition=models.Q(state="open")),
            models.Index(fields=["unit", "id"], name="request_unit"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"], condition=models.Q(state="open"), name="request_once_open"
            )
        ]

    def __str__(self) -> str:
        return f"Đề nghị {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state == choices.OPEN

    @property
    def what(self) -> str:
        """What is asked for, in words without values."""
        if self.kind == choices.LEAVE:
            return "Thôi là đoàn viên"
        return "Sửa " + ", ".join(choices.FIELDS[name] for name in choices.FIELDS if name in self.fields)


class Evidence(models.Model):
    """A photo or scan that a member shows for a request, sealed."""

    request = models.OneToOneField(
        MemberRequest, primary_key=True, on_delete=models.CASCADE, related_name="evidence"
    )
    content_type = models.CharField(max_length=40)
    sealed = models.BinaryField()
