//! The integration tests: the store and the functions against a database in the process.

#[cfg(test)]
mod access;
#[cfg(test)]
mod answers;
#[cfg(test)]
mod archive;
#[cfg(test)]
mod associations;
#[cfg(test)]
mod auxiliary_writes;
#[cfg(test)]
mod bundle;
#[cfg(test)]
mod calendar_days;
#[cfg(test)]
mod calendars;
#[cfg(test)]
mod capacity;
#[cfg(test)]
mod checks;
#[cfg(test)]
mod citations;
#[cfg(test)]
mod closing;
#[cfg(test)]
mod confirms;
#[cfg(test)]
mod contacts;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod counting_data;
#[cfg(test)]
mod countries;
#[cfg(test)]
mod customer;
#[cfg(test)]
mod daily_root;
#[cfg(test)]
mod directory;
#[cfg(test)]
mod directory_removals;
#[cfg(test)]
mod drafts;
#[cfg(test)]
mod earlier;
#[cfg(test)]
mod erasure;
#[cfg(test)]
mod events;
#[cfg(test)]
mod evidence;
#[cfg(test)]
mod exclusivity;
#[cfg(test)]
mod feed;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod information;
#[cfg(test)]
mod input;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod link;
#[cfg(test)]
mod listings;
#[cfg(test)]
mod mail_scanners;
#[cfg(test)]
mod mails;
#[cfg(test)]
mod outages;
#[cfg(test)]
mod overview;
#[cfg(test)]
mod partner_mails;
#[cfg(test)]
mod postings;
#[cfg(test)]
mod proofs;
#[cfg(test)]
mod quotas;
#[cfg(test)]
mod race;
#[cfg(test)]
mod recipients;
#[cfg(test)]
mod remarks;
#[cfg(test)]
mod reminders;
#[cfg(test)]
mod renewals;
#[cfg(test)]
mod resend;
#[cfg(test)]
mod revisions;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod rotation;
#[cfg(test)]
mod rounds;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod secrecy;
#[cfg(test)]
#[path = "../simulation/mod.rs"]
mod simulation;
#[cfg(test)]
mod story;
#[cfg(test)]
mod stream;
#[cfg(test)]
mod template;
#[cfg(test)]
mod terms;
#[cfg(test)]
mod timers;
#[cfg(test)]
mod transfer;
#[cfg(test)]
mod unreadable;
#[cfg(test)]
mod webhooks;
#[cfg(test)]
mod work_lists;
#[cfg(test)]
mod writes;
#[cfg(test)]
mod written;
