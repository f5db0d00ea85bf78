//! Which form of an answer is asked for (`Accept`).

use language::rank_entries;

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
