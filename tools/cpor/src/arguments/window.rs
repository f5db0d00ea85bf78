//! The arguments of `window`.

use chrono::{DateTime, NaiveDate, ParseError};
use clap::{Args, ValueEnum};
use domain::claim::Instant;

/// A delivery, and where its customer is.
#[derive(Debug, Args)]
pub struct WindowArguments {
    /// The country of the customer, as ISO 3166-1 has it.
    #[arg(long)]
    pub country: String,
    /// The part of the country, such as `CA`.
    #[arg(long)]
    pub subdivision: Option<String>,
    /// Whose holidays count where the part is not given.
    #[arg(long, value_enum, default_value = "any")]
    pub unknown_subdivision: SubdivisionDefault,
    /// The time zone, such as `Europe/Prague`; without it every zone of the country, and the latest end.
    #[arg(long)]
    pub zone: Option<String>,
    /// When the notice was delivered, as RFC 3339 has it.
    #[arg(long, value_parser = parse_moment)]
    pub delivered_at: Instant,
    /// How many business days the window has.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=60))]
    pub business_days: u32,
    /// A day on which the customer is closed; may be given again.
    #[arg(long)]
    pub closed: Vec<NaiveDate>,
    /// A holiday that the data do not have; may be given again.
    #[arg(long)]
    pub added: Vec<NaiveDate>,
    /// Prints JSON for programs.
    #[arg(long)]
    pub json: bool,
}

/// A moment with a year of four digits, as RFC 3339 asks for: `str::parse` takes more, up to where no day can be added.
fn parse_moment(text: &str) -> Result<Instant, ParseError> {
    DateTime::parse_from_rfc3339(text).map(|at| at.to_utc())
}

/// Whose holidays count where the part of the country is not known.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum SubdivisionDefault {
    /// A holiday of any part counts.
    Any,
    /// Only holidays of the whole country count.
    None,
}
