//! The forms of each event: what it does to a claim, what it is between two versions, and how the history tells it. An
//! arm says what an event alone does; what several do stands in the files that the arms name.

use super::between::{VersionChange, read_opening, term_end};
use super::{Event, EventBody, EventType, Silence};
use crate::actor::ActorKind;
use crate::claim::{Claim, ExtensionCause, Mark};
use crate::commands::decline::DeclineEffect;
use crate::commands::{
    accept, add_evidence, apply_reports, begin_review, change_consent, correct_contact,
    deadline_passed, decline, discard, dispute, edit, end, erase, extend, overturn, recall,
    refuse_contact, reject, request_defence, request_information, respond, resume, submit, undo,
    uphold, validate, withdraw,
};
use crate::deadline::Deadline;
use crate::history::entry::Entry;
use crate::history::members::{Members, WindowText, fill_change, fill_opening};
use crate::transition::{change_notice, hold_claim, wait_for_contact};

/// The claim that a later event leads to, by the command that the event is named after; `None` where the
/// event does not fit the state.
pub(crate) fn apply_event(mut claim: Claim, event: &Event) -> Option<Claim> {
    let (it, at) = (&mut claim, event.at);
    match &event.body {
        EventBody::Drafted { .. } => return None,
        EventBody::Submitted { opening, due_at, priority_at } => {
            submit::apply(it, at, opening, due_at.at, *priority_at);
        }
        EventBody::Edited { opening, removed, discard_at } => {
            edit::apply(it, opening.as_deref(), removed, *discard_at);
        }
        EventBody::Recalled { discard_at, keeps_priority_until } => {
            recall::apply(it, *discard_at, keeps_priority_until.at);
        }
        EventBody::Discarded => discard::apply(it),
        EventBody::ReviewBegun { due_at, contested, defence_until } => {
            begin_review::apply(it, due_at.at, *contested, *defence_until);
        }
        EventBody::ReviewOverdue => deadline_passed::apply_overdue(it)?,
        EventBody::DefenceRequested { until } => request_defence::apply(it, *until),
        EventBody::InformationRequested { reasons, answer_by } => {
            request_information::apply(it, reasons, answer_by.at);
        }
        EventBody::InformationAnswered { due_at } => respond::apply(it, due_at.at),
        EventBody::Rejected { items, rejection, disputable_until, ends_at } => {
            reject::apply(it, items, rejection, *disputable_until, *ends_at);
        }
        EventBody::Validated {
            explicit_yes,
            dropped,
            contested,
            notice,
            content_hash,
            deliver_by,
        } => {
            it.subject.explicit_yes |= *explicit_yes;
            validate::apply(it, dropped, *contested, *notice, *content_hash, deliver_by.at);
        }
        EventBody::WindowOpened { window, opened_by } => {
            apply_reports::apply_opening(it, window, *opened_by);
        }
        EventBody::NoticeFailed { correct_by, with_operator } => {
            wait_for_contact(it, correct_by.at, *with_operator);
        }
        EventBody::RecipientFailed { change }
        | EventBody::ContactRefused { change }
        | EventBody::LinkRetired { change } => change_notice(it, change),
        EventBody::ContactVouched | EventBody::NoticeResent => {}
        EventBody::ContactProposed { due_at } => correct_contact::apply_proposal(it, due_at.at),
        EventBody::ContactProposalRefused { correct_by } => {
            refuse_contact::apply(it, correct_by.at);
        }
        EventBody::ConsentChanged => change_consent::apply(it),
        EventBody::ContactCorrected { notice, deliver_by } => {
            correct_contact::apply(it, *notice, deliver_by.at);
        }
        EventBody::ItemsDeclined { declined, ended, ended_at, joined, by, in_time, ends_at } => {
            let refusal = DeclineEffect {
                undecided: declined,
                active: ended,
                ended_at: ended_at.unwrap_or(at),
                declined: joined,
                by: *by,
            };
            decline::apply(it, at, &refusal, *in_time, *ends_at);
        }
        EventBody::DeclineUndone { items, by, by_link, change } => {
            undo::apply(it, items, *by, *by_link, change)?;
        }
        EventBody::ItemsAccepted { items, ends_at } => accept::apply(it, at, items, *ends_at),
        EventBody::WindowExtended { window, cause, opened_by, outage } => {
            extend::apply(it, window, *cause, *opened_by);
            it.last_outage = outage.unwrap_or(it.last_outage);
        }
        EventBody::Held { reason } => hold_claim(it, *reason),
        EventBody::Resumed { notice, deliver_by } => resume::apply(it, *notice, deliver_by.at),
        EventBody::WindowClosed { outcome, ends_at } => {
            deadline_passed::apply_close(it, *outcome, *ends_at)?;
        }
        EventBody::Withdrawn { ends_at } => withdraw::apply(it, *ends_at),
        EventBody::Disputed { due_at } => dispute::apply(it, due_at.at)?,
        EventBody::DisputeUpheld => uphold::apply(it)?,
        EventBody::DisputeOverturned { due_at } => overturn::apply(it, due_at.at),
        EventBody::AssociationEnded { items, reason, at } => end::apply(it, items, *reason, *at),
        EventBody::EvidenceAdded { by_partner, discard_at } => {
            add_evidence::apply(it, *by_partner, *discard_at);
        }
        EventBody::Erased => erase::apply(it),
    }
    Some(claim)
}

impl VersionChange<'_> {
    /// What the event between them carries.
    pub(super) fn event_body(self) -> Option<EventBody> {
        let Self { new, .. } = self;
        let ends_at = term_end(new);
        Some(match new.last_event.event_type {
            EventType::Drafted => return None,
            EventType::Submitted => {
                let (due_at, priority_at) = (self.new_deadline()?, new.priority_at?);
                EventBody::Submitted { opening: read_opening(new), due_at, priority_at }
            }
            EventType::Edited => self.edit_body(),
            EventType::Recalled => self.recall_body()?,
            EventType::Discarded => EventBody::Discarded,
            EventType::ReviewBegun => EventBody::ReviewBegun {
                due_at: self.new_deadline()?,
                contested: new.contested,
                defence_until: new.defence_until,
            },
            EventType::ReviewOverdue => EventBody::ReviewOverdue,
            EventType::DefenceRequested => {
                EventBody::DefenceRequested { until: new.defence?.until }
            }
            EventType::InformationRequested => self.information_requested()?,
            EventType::InformationAnswered => {
                EventBody::InformationAnswered { due_at: self.new_deadline()? }
            }
            EventType::Rejected => self.rejection_body(ends_at),
            EventType::Validated => EventBody::Validated {
                explicit_yes: new.subject.explicit_yes,
                dropped: self.items_marked(|mark| matches!(mark, Mark::Dropped)),
                contested: new.contested,
                notice: new.notice,
                content_hash: new.content_hash?,
                deliver_by: self.new_deadline()?,
            },
            EventType::WindowOpened => EventBody::WindowOpened {
                window: new.state.window()?.clone(),
                opened_by: new.opened_by?,
            },
            EventType::NoticeFailed => self.notice_failed()?,
            EventType::RecipientFailed => {
                EventBody::RecipientFailed { change: self.notice_change()? }
            }
            EventType::ContactRefused => {
                EventBody::ContactRefused { change: self.notice_change()? }
            }
            EventType::LinkRetired => EventBody::LinkRetired { change: self.notice_change()? },
            EventType::ContactVouched => EventBody::ContactVouched,
            EventType::NoticeResent => EventBody::NoticeResent,
            EventType::ContactProposed => {
                EventBody::ContactProposed { due_at: self.new_deadline()? }
            }
            EventType::ContactProposalRefused => {
                EventBody::ContactProposalRefused { correct_by: self.new_deadline()? }
            }
            EventType::ConsentChanged => EventBody::ConsentChanged,
            EventType::ContactCorrected => {
                EventBody::ContactCorrected { notice: new.notice, deliver_by: self.new_deadline()? }
            }
            EventType::ItemsDeclined => self.decline_body(ends_at),
            EventType::DeclineUndone => self.undo_body()?,
            EventType::ItemsAccepted => {
                let items = self.items_marked(|mark| matches!(mark, Mark::Active { .. }));
                EventBody::ItemsAccepted { items, ends_at }
            }
            EventType::WindowExtended => self.extension_body()?,
            EventType::Held => EventBody::Held { reason: self.hold_reason() },
            EventType::Resumed => {
                EventBody::Resumed { notice: new.notice, deliver_by: self.new_deadline()? }
            }
            EventType::WindowClosed => {
                EventBody::WindowClosed { outcome: self.silence_effect(), ends_at }
            }
            EventType::Withdrawn => EventBody::Withdrawn { ends_at },
            EventType::Disputed => EventBody::Disputed { due_at: self.new_deadline()? },
            EventType::DisputeUpheld => EventBody::DisputeUpheld,
            EventType::DisputeOverturned => {
                EventBody::DisputeOverturned { due_at: self.new_deadline()? }
            }
            EventType::AssociationEnded => self.end_body()?,
            EventType::EvidenceAdded => self.evidence_added(),
            EventType::Erased => EventBody::Erased,
        })
    }
}

impl EventBody {
    /// The deadline in business days of partner or operator that the event sets.
    pub fn deadline(&self) -> Option<&Deadline> {
        if let Self::Submitted { due_at: deadline, .. }
        | Self::Recalled { keeps_priority_until: deadline, .. }
        | Self::ReviewBegun { due_at: deadline, .. }
        | Self::InformationRequested { answer_by: deadline, .. }
        | Self::InformationAnswered { due_at: deadline }
        | Self::Validated { deliver_by: deadline, .. }
        | Self::NoticeFailed { correct_by: deadline, .. }
        | Self::ContactCorrected { deliver_by: deadline, .. }
        | Self::ContactProposed { due_at: deadline }
        | Self::ContactProposalRefused { correct_by: deadline }
        | Self::Resumed { deliver_by: deadline, .. }
        | Self::Disputed { due_at: deadline }
        | Self::DisputeOverturned { due_at: deadline } = self
        {
            return Some(deadline);
        }
        let (Self::RecipientFailed { change }
        | Self::ContactRefused { change }
        | Self::LinkRetired { change }
        | Self::DeclineUndone { change, .. }) = self
        else {
            return None;
        };
        change.deadline()
    }

    /// What the event decides, as members of its entry.
    pub(crate) fn fill_members(&self, members: &mut Members) {
        match self {
            EventBody::Drafted { opening, discard_at } => {
                fill_opening(members, opening);
                members.discard_at = Some(*discard_at);
            }
            EventBody::Submitted { opening, priority_at, .. } => {
                fill_opening(members, opening);
                members.priority_at = Some(*priority_at);
            }
            EventBody::Edited { opening, discard_at, .. } => {
                if let Some(opening) = opening {
                    fill_opening(members, opening);
                }
                members.discard_at = *discard_at;
            }
            EventBody::Recalled { discard_at, keeps_priority_until } => {
                members.discard_at = Some(*discard_at);
                members.keeps_priority_until = Some(keeps_priority_until.at);
                members.due_at = None;
            }
            EventBody::ReviewBegun { contested, defence_until, .. } => {
                members.contested = Some(*contested);
                members.defence_until = *defence_until;
            }
            EventBody::DefenceRequested { until } => members.defence_until = Some(*until),
            EventBody::InformationRequested { reasons, .. } => members.reasons.clone_from(reasons),
            EventBody::Rejected { rejection, disputable_until, ends_at, .. } => {
                members.reasons.clone_from(&rejection.reasons);
                members.rejected_by.clone_from(&rejection.by);
                members.disputable_until = *disputable_until;
                members.ends_at = *ends_at;
            }
            EventBody::Validated { explicit_yes, contested, notice, content_hash, .. } => {
                members.explicit_yes = *explicit_yes;
                members.contested = Some(*contested);
                members.notice = Some(*notice);
                members.content_hash = Some(*content_hash);
            }
            EventBody::WindowOpened { window, opened_by } => {
                members.window = Some(Box::new(WindowText::of(window)));
                members.opened_by = Some(*opened_by);
            }
            EventBody::NoticeFailed { with_operator, .. } => members.with_operator = *with_operator,
            EventBody::RecipientFailed { change }
            | EventBody::ContactRefused { change }
            | EventBody::LinkRetired { change } => fill_change(members, change),
            EventBody::ConsentChanged => members.explicit_yes = true,
            EventBody::ContactCorrected { notice, .. } | EventBody::Resumed { notice, .. } => {
                members.notice = Some(*notice);
            }
            EventBody::ItemsDeclined { in_time, ended_at, ends_at, .. } => {
                members.in_time = Some(*in_time);
                members.ended_at = *ended_at;
                members.ends_at = *ends_at;
            }
            EventBody::DeclineUndone { by_link, change, .. } => {
                members.by_link = *by_link;
                fill_change(members, change);
            }
            EventBody::WindowExtended { window, cause, .. } => {
                members.window = Some(Box::new(WindowText::of(window)));
                members.extended_by = Some(*cause);
            }
            EventBody::Held { reason } => members.hold_reason = *reason,
            EventBody::WindowClosed { outcome, ends_at } => {
                members.explicit_yes = *outcome == Silence::Decline;
                members.ends_at = *ends_at;
            }
            EventBody::ItemsAccepted { ends_at, .. } | EventBody::Withdrawn { ends_at } => {
                members.ends_at = *ends_at;
            }
            EventBody::AssociationEnded { reason, at, .. } => {
                members.end_reason = Some(*reason);
                members.ended_at = Some(*at);
            }
            EventBody::EvidenceAdded { by_partner, discard_at } => {
                members.by_partner = Some(*by_partner);
                members.discard_at = *discard_at;
            }
            EventBody::Discarded
            | EventBody::ReviewOverdue
            | EventBody::InformationAnswered { .. }
            | EventBody::ContactVouched
            | EventBody::NoticeResent
            | EventBody::ContactProposed { .. }
            | EventBody::ContactProposalRefused { .. }
            | EventBody::Disputed { .. }
            | EventBody::DisputeUpheld
            | EventBody::DisputeOverturned { .. }
            | EventBody::Erased => {}
        }
    }
}

impl Entry {
    /// The event's body again, as far as the entry tells it.
    pub(crate) fn body(&self, old: Option<&Claim>) -> Option<EventBody> {
        let own = &self.members;
        let (ends_at, discard_at, deadline) = (own.ends_at, own.discard_at, self.deadline());
        let change = || self.notice_change(old);
        Some(match self.event_type {
            EventType::Drafted => {
                EventBody::Drafted { opening: self.opening()?, discard_at: discard_at? }
            }
            EventType::Submitted => EventBody::Submitted {
                opening: self.opening()?,
                due_at: deadline?,
                priority_at: own.priority_at.unwrap_or(self.at),
            },
            EventType::Edited => self.edited_body(),
            EventType::Recalled => EventBody::Recalled {
                discard_at: discard_at?,
                keeps_priority_until: Deadline {
                    at: own.keeps_priority_until.unwrap_or(self.at),
                    stand_in: own.counted_by.clone(),
                },
            },
            EventType::Discarded => EventBody::Discarded,
            EventType::ReviewBegun => EventBody::ReviewBegun {
                due_at: deadline?,
                contested: own.contested.unwrap_or_default(),
                defence_until: own.defence_until,
            },
            EventType::ReviewOverdue => EventBody::ReviewOverdue,
            EventType::DefenceRequested => {
                EventBody::DefenceRequested { until: own.defence_until.unwrap_or(self.at) }
            }
            EventType::InformationRequested => EventBody::InformationRequested {
                reasons: own.reasons.clone(),
                answer_by: deadline?,
            },
            EventType::InformationAnswered => EventBody::InformationAnswered { due_at: deadline? },
            EventType::Rejected => self.rejected_body(),
            EventType::Validated => EventBody::Validated {
                explicit_yes: own.explicit_yes,
                dropped: self.items_with_status("dropped"),
                contested: own.contested.unwrap_or_default(),
                notice: own.notice?,
                content_hash: own.content_hash?,
                deliver_by: deadline?,
            },
            EventType::ConsentChanged => EventBody::ConsentChanged,
            EventType::Withdrawn => EventBody::Withdrawn { ends_at },
            EventType::Disputed => EventBody::Disputed { due_at: deadline? },
            EventType::DisputeUpheld => EventBody::DisputeUpheld,
            EventType::DisputeOverturned => EventBody::DisputeOverturned { due_at: deadline? },
            EventType::EvidenceAdded => EventBody::EvidenceAdded {
                by_partner: own.by_partner.unwrap_or(self.actor == ActorKind::Partner),
                discard_at,
            },
            EventType::Erased => EventBody::Erased,
            EventType::WindowOpened => {
                EventBody::WindowOpened { window: self.to_window()?, opened_by: self.opened_by() }
            }
            EventType::NoticeFailed => {
                EventBody::NoticeFailed { correct_by: deadline?, with_operator: own.with_operator }
            }
            EventType::RecipientFailed => EventBody::RecipientFailed { change: change() },
            EventType::ContactRefused => EventBody::ContactRefused { change: change() },
            EventType::LinkRetired => EventBody::LinkRetired { change: change() },
            EventType::ContactVouched => EventBody::ContactVouched,
            EventType::NoticeResent => EventBody::NoticeResent,
            EventType::ContactProposed => EventBody::ContactProposed { due_at: deadline? },
            EventType::ContactProposalRefused => {
                EventBody::ContactProposalRefused { correct_by: deadline? }
            }
            EventType::ContactCorrected => {
                EventBody::ContactCorrected { notice: own.notice?, deliver_by: deadline? }
            }
            EventType::Held => EventBody::Held { reason: own.hold_reason },
            EventType::Resumed => EventBody::Resumed { notice: own.notice?, deliver_by: deadline? },
            EventType::ItemsDeclined => self.declined_body(),
            EventType::DeclineUndone => self.undone_body(old),
            EventType::ItemsAccepted => {
                EventBody::ItemsAccepted { items: self.items_with_status("active"), ends_at }
            }
            EventType::WindowExtended => EventBody::WindowExtended {
                window: self.to_window()?,
                cause: own.extended_by.unwrap_or(ExtensionCause::Operator),
                opened_by: own.counted_from,
                outage: None,
            },
            EventType::WindowClosed => {
                let outcome = if own.explicit_yes { Silence::Decline } else { Silence::Associate };
                EventBody::WindowClosed { outcome, ends_at }
            }
            EventType::AssociationEnded => EventBody::AssociationEnded {
                items: self.items_with_status("ended"),
                reason: own.end_reason?,
                at: own.ended_at?,
            },
        })
    }
}
