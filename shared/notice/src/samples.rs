//! A claim, its customer and its program, for the tests of this crate.

use domain::actor::ActorKind;
use domain::calendar::{
    BusinessCalendar, Exception, UnknownSubdivision, Window, Zone, recount_window,
};
use domain::claim::{Claim, ExtensionCauses, Instant, LastEvent, State, Status, UsedChances};
use domain::context::LocalCalendar;
use domain::directory::Tenant;
use domain::event::EventType;
use domain::ids::{ClaimId, NoticeNo, Version};
use domain::program::{Consent, ItemKind, Policy, Program};
use domain::recipient::RecipientNo;
use domain::text::Email;
use serde_json::json;

use crate::brand::Brand;
use crate::content::{AnswerDeadline, Directory, Links, Notice};
use crate::dates::at;
use crate::keys::LinkKeys;
use crate::link::Link;
use crate::mail::Envelope;
use crate::operator::Operator;
use language::Language;

pub(crate) struct SampleWorld {
    pub(crate) claim: Claim,
    pub(crate) tenant: Tenant,
    pub(crate) program: Program,
    pub(crate) policy: Policy,
    pub(crate) operator: Operator,
    pub(crate) keys: LinkKeys,
    pub(crate) place: LocalCalendar,
    pub(crate) sender: Email,
    pub(crate) to: Email,
}

/// A picture of 64 × 32 pixels.
const LOGO: &[u8] = include_bytes!("../tests/logo.png");

impl SampleWorld {
    /// Three workloads of Contoso, validated on V1's day (`docs/domain.md §4`).
    pub(crate) fn new() -> Self {
        let claim = claim();
        Self {
            program: serde_json::from_value(json!({
                "id": "osu-m365", "name": "Online Services Usage – Microsoft 365", "status": "open",
                "family": "osu-m365", "item_kind": "workload", "activities": ["usage"],
                "catalogue": ["exchange-online", "teams", "sharepoint-online"],
                "names": {"cs": "Využití online služeb – Microsoft 365"},
                "catalogue_names": {
                    "exchange-online": {"en": "Exchange Online"},
                    "teams": {"en": "Teams", "cs": "Týmy"},
                },
                "policy_version": 1, "policy": {},
            }))
            .unwrap(),
            tenant: serde_json::from_value(json!({
                "id": claim.subject.tenant, "name": "Contoso", "status": "active",
                "domains": ["contoso.example"], "country": "CZ", "subdivision": null,
                "time_zone": "Europe/Prague", "locale": "cs", "closures": [],
                "contacts": [], "items": [],
            }))
            .unwrap(),
            claim,
            policy: Policy::default(),
            operator: Operator {
                name: "Vendor \"One\", Ltd.".into(),
                contact: "help@operator.example".into(),
                base_url: "https://cpor.operator.example".into(),
                brand: Brand::new("#14507d", None).unwrap(),
            },
            keys: LinkKeys::new(1, [(1, b"the key of the tests, long enough".to_vec())]).unwrap(),
            place: prague(),
            sender: Email::parse("notices@operator.example").unwrap(),
            to: Email::parse("it@contoso.example").unwrap(),
        }
    }

    pub(crate) fn awaiting(mut self) -> Self {
        self.claim.state = State::AwaitingCustomer { window: self.window() };
        self
    }

    pub(crate) fn opt_in(mut self) -> Self {
        self.policy.consent = Consent::OptIn;
        self
    }

    /// Associations that end after two years.
    pub(crate) fn with_term(mut self) -> Self {
        self.policy.term_months = Some(24);
        self
    }

    pub(crate) fn with_logo(mut self) -> Self {
        self.operator.brand = Brand::new("#14507d", Some(LOGO.to_vec())).unwrap();
        self
    }

    /// One item, or as many as that, all of them subscriptions.
    pub(crate) fn with_subscriptions(mut self, count: usize) -> Self {
        let ids = ["s-1", "s-2", "s-3", "s-4", "s-5"];
        let items: Vec<_> = (1..)
            .zip(ids)
            .map(|(no, id): (u8, _)| json!({"no": no, "id": id, "mark": null}))
            .take(count)
            .collect();
        self.claim.items = serde_json::from_value(json!(items)).unwrap();
        self.claim.subject.kind = ItemKind::Subscription;
        let known = |id: &&str| {
            json!({"kind": "subscription", "id": id, "product": "E5", "claimable": true,
                "state": "active"})
        };
        // The directory does not know the last one.
        let known: Vec<_> = ids.iter().take(4).map(known).collect();
        self.tenant.items = serde_json::from_value(json!(known)).unwrap();
        self
    }

    pub(crate) fn window(&self) -> Window {
        self.place.open_window(sent_at(), 5).unwrap()
    }

    pub(crate) fn notice(&self) -> Notice {
        let directory =
            Directory { tenant: &self.tenant, program: &self.program, policy: &self.policy };
        let on_its_way = self.claim.status() == Status::Notifying;
        let sent = on_its_way.then(|| (sent_at(), &self.place));
        let deadline = AnswerDeadline::of(&self.claim, sent, &self.policy);
        Notice::of(&self.claim, NoticeNo(1), &directory, &self.operator, deadline)
    }

    /// The notice after New Year's Eve was announced as a holiday.
    pub(crate) fn announced(&self) -> Notice {
        let added = Exception {
            date: chrono::NaiveDate::from_ymd_opt(2026, 12, 31).unwrap(),
            name: "Day of mourning".to_owned(),
            subdivision: None,
        };
        let calendar = self.place.calendar.clone().with_exceptions(1, [added]);
        let window = recount_window(&self.window(), &calendar, &self.place.zone).unwrap().unwrap();
        Notice { deadline: AnswerDeadline::Exact(window), ..self.notice() }
    }

    pub(crate) fn links(&self) -> Links {
        Links::of(&self.link(RecipientNo(1)), &self.keys, &self.operator)
    }

    /// The link of a recipient of the notice.
    pub(crate) fn link(&self, recipient: RecipientNo) -> Link {
        Link::of(&self.keys, &self.claim.id, NoticeNo(1), recipient).unwrap()
    }

    pub(crate) fn envelope(&self, language: Language) -> Envelope<'_> {
        let (operator, asked_at) = (&self.operator, Some(sent_at()));
        let (sender, to) = (&self.sender, &self.to);
        Envelope { operator, sender, to, asked_at, language, at: sent_at() }
    }
}

/// When V1's notice goes out and arrives.
pub(crate) fn sent_at() -> Instant {
    at("2026-12-22T14:00:00Z")
}

pub(crate) fn language(tag: &str) -> Language {
    Language::of_tag(tag).unwrap()
}

fn prague() -> LocalCalendar {
    let country = "CZ".parse().unwrap();
    let calendar = BusinessCalendar::new(country, None, UnknownSubdivision::Any).unwrap();
    LocalCalendar { calendar, zone: Zone::Known("Europe/Prague".parse().unwrap()) }
}

fn claim() -> Claim {
    let item = |no: u8, id: &str| json!({"no": no, "id": id, "mark": null});
    Claim {
        id: ClaimId::from_bytes(*b"sixteen bytes id"),
        version: Version(3),
        subject: serde_json::from_value(json!({
            "partner": "p-alpine", "location": "4711", "program": "osu-m365", "policy_version": 1,
            "family": "osu-m365", "kind": "workload", "activity": "usage",
            "tenant": "6f3c0000-0000-4000-8000-000000000001",
        }))
        .unwrap(),
        items: serde_json::from_value(json!([
            item(1, "exchange-online"),
            item(2, "teams"),
            item(3, "sharepoint-online"),
        ]))
        .unwrap(),
        state: State::Notifying { deliver_by: at("2026-12-28T23:00:00Z") },
        contested: false,
        defence_until: None,
        defence: None,
        notice: NoticeNo(1),
        content_hash: None,
        deadline_calendar: None,
        disputed: false,
        extended: false,
        opened_by: None,
        extended_by: ExtensionCauses::default(),
        last_outage: 0,
        used: UsedChances::default(),
        created_at: sent_at(),
        submitted_at: Some(sent_at()),
        priority_at: Some(sent_at()),
        details: serde_json::from_value(json!({
            "partner_name": "Alpine <Cloud>", "tenant_name": "Contoso",
            "tenant_domain": "contoso.example", "customer_contact": null,
            "technical_contact": null, "label": null, "external_ref": null,
            "partner_contact": {"name": "Jana Nováková", "email": "jana@alpine.example"},
            "evidence": [], "reason_comments": [], "vouched_by": [], "remarks": [],
        }))
        .unwrap(),
        erased: false,
        last_event: LastEvent {
            event_type: EventType::Validated,
            at: sent_at(),
            actor: ActorKind::Operator,
            actor_id: None,
            by_silence: false,
            fingerprint: None,
        },
    }
}
