//! The content of a claim, as its first event fixes it.

use crate::claim::{Details, Item, Subject};
use crate::command::ClaimInput;
use crate::context::Facts;
use crate::decision::evidence::merge_declared;
use crate::directory::{Partner, Tenant};
use crate::event::Opening;
use crate::ids::{ClaimId, ItemNo};
use crate::program::Program;

/// The content of a claim that has passed [`check_submit`]; `None` where something is missing after all.
pub(crate) fn build_content(
    id: &ClaimId,
    input: &ClaimInput,
    facts: &Facts,
) -> Option<(Opening, Details)> {
    let (partner, program) = (facts.partner.as_ref()?, facts.program.as_ref()?);
    let tenant = facts.tenant.as_ref()?;
    let opening = Opening {
        id: id.clone(),
        subject: build_subject(input, partner, program, tenant),
        items: build_items(input),
    };
    Some((opening, build_details(input, partner, tenant)?))
}

fn build_subject(
    input: &ClaimInput,
    partner: &Partner,
    program: &Program,
    tenant: &Tenant,
) -> Subject {
    Subject {
        partner: partner.id.clone(),
        location: input.location.clone(),
        program: program.id.clone(),
        policy_version: program.policy_version,
        family: program.family.clone(),
        kind: program.item_kind,
        activity: input.activity.clone(),
        tenant: tenant.id.clone(),
        explicit_yes: tenant.rules.needs_explicit_yes(&program.id),
    }
}

pub(crate) fn build_items(input: &ClaimInput) -> Vec<Item> {
    let ids = input.items.iter().flatten().map(|(_, id)| id.clone());
    (1..).zip(ids).map(|(no, id)| Item { no: ItemNo(no), id, mark: None }).collect()
}

fn build_details(input: &ClaimInput, partner: &Partner, tenant: &Tenant) -> Option<Details> {
    Some(Details {
        partner_name: partner.name.clone(),
        tenant_name: tenant.name.clone(),
        tenant_domain: input.tenant_domain.clone()?,
        customer_contact: input.customer_contact.clone(),
        technical_contact: input.technical_contact.clone(),
        partner_contact: input.partner_contact.clone(),
        label: input.label.clone(),
        external_ref: input.external_ref.clone(),
        renews: input.renews.clone(),
        evidence: merge_declared(&input.evidence, &[]),
        reason_comments: Vec::new(),
        remarks: Vec::new(),
        proposed_contact: None,
        vouched_for: None,
        vouched_by: Vec::new(),
    })
}
