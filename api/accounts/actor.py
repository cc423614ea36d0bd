"""Who does something, what they may do, and what of the programme they see."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from api.accounts.scope import NOTHING, Scope
from ingest.audit.journal import Deed


class Permission(StrEnum):
    """What somebody may do; nobody may do what is not given."""

    READ = "read"
    NOTE_QUARANTINE = "note_quarantine"
    READ_AUDIT = "read_audit"
    DECIDE_QUARANTINE = "decide_quarantine"
    ENTER_FACTOR = "enter_factor"
    READ_CLAIMS = "read_claims"
    DECIDE_EXCLUSION = "decide_exclusion"
    OVERRIDE_QUALITY = "override_quality"
    RELEASE_AIR = "release_air"
    READ_UNRELEASED = "read_unreleased"
    IMPORT_FILES = "import_files"
    ENTER_FIELDWORK = "enter_fieldwork"  # visits, samples, evidence, a device's position
    HANDLE_ALARM = "handle_alarm"  # acknowledge, shelve, comment
    HANDLE_REPAIR = "handle_repair"  # assign, close
    PREPARE_PERIOD = "prepare_period"
    CHECK_PERIOD = "check_period"
    APPROVE_PERIOD = "approve_period"
    VERIFY_PERIOD = "verify_period"
    LEAVE_FINDING = "leave_finding"
    ANSWER_FINDING = "answer_finding"
    ERASE_EVIDENCE = "erase_evidence"
    SUBSCRIBE = "subscribe"  # to reports that go out by themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Whoever a request comes from; the name goes with every change."""

    name: str
    permissions: frozenset[Permission]
    scopes: tuple[Scope, ...]  # what is seen lies in every one of them
    address: str = ""  # where the request came from
    by_cookie: bool = False  # so that another site's page could have made the browser send it

    def may(self, permission: Permission) -> bool:
        """Tell whether a permission was given."""
        return permission in self.permissions

    def deed(self, action: str, thing: str) -> Deed:
        """Return something this actor did, for the journal."""
        return Deed(actor=self.name, action=action, object=thing, address=self.address)

    @property
    def restricted(self) -> bool:
        """Tell whether there is anything that is not seen."""
        return not all(scope.everything for scope in self.scopes)


ANONYMOUS: Final = Actor(name="anonymous", permissions=frozenset(), scopes=(NOTHING,))
