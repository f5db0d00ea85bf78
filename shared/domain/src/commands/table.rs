//! What the table of commands holds of each (`docs/domain.md §3.2`): its rows stand in [`crate::commands`]. A command without a
//! row does not compile.

use crate::actor::Party;
use crate::claim::Status;
use crate::command::{CommandKind, CommandNeeds};
use crate::event::EventType;

/// What holds for a command whatever its arguments and the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandRow {
    /// Who may give it.
    pub who: &'static [Party],
    /// Whether it can create a claim.
    pub creates: bool,
    /// In which states an existing claim takes it.
    pub from: AllowedStates,
    /// What it needs to know beyond the claim and its policy.
    pub needs: CommandNeeds,
    /// The events that it can lead to. What each does to a claim stands in the file of the command that it
    /// is named after.
    pub makes: &'static [EventType],
}

/// The states in which a command can be given, or of which an event can come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllowedStates {
    /// In these states and in no other.
    Only(&'static [Status]),
    /// While the claim waits for somebody's decision: `submitted` … `on_hold`.
    Open,
    /// In any: the items judge, not the state.
    Any,
}

macro_rules! creates {
    (NEW $($status:ident)*) => {
        true
    };
    ($($status:ident)*) => {
        false
    };
}

macro_rules! from {
    (NEW $($status:ident)*) => { $crate::commands::table::from!($($status)*) };
    (OPEN) => { $crate::commands::table::AllowedStates::Open };
    (ANY) => { $crate::commands::table::AllowedStates::Any };
    ($($status:ident)*) => {
        $crate::commands::table::AllowedStates::Only(&[$($crate::claim::Status::$status),*])
    };
}

macro_rules! table {
    ($($kind:ident | $($who:ident)+ | $($from:ident)* | $($need:ident)*
        | $($event:ident)+;)*) => {
        impl $crate::commands::CommandKind {
            /// The row of a command.
            pub const fn table_row(self) -> $crate::commands::table::CommandRow {
                match self {$(
                    Self::$kind => $crate::commands::table::CommandRow {
                        who: &[$($crate::actor::Party::$who),+],
                        creates: $crate::commands::table::creates!($($from)*),
                        from: $crate::commands::table::from!($($from)*),
                        needs: $crate::command::CommandNeeds {
                            $($need: true,)*
                            ..$crate::command::CommandNeeds::NOTHING
                        },
                        makes: &[$($crate::event::EventType::$event),+],
                    },
                )*}
            }
        }
    };
}

pub(crate) use {creates, from, table};

impl AllowedStates {
    /// Whether a state is one of them.
    pub fn includes(self, status: Status) -> bool {
        match self {
            Self::Only(statuses) => statuses.contains(&status),
            Self::Open => status.is_open(),
            Self::Any => true,
        }
    }
}

/// Whether a command can be given in that state, whatever its arguments and the moment.
pub fn is_allowed_in(command: CommandKind, status: Status) -> bool {
    command.table_row().from.includes(status)
}

impl CommandKind {
    /// What the command needs to know beyond the claim and its policy.
    pub const fn needs(self) -> CommandNeeds {
        self.table_row().needs
    }
}
