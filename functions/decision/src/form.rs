//! The form, as it was sent.

use domain::command::{Command, ItemSelection};
use domain::ids::ItemNo;
use domain::motive::Motive;
use domain::rejection::{FieldCode, FieldError, Hint, TextForm};
use notice::code::read_digits;
use notice::page::{Decision, FormChoices};

/// A form whose fields are not judged yet.
pub(crate) struct SentForm {
    fields: Vec<(String, String)>,
}

/// A form that makes sense, whatever it will lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DecisionRequest {
    pub(crate) decision: Decision,
    /// The items that were chosen; none chosen means all of them.
    pub(crate) items: ItemSelection,
    /// Why, where a "no" says so.
    pub(crate) motive: Option<Motive>,
    /// The digits of the code, as many as the decision asks for. Whether they are right is not known yet.
    pub(crate) code: String,
}

impl SentForm {
    pub(crate) fn new(fields: Vec<(String, String)>) -> Self {
        Self { fields }
    }

    /// What is asked, or everything that is wrong with it.
    pub(crate) fn to_request(&self) -> Result<DecisionRequest, Vec<FieldError>> {
        let mut errors = self.unknown_fields();
        let decision = self.read_decision().map_err(|error| errors.push(error));
        let items = self.read_items().map_err(|wrong| errors.extend(wrong));
        let code = self.read_code(decision.ok()).map_err(|error| errors.push(error));
        let motive = self.read_motive().map_err(|error| errors.push(error));
        match (decision, items, code, motive) {
            (Ok(decision), Ok(items), Ok(code), Ok(motive)) if errors.is_empty() => {
                let motive = motive.filter(|_| decision == Decision::Decline);
                Ok(DecisionRequest { decision, items, motive, code })
            }
            _ => Err(errors),
        }
    }

    /// What can be shown again of a form that was not taken.
    pub(crate) fn repeatable_fields(&self) -> FormChoices {
        let items = self.field_values("items").into_iter().filter_map(parse_item_no).collect();
        let (decision, motive) = (self.read_decision().ok(), self.read_motive().ok().flatten());
        FormChoices { decision, items, motive }
    }

    fn field_values(&self, name: &str) -> Vec<&str> {
        let named = self.fields.iter().filter(|(own, _)| own == name);
        named.map(|(_, value)| value.as_str()).collect()
    }

    fn unknown_fields(&self) -> Vec<FieldError> {
        let known = ["decision", "items", "reason_code", "code"];
        let strange = self.fields.iter().filter(|(name, _)| !known.contains(&name.as_str()));
        strange
            .map(|(name, _)| FieldError::new(field_pointer(name), FieldCode::UnknownField))
            .collect()
    }

    /// Two decisions in one form are none: nobody means both.
    fn read_decision(&self) -> Result<Decision, FieldError> {
        let wrong = |code| FieldError::new("/decision", code);
        match self.field_values("decision").as_slice() {
            [] => Err(wrong(FieldCode::Required)),
            [name] => Decision::parse(name)
                .ok_or_else(|| wrong(FieldCode::UnknownCode).with_hint(Hint::OneOf(&DECISIONS))),
            [_, ..] => Err(wrong(FieldCode::Duplicate)),
        }
    }

    /// Why: one of a customer's reasons, or none.
    fn read_motive(&self) -> Result<Option<Motive>, FieldError> {
        let wrong = |code| FieldError::new("/reason_code", code);
        match self.field_values("reason_code").as_slice() {
            [] | [""] => Ok(None),
            [name] => {
                let named = Motive::parse(name).filter(|own| Motive::OF_CUSTOMER.contains(own));
                let hint = Hint::OneOf(Motive::CUSTOMER_NAMES);
                named.map(Some).ok_or_else(|| wrong(FieldCode::UnknownCode).with_hint(hint))
            }
            [_, ..] => Err(wrong(FieldCode::Duplicate)),
        }
    }

    /// The digits of the one code, as many as the decision asks for; where none can be told, of any. What is not a
    /// code is no try.
    fn read_code(&self, decision: Option<Decision>) -> Result<String, FieldError> {
        let malformed = || malformed_field("/code", TextForm::Code);
        let given = self.field_values("code");
        let [text] = given.as_slice() else { return Err(malformed()) };
        let asked = |one: &Decision| decision.is_none_or(|decision| decision == *one);
        let mut counts = Decision::ALL.into_iter().filter(asked).map(Decision::code_digits);
        counts.find_map(|count| read_digits(text, count).ok()).ok_or_else(malformed)
    }

    /// No item means all of them (`docs/api.md §3.5`).
    fn read_items(&self) -> Result<ItemSelection, Vec<FieldError>> {
        let (mut numbers, mut errors) = (Vec::new(), Vec::new());
        for (at, text) in self.field_values("items").into_iter().enumerate() {
            match parse_item_no(text) {
                Some(no) => numbers.push(no),
                None => errors.push(malformed_field(format!("/items/{at}"), TextForm::ItemNumber)),
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        match (errors.is_empty(), numbers.is_empty()) {
            (false, _) => Err(errors),
            (true, true) => Ok(ItemSelection::All),
            (true, false) => Ok(ItemSelection::These(numbers)),
        }
    }
}

/// The names of the decisions, for whoever sends another.
const DECISIONS: [&str; Decision::ALL.len()] = [
    Decision::Decline.as_str(),
    Decision::Undo.as_str(),
    Decision::WrongContact.as_str(),
    Decision::Extend.as_str(),
];

/// A text that is not of that form.
fn malformed_field(pointer: impl Into<String>, form: TextForm) -> FieldError {
    FieldError::new(pointer, FieldCode::Malformed).with_hint(Hint::Form(form))
}

/// An item number as it stands in the page: digits, and no other way to write them.
fn parse_item_no(text: &str) -> Option<ItemNo> {
    let no: u8 = text.parse().ok()?;
    (no > 0 && no.to_string() == text).then_some(ItemNo(no))
}

/// A JSON Pointer to a field of the form; of a strange name only as much as anyone reads.
fn field_pointer(name: &str) -> String {
    let short: String = name.chars().take(40).collect();
    format!("/{}", short.replace('~', "~0").replace('/', "~1"))
}

impl DecisionRequest {
    /// Whether it is about that item.
    pub(crate) fn is_about(&self, no: ItemNo) -> bool {
        match &self.items {
            ItemSelection::All => true,
            ItemSelection::These(numbers) => numbers.contains(&no),
        }
    }

    /// The command for the claim.
    pub(crate) fn to_command(&self) -> Command {
        let items = self.items.clone();
        match self.decision {
            Decision::Decline => Command::Decline { items, motive: self.motive },
            Decision::Undo => Command::Undo { items },
            Decision::WrongContact => Command::WrongContact,
            Decision::Extend => Command::Extend { closes_on: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Result<DecisionRequest, Vec<String>> {
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        };
        let shown = |error: FieldError| format!("{} {}", error.pointer, error.code.as_str());
        let fields = text.split('&').map(pair).collect();
        SentForm::new(fields).to_request().map_err(|errors| errors.into_iter().map(shown).collect())
    }

    #[test]
    fn no_item_means_all_of_them_and_a_repeated_one_is_one() {
        let items = |text| asked(text).unwrap().items;
        assert_eq!(items("decision=decline&code=123456"), ItemSelection::All);
        let two = ItemSelection::These(vec![ItemNo(1), ItemNo(2)]);
        assert_eq!(items("decision=decline&items=2&items=1&items=2&code=123456"), two);
    }

    #[test]
    fn everything_that_is_wrong_with_a_form_is_said_at_once() {
        let form =
            "decision=decline&decision=undo&items=x&items=1&items=0&items=01&items=256&a/b=1";
        let expected = [
            "/a~1b unknown-field",
            "/decision duplicate",
            "/items/0 malformed",
            "/items/2 malformed",
            "/items/3 malformed",
            "/items/4 malformed",
            "/code malformed",
        ];
        assert_eq!(asked(form), Err(expected.map(str::to_owned).to_vec()));
        let required = "/decision required".to_owned();
        assert_eq!(asked("code=123456"), Err(vec![required.clone()]));
        assert_eq!(asked("code=1234567890"), Err(vec![required.clone()]));
        assert_eq!(asked("code=1234567"), Err(vec![required, "/code malformed".to_owned()]));
        let accept = asked("decision=accept&code=123456");
        assert_eq!(accept, Err(vec!["/decision unknown-code".to_owned()]));
    }

    #[test]
    fn a_code_is_read_as_people_paste_it() {
        for code in ["304-999", "\u{a0}304999\u{200b}", "３０４９９９", "٣٠٤٩٩٩"] {
            assert_eq!(asked(&format!("decision=decline&code={code}")).unwrap().code, "304999");
        }
        let undo = asked("decision=undo&code=01234 - 56789").unwrap();
        assert_eq!((undo.decision, undo.code.as_str()), (Decision::Undo, "0123456789"));
    }

    #[test]
    fn an_undo_takes_ten_digits_and_every_other_decision_six() {
        let malformed = Err(vec!["/code malformed".to_owned()]);
        assert_eq!(asked("decision=undo&code=123456"), malformed);
        for decision in ["decline", "extend", "wrong_contact"] {
            assert_eq!(asked(&format!("decision={decision}&code=1234567890")), malformed);
        }
    }

    #[test]
    fn a_form_that_is_sent_as_it_stands_decides_nothing() {
        let decisions = Decision::ALL.map(|decision| format!("decision={}", decision.as_str()));
        let every_button = decisions.join("&");
        for buttons in decisions.iter().map(String::as_str).chain([every_button.as_str()]) {
            for code in ["&code=", "", "&code=123456&code=123456", "&code=&code="] {
                let errors = asked(&format!("{buttons}{code}")).unwrap_err();
                assert!(errors.contains(&"/code malformed".to_owned()), "{buttons}{code}");
            }
        }
        assert!(asked("code=").unwrap_err().contains(&"/code malformed".to_owned()));
        let long = "1".repeat(notice::code::MAX_TYPED_CHARS + 1);
        assert!(asked(&format!("decision=decline&code={long}")).is_err());
    }

    #[test]
    fn what_made_sense_of_a_form_is_shown_again() {
        let pairs = [
            ("decision", "decline"),
            ("items", "2"),
            ("items", "x"),
            ("reason_code", "other"),
            ("code", "1"),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let decision = Some(Decision::Decline);
        let choices = FormChoices { decision, items: vec![ItemNo(2)], motive: Some(Motive::Other) };
        assert_eq!(SentForm::new(pairs.to_vec()).repeatable_fields(), choices);
        assert_eq!(SentForm::new(Vec::new()).repeatable_fields(), FormChoices::default());
    }

    #[test]
    fn a_no_may_say_why_and_no_other_decision_keeps_it() {
        let motive = |text: &str| asked(text).map(|form| form.motive);
        assert_eq!(motive("decision=decline&code=123456"), Ok(None));
        assert_eq!(motive("decision=decline&reason_code=&code=123456"), Ok(None));
        let said = motive("decision=decline&reason_code=not_our_partner&code=123456");
        assert_eq!(said, Ok(Some(Motive::NotOurPartner)));
        assert_eq!(motive("decision=extend&reason_code=other&code=123456"), Ok(None));
        for wrong in ["claimed_in_error", "x"] {
            let form = format!("decision=decline&reason_code={wrong}&code=123456");
            assert_eq!(motive(&form), Err(vec!["/reason_code unknown-code".to_owned()]));
        }
        let twice = "decision=decline&reason_code=other&reason_code=other&code=123456";
        assert_eq!(motive(twice), Err(vec!["/reason_code duplicate".to_owned()]));
    }
}
