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
use crate::table::codec::details_item::withheld_placeholder;
use crate::table::codec::packing;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::write_id::WriteId;

impl ClaimItem {
    /// The claim of a record; its details are withheld, see [`withheld_placeholder`].
    pub(crate) fn from_item(item: &Attributes) -> Result<Self, StoreError> {
        let item = Reader::new("claim", item);
        let status = item.read_parsed(name::STATUS, |text| Status::parse(text).ok_or(()))?;
        let (last_event, write) = item.read_packed(name::EVENT, event::unpack_event)?;
        let created_at = created_at(item, status)?;
        let submitted_at = submitted_at(item, status)?;
        let flags = Flags::from_item(item)?;
        let claim = Claim {
            id: keys::parse_claim_pk(item.read_text("pk")?)?,
            version: Version(item.read_number(name::VERSION)?),
            subject: read_subject(item, status, flags)?,
            items: read_items(item, created_at)?,
            state: read_state(item, status, flags)?,
            contested: flags.set.has_flag(Flag::CONTESTED),
            defence_until: item.opt_instant(name::DEFENCE_UNTIL)?,
            defence: read_defence(item, flags)?,
            notice: NoticeNo(item.opt_number(name::NOTICE)?.unwrap_or(0)),
            content_hash: item.opt_hash(name::CONTENT_HASH)?,
            deadline_calendar: item.opt_text(name::CALENDAR)?.map(CalendarId::from_stored),
            disputed: flags.set.has_flag(Flag::DISPUTED),
            extended: flags.set.has_flag(Flag::EXTENDED),
            opened_by: opened_by(item)?,
            extended_by: flags.extended_by,
            last_outage: item.opt_number(name::LAST_OUTAGE)?.unwrap_or(0),
            used: flags.used,
            created_at,
            submitted_at,
            priority_at: item.opt_instant(name::PRIORITY_AT)?.or(submitted_at),
            details: withheld_details()?,
            erased: flags.erased,
            last_event,
        };
        let stamp = Stamp {
            details_hash: Sha256Hash(item.read_array(name::DETAILS_HASH)?),
            waiting_since: waiting_since(item, status)?,
            slow: item.read_flag(name::SLOW)?,
            write,
            annotation: item.opt_array(name::ANNOTATION)?.map(WriteId),
        };
        Ok(Self { claim, stamp })
    }
}

fn read_defence(item: Reader<'_>, flags: Flags) -> Result<Option<Defence>, StoreError> {
    let Some(until) = item.opt_instant(name::DEFENCE)? else { return Ok(None) };
    Ok(Some(Defence { until, used: flags.set.has_flag(Flag::DEFENDED) }))
}

fn opened_by(item: Reader<'_>) -> Result<Option<RecipientNo>, StoreError> {
    let Some(no) = item.opt_number(name::OPENED_BY)? else { return Ok(None) };
    RecipientNo::new(no).map(Some).ok_or_else(|| item.attribute_error(name::OPENED_BY))
}

fn withheld_details() -> Result<Details, StoreError> {
    withheld_placeholder().ok_or_else(|| StoreError::unreadable_attribute("claim", "details"))
}

/// The instant at the head of a sort key.
fn read_time(item: Reader<'_>, name: &str) -> Result<Instant, StoreError> {
    keys::parse_sort_time(item.read_text(name)?).ok_or_else(|| item.attribute_error(name))
}

/// Whether the record stands in its tenant's index: where it is submitted, and a draft from before drafts stood apart.
fn is_at_tenant(item: Reader<'_>, status: Status) -> Result<bool, StoreError> {
    Ok(is_submitted(status) || item.opt_text(name::TENANT_SORT)?.is_some())
}

fn created_at(item: Reader<'_>, status: Status) -> Result<Instant, StoreError> {
    let is_at_tenant = is_at_tenant(item, status)?;
    read_time(item, if is_at_tenant { name::TENANT_SORT } else { name::PARTNER_SORT })
}

fn read_tenant(item: Reader<'_>, status: Status) -> Result<TenantId, StoreError> {
    let is_at_tenant = is_at_tenant(item, status)?;
    item.read_parsed(
        if is_at_tenant { name::TENANT } else { name::TENANT_OF_DRAFT },
        TenantId::parse,
    )
}

/// A submitted claim stands in its partner's index by its last submission.
fn submitted_at(item: Reader<'_>, status: Status) -> Result<Option<Instant>, StoreError> {
    match item.opt_instant(name::SUBMITTED_AT)? {
        None if is_submitted(status) => read_time(item, name::PARTNER_SORT).map(Some),
        stored => Ok(stored),
    }
}

fn waiting_since(item: Reader<'_>, status: Status) -> Result<Option<Instant>, StoreError> {
    match (queue_of(status), item.opt_text(name::QUEUE)?) {
        (Some(queue), Some(stored)) if queue == stored => {
            read_time(item, name::QUEUE_SORT).map(Some)
        }
        (None, None) => Ok(None),
        (Some(_) | None, Some(_)) | (Some(_), None) => Err(item.attribute_error(name::QUEUE)),
    }
}

fn read_subject(item: Reader<'_>, status: Status, flags: Flags) -> Result<Subject, StoreError> {
    let program = item.read_parsed(name::PROGRAM, ProgramId::parse)?;
    let family = item.opt_parsed(name::FAMILY, FamilyId::parse)?;
    let family = match family {
        Some(family) => family,
        None => item.read_parsed(name::PROGRAM, FamilyId::parse)?,
    };
    Ok(Subject {
        partner: item.read_parsed(name::PARTNER, PartnerId::parse)?,
        location: item.opt_parsed(name::LOCATION, LocationId::parse)?,
        program,
        policy_version: item.read_number(name::POLICY)?,
        family,
        kind: flags.kind,
        activity: item.opt_parsed(name::ACTIVITY, Activity::parse)?,
        tenant: read_tenant(item, status)?,
        explicit_yes: flags.set.has_flag(Flag::EXPLICIT_YES),
    })
}

fn read_items(item: Reader<'_>, created_at: Instant) -> Result<Vec<Item>, StoreError> {
    let mut items = item.read_packed(name::ITEMS, packing::unpack_items)?;
    let marks = item.opt_bytes(name::MARKS)?.unwrap_or_default();
    packing::unpack_marks(marks, &mut items, created_at)
        .ok_or_else(|| item.attribute_error(name::MARKS))?;
    Ok(items)
}

fn read_state(item: Reader<'_>, status: Status, flags: Flags) -> Result<State, StoreError> {
    let until = || item.read_instant(name::UNTIL);
    let opt_until = || item.opt_instant(name::UNTIL);
    let overturned = flags.set.has_flag(Flag::OVERTURNED);
    Ok(match status {
        Status::Draft => State::Draft {
            discard_at: until()?,
            keeps_priority_until: item.opt_instant(name::KEEPS_PRIORITY_UNTIL)?,
        },
        Status::Submitted => State::Submitted { due_at: opt_until()? },
        Status::InReview => State::InReview { due_at: opt_until()?, overturned },
        Status::ActionRequired => {
            State::ActionRequired { reasons: read_reasons(item)?, answer_by: until()?, overturned }
        }
        Status::Disputed => {
            State::Disputed { rejection: read_rejection(item)?, due_at: opt_until()? }
        }
        Status::Notifying => State::Notifying { deliver_by: until()? },
        Status::Unreachable => {
            let with_operator = flags.set.has_flag(Flag::WITH_OPERATOR);
            State::Unreachable { due_at: opt_until()?, with_operator }
        }
        Status::AwaitingCustomer => {
            let window = read_window(item)?.ok_or_else(|| item.attribute_error(name::WINDOW))?;
            State::AwaitingCustomer { window }
        }
        Status::OnHold => State::OnHold { reason: flags.hold_reason },
        Status::Associated => {
            State::Associated { window: read_window(item)?, ends_at: opt_until()? }
        }
        Status::Rejected => {
            State::Rejected { rejection: read_rejection(item)?, disputable_until: opt_until()? }
        }
        Status::Declined => State::Declined { window: read_window(item)? },
        Status::Withdrawn => State::Withdrawn,
        Status::Discarded => State::Discarded,
        Status::Ended => State::Ended { window: read_window(item)?, ends_at: opt_until()? },
    })
}

fn read_window(item: Reader<'_>) -> Result<Option<Window>, StoreError> {
    let Some(packed) = item.opt_text(name::WINDOW)? else { return Ok(None) };
    let (delivered_at, closes_at) =
        (item.read_instant(name::DELIVERED_AT)?, item.read_instant(name::CLOSES_AT)?);
    let window = PackedWindow::from_stored(packed).unpack(delivered_at, closes_at);
    window.map(Some).map_err(|_| item.attribute_error(name::WINDOW))
}

fn read_rejection(item: Reader<'_>) -> Result<RejectionRecord, StoreError> {
    Ok(RejectionRecord { by: rejected_by(item)?, reasons: read_reasons(item)? })
}

fn rejected_by(item: Reader<'_>) -> Result<Option<StaffId>, StoreError> {
    match item.opt_bytes(name::REJECTED_BY) {
        Ok(None) => Ok(None),
        Ok(Some(packed)) => {
            let id = packing::id_of(packed).and_then(|id| StaffId::parse(&id).ok());
            id.map(Some).ok_or_else(|| item.attribute_error(name::REJECTED_BY))
        }
        Err(_) => item.opt_parsed(name::REJECTED_BY, StaffId::parse),
    }
}

fn read_reasons(item: Reader<'_>) -> Result<Vec<Reason>, StoreError> {
    item.read_packed(name::REASONS, packing::unpack_reasons)
}
