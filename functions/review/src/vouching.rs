//! `GET /v1/reviews?needs=vouch`: the claims that wait for somebody to vouch for their contact.

use std::collections::{BTreeMap, BTreeSet};

use domain::claim::{Claim, CustomerContact, Instant, State};
use domain::decide::select_first_list;
use domain::directory::Tenant;
use domain::ids::TenantId;
use domain::program::{Policy, Vouching};
use domain::queue::Queue;
use domain::recipient::Authority;
use futures_util::future::try_join_all;
use store::{ClaimList, Cursor, ListedClaim, RequestTime, Source};
use web::queries::ReviewsQuery;
use web::{PageRequest, RequestError};

use app::{Api, ApiError};

use crate::waiting::{ClaimsPage, assigned_to};

/// The queues whose claims the operator can vouch in, in the order in which they are gone through.
const QUEUES: [Queue; 3] = [Queue::Submitted, Queue::InReview, Queue::Unreachable];

/// How many tenants are read side by side.
const AT_ONCE: usize = 32;

/// How often the queues are read for one page.
const READS: usize = 10;

/// A page of the queues, without the claims that need nobody to vouch: their tenants are read for that. It may be short
/// while there is a next: the queues were read ten times then.
pub(crate) async fn load_page(
    app: &Api,
    query: &ReviewsQuery,
    page: &PageRequest,
    moment: RequestTime,
) -> Result<ClaimsPage, ApiError> {
    let (mut queue, mut from) = read_position(page.position.as_deref())?;
    let limit = u16::try_from(page.limit).unwrap_or(u16::MAX);
    let keep = |claim: &Claim| query.takes_claim(claim, moment.at);
    let mut claims = Vec::new();
    for _ in 0..READS {
        let source = Source::Waiting { queue: Some(queue), assigned_to: assigned_to(query) };
        let list = ClaimList { source, keep: &keep };
        let found = app.store.list_claims(list, from.as_ref(), limit, moment).await?;
        let tenants = load_tenants(app, &found.items).await?;
        for listed in found.items {
            let claim = &listed.claim;
            let Some(tenant) = tenants.get(&claim.subject.tenant) else { continue };
            let policy = app.store.policy_of(claim).await?;
            if !needs_vouching(claim, tenant, &policy, moment.at) {
                continue;
            }
            let behind = listed.behind.clone();
            claims.push(listed);
            if claims.len() >= limit.into() {
                return Ok((claims, write_position(queue, Some(&behind))));
            }
        }
        from = found.next;
        if from.is_none() {
            let Some(next) = next_queue(queue) else { return Ok((claims, None)) };
            queue = next;
        }
    }
    Ok((claims, write_position(queue, from.as_ref())))
}

/// The position at which the next page begins.
fn write_position(queue: Queue, from: Option<&Cursor>) -> Option<String> {
    serde_json::to_string(&(queue, from)).ok()
}

/// In which queue a page begins, and where in it.
fn read_position(position: Option<&str>) -> Result<(Queue, Option<Cursor>), RequestError> {
    match position {
        None => Ok((Queue::Submitted, None)),
        Some(text) => serde_json::from_str(text).map_err(|_| RequestError::InvalidCursor),
    }
}

/// The queue that is gone through next.
fn next_queue(queue: Queue) -> Option<Queue> {
    QUEUES.iter().copied().skip_while(|own| *own != queue).nth(1)
}

/// The tenants of these claims.
async fn load_tenants(
    app: &Api,
    claims: &[ListedClaim],
) -> Result<BTreeMap<TenantId, Tenant>, ApiError> {
    let ids: BTreeSet<_> = claims.iter().map(|listed| &listed.claim.subject.tenant).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let mut tenants = BTreeMap::new();
    for group in ids.chunks(AT_ONCE) {
        let read = try_join_all(group.iter().map(|id| app.store.load_tenant(id))).await?;
        tenants.extend(read.into_iter().flatten().map(|tenant| (tenant.id.clone(), tenant)));
    }
    Ok(tenants)
}

/// Whether a claim cannot go on before somebody vouches for its contact: nobody else could open a window, or the
/// contact that is proposed is not verified.
fn needs_vouching(claim: &Claim, tenant: &Tenant, policy: &Policy, at: Instant) -> bool {
    let details = &claim.details;
    let (contact, is_alone) = match &claim.state {
        State::Submitted { .. } | State::InReview { .. } => {
            (&details.customer_contact, select_first_list(claim, tenant, at).is_none())
        }
        State::Unreachable { with_operator: true, .. } => (&details.proposed_contact, true),
        State::Draft { .. }
        | State::ActionRequired { .. }
        | State::Disputed { .. }
        | State::Notifying { .. }
        | State::Unreachable { with_operator: false, .. }
        | State::AwaitingCustomer { .. }
        | State::OnHold { .. }
        | State::Associated { .. }
        | State::Rejected { .. }
        | State::Declined { .. }
        | State::Withdrawn
        | State::Discarded
        | State::Ended { .. } => return false,
    };
    let can_be_vouched_for = |contact: &CustomerContact| {
        let is_domain = tenant.authority_of(&contact.email) == Authority::Domain;
        is_domain && !details.is_vouched_for(&contact.email)
    };
    policy.vouching == Vouching::Allowed
        && is_alone
        && contact.as_ref().is_some_and(can_be_vouched_for)
}

#[cfg(test)]
mod tests {
    use domain::actor::ActorKind;
    use domain::claim::{Details, ExtensionCauses, LastEvent, Subject, UsedChances};
    use domain::event::EventType;
    use domain::ids::{ClaimId, NoticeNo, PartnerId, Version};
    use domain::program::ItemKind;
    use domain::text::{Domain, Email, Name};
    use serde_json::json;

    use super::*;

    const TENANT: &str = "6f3c0000-0000-4000-8000-000000000001";

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn contact(address: &str) -> CustomerContact {
        let name = Name::parse("Jana").unwrap();
        let email = Email::parse(address).unwrap();
        CustomerContact { name: name.clone(), title: name, email }
    }

    /// A claim that waits for a reviewer; its contact is at the tenant's domain.
    fn claim() -> Claim {
        let name = |text| Name::parse(text).unwrap();
        let now = at("2026-12-20T10:00:00Z");
        let partner = PartnerId::parse("p-alpine").unwrap();
        Claim {
            id: ClaimId::of(&partner, "k"),
            version: Version(1),
            subject: Subject {
                partner,
                location: None,
                program: "osu-m365".to_owned().try_into().unwrap(),
                policy_version: 1,
                family: "osu-m365".to_owned().try_into().unwrap(),
                kind: ItemKind::Workload,
                activity: None,
                tenant: TenantId::parse(TENANT).unwrap(),
                explicit_yes: false,
            },
            items: vec![],
            state: State::Submitted { due_at: None },
            contested: false,
            defence_until: None,
            defence: None,
            notice: NoticeNo(0),
            content_hash: None,
            deadline_calendar: None,
            disputed: false,
            extended: false,
            opened_by: None,
            extended_by: ExtensionCauses::default(),
            last_outage: 0,
            used: UsedChances::default(),
            created_at: now,
            submitted_at: Some(now),
            priority_at: Some(now),
            details: Details {
                partner_name: name("Alpine Cloud"),
                tenant_name: name("Contoso"),
                tenant_domain: Domain::parse("contoso.example").unwrap(),
                customer_contact: Some(contact("jana@contoso.example")),
                technical_contact: None,
                partner_contact: None,
                label: None,
                external_ref: None,
                renews: None,
                evidence: vec![],
                reason_comments: vec![],
                remarks: vec![],
                proposed_contact: None,
                vouched_for: None,
                vouched_by: Vec::new(),
            },
            erased: false,
            last_event: LastEvent {
                event_type: EventType::Submitted,
                at: now,
                actor: ActorKind::Partner,
                actor_id: None,
                by_silence: false,
                fingerprint: None,
            },
        }
    }

    fn tenant(verified: bool) -> Tenant {
        serde_json::from_value(json!({
            "id": TENANT, "name": "Contoso", "status": "active", "domains": ["contoso.example"],
            "country": "CZ", "subdivision": null, "time_zone": null, "locale": "cs", "closures": [],
            "contacts": [{"name": "IT", "email": "it@contoso.example", "verified": verified}],
            "items": [],
        }))
        .unwrap()
    }

    fn needs(claim: &Claim, tenant: &Tenant, policy: &Policy) -> bool {
        needs_vouching(claim, tenant, policy, at("2026-12-21T10:00:00Z"))
    }

    #[test]
    fn a_claim_on_a_tenant_without_a_verified_contact_needs_vouching_until_somebody_vouches() {
        let (mut claim, policy) = (claim(), Policy::default());
        assert!(needs(&claim, &tenant(false), &policy));
        assert!(!needs(&claim, &tenant(true), &policy));
        let never = Policy { vouching: Vouching::Never, ..Policy::default() };
        assert!(!needs(&claim, &tenant(false), &never));
        claim.details.vouched_for = Some(Email::parse("jana@contoso.example").unwrap());
        assert!(!needs(&claim, &tenant(false), &policy));
        claim.details.customer_contact = Some(contact("jana@alpine.example"));
        assert!(!needs(&claim, &tenant(false), &policy));
    }

    #[test]
    fn a_proposed_contact_of_the_tenants_domain_needs_vouching_while_it_is_the_operators_turn() {
        let (mut claim, policy) = (claim(), Policy::default());
        claim.details.proposed_contact = Some(contact("karel@contoso.example"));
        claim.state = State::Unreachable { due_at: None, with_operator: true };
        assert!(needs(&claim, &tenant(true), &policy));
        claim.state = State::Unreachable { due_at: None, with_operator: false };
        assert!(!needs(&claim, &tenant(true), &policy));
        claim.state = State::Unreachable { due_at: None, with_operator: true };
        claim.details.proposed_contact = Some(contact("it@contoso.example"));
        assert!(!needs(&claim, &tenant(true), &policy));
    }

    #[test]
    fn the_queues_are_gone_through_one_after_the_other() {
        assert_eq!(next_queue(Queue::Submitted), Some(Queue::InReview));
        assert_eq!(next_queue(Queue::InReview), Some(Queue::Unreachable));
        assert_eq!(next_queue(Queue::Unreachable), None);
    }

    #[test]
    fn a_page_begins_where_the_page_before_ended() {
        assert_eq!(read_position(None), Ok((Queue::Submitted, None)));
        let next = serde_json::to_string(&(Queue::InReview, None::<Cursor>)).unwrap();
        assert_eq!(read_position(Some(&next)), Ok((Queue::InReview, None)));
        assert_eq!(read_position(Some("{}")), Err(RequestError::InvalidCursor));
    }
}
