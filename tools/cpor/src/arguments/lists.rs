//! The arguments of `claims` and `programs`, and of the operator's queue.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use domain::motive::Motive;

use super::OutputFormat;

/// What to do with claims.
#[derive(Debug, Subcommand)]
pub enum ClaimsCommand {
    /// Lists claims, newest first.
    List {
        /// Which of them, all unless told.
        #[command(flatten)]
        filters: ClaimFilters,
        /// How many at most.
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// How it is printed.
        #[command(flatten)]
        format: OutputFormat,
    },
    /// Shows a claim, and why it is where it is.
    Show {
        /// The claim's id.
        id: String,
        /// How it is printed.
        #[command(flatten)]
        format: OutputFormat,
    },
    /// Submits a claim out of a file, or a draft that is stored.
    ///
    /// The same file again is the same claim: its key is a digest of it, unless `--key` names another one.
    Submit {
        /// The file with the claim as JSON, as `POST /v1/claims` takes it; `-`: the standard input.
        #[arg(required_unless_present = "draft")]
        file: Option<PathBuf>,
        /// The draft to submit, by its id.
        #[arg(long, conflicts_with_all = ["file", "key"])]
        draft: Option<String>,
        /// The `Idempotency-Key`, where you have one.
        #[arg(long)]
        key: Option<String>,
        /// How it is printed.
        #[command(flatten)]
        format: OutputFormat,
    },
    /// Takes back what nobody has decided.
    Withdraw {
        /// The claim's id.
        id: String,
        /// Why, as a code.
        #[arg(long, value_parser = PossibleValuesParser::new(Motive::PARTNER_NAMES))]
        reason: String,
        /// What the operator is told of it.
        #[arg(long)]
        comment: Option<String>,
        /// How it is printed.
        #[command(flatten)]
        format: OutputFormat,
    },
    /// Watches a claim: a line for each change, until nobody's turn is left.
    Watch {
        /// The claim's id.
        id: String,
        /// How many seconds between two looks.
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
        every: u64,
        /// Ends when the claim has this status.
        #[arg(long)]
        until: Option<String>,
        /// How it is printed: with `--json` a claim a line.
        #[command(flatten)]
        format: OutputFormat,
    },
}

/// Which claims (`docs/api.md §3.1.3`).
#[derive(Debug, Args)]
pub struct ClaimFilters {
    /// In this status; may be given again.
    #[arg(long)]
    pub status: Vec<String>,
    /// Only what waits for the partner, by deadline.
    #[arg(long)]
    pub waiting: bool,
    /// Only what has a deadline before this instant.
    #[arg(long)]
    pub until_before: Option<String>,
    /// Only those at this tenant.
    #[arg(long)]
    pub tenant: Option<String>,
    /// Of this partner; staff alone.
    #[arg(long)]
    pub partner: Option<String>,
    /// Only those in this program.
    #[arg(long)]
    pub program: Option<String>,
    /// With exactly this reference.
    #[arg(long)]
    pub external_ref: Option<String>,
    /// Only what has changed at this instant or later.
    #[arg(long)]
    pub updated_since: Option<String>,
}

/// What to do with programs.
#[derive(Debug, Subcommand)]
pub enum ProgramsCommand {
    /// Lists the programs by name.
    List {
        /// How it is printed.
        #[command(flatten)]
        format: OutputFormat,
    },
    /// Shows a program: what can be claimed in it.
    Show {
        /// The program's id.
        id: String,
        /// How it is printed.
        #[command(flatten)]
        format: OutputFormat,
    },
}

/// Which claims of the queue (`docs/api.md §3.2.1`).
#[derive(Debug, Args)]
pub struct QueueFilters {
    /// Only this queue: `submitted`, `in_review`, `disputed`, `on_hold`, `unreachable` or `overdue`.
    #[arg(long)]
    pub state: Option<String>,
    /// Only what cannot go on before somebody vouches.
    #[arg(long, conflicts_with = "state")]
    pub needs_vouch: bool,
    /// Only those in this program.
    #[arg(long)]
    pub program: Option<String>,
    /// Only those of this partner.
    #[arg(long)]
    pub partner: Option<String>,
    /// On which this member of the staff works; `none`: nobody.
    #[arg(long)]
    pub assigned_to: Option<String>,
    /// How many at most.
    #[arg(long, default_value_t = 50)]
    pub limit: usize,
}
