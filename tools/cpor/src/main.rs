//! The program `cpor`.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::{Parser, Subcommand, ValueEnum};
use cpor::visible::to_visible;
use cpor::window::{self, Wish};
use domain::calendar::{CountryCode, Tz, UnknownSubdivision};
use domain::claim::Instant;

/// Something is not as it must be.
const FOUND: u8 = 1;
/// What was given cannot be read, or not counted.
const UNREADABLE: u8 = 2;

/// Checks claims of a partner of record without a server.
#[derive(Debug, Parser)]
#[command(name = "cpor", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Checks the bundle of a claim: 0 it is verified, 1 something was found, 2 it cannot be read.
    Verify {
        /// The file with the answer of `GET /v1/claims/{id}/bundle`; `-`: the standard input.
        bundle: PathBuf,
        /// Prints JSON for programs.
        #[arg(long)]
        json: bool,
    },
    /// Draws the deadline of a delivery with its calendar.
    Window(WindowArguments),
}

#[derive(Debug, clap::Args)]
struct WindowArguments {
    /// The country of the customer, as ISO 3166-1 has it.
    #[arg(long)]
    country: String,
    /// The part of the country, such as `CA`.
    #[arg(long)]
    subdivision: Option<String>,
    /// Whose holidays count where the part is not given.
    #[arg(long, value_enum, default_value = "any")]
    unknown_subdivision: Unknown,
    /// The time zone, such as `Europe/Prague`; without it every zone of the country, and the latest end.
    #[arg(long)]
    zone: Option<String>,
    /// When the notice was delivered, as RFC 3339 has it.
    #[arg(long)]
    delivered_at: Instant,
    /// How many business days the window has.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=60))]
    business_days: u32,
    /// A day on which the customer is closed; may be given again.
    #[arg(long)]
    closed: Vec<NaiveDate>,
    /// A holiday that the data do not have; may be given again.
    #[arg(long)]
    added: Vec<NaiveDate>,
    /// Prints JSON for programs.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Unknown {
    /// A holiday of any part counts.
    Any,
    /// Only holidays of the whole country count.
    None,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Verify { bundle, json } => verify_bundle(&bundle, json),
        Command::Window(arguments) => draw_window(arguments),
    };
    match outcome {
        Ok((text, code)) => print_and_exit(&mut io::stdout(), &text, code),
        Err(error) => {
            print_and_exit(&mut io::stderr(), &format!("{}\n", to_visible(&error)), UNREADABLE)
        }
    }
}

/// Prints, and ends with that code; a reader that went away is no error of ours.
fn print_and_exit(to: &mut dyn io::Write, text: &str, code: u8) -> ExitCode {
    match to.write_all(text.as_bytes()) {
        Ok(()) => ExitCode::from(code),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(code),
        Err(_) => ExitCode::from(UNREADABLE),
    }
}

fn verify_bundle(path: &Path, json: bool) -> Result<(String, u8), String> {
    let text = read_file(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let report = cpor::verify(&text).map_err(|error| error.to_string())?;
    let code = if report.verified { 0 } else { FOUND };
    let text = if json {
        let text = serde_json::to_string_pretty(&report).map_err(|error| error.to_string())?;
        format!("{text}\n")
    } else {
        report.to_string()
    };
    Ok((text, code))
}

fn read_file(path: &Path) -> io::Result<String> {
    if path == Path::new("-") {
        let mut text = String::new();
        return io::stdin().read_to_string(&mut text).map(|_| text);
    }
    fs::read_to_string(path)
}

fn draw_window(arguments: WindowArguments) -> Result<(String, u8), String> {
    let country: CountryCode = arguments
        .country
        .parse()
        .map_err(|error: domain::calendar::CalendarError| error.to_string())?;
    let zone = arguments.zone.map(|zone| zone.parse::<Tz>()).transpose();
    let wish = Wish {
        delivered_at: arguments.delivered_at,
        business_days: arguments.business_days,
        country,
        subdivision: arguments.subdivision,
        unknown_subdivision: match arguments.unknown_subdivision {
            Unknown::Any => UnknownSubdivision::Any,
            Unknown::None => UnknownSubdivision::None,
        },
        time_zone: zone.map_err(|error| error.to_string())?,
        closures: arguments.closed,
        added: arguments.added,
    };
    let drawn = window::draw_window(wish).map_err(|error| error.to_string())?;
    Ok(if arguments.json {
        (format!("{:#}\n", drawn.to_json()), 0)
    } else {
        (drawn.to_string(), 0)
    })
}
