//! What was measured, as tables and pictures: printed, and put into `docs/performance.md`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use askama::Template;
use chrono::{DateTime, Utc};

use crate::figures::digits;

/// A table in Markdown.
#[derive(Debug, Default)]
pub struct Table {
    lines: Vec<String>,
}

impl Table {
    /// A table with these columns; the first is of words, the others of figures.
    pub fn new(columns: &[&str]) -> Self {
        let rule: Vec<_> =
            (0..columns.len()).map(|at| if at == 0 { "---" } else { "---:" }).collect();
        Self { lines: vec![row(columns), row(&rule)] }
    }

    /// Adds a row.
    pub fn row<S: AsRef<str>>(&mut self, cells: &[S]) {
        self.lines.push(row(cells));
    }

    /// The table.
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }
}

fn row<S: AsRef<str>>(cells: &[S]) -> String {
    let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
    format!("| {} |", cells.join(" | "))
}

/// Bars of a picture, on a logarithmic scale.
#[derive(Template)]
#[template(path = "bars.svg", escape = "xml")]
pub struct Bars<'a> {
    /// What they show.
    pub title: &'a str,
    /// Machine and date.
    pub note: &'a str,
    rows: Vec<Bar>,
    height: usize,
}

struct Bar {
    name: String,
    ours: bool,
    y: usize,
    width: f64,
    value: String,
}

/// How wide the longest bar is, and how high a row.
const WIDTH: f64 = 420.0;
const ROW: usize = 22;
const HEAD: usize = 56;

impl<'a> Bars<'a> {
    /// A picture of values in milliseconds; whether they are of this system decides their colour.
    pub fn new(title: &'a str, note: &'a str, values: &[(String, bool, f64)]) -> Self {
        let most = values.iter().map(|(.., value)| *value).fold(1.0, f64::max);
        let bar = |(at, (name, ours, value)): (usize, &(String, bool, f64))| Bar {
            name: name.clone(),
            ours: *ours,
            y: HEAD + at * ROW,
            width: (1.0 + value.max(0.0)).ln() / (1.0 + most).ln() * WIDTH,
            value: format!("{} ms", digits(*value)),
        };
        let rows: Vec<_> = values.iter().enumerate().map(bar).collect();
        Self { title, note, height: HEAD + rows.len() * ROW + 12, rows }
    }

    /// Writes the picture beside the benchmark.
    pub fn write(&self, name: &str) {
        let text = self.render().expect("a picture");
        fs::write(folder().join(name), text).expect("a written picture");
    }
}

/// Puts a text between two marks of `docs/performance.md`.
pub fn publish(mark: &str, text: &str) {
    let path = root().join("docs/performance.md");
    let document = fs::read_to_string(&path).expect("docs/performance.md");
    let (begin, end) = (format!("<!-- {mark} -->\n"), format!("<!-- /{mark} -->"));
    let parts = document.split_once(&begin).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(&end)?;
        Some(format!("{before}{begin}{text}\n{end}{after}"))
    });
    match parts {
        Some(new) => fs::write(&path, new).expect("a written docs/performance.md"),
        None => println!("(docs/performance.md has no place for {mark})"),
    }
}

/// The machine, as far as it matters, and the date.
pub fn machine(now: DateTime<Utc>) -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let models: Vec<_> = info.lines().filter_map(|line| line.strip_prefix("model name")).collect();
    let model =
        models.first().and_then(|line| line.split_once(':')).map_or("a processor", |it| it.1);
    let kernel = Command::new("uname").args(["-sr"]).output().ok();
    let kernel = kernel.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    format!(
        "{}× {}, {}, {}",
        models.len().max(1),
        model.trim(),
        kernel.unwrap_or_default(),
        now.format("%Y-%m-%d"),
    )
}

/// The benchmark's own folder.
pub fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The project's folder.
pub fn root() -> PathBuf {
    folder().join("../..").canonicalize().expect("the project's folder")
}

/// Where built things are.
pub fn built() -> PathBuf {
    root().join("target")
}
