//! The history: what an entry says, to whom, and how its digests are computed again.

use domain::actor::{Actor, ActorId, ActorKind, StaffRole};
use domain::claim::Claim;
use domain::command::{ClaimInput, Command, GivenReason};
use domain::event::{Event, EventType};
use domain::given_remark::remark_readers;
use domain::history::{
    Annotation, Audience, Entry, ReadableEntry, SealedEntry, WithheldEntry, hash_entry,
};
use domain::ids::{ItemNo, PartnerId, PersonId, Sha256Hash, StaffId};
use domain::motive::Motive;
use domain::reason::{Reason, ReasonCode};
use domain::recipient::Decliners;
use domain::remark::{Remark, RemarkKind};
use domain::text::Comment;
use serde_json::Value;

use crate::given::*;

/// The versions of a story in which much happens: two recipients, a no, an undo, a hold, a close.
fn story() -> Vec<Claim> {
    let given = Given::awaiting_of(&["it@contoso.example", "ota@contoso.example"]);
    let later = delivered_at() + chrono::Duration::hours(1);
    let given = given.then(&decline(&[1]), link(), later);
    let given = given.then(&decline(&[1]), link_of(1, SECOND), later + chrono::Duration::hours(1));
    let given = given.then(&undo(&[]), administrator(), later + chrono::Duration::hours(2));
    let given = given.then(&hold(), operator(), later + chrono::Duration::hours(3));
    let given = given.then(&Command::Resume, operator(), later + chrono::Duration::hours(4));
    let given = given.delivered(FIRST, later + chrono::Duration::hours(5));
    let given = given.closed();
    given.versions.into_iter().chain([given.claim]).collect()
}

fn entries(versions: &[Claim]) -> Vec<Entry> {
    let first = Entry::of(None, versions.first().unwrap(), KEY);
    let later = versions.windows(2).map(|two| Entry::of(two.first(), two.get(1).unwrap(), KEY));
    [first].into_iter().chain(later).collect()
}

/// The digests of a text.
fn digest(text: &str, audience: Audience) -> String {
    let text: Value = serde_json::from_str(text).unwrap();
    let sealed = text.get("sealed").unwrap();
    sealed.get(audience.as_str()).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn each_party_computes_each_hash_of_what_it_is_shown() {
    for reads in [
        vec![],
        vec![Audience::Partner],
        vec![Audience::Customer],
        vec![Audience::Customer, Audience::Partner, Audience::Staff],
    ] {
        let mut previous = None;
        for entry in entries(&story()) {
            let kept = SealedEntry::of(&entry, KEY);
            let shown = kept.with_readable_parts(&reads);
            assert!(shown.is_public());
            assert!(shown.parts.keys().all(|audience| reads.contains(audience)));
            for (audience, part) in &shown.parts {
                let computed =
                    Sha256Hash::of(&[part.salt.as_slice(), part.value.as_bytes()].concat());
                assert_eq!(computed.to_string(), digest(&shown.text, *audience));
            }
            let own = hash_entry(previous, &shown.text);
            assert_eq!(own, hash_entry(previous, &kept.text), "one text for every party");
            previous = Some(own);
        }
    }
}

#[test]
fn an_entry_is_the_same_text_whenever_it_is_written_and_another_under_another_key() {
    let (one, two) = (entries(&story()), entries(&story()));
    for (one, two) in one.iter().zip(&two) {
        assert_eq!(SealedEntry::of(one, KEY), SealedEntry::of(two, KEY));
        assert_ne!(SealedEntry::of(one, KEY).text, SealedEntry::of(one, Sha256Hash([8; 32])).text);
    }
}

#[test]
fn the_text_that_everybody_reads_names_no_member_of_the_staff_no_recipient_and_no_rival() {
    for entry in entries(&story()) {
        let kept = SealedEntry::of(&entry, KEY);
        for secret in ["reviewer", "operator\",\"actor_id", "recipient:", "\"by\":", "contested"] {
            let said = secret != "\"by\":" || entry.by.is_none();
            assert!(!said || !kept.text.contains(secret), "{secret}: {}", kept.text);
        }
        let text: Value = serde_json::from_str(&kept.text).unwrap();
        assert_eq!(
            text.get("sealed").unwrap().as_object().unwrap().len(),
            Audience::ALL.len(),
            "in each text"
        );
    }
}

#[test]
fn a_partner_is_told_of_a_joined_no_that_the_notice_changed_and_the_customer_whose_it_is() {
    let story = story();
    let joined = entries(&story)
        .into_iter()
        .rfind(|entry| entry.items.is_empty() && entry.event_type == EventType::ItemsDeclined)
        .unwrap();
    let kept = SealedEntry::of(&joined, KEY);
    let partner = kept.with_readable_parts(&[Audience::Partner]).to_readable().unwrap();
    let name = WithheldEntry::NOTICE_CHANGED.to_owned();
    let told = WithheldEntry { name, version: joined.version, at: joined.at };
    assert_eq!(partner, ReadableEntry::Withheld(told));
    let Some(ReadableEntry::Event(customer)) =
        kept.with_readable_parts(&[Audience::Customer]).to_readable()
    else {
        panic!()
    };
    assert_eq!(customer.members.noes.unwrap().by, Decliners::only_recipient(SECOND));
    assert_eq!(customer.actor_id.as_deref(), Some("recipient:3"));
}

#[test]
fn what_was_said_and_what_changed_stand_in_the_parts_of_their_readers_and_never_in_the_text() {
    let story = story();
    let held =
        story.windows(2).find(|two| two[1].last_event.event_type == EventType::Held).unwrap();
    let mut relabelled = held[1].clone();
    relabelled.details.label = Some(name("Zebra"));
    let remarks = vec![Remark::comment(said("Quagga")), Remark::note(said("Okapi"))];
    let event = Event::derive(held.first(), &relabelled).unwrap();
    let event = Event { remarks, motive: Some(Motive::Other), ..event };
    let annotation = Annotation::of(&held[0], &relabelled, &event);
    let entry = Entry::of(held.first(), &relabelled, KEY).with_annotation(&annotation);
    let kept = SealedEntry::of(&entry, KEY);
    let word = |audience: Audience, word: &str| {
        kept.parts.get(&audience).is_some_and(|part| part.value.contains(word))
    };
    for (text, audience) in
        [("Zebra", Audience::Partner), ("Quagga", Audience::Partner), ("Okapi", Audience::Staff)]
    {
        assert!(!kept.text.contains(text), "{text}: {}", kept.text);
        for reads in Audience::ALL {
            assert_eq!(word(*reads, text), *reads == audience, "{text} by {reads:?}");
        }
    }
    let Some(ReadableEntry::Event(told)) = kept.to_readable() else { panic!() };
    assert_eq!(*told, entry);
    // Another text is another digest, of that audience alone.
    let other = Annotation { remarks: vec![Remark::comment(said("Zebu"))], ..annotation };
    let other =
        SealedEntry::of(&Entry::of(held.first(), &relabelled, KEY).with_annotation(&other), KEY);
    assert_ne!(digest(&kept.text, Audience::Partner), digest(&other.text, Audience::Partner));
    assert_eq!(digest(&kept.text, Audience::Customer), digest(&other.text, Audience::Customer));
}

#[test]
fn whoever_ends_an_association_is_read_by_everybody_and_a_customer_by_customer_and_staff() {
    let ended = EventType::AssociationEnded;
    let all = [Audience::Customer, Audience::Partner, Audience::Staff];
    for side in [ActorKind::Partner, ActorKind::Operator] {
        assert_eq!(remark_readers(ended, side, RemarkKind::Comment), all);
        assert_eq!(remark_readers(ended, side, RemarkKind::Note), [Audience::Staff]);
    }
    for event in EventType::ALL {
        let own = remark_readers(*event, ActorKind::Customer, RemarkKind::Comment);
        assert_eq!(own, [Audience::Customer, Audience::Staff], "{event:?}");
        let of_partner = remark_readers(*event, ActorKind::Partner, RemarkKind::Comment);
        let is_customers = of_partner.contains(&Audience::Customer);
        assert_eq!(is_customers, *event == ended, "{event:?}");
        assert!(of_partner.contains(&Audience::Staff), "{event:?}");
    }
}

#[test]
fn a_partner_reads_what_is_said_with_these_events_and_with_no_other() {
    let read_by_partners = [
        EventType::InformationRequested,
        EventType::InformationAnswered,
        EventType::Rejected,
        EventType::Withdrawn,
        EventType::Disputed,
        EventType::DisputeUpheld,
        EventType::DisputeOverturned,
        EventType::Held,
        EventType::ContactCorrected,
        EventType::ContactProposed,
        EventType::ContactProposalRefused,
    ];
    for event in EventType::ALL {
        let expected: &[Audience] = if *event == EventType::AssociationEnded {
            &[Audience::Customer, Audience::Partner, Audience::Staff]
        } else if read_by_partners.contains(event) {
            &[Audience::Partner, Audience::Staff]
        } else {
            &[Audience::Staff]
        };
        for side in [ActorKind::Partner, ActorKind::Operator, ActorKind::System] {
            assert_eq!(
                remark_readers(*event, side, RemarkKind::Comment),
                expected,
                "{event:?} {side:?}"
            );
            let note = remark_readers(*event, side, RemarkKind::Note);
            assert_eq!(note, [Audience::Staff], "{event:?} {side:?}");
        }
    }
}

/// The versions of a story before any notice: a question, an edit, an answer, a rejection, a dispute that ends.
fn disputed_story() -> Vec<Claim> {
    let hours = |count| submitted_at() + chrono::Duration::hours(count);
    let reason = Reason { code: ReasonCode::EvidenceItemMissing, item_no: None };
    let reasons = vec![GivenReason { reason, comment: None }];
    let given = Given::in_review();
    let given = given.then(&Command::RequestInformation { reasons }, reviewer(), hours(2));
    let relabelled = ClaimInput { label: Some(name("Zebra")), ..input() };
    let given = given.then(&Command::Edit(Box::new(relabelled)), alpine(), hours(3));
    let given = given.then(&Command::Respond { comment: None }, alpine(), hours(4));
    let given = given.then(&reject(), reviewer(), hours(5));
    let given = given.then(&Command::Dispute { comment: comment() }, alpine(), hours(6));
    given.versions.into_iter().chain([given.claim]).collect()
}

#[test]
fn a_customer_reads_in_a_history_no_reason_no_priority_no_rival_and_no_end_of_a_dispute() {
    let secrets = [
        "reasons",
        "evidence_",
        "contested",
        "disputable_until",
        "priority_at",
        "changes",
        "defence",
        "Zebra",
    ];
    let mut read_by_partner = String::new();
    for two in disputed_story().windows(2) {
        let event = Event::derive(two.first(), &two[1]).unwrap();
        let changed = Annotation::of(&two[0], &two[1], &event);
        let kept =
            SealedEntry::of(&Entry::of(two.first(), &two[1], KEY).with_annotation(&changed), KEY);
        let shown = kept.with_readable_parts(&[Audience::Customer]);
        let texts = [&shown.text].into_iter().chain(shown.parts.values().map(|own| &own.value));
        for text in texts {
            for secret in secrets {
                assert!(!text.contains(secret), "{secret}: {text}");
            }
        }
        let own = kept.with_readable_parts(&[Audience::Partner]).parts;
        read_by_partner.extend(own.values().map(|part| part.value.as_str()));
    }
    for told in ["reasons", "evidence_item_missing", "disputable_until", "contested", "Zebra"] {
        assert!(read_by_partner.contains(told), "{told}: {read_by_partner}");
    }
}

fn said(text: &str) -> Comment {
    Comment::parse(text).unwrap()
}

#[test]
fn nobody_learns_from_a_text_in_which_one_member_is_secret_what_it_would_be_with_another_value() {
    let versions = story();
    let entry = entries(&versions).pop().unwrap();
    let kept = SealedEntry::of(&entry, KEY);
    // Without the salt, the digest of a guess is another one, although the guess is right.
    for part in kept.parts.values() {
        assert_ne!(Sha256Hash::of(part.value.as_bytes()), part.digest());
    }
    let salts: Vec<_> = kept.parts.values().map(|part| part.salt).collect();
    assert!(salts.iter().all(|salt| !KEY.0.starts_with(salt)));
}

#[test]
fn a_person_of_a_party_is_a_pseudonym_in_the_part_of_that_party() {
    let own = PersonId::of("6f3c0a50-0f6a-4c7e-9b1c-2f0a1f3e5d77");
    let person = Some(own);
    let partner = Actor::Partner { id: PartnerId::parse("p-alpine").unwrap(), admin: true, person };
    let customer = Actor::CustomerAdmin { tenant: tenant().id, person };
    let at = delivered_at() + chrono::Duration::hours(1);
    let withdrawn = Given::awaiting().then(&withdraw(), partner, at);
    let declined = Given::awaiting().then(&decline(&[]), customer, at);
    for (given, audience, kind) in [
        (withdrawn, Audience::Partner, ActorKind::Partner),
        (declined, Audience::Customer, ActorKind::Customer),
    ] {
        let entry = Entry::of(given.versions.last(), &given.claim, KEY);
        let kept = SealedEntry::of(&entry, KEY);
        let name = own.to_string();
        assert_eq!((entry.actor, entry.actor_id.as_deref()), (kind, Some(name.as_str())));
        assert!(!kept.text.contains(&name));
        let reads = kept.parts.iter().filter(|(_, part)| part.value.contains(&name));
        assert_eq!(reads.map(|(audience, _)| *audience).collect::<Vec<_>>(), [audience]);
    }
}

#[test]
fn an_entry_of_a_version_before_which_nothing_is_known_says_so_and_how_the_claim_stands() {
    let declined = Given::awaiting().then(&decline(&[2]), link(), delivered_at());
    let entry = Entry::of(None, &declined.claim, KEY);
    assert!(entry.reconstructed && entry.version.0 > 1);
    assert_eq!(entry.status.unwrap().from, None);
    assert_eq!(entry.items_with_status("declined"), [ItemNo(2)]);
    let known = Entry::of(declined.versions.last(), &declined.claim, KEY);
    assert!(!known.reconstructed);
    assert!(!Entry::of(None, declined.versions.first().unwrap(), KEY).reconstructed);
}

#[test]
fn the_last_event_is_told_before_it_is_archived() {
    let declined = Given::awaiting().then(&decline(&[2]), link(), delivered_at());
    let entry = Entry::from_last_event(&declined.claim, KEY);
    assert_eq!(
        (entry.items_with_status("declined"), entry.reconstructed),
        (vec![ItemNo(2)], false)
    );
    assert!(!entry.concerns_recipients());
    let later = delivered_at() + chrono::Duration::hours(1);
    let joined = declined.then(&decline(&[2]), link_of(1, SECOND), later);
    assert!(Entry::from_last_event(&joined.claim, KEY).concerns_recipients());
}

#[test]
fn an_entry_of_the_first_format_is_read_as_what_it_says() {
    let text = r#"{"actor":"customer","actor_id":null,"at":"2026-12-23T09:00:00Z","claim":"cbplyjelfz5a5xwmpnah5uzxk4","detail":{"items":[{"from":"pending","no":2,"to":"declined"}],"recipients":{"noes":{"by":4,"items":[2]}}},"details_sha256":"0000000000000000000000000000000000000000000000000000000000000000","type":"items_declined","version":6}"#;
    let kept = SealedEntry { text: text.to_owned(), parts: [].into() };
    assert!(!kept.is_public());
    let Some(ReadableEntry::Event(entry)) = kept.to_readable() else { panic!("no entry") };
    assert_eq!((entry.format, entry.version.0), (1, 6));
    assert_eq!(entry.items_with_status("declined"), [ItemNo(2)]);
    assert_eq!(entry.members.noes.unwrap().by.to_bits(), 4);
}

#[test]
fn what_is_no_entry_is_told_to_nobody() {
    for text in ["", "{}", "[]", r#"{"format":2}"#, r#"{"format":2,"type":"notice_changed"}"#] {
        assert_eq!(
            SealedEntry { text: text.to_owned(), parts: [].into() }.to_readable(),
            None,
            "{text}"
        );
    }
}

#[test]
fn staff_are_named_to_staff_alone() {
    let staff = Actor::Staff { id: StaffId::parse("s-vera").unwrap(), role: StaffRole::Operator };
    let held = Given::awaiting().then(&hold(), staff, delivered_at());
    let kept = SealedEntry::of(&Entry::of(held.versions.last(), &held.claim, KEY), KEY);
    assert!(!kept.text.contains("s-vera"));
    let named: Vec<_> =
        kept.parts.iter().filter(|(_, part)| part.value.contains("s-vera")).collect();
    assert_eq!(named.iter().map(|(audience, _)| **audience).collect::<Vec<_>>(), [Audience::Staff]);
}

#[test]
fn a_partner_does_not_learn_from_a_draft_what_silence_means_at_its_customer() {
    let mut given = Given::submitted();
    given.claim.subject.explicit_yes = true;
    let kept = SealedEntry::of(&Entry::of(None, &given.claim, KEY), KEY);
    for reads in [vec![], vec![Audience::Partner]] {
        let shown = kept.with_readable_parts(&reads);
        let parts: String = shown.parts.values().map(|part| part.value.as_str()).collect();
        assert!(!shown.text.contains("explicit_yes") && !parts.contains("explicit_yes"));
    }
    let Some(ReadableEntry::Event(entry)) = kept.to_readable() else { panic!() };
    assert!(entry.members.explicit_yes);
}

#[test]
fn a_customer_is_not_told_that_a_rival_has_come() {
    let until = delivered_at() + chrono::Duration::days(5);
    let asked = Given::associated().then(&Command::RequestDefence { until }, Actor::System, until);
    let kept = SealedEntry::of(&Entry::of(asked.versions.last(), &asked.claim, KEY), KEY);
    assert!(!kept.text.contains("defence"), "{}", kept.text);
    let customer = kept.with_readable_parts(&[Audience::Customer]).to_readable().unwrap();
    assert!(
        matches!(customer, ReadableEntry::Withheld(told) if told.name == WithheldEntry::CLAIM_CHANGED)
    );
    let Some(ReadableEntry::Event(partner)) =
        kept.with_readable_parts(&[Audience::Partner]).to_readable()
    else {
        panic!()
    };
    assert_eq!(partner.event_type, EventType::DefenceRequested);
}

#[test]
fn a_no_of_which_the_version_before_is_not_known_says_no_more_than_the_claim_does() {
    let declined = Given::awaiting().then(&decline(&[2]), link(), delivered_at());
    let later = delivered_at() + chrono::Duration::hours(1);
    let joined = declined.then(&decline(&[2]), link_of(1, SECOND), later);
    let entry = Entry::of(None, &joined.claim, KEY);
    assert!(entry.reconstructed && entry.concerns_recipients());
    assert!(SealedEntry::of(&entry, KEY).text.contains(WithheldEntry::NOTICE_CHANGED));
}

#[test]
fn what_made_a_window_longer_is_between_customer_and_staff() {
    let longer = Given::awaiting().then(
        &Command::Extend { closes_on: None },
        administrator(),
        delivered_at() + chrono::Duration::hours(1),
    );
    let kept = SealedEntry::of(&Entry::of(longer.versions.last(), &longer.claim, KEY), KEY);
    assert!(!kept.with_readable_parts(&[Audience::Partner]).text.contains("extended_by"));
    let Some(ReadableEntry::Event(entry)) =
        kept.with_readable_parts(&[Audience::Customer]).to_readable()
    else {
        panic!()
    };
    assert!(entry.members.extended_by.is_some() && entry.closes_at().is_some());
}

#[test]
fn each_entry_leads_from_the_version_before_to_its_own() {
    for story in [story(), drafted_story()] {
        let mut old: Option<&Claim> = None;
        for (entry, new) in entries(&story).iter().zip(&story) {
            follows_from_its_entry(old, entry, new);
            old = Some(new);
        }
    }
}

/// A draft that is edited and submitted.
fn drafted_story() -> Vec<Claim> {
    let event = created(&draft(&input()), &context(alpine(), submitted_at())).unwrap();
    let given = Given::begun(event);
    let given = given.then(&Command::Submit(None), alpine(), submitted_at());
    let given = given.then(&Command::Recall, alpine(), submitted_at() + chrono::Duration::hours(1));
    given.versions.into_iter().chain([given.claim]).collect()
}

#[test]
fn an_entry_that_was_reconstructed_has_no_event() {
    let story = story();
    let entry = Entry::of(None, story.last().unwrap(), KEY);
    assert!(entry.reconstructed && entry.event(None).is_none());
}

#[test]
fn whoever_acted_is_read_as_it_is_written() {
    let person = PersonId::of("a person");
    assert_eq!(PersonId::parse(&person.to_string()), Some(person));
    for (side, text) in [
        (ActorKind::Operator, "reviewer-1".to_owned()),
        (ActorKind::Customer, "recipient:3".to_owned()),
        (ActorKind::Partner, person.to_string()),
        (ActorKind::Customer, person.to_string()),
        (ActorKind::Customer, format!("contact:{person}")),
    ] {
        let read = ActorId::parse(side, &text).unwrap();
        assert_eq!(read.to_string(), text);
    }
    for (side, text) in [
        (ActorKind::System, "system"),
        (ActorKind::Customer, "recipient:99"),
        (ActorKind::Partner, "short"),
        (ActorKind::Customer, "contact:short"),
        (ActorKind::Partner, "contact:aaaaaaaaaaaaaaaa"),
    ] {
        assert_eq!(ActorId::parse(side, text), None, "{text}");
    }
}
