//! `verify` and `window`, which need no server.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use cpor::TrustedRoots;
use cpor::api::{Exit, Failure};
use cpor::window::{self, Wish};
use domain::calendar::{CountryCode, Tz, UnknownSubdivision};

use super::Outcome;
use crate::arguments::{Unknown, WindowArguments};

pub(crate) fn verify_bundle(path: &Path, roots: Option<&Path>, json: bool) -> Outcome {
    let trusted = match roots {
        Some(roots) => TrustedRoots::read(&read_file(roots)?)
            .map_err(|error| Failure::Unreadable(format!("{}: {error}", roots.display())))?,
        None => TrustedRoots::default(),
    };
    let text = read_file(path)?;
    let report = cpor::verify_with(&text, &trusted);
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

/// The text of a file; `-`: of the standard input.
pub(crate) fn read_file(path: &Path) -> Result<String, Failure> {
    let read = if path == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(path)
    };
    read.map_err(|error| Failure::unreadable(path.display(), error))
}

pub(crate) fn draw_window(arguments: WindowArguments) -> Outcome {
    let json = arguments.json;
    let drawn = read_wish(arguments)
        .and_then(|wish| window::draw_window(wish).map_err(|error| error.to_string()))
        .map_err(Failure::Unreadable)?;
    let text = if json { format!("{:#}\n", drawn.to_json()) } else { drawn.to_string() };
    Ok((text, Exit::Done))
}

fn read_wish(arguments: WindowArguments) -> Result<Wish, String> {
    let country: CountryCode = arguments
        .country
        .parse()
        .map_err(|error: domain::calendar::CalendarError| error.to_string())?;
    let zone = arguments.zone.map(|zone| zone.parse::<Tz>()).transpose();
    Ok(Wish {
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
    })
}
