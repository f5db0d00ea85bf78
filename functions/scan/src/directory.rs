//! The directory at the end of a package. It is read here before anybody makes a list of it, and is taken in one form
//! alone, in which every reader finds the same entries: one directory, whole, that ends where its record begins, with a
//! header for each entry that the record counts and no header more.

/// The most parts of a package. More are no text of an office, and would fill the memory.
const MOST_PARTS: u16 = 2_000;
/// How far from its end the record of the directory is looked for: the record and the longest comment, and some more, since
/// readers differ.
pub(crate) const RECORD_WITHIN: usize = 22 + 65_535 + 4_096;

/// How the record begins that ends a package, and tells of its directory.
const RECORD: &[u8] = b"PK\x05\x06";
/// How the record begins that a large package has beside it.
const LARGE_RECORD: &[u8] = b"PK\x06\x07";
/// How the header of an entry begins.
const HEADER: &[u8] = b"PK\x01\x02";

/// How many bytes a record has without its comment, and a header without name, fields and comment.
const RECORD_BYTES: usize = 22;
const HEADER_BYTES: usize = 46;

/// How many entries the directory of a package has; `None` where it is not of the one form, or has too many.
pub(crate) fn count_entries(bytes: &[u8]) -> Option<usize> {
    let start = bytes.len().saturating_sub(RECORD_WITHIN);
    let end = bytes.get(start..)?;
    if end.windows(LARGE_RECORD.len()).any(|found| found == LARGE_RECORD) {
        return None;
    }
    let mut records = (0..end.len()).filter(|at| has_mark(end, *at, RECORD));
    let at = start + records.next()?;
    if records.next().is_some() {
        return None;
    }
    let (count, on_disk) = (read_u16(bytes, at + 10)?, read_u16(bytes, at + 8)?);
    let (size, offset) = (read_u32(bytes, at + 12)?, read_u32(bytes, at + 16)?);
    let comment = usize::from(read_u16(bytes, at + 20)?);
    let is_whole = count == on_disk
        && count <= MOST_PARTS
        && offset.checked_add(size)? == at
        && at + RECORD_BYTES + comment == bytes.len();
    (is_whole && end_of_headers(bytes, offset, count)? == at).then_some(usize::from(count))
}

/// Where so many headers end that begin at `at`.
fn end_of_headers(bytes: &[u8], mut at: usize, count: u16) -> Option<usize> {
    for _ in 0..count {
        if !has_mark(bytes, at, HEADER) {
            return None;
        }
        let [name, fields, comment] = [28, 30, 32].map(|length| read_u16(bytes, at + length));
        at += HEADER_BYTES + usize::from(name?) + usize::from(fields?) + usize::from(comment?);
    }
    Some(at)
}

fn has_mark(bytes: &[u8], at: usize, mark: &[u8]) -> bool {
    bytes.get(at..).is_some_and(|rest| rest.starts_with(mark))
}

fn read_u16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn read_u32(bytes: &[u8], at: usize) -> Option<usize> {
    let number = u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?);
    usize::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::package::is_harmless;
    use crate::package::tests::{package, text, with_hidden_part};

    /// Where the record of the directory begins.
    fn record(bytes: &[u8]) -> usize {
        bytes.windows(4).rposition(|found| found == RECORD).unwrap()
    }

    /// A package of so many empty entries of three letters, of which the record counts as many as it is told.
    fn of_many(entries: u32, counted: u16) -> Vec<u8> {
        let mut bytes = b"PK\x03\x04".to_vec();
        let mut header = [0; HEADER_BYTES + 3];
        header[..4].copy_from_slice(HEADER);
        header[28] = 3;
        let offset = u32::try_from(bytes.len()).unwrap();
        for no in 0..entries {
            header[HEADER_BYTES..].copy_from_slice(&no.to_le_bytes()[..3]);
            bytes.extend_from_slice(&header);
        }
        let size = u32::try_from(bytes.len()).unwrap() - offset;
        bytes.extend_from_slice(RECORD);
        bytes.extend_from_slice(&[0; 4]);
        for number in [counted; 2] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        for number in [size, offset] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&[0; 2]);
        bytes
    }

    /// The most memory that this process has had, in KiB.
    fn peak_memory() -> u64 {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    #[test]
    fn a_directory_counts_its_entries() {
        assert_eq!(count_entries(&text()), Some(3));
        assert_eq!(count_entries(&package(&[])), Some(0));
        assert_eq!(count_entries(&of_many(2_000, 2_000)), Some(2_000));
        assert_eq!(count_entries(&of_many(2_001, 2_001)), None);
        for junk in [&b""[..], b"PK", b"PK\x05\x06", &[b'x'; 100]] {
            assert_eq!(count_entries(junk), None);
        }
    }

    #[test]
    fn a_part_behind_those_that_the_directory_counts_is_refused() {
        let mut bytes = with_hidden_part();
        let at = record(&bytes);
        bytes[at + 8] -= 1;
        bytes[at + 10] -= 1;
        assert_eq!(is_harmless(&bytes), Some(false));
    }

    #[test]
    fn a_directory_that_counts_more_than_it_has_or_less_on_one_disk_is_refused() {
        for changed in [vec![8, 10], vec![8], vec![10]] {
            let mut bytes = text();
            let at = record(&bytes);
            for place in changed {
                bytes[at + place] += 1;
            }
            assert_eq!(count_entries(&bytes), None);
        }
    }

    #[test]
    fn a_directory_that_is_not_at_the_end_of_the_package_or_not_the_only_one_is_refused() {
        let (mut behind, mut commented, mut large) = (text(), text(), text());
        behind.push(b'x');
        let at = record(&commented);
        commented[at + 20] = 26;
        commented.extend_from_slice(b"more");
        commented.extend_from_slice(&text()[at..]);
        large.extend_from_slice(LARGE_RECORD);
        let mut far = text();
        far.extend(vec![b'x'; RECORD_WITHIN]);
        let before = [b"junk".to_vec(), text()].concat();
        for bytes in [behind, commented, large, far, before] {
            assert_eq!(is_harmless(&bytes), Some(false));
        }
    }

    #[test]
    fn two_hundred_thousand_entries_in_ten_megabytes_take_no_memory_whatever_the_record_counts() {
        let before = peak_memory();
        for counted in [u16::MAX, 2_000, 3_392, 0] {
            let bytes = of_many(200_000, counted);
            assert!(bytes.len() > 9_000_000);
            assert_eq!(is_harmless(&bytes), Some(false), "{counted}");
        }
        assert!(peak_memory() - before < 100_000, "{} KiB", peak_memory() - before);
    }
}
