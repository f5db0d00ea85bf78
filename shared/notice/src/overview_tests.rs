//! The overview and its mails, as they are sent.

use chrono::NaiveDate;
use domain::claim::{Basis, Mark};
use domain::directory::TenantContact;
use domain::ids::{AssociationId, ItemNo, PartnerId};
use domain::motive::Motive;
use domain::overview::OverviewAct;
use domain::text::isolation::{ISOLATE_BEGIN, ISOLATE_END};
use domain::text::{Email, Name};

use crate::dates::at;
use crate::mail::Mail;
use crate::overview::{
    self, Overview, OverviewChoices, OverviewClaim, OverviewPartner, OverviewProblem,
    RefusedOverviewForm, RunningItem,
};
use crate::overview_link::OverviewLink;
use crate::overview_mail::{OverviewActDetails, write_overview_act, write_overview_link};
use crate::samples::{SampleWorld, sent_at};
use language::Language;

const BLOCKED: &str = "p-borealis";
const PROBLEMS: [OverviewProblem; 8] = [
    OverviewProblem::CodeMalformed,
    OverviewProblem::CodeWrong,
    OverviewProblem::FormsUsedUp,
    OverviewProblem::Nothing,
    OverviewProblem::TooMany,
    OverviewProblem::Unknown,
    OverviewProblem::BlocksFull,
    OverviewProblem::Unfinished,
];

fn contact() -> TenantContact {
    TenantContact {
        name: Name::parse("Kateřina <Malá>").unwrap(),
        email: Email::parse("kamala@contoso.example").unwrap(),
        verified: true,
        verified_since: None,
        verified_by: None,
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A partner with an association and two items that wait, and another that is blocked and has looked.
fn overview_of(world: &mut SampleWorld) -> Overview {
    let effective_at = at("2026-12-29T08:30:00Z");
    world.claim.items[0].mark = Some(Mark::Active { basis: Basis::Deemed, effective_at });
    let usage = [("2027-01-01", Some(12)), ("2027-01-02", None), ("2027-01-03", Some(40))];
    let running = RunningItem {
        last_read_at: Some(at("2027-01-04T10:00:00Z")),
        usage: usage.map(|(date, count)| (day(date), count)).into(),
    };
    let claim = OverviewClaim {
        notice: world.notice(),
        term_ends_at: Some(at("2028-12-29T08:30:00Z")),
        running: [(ItemNo(1), running)].into(),
    };
    let asks = OverviewPartner {
        id: world.claim.subject.partner.clone(),
        name: "Alpine <Cloud>".into(),
        is_blocked: false,
        claims: vec![claim],
        looked_on: None,
    };
    let looked = OverviewPartner {
        id: PartnerId::parse(BLOCKED).unwrap(),
        name: "Borealis".into(),
        is_blocked: true,
        claims: Vec::new(),
        looked_on: Some(day("2026-12-20")),
    };
    Overview {
        tenant: "Contoso".into(),
        zone: world.tenant.time_zone,
        partners: vec![asks, looked],
        asks_for_yes: false,
        has_more: false,
        ends_at: at("2027-01-05T09:30:00Z"),
    }
}

fn empty_overview(world: &mut SampleWorld) -> Overview {
    Overview { partners: Vec::new(), asks_for_yes: true, has_more: true, ..overview_of(world) }
}

/// Everything that a form of the sample can ask for.
fn everything(world: &SampleWorld) -> OverviewChoices {
    OverviewChoices {
        ends: vec![AssociationId { claim: world.claim.id.clone(), item: ItemNo(1) }],
        motive: Some(Motive::NotOurPartner),
        blocks: vec![world.claim.subject.partner.clone()],
        asks_for_yes: true,
    }
}

/// Every page under its name.
fn every_page(language: Language) -> Vec<(&'static str, String)> {
    let mut world = SampleWorld::new().awaiting();
    let (overview, empty) = (overview_of(&mut world), empty_overview(&mut world));
    let (operator, choices) = (&world.operator, everything(&world));
    let refused =
        RefusedOverviewForm { problem: OverviewProblem::CodeWrong, choices: choices.clone() };
    let taken = overview::render_taken_away(language, &overview, operator, &choices, sent_at());
    vec![
        ("request", overview::render_request(language, operator)),
        ("requested", overview::render_requested(language, operator)),
        ("over", overview::render_no_overview(language, operator)),
        ("open", overview::render_overview(language, &overview, operator, None)),
        ("refused", overview::render_overview(language, &overview, operator, Some(&refused))),
        ("empty", overview::render_overview(language, &empty, operator, None)),
        ("taken", taken),
    ]
}

/// Every mail under its name.
fn every_mail(language: Language) -> Vec<(&'static str, Mail)> {
    let (world, contact) = (SampleWorld::new(), contact());
    let envelope = world.envelope(language);
    let link = OverviewLink::of(&world.keys, &world.tenant, &contact, sent_at()).unwrap();
    let act_mail = |act, partner, by| {
        let details = OverviewActDetails { act, partner, by, id: "7" };
        write_overview_act(&world.tenant, &details, &envelope)
    };
    let (block, ask) = (OverviewAct::BlockPartner, OverviewAct::AskForYes);
    vec![
        ("link", write_overview_link(&world.tenant, &link, &world.keys, "m-1", &envelope)),
        ("block", act_mail(block, Some("Alpine <Cloud>"), Some(&contact))),
        ("ask", act_mail(ask, None, Some(&contact))),
        ("ask_of_a_former_contact", act_mail(ask, None, None)),
    ]
}

/// The document without its style sheet, and with marks that are seen in place of those around names.
fn shown(html: &str) -> String {
    let (before, rest) = html.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    let whole = format!("{before}<style></style>{after}");
    whole.replace(ISOLATE_BEGIN, "‹").replace(ISOLATE_END, "›")
}

#[test]
fn every_page_of_the_overview_reads_as_its_golden_file_in_every_language() {
    for language in Language::ALL {
        for (name, html) in every_page(language) {
            insta::assert_snapshot!(format!("page_{name}_{}", language.tag()), shown(&html));
        }
    }
}

#[test]
fn every_mail_of_the_overview_reads_as_its_golden_file_in_every_language() {
    for language in Language::ALL {
        for (name, mail) in every_mail(language) {
            let whole =
                format!("Subject: {}\n\n{}\n=====\n\n{}", mail.subject, mail.text, mail.html);
            insta::assert_snapshot!(format!("mail_{name}_{}", language.tag()), shown(&whole));
        }
    }
}

#[test]
fn no_page_of_the_overview_runs_or_loads_anything_and_no_name_is_markup() {
    let refused = ["<script", " style=", " src=", "javascript:", " onload", "<Cloud>", "⟦"];
    for language in Language::ALL {
        for (name, html) in every_page(language) {
            let found: Vec<_> = refused.iter().filter(|bad| html.contains(**bad)).collect();
            assert!(found.is_empty(), "{name}: {found:?}");
        }
    }
}

#[test]
fn the_overview_names_no_contact_and_offers_only_what_takes_away() {
    let mut world = SampleWorld::new().awaiting();
    let overview = overview_of(&mut world);
    let html = overview::render_overview(Language::En, &overview, &world.operator, None);
    assert!(!html.contains("Malá") && !html.contains("@contoso"), "{html}");
    let names: std::collections::BTreeSet<_> =
        html.split(" name=\"").skip(1).map(|rest| rest.split_once('"').unwrap().0).collect();
    let fields = ["block", "code", "end", "reason_code", "take", "viewport", "yes"];
    assert!(names.is_subset(&fields.into()), "{names:?}");
    assert!(!html.contains(&format!("value=\"{BLOCKED}\"")), "it is blocked already");
    assert!(!html.contains(" checked"), "nothing is chosen beforehand");
}

#[test]
fn a_form_that_was_refused_keeps_its_choices_but_not_its_code() {
    let mut world = SampleWorld::new().awaiting();
    let overview = overview_of(&mut world);
    for problem in PROBLEMS {
        let refused = RefusedOverviewForm { problem, choices: everything(&world) };
        let html =
            overview::render_overview(Language::En, &overview, &world.operator, Some(&refused));
        assert_eq!(html.matches(" checked>").count(), 3, "{problem:?}");
        assert!(html.contains("role=\"alert\"") && !html.contains('⟦'), "{problem:?}");
        let field = html.split_once("<ul><li><a href=\"#").unwrap().1.split_once('"').unwrap().0;
        assert!(html.contains(&format!("id=\"{field}\"")), "{problem:?}: {field}");
    }
}

#[test]
fn the_mail_with_the_link_holds_one_link_one_code_and_no_name_of_a_contact() {
    let (world, contact) = (SampleWorld::new(), contact());
    let link = OverviewLink::of(&world.keys, &world.tenant, &contact, sent_at()).unwrap();
    let envelope = world.envelope(Language::En);
    let mail = write_overview_link(&world.tenant, &link, &world.keys, "m-1", &envelope);
    let token = link.to_token(&world.keys);
    assert!(mail.text.contains(&format!("https://cpor.operator.example/c/{token}\n")));
    assert!(mail.text.lines().any(|line| line == link.code(&world.keys)), "{}", mail.text);
    assert!(!mail.text.contains("Malá") && !mail.html.contains("Malá"));
}
