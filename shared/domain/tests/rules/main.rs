//! The rules as sentences of fact: given a claim, when a command, then an event or a refusal.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "fixtures fail by panicking"
)]

mod associations;
mod calendars;
mod chances;
mod claimable;
mod consent;
mod customer;
mod days;
mod directory_removals;
mod ends;
mod erasure;
mod evidence;
mod explain;
mod finals;
mod given;
mod history;
mod invariants;
mod moments;
mod motives;
mod order;
mod origin;
mod outages;
mod partner;
mod partner_news;
mod people;
mod queue;
mod recipients;
mod renewal;
mod resend;
mod review;
mod silence;
mod states;
mod submit;
mod table;
mod term;
mod undo;
mod webhooks;
mod withdrawal;
