//! What the table of events holds of each.

use crate::codes::codes;
use crate::commands::table::AllowedStates;
use crate::event::EventType;
use crate::history::Audience;
use crate::rule::Rule;

/// What holds for an event whatever it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventRow {
    /// Its number in records. A number, once given, keeps its meaning.
    pub number: u8,
    /// What the customer is mailed about it.
    pub mail: EventMail,
    /// Whether a notice may go out on it.
    pub makes_notice_due: bool,
    /// Who reads a comment of partner, operator or system that goes with it.
    pub comment_readers: &'static [Audience],
    /// Which days its deadline counts.
    pub deadline: CountedDeadline,
    /// Whether it can be a claim's first.
    pub is_first: bool,
    /// Of a claim in which states it can come.
    pub from: AllowedStates,
    /// The rule that it applies: that of the command that it is named after.
    pub rule: Rule,
}

codes! {
    /// What the customer's side is mailed about an event.
    EventMail {
        /// The event leads to no mail.
        Nothing => "nothing",
        /// A notice is due.
        Notice => "notice",
        /// The deadline is exact by now.
        Opening => "opening",
        /// A "no", or that it was taken back.
        Decision => "decision",
        /// Items are active by a "yes".
        Yes => "yes",
        /// The window has closed.
        Close => "close",
        /// Associations have ended: contacts hear of it.
        End => "end",
        /// The window ends later.
        Extension => "extension",
        /// Silence means "no" from now on.
        Consent => "consent",
        /// A recipient is not the right person.
        Refusal => "refusal",
        /// A link takes nothing but a "no" any more.
        Retirement => "retirement",
        /// The notice, once more, to whoever has no receipt of it.
        Resend => "resend",
        /// The partner took the claim back.
        Withdrawal => "withdrawal",
        /// Items were rejected: nothing becomes active by silence any more.
        Rejection => "rejection",
        /// A recipient failed: nobody is told, but somebody else may be asked.
        Failure => "failure",
    }
    /// Which days of the policy the deadline of an event counts, and so whose turn it is.
    CountedDeadline {
        /// The event has no deadline in business days.
        Nothing => "nothing",
        /// The operator's, until the review begins.
        ReviewStart => "review_start",
        /// The operator's, until it decides.
        Review => "review",
        /// The partner's, until it answers.
        Answer => "answer",
        /// The operator's, until a notice is delivered.
        Delivery => "delivery",
        /// Those in which another contact is named; they are the operator's where the event says so.
        Contact => "contact",
        /// Those of a delivery where a notice is due by the event, else those of a contact.
        DeliveryOrContact => "delivery_or_contact",
    }
}

macro_rules! readers {
    (staff) => {
        &[$crate::history::Audience::Staff]
    };
    (partner) => {
        &[$crate::history::Audience::Partner, $crate::history::Audience::Staff]
    };
    (all) => {
        &[
            $crate::history::Audience::Customer,
            $crate::history::Audience::Partner,
            $crate::history::Audience::Staff,
        ]
    };
}

macro_rules! event_rows {
    ($($event:ident | $number:literal | $mail:ident | $due:literal | $readers:ident | $deadline:ident
        | $rule:path | $($from:ident)+;)*) => {
        impl EventType {
            /// The row of an event.
            pub const fn table_row(self) -> $crate::event::EventRow {
                match self {$(
                    Self::$event => $crate::event::EventRow {
                        number: $number,
                        mail: $crate::event::EventMail::$mail,
                        makes_notice_due: $due,
                        comment_readers: $crate::event::row::readers!($readers),
                        deadline: $crate::event::CountedDeadline::$deadline,
                        is_first: $crate::commands::table::creates!($($from)+),
                        from: $crate::commands::table::from!($($from)+),
                        rule: $rule,
                    },
                )*}
            }
        }
    };
}

pub(crate) use {event_rows, readers};

impl EventType {
    /// Whether a notice may go out on that event.
    pub const fn makes_notice_due(self) -> bool {
        self.table_row().makes_notice_due
    }
}

impl Rule {
    /// The rule that an event applied.
    pub const fn of(event: EventType) -> Self {
        event.table_row().rule
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_event_has_a_number_of_its_own_which_is_not_zero() {
        let numbers: BTreeSet<u8> =
            EventType::ALL.iter().map(|event| event.table_row().number).collect();
        assert_eq!(numbers.len(), EventType::ALL.len());
        assert!(!numbers.contains(&0));
    }
}
