//! Remarks: what the parties and the operator's staff say with a command, by kind (`docs/domain.md §3.12`).

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::text::Comment;

codes! {
    /// What a remark is.
    RemarkKind {
        /// What somebody says with a command: to the other side, as far as it reads it.
        Comment => "comment",
        /// What the operator's staff write down for themselves.
        Note => "note",
    }
}

/// A text that goes with a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// Whether it is a comment or a note.
    pub kind: RemarkKind,
    /// The text, 1–2,000 characters.
    pub text: Comment,
}

impl Remark {
    /// A comment, which the other side reads as far as [`crate::given_remark::remark_readers`] says.
    pub fn comment(text: Comment) -> Self {
        Self { kind: RemarkKind::Comment, text }
    }

    /// A note of the operator's staff.
    pub fn note(text: Comment) -> Self {
        Self { kind: RemarkKind::Note, text }
    }
}
