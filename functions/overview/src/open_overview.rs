//! What an overview shows, as things stand.

use std::collections::BTreeMap;

use chrono::{Duration, NaiveDate};
use domain::calendar::Zone;
use domain::claim::{Claim, Instant, Item, ItemStatus};
use domain::content;
use domain::directory::Tenant;
use domain::ids::{AssociationId, ItemNo, PartnerId, ProgramId};
use domain::program::{ItemRef, Policy, Program};
use domain::reason::EndReason;
use domain::rules::ExplicitYes;
use futures_util::future::try_join_all;
use notice::overview::{Overview, OverviewClaim, OverviewPartner, RunningItem};
use notice::{AnswerDeadline, Directory, Language, Notice, OverviewLink};
use store::{Check, LedgerPage, Readings, RequestTime};
use web::RequestError;
use web::views::UsageDay;

use crate::App;
use app::ApiError;

/// How many claims, or looks at the tenant, are read at a time.
const PAGE: u16 = 100;
/// How many such pages are shown.
const MOST_PAGES: usize = 10;
/// How many days of usage are shown.
const USAGE_DAYS: i64 = 30;
/// How many associations are shown with their usage.
const MOST_USAGES: usize = 100;
/// How many of them are read side by side. Each takes a connection of its own.
const AT_ONCE: usize = 16;

/// An overview of a tenant that a link opens.
pub(crate) struct OpenOverview {
    /// Every partner with its claims, as the page shows them.
    pub(crate) overview: Overview,
    /// The language that the customer is written to in.
    pub(crate) language: Language,
    /// The associations that run, and those that have ended.
    pub(crate) associations: Vec<AssociationId>,
}

impl OpenOverview {
    /// The overview of a link; `None`: it is over, or its contact is no verified one any more.
    pub(crate) async fn load(
        app: &App,
        link: &OverviewLink,
        moment: RequestTime,
    ) -> Result<Option<Self>, ApiError> {
        if link.is_over(moment.at) {
            return Ok(None);
        }
        let Some(tenant) = app.store.load_tenant(link.tenant()).await? else { return Ok(None) };
        if link.find_contact(&app.keys.current(), &tenant, moment.at).is_none() {
            return Ok(None);
        }
        let found = Box::pin(load_ledger(app, &tenant, moment)).await?;
        let mut partners = known_partners(&tenant, &found);
        let mut associations = Vec::new();
        let mut reader = ClaimReader::new(app, &tenant, moment.at);
        for (claim, readings) in &found.claims {
            associations.extend(associations_of(claim));
            if let Some(shown) = Box::pin(reader.read_claim(claim, readings)).await?
                && let Some(partner) = partners.get_mut(&claim.subject.partner)
            {
                partner.claims.push(shown);
            }
        }
        let overview = Overview {
            tenant: tenant.name.as_str().to_owned(),
            zone: tenant.time_zone,
            partners: partners.into_values().collect(),
            asks_for_yes: tenant.rules.explicit_yes == ExplicitYes::All,
            has_more: found.next.is_some(),
            ends_at: link.ends_at(),
        };
        let language = Language::of_locale(tenant.customer_language());
        Ok(Some(Self { overview, language, associations }))
    }

    /// Whether that partner is on the page.
    pub(crate) fn shows_partner(&self, id: &PartnerId) -> bool {
        self.overview.partners.iter().any(|own| own.id == *id)
    }
}

/// The ledger of the tenant, as far as it is shown.
async fn load_ledger(
    app: &App,
    tenant: &Tenant,
    moment: RequestTime,
) -> Result<LedgerPage, ApiError> {
    let mut all = LedgerPage { claims: Vec::new(), checks: Vec::new(), next: None };
    for _ in 0..MOST_PAGES {
        let page = app.store.list_ledger(&tenant.id, all.next.as_ref(), PAGE, moment);
        let page = Box::pin(page).await?;
        all.claims.extend(page.claims);
        all.checks.extend(page.checks);
        all.next = page.next;
        if all.next.is_none() {
            break;
        }
    }
    Ok(all)
}

/// Every partner that claims, has looked, or is blocked, without its claims.
fn known_partners(tenant: &Tenant, found: &LedgerPage) -> BTreeMap<PartnerId, OverviewPartner> {
    let mut partners: BTreeMap<PartnerId, OverviewPartner> = BTreeMap::new();
    let blocked = &tenant.rules.blocked_partners;
    let add = |id: &PartnerId, name: &str| OverviewPartner {
        id: id.clone(),
        name: name.to_owned(),
        is_blocked: blocked.contains(id),
        claims: Vec::new(),
        looked_on: None,
    };
    for (claim, _) in &found.claims {
        let (id, name) = (&claim.subject.partner, &claim.details.partner_name);
        partners.entry(id.clone()).or_insert_with(|| add(id, name.as_str()));
    }
    for Check { partner: id, name, date, .. } in &found.checks {
        let partner = partners.entry(id.clone()).or_insert_with(|| add(id, name.as_str()));
        partner.looked_on = partner.looked_on.max(Some(*date));
    }
    for id in blocked {
        partners.entry(id.clone()).or_insert_with(|| add(id, id.as_str()));
    }
    partners
}

/// What of the claim is or was an association. What was renewed is another claim's, and has to be chosen there.
fn associations_of(claim: &Claim) -> impl Iterator<Item = AssociationId> {
    let is_one = |item: &&Item| match claim.item_status(item) {
        ItemStatus::Active { .. } => true,
        ItemStatus::Ended { reason, .. } => reason != EndReason::Renewed,
        ItemStatus::Proposed
        | ItemStatus::Pending
        | ItemStatus::Declined { .. }
        | ItemStatus::Dropped
        | ItemStatus::Withdrawn
        | ItemStatus::Rejected => false,
    };
    claim.items.iter().filter(is_one).map(|item| claim.association_id(item.no))
}

/// An item whose association runs, and whose usage is to be read.
struct UsageOf {
    no: ItemNo,
    item: ItemRef,
    days: (NaiveDate, NaiveDate),
}

/// Reads what the claims of a tenant are shown with.
struct ClaimReader<'a> {
    app: &'a App,
    tenant: &'a Tenant,
    at: Instant,
    programs: BTreeMap<ProgramId, Program>,
    usages_left: usize,
}

impl<'a> ClaimReader<'a> {
    fn new(app: &'a App, tenant: &'a Tenant, at: Instant) -> Self {
        Self { app, tenant, at, programs: BTreeMap::new(), usages_left: MOST_USAGES }
    }

    /// The claim with what runs and waits of it; `None` where nothing does.
    async fn read_claim(
        &mut self,
        claim: &Claim,
        readings: &Readings,
    ) -> Result<Option<OverviewClaim>, ApiError> {
        let is_running =
            |item: &&Item| matches!(claim.item_status(item), ItemStatus::Active { .. });
        let running: Vec<_> = claim.items.iter().filter(is_running).collect();
        if running.is_empty() && claim.undecided_items().next().is_none() {
            return Ok(None);
        }
        let policy = self.app.store.policy_of(claim).await?;
        let mut known = self.read_usage(claim, &running, &policy).await?;
        for item in &running {
            known.entry(item.no).or_default().last_read_at = readings.get(&item.no).copied();
        }
        let (tenant, operator) = (self.tenant, &self.app.operator);
        let program = self.read_program(&claim.subject.program).await?;
        let directory = Directory { tenant, program, policy: &policy };
        let deadline = AnswerDeadline::of(claim, None, &policy);
        let notice = Notice::of(claim, claim.notice, &directory, operator, deadline);
        let term_ends_at = claim.term_ends_at(&policy);
        Ok(Some(OverviewClaim { notice, term_ends_at, running: known }))
    }

    /// A program is never removed from the directory.
    async fn read_program(&mut self, id: &ProgramId) -> Result<&Program, ApiError> {
        if !self.programs.contains_key(id) {
            let program = self.app.store.load_program(id).await?;
            let program = program.ok_or(RequestError::Unavailable)?;
            self.programs.insert(id.clone(), program);
        }
        Ok(self.programs.get(id).ok_or(RequestError::Unavailable)?)
    }

    /// The counts of the last days that the partner may read, of each item.
    async fn read_usage(
        &mut self,
        claim: &Claim,
        running: &[&Item],
        policy: &Policy,
    ) -> Result<BTreeMap<ItemNo, RunningItem>, ApiError> {
        let asked = running.iter().filter_map(|item| self.usage_of(claim, item, policy));
        let asked: Vec<_> = asked.take(self.usages_left).collect();
        self.usages_left = self.usages_left.saturating_sub(asked.len());
        let mut known = BTreeMap::new();
        for some in asked.chunks(AT_ONCE) {
            known.extend(try_join_all(some.iter().map(|one| self.read_days(one))).await?);
        }
        Ok(known)
    }

    /// The days to read; `None` where none may be read yet.
    fn usage_of(&self, claim: &Claim, item: &Item, policy: &Policy) -> Option<UsageOf> {
        let since = claim.item_status(item).active_since()?;
        let zone = claim.state.window().map(|window| Zone::Known(window.time_zone));
        let zone = zone.unwrap_or_else(|| self.tenant.local_zone());
        let today = zone.local_date(self.at);
        let earliest = today - Duration::days(USAGE_DAYS - 1);
        let first = content::first_usage_day(since, policy, zone).unwrap_or(earliest);
        let from = first.max(earliest);
        let days = (from, today);
        (from <= today).then(|| UsageOf { no: item.no, item: claim.item_ref(item), days })
    }

    async fn read_days(&self, asked: &UsageOf) -> Result<(ItemNo, RunningItem), ApiError> {
        let (from, to) = asked.days;
        let rows = self.app.store.list_usage(&self.tenant.id, &asked.item, from, to).await?;
        let usage = rows.days.iter().map(|row| {
            let day = UsageDay::of(row.date, row.active_users, row.provisioned_seats);
            (day.date, day.active_users)
        });
        Ok((asked.no, RunningItem { last_read_at: None, usage: usage.collect() }))
    }
}
