//! The last event within the record, packed. The state change is the event: the table's stream is
//! the log.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::actor::{ActorId, ActorKind};
use domain::claim::LastEvent;
use domain::event::{EventType, Fingerprint};
use domain::ids::{PersonId, StaffId};
use domain::recipient::RecipientNo;

use crate::table::attributes::bytes_value;
use crate::table::codec::codes::StoredCode;
use crate::table::codec::packing::{Bytes, pack_id, pack_instant, unpack_id};
use crate::table::write_id::WriteId;

const BY_SILENCE: u8 = 0x80;
const HAS_FINGERPRINT: u8 = 0x40;
const HAS_ACTOR_ID: u8 = 0x20;
const ACTOR: u8 = 0x0f;
/// What stands behind the pseudonym of a contact, and behind that of no other person.
const CONTACT: u8 = 1;
/// The bytes of a contact.
const CONTACT_BYTES: usize = 11;

/// The event as an attribute: type, actor with flags, instant, write id, and what the flags name.
pub(crate) fn pack_event(event: &LastEvent, write: WriteId) -> AttributeValue {
    let flag = |set: bool, bit: u8| if set { bit } else { 0 };
    let actor = event.actor.stored_code()
        | flag(event.by_silence, BY_SILENCE)
        | flag(event.fingerprint.is_some(), HAS_FINGERPRINT)
        | flag(event.actor_id.is_some(), HAS_ACTOR_ID);
    let mut packed = vec![event.event_type.stored_code(), actor];
    packed.extend(pack_instant(event.at));
    packed.extend(write.0);
    if let Some(Fingerprint(print)) = event.fingerprint {
        packed.extend(print);
    }
    if let Some(id) = &event.actor_id {
        match id {
            ActorId::Staff(id) => pack_id(id.as_str(), &mut packed),
            ActorId::Recipient(no) => packed.push(no.0),
            ActorId::Person(id) => packed.extend(id.0),
            ActorId::Contact(id) => {
                packed.extend(id.0);
                packed.push(CONTACT);
            }
        }
    }
    bytes_value(packed)
}

/// The event again, and who wrote it.
pub(super) fn unpack_event(packed: &[u8]) -> Option<(LastEvent, WriteId)> {
    let mut bytes = Bytes(packed);
    let (event_type, flags) = (EventType::of_code(bytes.next()?)?, bytes.next()?);
    let (at, write) = (bytes.take_instant()?, WriteId(bytes.take_array()?));
    let fingerprint =
        if flags & HAS_FINGERPRINT == 0 { None } else { Some(Fingerprint(bytes.take_array()?)) };
    let actor = ActorKind::of_code(flags & ACTOR)?;
    let actor_id =
        if flags & HAS_ACTOR_ID == 0 { None } else { Some(unpack_actor_id(actor, &mut bytes)?) };
    let event = LastEvent {
        event_type,
        at,
        actor,
        actor_id,
        by_silence: flags & BY_SILENCE != 0,
        fingerprint,
    };
    bytes.is_empty().then_some((event, write))
}

/// Who exactly acted, behind all else: staff by name; of a customer one byte is a recipient's number, eleven are a
/// contact, ten are a person.
fn unpack_actor_id(actor: ActorKind, bytes: &mut Bytes<'_>) -> Option<ActorId> {
    match actor {
        ActorKind::Operator | ActorKind::System => {
            Some(ActorId::Staff(StaffId::parse(&unpack_id(bytes)?).ok()?))
        }
        ActorKind::Customer if bytes.len() == 1 => {
            Some(ActorId::Recipient(RecipientNo::new(bytes.next()?)?))
        }
        ActorKind::Customer if bytes.len() == CONTACT_BYTES => {
            let contact = PersonId(bytes.take_array()?);
            (bytes.next()? == CONTACT).then_some(ActorId::Contact(contact))
        }
        ActorKind::Customer | ActorKind::Partner => {
            Some(ActorId::Person(PersonId(bytes.take_array()?)))
        }
    }
}
