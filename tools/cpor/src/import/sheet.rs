//! A file of rows: comma-separated values with a first line of names.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::api::Failure;

/// The largest file, in bytes.
const LARGEST_FILE: u64 = 64 * 1024 * 1024;
/// The most rows of a file.
const MOST_ROWS: usize = 100_000;

/// A file of rows.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The rows, in the order of the file.
    pub records: Vec<Record>,
}

/// A row: its cells by the names of their columns, without blanks around them; empty cells are left out.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// The line of the file on which it begins.
    pub line: u64,
    cells: BTreeMap<String, String>,
}

impl Sheet {
    /// Reads a file whose columns are among `known`. `needed` must be there.
    pub fn read(path: &Path, known: &[&str], needed: &[&str]) -> Result<Self, Failure> {
        let cannot = |error| Failure::unreadable(path.display(), error);
        if fs::metadata(path).map_err(cannot)?.len() > LARGEST_FILE {
            return Err(Failure::unreadable(path.display(), "a file has at most 64 MiB"));
        }
        let text = fs::read_to_string(path).map_err(cannot)?;
        Self::parse(&text, known, needed)
            .map_err(|error| Failure::unreadable(path.display(), error))
    }

    /// Reads the text of a file.
    pub fn parse(text: &str, known: &[&str], needed: &[&str]) -> Result<Self, String> {
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(find_delimiter(text))
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let names = reader.headers().map_err(|error| error.to_string())?.clone();
        let names: Vec<&str> = names.iter().collect();
        refuse_columns(&names, known, needed)?;
        let mut records = Vec::new();
        for row in reader.records() {
            let row = row.map_err(|error| error.to_string())?;
            let line = row.position().map_or(0, |place| line_of_row(text, place));
            let cells = names.iter().zip(&row).filter(|(_, cell)| !cell.is_empty());
            let cells = cells.map(|(name, cell)| ((*name).to_owned(), cell.to_owned())).collect();
            records.push(Record { line, cells });
            if records.len() > MOST_ROWS {
                return Err(format!("a file has at most {MOST_ROWS} rows"));
            }
        }
        Ok(Self { records })
    }
}

/// The line on which a row begins. Where lines end with a carriage return and a line feed, the reader takes a row to begin
/// between the two.
fn line_of_row(text: &str, place: &csv::Position) -> u64 {
    let at = usize::try_from(place.byte()).unwrap_or(usize::MAX);
    place.line() + u64::from(text.as_bytes().get(at) == Some(&b'\n'))
}

/// What separates the names of the first line. Spreadsheets of half of Europe write semicolons.
fn find_delimiter(text: &str) -> u8 {
    let head = text.lines().next().unwrap_or_default();
    if !head.contains(',') && head.contains(';') { b';' } else { b',' }
}

fn refuse_columns(names: &[&str], known: &[&str], needed: &[&str]) -> Result<(), String> {
    for (place, name) in names.iter().enumerate() {
        if !known.contains(name) {
            return Err(format!("there is no column “{name}”; there are: {}", known.join(", ")));
        }
        if names.iter().take(place).any(|own| own == name) {
            return Err(format!("the column “{name}” is there twice"));
        }
    }
    match needed.iter().find(|name| !names.contains(name)) {
        Some(name) => Err(format!("the column “{name}” is missing")),
        None => Ok(()),
    }
}

impl Record {
    /// The cell of a column; `None`: it is empty, or there is no such column.
    pub fn get(&self, column: &str) -> Option<&str> {
        self.cells.get(column).map(String::as_str)
    }

    /// The cell of a column that has to be filled.
    pub fn need(&self, column: &str) -> Result<&str, String> {
        self.get(column).ok_or_else(|| format!("{column} is empty"))
    }

    /// The parts of a cell, between blanks.
    pub fn list(&self, column: &str) -> Option<Vec<String>> {
        Some(self.get(column)?.split_whitespace().map(str::to_owned).collect())
    }

    /// A cell that is a whole number.
    pub fn number(&self, column: &str) -> Result<Option<u32>, String> {
        let read =
            |cell: &str| cell.parse().map_err(|_| format!("{column} is no whole number from 0 on"));
        self.get(column).map(read).transpose()
    }

    /// Whether every cell is empty.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["a", "b", "c"];

    #[test]
    fn a_file_of_a_spreadsheet_is_read_whatever_it_separates_by() {
        for text in ["\u{feff}a,b\r\n1,\"x, y\"\r\n", "a;b\n1;\"x, y\"\n", "a,b\n 1 ,\"x, y\"\n"] {
            let sheet = Sheet::parse(text, KNOWN, &["a"]).unwrap();
            let row = &sheet.records[0];
            assert_eq!(row.get("a"), Some("1"), "{text}");
            assert_eq!(row.get("c"), None);
        }
    }

    #[test]
    fn a_column_that_nobody_knows_is_not_lost_in_silence() {
        let told = |text| Sheet::parse(text, KNOWN, &["a", "b"]).unwrap_err();
        assert!(told("a,b,d\n").contains("no column “d”"));
        assert!(told("a,b,a\n").contains("twice"));
        assert!(told("a\n").contains("“b” is missing"));
        assert!(told("a,b\n1\n").contains("2 fields"));
    }

    #[test]
    fn the_line_of_a_row_is_that_of_the_file() {
        for end in ["\n", "\r\n"] {
            let text = format!("a,b{end}1,\"two{end}lines\"{end}3,4{end}5,6{end}");
            let sheet = Sheet::parse(&text, KNOWN, &[]).unwrap();
            let lines: Vec<u64> = sheet.records.iter().map(|row| row.line).collect();
            assert_eq!(lines, [2, 4, 5], "{end:?}");
            assert_eq!(sheet.records[0].get("b"), Some(format!("two{end}lines").as_str()));
        }
    }
}
