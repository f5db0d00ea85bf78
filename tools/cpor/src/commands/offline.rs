//! `verify` and `window`, which need no server.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use cpor::api::{Exit, Failure};
use cpor::window::{self, WindowInput};
use cpor::{Trust, TrustedRoots};
use domain::calendar::{CountryCode, Tz, UnknownSubdivision};

use super::CommandResult;
use crate::arguments::{SubdivisionDefault, WindowArguments};

/// How many bytes a file that is checked has at most. A bundle has 6 MB: what one answer of a function can carry.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

pub(crate) fn verify_bundle(
    path: &Path,
    roots: Option<&Path>,
    is_sandbox: bool,
    json: bool,
) -> CommandResult {
    let roots = match roots {
        Some(roots) => TrustedRoots::read(&read_bounded(roots)?)
            .map_err(|error| Failure::Unreadable(format!("{}: {error}", roots.display())))?,
        None => TrustedRoots::default(),
    };
    let text = read_bounded(path)?;
    let report = cpor::verify_with(&text, &Trust { roots, is_sandbox });
    let report = report.map_err(|error| Failure::Unreadable(error.to_string()))?;
    let exit = if report.verified { Exit::Done } else { Exit::Found };
    let text = if json {
        let text = serde_json::to_string_pretty(&report);
        text.map_err(|error| Failure::Unreadable(error.to_string()))? + "\n"
    } else {
        report.to_string()
    };
    Ok((text, exit))
}

/// The same of a file that may be of anybody: no more of it is read than a bundle can have.
fn read_bounded(path: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = open_file(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::unreadable(path.display(), error))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MOST_BYTES) {
        return Err(Failure::unreadable(path.display(), "it is longer than 64 MB"));
    }
    String::from_utf8(bytes).map_err(|error| Failure::unreadable(path.display(), error))
}

/// The text of a file; `-`: of the standard input.
pub(crate) fn read_file(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = open_file(path)?.read_to_string(&mut text);
    read.map_err(|error| Failure::unreadable(path.display(), error))?;
    Ok(text)
}

fn open_file(path: &Path) -> Result<Box<dyn io::Read>, Failure> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin()));
    }
    let file = fs::File::open(path).map_err(|error| Failure::unreadable(path.display(), error))?;
    Ok(Box::new(file))
}

pub(crate) fn draw_window(arguments: WindowArguments) -> CommandResult {
    let json = arguments.json;
    let drawn = read_window_input(arguments)
        .and_then(|input| window::draw_window(input).map_err(|error| error.to_string()))
        .map_err(Failure::Unreadable)?;
    let text = if json { format!("{:#}\n", drawn.to_json()) } else { drawn.to_string() };
    Ok((text, Exit::Done))
}

fn read_window_input(arguments: WindowArguments) -> Result<WindowInput, String> {
    let country: CountryCode = arguments
        .country
        .parse()
        .map_err(|error: domain::calendar::CalendarError| error.to_string())?;
    let zone = arguments.zone.map(|zone| zone.parse::<Tz>()).transpose();
    Ok(WindowInput {
        delivered_at: arguments.delivered_at,
        business_days: arguments.business_days,
        country,
        subdivision: arguments.subdivision,
        unknown_subdivision: match arguments.unknown_subdivision {
            SubdivisionDefault::Any => UnknownSubdivision::Any,
            SubdivisionDefault::None => UnknownSubdivision::None,
        },
        time_zone: zone.map_err(|error| error.to_string())?,
        closures: arguments.closed,
        added: arguments.added,
    })
}
