//! Identifiers. Each is parsed once, at the edge, and never a bare string afterwards.

use std::fmt;

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A text that is not an identifier of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("malformed {0}")]
pub struct MalformedId(pub &'static str);

/// `[A-Za-z0-9][A-Za-z0-9._-]{0,63}` (`docs/api.md §2`): none of these characters has a
/// meaning in a key, a path or a header.
fn read_id(text: &str) -> Option<String> {
    is_id(text).then(|| text.to_owned())
}

fn is_id(text: &str) -> bool {
    let tail = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-');
    text.len() <= 64
        && text.bytes().next().is_some_and(|c| c.is_ascii_alphanumeric())
        && text.bytes().all(tail)
}

macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident, $what:literal, $read:path;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads the identifier; [`MalformedId`] where the text does not have its form.
            pub fn parse(text: &str) -> Result<Self, MalformedId> {
                $read(text).map(Self).ok_or(MalformedId($what))
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str { &self.0 }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }

        impl TryFrom<String> for $name {
            type Error = MalformedId;
            fn try_from(text: String) -> Result<Self, MalformedId> { Self::parse(&text) }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self { id.0 }
        }
    )*};
}

text_id! {
    /// A claim: 26 lower-case base32 characters ([`ClaimId::of`]).
    ClaimId, "claim id", read_claim_id;
    /// A partner, as the vendor names it.
    PartnerId, "partner id", read_id;
    /// A partner's location, the unit that is enrolled in programs.
    LocationId, "location id", read_id;
    /// A customer's tenant: a UUID, taken in any case, with or without hyphens and braces, and kept in lower case with
    /// hyphens.
    TenantId, "tenant id", read_uuid;
    /// An incentive program, such as `osu-m365`.
    ProgramId, "program id", read_id;
    /// Programs of one family share exclusivity (`docs/domain.md §3`, *Exclusivity*).
    FamilyId, "family id", read_id;
    /// What the partner does for the customer, out of the program's list.
    Activity, "activity", read_id;
    /// A workload or a subscription of a tenant.
    ItemId, "item id", read_id;
    /// What is sold: a program's catalogue names workloads or products.
    ProductId, "product id", read_id;
    /// A member of the operator's staff.
    StaffId, "staff id", read_id;
    /// One entry of a claim's evidence list: `e1`, `e2`, …
    EvidenceId, "evidence id", read_id;
    /// A webhook, as its party names it.
    WebhookId, "webhook id", read_id;
}

fn is_claim_id(text: &str) -> bool {
    text.len() == 26 && text.bytes().all(|c| matches!(c, b'a'..=b'z' | b'2'..=b'7'))
}

fn read_claim_id(text: &str) -> Option<String> {
    is_claim_id(text).then(|| text.to_owned())
}

/// The canonical form of a UUID.
fn read_uuid(text: &str) -> Option<String> {
    let bare = text.strip_prefix('{').map_or(Some(text), |rest| rest.strip_suffix('}'))?;
    let parts: Vec<&str> = bare.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let fits = lengths == [8, 4, 4, 4, 12] || lengths == [32];
    let digits = parts.concat().to_ascii_lowercase();
    if !fits || !digits.bytes().all(|c| c.is_ascii_hexdigit()) {
        return None;
    }
    let part = |from: usize, to: usize| digits.get(from..to);
    let parts = [part(0, 8)?, part(8, 12)?, part(12, 16)?, part(16, 20)?, part(20, 32)?];
    Some(parts.join("-"))
}

impl ClaimId {
    /// The id of the claim that `partner` creates under `idempotency_key`: 128 bits of SHA-256 over
    /// the length-prefixed partner id and the key (`docs/architecture.md §2`), so a repeated request
    /// names the same claim and no table of keys is needed.
    pub fn of(partner: &PartnerId, idempotency_key: &str) -> Self {
        let length = u32::try_from(partner.as_str().len()).unwrap_or(u32::MAX);
        let digest: [u8; 32] = Sha256::new()
            .chain_update(length.to_be_bytes())
            .chain_update(partner.as_str())
            .chain_update(idempotency_key)
            .finalize()
            .into();
        let (id, _) = digest.split_at(16);
        Self(BASE32_NOPAD.encode(id).to_ascii_lowercase())
    }

    /// The claim whose id is these 16 bytes, as a link token carries it.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
    }

    /// The 16 bytes of the id; `None` for an id that no 16 bytes encode to (its last character has
    /// two spare bits).
    pub fn to_bytes(&self) -> Option<[u8; 16]> {
        let bytes = BASE32_NOPAD.decode(self.0.to_ascii_uppercase().as_bytes()).ok()?;
        bytes.try_into().ok()
    }
}

impl TenantId {
    /// The tenant whose id is these 16 bytes, as the token of an overview carries it.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        let digits = HEXLOWER.encode(&bytes);
        Self(read_uuid(&digits).unwrap_or(digits))
    }

    /// The 16 bytes of the id.
    pub fn to_bytes(&self) -> Option<[u8; 16]> {
        HEXLOWER.decode(self.0.replace('-', "").as_bytes()).ok()?.try_into().ok()
    }
}

/// A person of a partner or a customer, under a name that tells nothing: ten bytes of SHA-256 over the identity
/// provider's id of the person, as 16 lower-case base32 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonId(pub [u8; 10]);

impl PersonId {
    /// The pseudonym of the person whom the identity provider calls `subject`.
    pub fn of(subject: &str) -> Self {
        let digest: [u8; 32] =
            Sha256::new().chain_update("person:").chain_update(subject).finalize().into();
        let mut id = [0; 10];
        id.iter_mut().zip(digest).for_each(|(byte, digest)| *byte = digest);
        Self(id)
    }

    /// Reads a pseudonym; `None` for a text that is none.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE32_NOPAD.decode(text.to_ascii_uppercase().as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE32_NOPAD.encode(&self.0).to_ascii_lowercase())
    }
}

/// The number of an item within its claim, from 1; it never changes after submit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemNo(pub u8);

impl fmt::Display for ItemNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The version of a claim: its ETag, its optimistic lock and the number of its last event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub u32);

impl Version {
    /// The version after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of a notice within its claim, from 1; 0 before the first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct NoticeNo(pub u16);

impl NoticeNo {
    /// The notice after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// An association: the item of a claim that became official, `<claim_id>-<item_no>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssociationId {
    /// The claim that the item is of.
    pub claim: ClaimId,
    /// The item of it.
    pub item: ItemNo,
}

impl AssociationId {
    /// Parses `<claim_id>-<item_no>`, without leading zeros.
    pub fn parse(text: &str) -> Result<Self, MalformedId> {
        let malformed = || MalformedId("association id");
        let (claim, item) = text.split_once('-').ok_or_else(malformed)?;
        let no: u8 = item.parse().map_err(|_| malformed())?;
        if no == 0 || item.starts_with(['0', '+']) {
            return Err(malformed());
        }
        Ok(Self { claim: ClaimId::parse(claim)?, item: ItemNo(no) })
    }
}

impl fmt::Display for AssociationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.claim, self.item)
    }
}

/// A SHA-256 digest, in JSON as lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256Hash(pub [u8; 32]);

impl Sha256Hash {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Parses 64 hexadecimal characters, in lower or upper case.
    pub fn parse(text: &str) -> Result<Self, MalformedId> {
        let bytes = HEXLOWER.decode(text.to_ascii_lowercase().as_bytes());
        let array = bytes.ok().and_then(|bytes| bytes.try_into().ok());
        array.map(Self).ok_or(MalformedId("sha256"))
    }
}

impl fmt::Display for Sha256Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Sha256Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for Sha256Hash {
    type Error = MalformedId;
    fn try_from(text: String) -> Result<Self, MalformedId> {
        Self::parse(&text)
    }
}

impl From<Sha256Hash> for String {
    fn from(hash: Sha256Hash) -> Self {
        hash.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_is_read_in_every_form_in_which_a_uuid_is_written() {
        let canonical = "6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c01";
        for text in [
            canonical,
            "6F3C1A52-9D4E-4B7A-8C21-0A5E7D9B1C01",
            "{6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c01}",
            "6f3c1a529d4e4b7a8c210a5e7d9b1c01",
            "{6F3C1A529D4E4B7A8C210A5E7D9B1C01}",
        ] {
            assert_eq!(TenantId::parse(text).unwrap().as_str(), canonical, "{text}");
        }
        for text in [
            "",
            "{}",
            "{6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c01",
            "6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c01}",
            "6f3c1a529-d4e-4b7a-8c21-0a5e7d9b1c01",
            "6f3c1a52-9d4e4b7a8c210a5e7d9b1c01",
            "6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c0g",
            "{{6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c01}}",
            "6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c0\u{e9}",
        ] {
            assert!(TenantId::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_same_partner_and_key_name_the_same_claim_and_nothing_else_does() {
        let of = |partner, key| ClaimId::of(&PartnerId::parse(partner).unwrap(), key);
        assert_eq!(of("p-alpine", "k1"), of("p-alpine", "k1"));
        assert_ne!(of("p-alpine", "k1"), of("p-alpine", "k2"));
        assert_ne!(of("p-alpine", "k1"), of("p-alpin", "ek1"), "the partner's length counts");
        assert_eq!(of("p-alpine", "k1").as_str().len(), 26);
    }

    #[test]
    fn a_person_has_one_pseudonym_that_another_person_has_not() {
        let person = PersonId::of("6f3c0a50-0f6a-4c7e-9b1c-2f0a1f3e5d77");
        assert_eq!(person, PersonId::of("6f3c0a50-0f6a-4c7e-9b1c-2f0a1f3e5d77"));
        assert_ne!(person, PersonId::of("6f3c0a50-0f6a-4c7e-9b1c-2f0a1f3e5d78"));
        assert_eq!(person.to_string().len(), 16);
    }

    #[test]
    fn a_claim_id_survives_the_way_through_its_bytes() {
        let id = ClaimId::of(&PartnerId::parse("p").unwrap(), "k");
        assert_eq!(ClaimId::from_bytes(id.to_bytes().unwrap()), id);
    }

    #[test]
    fn a_tenant_id_survives_the_way_through_its_bytes() {
        let id = TenantId::parse("6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c01").unwrap();
        assert_eq!(TenantId::from_bytes(id.to_bytes().unwrap()), id);
    }

    #[test]
    fn ids_with_characters_that_mean_something_in_a_key_are_refused() {
        for text in ["", "a#b", "a b", "-a", "a/b", "a\u{0}", &"a".repeat(65)] {
            assert!(ItemId::parse(text).is_err(), "{text:?}");
        }
        assert!(ItemId::parse("exchange-online").is_ok());
    }

    #[test]
    fn an_association_is_a_claim_and_an_item_number() {
        let claim = ClaimId::of(&PartnerId::parse("p").unwrap(), "k");
        let id = AssociationId::parse(&format!("{claim}-3")).unwrap();
        assert_eq!((id.item, id.to_string()), (ItemNo(3), format!("{claim}-3")));
        for text in ["x-1", &format!("{claim}-0"), &format!("{claim}-+1"), &format!("{claim}-256")]
        {
            assert!(AssociationId::parse(text).is_err(), "{text}");
        }
    }
}
