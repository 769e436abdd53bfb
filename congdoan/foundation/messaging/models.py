"""What was said to whom, and how it went out. A delivery is the outbox: it is written with its cause."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from congdoan.foundation.messaging.choices import CHANNELS, STATES


class Notice(models.Model):
    """Something one user is told in the product; only that user ever reads it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices")
    #: Code of a kind declared in a room's rules.
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    #: A path of this product, or empty.
    url = models.CharField(max_length=300, blank=True)
    #: The day by which something is to be done.
    due_on = models.DateField(null=True, blank=True)
    #: What the sender calls this occasion: the same user is told of it once. Empty for no such promise.
    key = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="notice_list"),
            models.Index(fields=["user"], condition=models.Q(read_at__isnull=True), name="notice_unread"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "key"], condition=~models.Q(key=""), name="notice_once_an_occasion"
            )
        ]


class Delivery(models.Model):
    """One notice over one channel: when it is next tried, how often it was, how it ended."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=CHANNELS)
    state = models.CharField(max_length=10, choices=STATES, default="waiting")
    #: Goes out with others of the same user in one message a day.
    is_digest = models.BooleanField(default=False)
    #: The first delivery of the message this one goes out with, from the first try on: a later try says the same.
    batch = models.BigIntegerField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    #: Why the last try failed or why it is held, in words; never an address or a secret.
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["channel", "next_try_at", "id"],
                condition=models.Q(state="waiting"),
                name="delivery_waiting",
            ),
            models.Index(fields=["channel"], condition=models.Q(state="sending"), name="delivery_sending"),
            models.Index(fields=["-created_at", "-id"], name="delivery_log"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="delivery_once_a_channel"),
        ]


class Preference(models.Model):
    """What a user chose: the channels of each kind, and one e-mail a day instead of one each."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    is_digest = models.BooleanField(default=False)
    #: {kind: [channels, maybe "app"]}; a kind that is missing goes by its defaults.
    channels = models.JSONField(default=dict, blank=True)


class ChannelToken(models.Model):
    """The access a gateway lends for a while (Zalo: each renewal uses up the key for the next). Sealed."""

    channel = models.CharField(primary_key=True, max_length=10)
    access = models.BinaryField(default=b"")
    refresh = models.BinaryField(default=b"")
    #: Digest of the key from the settings that this row began with; a new key there begins anew.
    origin = models.BinaryField(default=b"")
    expires_at = models.DateTimeField(null=True, blank=True)
