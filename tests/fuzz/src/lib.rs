//! Inputs that nobody thought of, for the parsers that take text from outside. They are made of valid examples by
//! small changes, and of what was accepted by more of them.
//!
//! The inputs of a target are the same in every run. `INPUTS` says how many there are.
#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "an input that a parser does not bear is a failed test"
)]

mod change;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};

use fastrand::Rng;

pub use crate::change::{MAX_BYTES, MAX_CHARS};

/// How many inputs a target gets where nothing else is asked for.
const DEFAULT_INPUTS: u64 = 2_000;
/// How much of an input is shown where it breaks a law.
const SHOWN_CHARS: usize = 400;
/// How many accepted inputs are kept to be changed further.
const MOST_KEPT: usize = 256;

/// What became of the inputs of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// How many there were.
    pub inputs: u64,
    /// How many the parser took.
    pub accepted: u64,
}

/// The fields of a form whose names and values are written plainly.
pub fn form_fields(text: &str) -> Vec<(String, String)> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name.to_owned(), value.to_owned())
    };
    text.split('&').map(pair).collect()
}

/// Holds texts against a law of a parser. The law panics where it is broken, and says whether the parser took the
/// text.
pub fn texts(target: &str, examples: &[&str], law: impl Fn(&str) -> bool) -> Tally {
    let examples = examples.iter().map(|text| text.chars().collect()).collect();
    let text = |characters: &Vec<char>| characters.iter().collect::<String>();
    run(target, examples, change::text, |characters| law(&text(characters)), text)
}

/// The same with bytes.
pub fn bytes(target: &str, examples: &[&[u8]], law: impl Fn(&[u8]) -> bool) -> Tally {
    let examples = examples.iter().map(|bytes| bytes.to_vec()).collect();
    let shown = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
    run(target, examples, change::bytes, |bytes| law(bytes), shown)
}

fn run<T: Clone>(
    target: &str,
    mut pool: Vec<Vec<T>>,
    change: impl Fn(&mut Rng, &[Vec<T>]) -> Vec<T>,
    law: impl Fn(&Vec<T>) -> bool,
    shown: impl Fn(&Vec<T>) -> String,
) -> Tally {
    let mut rng = Rng::with_seed(seed(target));
    let (mut tally, examples) = (Tally::default(), pool.len());
    for example in &pool {
        assert!(law(example), "{target}: an example is not taken: {:?}", shown(example));
    }
    while tally.inputs < inputs() {
        let input = change(&mut rng, &pool);
        let outcome = catch_unwind(AssertUnwindSafe(|| law(&input)));
        tally.inputs += 1;
        match outcome {
            Ok(true) => {
                tally.accepted += 1;
                keep(&mut rng, &mut pool, examples, input);
            }
            Ok(false) => {}
            Err(_) => {
                let shown: String = shown(&input).chars().take(SHOWN_CHARS).collect();
                panic!("{target}, input {} of length {}: {shown:?}", tally.inputs, input.len());
            }
        }
    }
    println!("{target}: {} inputs, {} accepted", tally.inputs, tally.accepted);
    tally
}

/// Keeps an accepted input, in place of another one where there are many; the examples stay.
fn keep<T>(rng: &mut Rng, pool: &mut Vec<Vec<T>>, examples: usize, input: Vec<T>) {
    if pool.len() < examples + MOST_KEPT {
        pool.push(input);
    } else if let Some(place) = pool.get_mut(rng.usize(examples..examples + MOST_KEPT)) {
        *place = input;
    }
}

/// How many inputs are asked for.
fn inputs() -> u64 {
    std::env::var("INPUTS").ok().and_then(|text| text.parse().ok()).unwrap_or(DEFAULT_INPUTS)
}

fn seed(target: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    target.hash(&mut hasher);
    hasher.finish()
}
