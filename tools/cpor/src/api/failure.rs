//! Why a command could not do what was asked, and how the program ends then.

use super::problem::ApiProblem;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All that was asked is done.
    Done,
    /// A bundle does not verify, or rows were refused.
    Found,
    /// What was given cannot be read.
    Unreadable,
    /// The API refused, with a problem that says why.
    Refused,
    /// Nobody is signed in.
    SignedOut,
    /// The API could not be reached, or did not answer.
    Unreachable,
    /// A quota is used up.
    QuotaEnded,
}

impl Exit {
    /// The exit code of the process.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Found => 1,
            Self::Unreadable => 2,
            Self::Refused => 3,
            Self::SignedOut => 4,
            Self::Unreachable => 5,
            Self::QuotaEnded => 6,
        }
    }
}

/// Why something was not done. No token stands in it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Failure {
    /// What was given cannot be read, or a file cannot be written.
    #[error("{0}")]
    Unreadable(String),
    /// The API refused, and said why.
    #[error("{0}")]
    Refused(Box<ApiProblem>),
    /// Nobody is signed in, or not any more.
    #[error("{0}")]
    SignedOut(String),
    /// The API could not be reached, or gave no answer of its own.
    #[error("{0}")]
    Unreachable(String),
}

impl Failure {
    /// What cannot be read or written, and why.
    pub fn unreadable(what: impl std::fmt::Display, why: impl std::fmt::Display) -> Self {
        Self::Unreadable(format!("{what}: {why}"))
    }

    /// How the program ends with it.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Unreadable(_) => Exit::Unreadable,
            Self::Refused(problem) if problem.is_quota() => Exit::QuotaEnded,
            Self::Refused(_) => Exit::Refused,
            Self::SignedOut(_) => Exit::SignedOut,
            Self::Unreachable(_) => Exit::Unreachable,
        }
    }

    /// What people read of it, line by line.
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Unreadable(text) | Self::SignedOut(text) | Self::Unreachable(text) => {
                vec![text.clone()]
            }
            Self::Refused(problem) => problem.lines(),
        }
    }
}
