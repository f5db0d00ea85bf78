//! Content negotiation: lists with quality values (RFC 9110 §12.4.2).

/// The entries of an `Accept…` header, the most wanted first; those of quality 0 are left out.
pub(crate) fn rank_entries(header: &str) -> Vec<&str> {
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

/// Whether JSON is asked for rather than a page. Who accepts anything gets the page.
pub(crate) fn prefers_json(header: Option<&str>) -> bool {
    let ranked = rank_entries(header.unwrap_or_default());
    let place = |names: [&str; 2]| {
        ranked.iter().position(|name| names.iter().any(|own| name.eq_ignore_ascii_case(own)))
    };
    let json = place(["application/json", "application/problem+json"]);
    let page = place(["text/html", "application/xhtml+xml"]);
    match (json, page) {
        (Some(json), Some(page)) => json < page,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// Whether a table is asked for rather than JSON. Who accepts anything gets JSON.
pub(crate) fn prefers_csv(header: Option<&str>) -> bool {
    let ranked = rank_entries(header.unwrap_or_default());
    let is = |name: &str, own: &str| name.eq_ignore_ascii_case(own);
    let csv = ranked.iter().position(|name| is(name, "text/csv"));
    let json = ranked.iter().position(|name| is(name, "application/json") || is(name, "*/*"));
    csv.is_some_and(|csv| json.is_none_or(|json| csv < json))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_wanted_comes_first_and_the_unwanted_not_at_all() {
        assert_eq!(rank_entries("a;q=0.2, b, c;q=0, d;q=0.9"), ["b", "d", "a"]);
        assert_eq!(rank_entries(""), Vec::<&str>::new());
    }

    #[test]
    fn a_table_is_for_whoever_asks_for_one() {
        assert!(prefers_csv(Some("text/csv")));
        assert!(prefers_csv(Some("application/json;q=0.5, Text/CSV")));
        assert!(!prefers_csv(Some("*/*")));
        assert!(!prefers_csv(Some("application/json, text/csv;q=0.5")));
        assert!(!prefers_csv(Some("text/csv;q=0")));
        assert!(!prefers_csv(None));
    }

    #[test]
    fn a_browser_gets_a_page_and_a_program_json() {
        assert!(!prefers_json(Some("text/html,application/xhtml+xml,*/*;q=0.8")));
        assert!(!prefers_json(Some("*/*")));
        assert!(!prefers_json(None));
        assert!(prefers_json(Some("application/json")));
        assert!(prefers_json(Some("text/html;q=0.1, application/json")));
    }
}
