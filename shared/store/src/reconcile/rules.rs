//! What the customer's standing rules do to claims under way (`docs/domain.md §3.7`): a yes that is asked for, and
//! blocks, which are a "no". Each acts as of the moment at which the rules arrived, however late it is carried out.

use std::time::Duration;

use domain::actor::Actor;
use domain::decide::commands_demanded_by;
use domain::ids::{ClaimId, TenantId};
use domain::rules::StandingRules;

use super::directory::PAGE;
use super::failures::Failures;
use super::report::ReconcileReport;
use crate::claims::run::Effect;
use crate::table::clock::RequestTime;
use crate::table::config::Store;
use crate::table::error::StoreError;

impl Store {
    /// Does to the claims at a tenant what its customer's rules demand, which were written at `moment`. Twice does
    /// no more than once. No further claim is begun once it took `within`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where time ran out: what came before is done. Where a claim could not be read or
    /// changed and may be later: all others are done.
    pub async fn apply_rules(
        &self,
        tenant: &TenantId,
        rules: &StandingRules,
        moment: RequestTime,
        within: Option<Duration>,
    ) -> Result<ReconcileReport, StoreError> {
        let (mut report, mut failures) = (ReconcileReport::default(), Failures::default());
        let until = within.map(|within| self.system_time() + within);
        let ids = self.claims_at_tenant(None, tenant).await?.all_ids()?;
        for page in ids.chunks(usize::try_from(PAGE).unwrap_or(usize::MAX)) {
            for record in self.readable_records(page, &mut failures).await {
                report.seen += 1;
                if commands_demanded_by(rules, &record.claim, moment.at).is_empty() {
                    continue;
                }
                if until.is_some_and(|until| self.system_time() >= until) {
                    return Err(StoreError::Unavailable("more claims than time".to_owned()));
                }
                let applied = self.apply_rules_to(&record.claim.id, tenant, rules, moment).await;
                report.changed += failures.note_outcome(&record.claim.id, applied).unwrap_or(0);
            }
        }
        failures.finish_report(report)
    }

    /// Gives the commands that the rules demand of a claim as it is now; how many changed it.
    async fn apply_rules_to(
        &self,
        id: &ClaimId,
        tenant: &TenantId,
        rules: &StandingRules,
        moment: RequestTime,
    ) -> Result<u32, StoreError> {
        let actor = Actor::CustomerAdmin { tenant: tenant.clone(), person: None };
        let mut changed = 0;
        // Silence that was due before the rules arrived comes first, and may leave nothing to do.
        let Some(open) = Box::pin(self.open_claim(id, moment)).await? else { return Ok(0) };
        for command in commands_demanded_by(rules, open.claim(), moment.at) {
            let given = self.execute_command(id, &actor, &command, moment, None);
            changed += u32::from(Box::pin(given).await?.effect == Effect::Changed);
        }
        Ok(changed)
    }
}
