//! The same jobs in Python and Node: how they are started, and a check that they write the same.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::job::Job;
use crate::process::Program;
use crate::report::folder;

/// The jobs that there are in every language.
pub const JOBS: [(&str, Job, &str); 3] = [
    ("submit", Job::Submit, "claims"),
    ("decline", Job::Decline, "decision"),
    ("close", Job::Close, "finalize"),
];

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Python 3 with boto3 and Powertools.
    Python,
    /// Node with the SDK's version 3 and Powertools, bundled.
    Node,
}

impl Language {
    /// Its name, with what it is used with.
    pub fn title(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::Node => "Node",
        }
    }

    /// What is deployed of it: code and packages, without what they are built with.
    pub fn package(self, job: &str) -> Vec<PathBuf> {
        let parts = match self {
            Self::Python => {
                vec!["python/bootstrap.py".to_owned(), "python/app".into(), "python/site".into()]
            }
            Self::Node => vec!["node/bootstrap.mjs".to_owned(), format!("node/dist/{job}.mjs")],
        };
        parts.into_iter().map(|part| peers().join(part)).collect()
    }

    /// The program that does a job.
    pub fn program(self, job: &str) -> Program {
        let (name, script) = match self {
            Self::Python => ("python3.11", "python/bootstrap.py"),
            Self::Node => ("node", "node/bootstrap.mjs"),
        };
        let command = vec![name.to_owned(), peers().join(script).display().to_string()];
        let environment = BTreeMap::from([
            ("JOB", job.to_owned()),
            ("PYTHONPATH", peers().join("python/site").display().to_string()),
            ("POWERTOOLS_SERVICE_NAME", job.to_owned()),
            ("POWERTOOLS_METRICS_NAMESPACE", "cpor".to_owned()),
        ]);
        Program { command, environment }
    }
}

fn peers() -> PathBuf {
    folder().join("peers")
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
