//! By whom and of what an event can come: what the tables of commands, events and states say of it together.

use super::{Event, EventBody, EventType};
use crate::actor::{ActorId, ActorKind};
use crate::claim::Status;
use crate::command::CommandKind;
use crate::commands::table::is_allowed_in;
use crate::reason::EndReason;
use crate::states::OnDeadline;

/// What an event comes of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin<'a> {
    /// The claim's state before the event; `None`: there is no claim yet.
    pub status: Option<Status>,
    /// Whose doing it is.
    pub actor: ActorKind,
    /// Who exactly, where that is known.
    pub actor_id: Option<&'a ActorId>,
    /// Whether a deadline that passed unanswered does it.
    pub by_silence: bool,
}

impl EventType {
    /// Whether some command makes the event there, given by a party that the actor belongs to. It says nothing of the
    /// command's arguments and of the moment.
    ///
    /// ```
    /// use domain::actor::ActorKind;
    /// use domain::claim::Status;
    /// use domain::event::{EventType, Origin};
    ///
    /// let of = |status, actor| Origin { status: Some(status), actor, actor_id: None, by_silence: false };
    /// let yes = EventType::ItemsAccepted;
    /// assert!(yes.comes_of(of(Status::AwaitingCustomer, ActorKind::Customer)));
    /// assert!(!yes.comes_of(of(Status::AwaitingCustomer, ActorKind::Operator)));
    /// assert!(!yes.comes_of(of(Status::OnHold, ActorKind::Customer)));
    /// ```
    pub fn comes_of(self, origin: Origin<'_>) -> bool {
        let row = self.table_row();
        let fits = origin.status.map_or(row.is_first, |status| row.from.includes(status));
        let does = |status: Status| self.is_done_by(status.table_row().on_deadline);
        let is_silence = !origin.by_silence || origin.status.is_some_and(does);
        fits && is_silence && CommandKind::ALL.iter().any(|command| origin.gives(*command, self))
    }
}

impl EventType {
    /// Whether the passing of a state's deadline can do it.
    fn is_done_by(self, passing: OnDeadline) -> bool {
        let does: &[Self] = match passing {
            OnDeadline::Discard => &[Self::Discarded],
            OnDeadline::RecordOverdue => &[Self::ReviewOverdue],
            // Where it is the operator's turn to judge a contact, that it is late is recorded.
            OnDeadline::Reject(_) => &[Self::Rejected, Self::ReviewOverdue],
            OnDeadline::CountUnreachable => {
                &[Self::WindowOpened, Self::NoticeFailed, Self::RecipientFailed, Self::Held]
            }
            OnDeadline::CloseWindow => {
                &[Self::WindowClosed, Self::NoticeFailed, Self::Held, Self::Resumed]
            }
            OnDeadline::EndAssociations => &[Self::AssociationEnded],
            OnDeadline::Nothing => &[],
        };
        does.contains(&self)
    }
}

impl Origin<'_> {
    /// Whether the command can be given there, and make the event.
    fn gives(self, command: CommandKind, event: EventType) -> bool {
        let row = command.table_row();
        let is_taken = self.status.map_or(row.creates, |status| is_allowed_in(command, status));
        let is_silence = !self.by_silence || command == CommandKind::DeadlinePassed;
        let is_given = || row.who.iter().any(|party| party.may_be(self.actor, self.actor_id));
        is_taken && is_silence && row.makes.contains(&event) && is_given()
    }
}

impl Event {
    /// Whether the event can come of a claim in that state, `None`: of none yet, by its actor. It holds for every event
    /// that [`crate::decide()`] makes. Who checks a history asks it of each entry, since [`crate::evolve()`] applies what
    /// does not contradict the claim, whoever did it.
    pub fn follows(&self, status: Option<Status>) -> bool {
        let (actor, actor_id) = (self.actor, self.actor_id.as_ref());
        let origin = Origin { status, actor, actor_id, by_silence: self.by_silence };
        self.body.event_type().comes_of(origin) && self.is_ended_by_its_actor()
    }

    /// Whether associations ended for a reason that is the actor's own. It holds for every other event.
    fn is_ended_by_its_actor(&self) -> bool {
        let EventBody::AssociationEnded { reason, .. } = &self.body else { return true };
        let side = match reason {
            EndReason::PartnerLeft => ActorKind::Partner,
            EndReason::CustomerRevoked => ActorKind::Customer,
            EndReason::OperatorRevoked => ActorKind::Operator,
            EndReason::Superseded
            | EndReason::TermExpired
            | EndReason::ItemGone
            | EndReason::TenantGone
            | EndReason::NoticeFailed
            | EndReason::NotEnrolled
            | EndReason::Renewed => ActorKind::System,
        };
        self.actor == side
    }
}
