//! `export`.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use cpor::api::{Exit, Failure, Query, Session};
use cpor::export::{Format, export_claims, export_usage};

use super::claims::filter;
use super::{CommandResult, ProfileRef, note};
use crate::arguments::{ExportCommand, ExportFile, FileFormat};

/// The longest page.
const PAGE: usize = 100;

pub(crate) fn run(profile: &ProfileRef, command: ExportCommand) -> CommandResult {
    let mut session = profile.open()?;
    match command {
        ExportCommand::Claims { filters, file } => {
            write(&mut session, &filter(filters, PAGE), &file, export_claims)
        }
        ExportCommand::Usage { tenant, program, from, to, file } => {
            let query = Query::default()
                .with("tenant_id", tenant)
                .with("program", program)
                .with("from", from)
                .with("to", to)
                .with("limit", Some(PAGE.to_string()));
            write(&mut session, &query, &file, export_usage)
        }
    }
}

type Export = fn(&mut Session, &Query, Format, &mut dyn Write) -> Result<u64, Failure>;

fn write(session: &mut Session, query: &Query, file: &ExportFile, export: Export) -> CommandResult {
    let format = match file.format {
        FileFormat::Csv => Format::Csv,
        FileFormat::Ndjson => Format::Ndjson,
    };
    let Some(path) = &file.output else {
        let mut out = BufWriter::new(io::stdout());
        export(session, query, format, &mut out)?;
        return Ok((String::new(), Exit::Done));
    };
    let lines = write_whole(path, |to| export(session, query, format, to))?;
    note(&format!("{lines} lines in {}", path.display()));
    Ok((String::new(), Exit::Done))
}

/// Writes a file beside the old one and puts it in its place when it is whole.
fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<u64, Failure>,
) -> Result<u64, Failure> {
    let cannot = |error: io::Error| Failure::unreadable(path.display(), error);
    let part = path.with_extension("part");
    let mut file = BufWriter::new(File::create(&part).map_err(cannot)?);
    let written = write(&mut file);
    drop(file);
    match written {
        Ok(lines) => fs::rename(&part, path).map_err(cannot).map(|()| lines),
        Err(failure) => {
            // What is not whole is not kept; where it cannot be removed it has another name.
            let _kept = fs::remove_file(&part);
            Err(failure)
        }
    }
}
