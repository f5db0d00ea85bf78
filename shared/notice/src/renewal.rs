//! A renewal: what the partner has and what it asks for, side by side.

use domain::calendar::Tz;
use domain::claim::{Claim, State};

use crate::content::{Directory, Notice, NoticeItem, RenewedTerm, day_before, notice_item};
use crate::dates;
use crate::messages::Messages;

impl Notice {
    /// The same, knowing what is renewed: `old`, while something of it runs for a term.
    #[must_use]
    pub fn with_renewed(
        self,
        claim: &Claim,
        old: Option<&Claim>,
        directory: &Directory<'_>,
    ) -> Self {
        let renewed = old.and_then(|old| renewed_term(claim, old, directory));
        Self { renewed, ..self }
    }
}

fn renewed_term(claim: &Claim, old: &Claim, directory: &Directory<'_>) -> Option<RenewedTerm> {
    let renewal = claim.details.renews.as_ref().filter(|renewal| renewal.claim == old.id)?;
    let State::Associated { ends_at: Some(ends_at), window } = &old.state else { return None };
    let zone = window.as_ref().map_or(Tz::UTC, |window| window.time_zone);
    let running = old.active_items().filter(|item| renewal.covers(item.no));
    let items: Vec<_> = running.map(|item| notice_item(old, item, Some(directory))).collect();
    (!items.is_empty()).then(|| RenewedTerm { items, until: day_before(*ends_at, zone) })
}

/// The same in words.
pub(crate) struct RenewalRows {
    pub(crate) old_items: String,
    pub(crate) new_items: String,
    pub(crate) old_until: String,
    pub(crate) new_until: String,
}

impl RenewalRows {
    pub(crate) fn of(notice: &Notice, say: &Messages) -> Option<Self> {
        let (renewed, language) = (notice.renewed.as_ref()?, say.language());
        let lines = |items: &[NoticeItem]| {
            let lines: Vec<_> = items.iter().map(|item| item.item_line(language)).collect();
            lines.join(", ")
        };
        let end = dates::format_end_of_day(language, renewed.until);
        Some(Self {
            old_items: lines(&renewed.items),
            new_items: lines(&notice.items),
            old_until: say.of_text("renewal-old-until", "old-end", &end),
            new_until: say.of("renewal-new-until"),
        })
    }
}
