//! Claims and usage as files: for spreadsheets, in which no cell is a formula, or a line of JSON each.

use std::io::Write;
use std::ops::ControlFlow;

use serde_json::{Map, Value};
use web::csv::TableWriter;

use crate::api::{Failure, Query, Session, read_pages};
use crate::columns::{CLAIM_FILE, Column, USAGE_OF_ASSOCIATION, USAGE_OF_DAY};
use crate::output::{format_items, format_json_line, list_at, text_at, to_cell};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values with a first line of names.
    Csv,
    /// A line of JSON for each entry.
    Ndjson,
}

/// Writes the claims of the list. Says how many.
pub fn export_claims(
    session: &mut Session,
    query: &Query,
    format: Format,
    to: &mut dyn Write,
) -> Result<u64, Failure> {
    let mut file = Sink::begin(to, format, CLAIM_FILE)?;
    read_pages(session, "/v1/claims", query, |claim, _| {
        file.write(claim).map(ControlFlow::Continue)
    })?;
    file.finish()
}

/// Writes the usage of the partner's associations, a line for each day. Says how many.
pub fn export_usage(
    session: &mut Session,
    query: &Query,
    format: Format,
    to: &mut dyn Write,
) -> Result<u64, Failure> {
    let mut file = Sink::begin(to, format, usage_columns())?;
    read_pages(session, "/v1/usage", query, |association, _| {
        for day in list_at(association, "/usage/items") {
            file.write(&with_association(day, association))?;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    file.finish()
}

/// The columns of a file of usage.
fn usage_columns() -> [Column; 8] {
    let [id, tenant, program, kind, item] = USAGE_OF_ASSOCIATION;
    let [date, users, seats] = USAGE_OF_DAY;
    [id, tenant, program, kind, item, date, users, seats]
}

/// A day of usage with what it belongs to.
fn with_association(day: &Value, association: &Value) -> Value {
    let mut line = Map::new();
    for name in ["association_id", "tenant", "program", "item"] {
        line.insert(name.to_owned(), association.get(name).cloned().unwrap_or_default());
    }
    line.extend(day.as_object().cloned().into_iter().flatten());
    Value::Object(line)
}

/// Where rows are written, and how many were.
enum Sink<'a, const N: usize> {
    Csv(Box<TableWriter<&'a mut dyn Write, N>>, [Column; N], u64),
    Ndjson(&'a mut dyn Write, u64),
}

impl<'a, const N: usize> Sink<'a, N> {
    fn begin(to: &'a mut dyn Write, format: Format, columns: [Column; N]) -> Result<Self, Failure> {
        match format {
            Format::Ndjson => Ok(Self::Ndjson(to, 0)),
            Format::Csv => TableWriter::begin(to, columns.map(|(name, _)| name))
                .map(|table| Self::Csv(Box::new(table), columns, 0))
                .map_err(|error| cannot(&error)),
        }
    }

    fn write(&mut self, entry: &Value) -> Result<(), Failure> {
        match self {
            Self::Csv(table, columns, count) => {
                let row = columns.map(|(_, place)| match place {
                    "/items" => to_cell(&format_items(entry)),
                    _ => to_cell(&text_at(entry, place)),
                });
                *count += 1;
                table.write_row(row).map_err(|error| cannot(&error))
            }
            Self::Ndjson(to, count) => {
                *count += 1;
                to.write_all(format_json_line(entry).as_bytes()).map_err(|error| cannot(&error))
            }
        }
    }

    fn finish(self) -> Result<u64, Failure> {
        let (to, count) = match self {
            Self::Csv(table, _, count) => (table.finish().map_err(|error| cannot(&error))?, count),
            Self::Ndjson(to, count) => (to, count),
        };
        to.flush().map_err(|error| cannot(&error))?;
        Ok(count)
    }
}

fn cannot(error: &dyn std::fmt::Display) -> Failure {
    Failure::unreadable("The file cannot be written", error)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn csv_of(entries: &[Value]) -> String {
        let mut bytes = Vec::new();
        let mut sink = Sink::begin(&mut bytes, Format::Csv, CLAIM_FILE).unwrap();
        for entry in entries {
            sink.write(entry).unwrap();
        }
        assert_eq!(sink.finish().unwrap(), u64::try_from(entries.len()).unwrap());
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn no_text_of_the_api_is_a_formula_in_a_file() {
        let hostile = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\u{202e}=1", "\n=1"];
        let claims = hostile.map(|text| json!({"id": "c1", "label": text, "external_ref": text}));
        let text = csv_of(&claims);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let cells: Vec<_> = reader.records().map(|row| row.unwrap()[5].to_owned()).collect();
        assert_eq!(
            cells,
            ["'=1+1", "'+1", "'-1", "'@x", "\\u{9}=1", "\\u{d}=1", "\\u{202e}=1", "\\u{a}=1"]
        );
    }

    #[test]
    fn a_claim_is_a_line_with_its_items_in_one_cell() {
        let claim = json!({"id": "c1", "version": 5, "contested": false, "turn": null, "label": "A\\B, \"x\"",
            "items": [{"kind": "workload", "id": "teams", "status": "declined"},
                      {"kind": "workload", "id": "yammer", "status": "pending"}]});
        let text = csv_of(&[claim]);
        let line = text.lines().nth(1).unwrap();
        assert!(line.starts_with("c1,5,,false,,\"A\\B, \"\"x\"\"\","), "{line}");
        assert!(line.contains(",workload:teams=declined workload:yammer=pending,"), "{line}");
    }
}
