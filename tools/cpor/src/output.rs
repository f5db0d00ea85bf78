//! What the program prints: tables for people, JSON for programs. What others wrote deceives nobody in either.

use std::fmt::Write as _;

use comfy_table::{ContentArrangement, Table, presets};
use domain::text::is_hidden;
use serde_json::Value;

use crate::columns::{AnswerField, Column};
use crate::visible::to_visible;

/// A table for people: a line of titles, and a line for each row. Every cell is made visible.
pub fn format_rows(titles: &[&str], rows: &[Vec<String>]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(titles);
    for row in rows {
        table.add_row(row.iter().map(|cell| to_visible(cell)));
    }
    trim_lines(table)
}

/// A table of entries for people: a line for each, with the columns' values.
pub fn format_list(columns: &[Column], entries: &[Value]) -> String {
    let titles: Vec<&str> = columns.iter().map(|(title, _)| *title).collect();
    let row = |entry: &Value| columns.iter().map(|(_, place)| format_value(entry, place)).collect();
    let rows: Vec<Vec<String>> = entries.iter().map(row).collect();
    format_rows(&titles, &rows)
}

/// An entry for people: its values on one line, two blanks apart.
pub fn format_line(columns: &[Column], entry: &Value) -> String {
    let values: Vec<String> = columns.iter().map(|(_, place)| format_value(entry, place)).collect();
    to_visible(values.join("  ").trim_end()) + "\n"
}

/// An answer for people: a line for each name whose value is there.
pub fn format_fields(fields: &[AnswerField], value: &Value) -> String {
    let pair = |(name, places): &AnswerField| {
        let parts: Vec<String> = places.iter().map(|place| format_value(value, place)).collect();
        (*name, parts.join(" ").trim().to_owned())
    };
    let pairs: Vec<_> = fields.iter().map(pair).collect();
    format_pairs(&pairs)
}

/// What stands at a place, in one cell: texts of a list between blanks, items of a claim with their status.
fn format_value(value: &Value, place: &str) -> String {
    match value.pointer(place) {
        Some(Value::Array(entries)) if entries.iter().any(Value::is_object) => format_items(value),
        Some(Value::Array(entries)) => {
            let words: Vec<String> = entries.iter().map(|own| text_at(own, "")).collect();
            words.join(" ")
        }
        _ => text_at(value, place),
    }
}

/// The items of a claim in one cell: `workload:teams=declined workload:yammer=pending`.
pub fn format_items(claim: &Value) -> String {
    let format_item = |item: &Value| {
        let part = |name| text_at(item, name);
        format!("{}:{}={}", part("/kind"), part("/id"), part("/status"))
    };
    let items: Vec<String> = list_at(claim, "/items").iter().map(format_item).collect();
    items.join(" ")
}

/// Names and values for people, one pair a line. What has no value is left out.
pub fn format_pairs(pairs: &[(&str, String)]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        table.add_row([(*name).to_owned(), to_visible(value)]);
    }
    trim_lines(table)
}

fn trim_lines(mut table: Table) -> String {
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.lines().fold(String::new(), |mut text, line| {
        text.push_str(line.trim_end());
        text.push('\n');
        text
    })
}

/// JSON for programs, on several lines. Hidden characters are written as JSON's own escapes: the value is the same.
pub fn format_json(value: &Value) -> String {
    escape_hidden(&format!("{value:#}")) + "\n"
}

/// The same on one line.
///
/// ```
/// let line = cpor::output::format_json_line(&serde_json::json!("a\u{202e}b"));
/// assert_eq!(line, "\"a\\u202eb\"\n");
/// ```
pub fn format_json_line(value: &Value) -> String {
    escape_hidden(&value.to_string()) + "\n"
}

fn escape_hidden(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        // A line end that is no escape stands between values.
        if character == '\n' || !is_hidden(character) {
            escaped.push(character);
            continue;
        }
        let mut units = [0; 2];
        for unit in character.encode_utf16(&mut units) {
            // A `String` takes whatever is written to it.
            write!(escaped, "\\u{unit:04x}").unwrap_or_default();
        }
    }
    escaped
}

/// A cell of a file for spreadsheets: as it is, or made visible where something in it is hidden.
pub fn to_cell(text: &str) -> String {
    if text.chars().any(is_hidden) { to_visible(text) } else { text.to_owned() }
}

/// What stands at a pointer of an answer, as text; empty where there is nothing.
pub fn text_at(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// The entries of a list at a pointer; none where there is no list.
pub fn list_at<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const HOSTILE: &str = "a\u{1b}[31m\u{202e}b\u{9b}\u{feff}\u{e0041}\r\n";

    #[test]
    fn no_cell_moves_the_cursor_or_turns_the_direction() {
        let shown = format_rows(&["NAME", "REF"], &[vec![HOSTILE.to_owned(), "x".to_owned()]]);
        assert_eq!(shown.lines().count(), 2, "{shown}");
        assert!(shown.chars().all(|own| own == '\n' || own.is_ascii_graphic() || own == ' '));
        assert!(format_pairs(&[("name", HOSTILE.to_owned())]).contains("\\u{202e}"));
    }

    #[test]
    fn json_shows_nothing_hidden_and_is_read_as_the_same_value() {
        let value = json!({"name": HOSTILE, "list": ["é", "\u{7f}", "\\", "a\u{200d}b"]});
        for text in [format_json(&value), format_json_line(&value)] {
            assert!(text.chars().all(|own| own == '\n' || !is_hidden(own)), "{text}");
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        }
        assert_eq!(format_json_line(&value).lines().count(), 1);
    }

    #[test]
    fn a_cell_for_spreadsheets_keeps_what_everybody_sees() {
        assert_eq!(to_cell("A\\B é"), "A\\B é");
        assert_eq!(to_cell("\t=1"), "\\u{9}=1");
    }
}
