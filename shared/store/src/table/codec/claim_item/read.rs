//! From the record to the claim. An unknown stored value is an error.

use domain::calendar::{CalendarId, PackedWindow, Window};
use domain::claim::{
    Claim, Defence, Details, Instant, Item, RejectionRecord, State, Status, Subject,
};
use domain::ids::{
    Activity, FamilyId, LocationId, NoticeNo, PartnerId, ProgramId, Sha256Hash, StaffId, TenantId,
    Version,
};
use domain::reason::Reason;
use domain::recipient::RecipientNo;

use super::flags::{Flag, Flags};
use super::{ClaimItem, Stamp, event, is_submitted, name, queue_of};
use crate::table::attributes::{Attributes, Reader};
use crate::table::codec::details_item::withheld;
use crate::table::codec::packing;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::write_id::WriteId;

impl ClaimItem {
    /// The claim of a record; its details are withheld, see [`withheld`].
    pub(crate) fn read(item: &Attributes) -> Result<Self, StoreError> {
        let item = Reader::new("claim", item);
        let status = item.parsed(name::STATUS, |text| Status::parse(text).ok_or(()))?;
        let (last_event, write) = item.unpacked(name::EVENT, event::unpack)?;
        let created_at = created_at(item, status)?;
        let submitted_at = submitted_at(item, status)?;
        let flags = Flags::read(item)?;
        let claim = Claim {
            id: keys::claim_of(item.text("pk")?)?,
            version: Version(item.number(name::VERSION)?),
            subject: subject(item, status, flags)?,
            items: items(item, created_at)?,
            state: state(item, status, flags)?,
            contested: flags.set.has(Flag::CONTESTED),
            defence_until: item.opt_instant(name::DEFENCE_UNTIL)?,
            defence: defence(item, flags)?,
            notice: NoticeNo(item.opt_number(name::NOTICE)?.unwrap_or(0)),
            content_hash: item.opt_hash(name::CONTENT_HASH)?,
            deadline_calendar: item.opt_text(name::CALENDAR)?.map(CalendarId::from_stored),
            disputed: flags.set.has(Flag::DISPUTED),
            extended: flags.set.has(Flag::EXTENDED),
            opened_by: opened_by(item)?,
            extended_by: flags.extended_by,
            last_outage: item.opt_number(name::LAST_OUTAGE)?.unwrap_or(0),
            used: flags.used,
            created_at,
            submitted_at,
            priority_at: item.opt_instant(name::PRIORITY_AT)?.or(submitted_at),
            details: details()?,
            erased: flags.erased,
            last_event,
        };
        let stamp = Stamp {
            details_hash: Sha256Hash(item.array(name::DETAILS_HASH)?),
            waiting_since: waiting_since(item, status)?,
            slow: item.flag(name::SLOW)?,
            write,
            annotation: item.opt_array(name::ANNOTATION)?.map(WriteId),
        };
        Ok(Self { claim, stamp })
    }
}

fn defence(item: Reader<'_>, flags: Flags) -> Result<Option<Defence>, StoreError> {
    let Some(until) = item.opt_instant(name::DEFENCE)? else { return Ok(None) };
    Ok(Some(Defence { until, used: flags.set.has(Flag::DEFENDED) }))
}

fn opened_by(item: Reader<'_>) -> Result<Option<RecipientNo>, StoreError> {
    let Some(no) = item.opt_number(name::OPENED_BY)? else { return Ok(None) };
    RecipientNo::new(no).map(Some).ok_or_else(|| item.bad(name::OPENED_BY))
}

fn details() -> Result<Details, StoreError> {
    withheld().ok_or_else(|| StoreError::unreadable("claim", "details"))
}

/// The instant at the head of a sort key.
fn time(item: Reader<'_>, name: &str) -> Result<Instant, StoreError> {
    keys::time_of(item.text(name)?).ok_or_else(|| item.bad(name))
}

/// Whether the record stands in its tenant's index: where it is submitted, and a draft from before drafts stood apart.
fn is_at_tenant(item: Reader<'_>, status: Status) -> Result<bool, StoreError> {
    Ok(is_submitted(status) || item.opt_text(name::TENANT_SORT)?.is_some())
}

fn created_at(item: Reader<'_>, status: Status) -> Result<Instant, StoreError> {
    let is_at_tenant = is_at_tenant(item, status)?;
    time(item, if is_at_tenant { name::TENANT_SORT } else { name::PARTNER_SORT })
}

fn tenant(item: Reader<'_>, status: Status) -> Result<TenantId, StoreError> {
    let is_at_tenant = is_at_tenant(item, status)?;
    item.parsed(if is_at_tenant { name::TENANT } else { name::TENANT_OF_DRAFT }, TenantId::parse)
}

/// A submitted claim stands in its partner's index by its last submission.
fn submitted_at(item: Reader<'_>, status: Status) -> Result<Option<Instant>, StoreError> {
    match item.opt_instant(name::SUBMITTED_AT)? {
        None if is_submitted(status) => time(item, name::PARTNER_SORT).map(Some),
        stored => Ok(stored),
    }
}

fn waiting_since(item: Reader<'_>, status: Status) -> Result<Option<Instant>, StoreError> {
    match (queue_of(status), item.opt_text(name::QUEUE)?) {
        (Some(queue), Some(stored)) if queue == stored => time(item, name::QUEUE_SORT).map(Some),
        (None, None) => Ok(None),
        (Some(_) | None, Some(_)) | (Some(_), None) => Err(item.bad(name::QUEUE)),
    }
}

fn subject(item: Reader<'_>, status: Status, flags: Flags) -> Result<Subject, StoreError> {
    let program = item.parsed(name::PROGRAM, ProgramId::parse)?;
    let family = item.opt_parsed(name::FAMILY, FamilyId::parse)?;
    let family = match family {
        Some(family) => family,
        None => item.parsed(name::PROGRAM, FamilyId::parse)?,
    };
    Ok(Subject {
        partner: item.parsed(name::PARTNER, PartnerId::parse)?,
        location: item.opt_parsed(name::LOCATION, LocationId::parse)?,
        program,
        policy_version: item.number(name::POLICY)?,
        family,
        kind: flags.kind,
        activity: item.opt_parsed(name::ACTIVITY, Activity::parse)?,
        tenant: tenant(item, status)?,
        explicit_yes: flags.set.has(Flag::EXPLICIT_YES),
    })
}

fn items(item: Reader<'_>, created_at: Instant) -> Result<Vec<Item>, StoreError> {
    let mut items = item.unpacked(name::ITEMS, packing::unpack_items)?;
    let marks = item.opt_bytes(name::MARKS)?.unwrap_or_default();
    packing::unpack_marks(marks, &mut items, created_at).ok_or_else(|| item.bad(name::MARKS))?;
    Ok(items)
}

fn state(item: Reader<'_>, status: Status, flags: Flags) -> Result<State, StoreError> {
    let until = || item.instant(name::UNTIL);
    let opt_until = || item.opt_instant(name::UNTIL);
    let overturned = flags.set.has(Flag::OVERTURNED);
    Ok(match status {
        Status::Draft => State::Draft {
            discard_at: until()?,
            keeps_priority_until: item.opt_instant(name::KEEPS_PRIORITY_UNTIL)?,
        },
        Status::Submitted => State::Submitted { due_at: opt_until()? },
        Status::InReview => State::InReview { due_at: opt_until()?, overturned },
        Status::ActionRequired => {
            State::ActionRequired { reasons: reasons(item)?, answer_by: until()?, overturned }
        }
        Status::Disputed => State::Disputed { rejection: rejection(item)?, due_at: opt_until()? },
        Status::Notifying => State::Notifying { deliver_by: until()? },
        Status::Unreachable => {
            let with_operator = flags.set.has(Flag::WITH_OPERATOR);
            State::Unreachable { due_at: opt_until()?, with_operator }
        }
        Status::AwaitingCustomer => {
            let window = window(item)?.ok_or_else(|| item.bad(name::WINDOW))?;
            State::AwaitingCustomer { window }
        }
        Status::OnHold => State::OnHold { reason: flags.hold_reason },
        Status::Associated => State::Associated { window: window(item)?, ends_at: opt_until()? },
        Status::Rejected => {
            State::Rejected { rejection: rejection(item)?, disputable_until: opt_until()? }
        }
        Status::Declined => State::Declined { window: window(item)? },
        Status::Withdrawn => State::Withdrawn,
        Status::Discarded => State::Discarded,
        Status::Ended => State::Ended { window: window(item)?, ends_at: opt_until()? },
    })
}

fn window(item: Reader<'_>) -> Result<Option<Window>, StoreError> {
    let Some(packed) = item.opt_text(name::WINDOW)? else { return Ok(None) };
    let (delivered_at, closes_at) =
        (item.instant(name::DELIVERED_AT)?, item.instant(name::CLOSES_AT)?);
    let window = PackedWindow::from_stored(packed).unpack(delivered_at, closes_at);
    window.map(Some).map_err(|_| item.bad(name::WINDOW))
}

fn rejection(item: Reader<'_>) -> Result<RejectionRecord, StoreError> {
    Ok(RejectionRecord { by: rejected_by(item)?, reasons: reasons(item)? })
}

fn rejected_by(item: Reader<'_>) -> Result<Option<StaffId>, StoreError> {
    match item.opt_bytes(name::REJECTED_BY) {
        Ok(None) => Ok(None),
        Ok(Some(packed)) => {
            let id = packing::id_of(packed).and_then(|id| StaffId::parse(&id).ok());
            id.map(Some).ok_or_else(|| item.bad(name::REJECTED_BY))
        }
        Err(_) => item.opt_parsed(name::REJECTED_BY, StaffId::parse),
    }
}

fn reasons(item: Reader<'_>) -> Result<Vec<Reason>, StoreError> {
    item.unpacked(name::REASONS, packing::unpack_reasons)
}
