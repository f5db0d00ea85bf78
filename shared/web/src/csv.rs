//! Tables as comma-separated values (RFC 4180), in which no cell is a formula.

use std::io::Write;

/// The table, with a first line of names. A cell that a spreadsheet would take for a formula gets an apostrophe
/// before it.
pub fn format_table<const N: usize>(
    names: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    // Memory takes every line.
    let bytes = TableWriter::begin(Vec::new(), names).and_then(|mut table| {
        for row in rows {
            table.write_row(row)?;
        }
        table.finish()
    });
    bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// A table of `N` columns that is written row by row.
#[derive(Debug)]
pub struct TableWriter<W: Write, const N: usize> {
    writer: csv::Writer<W>,
}

impl<W: Write, const N: usize> TableWriter<W, N> {
    /// Begins a table with a first line of names.
    pub fn begin(to: W, names: [&str; N]) -> csv::Result<Self> {
        let mut writer =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
        writer.write_record(names)?;
        Ok(Self { writer })
    }

    /// Writes a row, in which no cell is a formula.
    pub fn write_row(&mut self, row: [String; N]) -> csv::Result<()> {
        self.writer.write_record(row.map(escape_formula))
    }

    /// Has every row written so far reach its file.
    pub fn flush(&mut self) -> csv::Result<()> {
        Ok(self.writer.flush()?)
    }

    /// Ends the table, and gives back what it was written to.
    pub fn finish(self) -> csv::Result<W> {
        self.writer.into_inner().map_err(|error| error.into_error().into())
    }
}

fn escape_formula(cell: String) -> String {
    // Spreadsheets of East Asia take the wide forms for the narrow ones.
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) {
        format!("'{cell}")
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_with_a_comma_or_a_quote_stays_one_cell() {
        let rows = [["a,b".to_owned(), "say \"no\"".to_owned()]];
        assert_eq!(format_table(["x", "y"], rows), "x,y\r\n\"a,b\",\"say \"\"no\"\"\"\r\n");
    }

    #[test]
    fn no_cell_is_a_formula() {
        let cells = ["=1+1", "+1", "-1", "@x", "\t=1", "＝1", "＋1", "－1", "＠x", "1-1"]
            .map(str::to_owned);
        let text = format_table(["x"], cells.map(|cell| [cell]));
        let lines: Vec<_> = text.lines().skip(1).collect();
        assert_eq!(
            lines,
            ["'=1+1", "'+1", "'-1", "'@x", "'\t=1", "'＝1", "'＋1", "'－1", "'＠x", "1-1"]
        );
    }

    #[test]
    fn a_table_that_is_read_and_written_again_is_the_same_and_a_count_stays_a_number() {
        let cells = ["=1+1", "'=1+1", "4711", "0", "2026-12-31"].map(str::to_owned);
        let first = format_table(["x"], cells.map(|cell| [cell]));
        let mut reader = csv::Reader::from_reader(first.as_bytes());
        let read: Vec<String> = reader.records().map(|row| row.unwrap()[0].to_owned()).collect();
        assert_eq!(read[2..], ["4711", "0", "2026-12-31"]);
        assert_eq!(format_table(["x"], read.into_iter().map(|cell| [cell])), first);
    }
}
