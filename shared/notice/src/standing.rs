//! What a claim means for the holder of a link at a moment: which items the holder can still say no to, which no
//! the holder can take back, and what silence does.

use domain::claim::{Claim, Instant, Item, ItemStatus, State, UsedChances};
use domain::decide::{can_refuse, refusable_items, undo_is_open, undoable_items};
use domain::directory::Tenant;
use domain::effects::holds_lock;
use domain::ids::{ItemNo, NoticeNo};
use domain::recipient::{
    Authority, Decliners, Recipient, RecipientList, RecipientNo, RecipientStanding,
};

pub use domain::states::Phase;

/// The holder of a link, and what is known of whom it was sent to.
#[derive(Debug, Clone, Copy)]
pub struct Holder<'a> {
    /// The notice that the link is of.
    pub notice: NoticeNo,
    /// Whose link it is; `None` of a link of the form without recipients.
    pub recipient: Option<RecipientNo>,
    /// The list of the claim's present notice; `None` where there is none, or it cannot be read.
    pub list: Option<&'a RecipientList>,
    /// The tenant as it is now; `None` where it cannot be read.
    pub tenant: Option<&'a Tenant>,
}

/// What a link is good for, beside the "no" that every link says (`docs/domain.md §5.4`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkRights {
    /// Its recipient is verified: it may also undo, ask for more time, and be the wrong person.
    Verified,
    /// Its recipient is asked and not verified: it may also be the wrong person.
    Unverified,
    /// It is of an earlier notice, of a form without recipients, or of somebody who is not asked any more.
    Earlier,
    /// Its recipient said that it is not the right person.
    Refused,
    /// The link was retired: it takes a "no" and nothing else.
    Retired,
    /// The personal data of the claim were erased: nobody knows any more whose link it is.
    Erased,
}

impl<'a> Holder<'a> {
    /// The recipient, as the list has it.
    fn listed_recipient(self) -> Option<&'a Recipient> {
        self.list?.get(self.recipient?)
    }

    /// What the link is good for.
    pub fn link_rights(self, claim: &Claim) -> LinkRights {
        if claim.erased {
            return LinkRights::Erased;
        }
        let Some(own) = self.listed_recipient() else { return LinkRights::Earlier };
        match own.standing {
            RecipientStanding::Refused => LinkRights::Refused,
            RecipientStanding::Retired => LinkRights::Retired,
            RecipientStanding::Asked | RecipientStanding::Reserve
                if self.notice == claim.notice =>
            {
                if self.is_verified(own, claim) {
                    LinkRights::Verified
                } else {
                    LinkRights::Unverified
                }
            }
            RecipientStanding::Asked
            | RecipientStanding::Reserve
            | RecipientStanding::Failed
            | RecipientStanding::Unreported
            | RecipientStanding::Past => LinkRights::Earlier,
        }
    }

    /// Whether the address is verified by the list, and now as well where that can be told.
    fn is_verified(self, own: &Recipient, claim: &Claim) -> bool {
        let now = |tenant: &Tenant| match tenant.authority_of(&own.email) {
            Authority::Verified => true,
            Authority::Domain => claim.details.is_vouched_for(&own.email),
            Authority::Outside => false,
        };
        own.authority == Authority::Verified && self.tenant.is_none_or(now)
    }

    /// As whom the holder says no.
    fn as_decliner(self) -> Decliners {
        self.recipient.map_or(Decliners::ADMINISTRATOR, Decliners::only_recipient)
    }

    /// Whose noes a verified holder takes back: its own, and those of recipients who are not verified.
    fn revocable_decliners(self) -> Decliners {
        let others = self.list.into_iter().flat_map(|list| &list.recipients);
        let unverified = others.filter(|other| other.authority != Authority::Verified);
        unverified
            .map(|other| Decliners::only_recipient(other.no))
            .fold(self.as_decliner(), Decliners::with)
    }
}

/// How a claim stands for the holder of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerOptions {
    /// The phase of the claim, as far as a customer can tell phases apart.
    pub phase: Phase,
    /// What the link is good for.
    pub rights: LinkRights,
    /// The items that the holder can say no to.
    pub refusable: Vec<ItemNo>,
    /// The items to which somebody else said no, which the holder can join.
    pub joinable: Vec<ItemNo>,
    /// The items whose no the holder can take back, with the code of a receipt.
    pub undoable: Vec<ItemNo>,
    /// Whether the holder can say that it is not the right person.
    pub can_refuse: bool,
    /// Whether the holder can ask for more time.
    pub can_extend: bool,
}

impl CustomerOptions {
    /// How the claim stands at `at`.
    pub fn of(claim: &Claim, holder: Holder<'_>, at: Instant) -> Self {
        let rights = holder.link_rights(claim);
        let may_undo = rights == LinkRights::Verified && claim.used.undos < UsedChances::MOST_UNDOS;
        let undoable = if may_undo {
            undoable_items(claim, holder.revocable_decliners(), at)
        } else {
            Vec::new()
        };
        let refusable = refusable_items(claim, at);
        let phase = page_phase(claim, at, refusable.is_empty() && !undoable.is_empty());
        let open = matches!(phase, Phase::Open | Phase::Answered)
            && matches!(claim.state, State::AwaitingCustomer { .. });
        let is_asked = matches!(rights, LinkRights::Verified | LinkRights::Unverified);
        Self {
            phase,
            rights,
            joinable: joinable_items(claim, holder.as_decliner()),
            undoable,
            can_refuse: is_asked && can_refuse(claim, at),
            can_extend: rights == LinkRights::Verified && open && !claim.extended,
            refusable,
        }
    }

    /// Whether a deadline runs that the customer has to know.
    pub(crate) fn has_deadline(&self) -> bool {
        matches!(self.phase, Phase::Open | Phase::Answered)
    }

    /// Whether the holder's "no" would do something.
    pub(crate) fn can_decline(&self) -> bool {
        !self.refusable.is_empty() || !self.joinable.is_empty()
    }
}

/// The items to which others said no in a way that can still be taken back, and the party did not.
fn joinable_items(claim: &Claim, party: Decliners) -> Vec<ItemNo> {
    let by_others = |item: &&Item| {
        let status = claim.item_status(item);
        matches!(status, ItemStatus::Declined { by, no_answer: false, .. } if !by.contains(party))
            && holds_lock(claim, item)
    };
    claim.items.iter().filter(by_others).map(|item| item.no).collect()
}

fn page_phase(claim: &Claim, at: Instant, answered: bool) -> Phase {
    if answered && undo_is_open(claim, at) {
        return Phase::Answered;
    }
    let late = matches!(&claim.state, State::AwaitingCustomer { window } if at >= window.closes_at);
    if late { Phase::Late } else { claim.status().table_row().phase }
}
