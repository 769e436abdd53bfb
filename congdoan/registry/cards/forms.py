"""Forms of cards."""

from __future__ import annotations

from django import forms

from congdoan.registry.cards import choices


class ExchangeForm(forms.Form):
    """Why another card takes the place of one."""

    reason = forms.ChoiceField(
        label="Lý do đổi", choices=[(code, name.capitalize()) for code, name in choices.EXCHANGES]
    )


class WithdrawForm(forms.Form):
    """Why a card is taken back."""

    words = forms.CharField(label="Lý do thu hồi", max_length=300)
