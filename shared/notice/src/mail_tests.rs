//! The mails, as they arrive.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::calendar::Tz;
use domain::claim::ItemStatus;
use domain::directory::TenantContact;
use domain::ids::{ItemNo, NoticeNo};
use domain::program::UsageHistory;
use domain::reason::EndReason;
use domain::recipient::{Decliners, RecipientNo};
use domain::text::isolation::{ISOLATE_BEGIN, ISOLATE_END};
use domain::text::{Domain, Email, Name};
use serde_json::json;

use crate::content::{AnswerDeadline, RenewedTerm};
use crate::dates::at;
use crate::link::Link;
use crate::mail::{
    self, Activation, AnswerAuthor, Cause, Extension, Mail, Receipt, ReceiptAction, Undo,
};
use crate::partner_mail_tests::partner_mails;
use crate::samples::{SampleWorld, language, sent_at};
use language::Language;

const ANNOUNCED: Extension = Extension { cause: Cause::Announced, answered: false };

fn prague() -> Tz {
    "Europe/Prague".parse().unwrap()
}

fn notice(world: &SampleWorld, tag: &str) -> Mail {
    mail::write_notice(&world.notice(), &world.links(), &world.envelope(language(tag)))
}

fn shown(mail: &Mail) -> String {
    assert!(!mail.raw.is_empty());
    visible(&format!("Subject: {}\n\n{}\n=====\n\n{}", mail.subject, mail.text, mail.html))
}

/// The text with marks that are seen in place of those around names.
fn visible(text: &str) -> String {
    text.replace(ISOLATE_BEGIN, "‹").replace(ISOLATE_END, "›")
}

/// The text without the marks around names.
fn unmarked(text: &str) -> String {
    text.replace([ISOLATE_BEGIN, ISOLATE_END], "")
}

#[test]
fn every_mail_reads_as_its_golden_file_in_every_language() {
    for language in Language::ALL {
        for (name, mail) in every_mail(language) {
            let shown = without_style(&shown(&mail));
            insta::assert_snapshot!(format!("mail_{name}_{}", language.tag()), shown);
        }
    }
}

/// The mail without its style sheet, which is the same everywhere.
fn without_style(shown: &str) -> String {
    let (before, rest) = shown.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    format!("{before}<style></style>{after}")
}

/// Every mail under its name.
fn every_mail(language: Language) -> Vec<(String, Mail)> {
    let (world, open) = (SampleWorld::new(), SampleWorld::new().awaiting());
    let write = |world: &SampleWorld| {
        mail::write_notice(&world.notice(), &world.links(), &world.envelope(language))
    };
    let exact = AnswerDeadline::Exact(world.window());
    let mut mails = vec![
        ("notice".to_owned(), write(&world)),
        ("notice_opt_in".to_owned(), write(&SampleWorld::new().opt_in())),
        ("notice_with_term".to_owned(), write(&SampleWorld::new().with_term())),
        ("notice_with_logo".to_owned(), write(&SampleWorld::new().with_logo())),
        ("notice_of_subscriptions".to_owned(), write(&SampleWorld::new().with_subscriptions(5))),
        ("notice_of_a_renewal".to_owned(), {
            let renewing = SampleWorld::new().with_term();
            let until = chrono::NaiveDate::from_ymd_opt(2027, 1, 29).unwrap();
            let items = renewing.notice().items;
            let renewed = Some(RenewedTerm { items, until });
            let notice = crate::Notice { renewed, ..renewing.notice() };
            mail::write_notice(&notice, &renewing.links(), &renewing.envelope(language))
        }),
        ("notice_to_the_reserve".to_owned(), {
            let notice = crate::Notice { deadline: exact, ..world.notice() };
            mail::write_notice(&notice, &world.links(), &world.envelope(language))
        }),
    ];
    let opt_in = SampleWorld::new().awaiting().opt_in();
    let reminder =
        mail::write_reminder(&opt_in.notice(), "last_day", 1, &opt_in.envelope(language));
    mails.push(("reminder_opt_in".to_owned(), reminder));
    for (place, mail) in short_mails(&open, language).into_iter().enumerate() {
        let raw = String::from_utf8(mail.raw.clone()).unwrap();
        let id = raw.lines().find_map(|line| line.strip_prefix("Message-ID: <")).unwrap();
        let kind = id.split('.').next().unwrap().replace('-', "_");
        mails.push((format!("short_{place:02}_{kind}"), mail));
    }
    mails
}

/// What is said where days since the association can be read, and where every day can, in English and Czech.
const SINCE: [&str; 2] = ["Only days since the partnership became active", "Číst lze jen dny od"];
const EVERY: [&str; 2] = ["Days from before the partnership", "Číst lze i dny před začátkem"];

#[test]
fn notice_and_activation_say_which_days_the_partner_may_read() {
    let mut world = SampleWorld::new();
    for (history, said, unsaid) in
        [(UsageHistory::SinceAssociation, SINCE, EVERY), (UsageHistory::All, EVERY, SINCE)]
    {
        world.policy.usage_history = history;
        for (place, tag) in ["en", "cs"].into_iter().enumerate() {
            let envelope = world.envelope(language(tag));
            let active =
                mail::write_activation(&world.notice(), &activation(&[ItemNo(1)]), 9, &envelope);
            for text in [notice(&world, tag).text, active.text] {
                assert!(text.contains(said[place]) && !text.contains(unsaid[place]), "{text}");
            }
        }
    }
}

#[test]
fn link_code_and_authenticity_link_each_stand_alone_on_a_line() {
    let world = SampleWorld::new();
    let (mail, links) = (notice(&world, "cs"), world.links());
    for text in [&links.decision_url, &links.decision_code, &links.notice_url] {
        assert_eq!(mail.text.lines().filter(|line| line == text).count(), 1);
    }
    let token = links.decision_url.rsplit('/').next().unwrap();
    let link = Link::from_token(&world.keys, token).unwrap();
    assert_eq!((link.claim(), link.notice()), (&world.claim.id, NoticeNo(1)));
    assert_eq!(link.recipient(), Some(RecipientNo(1)));
}

#[test]
fn a_notice_made_twice_is_the_same_message_and_another_recipients_is_another() {
    let world = SampleWorld::new();
    assert_eq!(notice(&world, "cs").raw, notice(&world, "cs").raw);
    let other = Email::parse("ceo@contoso.example").unwrap();
    let envelope = mail::Envelope { to: &other, ..world.envelope(language("cs")) };
    let theirs = mail::write_notice(&world.notice(), &world.links(), &envelope);
    let id = |mail: &Mail| {
        let raw = String::from_utf8(mail.raw.clone()).unwrap();
        raw.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned()
    };
    assert_ne!(id(&notice(&world, "cs")), id(&theirs));
    assert!(id(&theirs).ends_with("@operator.example>"), "{}", id(&theirs));
}

#[test]
fn the_message_is_two_alternatives_with_their_headers() {
    let raw = String::from_utf8(notice(&SampleWorld::new(), "en").raw).unwrap();
    let (headers, _) = raw.split_once("\r\n\r\n").unwrap();
    insta::assert_snapshot!(headers.replace('\r', ""));
    assert_eq!(raw.matches("Content-Type: text/").count(), 2);
    assert!(raw.lines().all(|line| line.len() <= 998 && line.is_ascii()));
}

#[test]
fn a_short_mail_bears_no_link() {
    let world = SampleWorld::new().awaiting();
    for language in Language::ALL {
        for mail in short_mails(&world, language) {
            assert!(!mail.text.contains("/d/") && !mail.html.contains("/d/"));
            assert!(!mail.html.contains("<a "), "{}", mail.html);
        }
    }
}

fn short_mails(world: &SampleWorld, language: Language) -> Vec<Mail> {
    let (notice, envelope) = (world.notice(), world.envelope(language));
    let items = vec![ItemNo(1), ItemNo(3)];
    let receipt = |action, undo| {
        let actions = vec![(action, items.clone())];
        mail::write_receipt(
            &notice,
            &Receipt {
                id: "x-7".into(),
                actions,
                by: Some(AnswerAuthor::Link),
                undo,
                zone: prague(),
            },
            &envelope,
        )
    };
    let extended = |extension| mail::write_extension(&world.announced(), extension, 10, &envelope);
    let mut mails = vec![
        receipt(
            ReceiptAction::Declined,
            Undo::Code(world.link(RecipientNo(1)).undo_code(&world.keys)),
        ),
        receipt(ReceiptAction::Declined, Undo::Administrator),
        receipt(ReceiptAction::Undone, Undo::Nobody),
        receipt(ReceiptAction::UndoneInPart, Undo::Nobody),
        receipt(ReceiptAction::Ended, Undo::Nobody),
        mail::write_withdrawal(&notice, 8, &envelope),
        mail::write_exact_deadline(&notice, 9, &envelope),
        extended(ANNOUNCED),
        extended(Extension { answered: true, ..ANNOUNCED }),
        extended(Extension { cause: Cause::Asked, ..ANNOUNCED }),
        extended(Extension { cause: Cause::Delivery, ..ANNOUNCED }),
        mail::write_lapse(&notice, &items, 11, &envelope),
        mail::write_contact_refused(&notice, 12, &envelope),
        mail::write_link_retired(&notice, 13, &envelope),
        mail::write_own_link_retired(&notice, 13, &envelope),
        mail::write_consent_change(&notice, 14, &envelope),
        mail::write_outside_contact(&notice, &envelope),
        contact_verified(world, 1, language),
        contact_verified(world, 2, language),
        mail::write_reminder(&notice, "half_time", 3, &envelope),
        mail::write_reminder(&notice, "last_day", 1, &envelope),
        mail::write_term_end(&notice, &items, at("2027-12-31T23:00:00Z"), prague(), &envelope),
    ];
    let activated = |activation| mail::write_activation(&notice, &activation, 15, &envelope);
    let by_silence = activation(&items);
    let since = sent_at();
    mails.extend([
        activated(by_silence.clone()),
        activated(Activation { by_silence: false, since, ..by_silence.clone() }),
        activated(Activation { has_link: false, ..by_silence }),
    ]);
    let ended = |reason: &EndReason| mail::write_end(&notice, &items, *reason, 16, &envelope);
    mails.extend(EndReason::ALL.iter().map(ended));
    mails.extend(partner_mails(world, language));
    mails.push(extended(Extension { cause: Cause::Outage, ..ANNOUNCED }));
    let mut rejected = world.notice();
    for item in rejected.items.iter_mut().filter(|item| items.contains(&item.no)) {
        item.status = ItemStatus::Rejected;
    }
    mails.push(mail::write_rejection(&rejected, &items, 17, &envelope));
    for item in &mut rejected.items {
        item.status = ItemStatus::Rejected;
    }
    rejected.deadline = AnswerDeadline::Unset;
    let all: Vec<_> = rejected.items.iter().map(|item| item.no).collect();
    mails.push(mail::write_rejection(&rejected, &all, 18, &envelope));
    mails
}

/// That so many contacts with names like markup became verified.
fn contact_verified(world: &SampleWorld, count: usize, language: Language) -> Mail {
    let contact = |name: &str| {
        let email = format!("{name}@contoso.example");
        let name = format!("{name} <b>Nová</b>");
        serde_json::from_value(json!({"name": name, "email": email, "verified": true})).unwrap()
    };
    let new: Vec<TenantContact> = ["eva", "petra"].map(contact).into();
    let new: Vec<_> = new.iter().take(count).collect();
    mail::write_contact_verified(&world.tenant, &new, &world.envelope(language))
}

fn activation(items: &[ItemNo]) -> Activation {
    Activation {
        items: items.to_vec(),
        since: at("2026-12-31T23:00:00Z"),
        by_silence: true,
        has_link: true,
        zone: prague(),
    }
}

#[test]
fn subscriptions_are_told_by_their_products_and_every_count_has_its_form() {
    let mut all = String::new();
    for (tag, count) in [("cs", 1), ("cs", 2), ("cs", 4), ("cs", 5), ("en", 1), ("en", 5)] {
        let world = SampleWorld::new().with_subscriptions(count);
        let text = notice(&world, tag).text;
        let told: Vec<_> = text
            .lines()
            .filter(|line| line.contains("s-") || line.contains("below") || line.contains("níže"))
            .collect();
        writeln!(all, "{tag} {count}\n{}\n=====", told.join("\n")).unwrap();
    }
    insta::assert_snapshot!(visible(&all));
}

#[test]
fn a_receipt_of_one_item_speaks_of_one_and_tells_the_time_by_the_customers_clocks() {
    let world = SampleWorld::new();
    let unset = crate::Notice { deadline: AnswerDeadline::Unset, ..world.notice() };
    let mut all = String::new();
    for tag in ["cs", "en"] {
        let envelope = world.envelope(language(tag));
        for action in ReceiptAction::ALL {
            let (id, actions) = ("x-7".to_owned(), vec![(action, vec![ItemNo(2)])]);
            let (by, undo) = (Some(AnswerAuthor::Administrator), Undo::Nobody);
            let receipt = Receipt { id, actions, by, undo, zone: prague() };
            writeln!(all, "{}=====", mail::write_receipt(&unset, &receipt, &envelope).text)
                .unwrap();
        }
        let one = [ItemNo(2)];
        for mail in [
            mail::write_end(&unset, &one, EndReason::Superseded, 1, &envelope),
            mail::write_end(&unset, &one, EndReason::ItemGone, 1, &envelope),
            mail::write_activation(&unset, &activation(&one), 1, &envelope),
            mail::write_lapse(&unset, &one, 1, &envelope),
        ] {
            writeln!(all, "{}=====", mail.text).unwrap();
        }
    }
    insta::assert_snapshot!(visible(&all));
}

#[test]
fn a_no_that_declines_some_items_and_ends_others_has_one_receipt() {
    let world = SampleWorld::new().awaiting();
    let actions =
        vec![(ReceiptAction::Declined, vec![ItemNo(1)]), (ReceiptAction::Ended, vec![ItemNo(2)])];
    let (by, undo) = (Some(AnswerAuthor::Link), Undo::Nobody);
    let receipt = Receipt { id: "x-7".into(), actions, by, undo, zone: prague() };
    let text = mail::write_receipt(&world.notice(), &receipt, &world.envelope(language("en"))).text;
    let text = unmarked(&text);
    assert!(text.contains("recorded for this item: Exchange Online."), "{text}");
    assert!(text.contains("ended at once for this item: Teams."), "{text}");
}

#[test]
fn a_notice_after_a_partial_no_is_about_the_rest() {
    let mut world = SampleWorld::new();
    world.claim.items[1].mark = Some(domain::claim::Mark::Declined {
        at: world.claim.created_at,
        latest: world.claim.created_at,
        by: Decliners::ADMINISTRATOR,
        in_time: true,
        no_answer: false,
        settled: false,
    });
    let text = notice(&world, "en").text;
    assert!(text.contains("the 2 items below") && !text.contains("Teams"), "{text}");
}

#[test]
fn an_answer_to_any_mail_goes_to_the_operators_contact() {
    let world = SampleWorld::new().awaiting();
    let mut mails = short_mails(&world, language("cs"));
    mails.push(notice(&world, "cs"));
    for mail in mails {
        let raw = String::from_utf8(mail.raw).unwrap();
        assert!(raw.contains("Reply-To: <help@operator.example>\r\n"), "{raw}");
    }
}

#[test]
fn a_longer_windows_reminder_is_another_mail() {
    let (world, id) = (SampleWorld::new().awaiting(), |mail: &Mail| {
        let raw = String::from_utf8(mail.raw.clone()).unwrap();
        raw.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned()
    });
    let reminder = |notice: &crate::Notice| {
        id(&mail::write_reminder(notice, "half_time", 3, &world.envelope(language("cs"))))
    };
    let (notice, longer) = (world.notice(), world.announced());
    assert_ne!(reminder(&notice), reminder(&longer));
    assert_eq!(reminder(&notice), reminder(&notice));
}

#[test]
fn the_first_line_goes_on_in_the_sentence_that_the_greeting_began() {
    let world = SampleWorld::new().awaiting();
    for (tag, first) in [("cs", "odmítnutí žádosti"), ("en", "The answer \"no\"")] {
        let language = language(tag);
        let actions = vec![
            (ReceiptAction::Declined, vec![ItemNo(1)]),
            (ReceiptAction::Ended, vec![ItemNo(2)]),
        ];
        let (by, undo, zone) = (None, Undo::Nobody, prague());
        let receipt = Receipt { id: "r-1".to_owned(), actions, by, undo, zone };
        let mail = mail::write_receipt(&world.notice(), &receipt, &world.envelope(language));
        let lines: Vec<_> = mail.text.lines().filter(|line| !line.is_empty()).collect();
        assert!(lines[2].starts_with(first), "{lines:?}");
        assert!(lines[3].starts_with(char::is_uppercase), "{lines:?}");
    }
}

#[test]
fn a_mail_about_a_deadline_or_about_recipients_says_which_request_it_is_about() {
    let world = SampleWorld::new().awaiting();
    for tag in ["en", "cs"] {
        let envelope = world.envelope(language(tag));
        let notice = world.announced();
        for mail in [
            mail::write_extension(&notice, ANNOUNCED, 10, &envelope),
            mail::write_exact_deadline(&notice, 10, &envelope),
            mail::write_contact_refused(&notice, 10, &envelope),
            mail::write_link_retired(&notice, 10, &envelope),
        ] {
            for item in notice.item_lines(language(tag)) {
                assert!(mail.text.contains(&item), "{}", mail.text);
            }
            assert!(mail.text.contains("Microsoft 365"), "{}", mail.text);
        }
    }
}

#[test]
fn silence_beside_a_no_is_not_told_as_if_nobody_had_said_no_to_anything() {
    let world = SampleWorld::new().awaiting();
    let envelope = world.envelope(language("en"));
    for (items, expected) in [
        (vec![ItemNo(1)], "Nobody had said no to it by the deadline."),
        (vec![ItemNo(1), ItemNo(2)], "Nobody had said no to them by the deadline."),
    ] {
        let mail = mail::write_activation(&world.notice(), &activation(&items), 9, &envelope);
        assert!(mail.text.contains(expected), "{}", mail.text);
    }
}

#[test]
fn no_message_is_missing_in_any_mail() {
    let world = SampleWorld::new().awaiting();
    let unset = crate::Notice { deadline: AnswerDeadline::Unset, ..SampleWorld::new().notice() };
    for language in Language::ALL {
        let mut mails = short_mails(&world, language);
        mails.push(mail::write_notice(&unset, &world.links(), &world.envelope(language)));
        mails.push(mail::write_notice(&world.notice(), &world.links(), &world.envelope(language)));
        for mail in mails {
            assert!(!shown(&mail).contains('⟦'), "{}", shown(&mail));
        }
    }
}

#[test]
fn a_name_cannot_become_markup() {
    let world = SampleWorld::new().awaiting();
    let mut mails = short_mails(&world, language("en"));
    mails.push(notice(&world, "en"));
    for mail in mails {
        assert!(!mail.html.contains("<Cloud>"), "{}", mail.subject);
        let named = mail.text.contains("Alpine <Cloud>");
        assert_eq!(mail.html.contains("Alpine &#60;Cloud&#62;"), named, "{}", mail.subject);
    }
}

/// A name that is written from right to left, one that turns text, and a domain in its own script.
fn turned() -> SampleWorld {
    let mut world = SampleWorld::new().awaiting();
    let details = &mut world.claim.details;
    details.tenant_name = Name::try_from("מבחן 5".to_owned()).unwrap();
    details.partner_name = Name::try_from("Alpine\u{2069}\u{202e}Cloud".to_owned()).unwrap();
    details.tenant_domain = Domain::parse("münchen.example").unwrap();
    details.partner_contact.as_mut().unwrap().email = Email::parse("jana@bücher.example").unwrap();
    world
}

#[test]
fn every_name_is_isolated_in_the_text_and_in_the_html_of_every_mail() {
    let world = turned();
    for language in Language::ALL {
        let mut mails = short_mails(&world, language);
        mails.push(mail::write_notice(&world.notice(), &world.links(), &world.envelope(language)));
        for mail in mails {
            assert!(!mail.text.contains('\u{202e}') && !mail.html.contains('\u{202e}'));
            for (name, text, html) in [
                ("מבחן 5", "\u{2068}מבחן 5\u{2069}", "<bdi>מבחן 5</bdi>"),
                ("AlpineCloud", "\u{2068}AlpineCloud\u{2069}", "<bdi>AlpineCloud</bdi>"),
                ("Jana Nováková", "\u{2068}Jana Nováková\u{2069}", "<bdi>Jana Nováková</bdi>"),
                (
                    "sharepoint-online",
                    "\u{2068}sharepoint-online\u{2069}",
                    "<bdi>sharepoint-online</bdi>",
                ),
            ] {
                let times = |whole: &str, part: &str| whole.matches(part).count();
                assert_eq!(times(&mail.text, name), times(&mail.text, text), "{}", mail.text);
                let (_, body) = mail.html.split_once("<body>").unwrap();
                assert_eq!(times(body, name), times(body, html), "{body}");
                assert!(!body.contains(ISOLATE_BEGIN) && !body.contains(ISOLATE_END), "{body}");
            }
        }
    }
}

#[test]
fn a_subject_has_marks_around_the_names_that_need_them_alone() {
    for language in Language::ALL {
        let world = turned();
        let mail = mail::write_notice(&world.notice(), &world.links(), &world.envelope(language));
        assert!(mail.subject.starts_with("\u{2068}מבחן 5\u{2069}: "), "{}", mail.subject);
        assert!(!mail.subject.contains("\u{2068}AlpineCloud"), "{}", mail.subject);
        let raw = String::from_utf8(mail.raw).unwrap();
        assert!(raw.is_ascii() && raw.contains("Subject: =?utf-8?"), "{raw}");
        let plain = SampleWorld::new().awaiting();
        for mail in short_mails(&plain, language) {
            assert!(!mail.subject.contains(ISOLATE_BEGIN), "{}", mail.subject);
            assert!(mail.html.contains(&format!("<title>{}", &mail.subject[..7])), "{}", mail.html);
        }
    }
}

#[test]
fn what_the_partner_wrote_is_named_as_stated_by_the_partner_once() {
    let (world, items) = (SampleWorld::new(), SampleWorld::new().with_subscriptions(5));
    for (tag, stated) in [("en", "(stated by the partner)"), ("cs", "(uvedl partner)")] {
        let contact = notice(&world, tag);
        let line = contact.text.lines().find(|line| line.contains("jana@alpine.example"));
        assert!(line.unwrap().contains(&format!("jana@alpine.example {stated}")), "{line:?}");
        assert_eq!(contact.text.matches(stated).count(), 1);
        assert_eq!(contact.html.matches(stated).count(), 1);
        // The directory knows four of the five.
        let listed = notice(&items, tag);
        let unknown = listed.text.lines().find(|line| line.contains("s-5")).unwrap();
        assert!(unknown.ends_with(stated), "{unknown}");
        assert_eq!(listed.text.matches(stated).count(), 2);
    }
}

#[test]
fn a_notice_spells_a_domain_in_both_ways_where_they_differ() {
    let world = turned();
    for language in Language::ALL {
        let mail = mail::write_notice(&world.notice(), &world.links(), &world.envelope(language));
        for (text, html) in [
            (
                "(xn--mnchen-3ya.example (\u{2068}münchen.example\u{2069}))",
                "(xn--mnchen-3ya.example (<bdi>münchen.example</bdi>))",
            ),
            (
                ", jana@xn--bcher-kva.example (\u{2068}jana@bücher.example\u{2069})",
                ", jana@xn--bcher-kva.example (<bdi>jana@bücher.example</bdi>)",
            ),
        ] {
            assert!(mail.text.contains(text), "{}", mail.text);
            assert!(mail.html.contains(html), "{}", mail.html);
        }
    }
    let mut mixed = SampleWorld::new();
    mixed.claim.details.tenant_domain = Domain::parse("c\u{43e}ntoso.example").unwrap();
    let text = notice(&mixed, "en").text;
    assert!(text.contains("(xn--") && !text.contains("c\u{43e}ntoso"), "{text}");
}

#[test]
fn only_a_receipt_that_may_take_a_no_back_bears_ten_digits_and_they_stand_alone() {
    let world = SampleWorld::new().awaiting();
    let code = world.link(RecipientNo(1)).undo_code(&world.keys);
    let has_ten_digits = |line: &str| line.len() == 10 && line.bytes().all(|c| c.is_ascii_digit());
    for language in Language::ALL {
        let mails = short_mails(&world, language);
        let bearing: Vec<_> =
            mails.iter().filter(|mail| mail.text.lines().any(has_ten_digits)).collect();
        let [receipt] = bearing.as_slice() else { panic!("{} mails", bearing.len()) };
        assert_eq!(receipt.text.lines().filter(|line| *line == code).count(), 1);
        let notice = mail::write_notice(&world.notice(), &world.links(), &world.envelope(language));
        assert!(!shown(&notice).contains(&code));
    }
}

#[test]
fn who_was_named_and_is_not_known_learns_neither_the_partner_nor_an_item() {
    let world = SampleWorld::new();
    for language in Language::ALL {
        let told = shown(&mail::write_outside_contact(&world.notice(), &world.envelope(language)));
        assert!(told.contains("Contoso"));
        let contact = world.notice().partner_contact.unwrap();
        let codes = world.links();
        for kept in ["Alpine", "teams", "Microsoft", contact.name.as_str(), contact.email.as_str()]
        {
            assert!(!told.contains(kept), "{kept} in {told}");
        }
        for kept in [&codes.decision_url, &codes.decision_code, &codes.notice_code] {
            assert!(!told.contains(kept.as_str()), "{kept} in {told}");
        }
    }
}

#[test]
fn who_may_be_asked_from_now_on_is_told_by_name_and_address_with_the_moment_and_whom_to_write_to() {
    let world = SampleWorld::new();
    for language in Language::ALL {
        let mail = contact_verified(&world, 1, language);
        for told in
            ["eva <b>Nová</b> (eva@contoso.example)", "14:00", "15:00", "help@operator.example"]
        {
            assert!(unmarked(&mail.text).contains(told), "{told} in {}", mail.text);
        }
        assert!(mail.html.contains("<bdi>eva &#60;b&#62;Nová&#60;/b&#62;</bdi>"), "{}", mail.html);
        assert!(!mail.html.contains("<b>") && !mail.text.contains("Alpine"), "{}", mail.html);
        assert_eq!(mail.raw, contact_verified(&world, 1, language).raw);
    }
}

#[test]
fn a_notice_never_promises_an_end_before_one_that_was_told() {
    let world = SampleWorld::new();
    let told = at("2027-01-10T23:00:00Z");
    let deadline = world.notice().deadline.not_before(Some(told));
    let later = crate::Notice { deadline, ..world.notice() };
    let mail = mail::write_notice(&later, &world.links(), &world.envelope(language("en")));
    assert!(
        mail.text.contains("At least until the end of Sunday 10 January 2027"),
        "{}",
        mail.text
    );
    assert_eq!(later.deadline.clone().not_before(None), later.deadline);
    assert_eq!(AnswerDeadline::Unset.not_before(Some(told)), AnswerDeadline::Unset);
}

#[test]
fn nothing_in_a_mail_is_fetched_from_anywhere() {
    for language in Language::ALL {
        for (name, mail) in every_mail(language) {
            for fetching in ["<link", "<script", "url(", "@import"] {
                assert!(!mail.html.contains(fetching), "{fetching} in {name}");
            }
            let (pictures, own) =
                (mail.html.matches("src=").count(), mail.html.matches("src=\"cid:logo@").count());
            assert_eq!((pictures, own), if name == "notice_with_logo" { (1, 1) } else { (0, 0) });
        }
    }
}

#[test]
fn every_mail_names_the_operator_as_its_sender_at_its_head_and_at_its_foot() {
    let name = "Vendor \"One\", Ltd.";
    for language in Language::ALL {
        for (kind, mail) in every_mail(language) {
            let text = unmarked(&mail.text);
            assert_eq!(text.lines().next(), Some(name), "{kind}");
            let foot = text.lines().rfind(|line| line.contains("help@operator.example"));
            assert!(foot.is_some_and(|line| line.contains(name)), "{kind}: {text}");
            let raw = String::from_utf8(mail.raw.clone()).unwrap();
            let from = "From: \"Vendor \\\"One\\\", Ltd.\" <notices@operator.example>\r\n";
            assert!(raw.contains(from), "{raw}");
            for word in ["the operator", "The operator", "rovozovatel"] {
                assert!(!text.contains(word) && !mail.html.contains(word), "{kind}: {text}");
            }
        }
    }
    let mut czech = SampleWorld::new();
    czech.operator.name = "Žluťoučký kůň".into();
    let raw = String::from_utf8(notice(&czech, "cs").raw).unwrap();
    let from = raw.lines().find(|line| line.starts_with("From: ")).unwrap();
    assert!(from.starts_with("From: =?utf-8?") && from.is_ascii(), "{from}");
}

#[test]
fn the_logo_is_a_part_beside_the_html_that_shows_it() {
    let world = SampleWorld::new().with_logo();
    let mail = notice(&world, "en");
    let raw = String::from_utf8(mail.raw.clone()).unwrap();
    assert_eq!(raw, String::from_utf8(notice(&world, "en").raw).unwrap());
    for part in [
        "Content-Type: multipart/alternative; boundary=",
        "Content-Type: multipart/related; boundary=",
        "Content-ID: <logo@operator.example>\r\n",
        "Content-Type: image/png",
        "Content-Disposition: inline",
    ] {
        assert_eq!(raw.matches(part).count(), 1, "{part} in {raw}");
    }
    assert!(mail.html.contains("alt=\"Logo of Vendor &#34;One&#34;, Ltd.\""), "{}", mail.html);
    let body = raw.split("Content-Type: image/png").nth(1).unwrap().split("--=_").next().unwrap();
    let (_, picture) = body.split_once("\r\n\r\n").unwrap();
    let picture: String = picture.split_whitespace().collect();
    assert_eq!(STANDARD.decode(picture).unwrap(), world.operator.brand.logo().unwrap().bytes);
    assert!(raw.lines().all(|line| line.len() <= 998 && line.is_ascii()));
}

#[test]
fn the_notice_says_how_long_it_would_last() {
    let world = SampleWorld::new().with_term();
    let text = notice(&world, "en").text;
    assert!(text.contains("24 months from the deadline. You can end it before"), "{text}");
    let exact = crate::Notice {
        deadline: AnswerDeadline::Exact(world.window()),
        ..world.awaiting().notice()
    };
    let world = SampleWorld::new().with_term().awaiting();
    let text = mail::write_notice(&exact, &world.links(), &world.envelope(language("en"))).text;
    assert!(text.contains("Until the end of Sunday 31 December 2028."), "{text}");
    let active = mail::write_activation(
        &exact,
        &activation(&[ItemNo(1)]),
        9,
        &world.envelope(language("en")),
    );
    assert!(
        active.text.contains("It lasts until the end of Sunday 31 December 2028, unless"),
        "{}",
        active.text
    );
}

#[test]
fn a_receipt_says_who_answered_what_still_waits_and_what_silence_will_do() {
    let world = SampleWorld::new().awaiting();
    let text = |world: &SampleWorld, by, asked_at| {
        let (actions, undo) = (vec![(ReceiptAction::Declined, vec![ItemNo(2)])], Undo::Nobody);
        let receipt = Receipt { id: "x-7".into(), actions, by, undo, zone: prague() };
        let envelope = mail::Envelope { asked_at, ..world.envelope(language("en")) };
        unmarked(&mail::write_receipt(&world.notice(), &receipt, &envelope).text)
    };
    let mut declined = SampleWorld::new().awaiting();
    declined.claim.items[1].mark = Some(domain::claim::Mark::Declined {
        at: sent_at(),
        latest: sent_at(),
        by: Decliners::ADMINISTRATOR,
        in_time: true,
        no_answer: false,
        settled: false,
    });
    let told = text(&declined, Some(AnswerAuthor::Link), Some(sent_at()));
    for part in [
        "\"no\" to Alpine <Cloud> in the program Online Services Usage – Microsoft 365",
        "Nobody has decided yet: Exchange Online, sharepoint-online. If you do nothing, Alpine",
        "you can say no until the end of Thursday 31 December 2026.",
        "Local time: Friday 1 January 2027 0:00",
        "Answered by: a recipient of the notice, by its link",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    let told = text(&declined, Some(AnswerAuthor::Administrator), None);
    assert!(told.contains("Answered by: an administrator of Contoso, signed in"), "{told}");
    let told = text(&world.opt_in(), None, None);
    assert!(!told.contains("Answered by"), "{told}");
    assert!(told.contains("without a yes the request lapses"), "{told}");
}

#[test]
fn a_mail_about_a_deadline_says_which_notice_answers_it_or_who_has_one() {
    let world = SampleWorld::new().awaiting();
    for (asked_at, said) in [
        (Some(sent_at()), "sent you on Tuesday 22 December 2026."),
        (None, "a recipient of the notice uses its link and code"),
    ] {
        let envelope = mail::Envelope { asked_at, ..world.envelope(language("en")) };
        for mail in [
            mail::write_exact_deadline(&world.notice(), 9, &envelope),
            mail::write_extension(&world.announced(), ANNOUNCED, 10, &envelope),
            mail::write_reminder(&world.notice(), "half_time", 3, &envelope),
        ] {
            assert!(mail.text.contains(said), "{}", mail.text);
        }
    }
}

#[test]
fn things_are_called_by_their_display_names_in_the_readers_language_and_else_by_their_ids() {
    let world = SampleWorld::new();
    let [english, czech] = ["en", "cs"].map(|tag| unmarked(&notice(&world, tag).text));
    for line in ["  - Exchange Online", "  - Teams", "  - sharepoint-online"] {
        assert!(english.lines().any(|own| own == line), "{line} in {english}");
    }
    assert!(
        czech.contains("  - Exchange Online\n  - Týmy\n") && !czech.contains("Usage"),
        "{czech}"
    );
    assert!(english.contains("in the program Online Services Usage – Microsoft 365"), "{english}");
    assert!(czech.contains("v programu Využití online služeb – Microsoft 365"), "{czech}");
    let mut world = SampleWorld::new().with_subscriptions(1);
    let names = json!({"E5": {"en": "Microsoft 365 E5"}});
    world.program.catalogue_names = serde_json::from_value(names).unwrap();
    let text = unmarked(&notice(&world, "cs").text);
    assert!(text.contains("  - Microsoft 365 E5 (předplatné s-1)"), "{text}");
}
