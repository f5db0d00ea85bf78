//! Who acts (`docs/domain.md §1`).

use crate::codes::codes;
use std::fmt;

use crate::ids::{NoticeNo, PartnerId, PersonId, StaffId, TenantId};
use crate::recipient::RecipientNo;

codes! {
    /// The role in a caller's verified token.
    Role {
        /// A partner's incentives admin.
        PartnerAdmin => "partner_admin",
        /// A partner's incentives user.
        PartnerUser => "partner_user",
        /// Operator staff who review.
        Reviewer => "reviewer",
        /// Operator staff who may do all a reviewer may, and administer.
        Operator => "operator",
        /// Reads everything, changes nothing.
        Auditor => "auditor",
        /// The customer's signed-in administrator.
        CustomerAdmin => "customer_admin",
    }
    /// Whose doing an event is, as everyone may see it.
    ActorKind {
        /// A user of the claim's partner, whatever the role.
        Partner => "partner",
        /// The customer: its administrator, its standing rules, or who answers by the link of a notice.
        Customer => "customer",
        /// A member of the operator's staff.
        Operator => "operator",
        /// The system: deadlines, delivery reports, scans and changes of the directory.
        System => "system",
    }
}

/// Who gives a command. Built from verified token claims, a checked link, or the system's own
/// schedule; never from a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in user of a partner.
    Partner {
        /// The partner of the token's claim `custom:partner_id`.
        id: PartnerId,
        /// Whether it is a `partner_admin`.
        admin: bool,
        /// Which of its people; `None` where the token does not tell.
        person: Option<PersonId>,
    },
    /// A signed-in member of the operator's staff.
    Staff {
        /// The token's claim `sub`: each member of the staff is a party of its own.
        id: StaffId,
        /// Reviewer, operator or auditor.
        role: StaffRole,
    },
    /// The customer's signed-in administrator.
    CustomerAdmin {
        /// The tenant of the token's claim `custom:tenant_id`.
        tenant: TenantId,
        /// Which of its people; `None` for the tenant's standing rules.
        person: Option<PersonId>,
    },
    /// A verified contact of a tenant, by the link and the code of its overview. It takes away and gives nothing.
    CustomerContact {
        /// The tenant of the link.
        tenant: TenantId,
        /// Which of its contacts, under a pseudonym that only the keys of links lead back to the address.
        contact: PersonId,
    },
    /// Somebody who holds the link and the code of a notice.
    CustomerLink {
        /// The notice that the link is of: one of an earlier notice takes a "no" and nothing else.
        notice: NoticeNo,
        /// Whose link it is; `None`: of a form without recipients, which says no and nothing else.
        recipient: Option<RecipientNo>,
    },
    /// The system: delivery proofs, deadlines, the directory.
    System,
}

/// What the text of [`ActorId::Recipient`] begins with. No pseudonym and no id of the staff has a colon.
pub const RECIPIENT: &str = "recipient:";
/// What the text of [`ActorId::Contact`] begins with.
pub const CONTACT: &str = "contact:";

/// Who exactly acted: a member of the staff, a recipient by its link, or a person of a party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActorId {
    /// A member of the operator's staff, by the token's claim `sub`.
    Staff(StaffId),
    /// A recipient of the claim's notices, by its link.
    Recipient(RecipientNo),
    /// A person of the partner or the customer, under a pseudonym.
    Person(PersonId),
    /// A verified contact of the customer's, by its overview, under a pseudonym.
    Contact(PersonId),
}

impl ActorId {
    /// Who it is, as a history names somebody of that side; `None` for a text that names nobody.
    pub fn parse(side: ActorKind, text: &str) -> Option<Self> {
        if let Some(no) = text.strip_prefix(RECIPIENT) {
            return no.parse().ok().and_then(RecipientNo::new).map(Self::Recipient);
        }
        if let Some(contact) = text.strip_prefix(CONTACT) {
            let is_customer = side == ActorKind::Customer;
            return PersonId::parse(contact).filter(|_| is_customer).map(Self::Contact);
        }
        match side {
            ActorKind::Operator => StaffId::parse(text).ok().map(Self::Staff),
            ActorKind::Partner | ActorKind::Customer => PersonId::parse(text).map(Self::Person),
            ActorKind::System => None,
        }
    }

    /// The member of the staff, where it is one.
    pub fn staff_id(&self) -> Option<&StaffId> {
        if let Self::Staff(id) = self { Some(id) } else { None }
    }
}

impl fmt::Display for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Staff(id) => id.fmt(f),
            Self::Recipient(no) => write!(f, "{RECIPIENT}{}", no.0),
            Self::Person(id) => id.fmt(f),
            Self::Contact(id) => write!(f, "{CONTACT}{id}"),
        }
    }
}

/// The roles of the operator's staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffRole {
    /// Judges claims, and administers nothing.
    Reviewer,
    /// Does all that a reviewer may, validates contested claims, and writes the directory.
    Operator,
    /// Reads claims, history, associations and the directory, and changes nothing.
    Auditor,
}

impl Actor {
    /// Whose doing it is, as everyone may see it.
    pub fn kind(&self) -> ActorKind {
        match self {
            Self::Partner { .. } => ActorKind::Partner,
            Self::Staff { .. } => ActorKind::Operator,
            Self::CustomerAdmin { .. }
            | Self::CustomerContact { .. }
            | Self::CustomerLink { .. } => ActorKind::Customer,
            Self::System => ActorKind::System,
        }
    }

    /// Who exactly it is, as far as the claim keeps it.
    pub fn id(&self) -> Option<ActorId> {
        match self {
            Self::Staff { id, .. } => Some(ActorId::Staff(id.clone())),
            Self::CustomerLink { recipient, .. } => recipient.map(ActorId::Recipient),
            Self::Partner { person, .. } | Self::CustomerAdmin { person, .. } => {
                person.map(ActorId::Person)
            }
            Self::CustomerContact { contact, .. } => Some(ActorId::Contact(*contact)),
            Self::System => None,
        }
    }

    /// The name of operator staff.
    pub fn staff_id(&self) -> Option<&StaffId> {
        match self {
            Self::Staff { id, .. } => Some(id),
            Self::Partner { .. }
            | Self::CustomerAdmin { .. }
            | Self::CustomerContact { .. }
            | Self::CustomerLink { .. }
            | Self::System => None,
        }
    }
}

/// Who may give a command, as the tables of `docs/domain.md §3.2` say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// A partner's user, whatever the role.
    Partner,
    /// A partner's user with the role `partner_admin`, who alone submits and binds the partner.
    PartnerAdmin,
    /// A reviewer, and an operator, who may do all that a reviewer may.
    Reviewer,
    /// Staff with the role `operator`.
    Operator,
    /// The customer, signed in or with a notice's link and code.
    Customer,
    /// The customer's signed-in administrator.
    CustomerAdmin,
    /// A verified contact of the customer's, by its overview.
    CustomerContact,
    /// Somebody who holds the link and the code of a notice.
    CustomerLink,
    /// The system itself, which acts by deadlines, reports of mails, scans and the directory.
    System,
}

impl Party {
    /// Whether the actor belongs to it.
    pub fn includes(self, actor: &Actor) -> bool {
        let signed_in = matches!(actor, Actor::CustomerAdmin { .. });
        let by_link = matches!(actor, Actor::CustomerLink { .. });
        let operator = matches!(actor, Actor::Staff { role: StaffRole::Operator, .. });
        let reviewer = matches!(actor, Actor::Staff { role: StaffRole::Reviewer, .. });
        match self {
            Self::Partner => matches!(actor, Actor::Partner { .. }),
            Self::PartnerAdmin => matches!(actor, Actor::Partner { admin: true, .. }),
            Self::Reviewer => reviewer || operator,
            Self::Operator => operator,
            Self::Customer => signed_in || by_link,
            Self::CustomerAdmin => signed_in,
            Self::CustomerContact => matches!(actor, Actor::CustomerContact { .. }),
            Self::CustomerLink => by_link,
            Self::System => matches!(actor, Actor::System),
        }
    }
    /// Whether an event of that side, by that person where it is known, can be the doing of somebody of the party.
    pub fn may_be(self, side: ActorKind, id: Option<&ActorId>) -> bool {
        let is_person = matches!(id, None | Some(ActorId::Person(_)));
        let is_contact = matches!(id, None | Some(ActorId::Contact(_)));
        let by_link = matches!(id, None | Some(ActorId::Recipient(_)));
        match self {
            Self::Partner | Self::PartnerAdmin => side == ActorKind::Partner && is_person,
            Self::Reviewer | Self::Operator => {
                side == ActorKind::Operator && matches!(id, None | Some(ActorId::Staff(_)))
            }
            Self::Customer => side == ActorKind::Customer && (is_person || by_link),
            Self::CustomerAdmin => side == ActorKind::Customer && is_person,
            Self::CustomerContact => side == ActorKind::Customer && is_contact,
            Self::CustomerLink => side == ActorKind::Customer && by_link,
            Self::System => side == ActorKind::System && id.is_none(),
        }
    }
}
