//! Pages and the HTML of mails, with isolated names as markup.

use askama::Template;
use domain::text::isolation::{ISOLATE_BEGIN, ISOLATE_END, without_idle_marks};

/// The end of the one element that shows text as it stands: it takes no markup.
const TITLE_END: &str = "</title>";

/// The finished HTML of a template. The marks around names become `<bdi>`, but for the title's.
pub(crate) fn render_html(template: &impl Template) -> String {
    let html = template.render().unwrap_or_default();
    match html.split_once(TITLE_END) {
        Some((head, body)) => {
            [&without_idle_marks(head), TITLE_END, &replace_isolation_marks(body)].concat()
        }
        None => replace_isolation_marks(&html),
    }
}

/// The HTML with `<bdi>` in place of marks. Whatever marks there are, the elements are balanced: a mark without its
/// other one is left out, or ends with the text that it stands in.
fn replace_isolation_marks(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut depth = 0_usize;
    for c in html.chars() {
        match c {
            ISOLATE_BEGIN => {
                depth = depth.saturating_add(1);
                out.push_str("<bdi>");
            }
            ISOLATE_END if depth > 0 => {
                depth = depth.saturating_sub(1);
                out.push_str("</bdi>");
            }
            ISOLATE_END => {}
            _ => {
                // Text is escaped: this begins markup.
                if c == '<' {
                    out.push_str(&"</bdi>".repeat(depth));
                    depth = 0;
                }
                out.push(c);
            }
        }
    }
    out.push_str(&"</bdi>".repeat(depth));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_elements_that_are_balanced_whatever_stands_in_them() {
        for (text, expected) in [
            ("<p>\u{2068}a\u{2069} b</p>", "<p><bdi>a</bdi> b</p>"),
            ("<p>\u{2068}a \u{2068}b\u{2069}\u{2069}</p>", "<p><bdi>a <bdi>b</bdi></bdi></p>"),
            ("<p>a\u{2069} b</p>", "<p>a b</p>"),
            ("<p>\u{2068}a</p><p>b\u{2069}</p>", "<p><bdi>a</bdi></p><p>b</p>"),
            ("\u{2068}a", "<bdi>a</bdi>"),
        ] {
            assert_eq!(replace_isolation_marks(text), expected);
        }
    }
}
