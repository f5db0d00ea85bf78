//! `POST /c/{token}`: what the form of the overview takes away. It can be sent again after any failure: what is done stays
//! done, and the rest follows.

use std::time::Duration;

use app::{ApiError, log_motive, request_time};
use domain::actor::Actor;
use domain::command::Command;
use domain::ids::PartnerId;
use domain::overview::OverviewAct;
use domain::rejection::{FieldCode, FieldError, Rejection};
use domain::rules::StandingRules;
use domain::text::Name;
use lambda_http::{Body, Response};
use notice::OverviewLink;
use notice::overview::{OverviewChoices, OverviewProblem, RefusedOverviewForm};
use runtime::fields::{self, metric};
use runtime::telemetry;
use store::{OverviewActRecord, RequestTime, StoreError};
use web::{Call, RequestError};

use crate::App;
use crate::answer::OverviewResponder;
use crate::form::{TakeForm, read_choices, read_form};
use crate::open_overview::OpenOverview;

/// How long claims are changed for rules that were written; what is left the sweep does.
const WITHIN: Duration = Duration::from_secs(15);

/// A form that was not taken: what is told, and as which failure.
type Refusal = (OverviewProblem, RequestError);

/// Takes away what the form says, and answers with what was done.
pub(crate) async fn take_away(
    app: &App,
    call: &Call<'_>,
    link: &OverviewLink,
    token: &str,
    answers: &OverviewResponder<'_>,
) -> Response<Body> {
    let moment = match request_time(&app.store, call).await {
        Ok(moment) => moment,
        Err(error) => return answers.refusal_response(&error.into_failure()),
    };
    let fields = match call.form_fields() {
        Ok(fields) => fields,
        Err(failure) => return answers.refusal_response(&failure),
    };
    let open = match OpenOverview::load(app, link, moment).await {
        Ok(Some(open)) => open,
        Ok(None) => return answers.over_page(),
        Err(error) => return answers.refusal_response(&error.into_failure()),
    };
    let context = FormContext { app, link, open: &open, moment };
    match Box::pin(context.take(&fields, token)).await {
        Ok(done) => answers.taken_page(&open, &done, moment),
        Err((problem, failure)) => {
            let refused = RefusedOverviewForm { problem, choices: read_choices(&fields) };
            // What was done meanwhile is not in the list any more.
            let now = if may_be_done_in_part(problem) {
                OpenOverview::load(app, link, moment).await.ok().flatten()
            } else {
                None
            };
            answers.refused_page(now.as_ref().unwrap_or(&open), &refused, &failure)
        }
    }
}

/// What a form is carried out with.
struct FormContext<'a> {
    app: &'a App,
    link: &'a OverviewLink,
    open: &'a OpenOverview,
    moment: RequestTime,
}

impl FormContext<'_> {
    async fn take(
        &self,
        fields: &[(String, String)],
        token: &str,
    ) -> Result<OverviewChoices, Refusal> {
        let TakeForm { choices, code } =
            read_form(fields).map_err(|problem| (problem, wrong_form(problem)))?;
        self.check_code(&code, token).await?;
        self.check_offered(&choices)?;
        self.end_associations(&choices).await?;
        self.change_rules(&choices).await?;
        tracing::info!(
            { fields::TENANT_ID } = %self.link.tenant(),
            ends = choices.ends.len(),
            blocks = choices.blocks.len(),
            asks_for_yes = choices.asks_for_yes,
            "A contact took something away"
        );
        Ok(choices)
    }

    /// Each form is counted before its code is looked at, so that guesses made at once are counted one by one.
    async fn check_code(&self, code: &str, token: &str) -> Result<(), Refusal> {
        let counted = self.app.store.count_overview_form(self.link.tenant(), token).await;
        if !counted.map_err(refuse_unfinished)? {
            telemetry::add_to_metric(metric::CODE_ATTACK, 1);
            tracing::warn!(
                { fields::TENANT_ID } = %self.link.tenant(),
                "As many forms came by the link of an overview as may"
            );
            return Err((OverviewProblem::FormsUsedUp, self.refuse_more_forms()));
        }
        if self.link.accepts_code(&self.app.keys.current(), code) {
            return Ok(());
        }
        Err((OverviewProblem::CodeWrong, RequestError::CodeWrong { tries_left: None }))
    }

    /// By then the link is over.
    fn refuse_more_forms(&self) -> RequestError {
        let left = (self.link.ends_at() - self.moment.at).num_seconds().max(1);
        RequestError::CodeLocked { retry_after_s: u32::try_from(left).unwrap_or(u32::MAX) }
    }

    /// Nothing is done of a form that names what is not this tenant's.
    fn check_offered(&self, choices: &OverviewChoices) -> Result<(), Refusal> {
        let ends = choices.ends.iter().all(|id| self.open.associations.contains(id));
        let blocks = choices.blocks.iter().all(|id| self.open.shows_partner(id));
        if ends && blocks {
            return Ok(());
        }
        Err((OverviewProblem::Unknown, wrong_form(OverviewProblem::Unknown)))
    }

    /// One that has ended stays so. Who is told of an end follows from its event.
    async fn end_associations(&self, choices: &OverviewChoices) -> Result<(), Refusal> {
        let actor = Actor::CustomerContact {
            tenant: self.link.tenant().clone(),
            contact: self.link.contact(),
        };
        for id in &choices.ends {
            let command = Command::End { item: id.item, comment: None, motive: choices.motive };
            let given =
                self.app.store.execute_command(&id.claim, &actor, &command, self.moment, None);
            let outcome = Box::pin(given).await.map_err(refuse_unfinished)?;
            log_motive(&command, outcome.effect);
        }
        Ok(())
    }

    /// The rules are stored first: whatever fails then, they hold, and the sweep carries them out.
    async fn change_rules(&self, choices: &OverviewChoices) -> Result<(), Refusal> {
        if choices.blocks.is_empty() && !choices.asks_for_yes {
            return Ok(());
        }
        let (store, tenant) = (&self.app.store, self.link.tenant());
        let wish = |rules: &StandingRules| take_from_rules(rules, choices);
        let written = store.put_standing_rules(tenant, &wish, self.moment, &|_, _| true);
        let written = Box::pin(written).await.map_err(rules_refusal)?;
        let rules = match written {
            Some(store::EntryWrite::Created(own) | store::EntryWrite::Stored(own)) => own.entry,
            Some(store::EntryWrite::Stale(_)) | None => return Err(refuse_unavailable()),
        };
        self.announce_acts(choices).await?;
        let applied = store.apply_rules(tenant, &rules, self.moment, Some(WITHIN));
        Box::pin(applied).await.map(drop).map_err(refuse_unfinished)
    }

    /// Notes the acts for the ledger, and has every verified contact told of them.
    async fn announce_acts(&self, choices: &OverviewChoices) -> Result<(), Refusal> {
        let mut noted = Vec::new();
        for record in self.list_acts(choices) {
            let (tenant, ends_at) = (self.link.tenant(), self.link.ends_at());
            let note = self.app.store.note_overview_act(tenant, ends_at, &record);
            noted.push(note.await.map_err(refuse_unfinished)?);
        }
        self.app.queues.send_acts(self.link.tenant(), &noted).await.map_err(|error| {
            telemetry::log_failure("What was taken away could not be told", error.source_error());
            refuse_unavailable()
        })
    }

    fn list_acts(&self, choices: &OverviewChoices) -> Vec<OverviewActRecord> {
        let record = |act, partner| OverviewActRecord {
            act,
            partner,
            by: self.link.contact(),
            at: self.moment.at,
        };
        let blocked = choices.blocks.iter().map(|id| (id.clone(), self.partner_name(id)));
        let mut acts: Vec<_> = blocked
            .map(|(id, name)| record(OverviewAct::BlockPartner, name.map(|name| (id, name))))
            .collect();
        acts.extend(choices.asks_for_yes.then(|| record(OverviewAct::AskForYes, None)));
        acts
    }

    fn partner_name(&self, id: &PartnerId) -> Option<Name> {
        let partner = self.open.overview.partners.iter().find(|own| own.id == *id)?;
        Name::parse(&partner.name).ok()
    }
}

/// The rules with what the form takes away.
fn take_from_rules(
    rules: &StandingRules,
    choices: &OverviewChoices,
) -> Result<StandingRules, Rejection> {
    let mut taken = rules.clone();
    for partner in &choices.blocks {
        taken = taken.with_blocked_partner(partner)?;
    }
    Ok(if choices.asks_for_yes { taken.with_yes_asked() } else { taken })
}

/// Whether something of a form was done before it was refused: what comes before that has changed nothing.
const fn may_be_done_in_part(problem: OverviewProblem) -> bool {
    match problem {
        OverviewProblem::BlocksFull | OverviewProblem::Unfinished => true,
        OverviewProblem::CodeMalformed
        | OverviewProblem::CodeWrong
        | OverviewProblem::FormsUsedUp
        | OverviewProblem::Nothing
        | OverviewProblem::TooMany
        | OverviewProblem::Unknown => false,
    }
}

fn wrong_form(problem: OverviewProblem) -> RequestError {
    let (pointer, code) = match problem {
        OverviewProblem::CodeMalformed => ("/code", FieldCode::Malformed),
        OverviewProblem::TooMany => ("/end", FieldCode::TooLong),
        OverviewProblem::BlocksFull => ("/block", FieldCode::TooLong),
        OverviewProblem::Nothing
        | OverviewProblem::Unknown
        | OverviewProblem::CodeWrong
        | OverviewProblem::FormsUsedUp
        | OverviewProblem::Unfinished => ("", FieldCode::Required),
    };
    RequestError::Fields(vec![FieldError::new(pointer, code)])
}

fn rules_refusal(error: StoreError) -> Refusal {
    if matches!(error, StoreError::Rejected(_)) {
        return (OverviewProblem::BlocksFull, wrong_form(OverviewProblem::BlocksFull));
    }
    refuse_unfinished(error)
}

/// Whatever the store says, the form can be sent again.
fn refuse_unfinished(error: StoreError) -> Refusal {
    (OverviewProblem::Unfinished, ApiError::from(error).into_failure())
}

fn refuse_unavailable() -> Refusal {
    (OverviewProblem::Unfinished, RequestError::Unavailable)
}
