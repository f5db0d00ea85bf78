//! The changes that make one input of another.

use fastrand::Rng;

/// The most characters of a text: more than any field may have.
pub const MAX_CHARS: usize = 4_000;
/// The most bytes of an input that is no text.
pub const MAX_BYTES: usize = 8_000;

/// The most changes from one input to the next.
const MOST_CHANGES: usize = 6;
/// The most that is taken, moved or repeated at once.
const LONGEST_PART: usize = 64;

/// Characters at which readers of text go wrong: separators, marks that are not seen, other scripts' digits, letters
/// of other lengths in other cases, the ends of Unicode's ranges.
const SPECIAL: &[char] = &[
    '\0',
    '\t',
    '\n',
    '\r',
    '\u{1b}',
    ' ',
    '!',
    '"',
    '#',
    '%',
    '&',
    '\'',
    '(',
    ')',
    '*',
    '+',
    ',',
    '-',
    '.',
    '/',
    '0',
    '9',
    ':',
    ';',
    '<',
    '=',
    '>',
    '?',
    '@',
    'A',
    'Z',
    '[',
    '\\',
    ']',
    '^',
    '_',
    '`',
    'a',
    'z',
    '{',
    '|',
    '}',
    '~',
    '\u{7f}',
    '\u{80}',
    '\u{85}',
    '\u{a0}',
    '\u{ad}',
    '\u{b7}',
    '\u{df}',
    '\u{e9}',
    '\u{130}',
    '\u{131}',
    '\u{149}',
    '\u{1c5}',
    '\u{301}',
    '\u{316}',
    '\u{34f}',
    '\u{345}',
    '\u{3a3}',
    '\u{3c2}',
    '\u{430}',
    '\u{61c}',
    '\u{627}',
    '\u{644}',
    '\u{660}',
    '\u{669}',
    '\u{94d}',
    '\u{e33}',
    '\u{1100}',
    '\u{1161}',
    '\u{1e9e}',
    '\u{200b}',
    '\u{200c}',
    '\u{200d}',
    '\u{200e}',
    '\u{2010}',
    '\u{2028}',
    '\u{2029}',
    '\u{202e}',
    '\u{202f}',
    '\u{2066}',
    '\u{2068}',
    '\u{2069}',
    '\u{2126}',
    '\u{212a}',
    '\u{2212}',
    '\u{2260}',
    '\u{3002}',
    '\u{30fb}',
    '\u{4e00}',
    '\u{ac00}',
    '\u{d7ff}',
    '\u{e000}',
    '\u{fb01}',
    '\u{fdfa}',
    '\u{fe0f}',
    '\u{feff}',
    '\u{ff0e}',
    '\u{ff10}',
    '\u{ff21}',
    '\u{fffd}',
    '\u{ffff}',
    '\u{10000}',
    '\u{1d7d8}',
    '\u{1f600}',
    '\u{2f800}',
    '\u{e0001}',
    '\u{10ffff}',
];

/// Words at which readers of text go wrong.
const WORDS: &[&str] = &[
    "xn--",
    "xn--a",
    "..",
    "%00",
    "%ff",
    "%zz",
    "&#0;",
    "null",
    "true",
    "{}",
    "[]",
    "{\"a\":",
    "[[[[[[[[",
    "\":\"",
    "\\u0000",
    "\\ud800",
    "-0",
    "1e999",
    "-1",
    "0000",
    "255",
    "256",
    "65535",
    "65536",
    "4294967295",
    "4294967296",
    "18446744073709551616",
    "9999999999999999999999",
    "NaN",
    "inf",
    "q=",
    ";q=0",
    "W/\"",
    "+00:00",
    "-24:00",
    "T24:00:00Z",
    "23:59:60Z",
    "0000-00-00",
    "9999-12-31",
    "+262143-01-01",
    "2027-02-29",
    "\u{feff}",
    "e\u{301}\u{301}\u{301}",
];

/// A text of the pool with some changes, or another text altogether.
pub(crate) fn text(rng: &mut Rng, pool: &[Vec<char>]) -> Vec<char> {
    changed(rng, pool, MAX_CHARS, character, |rng| word(rng).chars().collect())
}

/// Bytes of the pool with some changes.
pub(crate) fn bytes(rng: &mut Rng, pool: &[Vec<u8>]) -> Vec<u8> {
    changed(rng, pool, MAX_BYTES, byte, |rng| {
        if rng.bool() { word(rng).as_bytes().to_vec() } else { number(rng) }
    })
}

fn changed<T: Copy>(
    rng: &mut Rng,
    pool: &[Vec<T>],
    most: usize,
    one: impl Fn(&mut Rng) -> T,
    word: impl Fn(&mut Rng) -> Vec<T>,
) -> Vec<T> {
    let mut input = match rng.u8(..) {
        0..8 => (0..rng.usize(..LONGEST_PART)).map(|_| one(rng)).collect(),
        _ => rng.choice(pool).cloned().unwrap_or_default(),
    };
    for _ in 0..rng.usize(1..=MOST_CHANGES) {
        let (from, to) = part(rng, input.len());
        let own = input.get(from..to).unwrap_or_default().to_vec();
        match rng.u8(..10) {
            0 => drop(input.drain(from..to)),
            1 => input.truncate(from),
            2 => insert(&mut input, from, vec![one(rng)]),
            3 => insert(&mut input, from, word(rng)),
            4 => insert(&mut input, from, own),
            5 => insert(&mut input, from, own.repeat(rng.usize(1..=LONGEST_PART))),
            6 => insert(&mut input, from, spliced(rng, pool)),
            7 => {
                input.drain(from..to);
                let place = rng.usize(..=input.len());
                insert(&mut input, place, own);
            }
            _ => {
                if let Some(place) = input.get_mut(from) {
                    *place = one(rng);
                }
            }
        }
        input.truncate(most);
    }
    input
}

/// A part of a sequence of that length.
fn part(rng: &mut Rng, length: usize) -> (usize, usize) {
    let from = rng.usize(..=length);
    (from, rng.usize(from..=length.min(from + LONGEST_PART)))
}

/// A part of another input.
fn spliced<T: Copy>(rng: &mut Rng, pool: &[Vec<T>]) -> Vec<T> {
    let Some(other) = rng.choice(pool) else { return Vec::new() };
    let (from, to) = part(rng, other.len());
    other.get(from..to).unwrap_or_default().to_vec()
}

fn insert<T>(input: &mut Vec<T>, at: usize, more: Vec<T>) {
    input.splice(at..at, more);
}

fn word(rng: &mut Rng) -> &'static str {
    rng.choice(WORDS).copied().unwrap_or_default()
}

fn character(rng: &mut Rng) -> char {
    match rng.u8(..4) {
        0 => rng.char(..),
        1 => rng.char(' '..='~'),
        _ => rng.choice(SPECIAL).copied().unwrap_or_default(),
    }
}

fn byte(rng: &mut Rng) -> u8 {
    match rng.u8(..3) {
        0 => rng.u8(..),
        1 => rng.choice([0x00, 0x01, 0x7f, 0x80, 0xc0, 0xff]).unwrap_or_default(),
        _ => rng.u8(b' '..=b'~'),
    }
}

/// A number of a binary format.
fn number(rng: &mut Rng) -> Vec<u8> {
    let number = match rng.u8(..4) {
        0 => u32::MAX,
        1 => u32::from(u16::MAX),
        2 => 1 << 31,
        _ => rng.u32(..),
    };
    number.to_le_bytes().into_iter().take(rng.usize(1..=4)).collect()
}
