//! The link to a customer's overview, and the code beside it (`docs/architecture.md §4.2`). Nothing of it is stored.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use domain::claim::Instant;
use domain::directory::{Tenant, TenantContact};
use domain::ids::{PersonId, TenantId};
use domain::overview::LINK_LIFE;
use hmac::Mac;
use subtle::ConstantTimeEq;

use crate::keys::{Label, LinkKeys};
use crate::link::UnknownLink;

/// The characters of a token.
pub const OVERVIEW_TOKEN_CHARS: usize = 63;
/// The bytes of a token's MAC.
const MAC_BYTES: usize = 16;
/// The bytes of a token: key number, tenant, contact, end in seconds since 1970, MAC.
const TOKEN_BYTES: usize = 1 + 16 + 10 + 4 + MAC_BYTES;

/// Whom a link to an overview speaks for, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverviewLink {
    tenant: TenantId,
    raw_tenant: [u8; 16],
    contact: PersonId,
    ends_at_s: u32,
    key: u8,
}

impl OverviewLink {
    /// A link of a contact of the tenant's under the current key, which ends [`LINK_LIFE`] after `at`.
    ///
    /// ```
    /// use domain::directory::{Tenant, TenantContact};
    /// use notice::{LinkKeys, OverviewLink};
    ///
    /// # fn example(tenant: &Tenant, contact: &TenantContact) -> Option<()> {
    /// let keys = LinkKeys::new(1, [(1, b"thirty-two bytes of randomness..".to_vec())]).ok()?;
    /// let at = "2026-12-22T14:00:00Z".parse().ok()?;
    /// let link = OverviewLink::of(&keys, tenant, contact, at)?;
    /// assert_eq!(OverviewLink::from_token(&keys, &link.to_token(&keys)), Ok(link));
    /// # Some(())
    /// # }
    /// ```
    pub fn of(
        keys: &LinkKeys,
        tenant: &Tenant,
        contact: &TenantContact,
        at: Instant,
    ) -> Option<Self> {
        let key = keys.current_key();
        let raw_tenant = tenant.id.to_bytes()?;
        let ends_at_s = u32::try_from((at + LINK_LIFE).timestamp()).ok()?;
        let contact = pseudonym_of(keys, key, raw_tenant, contact);
        Some(Self { tenant: tenant.id.clone(), raw_tenant, contact, ends_at_s, key })
    }

    /// The link that a token names, if one of our keys made it. Takes no read, and the time of the comparison does not
    /// depend on the token. It may be over.
    ///
    /// # Errors
    /// [`UnknownLink`].
    pub fn from_token(keys: &LinkKeys, token: &str) -> Result<Self, UnknownLink> {
        if token.len() != OVERVIEW_TOKEN_CHARS {
            return Err(UnknownLink);
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| UnknownLink)?;
        let (key, rest) = bytes.split_first().ok_or(UnknownLink)?;
        let (raw_tenant, rest) = rest.split_first_chunk::<16>().ok_or(UnknownLink)?;
        let (contact, rest) = rest.split_first_chunk::<10>().ok_or(UnknownLink)?;
        let (ends_at_s, mac) = rest.split_first_chunk::<4>().ok_or(UnknownLink)?;
        let link = Self {
            tenant: TenantId::from_bytes(*raw_tenant),
            raw_tenant: *raw_tenant,
            contact: PersonId(*contact),
            ends_at_s: u32::from_be_bytes(*ends_at_s),
            key: *key,
        };
        let (expected, known) = link.compute_mac(keys, Label::OverviewToken);
        let genuine = expected.as_slice().ct_eq(mac).into();
        if known && genuine { Ok(link) } else { Err(UnknownLink) }
    }

    /// Under which key a token says that it was made; `None` where it has not the form of one. It may say so and be none.
    pub fn key_of_token(token: &str) -> Option<u8> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        bytes.first().copied().filter(|_| token.len() == OVERVIEW_TOKEN_CHARS)
    }

    /// The tenant whose overview it is.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// The contact that it speaks for, under its pseudonym.
    pub fn contact(&self) -> PersonId {
        self.contact
    }

    /// The first instant at which the link is over.
    pub fn ends_at(&self) -> Instant {
        DateTime::from_timestamp(self.ends_at_s.into(), 0).unwrap_or_default()
    }

    /// Whether it is over.
    pub fn is_over(&self, at: Instant) -> bool {
        at >= self.ends_at()
    }

    /// The contact that it speaks for, if that is one still that may look at the overview: a contact that left, or was
    /// verified anew, is another.
    pub fn find_contact<'t>(
        &self,
        keys: &LinkKeys,
        tenant: &'t Tenant,
        at: Instant,
    ) -> Option<&'t TenantContact> {
        tenant
            .overview_contacts(at)
            .find(|own| pseudonym_of(keys, self.key, self.raw_tenant, own) == self.contact)
    }

    /// The token: [`OVERVIEW_TOKEN_CHARS`] characters that stand in a path as they are.
    pub fn to_token(&self, keys: &LinkKeys) -> String {
        let (mac, _) = self.compute_mac(keys, Label::OverviewToken);
        let mut bytes = Vec::with_capacity(TOKEN_BYTES);
        bytes.push(self.key);
        bytes.extend(self.signed_bytes());
        bytes.extend(mac);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The six digits that stand in the mail and nowhere else.
    pub fn code(&self, keys: &LinkKeys) -> String {
        let (mac, _) = self.compute_mac(keys, Label::OverviewCode);
        let number = mac.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        format!("{:06}", number % 1_000_000)
    }

    /// Whether the digits are the link's code. The time of the comparison tells nothing.
    pub fn accepts_code(&self, keys: &LinkKeys, digits: &str) -> bool {
        self.code(keys).as_bytes().ct_eq(digits.as_bytes()).into()
    }

    fn signed_bytes(&self) -> Vec<u8> {
        [&self.raw_tenant[..], &self.contact.0[..], &self.ends_at_s.to_be_bytes()[..]].concat()
    }

    fn compute_mac(&self, keys: &LinkKeys, label: Label) -> ([u8; MAC_BYTES], bool) {
        let (mut mac, known) = keys.new_mac(self.key, label);
        mac.update(&self.signed_bytes());
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        (digest.first_chunk().copied().unwrap_or_default(), known)
    }
}

/// The contact of a pseudonym, under whichever key it was made; `None`: no verified contact has it now.
pub fn find_by_pseudonym<'t>(
    keys: &LinkKeys,
    tenant: &'t Tenant,
    pseudonym: PersonId,
) -> Option<&'t TenantContact> {
    let raw_tenant = tenant.id.to_bytes()?;
    let is_its = |own: &&TenantContact| {
        keys.newest_first().any(|key| pseudonym_of(keys, key, raw_tenant, own) == pseudonym)
    };
    tenant.verified_contacts().find(is_its)
}

/// What names a contact in links, histories and ledgers: ten bytes of a MAC over the tenant, the mailbox, and since when
/// it is verified.
fn pseudonym_of(
    keys: &LinkKeys,
    key: u8,
    raw_tenant: [u8; 16],
    contact: &TenantContact,
) -> PersonId {
    let (mut mac, _) = keys.new_mac(key, Label::OverviewContact);
    mac.update(&raw_tenant);
    let since = contact.verified_since.map_or(0, |since| since.timestamp_millis());
    mac.update(&since.to_be_bytes());
    mac.update(contact.email.mailbox().as_bytes());
    let digest: [u8; 32] = mac.finalize().into_bytes().into();
    PersonId(digest.first_chunk().copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use serde_json::json;

    use super::*;
    use crate::dates::at;

    const FIRST: &[u8] = b"the first key, which is long";

    fn keys() -> LinkKeys {
        LinkKeys::new(1, [(1, FIRST.to_vec())]).unwrap()
    }

    fn tenant(since: Option<&str>) -> Tenant {
        let contact = |name: &str| {
            json!({"name": name, "email": format!("{name}@contoso.example"), "verified": true,
                "verified_since": since, "verified_by": since.map(|_| "olga")})
        };
        serde_json::from_value(json!({
            "id": "6f3c1a52-9d4e-4b7a-8c21-0a5e7d9b1c01", "name": "Contoso", "status": "active",
            "domains": ["contoso.example"], "country": "CZ", "subdivision": null, "time_zone": "Europe/Prague",
            "locale": "cs", "closures": [], "items": [], "contacts": [contact("it"), contact("office")],
        }))
        .unwrap()
    }

    fn now() -> Instant {
        at("2026-12-22T14:00:00Z")
    }

    fn link_of(keys: &LinkKeys, tenant: &Tenant, no: usize) -> OverviewLink {
        OverviewLink::of(keys, tenant, &tenant.contacts[no], now()).unwrap()
    }

    #[test]
    fn a_token_leads_back_to_its_tenant_and_contact_and_ends_after_half_an_hour() {
        let (keys, tenant) = (keys(), tenant(None));
        let token = link_of(&keys, &tenant, 1).to_token(&keys);
        assert_eq!(token.len(), OVERVIEW_TOKEN_CHARS);
        assert_eq!(OverviewLink::key_of_token(&token), Some(1));
        let opened = OverviewLink::from_token(&keys, &token).unwrap();
        assert_eq!((opened.tenant(), opened.ends_at()), (&tenant.id, at("2026-12-22T14:30:00Z")));
        let last = opened.ends_at() - Duration::milliseconds(1);
        assert!(!opened.is_over(last) && opened.is_over(opened.ends_at()));
        let contact = opened.find_contact(&keys, &tenant, now()).unwrap();
        assert_eq!(contact.name.as_str(), "office");
        assert_eq!(find_by_pseudonym(&keys, &tenant, opened.contact()), Some(contact));
    }

    #[test]
    fn a_link_dies_with_the_entry_of_its_contact() {
        let (keys, tenant) = (keys(), tenant(None));
        let link = link_of(&keys, &tenant, 0);
        let mut gone = tenant.clone();
        gone.contacts.remove(0);
        let mut unverified = tenant.clone();
        unverified.contacts[0].verified = false;
        let mut anew = tenant.clone();
        anew.contacts[0].verified_since = Some(at("2026-12-01T14:00:00Z"));
        let mut deleted = tenant.clone();
        deleted.status = domain::directory::TenantStatus::Deleted;
        for entry in [gone, unverified, anew, deleted] {
            assert_eq!(link.find_contact(&keys, &entry, now()), None);
        }
        let mut moved = tenant.clone();
        moved.contacts.reverse();
        assert!(link.find_contact(&keys, &moved, now()).is_some(), "wherever it stands");
    }

    #[test]
    fn a_contact_that_became_verified_six_days_ago_has_no_page() {
        let (keys, young) = (keys(), tenant(Some("2026-12-16T14:00:00Z")));
        assert_eq!(link_of(&keys, &young, 0).find_contact(&keys, &young, now()), None);
    }

    #[test]
    fn a_token_with_any_character_changed_is_unknown() {
        let (keys, tenant) = (keys(), tenant(None));
        let token = link_of(&keys, &tenant, 0).to_token(&keys);
        for at in 0..token.len() {
            for other in ["A", "z", "-", "."] {
                let mut changed = token.clone();
                changed.replace_range(at..=at, other);
                let same = changed == token;
                assert_eq!(OverviewLink::from_token(&keys, &changed).is_ok(), same, "{at} {other}");
            }
        }
        for text in ["", "abc", &token[1..], &format!("{token}A"), &"A".repeat(1_000_000), "ž"] {
            assert_eq!(OverviewLink::from_token(&keys, text), Err(UnknownLink));
        }
    }

    #[test]
    fn a_link_that_was_sent_before_a_rotation_stays_good_with_its_code_and_its_contact() {
        let (old, tenant) = (keys(), tenant(None));
        let new =
            LinkKeys::new(2, [(1, FIRST.to_vec()), (2, b"the second key, which is too".to_vec())]);
        let new = new.unwrap();
        let sent = link_of(&old, &tenant, 0);
        let opened = OverviewLink::from_token(&new, &sent.to_token(&old)).unwrap();
        assert!(opened.accepts_code(&new, &sent.code(&old)));
        assert!(opened.find_contact(&new, &tenant, now()).is_some());
        assert_eq!(find_by_pseudonym(&new, &tenant, sent.contact()), tenant.contacts.first());
        assert_ne!(link_of(&new, &tenant, 0).to_token(&new), sent.to_token(&old));
        let gone = LinkKeys::new(2, [(2, b"the second key, which is too".to_vec())]).unwrap();
        assert!(OverviewLink::from_token(&gone, &sent.to_token(&old)).is_err());
    }

    #[test]
    fn the_code_is_six_digits_and_belongs_to_one_contact_and_one_end() {
        let (keys, tenant) = (keys(), tenant(None));
        let link = link_of(&keys, &tenant, 0);
        let code = link.code(&keys);
        assert!(code.len() == 6 && code.bytes().all(|c| c.is_ascii_digit()));
        assert!(link.accepts_code(&keys, &code));
        let later = OverviewLink { ends_at_s: link.ends_at_s + 1, ..link.clone() };
        for other in [link_of(&keys, &tenant, 1), later] {
            assert!(
                !other.accepts_code(&keys, &code) && other.to_token(&keys) != link.to_token(&keys)
            );
        }
    }
}
