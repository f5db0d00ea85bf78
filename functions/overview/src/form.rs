//! The form of the overview, as it was sent.

use domain::ids::{AssociationId, PartnerId};
use domain::motive::Motive;
use domain::overview::MOST_ENDS;
use notice::code::{DECISION_CODE_DIGITS, read_digits};
use notice::overview::{OverviewChoices, OverviewProblem};

/// A form that makes sense, whatever it will lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TakeForm {
    pub(crate) choices: OverviewChoices,
    /// Six digits. Whether they are right is not known yet.
    pub(crate) code: String,
}

/// What a form asks for as far as it makes sense, to be shown again.
pub(crate) fn read_choices(fields: &[(String, String)]) -> OverviewChoices {
    let values = |name: &'static str| fields_of(fields, name);
    let mut ends: Vec<_> =
        values("end").filter_map(|text| AssociationId::parse(text).ok()).collect();
    let mut blocks: Vec<_> =
        values("block").filter_map(|text| PartnerId::parse(text).ok()).collect();
    keep_first(&mut ends);
    keep_first(&mut blocks);
    let motive = values("reason_code").find_map(customer_motive);
    OverviewChoices { ends, motive, blocks, asks_for_yes: values("yes").any(|text| text == "all") }
}

/// What is asked, or what is wrong with it. What cannot be a code is no try.
pub(crate) fn read_form(fields: &[(String, String)]) -> Result<TakeForm, OverviewProblem> {
    let known = ["end", "reason_code", "block", "yes", "take", "code"];
    if fields.iter().any(|(name, _)| !known.contains(&name.as_str())) {
        return Err(OverviewProblem::Unknown);
    }
    let choices = read_choices(fields);
    let is_read = fields_of(fields, "end").all(|text| AssociationId::parse(text).is_ok())
        && fields_of(fields, "block").all(|text| PartnerId::parse(text).is_ok())
        && fields_of(fields, "reason_code")
            .all(|text| text.is_empty() || customer_motive(text).is_some())
        && fields_of(fields, "reason_code").count() <= 1
        && fields_of(fields, "yes").all(|text| text == "all");
    if !is_read {
        return Err(OverviewProblem::Unknown);
    }
    let code = read_code(fields)?;
    // A reason alone takes nothing away.
    if choices == (OverviewChoices { motive: choices.motive, ..OverviewChoices::default() }) {
        return Err(OverviewProblem::Nothing);
    }
    if choices.ends.len() > MOST_ENDS {
        return Err(OverviewProblem::TooMany);
    }
    Ok(TakeForm { choices, code })
}

/// One of a customer's reasons.
fn customer_motive(text: &str) -> Option<Motive> {
    Motive::parse(text).filter(|own| Motive::OF_CUSTOMER.contains(own))
}

/// The digits of the one code.
fn read_code(fields: &[(String, String)]) -> Result<String, OverviewProblem> {
    let mut given = fields_of(fields, "code");
    let (Some(text), None) = (given.next(), given.next()) else {
        return Err(OverviewProblem::CodeMalformed);
    };
    read_digits(text, DECISION_CODE_DIGITS).map_err(|_| OverviewProblem::CodeMalformed)
}

fn fields_of<'f>(
    fields: &'f [(String, String)],
    name: &'static str,
) -> impl Iterator<Item = &'f str> {
    fields.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
}

/// Each once, in the order in which they came.
fn keep_first<T: PartialEq + Clone>(all: &mut Vec<T>) {
    let mut kept: Vec<T> = Vec::with_capacity(all.len());
    for one in all.drain(..) {
        if !kept.contains(&one) {
            kept.push(one);
        }
    }
    *all = kept;
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASSOCIATION: &str = "cbplyjelfz5a5xwmpnah5uzxk4-1";

    fn read(text: &str) -> Result<TakeForm, OverviewProblem> {
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        };
        read_form(&text.split('&').map(pair).collect::<Vec<_>>())
    }

    #[test]
    fn a_form_says_what_ends_who_is_blocked_and_whether_a_yes_is_asked() {
        let form = read(&format!(
            "end={ASSOCIATION}&end={ASSOCIATION}&block=p-alpine&yes=all&take=away&code=304-999"
        ));
        let form = form.unwrap();
        assert_eq!(form.code, "304999");
        assert_eq!(form.choices.ends, [AssociationId::parse(ASSOCIATION).unwrap()]);
        assert_eq!(form.choices.blocks, [PartnerId::parse("p-alpine").unwrap()]);
        assert!(form.choices.asks_for_yes);
    }

    #[test]
    fn a_form_that_is_sent_as_it_stands_takes_nothing() {
        for text in
            ["take=away&code=", "take=away", "code=123456&code=123456", "block=p-alpine&code=12345"]
        {
            assert_eq!(read(text), Err(OverviewProblem::CodeMalformed), "{text}");
        }
        assert_eq!(read("take=away&code=123456"), Err(OverviewProblem::Nothing));
        let reason_alone = "take=away&reason_code=other&code=123456";
        assert_eq!(read(reason_alone), Err(OverviewProblem::Nothing));
    }

    #[test]
    fn an_end_may_say_why_with_one_of_a_customers_reasons() {
        let motive = |reason: &str| {
            read(&format!("end={ASSOCIATION}&code=123456{reason}")).map(|form| form.choices.motive)
        };
        assert_eq!(motive(""), Ok(None));
        assert_eq!(motive("&reason_code="), Ok(None));
        assert_eq!(motive("&reason_code=wrong_items"), Ok(Some(Motive::WrongItems)));
        for wrong in ["&reason_code=policy_violation", "&reason_code=other&reason_code=unknown"] {
            assert_eq!(motive(wrong), Err(OverviewProblem::Unknown), "{wrong}");
        }
    }

    #[test]
    fn nothing_but_what_takes_away_is_a_field_of_the_form() {
        for text in [
            "accept=1",
            "unblock=p-alpine",
            "yes=none",
            "end=x",
            "block=a b",
            "contacts=x@y.example",
        ] {
            let form = format!("{text}&block=p-alpine&code=123456");
            assert_eq!(read(&form), Err(OverviewProblem::Unknown), "{text}");
        }
    }

    #[test]
    fn one_form_ends_twenty_five_associations() {
        let claim = "cbplyjelfz5a5xwmpnah5uzxk4";
        let ends = |count: usize| {
            let all: Vec<_> = (1..=count).map(|no| format!("end={claim}-{no}&")).collect();
            all.concat()
        };
        assert!(read(&format!("{}code=123456", ends(25))).is_ok());
        assert_eq!(read(&format!("{}code=123456", ends(26))), Err(OverviewProblem::TooMany));
    }
}
