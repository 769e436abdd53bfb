"""The heading of a plan, issuing and ending it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms

from congdoan.foundation.access.queries import scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit
from congdoan.kit.forms import DayField
from congdoan.work.plans.actions import PlanData
from congdoan.work.plans.forms.correcting import reason_field
from congdoan.work.plans.models import Plan
from congdoan.work.plans.queries import visible_plans


class PlanForm(forms.Form):
    """Heading of a plan. The last day is shown; the range behind it is half-open."""

    code = forms.SlugField(
        label="Mã kế hoạch", max_length=60, help_text="Chữ thường, số và gạch nối, ví dụ hai-phong-2026"
    )
    title = forms.CharField(label="Trích yếu", max_length=300)
    issuer = forms.ModelChoiceField(Unit.objects.none(), label="Đơn vị ban hành", empty_label="Chọn đơn vị")
    issuer_body = forms.CharField(label="Cơ quan quyết định", max_length=100, initial="Ban Thường vụ")
    number = forms.CharField(label="Số", max_length=60, required=False)
    issued_on = DayField(label="Ngày ban hành", required=False)
    from_on = DayField(label="Từ ngày")
    last_on = DayField(label="Đến hết ngày")
    parent = forms.ModelChoiceField(
        Plan.objects.none(), label="Kế hoạch cấp trên", required=False, empty_label="Không có"
    )
    signer_capacity = forms.CharField(
        label="Thẩm quyền ký", max_length=100, initial="TM. BAN THƯỜNG VỤ", required=False
    )
    signer_role = forms.CharField(
        label="Chức vụ người ký", max_length=100, initial="CHỦ TỊCH", required=False
    )
    recipients = forms.CharField(
        label="Nơi nhận",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Mỗi nơi một dòng; căn cứ, định mức, đợt cao điểm ghi sau khi lưu dự thảo",
    )
    reason = reason_field()

    def __init__(self, *args: Any, actor: Actor, plan: Plan | None = None, **kwargs: Any) -> None:
        if plan is not None:
            kwargs["initial"] = {
                "code": plan.code,
                "title": plan.title,
                "issuer": plan.issuer_id,
                "issuer_body": plan.issuer_body,
                "number": plan.number,
                "issued_on": plan.issued_on,
                "from_on": plan.during.lower,
                "last_on": plan.during.upper - timedelta(days=1),
                "parent": plan.parent_id,
                "signer_capacity": plan.signer_capacity,
                "signer_role": plan.signer_role,
            }
        super().__init__(*args, **kwargs)
        self.plan = plan
        issuers = Unit.objects.filter(scope(actor, "plans.edit").filter("pk"), ended_on__isnull=True).filter(
            versions__kind__authorities__act="issue_plan"
        )
        if plan is not None:
            issuers = Unit.objects.filter(pk=plan.issuer_id)
            self.fields["code"].disabled = True
            self.fields["issuer"].disabled = True
            # The lists of a plan have a page of their own.
            del self.fields["recipients"]
        if plan is None or plan.state != "issued":
            del self.fields["reason"]
        self.fields["issuer"].queryset = issuers.distinct().order_by("sort_key")
        parents = visible_plans(actor).exclude(pk=plan.pk) if plan is not None else visible_plans(actor)
        self.fields["parent"].queryset = parents.order_by("code")

    def data_of(self) -> PlanData:
        """The cleaned form as the action takes it."""
        found = self.cleaned_data
        names = [line.strip() for line in found.get("recipients", "").splitlines() if line.strip()]
        return PlanData(
            code=found["code"],
            title=found["title"],
            issuer=found["issuer"],
            from_on=found["from_on"],
            to_on=found["last_on"] + timedelta(days=1),
            number=found["number"],
            issued_on=found["issued_on"],
            issuer_body=found["issuer_body"],
            parent=found["parent"],
            signer_capacity=found["signer_capacity"],
            signer_role=found["signer_role"],
            recipients=[{"name": name, "purpose": None} for name in names],
        )


class IssueForm(forms.Form):
    """Number and day under which a plan is issued."""

    number = forms.CharField(label="Số kế hoạch", max_length=60)
    issued_on = DayField(label="Ngày ban hành")


class RemovalForm(forms.Form):
    """Taking a target out of an issued plan."""

    reason = reason_field()


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label="Lý do", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
