//! How much of a partner's quotas a file needs (`docs/api.md §3.6.20`).

use serde::Deserialize;
use serde_json::Value;

use crate::api::{Failure, Request, Session};

/// What a partner may do, and what is left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Quotas {
    /// Claims of a local day.
    pub daily_claim_quota: u64,
    /// How many of them are left today.
    pub daily_claims_left: u64,
    /// How many more may be open.
    pub open_claims_left: u64,
    /// Tenants of a local day that may be checked, at which it claims nothing.
    pub daily_check_quota: u64,
    /// How many of them are left today.
    pub daily_checks_left: u64,
}

impl Quotas {
    /// Asks for those of the caller; `None`: the caller is no partner.
    pub fn fetch(session: &mut Session) -> Result<Option<Self>, Failure> {
        let me = session.fetch(&Request::get("/v1/me"))?;
        let quotas = me.get("quotas").cloned().unwrap_or(Value::Null);
        serde_json::from_value(quotas).map_err(|error| Failure::unreadable("/v1/me", error))
    }
}

/// What a run needs of the quotas, at most: rows that are there already need nothing. `what` is what is counted.
pub fn tell_need(what: &str, need: u64, left: u64, quota: u64) -> String {
    let head = format!("The file needs {need} {what} at most; {left} of {quota} are left today");
    if need <= left {
        return format!("{head}.");
    }
    match (need - left).checked_next_multiple_of(quota).and_then(|rest| rest.checked_div(quota)) {
        None => format!("{head}, and no day has more."),
        Some(1) => format!("{head}: the rest goes on tomorrow."),
        Some(days) => format!("{head}: the rest takes {days} days more."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_needs_is_told_in_days() {
        let told = |need, left, quota| tell_need("claims", need, left, quota);
        let head = |need, left, quota| {
            format!("The file needs {need} claims at most; {left} of {quota} are left today")
        };
        assert_eq!(told(60, 98, 100), head(60, 98, 100) + ".");
        assert_eq!(told(98, 98, 100), head(98, 98, 100) + ".");
        assert_eq!(told(99, 98, 100), head(99, 98, 100) + ": the rest goes on tomorrow.");
        assert_eq!(told(299, 98, 100), head(299, 98, 100) + ": the rest takes 3 days more.");
        assert_eq!(told(1, 0, 0), head(1, 0, 0) + ", and no day has more.");
    }
}
