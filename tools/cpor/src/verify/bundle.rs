//! The bundle, as `GET /v1/claims/{id}/bundle` answers it (`docs/api.md §3.1.17`).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use data_encoding::HEXLOWER;
use domain::calendar::{CalendarId, CountryCode, CountryFile, Exception, Subdivision, Tz};
use domain::canonical;
use domain::claim::Instant;
use domain::event::FailureCause;
use domain::history::{Audience, SealedEntry, SealedPart};
use domain::ids::{ClaimId, NoticeNo, ProgramId, Sha256Hash, Version};
use domain::program::Policy;
use domain::recipient::RecipientNo;
use domain::root::{DailyRoot, Inclusion};
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use super::strict::{find_far_moment, find_policy_difference, read_parts};

/// The form of bundles that is read here.
pub const FORMAT: u8 = 1;

/// A text that is no bundle.
#[derive(Debug, thiserror::Error)]
#[error("this is no bundle of a claim: {0}")]
pub struct UnreadableBundle(#[from] serde_json::Error);

/// The bundle of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// The number of the form.
    pub format: u8,
    /// The claim whose history it is.
    pub claim: ClaimId,
    /// The claim's version when the bundle was made.
    pub version: Version,
    /// The version of the last entry.
    pub last: Version,
    /// Whether nothing was left out and every version is archived.
    pub complete: bool,
    /// Whose parts the bundle has.
    pub reader: Audience,
    /// When it was made.
    pub made_at: Instant,
    /// The entries of the history, oldest first.
    pub entries: Vec<BundleEntry>,
    /// The policies that the claim was pinned to.
    pub policies: Vec<PinnedPolicy>,
    /// What was added to the calendars of the parties' countries, by revision.
    pub calendars: Vec<AddedCalendar>,
    /// The holidays of the parties' countries, by version of the data.
    pub country_files: Vec<CarriedFile>,
    /// Where the operator counts its days.
    pub operator: OperatorPlace,
    /// Where the partner counted its days; nothing for the customer.
    pub partner: Vec<BundlePartnerPlace>,
    /// The texts of notices as they were sent.
    pub texts: Vec<TextEntry>,
    /// What was reported of notices.
    pub receipts: Vec<BundleReceipt>,
    /// The daily roots of the days of its entries and of those behind, by day.
    pub roots: Vec<DailyRoot>,
    /// SHA-256 of the canonical JSON of all other members.
    pub digest: Sha256Hash,
}

/// An entry of the history.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundleEntry {
    /// The version that the event led to.
    pub version: Version,
    /// The text that is hashed; nothing for an entry of the first format.
    pub entry: Option<String>,
    /// The parts that the reader may read.
    #[serde(deserialize_with = "read_parts")]
    pub parts: BTreeMap<Audience, BundlePart>,
    /// SHA-256 of the previous hash and the text.
    pub hash: Sha256Hash,
    /// The hash of the version before.
    pub previous_hash: Option<Sha256Hash>,
    /// The day by UTC whose root stands for the entry; `None`: it was archived before there were daily roots.
    pub archived_on: Option<NaiveDate>,
    /// Where it stands in the tree of that day.
    pub inclusion: Option<Inclusion>,
}

/// A part of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundlePart {
    /// The 16 bytes that are hashed before the value.
    #[serde(deserialize_with = "read_salt")]
    pub salt: [u8; 16],
    /// Canonical JSON of the part's members.
    pub value: String,
}

/// A version of a program's policy.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinnedPolicy {
    /// The program that it is of.
    pub program: ProgramId,
    /// The version of the policy.
    pub version: u32,
    /// The rules of that version.
    pub policy: Policy,
}

/// A revision of the days that are added to the calendar of a country.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddedCalendar {
    /// The country whose calendar it is.
    pub country: CountryCode,
    /// The number of the revision.
    pub revision: u32,
    /// Since when it was so; `None`: that was not kept.
    pub since: Option<Instant>,
    /// All days that were added by then.
    #[serde(deserialize_with = "read_days")]
    pub days: Vec<Exception>,
}

/// A country's holidays, as one version of the data has them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarriedFile {
    /// The country that it is of.
    pub country: CountryCode,
    /// The version of the data.
    pub version: String,
    /// The lines of the file.
    pub text: String,
    /// SHA-256 of the text.
    pub sha256: Sha256Hash,
}

/// Where the operator counts its days.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorPlace {
    /// The calendar, without a revision.
    pub calendar: CalendarId,
    /// The time zone; `None`: every zone of the country.
    pub time_zone: Option<Tz>,
}

/// Where the partner counted its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundlePartnerPlace {
    /// Since when it was so; `None`: that was not kept.
    pub since: Option<Instant>,
    /// By the holidays of which country.
    pub country: CountryCode,
    /// By the clocks of which zone.
    pub time_zone: Tz,
}

/// A text of a notice, as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextEntry {
    /// The number of the notice.
    pub notice: NoticeNo,
    /// The recipient to whom alone it was sent.
    pub recipient: Option<RecipientNo>,
    /// In which language it is.
    pub language: String,
    /// When it was sent.
    pub sent_at: Instant,
    /// Subject and text, without links and codes.
    pub text: String,
    /// SHA-256 of the text.
    pub sha256: Sha256Hash,
}

/// What was reported of a notice at one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundleReceipt {
    /// The number of the notice.
    pub notice: NoticeNo,
    /// The number on the list of the notice.
    pub recipient: RecipientNo,
    /// Whether the mail provider took the mail.
    pub sent: bool,
    /// When the recipient's server took it, first.
    pub delivered_at: Option<Instant>,
    /// When it failed, first.
    pub failed_at: Option<Instant>,
    /// Why the mail did not arrive.
    pub cause: Option<FailureCause>,
    /// Whether a machine answered that nobody is there now.
    pub unattended: bool,
}

impl Bundle {
    /// Reads a bundle, and computes the digest that it should have.
    ///
    /// # Errors
    /// [`UnreadableBundle`] for a text that is no bundle, for one with a member twice, of another name or left out, and for a moment
    /// outside the years 0 to 9999.
    pub fn read(text: &str) -> Result<(Self, Sha256Hash), UnreadableBundle> {
        let bundle: Self = serde_json::from_str(text)?;
        let mut value: Value = serde_json::from_str(text)?;
        bundle.refuse_other_policies(&value)?;
        bundle.refuse_far_moments(&value)?;
        if let Some(members) = value.as_object_mut() {
            members.remove("digest");
        }
        Ok((bundle, Sha256Hash::of(canonical::to_canonical_json(&value).as_bytes())))
    }

    fn refuse_other_policies(&self, value: &Value) -> Result<(), UnreadableBundle> {
        for (index, own) in self.policies.iter().enumerate() {
            let given = value.pointer(&format!("/policies/{index}/policy"));
            if let Some(name) = given.and_then(|given| find_policy_difference(given, &own.policy)) {
                let (version, program) = (own.version, &own.program);
                return Err(unreadable_bundle(format!(
                    "version {version} of the policy of {program} lacks the member {name}, or this program does not know it"
                )));
            }
        }
        Ok(())
    }

    fn refuse_far_moments(&self, value: &Value) -> Result<(), UnreadableBundle> {
        let refuse = |far: &str| unreadable_bundle(format!("{far} is outside the years 0 to 9999"));
        if let Some(far) = find_far_moment(value) {
            return Err(refuse(far));
        }
        for entry in &self.entries {
            let parts = entry.parts.values().map(|part| &part.value);
            for text in entry.entry.iter().chain(parts) {
                let value: Value = serde_json::from_str(text).unwrap_or_default();
                if let Some(far) = find_far_moment(&value) {
                    return Err(refuse(far));
                }
            }
        }
        Ok(())
    }

    /// Whose parts its reader was given.
    pub fn readable_parts(&self) -> &'static [Audience] {
        match self.reader {
            Audience::Customer => &[Audience::Customer],
            Audience::Partner => &[Audience::Partner],
            Audience::Staff => Audience::ALL,
        }
    }

    /// Whether its reader was given the parts of an audience.
    pub fn has_parts_of(&self, audience: Audience) -> bool {
        self.readable_parts().contains(&audience)
    }

    /// Whether its reader was given the part of an audience of that version: erased parts are given to nobody.
    pub fn has_part(&self, version: Version, audience: Audience) -> bool {
        let is_given =
            |own: &BundleEntry| own.version == version && own.parts.contains_key(&audience);
        self.entries.iter().any(is_given)
    }

    /// The policy of a program's version.
    pub fn find_policy(&self, program: &ProgramId, version: u32) -> Option<&Policy> {
        let is_it = |own: &&PinnedPolicy| own.program == *program && own.version == version;
        self.policies.iter().find(is_it).map(|own| &own.policy)
    }
}

impl CarriedFile {
    /// The file as the domain reads it.
    pub fn to_file(&self) -> CountryFile {
        let Self { country, version, text, sha256: _ } = self.clone();
        CountryFile { country, version, text }
    }
}

impl BundleEntry {
    /// The moment of its event; `None` where its text does not tell.
    pub fn at(&self) -> Option<Instant> {
        let text: Value = serde_json::from_str(self.entry.as_deref()?).ok()?;
        text.get("at").and_then(Value::as_str)?.parse().ok()
    }

    /// The entry as the domain reads it; `None` for one of the first format.
    pub fn to_sealed(&self) -> Option<SealedEntry> {
        let part = |(audience, part): (&Audience, &BundlePart)| {
            (*audience, SealedPart { salt: part.salt, value: part.value.clone() })
        };
        Some(SealedEntry {
            text: self.entry.clone()?,
            parts: self.parts.iter().map(part).collect(),
        })
    }
}

fn unreadable_bundle(why: String) -> UnreadableBundle {
    UnreadableBundle(de::Error::custom(why))
}

fn read_salt<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 16], D::Error> {
    let text = String::deserialize(deserializer)?;
    let bytes = HEXLOWER.decode(text.as_bytes()).map_err(de::Error::custom)?;
    bytes.try_into().map_err(|_| de::Error::custom("a salt has 16 bytes"))
}

/// A day as the bundle has it, in the same order.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BundleDay {
    date: NaiveDate,
    name: String,
    subdivision: Option<Subdivision>,
}

fn read_days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Exception>, D::Error> {
    let days = Vec::<BundleDay>::deserialize(deserializer)?.into_iter();
    let exception = |BundleDay { date, name, subdivision }| Exception { date, name, subdivision };
    Ok(days.map(exception).collect())
}
