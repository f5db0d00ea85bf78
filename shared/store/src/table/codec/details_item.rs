//! The details (`C#<claim>`, `D`): names, contacts, label and evidence, with the request's hash and
//! the salt under which their digest stands in the record and the history.

mod fields;

use domain::canonical;
use domain::claim::Details;
use domain::ids::{ClaimId, Sha256Hash};
use domain::text::{Domain, Name};

use crate::table::attributes::{Attributes, Reader, bytes_value, item_key, put_value};
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::random::random_bytes;
use fields::DetailsFields;

/// The stored details of a claim.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DetailsItem {
    salt: [u8; 16],
    /// Of the request that created the claim, as canonical JSON.
    pub(crate) request_hash: Sha256Hash,
    fields: DetailsFields,
}

const SALT: &str = "s";
const REQUEST_HASH: &str = "r";
const FIELDS: &str = "d";

impl DetailsItem {
    /// The details of a new claim, under a salt of their own.
    ///
    /// # Errors
    /// `Unavailable` where there is nothing random.
    pub(crate) fn new(details: &Details, request_hash: Sha256Hash) -> Result<Self, StoreError> {
        Ok(Self { salt: random_bytes()?, request_hash, fields: DetailsFields::of(details) })
    }

    /// Other details of the same claim.
    pub(crate) fn with_details(&self, details: &Details) -> Self {
        Self {
            fields: DetailsFields::of(details),
            salt: self.salt,
            request_hash: self.request_hash,
        }
    }

    /// What is left of the details when the personal data are erased, under a new salt: neither the digest of those
    /// from before nor what was derived from it can be made again. No request is known as the one that created the
    /// claim any more, since its digest stands for the contacts, too.
    ///
    /// # Errors
    /// `Unavailable` where there is nothing random.
    pub(crate) fn erased_from(details: &Details) -> Result<Self, StoreError> {
        Self::new(details, Sha256Hash([0; 32]))
    }

    /// Whether both say the same, whatever their salts.
    pub(crate) fn has_same_content(&self, other: &Self) -> bool {
        self.request_hash == other.request_hash && self.fields == other.fields
    }

    /// The digest that stands in the record: of salt and content, so that it tells nobody anything
    /// once the salt is erased with the details.
    pub(crate) fn content_digest(&self) -> Sha256Hash {
        let digest = canonical::hash_canonical(&self.fields);
        Sha256Hash::of(&[self.salt.as_slice(), digest.0.as_slice()].concat())
    }

    pub(crate) fn to_details(&self) -> Details {
        self.fields.to_details()
    }

    pub(crate) fn to_attributes(&self, claim: &ClaimId) -> Result<Attributes, StoreError> {
        let fields = serde_dynamo::to_attribute_value(&self.fields)
            .map_err(|_| StoreError::unreadable_attribute("details", FIELDS))?;
        let mut item = item_key(keys::claim_pk(claim), keys::DETAILS);
        put_value(&mut item, SALT, Some(bytes_value(self.salt)));
        put_value(&mut item, REQUEST_HASH, Some(bytes_value(self.request_hash.0)));
        put_value(&mut item, FIELDS, Some(fields));
        Ok(item)
    }

    pub(crate) fn from_item(item: &Attributes) -> Result<Self, StoreError> {
        let reader = Reader::new("details", item);
        let fields = item.get(FIELDS).cloned().ok_or_else(|| reader.attribute_error(FIELDS))?;
        Ok(Self {
            salt: reader.read_array(SALT)?,
            request_hash: Sha256Hash(reader.read_array(REQUEST_HASH)?),
            fields: serde_dynamo::from_attribute_value(fields)
                .map_err(|_| reader.attribute_error(FIELDS))?,
        })
    }
}

/// What stands for the details of a claim of which only the record was read.
pub(crate) fn withheld_placeholder() -> Option<Details> {
    let name = Name::parse("-").ok()?;
    Some(Details::of_companies(name.clone(), name, Domain::parse("withheld.invalid").ok()?))
}

#[cfg(test)]
mod tests {
    use domain::claim::CustomerContact;
    use domain::ids::PartnerId;
    use domain::text::Email;

    use super::*;

    fn item(details: &Details) -> DetailsItem {
        DetailsItem::new(details, Sha256Hash([4; 32])).unwrap()
    }

    fn contact() -> CustomerContact {
        CustomerContact {
            name: Name::parse("Jana Nováková").unwrap(),
            title: Name::parse("IT Manager").unwrap(),
            email: Email::parse("jana@contoso.example").unwrap(),
        }
    }

    #[test]
    fn a_proposed_contact_and_the_address_vouched_for_come_back() {
        let details = Details {
            proposed_contact: Some(contact()),
            vouched_for: Some(contact().email),
            ..withheld_placeholder().unwrap()
        };
        let item = item(&details);
        let claim = ClaimId::of(&PartnerId::parse("p").unwrap(), "k");
        let read = DetailsItem::from_item(&item.to_attributes(&claim).unwrap()).unwrap();
        assert_eq!(read, item);
        assert_eq!(read.to_details(), details);
        assert_ne!(
            read.content_digest(),
            item.with_details(&withheld_placeholder().unwrap()).content_digest()
        );
    }

    #[test]
    fn details_without_them_have_the_digest_that_they_had_before_there_were_any() {
        let stored = serde_json::json!({"p": "-", "t": "-", "td": "withheld.invalid"});
        let details = withheld_placeholder().unwrap();
        assert_eq!(
            canonical::hash_canonical(&item(&details).fields),
            canonical::hash_canonical(&stored)
        );
    }
}
