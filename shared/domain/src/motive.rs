//! Motives: why a party says no, takes a claim back, or ends an association, as a code (`docs/domain.md §3.5`).

use crate::actor::ActorKind;
use crate::codes::codes;
use crate::field_error::{FieldCode, FieldError, Hint};

codes! {
    /// Why a party says no, takes a claim back, or ends an association.
    Motive {
        /// Of the customer: the partner does not work for it.
        NotOurPartner => "not_our_partner",
        /// Other items are meant.
        WrongItems => "wrong_items",
        /// Of the customer: it does not know what this is about.
        Unknown => "unknown",
        /// Of partner and operator: the claim was made by mistake.
        ClaimedInError => "claimed_in_error",
        /// Of partner and operator: the customer asked for it.
        CustomerRequest => "customer_request",
        /// Of the partner: its work for the customer is over, or did not come about.
        EngagementOver => "engagement_over",
        /// Of the operator: it is against the program's rules.
        PolicyViolation => "policy_violation",
        /// Something that no other word of the party's says.
        Other => "other",
    }
}

/// What each side can give, and the names of that.
macro_rules! sides {
    ($($(#[$doc:meta])* $motives:ident $names:ident: $($motive:ident)*;)*) => {
        impl Motive {$(
            $(#[$doc])*
            pub const $motives: &'static [Self] = &[$(Self::$motive),*];

            /// The names of these on the wire, in the same order.
            pub const $names: &'static [&'static str] = &[$(Self::$motive.as_str()),*];
        )*}
    };
}

sides! {
    /// What a customer can give with a "no" and with an end; it need not.
    OF_CUSTOMER CUSTOMER_NAMES: NotOurPartner WrongItems Unknown Other;
    /// What a partner has to give with a withdrawal and with an end.
    OF_PARTNER PARTNER_NAMES: ClaimedInError WrongItems CustomerRequest EngagementOver Other;
    /// What the operator has to give with an end.
    OF_OPERATOR OPERATOR_NAMES: ClaimedInError CustomerRequest PolicyViolation Other;
}

/// What is wrong with the motive that a side gives: none where one is required, or one that is not the side's.
pub(crate) fn motive_error(given: Option<Motive>, side: ActorKind) -> Option<FieldError> {
    let (own, names) = match side {
        ActorKind::Customer => (Motive::OF_CUSTOMER, Motive::CUSTOMER_NAMES),
        ActorKind::Partner => (Motive::OF_PARTNER, Motive::PARTNER_NAMES),
        ActorKind::Operator => (Motive::OF_OPERATOR, Motive::OPERATOR_NAMES),
        ActorKind::System => return None,
    };
    let code = match given {
        Some(motive) if own.contains(&motive) => return None,
        Some(_) => FieldCode::UnknownCode,
        None if side == ActorKind::Customer => return None,
        None => FieldCode::Required,
    };
    Some(FieldError::new("/reason_code", code).with_hint(Hint::OneOf(names)))
}
