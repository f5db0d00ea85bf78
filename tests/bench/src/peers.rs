//! Two of the jobs in Python: how they are started, and a check that they write the same.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::job::Job;
use crate::process::Program;
use crate::report::folder;

/// The jobs that there are in Python, each with the function that does it.
pub const JOBS: [(&str, Job, &str); 2] =
    [("decline", Job::Decline, "decision"), ("close", Job::Close, "finalize")];

/// The peer's name in the report.
pub fn title(job: &str) -> String {
    format!("Python {job}")
}

/// What is deployed of a peer: code and packages.
pub fn package() -> Vec<PathBuf> {
    ["bootstrap.py", "app", "site"].into_iter().map(|part| python().join(part)).collect()
}

/// The program that does a job.
pub fn program(job: &str) -> Program {
    let script = python().join("bootstrap.py").display().to_string();
    let environment = BTreeMap::from([
        ("JOB", job.to_owned()),
        ("PYTHONPATH", python().join("site").display().to_string()),
        ("POWERTOOLS_SERVICE_NAME", job.to_owned()),
        ("POWERTOOLS_METRICS_NAMESPACE", "cpor".to_owned()),
    ]);
    Program { command: vec!["python3.11".to_owned(), script], environment }
}

fn python() -> PathBuf {
    folder().join("peers/python")
}

/// A table's items by key.
pub type Items = BTreeMap<(String, String), Value>;

/// What changed between two states of a table, with everything replaced that differs from one request to
/// the next: keys of claims, instants and the ids of writes.
pub fn changes(before: &Items, after: &Items) -> Vec<String> {
    let new = after.iter().filter(|(key, item)| before.get(*key) != Some(item));
    new.map(|(_, item)| shape(item)).collect()
}

/// The attributes of an item and their types, and the values of those that say what became of it.
fn shape(item: &Value) -> String {
    let attributes = item.as_object().into_iter().flatten();
    let one = |(name, value): (&String, &Value)| {
        let kind =
            value.as_object().and_then(|value| value.keys().next()).map_or("", String::as_str);
        match (name.as_str(), kind) {
            ("pk" | "sk" | "ip" | "ik" | "it" | "iu" | "iw", "S") => {
                format!(
                    "{name}:{}",
                    value["S"]
                        .as_str()
                        .unwrap_or_default()
                        .split('#')
                        .next()
                        .unwrap_or_default()
                        .len()
                )
            }
            (_, "S" | "BOOL") => format!("{name}={}", value[kind]),
            ("v", "N") => format!("{name}={}", value["N"]),
            _ => format!("{name}:{kind}"),
        }
    };
    attributes.map(one).collect::<Vec<_>>().join(" ")
}
