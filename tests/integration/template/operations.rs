//! The operations page says what the template has: its parameters, its alarms, what they measure and what they cost.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use runtime::fields::metric;
use serde_json::Value;
use support::template::{listed, resources, template};

use super::{alarmed, entry_of};

pub(super) const PAGE: &str = include_str!("../../../docs/operations.md");

/// What stands under a heading of the page, up to the next one of its level.
pub(super) fn section(heading: &str) -> &'static str {
    let level = heading.split(' ').next().unwrap();
    let (_, rest) = PAGE.split_once(&format!("\n{heading}\n")).unwrap();
    rest.split(&format!("\n{level} ")).next().unwrap()
}

/// The rows of the first table of a section, without its head, by their cells.
pub(super) fn rows(section: &str) -> Vec<Vec<&str>> {
    let lines = section.lines().skip_while(|line| !line.starts_with('|'));
    let table = lines.take_while(|line| line.starts_with('|')).skip(2);
    table.map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

/// The words in backticks of a text.
pub(super) fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// A number of the template as the page writes it: with commas between thousands.
fn written(number: &Value) -> String {
    let Some(whole) = number.as_u64() else { return number.to_string() };
    let digits = whole.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    groups.map(|group| str::from_utf8(group).unwrap()).collect::<Vec<_>>().join(",")
}

/// The sentence of an alarm's entry that says what it measures, on one line.
fn measured(alarm: &str) -> String {
    let entries = section("## 3. Alarms").split("\n### ").skip(1);
    let is_its = |entry: &&str| {
        let heading = entry.lines().next().unwrap();
        heading.split([' ', ',']).any(|word| word == alarm)
    };
    let entry = entries.into_iter().find(is_its).unwrap();
    let (_, said) = entry.split_once("- **Measures**: ").unwrap();
    let said = said.split("\n- **").next().unwrap();
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is exceeded by a sentence of the page: the first word of each number.
fn thresholds(text: &str) -> BTreeSet<&str> {
    let numbers = text.split("more than ").skip(1);
    let words = numbers.filter_map(|rest| rest.split_whitespace().next());
    words.map(|word| word.trim_end_matches(['.', ',', ';'])).collect()
}

/// What the page says of an alarm: over which time, and in how many periods more than what.
fn said_of(alarm: &Value) -> [String; 2] {
    let statistic = alarm["Statistic"].as_str().unwrap().to_lowercase();
    let period = match alarm["Period"].as_u64().unwrap() {
        300 => "5 minutes",
        3600 => "an hour",
        other => panic!("a period of {other} seconds has no words yet"),
    };
    let over = if alarm["Threshold"].is_number() {
        written(&alarm["Threshold"])
    } else {
        "four fifths of `AccountConcurrency`".to_owned()
    };
    let periods = match alarm["EvaluationPeriods"].as_u64().unwrap() {
        1 => "",
        3 => " in each of three periods",
        12 => " in each of twelve periods",
        other => panic!("{other} periods have no words yet"),
    };
    assert_eq!(alarm["ComparisonOperator"], "GreaterThanThreshold");
    [format!("{statistic} of {period}"), format!("more than {over}{periods}")]
}

#[test]
fn each_alarm_measures_over_the_time_and_the_number_that_its_entry_says() {
    let mut by_text: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for (name, alarm) in resources(template(), "AWS::CloudWatch::Alarm") {
        by_text.entry(measured(&entry_of(name))).or_default().push(&alarm["Properties"]);
    }
    for (text, alarms) in by_text {
        for alarm in &alarms {
            for said in said_of(alarm) {
                assert!(text.contains(&said), "{said} is not said: {text}");
            }
            let metric = alarm["MetricName"].as_str().unwrap();
            let of_dead_letters = metric == "ApproximateNumberOfMessagesVisible";
            let named = if of_dead_letters { "visible messages" } else { metric };
            assert!(text.contains(named), "{named} is not said: {text}");
            let breaches = alarm["TreatMissingData"] == "breaching";
            assert_eq!(text.contains("missing data counts as more"), breaches, "{text}");
        }
        let over: Vec<_> = alarms.iter().map(|alarm| said_of(alarm)[1].clone()).collect();
        let over: BTreeSet<_> = over.iter().flat_map(|said| thresholds(said)).collect();
        assert_eq!(thresholds(&text), over, "{text}");
        let stands_alone = alarms.iter().all(|alarm| alarm["EvaluationPeriods"] == 1);
        assert_eq!(text.contains("in each of"), !stands_alone, "{text}");
    }
}

#[test]
fn a_run_that_closes_one_by_one_rings_once_an_hour_at_the_most() {
    let alarm = &template()["Resources"]["ClosingFallbackAlarm"]["Properties"];
    assert_eq!(
        (&alarm["MetricName"], &alarm["Statistic"]),
        (&"closing_fallback".into(), &"Sum".into())
    );
    assert_eq!(
        (alarm["Period"].as_u64(), alarm["EvaluationPeriods"].as_u64()),
        (Some(3600), Some(1))
    );
    assert_eq!(alarm["Threshold"], 0);
}

/// Cents of an amount of dollars; what is free is none.
fn cents(text: &str) -> u64 {
    let text = text.trim_matches('*');
    if text == "–" {
        return 0;
    }
    let (dollars, cents) = text.trim_start_matches('$').split_once('.').unwrap();
    dollars.parse::<u64>().unwrap() * 100 + cents.parse::<u64>().unwrap()
}

#[test]
fn the_cost_counts_every_alarm_and_metric_and_its_sum_is_that_of_its_rows() {
    let rows = rows(section("## 8. Cost"));
    let (sum, parts) = rows.split_last().unwrap();
    assert_eq!(sum[0], "**Sum**");
    assert_eq!(parts.iter().map(|row| cents(row[3])).sum::<u64>(), cents(sum[3]));
    let of = |what: &str| {
        let row = parts.iter().find(|row| row[0].starts_with(what)).unwrap();
        let count = row[1].split(' ').next().unwrap().parse::<usize>().unwrap();
        (count, cents(row[2].split(' ').next().unwrap()), cents(row[3]))
    };
    let alarms = resources(template(), "AWS::CloudWatch::Alarm").count();
    let metrics = alarmed().len();
    for (what, there) in [("CloudWatch alarms", alarms), ("CloudWatch metrics", metrics)] {
        let (count, each, month) = of(what);
        assert_eq!(count, there, "{what}");
        assert_eq!(u64::try_from(count).unwrap() * each, month, "{what}");
    }
}

#[test]
fn every_metric_stands_on_the_page_in_bold_and_nothing_else_does() {
    let listed: BTreeSet<&str> = rows(section("### 10.3. Metrics"))
        .into_iter()
        .filter_map(|row| row[0].strip_prefix("**`")?.strip_suffix("`**"))
        .collect();
    let counted = metric::ALARMED.into_iter().chain(["refused_decisions"]);
    assert_eq!(listed, counted.collect());
}

#[test]
fn every_parameter_stands_on_the_page_with_its_default_and_its_bounds() {
    let parameters = template()["Parameters"].as_object().unwrap();
    let mut described = BTreeSet::new();
    for row in rows(section("## 2. Parameters")) {
        let names = quoted(row[0]);
        for (place, name) in names.iter().enumerate() {
            assert!(described.insert((*name).to_owned()), "{name} is described twice");
            let parameter = &parameters[*name];
            let default = match &parameter["Default"] {
                Value::Null => "none, required".to_owned(),
                Value::String(text) => text.clone(),
                other
                @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                    other.to_string()
                }
            };
            let said = match quoted(row[2]).get(place) {
                Some(said) if !default.is_empty() => *said,
                _ => row[2].split([';', ':']).next().unwrap(),
            };
            let expected = if default.is_empty() { "empty" } else { &default };
            assert_eq!(said, expected, "{name}");
            for allowed in parameter.get("AllowedValues").map(listed).into_iter().flatten() {
                let allowed = allowed.as_str().unwrap();
                assert!(quoted(row[3]).contains(&allowed), "{name}: {allowed}");
            }
            let bound = |of: &str| parameter.get(of).map(Value::to_string);
            let least = bound("MinValue").or(bound("MinLength"));
            let said = match (least, bound("MaxValue").or(bound("MaxLength"))) {
                (Some(least), Some(most)) => format!("{least}–{most}"),
                (Some(least), None) => format!("from {least}"),
                (None, _) => continue,
            };
            assert!(row[3].starts_with(&said), "{name}: {said}");
        }
    }
    assert_eq!(described, parameters.keys().cloned().collect());
}

#[test]
fn a_deploy_puts_the_logo_beside_each_function_that_reads_one() {
    let makefile = include_str!("../../../Makefile");
    let line = makefile.lines().find_map(|line| line.strip_prefix("BRANDED := ")).unwrap();
    let branded: BTreeSet<&str> = line.split(' ').collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let functions = fs::read_dir(root.join("functions")).unwrap().map(|entry| entry.unwrap());
    let reading: BTreeSet<String> = functions
        .filter(|own| fs::read_to_string(own.path().join("src/main.rs")).unwrap().contains("LOGO"))
        .map(|own| own.file_name().into_string().unwrap())
        .collect();
    assert_eq!(branded, reading.iter().map(String::as_str).collect(), "`BRANDED` in the Makefile");
}
