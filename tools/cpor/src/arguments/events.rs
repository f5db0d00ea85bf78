//! The arguments of `events`.

use clap::{Args, Subcommand};

use super::OutputFormat;

/// What to do with what happened.
#[derive(Debug, Subcommand)]
pub enum EventsCommand {
    /// Lists what happened, oldest first.
    ///
    /// The place behind the last event is told on the standard error, as `--after` takes it.
    List(EventsArguments),
}

/// Which events, and how long.
#[derive(Debug, Args)]
pub struct EventsArguments {
    /// Only what comes behind this place: the `next_cursor` of an earlier list of the same `--type`s.
    #[arg(long, allow_hyphen_values = true)]
    pub after: Option<String>,
    /// Of this type, such as `window_opened`; may be given again.
    #[arg(long = "type")]
    pub types: Vec<String>,
    /// How many at most; with `--type` up to 99 more, since the last page is listed whole.
    #[arg(long, default_value_t = 50, conflicts_with = "follow")]
    pub limit: usize,
    /// Goes on when the list is at its end: a line for each event as it comes, until it is interrupted.
    #[arg(long)]
    pub follow: bool,
    /// How many seconds between two looks.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600), requires = "follow")]
    pub every: u64,
    /// How it is printed: with `--follow` an event a line.
    #[command(flatten)]
    pub format: OutputFormat,
}
