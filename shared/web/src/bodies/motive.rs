//! Bodies of commands that say why: a customer's "no", a withdrawal, an end.

use domain::command::Command;
use domain::motive::Motive;
use domain::text::Comment;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::customer::read_selection;
use crate::failure::RequestError;
use crate::fields::BodyFields;
use crate::values::{CustomerMotive, PartnerMotive};
use crate::words::{CustomerMotiveWord, MotiveWord, PartnerMotiveWord};

/// A customer's "no" to a claim, or to some of its items.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclineBody {
    /// The numbers of the items, each once; left out: all of them. An empty list is refused.
    #[schema(min_items = 1, max_items = 25, required = false, nullable, example = json!([1]))]
    pub items: Vec<u8>,
    /// Why. It is told to the operator's staff, never to the partner.
    #[schema(value_type = Option<CustomerMotiveWord>)]
    pub reason_code: Option<MotiveWord>,
}

/// Why a claim is taken back.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawBody {
    /// Why. It is told to the operator's staff, not to the customer.
    #[schema(value_type = PartnerMotiveWord)]
    pub reason_code: MotiveWord,
    /// A remark for the operator's staff, 1–2,000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    pub comment: Option<String>,
}

/// Why an association is ended.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndBody {
    /// Why: one of the caller's side. Partner and operator must say so, and are read by every party; a customer may, and
    /// is read by the operator's staff alone.
    pub reason_code: Option<MotiveWord>,
    /// A remark for the other side, 1–2,000 characters; partner and operator must give one.
    #[schema(min_length = 1, max_length = 2000)]
    pub comment: Option<String>,
}

/// Reads a customer's "no".
pub fn read_decline(body: &Value) -> Result<Command, RequestError> {
    let mut fields = BodyFields::of(body);
    let items = read_selection(&mut fields, body);
    let motive = fields.read_optional("reason_code").map(|CustomerMotive(motive)| motive);
    fields.finish_reading(Some(Command::Decline { items, motive }))
}

/// Reads why a partner takes a claim back.
pub fn read_withdrawal(body: &Value) -> Result<Command, RequestError> {
    let mut fields = BodyFields::of(body);
    let motive = fields.read_required("reason_code").map(|PartnerMotive(motive)| motive);
    let comment = fields.read_optional("comment");
    fields.finish_reading(motive.map(|motive| Command::Withdraw { motive, comment }))
}

/// Reads why an association is ended. Which side must say what, its rule knows.
pub fn read_end(body: &Value) -> Result<(Option<Motive>, Option<Comment>), RequestError> {
    let mut fields = BodyFields::of(body);
    let (motive, comment) = (fields.read_optional("reason_code"), fields.read_optional("comment"));
    fields.finish_reading(Some((motive, comment)))
}

#[cfg(test)]
mod tests {
    use domain::claim::MAX_ITEMS;
    use domain::command::ItemSelection;
    use domain::ids::ItemNo;
    use serde_json::json;

    use super::*;
    use crate::bodies::tests::refused;

    #[test]
    fn a_customer_need_not_say_why_and_can_give_a_customers_reason_alone() {
        let all = Command::Decline { items: ItemSelection::All, motive: None };
        assert_eq!(read_decline(&json!({})), Ok(all.clone()));
        assert_eq!(read_decline(&json!({"reason_code": null})), Ok(all));
        let two = ItemSelection::These(vec![ItemNo(2)]);
        let said = Command::Decline { items: two, motive: Some(Motive::NotOurPartner) };
        let body = json!({"items": [2], "reason_code": "not_our_partner"});
        assert_eq!(read_decline(&body), Ok(said));
        for wrong in ["claimed_in_error", "engagement_over", "Other", ""] {
            let body = json!({"reason_code": wrong});
            assert_eq!(refused(read_decline(&body)), ["unknown-code /reason_code"], "{wrong}");
        }
        let many = json!({"items": vec![1; MAX_ITEMS + 1], "reason_code": 1});
        assert_eq!(refused(read_decline(&many)), ["too-long /items", "wrong-type /reason_code"]);
    }

    #[test]
    fn a_withdrawal_says_why_with_a_partners_reason() {
        let read = read_withdrawal(&json!({"reason_code": "customer_request"}));
        let motive = Motive::CustomerRequest;
        assert_eq!(read, Ok(Command::Withdraw { motive, comment: None }));
        assert_eq!(refused(read_withdrawal(&json!({}))), ["required /reason_code"]);
        for wrong in ["not_our_partner", "unknown", "policy_violation"] {
            let body = json!({"reason_code": wrong});
            assert_eq!(refused(read_withdrawal(&body)), ["unknown-code /reason_code"], "{wrong}");
        }
        let both = json!({"reason_code": "x", "comment": ""});
        let told = ["too-short /comment", "unknown-code /reason_code"];
        assert_eq!(refused(read_withdrawal(&both)), told);
    }

    #[test]
    fn an_end_takes_the_reason_of_any_side_and_its_rule_says_whose_it_must_be() {
        assert_eq!(read_end(&json!({})), Ok((None, None)));
        for motive in Motive::ALL {
            let read = read_end(&json!({"reason_code": motive.as_str()}));
            assert_eq!(read, Ok((Some(*motive), None)));
        }
        assert_eq!(refused(read_end(&json!({"reason_code": "x"}))), ["unknown-code /reason_code"]);
    }
}
