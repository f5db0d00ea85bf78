//! A file with what came of each row, written row by row: it says how far a run came that broke off.

use std::fs::File;
use std::path::{Path, PathBuf};

use web::csv::TableWriter;

use super::outcome::{ImportOutcome, Summary};
use crate::api::Failure;
use crate::output::to_cell;

const COLUMNS: [&str; 6] = ["line", "reference", "result", "id", "code", "detail"];

/// The report of a run.
#[derive(Debug)]
pub struct ImportReport {
    path: PathBuf,
    table: TableWriter<File, 6>,
    summary: Summary,
}

impl ImportReport {
    /// Begins the report in that file, in the place of an earlier one.
    pub fn begin(path: &Path) -> Result<Self, Failure> {
        let cannot = |error: &dyn std::fmt::Display| Failure::unreadable(path.display(), error);
        let file = File::create(path).map_err(|error| cannot(&error))?;
        let table = TableWriter::begin(file, COLUMNS).map_err(|error| cannot(&error))?;
        Ok(Self { path: path.to_owned(), table, summary: Summary::default() })
    }

    /// Where the report of a file goes that names none: beside it.
    pub fn default_path(file: &Path) -> PathBuf {
        file.with_extension("report.csv")
    }

    /// Says what came of a row.
    pub fn write(
        &mut self,
        line: u64,
        reference: &str,
        outcome: ImportOutcome,
    ) -> Result<(), Failure> {
        let ImportOutcome { result, id, code, detail } = outcome;
        self.summary.count(result);
        let cells = [reference, result.as_str(), &id, &code, &detail].map(to_cell);
        let [reference, result, id, code, detail] = cells;
        let row = [line.to_string(), reference, result, id, code, detail];
        self.table
            .write_row(row)
            .and_then(|()| self.table.flush())
            .map_err(|error| Failure::unreadable(self.path.display(), error))
    }

    /// What came of all rows so far.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Ends the report. `stopped`: why the run ended before the last row.
    pub fn end(mut self, stopped: Option<Failure>) -> Summary {
        self.summary.stopped = stopped;
        self.summary
    }
}
