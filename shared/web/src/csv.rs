//! Tables as comma-separated values (RFC 4180), in which no cell is a formula.

/// The table, with a first line of names. A cell that a spreadsheet would take for a formula gets an apostrophe
/// before it.
pub fn format_table<const N: usize>(
    names: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Memory takes every line, and all of the same length.
    let mut written = writer.write_record(names);
    for row in rows {
        written = written.and(writer.write_record(row.map(escape_formula)));
    }
    let bytes = written.ok().and_then(|()| writer.into_inner().ok());
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

fn escape_formula(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
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
        let cells = ["=1+1", "+1", "-1", "@x", "\t=1", "1-1"].map(str::to_owned);
        let text = format_table(["x"], cells.map(|cell| [cell]));
        let lines: Vec<_> = text.lines().skip(1).collect();
        assert_eq!(lines, ["'=1+1", "'+1", "'-1", "'@x", "'\t=1", "1-1"]);
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
