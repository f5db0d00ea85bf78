//! The mails to partners, as they arrive. Their golden files stand with those of the other mails.

use std::collections::BTreeSet;

use domain::calendar::Tz;
use domain::claim::{Basis, Claim, Defence, ItemStatus, Mark, RejectionRecord, State};
use domain::event::EventType;
use domain::ids::{ItemNo, PartnerId};
use domain::partner_news::{OpenTask, PartnerTask, PartnerTopic};
use domain::reason::{EndReason, Reason, ReasonCode};
use domain::recipient::Decliners;
use domain::text::{Comment, Name};

use crate::content::Directory;
use crate::dates::at;
use crate::mail::Mail;
use crate::partner_mail::{
    DigestLine, PartnerClaim, write_partner_decision, write_partner_digest, write_partner_task,
};
use crate::samples::{SampleWorld, language, sent_at};
use language::Language;

const UNTIL: &str = "2027-01-05T23:00:00Z";

/// The claim of a world in a state, with a label and a reference of its partner's.
fn matter(world: &SampleWorld, change: impl FnOnce(&mut Claim)) -> PartnerClaim {
    let directory =
        Directory { tenant: &world.tenant, program: &world.program, policy: &world.policy };
    let mut claim = world.claim.clone();
    claim.details.label = Some(Name::parse("Deal <7>").unwrap());
    claim.details.external_ref = Some(Name::parse("CRM-42").unwrap());
    change(&mut claim);
    let zone: Tz = "Europe/Prague".parse().unwrap();
    PartnerClaim::of(claim, &directory, &world.operator, zone)
}

fn rejection(claim: &mut Claim) -> RejectionRecord {
    let reason = |code, item_no| Reason { code, item_no };
    let of_item = reason(ReasonCode::EvidenceItemMissing, Some(ItemNo(3)));
    claim.details.reason_comments =
        vec![Some(Comment::parse("Please send\nthe contract & its <annex>.").unwrap()), None];
    let reasons = vec![reason(ReasonCode::EvidenceUnreadable, None), of_item];
    RejectionRecord { by: None, reasons }
}

/// Rejected, disputed, and rejected for good.
fn upheld(world: &SampleWorld) -> PartnerClaim {
    matter(world, |claim| {
        claim.state = State::Rejected { rejection: rejection(claim), disputable_until: None };
        claim.last_event.event_type = EventType::DisputeUpheld;
    })
}

fn rejected(world: &SampleWorld, disputable: bool) -> PartnerClaim {
    matter(world, |claim| {
        let disputable_until = disputable.then(|| at(UNTIL));
        claim.state = State::Rejected { rejection: rejection(claim), disputable_until };
    })
}

fn associated(world: &SampleWorld) -> PartnerClaim {
    matter(world, |claim| {
        claim.state = State::Associated { window: Some(world.window()), ends_at: None };
        claim.defence = Some(Defence { until: at(UNTIL), used: false });
    })
}

/// The same with a term.
fn with_term(world: &SampleWorld) -> PartnerClaim {
    matter(world, |claim| {
        let ends_at = Some(at("2027-12-31T23:00:00Z"));
        claim.state = State::Associated { window: Some(world.window()), ends_at };
    })
}

fn declined(no_answer: bool) -> Mark {
    let (at, by) = (sent_at(), Decliners::ADMINISTRATOR);
    Mark::Declined { at, latest: at, by, in_time: true, no_answer, settled: false }
}

fn all_declined(world: &SampleWorld, no_answer: bool) -> PartnerClaim {
    matter(world, |claim| {
        let window = (!no_answer).then(|| world.window());
        claim.state = State::Declined { window };
        for item in &mut claim.items {
            item.mark = Some(declined(no_answer));
        }
    })
}

fn mixed(world: &SampleWorld) -> PartnerClaim {
    matter(world, |claim| {
        claim.state = State::Associated { window: None, ends_at: None };
        let (basis, effective_at) = (Basis::Explicit, sent_at());
        let marks = [Mark::Active { basis, effective_at }, declined(false), declined(true)];
        for (item, mark) in claim.items.iter_mut().zip(marks) {
            item.mark = Some(mark);
        }
    })
}

fn ended(world: &SampleWorld, reason: EndReason) -> PartnerClaim {
    matter(world, |claim| {
        claim.state = State::Ended { window: None, ends_at: None };
        let (basis, effective_at) = (Basis::Deemed, sent_at());
        for item in &mut claim.items {
            item.mark = Some(Mark::Ended { reason, at: sent_at(), basis, effective_at });
        }
    })
}

fn line(claim: PartnerClaim, topic: PartnerTopic) -> DigestLine {
    let task = claim.claim().partner_tasks(sent_at()).into_iter().next();
    let (official, ended) = (vec![ItemNo(1), ItemNo(2)], vec![ItemNo(1), ItemNo(3)]);
    DigestLine { claim, topics: BTreeSet::from([topic]), official, ended, free: Vec::new(), task }
}

fn digest(
    world: &SampleWorld,
    told: &[DigestLine],
    more: usize,
    language: Language,
) -> Option<Mail> {
    let partner = PartnerId::parse("p-alpine").unwrap();
    write_partner_digest(&partner, told, more, &world.envelope(language))
}

/// Every mail to partners.
pub(crate) fn partner_mails(world: &SampleWorld, language: Language) -> Vec<Mail> {
    let envelope = world.envelope(language);
    let task = |matter: &PartnerClaim, task: PartnerTask| {
        write_partner_task(matter, OpenTask { task, until: at(UNTIL) }, 4, &envelope)
    };
    let asked = matter(world, |claim| {
        let RejectionRecord { reasons, .. } = rejection(claim);
        claim.state = State::ActionRequired { answer_by: at(UNTIL), reasons, overturned: false };
    });
    let unreachable = matter(world, |claim| {
        claim.state = State::Unreachable { due_at: Some(at(UNTIL)), with_operator: false };
    });
    let overturned = matter(world, |claim| {
        claim.state = State::InReview { due_at: Some(at(UNTIL)), overturned: true };
        claim.disputed = true;
    });
    let decided = [
        rejected(world, false),
        upheld(world),
        all_declined(world, false),
        all_declined(world, true),
        mixed(world),
        overturned,
    ];
    let told = [
        line(ended(world, EndReason::CustomerRevoked), PartnerTopic::Ended),
        line(associated(world), PartnerTopic::Official),
        line(mixed(world), PartnerTopic::Decided),
        line(rejected(world, true), PartnerTopic::Turn),
        line(with_term(world), PartnerTopic::Ending),
    ];
    let mut mails = vec![
        task(&asked, PartnerTask::Answer),
        task(&unreachable, PartnerTask::CorrectContact),
        task(&rejected(world, true), PartnerTask::Dispute),
        task(&associated(world), PartnerTask::Defend),
    ];
    mails.extend(decided.iter().map(|matter| write_partner_decision(matter, 5, &envelope)));
    mails.extend([
        digest(world, &told, 0, language).unwrap(),
        digest(world, &told[1..2], 7, language).unwrap(),
    ]);
    mails
}

fn text(mail: &Mail) -> String {
    mail.text.replace(['\u{2068}', '\u{2069}'], "")
}

#[test]
fn every_reason_and_every_end_has_its_words_in_every_language() {
    let world = SampleWorld::new();
    for language in Language::ALL {
        for code in ReasonCode::ALL {
            let matter = matter(&world, |claim| {
                let reasons = vec![Reason { code: *code, item_no: None }];
                let rejection = RejectionRecord { by: None, reasons };
                claim.state = State::Rejected { rejection, disputable_until: None };
            });
            let mail = write_partner_decision(&matter, 5, &world.envelope(language));
            assert!(!mail.text.contains('⟦'), "{}", mail.text);
        }
        for reason in EndReason::ALL {
            let told = [line(ended(&world, *reason), PartnerTopic::Ended)];
            let mail = digest(&world, &told, 0, language).unwrap();
            assert!(!mail.text.contains('⟦'), "{}", mail.text);
        }
    }
}

#[test]
fn a_comment_stands_on_one_line_and_cannot_become_a_line_of_the_mail_or_markup() {
    let world = SampleWorld::new();
    let matter = rejected(&world, true);
    let open = OpenTask { task: PartnerTask::Dispute, until: at(UNTIL) };
    let mail = write_partner_task(&matter, open, 4, &world.envelope(language("en")));
    let wrote = "Vendor \"One\", Ltd. wrote: Please send the contract & its <annex>.";
    assert!(text(&mail).lines().any(|line| line == wrote), "{}", mail.text);
    assert!(mail.html.contains("&#60;annex&#62;") && !mail.html.contains("<annex>"));
    assert!(text(&mail).contains("Your label: Deal <7>\n\nClaim: "), "{}", mail.text);
}

#[test]
fn what_was_written_with_a_rejection_is_no_answer_to_the_dispute_of_it() {
    let world = SampleWorld::new();
    for language in Language::ALL {
        let mail = write_partner_decision(&upheld(&world), 5, &world.envelope(language));
        assert!(!mail.text.contains("<annex>"), "{}", mail.text);
        let final_at_once =
            write_partner_decision(&rejected(&world, false), 5, &world.envelope(language));
        assert!(final_at_once.text.contains("<annex>"), "{}", final_at_once.text);
    }
}

#[test]
fn a_time_is_told_by_the_partners_clocks_and_its_day_is_over_by_then() {
    let world = SampleWorld::new();
    let told = |until: &str| {
        let open = OpenTask { task: PartnerTask::Dispute, until: at(until) };
        text(&write_partner_task(&rejected(&world, true), open, 4, &world.envelope(language("en"))))
    };
    let midnight = told(UNTIL);
    assert!(midnight.contains("until the end of Tuesday 5 January 2027."), "{midnight}");
    assert!(midnight.contains("Local time: Wednesday 6 January 2027 0:00"), "{midnight}");
    // A time that was counted by other clocks ends within a day here: the day before is told.
    let noon = told("2027-01-06T11:00:00Z");
    assert!(noon.contains("until the end of Tuesday 5 January 2027."), "{noon}");
    assert!(noon.contains("Local time: Wednesday 6 January 2027 12:00"), "{noon}");
}

#[test]
fn the_mail_of_a_day_tells_what_waits_first_and_says_how_much_it_leaves_out() {
    let world = SampleWorld::new();
    let told = [
        line(ended(&world, EndReason::TermExpired), PartnerTopic::Ended),
        line(rejected(&world, true), PartnerTopic::Turn),
    ];
    let mail = digest(&world, &told, 2, language("en")).unwrap();
    let body = text(&mail);
    let [waits, ended] = ["waits for you", "has ended"].map(|part| body.find(part).unwrap());
    assert!(waits < ended, "{body}");
    assert!(body.contains("2 more are not listed here"), "{body}");
    assert!(mail.subject.contains("4 pieces of news"), "{}", mail.subject);
    assert_eq!(mail.raw, digest(&world, &told, 2, language("en")).unwrap().raw);
}

#[test]
fn of_a_task_that_is_done_the_mail_of_a_day_says_nothing_and_of_nothing_there_is_no_mail() {
    let world = SampleWorld::new();
    let done = DigestLine { task: None, ..line(associated(&world), PartnerTopic::Turn) };
    assert_eq!(digest(&world, &[done], 0, language("cs")), None);
    assert_eq!(digest(&world, &[], 0, language("cs")), None);
}

#[test]
fn the_end_of_a_term_is_told_by_the_partners_clocks_and_not_of_what_has_ended() {
    let world = SampleWorld::new();
    let told = [line(with_term(&world), PartnerTopic::Ending)];
    let body = text(&digest(&world, &told, 0, language("en")).unwrap());
    assert!(body.contains("lasts until the end of Friday 31 December 2027"), "{body}");
    assert!(body.contains("not renewed by itself"), "{body}");
    for over in [ended(&world, EndReason::TermExpired), associated(&world)] {
        assert_eq!(digest(&world, &[line(over, PartnerTopic::Ending)], 0, language("en")), None);
    }
}

#[test]
fn no_mail_to_a_partner_names_a_person_of_the_customers() {
    let mut world = SampleWorld::new();
    let contact = domain::claim::CustomerContact {
        name: Name::parse("Eva Malá").unwrap(),
        title: Name::parse("Head of IT").unwrap(),
        email: domain::text::Email::parse("eva@contoso.example").unwrap(),
    };
    world.claim.details.customer_contact = Some(contact.clone());
    world.claim.details.proposed_contact = Some(contact);
    for language in Language::ALL {
        for mail in partner_mails(&world, language) {
            for kept in ["Eva", "Head of IT", "contoso.example"] {
                assert!(!mail.text.contains(kept) && !mail.html.contains(kept), "{}", mail.text);
            }
        }
    }
}

#[test]
fn a_no_can_be_taken_back_until_the_end_of_the_time_to_answer_and_the_mail_says_so() {
    let world = SampleWorld::new();
    let envelope = world.envelope(language("en"));
    let matter = all_declined(&world, false);
    assert!(
        matter.claim().items.iter().all(|item| {
            matches!(matter.claim().item_status(item), ItemStatus::Declined { .. })
        })
    );
    let open = text(&write_partner_decision(&matter, 5, &envelope));
    assert!(open.contains("can take that back"), "{open}");
    let late = crate::mail::Envelope { at: world.window().closes_at, ..envelope };
    let over = text(&write_partner_decision(&matter, 5, &late));
    assert!(!over.contains("can take that back"), "{over}");
}
