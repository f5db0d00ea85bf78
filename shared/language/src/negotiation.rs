//! Content negotiation: lists with quality values (RFC 9110 §12.4.2).

/// The entries of an `Accept…` header, the most wanted first; those of quality 0 are left out.
pub fn rank_entries(header: &str) -> Vec<&str> {
    let mut entries: Vec<_> = header.split(',').filter_map(parse_entry).collect();
    entries.sort_by_key(|(_, quality)| std::cmp::Reverse(*quality));
    entries.into_iter().filter(|(_, quality)| *quality > 0).map(|(name, _)| name).collect()
}

/// The name and its quality in thousandths.
fn parse_entry(text: &str) -> Option<(&str, u32)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?;
    let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
    Some((name, quality.map_or(1000, parse_quality)))
}

/// `1`, `0.5`, `0.123` in thousandths; anything else is nothing wanted.
fn parse_quality(text: &str) -> u32 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction:0<3}");
    if fraction.len() > 3 { 0 } else { digits.parse().unwrap_or(0).min(1000) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_wanted_comes_first_and_the_unwanted_not_at_all() {
        assert_eq!(rank_entries("a;q=0.2, b, c;q=0, d;q=0.9"), ["b", "d", "a"]);
        assert_eq!(rank_entries(""), Vec::<&str>::new());
    }
}
