//! The bundle of a claim: what a reader needs to check it without the server.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::calendar::{CalendarId, CountryCode, CountryFile, Tz, Zone};
use domain::canonical;
use domain::claim::{Claim, Instant};
use domain::directory::CountryCalendar;
use domain::history::{Audience, SealedEntry};
use domain::ids::{NoticeNo, ProgramId, Sha256Hash, Version};
use domain::program::Policy;
use domain::recipient::{RecipientNo, Report};
use domain::root::{DailyRoot, Inclusion};
use domain::time::format_rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

use super::directory::PolicyView;
use super::history::{HistoryPartView, viewer_audiences};
use crate::caller::Viewer;
use crate::words::{AudienceWord, CauseWord, Word};

/// The number of the present form of a bundle.
const FORMAT: u8 = 1;

/// All that its reader needs to check a claim without the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BundleView {
    /// The number of the form: 1.
    #[schema(minimum = 1, maximum = 1, example = 1)]
    pub format: u8,
    /// The claim whose history it is.
    #[schema(example = "cbplyjelfz5a5xwmpnah5uzxk4")]
    pub claim: String,
    /// The claim's version when the bundle was made.
    pub version: u32,
    /// The version of the last entry in the bundle; 0 where none is archived yet.
    #[schema(example = 5)]
    pub last: u32,
    /// Whether nothing was left out and every version is archived.
    pub complete: bool,
    /// Whose parts the bundle has.
    pub reader: AudienceWord,
    /// When the bundle was made.
    #[schema(format = DateTime, example = "2026-12-22T14:05:00Z")]
    pub made_at: String,
    /// The archived entries of the history, oldest first, 500 at the most.
    #[schema(max_items = 500)]
    pub entries: Vec<BundleEntryView>,
    /// The policies that the claim was pinned to.
    pub policies: Vec<BundlePolicyView>,
    /// What the operator had added to the calendars of the parties' countries while the claim lived, one for each
    /// revision.
    pub calendars: Vec<BundleCalendarView>,
    /// The holidays of the parties' countries, in each version of the data by which a window was counted and in the present
    /// one: so that windows can be counted again by a program that has another version.
    pub country_files: Vec<BundleFileView>,
    /// Where the operator counts its days.
    pub operator: BundlePlaceView,
    /// Where the partner counted its days while the claim lived; for the partner and staff.
    pub partner: Vec<BundlePartnerPlaceView>,
    /// The texts of notices as they were sent, without links and codes, 64 at the most; for the customer and staff.
    #[schema(max_items = 64)]
    pub texts: Vec<BundleTextView>,
    /// What was reported of the mails of notices, without addresses; for the customer and staff.
    pub receipts: Vec<BundleReceiptView>,
    /// The daily roots of the days on which the entries were archived and of those behind, by day, as far as these days
    /// are closed: of 400 days from the first on, and of every day of an entry.
    pub roots: Vec<BundleRootView>,
    /// SHA-256 of the canonical JSON of all other members: it shows damage, and not who made the bundle.
    #[schema(
        pattern = "^[0-9a-f]{64}$",
        example = "5c1f2b7d0c5b3c8e4a1f9d6e7b8a90c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f607"
    )]
    pub digest: String,
}

/// An archived entry, as the history has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BundleEntryView {
    /// The version that the event led to.
    pub version: u32,
    /// The text that is hashed; `null` for an entry of the first format.
    #[schema(required)]
    pub entry: Option<String>,
    /// The parts of the entry that the reader may read, by audience.
    pub parts: BTreeMap<String, HistoryPartView>,
    /// SHA-256 of the previous hash and the entry.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub hash: String,
    /// The hash of the version before; `null` for the first.
    #[schema(pattern = "^[0-9a-f]{64}$", required)]
    pub previous_hash: Option<String>,
    /// The day by UTC whose daily root stands for the entry; `null`: it was archived before there were daily roots.
    #[schema(format = Date, example = "2026-12-22", required)]
    pub archived_on: Option<String>,
    /// Where the entry stands in the tree of that day; `null` while the day has no root.
    #[schema(required)]
    pub inclusion: Option<BundleInclusionView>,
}

/// Where an entry stands in the tree of its day (RFC 6962): what leads from its hash to the root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BundleInclusionView {
    /// Its place among the leaves, from 0.
    #[schema(example = 4)]
    pub index: u32,
    /// The other half at each fork, the nearest first.
    #[schema(example = json!(["9f91161f43433e49a6de6db680d79f60159f2e4ac9172621a12846428158440b"]))]
    pub path: Vec<String>,
}

/// The root over all versions, of all claims, that were archived on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BundleRootView {
    /// The day by UTC that it closes.
    #[schema(format = Date, example = "2026-12-22")]
    pub date: String,
    /// How many versions it stands for.
    #[schema(example = 7)]
    pub size: u32,
    /// The root of the tree over their hashes.
    #[schema(
        pattern = "^[0-9a-f]{64}$",
        example = "4813494d137e1631bba301d5acab6e7bb7aa74ce1185d456565ef51d737677b2"
    )]
    pub root: String,
    /// `chain` of the day before; `null` for the first day.
    #[schema(
        required,
        pattern = "^[0-9a-f]{64}$",
        example = "6da0633528deaa0144e7b058315f0b753ec0b945163a72bf96a0d18180f9de0d"
    )]
    pub previous: Option<String>,
    /// SHA-256 over `previous` and the canonical JSON of `date`, `root` and `size`.
    #[schema(
        pattern = "^[0-9a-f]{64}$",
        example = "9414886b1ebf025db067a4cbd13a0903fbd9733a5372bba1b58bd72c1699b798"
    )]
    pub chain: String,
}

/// A policy that the claim was pinned to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BundlePolicyView {
    /// The program that it is of.
    #[schema(example = "osu-m365")]
    pub program: String,
    /// The version of the policy.
    #[schema(minimum = 1)]
    pub version: u32,
    /// The rules of that version.
    pub policy: PolicyView,
}

/// A revision of the days that are added to the calendar of a country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BundleCalendarView {
    /// The country of ISO 3166-1, two capital letters.
    pub country: String,
    /// The number of the revision; it stands in the ids of calendars: `CZ@2026.12+3`.
    pub revision: u32,
    /// Since when it was so; `null`: that was not kept.
    #[schema(format = DateTime, required)]
    pub since: Option<String>,
    /// All days that were added by then.
    pub days: Vec<BundleDayView>,
}

/// A country's holidays, weekends and subdivisions, as one version of the data has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BundleFileView {
    /// The country of ISO 3166-1, two capital letters.
    pub country: String,
    /// The version of the data; it stands in the ids of calendars: `CZ@2026.12`.
    #[schema(example = "2026.12")]
    pub version: String,
    /// The lines of the file, each a kind and its fields with `|` between.
    #[schema(
        example = "years|2024|2040\nzones|Europe/Prague\nsubdivisions|\nweekend|*||67\nholiday|*|Christmas Day|1225\n"
    )]
    pub text: String,
    /// SHA-256 of the text.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
}

/// A day that was added to a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BundleDayView {
    /// The day that is no business day.
    #[schema(format = Date)]
    pub date: String,
    /// What the day is called, in English.
    #[schema(example = "State funeral")]
    pub name: String,
    /// Where; `null`: in the whole country.
    #[schema(required)]
    pub subdivision: Option<String>,
}

/// Whose days the operator's deadlines count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BundlePlaceView {
    /// The calendar, without a revision.
    #[schema(example = "CZ@2026.12")]
    pub calendar: String,
    /// The time zone; `null`: every zone of the country.
    #[schema(example = "Europe/Prague", required)]
    pub time_zone: Option<String>,
}

/// Whose days the partner's deadlines counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BundlePartnerPlaceView {
    /// Since when it was so; `null`: that was not kept.
    #[schema(format = DateTime, required)]
    pub since: Option<String>,
    /// The country of ISO 3166-1, two capital letters.
    pub country: String,
    /// The time zone in which its days were counted.
    #[schema(example = "Europe/Prague")]
    pub time_zone: String,
}

/// A text of a notice, as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BundleTextView {
    /// The number of the notice.
    #[schema(minimum = 1, example = 1)]
    pub notice: u16,
    /// The recipient to whom alone it was sent; `null`: to all who were asked at first.
    #[schema(minimum = 1, maximum = 23, required)]
    pub recipient: Option<u8>,
    /// In which language it is.
    #[schema(example = "en")]
    pub language: String,
    /// The moment at which the notice was sent.
    #[schema(format = DateTime, example = "2026-12-22T13:58:00Z")]
    pub sent_at: String,
    /// Subject and text, without links and codes.
    #[schema(example = "Please read: Alpine Cloud wants to become your partner of record")]
    pub text: String,
    /// SHA-256 of the text.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
}

/// What was reported of a notice at one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BundleReceiptView {
    /// The number of the notice.
    #[schema(minimum = 1, example = 1)]
    pub notice: u16,
    /// The recipient's number on the list of its notice.
    #[schema(minimum = 1, maximum = 23, example = 1)]
    pub recipient: u8,
    /// Whether the mail provider took the mail.
    pub sent: bool,
    /// When the recipient's server took it, first.
    #[schema(format = DateTime, required)]
    pub delivered_at: Option<String>,
    /// When the mail failed, first.
    #[schema(format = DateTime, required, example = "2026-12-22T14:00:00Z")]
    pub failed_at: Option<String>,
    /// Why the mail counts as not delivered.
    #[schema(required)]
    pub cause: Option<CauseWord>,
    /// Whether a machine answered that nobody is there now.
    pub unattended: bool,
}

/// What a bundle is made of.
#[derive(Debug, Clone, Copy)]
pub struct BundleSource<'a> {
    /// The claim as it was read.
    pub claim: &'a Claim,
    /// Who reads the bundle.
    pub viewer: Viewer,
    /// When it is made.
    pub at: Instant,
    /// Whether nothing was left out.
    pub complete: bool,
}

impl BundleView {
    /// A bundle without anything in it yet.
    pub fn of(source: BundleSource<'_>, operator: (&CalendarId, Zone)) -> Self {
        let (calendar, zone) = operator;
        let reader = match source.viewer {
            Viewer::Customer => Audience::Customer,
            Viewer::Partner => Audience::Partner,
            Viewer::Staff => Audience::Staff,
        };
        let time_zone = match zone {
            Zone::Known(zone) => Some(zone.to_string()),
            Zone::AnyOf(_) => None,
        };
        Self {
            format: FORMAT,
            claim: source.claim.id.to_string(),
            version: source.claim.version.0,
            last: 0,
            complete: source.complete,
            reader: Word(reader),
            made_at: format_rfc3339(source.at),
            entries: Vec::new(),
            policies: Vec::new(),
            calendars: Vec::new(),
            country_files: Vec::new(),
            operator: BundlePlaceView {
                calendar: calendar.with_revision(0).to_string(),
                time_zone,
            },
            partner: Vec::new(),
            texts: Vec::new(),
            receipts: Vec::new(),
            roots: Vec::new(),
            digest: String::new(),
        }
    }

    /// The same with one more entry, behind the others, as much of it as `viewer` may read: with the day whose root
    /// stands for it, and where it stands there.
    pub fn add_entry(
        &mut self,
        (version, hash, previous): (Version, Sha256Hash, Option<Sha256Hash>),
        (archived_on, inclusion): (Option<NaiveDate>, Option<&Inclusion>),
        sealed: &SealedEntry,
        viewer: Viewer,
    ) {
        let is_public = sealed.is_public();
        let shown = sealed.with_readable_parts(viewer_audiences(viewer));
        let parts = shown.parts.iter().filter(|_| is_public);
        let parts = parts
            .map(|(audience, part)| (audience.as_str().to_owned(), HistoryPartView::of(part)))
            .collect();
        self.last = version.0;
        self.entries.push(BundleEntryView {
            version: version.0,
            entry: is_public.then(|| sealed.text.clone()),
            parts,
            hash: hash.to_string(),
            previous_hash: previous.map(|hash| hash.to_string()),
            archived_on: archived_on.map(|day| day.to_string()),
            inclusion: inclusion.map(BundleInclusionView::of),
        });
    }

    /// The same with the digest of all that is in it.
    #[must_use]
    pub fn with_digest(mut self) -> Self {
        let mut value = serde_json::to_value(&self).unwrap_or_default();
        if let Some(members) = value.as_object_mut() {
            members.remove("digest");
        }
        self.digest = Sha256Hash::of(canonical::to_canonical_json(&value).as_bytes()).to_string();
        self
    }
}

impl BundleInclusionView {
    /// Where an entry stands.
    pub fn of(inclusion: &Inclusion) -> Self {
        let path = inclusion.path.iter().map(Sha256Hash::to_string).collect();
        Self { index: inclusion.index.try_into().unwrap_or(u32::MAX), path }
    }
}

impl BundleRootView {
    /// The root of a day.
    pub fn of(own: &DailyRoot) -> Self {
        Self {
            date: own.date.to_string(),
            size: own.size.try_into().unwrap_or(u32::MAX),
            root: own.root.to_string(),
            previous: own.previous.map(|hash| hash.to_string()),
            chain: own.chain.to_string(),
        }
    }
}

impl BundlePolicyView {
    /// A version of a program's policy.
    pub fn of(program: &ProgramId, version: u32, policy: &Policy) -> Self {
        Self { program: program.to_string(), version, policy: PolicyView::of(policy) }
    }
}

impl BundleCalendarView {
    /// A revision of what was added to the calendar of a country, without who added it.
    pub fn of(since: Option<Instant>, calendar: &CountryCalendar) -> Self {
        let day = |day: &domain::calendar::Exception| BundleDayView {
            date: day.date.to_string(),
            name: day.name.clone(),
            subdivision: day.subdivision.as_ref().map(ToString::to_string),
        };
        Self {
            country: calendar.country.to_string(),
            revision: calendar.revision,
            since: since.map(format_rfc3339),
            days: calendar.added.iter().map(day).collect(),
        }
    }
}

impl BundleFileView {
    /// A country's file of holidays, with the hash of its text.
    pub fn of(file: &CountryFile) -> Self {
        Self {
            country: file.country.to_string(),
            version: file.version.clone(),
            text: file.text.clone(),
            sha256: file.digest().to_string(),
        }
    }
}

impl BundlePartnerPlaceView {
    /// Where a partner counted its days.
    pub fn of(since: Option<Instant>, country: CountryCode, time_zone: Tz) -> Self {
        let (country, time_zone) = (country.to_string(), time_zone.to_string());
        Self { since: since.map(format_rfc3339), country, time_zone }
    }
}

impl BundleTextView {
    /// A text of a notice.
    pub fn of(
        notice: NoticeNo,
        recipient: Option<RecipientNo>,
        language: &str,
        (sent_at, text): (Instant, &str),
    ) -> Self {
        Self {
            notice: notice.0,
            recipient: recipient.map(|no| no.0),
            language: language.to_owned(),
            sent_at: format_rfc3339(sent_at),
            text: text.to_owned(),
            sha256: Sha256Hash::of(text.as_bytes()).to_string(),
        }
    }
}

impl BundleReceiptView {
    /// What is known of a notice at a recipient.
    pub fn of(notice: NoticeNo, recipient: RecipientNo, report: Report) -> Self {
        Self {
            notice: notice.0,
            recipient: recipient.0,
            sent: report.sent,
            delivered_at: report.delivered_at.map(format_rfc3339),
            failed_at: report.failure.map(|failure| format_rfc3339(failure.at)),
            cause: report.failure.map(|failure| Word(failure.cause)),
            unattended: report.unattended,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::claim::tests::claim;

    #[test]
    fn the_digest_is_of_everything_but_itself() {
        let claim = claim();
        let at = claim.last_event.at;
        let source = BundleSource { claim: &claim, viewer: Viewer::Partner, at, complete: false };
        let calendar = CalendarId::from_stored("CZ@2026.12+7");
        let bundle = BundleView::of(source, (&calendar, Zone::AnyOf("CZ".parse().unwrap())));
        let one = bundle.clone().with_digest();
        assert_eq!(one.clone().with_digest(), one, "whatever stood there");
        assert_ne!(BundleView { complete: true, ..bundle }.with_digest().digest, one.digest);
        let place = BundlePlaceView { calendar: "CZ@2026.12".to_owned(), time_zone: None };
        assert_eq!(one.operator, place, "the revisions stand beside it");
    }
}
