//! The link of a notice, and the two codes beside it (`docs/architecture.md §4`).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_encoding::{Encoding, Specification};
use domain::ids::{ClaimId, NoticeNo};
use domain::recipient::RecipientNo;
use hmac::Mac;
use std::fmt;
use std::sync::LazyLock;
use subtle::{Choice, ConstantTimeEq};

use crate::keys::{Label, LinkKeys};

/// The bytes of a token: key number, claim, notice, recipient, MAC.
const TOKEN_BYTES: usize = 1 + 16 + 2 + 1 + MAC_BYTES;
/// The bytes of a token's MAC.
const MAC_BYTES: usize = 16;
/// The characters of a token.
pub const TOKEN_CHARS: usize = 48;
/// The characters of a token of the form without recipients.
pub const OLD_TOKEN_CHARS: usize = 47;
/// The characters of an authenticity code, without its hyphen: 50 bits.
const NOTICE_CODE_CHARS: usize = 10;

/// Whom a link speaks for: one recipient of one notice of one claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    claim: ClaimId,
    raw_claim: [u8; 16],
    notice: NoticeNo,
    recipient: Option<RecipientNo>,
    key: u8,
}

/// A token that is not one of ours. It does not say why: too long, another alphabet, a foreign key
/// and a changed bit are one to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown link")]
pub struct UnknownLink;

/// A claim id that is not the text of 16 bytes: none that [`ClaimId::of`] made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the claim's id does not fit into a link")]
pub struct NotLinkable;

impl Link {
    /// The link of a recipient of a notice, under the current key.
    ///
    /// # Errors
    /// [`NotLinkable`].
    pub fn of(
        keys: &LinkKeys,
        claim: &ClaimId,
        notice: NoticeNo,
        recipient: RecipientNo,
    ) -> Result<Self, NotLinkable> {
        let raw_claim = claim.to_bytes().ok_or(NotLinkable)?;
        let recipient = Some(recipient);
        Ok(Self { claim: claim.clone(), raw_claim, notice, recipient, key: keys.current_key() })
    }

    /// The link that a token names, if one of our keys made it. Takes no read, and the time of the
    /// comparison does not depend on the token. A token of the form without recipients names none.
    ///
    /// ```
    /// use domain::ids::{ClaimId, NoticeNo};
    /// use domain::recipient::RecipientNo;
    /// use notice::{Link, LinkKeys};
    ///
    /// let keys = LinkKeys::new(1, [(1, b"thirty-two bytes of randomness..".to_vec())])?;
    /// let link = Link::of(&keys, &ClaimId::from_bytes([7; 16]), NoticeNo(1), RecipientNo(2))?;
    /// assert_eq!(Link::from_token(&keys, &link.to_token(&keys)), Ok(link));
    /// assert!(Link::from_token(&keys, "not-a-token").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`UnknownLink`].
    pub fn from_token(keys: &LinkKeys, token: &str) -> Result<Self, UnknownLink> {
        if token.len() != TOKEN_CHARS && token.len() != OLD_TOKEN_CHARS {
            return Err(UnknownLink);
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| UnknownLink)?;
        let (key, rest) = bytes.split_first().ok_or(UnknownLink)?;
        let (claim, rest) = rest.split_first_chunk::<16>().ok_or(UnknownLink)?;
        let (notice, rest) = rest.split_first_chunk::<2>().ok_or(UnknownLink)?;
        let (recipient, mac) = if token.len() == OLD_TOKEN_CHARS {
            (None, rest)
        } else {
            let (no, mac) = rest.split_first().ok_or(UnknownLink)?;
            (Some(RecipientNo::new(*no).ok_or(UnknownLink)?), mac)
        };
        let link = Self {
            claim: ClaimId::from_bytes(*claim),
            raw_claim: *claim,
            notice: NoticeNo(u16::from_be_bytes(*notice)),
            recipient,
            key: *key,
        };
        let (expected, known) = link.compute_mac(keys, link.mac_labels().token);
        let genuine = expected.as_slice().ct_eq(mac).into();
        if known && genuine { Ok(link) } else { Err(UnknownLink) }
    }

    /// Under which key a token says that it was made; `None` where it has not the form of one. It may say so and be
    /// none.
    pub fn key_of_token(token: &str) -> Option<u8> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let is_one = token.len() == TOKEN_CHARS || token.len() == OLD_TOKEN_CHARS;
        bytes.first().copied().filter(|_| is_one)
    }

    /// The same link under each of the keys, the newest first: which of them was the current one when its mail was
    /// written nobody has noted.
    pub fn with_each_key(&self, keys: &LinkKeys) -> impl Iterator<Item = Self> {
        let link = self.clone();
        keys.newest_first().map(move |key| Self { key, ..link.clone() })
    }

    /// The claim that the link is about.
    pub fn claim(&self) -> &ClaimId {
        &self.claim
    }

    /// The number of the notice that the link stands in.
    pub fn notice(&self) -> NoticeNo {
        self.notice
    }

    /// The recipient; `None` of a link of the form without recipients.
    pub fn recipient(&self) -> Option<RecipientNo> {
        self.recipient
    }

    /// The token: [`TOKEN_CHARS`] characters that stand in a path as they are.
    pub fn to_token(&self, keys: &LinkKeys) -> String {
        let (mac, _) = self.compute_mac(keys, self.mac_labels().token);
        let mut bytes = Vec::with_capacity(TOKEN_BYTES);
        bytes.push(self.key);
        bytes.extend(self.raw_claim);
        bytes.extend(self.notice.0.to_be_bytes());
        bytes.extend(self.recipient.map(|no| no.0));
        bytes.extend(mac);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The six digits that stand in the mail and nowhere else. They keep a machine that follows links
    /// and sends forms from deciding; what they cannot do is tell one reader from another.
    pub fn decision_code(&self, keys: &LinkKeys) -> String {
        format!("{:06}", self.code_number(keys, self.mac_labels().decision_code) % 1_000_000)
    }

    /// The ten digits of a receipt, by which the recipient takes a "no" back. Neither the link nor the code of
    /// the notice tells them.
    pub fn undo_code(&self, keys: &LinkKeys) -> String {
        format!("{:010}", self.code_number(keys, Label::UndoCode) % 10_000_000_000)
    }

    /// Whether the digits are the link's decision code. The time of the comparison tells nothing.
    pub fn accepts_code(&self, keys: &LinkKeys, digits: &str) -> bool {
        self.decision_code(keys).as_bytes().ct_eq(digits.as_bytes()).into()
    }

    /// Whether the digits are those of the link's receipts, which are written under the key of their day. The time of
    /// the comparison tells nothing. A link of the form without recipients has none.
    pub fn accepts_undo(&self, keys: &LinkKeys, digits: &str) -> bool {
        let same = self.with_each_key(keys).fold(Choice::from(0), |same, link| {
            same | link.undo_code(keys).as_bytes().ct_eq(digits.as_bytes())
        });
        bool::from(same) && self.recipient.is_some()
    }

    /// The code by which the recipient's notice proves genuine on the operator's own site.
    pub fn notice_code(&self, keys: &LinkKeys) -> NoticeCode {
        let (mac, _) = self.compute_mac(keys, self.mac_labels().notice_code);
        let mut text = CROCKFORD.encode(&mac);
        text.truncate(NOTICE_CODE_CHARS);
        NoticeCode::group_digits(&text)
    }

    /// The labels of the link's form.
    fn mac_labels(&self) -> Labels {
        match self.recipient {
            Some(_) => Labels {
                token: Label::Token,
                decision_code: Label::DecisionCode,
                notice_code: Label::NoticeCode,
            },
            None => Labels {
                token: Label::OldToken,
                decision_code: Label::OldDecisionCode,
                notice_code: Label::OldNoticeCode,
            },
        }
    }

    fn code_number(&self, keys: &LinkKeys, label: Label) -> u64 {
        let (mac, _) = self.compute_mac(keys, label);
        mac.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
    }

    fn compute_mac(&self, keys: &LinkKeys, label: Label) -> ([u8; MAC_BYTES], bool) {
        let (mut mac, known) = keys.new_mac(self.key, label);
        mac.update(&self.raw_claim);
        mac.update(&self.notice.0.to_be_bytes());
        if let Some(no) = self.recipient {
            mac.update(&[no.0]);
        }
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        (digest.first_chunk().copied().unwrap_or_default(), known)
    }
}

/// The labels of a link's MACs.
struct Labels {
    token: Label,
    decision_code: Label,
    notice_code: Label,
}

/// Crockford's base32: no I, L, O or U, so a code can be read aloud and typed from paper.
static CROCKFORD: LazyLock<Encoding> = LazyLock::new(|| {
    let mut spec = Specification::new();
    spec.symbols.push_str("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    // The alphabet is a constant: a test reads it.
    spec.encoding().unwrap_or(data_encoding::BASE32HEX_NOPAD)
});

/// The short authenticity code of a notice, `XXXXX-XXXXX`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeCode(String);

impl NoticeCode {
    /// Reads a code as people type it: in any case, with or without the hyphen, `O` for `0`, `I` and
    /// `L` for `1`.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > 4 * NOTICE_CODE_CHARS {
            return None;
        }
        let plain: String = text
            .chars()
            .filter(|c| *c != '-' && !c.is_whitespace())
            .map(|c| match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        let valid = |c: char| c.is_ascii_digit() || (c.is_ascii_uppercase() && c != 'U');
        (plain.chars().count() == NOTICE_CODE_CHARS && plain.chars().all(valid))
            .then(|| Self::group_digits(&plain))
    }

    fn group_digits(plain: &str) -> Self {
        let (left, right) = plain.split_at_checked(NOTICE_CODE_CHARS / 2).unwrap_or((plain, ""));
        Self(format!("{left}-{right}"))
    }

    /// The code, with its hyphen.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NoticeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the form without recipients made of the same claim, notice and key.
    const OLD_TOKEN: &str = "AXNpeHRlZW4gYnl0ZXMgaWQBAjrmtK1eAFi-AQxl4PdBxP8";
    const OLD_CODE: &str = "505161";
    const OLD_NOTICE_CODE: &str = "Q7KT7-P58KX";

    fn keys() -> LinkKeys {
        LinkKeys::new(1, [(1, b"the first key, which is long".to_vec())]).unwrap()
    }

    fn link(keys: &LinkKeys) -> Link {
        link_to(keys, 2)
    }

    fn link_to(keys: &LinkKeys, recipient: u8) -> Link {
        let claim = ClaimId::from_bytes(*b"sixteen bytes id");
        Link::of(keys, &claim, NoticeNo(258), RecipientNo(recipient)).unwrap()
    }

    /// The link of the same notice, in the form without recipients.
    fn old_link(keys: &LinkKeys) -> Link {
        Link { recipient: None, ..link(keys) }
    }

    #[test]
    fn a_token_leads_back_to_its_claim_notice_and_recipient() {
        let token = link(&keys()).to_token(&keys());
        assert_eq!(token.len(), TOKEN_CHARS);
        let opened = Link::from_token(&keys(), &token).unwrap();
        assert_eq!(opened.claim().to_bytes(), Some(*b"sixteen bytes id"));
        assert_eq!(opened.notice(), NoticeNo(258));
        assert_eq!(opened.recipient(), Some(RecipientNo(2)));
    }

    #[test]
    fn a_token_without_a_recipient_still_opens_with_the_code_it_was_sent_with() {
        let opened = Link::from_token(&keys(), OLD_TOKEN).unwrap();
        assert_eq!(OLD_TOKEN.len(), OLD_TOKEN_CHARS);
        assert_eq!(opened, old_link(&keys()));
        assert_eq!((opened.recipient(), opened.notice()), (None, NoticeNo(258)));
        assert_eq!(opened.to_token(&keys()), OLD_TOKEN);
        assert!(opened.accepts_code(&keys(), OLD_CODE));
        assert_eq!(opened.notice_code(&keys()).as_str(), OLD_NOTICE_CODE);
    }

    #[test]
    fn a_token_without_a_recipient_has_the_code_of_no_recipient_and_no_receipt() {
        let keys = keys();
        let old = old_link(&keys);
        for no in 1..=23 {
            let own = link_to(&keys, no);
            assert!(!old.accepts_code(&keys, &own.decision_code(&keys)), "{no}");
            assert!(!own.accepts_code(&keys, &old.decision_code(&keys)), "{no}");
            assert!(!old.accepts_undo(&keys, &own.undo_code(&keys)), "{no}");
        }
        assert!(!old.accepts_undo(&keys, &old.undo_code(&keys)));
    }

    #[test]
    fn a_token_of_a_recipient_that_cannot_be_is_unknown() {
        for no in [0, 24, 255] {
            let impossible = Link { recipient: Some(RecipientNo(no)), ..link(&keys()) };
            assert_eq!(
                Link::from_token(&keys(), &impossible.to_token(&keys())),
                Err(UnknownLink),
                "{no}"
            );
        }
    }

    #[test]
    fn the_codes_of_one_recipient_are_not_those_of_another() {
        let keys = keys();
        let distinct = |text: fn(&Link, &LinkKeys) -> String| {
            let texts = (1..=23).map(|no| text(&link_to(&keys, no), &keys));
            texts.collect::<std::collections::BTreeSet<_>>().len()
        };
        assert_eq!(distinct(Link::to_token), 23);
        assert_eq!(distinct(Link::decision_code), 23);
        assert_eq!(distinct(Link::undo_code), 23);
        assert_eq!(distinct(|link, keys| link.notice_code(keys).to_string()), 23);
        let (one, two) = (link_to(&keys, 1), link_to(&keys, 2));
        assert!(!one.accepts_code(&keys, &two.decision_code(&keys)));
        assert!(!one.accepts_undo(&keys, &two.undo_code(&keys)));
    }

    #[test]
    fn the_code_of_a_receipt_is_ten_digits_under_a_label_of_its_own() {
        let keys = keys();
        let link = link(&keys);
        let code = link.undo_code(&keys);
        assert!(code.len() == 10 && code.bytes().all(|c| c.is_ascii_digit()));
        assert!(link.accepts_undo(&keys, &code) && !link.accepts_code(&keys, &code));
        assert!(!link.accepts_code(&keys, &code[4..]), "the six digits are no part of it");
        assert!(!link.accepts_undo(&keys, &link.decision_code(&keys)));
        let next = Link { notice: NoticeNo(259), ..link.clone() };
        assert!(!next.accepts_undo(&keys, &code));
    }

    #[test]
    fn a_token_with_any_character_changed_is_unknown() {
        let token = link(&keys()).to_token(&keys());
        for at in 0..token.len() {
            for other in ["A", "z", "-", "."] {
                let mut changed = token.clone();
                changed.replace_range(at..=at, other);
                let same = changed == token;
                assert_eq!(Link::from_token(&keys(), &changed).is_ok(), same, "{at} {other}");
            }
        }
    }

    #[test]
    fn a_token_of_another_form_is_unknown() {
        let token = link(&keys()).to_token(&keys());
        let longer = format!("{token}A");
        let endless = "A".repeat(1_000_000);
        for text in ["", "abc", &token[1..], &longer, &endless, &format!("{token}="), "ž"] {
            assert_eq!(Link::from_token(&keys(), text), Err(UnknownLink));
        }
        for length in [TOKEN_CHARS, OLD_TOKEN_CHARS] {
            let accented = format!("{}ž", &token[..length - 2]);
            assert_eq!(accented.len(), length);
            assert_eq!(Link::from_token(&keys(), &accented), Err(UnknownLink));
        }
        assert_eq!(Link::from_token(&keys(), &token[..OLD_TOKEN_CHARS]), Err(UnknownLink));
    }

    #[test]
    fn a_token_of_another_stack_is_unknown() {
        let foreign = LinkKeys::new(1, [(1, b"the key of somebody else....".to_vec())]).unwrap();
        let numbered = LinkKeys::new(9, [(9, b"the first key, which is long".to_vec())]).unwrap();
        for theirs in [foreign, numbered] {
            assert_eq!(
                Link::from_token(&keys(), &link(&theirs).to_token(&theirs)),
                Err(UnknownLink)
            );
        }
    }

    #[test]
    fn a_link_sent_under_an_older_key_stays_valid_with_its_code() {
        let (first, second) = (b"the first key, which is long", b"the second key, which is too");
        let old = keys();
        let new = LinkKeys::new(2, [(1, first.to_vec()), (2, second.to_vec())]).unwrap();
        let opened = Link::from_token(&new, &link(&old).to_token(&old)).unwrap();
        assert!(opened.accepts_code(&new, &link(&old).decision_code(&old)));
        assert_ne!(link(&new).to_token(&new), link(&old).to_token(&old));
    }

    #[test]
    fn the_decision_code_is_six_digits_and_belongs_to_one_notice() {
        let keys = keys();
        let code = link(&keys).decision_code(&keys);
        assert!(code.len() == 6 && code.bytes().all(|c| c.is_ascii_digit()));
        assert!(link(&keys).accepts_code(&keys, &code));
        for wrong in ["", "abcdef", "12345", "0123456", "١٢٣٤٥٦"] {
            assert!(!link(&keys).accepts_code(&keys, wrong), "{wrong}");
        }
        let next = Link { notice: NoticeNo(259), ..link(&keys) };
        assert_ne!(next.decision_code(&keys), code);
    }

    #[test]
    fn an_authenticity_code_is_read_as_people_type_it() {
        let code = link(&keys()).notice_code(&keys());
        assert_eq!(code.as_str().len(), 11);
        let typed =
            code.as_str().to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert_eq!(NoticeCode::parse(&typed), Some(code));
        for text in ["", "ABCDE", "ABCDE-FGHJU", "ABCDE-FGHJKM", "čaj", &"A".repeat(100)] {
            assert_eq!(NoticeCode::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_alphabet_of_the_codes_is_crockfords() {
        assert_eq!(CROCKFORD.encode(&[0xff; 5]), "ZZZZZZZZ");
        assert_eq!(CROCKFORD.encode(&[0x00; 5]), "00000000");
    }

    #[test]
    fn the_texts_of_a_link_do_not_reveal_one_another() {
        let keys = keys();
        let labels = [
            Label::Token,
            Label::DecisionCode,
            Label::NoticeCode,
            Label::UndoCode,
            Label::OldToken,
            Label::OldDecisionCode,
            Label::OldNoticeCode,
        ];
        let macs = labels.map(|label| link(&keys).compute_mac(&keys, label).0);
        let distinct: std::collections::BTreeSet<_> = macs.into_iter().collect();
        assert_eq!(distinct.len(), labels.len());
    }
}
