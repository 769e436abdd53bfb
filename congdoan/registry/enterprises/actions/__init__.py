"""Writes of the register of employers.

Every action takes a list, because surveys and reorganisations come by the thousand; one employer is a list of
one. Whatever changes what counts of an employer rebuilds its standing and books the difference on the measures
of enterprises and workers in the same transaction.
"""

from congdoan.registry.enterprises.actions.observing import judge, observe_headcounts, withdraw_headcounts
from congdoan.registry.enterprises.actions.registering import (
    EDITABLE,
    register_enterprises,
    update_enterprises,
    withdraw_enterprises,
)
from congdoan.registry.enterprises.actions.requests import (
    Assignment,
    EnterpriseData,
    EnterpriseError,
    HeadcountData,
    HostData,
    JudgementData,
)
from congdoan.registry.enterprises.actions.responsibility import assign, end_hosting, host
from congdoan.registry.enterprises.actions.standings import rebuild_standings

__all__ = [
    "EDITABLE",
    "Assignment",
    "EnterpriseData",
    "EnterpriseError",
    "HeadcountData",
    "HostData",
    "JudgementData",
    "assign",
    "end_hosting",
    "host",
    "judge",
    "observe_headcounts",
    "rebuild_standings",
    "register_enterprises",
    "update_enterprises",
    "withdraw_enterprises",
    "withdraw_headcounts",
]
