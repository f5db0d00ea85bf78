//! The operations page has every text that a function logs, and none that no function does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::operations::{quoted, rows, section};

/// What logs a text, and at which level.
const LOGGING: [(&str, &str); 5] = [
    ("telemetry::log_failure(", "ERROR"),
    ("telemetry::log_failure_of(", "ERROR"),
    ("error!(", "ERROR"),
    ("warn!(", "WARN"),
    ("info!(", "INFO"),
];

/// A text that is logged, at its level, with the functions in whose own code it stands.
type Logged = BTreeMap<(&'static str, String), BTreeSet<String>>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

/// The Rust files under a folder's `src`, and the folders within it.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// A file without its tests and its comments.
fn production(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    code.lines().filter(is_code).collect::<Vec<_>>().join("\n")
}

/// The last text of what stands in brackets, up to the one that closes them.
fn last_text(arguments: &str) -> Option<String> {
    let (mut open, mut last) = (1_usize, None);
    let mut rest = arguments;
    while let Some(at) = rest.find(['(', ')', '"']) {
        let (mark, behind) = (rest.as_bytes()[at], &rest[at + 1..]);
        rest = behind;
        match mark {
            b'(' => open += 1,
            b')' => open -= 1,
            _ => {
                let (text, behind) = behind.split_once('"').unwrap();
                last = Some(text.to_owned());
                rest = behind;
            }
        }
        if open == 0 {
            return last;
        }
    }
    None
}

/// Every text that production code logs.
fn logged() -> Logged {
    let mut all = Logged::new();
    for part in ["functions", "shared"] {
        for crate_folder in fs::read_dir(root().join(part)).unwrap() {
            let folder = crate_folder.unwrap().path();
            let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
            let mut files = Vec::new();
            sources(&folder.join("src"), &mut files);
            for file in files {
                let code = production(&fs::read_to_string(&file).unwrap());
                for (call, level) in LOGGING {
                    for (at, _) in code.match_indices(call) {
                        let text = last_text(&code[at + call.len()..]);
                        let text =
                            text.unwrap_or_else(|| panic!("{file:?}: {call} without a text"));
                        // What `telemetry::log_failure` hands on is the text of its caller.
                        if text == "{message}" {
                            continue;
                        }
                        let own = (part == "functions").then(|| name.clone());
                        all.entry((level, text)).or_default().extend(own);
                    }
                }
            }
        }
    }
    all
}

#[test]
fn every_text_that_is_logged_stands_on_the_page_with_its_level_its_function_and_what_it_means() {
    let code = logged();
    assert!(code.len() > 30, "the code is searched: {code:?}");
    let mut page = BTreeSet::new();
    for row in rows(section("### 10.2. Log lines")) {
        let [function, level, message, _, means] = row[..] else { panic!("five cells: {row:?}") };
        assert!(!means.is_empty(), "{message}");
        let known = code.iter().find(|((own, text), _)| *own == level && text == message);
        let Some((key, functions)) = known else { panic!("no code logs at {level}: {message}") };
        for own in functions {
            assert!(quoted(function).contains(&own.as_str()), "{message} is of {own}, too");
        }
        assert!(page.insert(key), "{message} stands there twice");
    }
    let unsaid: Vec<_> = code.keys().filter(|text| !page.contains(text)).collect();
    assert!(unsaid.is_empty(), "the page does not have: {unsaid:?}");
}

/// The texts that queries of a page look for: one (`message = "…"`), or each of a list (`message in […]`).
fn looked_for(page: &str) -> Vec<&str> {
    let behind = |sign: &'static str| page.split(sign).skip(1);
    let one = behind("message = \"").filter_map(|rest| rest.split('"').next());
    let lists = behind("message in [").filter_map(|rest| rest.split(']').next());
    let of_lists = lists.flat_map(|list| list.split('"').skip(1).step_by(2));
    one.chain(of_lists).collect()
}

#[test]
fn every_text_that_a_query_of_the_page_looks_for_is_logged() {
    let texts: BTreeSet<String> = logged().into_keys().map(|(_, text)| text).collect();
    let looked_for = looked_for(super::operations::PAGE);
    assert!(looked_for.len() > 10 && looked_for.contains(&"Swept"), "{looked_for:?}");
    for text in looked_for {
        assert!(texts.contains(text), "{text}");
    }
}
