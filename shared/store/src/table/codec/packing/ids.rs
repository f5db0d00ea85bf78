//! Ids, packed: a UUID, as subscriptions have it, takes 17 bytes; any other id its text and its
//! length.

use data_encoding::HEXLOWER;
use domain::claim::Item;
use domain::ids::{ItemId, ItemNo};

use super::bytes::Bytes;

/// Stands where a length would: sixteen bytes of a UUID follow.
const UUID: u8 = 0xff;

/// Appends an id: its length and bytes, or a mark and the sixteen bytes of a UUID.
pub(crate) fn pack_id(id: &str, packed: &mut Vec<u8>) {
    if let Some(uuid) = uuid_bytes(id) {
        packed.push(UUID);
        packed.extend(uuid);
    } else {
        packed.push(u8::try_from(id.len()).unwrap_or(UUID - 1));
        packed.extend(id.bytes());
    }
}

/// Takes an id off the front; `None` where the bytes are no id.
pub(crate) fn unpack_id(bytes: &mut Bytes<'_>) -> Option<String> {
    match bytes.next()? {
        UUID => bytes.take_array().map(uuid_text),
        length => String::from_utf8(bytes.take_bytes(length.into())?.to_vec()).ok(),
    }
}

/// The bytes of an id, with nothing behind it.
pub(crate) fn packed_id(id: &str) -> Vec<u8> {
    let mut packed = Vec::new();
    pack_id(id, &mut packed);
    packed
}

/// The id of bytes that have nothing else.
pub(crate) fn id_of(packed: &[u8]) -> Option<String> {
    let mut bytes = Bytes(packed);
    let id = unpack_id(&mut bytes)?;
    bytes.is_empty().then_some(id)
}

/// The item ids in the order of their numbers, which run from 1 without a gap; `None` where they do
/// not.
pub(crate) fn pack_items(items: &[Item]) -> Option<Vec<u8>> {
    let in_order = (1..).zip(items).all(|(no, item)| item.no == ItemNo(no));
    let mut packed = Vec::new();
    for item in items {
        pack_id(item.id.as_str(), &mut packed);
    }
    in_order.then_some(packed)
}

/// The items again, without marks.
pub(crate) fn unpack_items(packed: &[u8]) -> Option<Vec<Item>> {
    let mut bytes = Bytes(packed);
    let mut items = Vec::new();
    for no in 1.. {
        if bytes.is_empty() {
            break;
        }
        let id = ItemId::parse(&unpack_id(&mut bytes)?).ok()?;
        items.push(Item { no: ItemNo(no), id, mark: None });
    }
    Some(items)
}

/// The bytes of a UUID in lower case with its four hyphens; `None` for any other text, so that what
/// is packed comes back as it was.
fn uuid_bytes(id: &str) -> Option<[u8; 16]> {
    let digits: String = id.chars().filter(|c| *c != '-').collect();
    let bytes = HEXLOWER.decode(digits.as_bytes()).ok()?.try_into().ok()?;
    (uuid_text(bytes) == id).then_some(bytes)
}

fn uuid_text(bytes: [u8; 16]) -> String {
    let digits = HEXLOWER.encode(&bytes);
    let mut text = String::with_capacity(36);
    for (at, digit) in digits.chars().enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_takes_seventeen_bytes_and_any_other_id_its_length_and_one() {
        assert_eq!(packed_id("6f3c0a50-0f6a-4c7e-9b1c-2f0a1f3e5d77").len(), 17);
        assert_eq!(packed_id("exchange-online").len(), 16);
    }

    #[test]
    fn every_id_comes_back_as_it_was() {
        let ids = [
            "a",
            "6f3c0a50-0f6a-4c7e-9b1c-2f0a1f3e5d77",
            "6F3C0A50-0F6A-4C7E-9B1C-2F0A1F3E5D77",
            "6f3c0a500f6a4c7e9b1c2f0a1f3e5d77",
            "6f3c0a500f6a-4c7e-9b1c-2f0a-1f3e5d77",
            &"x".repeat(64),
        ];
        for id in ids {
            assert_eq!(id_of(&packed_id(id)).as_deref(), Some(id));
        }
    }
}
