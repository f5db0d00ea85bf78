//! The documents: what a comment, a page or an answer of the API cites is there.
//!
//! A citation is a file and, where it names one, a section: `docs/domain.md §4`. A further `§` of the
//! same line is a section of the same file.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use domain::event::EventType;
use domain::explain::Rule;

/// The endings of the files that cite.
const CITING: [&str; 10] =
    ["rs", "py", "md", "toml", "yaml", "ftl", "html", "css", "mjs", "Makefile"];

/// Folders with nothing of ours in them.
const FOREIGN: [&str; 3] = ["target", "node_modules", "site"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let ending = name.rsplit('.').next().unwrap();
        if path.is_dir() && !name.starts_with('.') && !FOREIGN.contains(&name) {
            files(&path, found);
        } else if path.is_file() && CITING.contains(&ending) {
            found.push(path);
        }
    }
}

/// Where a citation in `file` leads: from the root of the repository, or from the folder of a document.
fn target(file: &Path, cited: &str) -> Option<PathBuf> {
    let beside = file.parent().unwrap().join(cited);
    [root().join(cited), beside].into_iter().find(|path| path.is_file()).map(|path| plain(&path))
}

fn plain(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut plain, part| {
        if part == Component::ParentDir {
            plain.pop();
        } else {
            plain.push(part);
        }
        plain
    })
}

/// The headings of a document, without their marks.
fn headings(document: &Path) -> Vec<String> {
    let text = fs::read_to_string(document).unwrap();
    let mut code = false;
    let outside = text.lines().filter(|line| {
        code ^= line.starts_with("```");
        !code
    });
    outside
        .filter(|line| line.starts_with('#'))
        .map(|line| line.trim_start_matches('#').trim().to_owned())
        .collect()
}

/// The anchor that a page of the repository gives a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn has_section(document: &Path, number: &str) -> bool {
    headings(document).iter().any(|heading| {
        heading.strip_prefix(number).is_some_and(|rest| rest.starts_with([' ', '.']))
    })
}

/// The `.md` files that a line names, each with where its name ends in the line.
fn named_files(line: &str) -> Vec<(&str, usize)> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices(".md") {
        let end = at + ".md".len();
        let part = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
        let start = line[..at].rfind(|c| !part(c)).map_or(0, |at| at + 1);
        let goes_on = line[end..].starts_with(|c: char| c.is_ascii_alphanumeric());
        if start < at && !goes_on && line.is_char_boundary(start) {
            found.push((&line[start..end], end));
        }
    }
    found
}

/// The numbers of the sections that a text names.
fn sections(text: &str) -> Vec<String> {
    let number = |rest: &str| {
        let rest = rest.trim_start_matches(' ');
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        rest[..end].trim_end_matches('.').to_owned()
    };
    text.split('§').skip(1).map(number).filter(|number| !number.is_empty()).collect()
}

/// What a line cites that is not there.
fn broken(file: &Path, line: &str) -> Vec<String> {
    let named = named_files(line);
    let mut broken = Vec::new();
    for (place, (name, end)) in named.iter().enumerate() {
        let next = named.get(place + 1).map_or(line.len(), |(name, end)| end - name.len());
        let Some(document) = target(file, name) else {
            broken.push((*name).to_owned());
            continue;
        };
        let missing = sections(&line[*end..next]).into_iter();
        let missing = missing.filter(|number| !has_section(&document, number));
        broken.extend(missing.map(|number| format!("{name} §{number}")));
    }
    broken
}

/// What a line of a document links to that is not there: files, and headings of documents.
fn broken_links(file: &Path, line: &str) -> Vec<String> {
    let links = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let ours = links.filter(|link| !link.contains(':'));
    ours.filter(|link| !leads_somewhere(file, link)).map(str::to_owned).collect()
}

fn leads_somewhere(file: &Path, link: &str) -> bool {
    let (path, heading) = link.split_once('#').map_or((link, None), |(path, at)| (path, Some(at)));
    let folder = file.parent().unwrap();
    let document = if path.is_empty() { file.to_owned() } else { plain(&folder.join(path)) };
    let found = |heading: &str| headings(&document).iter().any(|known| anchor(known) == heading);
    document.exists() && heading.is_none_or(found)
}

#[test]
fn every_file_and_section_that_is_cited_is_there() {
    let mut all = Vec::new();
    files(&root(), &mut all);
    let (mut cited, mut nowhere) = (0, BTreeSet::new());
    for file in all {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let document = file.extension().is_some_and(|ending| ending == "md");
        for (number, line) in text.lines().enumerate() {
            cited += named_files(line).len();
            let mut broken = broken(&file, line);
            if document {
                broken.extend(broken_links(&file, line));
            }
            let place = file.strip_prefix(root()).unwrap().display().to_string();
            nowhere.extend(broken.iter().map(|what| format!("{place}:{}: {what}", number + 1)));
        }
    }
    assert!(nowhere.is_empty(), "{nowhere:#?}");
    assert!(cited > 150, "{cited} citations were found");
}

#[test]
fn every_row_of_a_table_stands_below_the_head_of_one() {
    let mut documents = Vec::new();
    files(&root(), &mut documents);
    documents.retain(|file| file.extension().is_some_and(|ending| ending == "md"));
    let is_rule = |line: &&str| line.chars().all(|c| "|-: ".contains(c));
    let mut alone = Vec::new();
    for file in &documents {
        let text = fs::read_to_string(file).unwrap();
        let mut block: Vec<&str> = Vec::new();
        for line in text.lines().chain([""]) {
            if line.starts_with('|') {
                block.push(line);
            } else {
                if !block.is_empty() && !block.get(1).is_some_and(is_rule) {
                    alone.push(format!("{}: {}", file.display(), block[0]));
                }
                block.clear();
            }
        }
    }
    assert!(documents.len() > 10 && alone.is_empty(), "{}", alone.join("\n"));
}

#[test]
fn the_rule_that_explains_a_claim_is_a_heading_of_the_rules() {
    for event in EventType::ALL.iter().copied() {
        let rule = Rule::of(event);
        let (path, heading) = rule.href.split_once('#').unwrap();
        let document = root().join(path);
        let found = headings(&document).into_iter().find(|known| anchor(known) == heading);
        let found = found.unwrap_or_else(|| panic!("{event:?}: {}", rule.href));
        let number = rule.section.trim_start_matches('§');
        assert!(found.starts_with(number), "{event:?}: {} is in {found}", rule.section);
    }
}

/// A line in which the documents are named without their ending, so that this file itself cites rightly.
fn cites(line: &str) -> String {
    line.replace('*', ".md")
}

#[test]
fn a_citation_that_leads_nowhere_is_found() {
    let here = root().join(cites("README*"));
    let line = |line: &str| broken(&here, &cites(line));
    assert_eq!(line("see `docs/domain* §3`, §4 and docs/api* §1.3."), [""; 0]);
    let missing = ["docs/domain* §99", "docs/domain* §98"].map(cites);
    assert_eq!(line("see `docs/domain* §99`, §98"), missing);
    assert_eq!(line("see docs/nowhere*"), [cites("docs/nowhere*")]);
    let followed = |line: &str| broken_links(&here, &cites(line));
    assert_eq!(followed("[a](docs/domain*#nowhere)"), [cites("docs/domain*#nowhere")]);
    assert_eq!(followed("[a](LICENSE-MIT) [b](https://a.test/x*)"), [""; 0]);
}
