//! A command on an existing claim: load, execute silence, decide, commit; decide again when others
//! were faster.

use domain::actor::Actor;
use domain::claim::{Claim, Instant, State, Status};
use domain::command::{ClaimInput, Command, CommandKind};
use domain::context::Context;
use domain::decide::{self, is_due};
use domain::event::{Event, EventType};
use domain::ids::{ClaimId, Version};
use domain::recipient::Recipients;
use domain::rejection::Rejection;
use domain::remark::Remark;
use domain::reminder::Reminder;
use domain::text::Comment;

use super::checks::tells_of_tenant;
use super::commit::Attempts;
use super::competition::{CommandAnswer, Competition, recipients_after, rival_keys};
use super::context::StaffReads;
use super::load::{LoadResult, StoredClaim};
use crate::table::clock::RequestTime;
use crate::table::clock_check::ClockSample;
use crate::table::config::Store;
use crate::table::error::StoreError;

/// A claim as a command of its moment finds it: what was due by then is carried out.
#[derive(Debug, Clone)]
pub struct OpenClaim {
    stored: StoredClaim,
    clock: ClockSample,
    note: Option<Comment>,
}

impl OpenClaim {
    /// The claim as it was opened.
    pub fn claim(&self) -> &Claim {
        self.stored.claim()
    }

    /// The same with what the operator's staff note down with their command. It goes with the command's event: a
    /// command that changes nothing keeps no note.
    #[must_use]
    pub fn with_note(self, note: Option<Comment>) -> Self {
        Self { note, ..self }
    }
}

/// What a command led to.
#[derive(Debug, Clone)]
pub struct CommandOutcome {
    /// The claim as it is now.
    pub claim: Claim,
    /// What the command did to it.
    pub effect: Effect,
    /// Who is asked by its last notice, where [`CommandAnswer`] asks for it and it was read along.
    pub recipients: Option<Recipients>,
    /// What operator staff see beside it, where [`CommandAnswer`] asks for it and it was read along.
    pub competition: Option<Competition>,
}

/// What a command did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It changed the claim: one event.
    Changed,
    /// It is the claim's last event already.
    Repeated,
    /// What it asks for is so already.
    Unchanged,
}

impl Store {
    /// Opens a claim and runs a command on it. `expected` is the version the caller has seen, where it must
    /// name one.
    ///
    /// # Errors
    /// [`StoreError::Rejected`] with the rules' answer, `NotFound` for an unknown claim as for
    /// another party's; [`StoreError::VersionMismatch`], unless the command is a repeat.
    pub async fn execute_command(
        &self,
        id: &ClaimId,
        actor: &Actor,
        command: &Command,
        moment: RequestTime,
        expected: Option<Version>,
    ) -> Result<CommandOutcome, StoreError> {
        let LoadResult { stored, clock } = self.load_claim(id).await?;
        let stored = stored.ok_or(Rejection::NotFound)?;
        decide::authorize_command(stored.claim(), command.kind(), actor)?;
        let open = self.open_stored(stored, clock, moment).await?.ok_or(Rejection::NotFound)?;
        Box::pin(self.run_command(open, actor, command, moment, expected, CommandAnswer::Claim))
            .await
    }

    /// Reads a claim for a command: what was due by its moment is executed first, and a deadline that passed
    /// while the request was on its way is not (`docs/domain.md §4`, *The race*). `None`: there is none.
    ///
    /// # Errors
    /// Where silence is due and cannot be executed now.
    pub async fn open_claim(
        &self,
        id: &ClaimId,
        moment: RequestTime,
    ) -> Result<Option<OpenClaim>, StoreError> {
        let LoadResult { stored, clock } = self.load_claim(id).await?;
        match stored {
            Some(stored) => self.open_stored(stored, clock, moment).await,
            None => Ok(None),
        }
    }

    /// The same of a claim that was read with `clock`.
    pub(crate) async fn open_stored(
        &self,
        stored: StoredClaim,
        clock: ClockSample,
        moment: RequestTime,
    ) -> Result<Option<OpenClaim>, StoreError> {
        if !Box::pin(self.is_past_deadline(stored.claim(), clock, moment)).await? {
            return Ok(Some(OpenClaim { stored, clock, note: None }));
        }
        let id = &stored.claim().id;
        let current = Box::pin(self.load_stored_up_to_date(id, moment.offset)).await?;
        Ok(current.map(|stored| OpenClaim { stored, clock, note: None }))
    }

    /// Runs a command on an open claim. A conflict alone reads the claim again.
    ///
    /// # Errors
    /// Those of [`Store::execute_command`].
    pub async fn run_command(
        &self,
        mut open: OpenClaim,
        actor: &Actor,
        command: &Command,
        moment: RequestTime,
        expected: Option<Version>,
        answer: CommandAnswer,
    ) -> Result<CommandOutcome, StoreError> {
        let kind = command.kind();
        let mut attempts = Attempts::default();
        let note = open.note.take();
        loop {
            let claim = open.stored.claim();
            decide::authorize_command(claim, kind, actor)?;
            let repeats = is_repeat(claim, command, actor, expected);
            let is_seen = expected.is_none_or(|seen| seen == claim.version);
            let may_do_more = repeats && command.may_do_more() && is_seen;
            if repeats && !may_do_more {
                if self.confirm_repeat(claim, command, moment.at).await? {
                    let repeated = command_outcome(open.stored, Effect::Repeated);
                    return Box::pin(self.finish_command(repeated, kind, moment)).await;
                }
                open = self.reopen_claim(open, &mut attempts, moment).await?;
                continue;
            }
            check_version(claim, expected)?;
            let latest = (open.clock.latest_time() + moment.offset).max(moment.at);
            let note = note.as_ref();
            let step = CommandStep { actor, command, note, at: moment.at, latest, answer };
            let stepped = match Box::pin(self.run_step(&open.stored, step, &mut attempts)).await {
                // There is nothing more to do.
                Err(StoreError::Rejected(Rejection::InvalidState { .. })) if may_do_more => {
                    let repeated = command_outcome(open.stored, Effect::Repeated);
                    return Box::pin(self.finish_command(repeated, kind, moment)).await;
                }
                stepped => stepped?,
            };
            match stepped {
                StepResult::Unchanged => {
                    if self.confirm_repeat(claim, command, moment.at).await? {
                        let effect = if repeats { Effect::Repeated } else { Effect::Unchanged };
                        let same = command_outcome(open.stored, effect);
                        if !repeats && *command != Command::Erase {
                            return Ok(same);
                        }
                        return Box::pin(self.finish_command(same, kind, moment)).await;
                    }
                    open = self.reopen_claim(open, &mut attempts, moment).await?;
                    continue;
                }
                StepResult::Changed(changed) => {
                    return Box::pin(self.finish_command(*changed, kind, moment)).await;
                }
                StepResult::Again => {}
            }
            let LoadResult { stored, clock } = self.load_claim(&open.stored.claim().id).await?;
            let stored = stored.ok_or(Rejection::NotFound)?;
            if attempts.wrote_record(&stored.record) {
                let changed = command_outcome(stored, Effect::Changed);
                return Box::pin(self.finish_command(changed, kind, moment)).await;
            }
            if stored.claim().erased && !open.stored.claim().erased {
                self.delete_unused_annotations(&stored.claim().id, attempts.write_ids()).await?;
            }
            open = self.open_stored(stored, clock, moment).await?.ok_or(Rejection::NotFound)?;
        }
    }

    /// Whether a command that changes nothing leaves the claim as it was read. A "no" that stands already is noted
    /// first, so that no undo which arrived before it takes it back; one that was faster is seen afterwards.
    async fn confirm_repeat(
        &self,
        claim: &Claim,
        command: &Command,
        at: Instant,
    ) -> Result<bool, StoreError> {
        if !decide::is_kept_as_repeated(claim, command) {
            return Ok(true);
        }
        self.note_repeated_no(&claim.id, claim.notice, at).await?;
        let LoadResult { stored, .. } = self.load_claim(&claim.id).await?;
        Ok(stored.is_some_and(|stored| stored.claim().version == claim.version))
    }

    /// Reads a claim again that somebody else has written meanwhile.
    async fn reopen_claim(
        &self,
        open: OpenClaim,
        attempts: &mut Attempts,
        moment: RequestTime,
    ) -> Result<OpenClaim, StoreError> {
        attempts.next();
        attempts.retry_after(Ok(None)).await?;
        let found = self.open_claim(&open.stored.claim().id, moment).await?;
        Ok(found.ok_or(Rejection::NotFound)?)
    }

    /// What a command leaves to be done beside its event. A repeat does it again, after a lost answer.
    async fn finish_command(
        &self,
        outcome: CommandOutcome,
        command: CommandKind,
        moment: RequestTime,
    ) -> Result<CommandOutcome, StoreError> {
        if is_undone_after_half_time(&outcome.claim, moment.at) {
            self.ask_reserve(&outcome.claim, moment.at).await?;
        }
        if command == CommandKind::Erase {
            self.remove_personal_data(&outcome.claim.id).await?;
        }
        self.act_on_reports(outcome, moment).await
    }

    /// Looks at the reports once more where a report has opened the window, or somebody was taken off the list of
    /// a notice on its way: a failure that was noted since they were read was decided on before the record said
    /// so, and nobody else comes back to it (`docs/domain.md §5.3`).
    async fn act_on_reports(
        &self,
        outcome: CommandOutcome,
        moment: RequestTime,
    ) -> Result<CommandOutcome, StoreError> {
        let claim = &outcome.claim;
        if !depends_on_reports(claim) {
            return Ok(outcome);
        }
        let known = self.load_recipients(claim).await?;
        if !known.is_some_and(|known| decide::reports_are_pending(claim, &known)) {
            return Ok(outcome);
        }
        let command = Command::ApplyReports { notice: claim.notice };
        let acted = self.execute_command(&claim.id, &Actor::System, &command, moment, None);
        let claim = Box::pin(acted).await?.claim;
        // What was known beside the claim is not as it was either.
        Ok(CommandOutcome { claim, competition: None, ..outcome })
    }

    /// Whether silence comes before a command of that moment. One that arrived before the deadline
    /// counts, however late it is processed (`docs/domain.md §4`, *The race*).
    async fn is_past_deadline(
        &self,
        claim: &Claim,
        clock: ClockSample,
        moment: RequestTime,
    ) -> Result<bool, StoreError> {
        if self.time_if_due(claim, clock, moment.offset).await?.is_none() {
            return Ok(false);
        }
        Ok(is_due(claim, &self.policy_of(claim).await?, moment.at))
    }

    /// Decides and commits once; what only the answer to staff needs is read beside the commit.
    async fn run_step(
        &self,
        stored: &StoredClaim,
        step: CommandStep<'_>,
        attempts: &mut Attempts,
    ) -> Result<StepResult, StoreError> {
        let needs = step.command.kind().needs();
        let around =
            self.read_command_context(stored.claim(), needs, step.actor, step.at, step.answer);
        let mut around = Box::pin(around).await?;
        let claim = stored.claim();
        if step.command.kind() == CommandKind::Submit {
            hide_tenant_facts(claim, &mut around.context);
        }
        let mut decided = self.decide_with_quota(claim, step.command, &around.context).await?;
        if decided.is_some() && attempts.is_first() {
            let used = self.count_command_use(claim, step.command.kind(), &around.context);
            if let over @ Some(_) = used.await? {
                around.context.facts.over_quota = over;
                decided = self.decide_with_quota(claim, step.command, &around.context).await?;
            }
        }
        let Some(mut event) = decided else { return Ok(StepResult::Unchanged) };
        event.remarks.extend(step.note.cloned().map(Remark::note));
        let (staff, asked) = (around.staff.take(), around.asked.take());
        let (result, staff) = tokio::join!(
            Box::pin(self.commit_event(stored, &event, &around, step.latest, attempts.next())),
            Box::pin(self.complete_staff_reads(stored.claim(), staff)),
        );
        let Some(stored) = attempts.retry_after(result).await? else {
            return Ok(StepResult::Again);
        };
        // What could not be read for the answer is read again with it: the command is done.
        let competition = match staff {
            Ok(Some(StaffReads { newest, fetched })) => {
                let known = self.competition_in(stored.claim(), &newest, &fetched, step.at);
                Box::pin(known).await.ok().map(|known| known.after_event(&event))
            }
            Ok(None) | Err(_) => None,
        };
        let claim = stored.record.claim;
        let recipients = match step.answer {
            CommandAnswer::ClaimWithRecipients => recipients_after(asked, &event),
            CommandAnswer::Claim | CommandAnswer::ClaimWithCompetition => None,
        };
        let changed = CommandOutcome { claim, effect: Effect::Changed, recipients, competition };
        Ok(StepResult::Changed(Box::new(changed)))
    }

    /// Decides. A submit that is refused and so tells of the tenant is counted first.
    async fn decide_with_quota(
        &self,
        claim: &Claim,
        command: &Command,
        context: &Context,
    ) -> Result<Option<Event>, StoreError> {
        let decided = domain::decide(Some(claim), command, context);
        if command.kind() == CommandKind::Submit && tells_of_tenant(&decided) {
            Box::pin(self.count_check(&ClaimInput::of(claim), context)).await?;
        }
        Ok(decided?)
    }

    /// Reads the records of the rivals, as far as they were not needed for the decision.
    async fn complete_staff_reads(
        &self,
        claim: &Claim,
        reads: Option<StaffReads>,
    ) -> Result<Option<StaffReads>, StoreError> {
        let Some(mut reads) = reads else { return Ok(None) };
        let wanted = rival_keys(claim, &reads.newest, &reads.fetched)?;
        self.fetch_items(&mut reads.fetched, wanted).await?;
        Ok(Some(reads))
    }
}

/// A partner that may not claim from the draft's location in its program is told nothing of the tenant.
fn hide_tenant_facts(claim: &Claim, context: &mut Context) {
    let input = ClaimInput::of(claim);
    let (location, program) = (input.location.as_ref(), input.program.as_ref());
    let partner = context.facts.partner.as_ref();
    if !partner.is_some_and(|partner| partner.may_claim(location, program)) {
        context.facts.tenant = None;
    }
}

/// A command at its moment.
#[derive(Clone, Copy)]
struct CommandStep<'a> {
    actor: &'a Actor,
    command: &'a Command,
    note: Option<&'a Comment>,
    at: Instant,
    /// The latest it can be by any clock.
    latest: Instant,
    answer: CommandAnswer,
}

/// What came of a step.
enum StepResult {
    Unchanged,
    Changed(Box<CommandOutcome>),
    Again,
}

/// Whether an undo has opened the window again after its half time, when the reminder that asks the contact in reserve
/// found nothing to wait for.
fn is_undone_after_half_time(claim: &Claim, at: Instant) -> bool {
    let State::AwaitingCustomer { window } = &claim.state else { return false };
    let half_time = Reminder::HalfTime.due_at(window);
    claim.last_event.event_type == EventType::DeclineUndone
        && half_time.is_some_and(|half_time| half_time <= at)
}

/// Whether the claim's last event was decided by the reports of its notice, and more of them may change it.
fn depends_on_reports(claim: &Claim) -> bool {
    let last = claim.last_event.event_type;
    match claim.status() {
        Status::AwaitingCustomer => last == EventType::WindowOpened,
        Status::Notifying => matches!(
            last,
            EventType::RecipientFailed | EventType::ContactRefused | EventType::LinkRetired
        ),
        Status::Draft
        | Status::Submitted
        | Status::InReview
        | Status::ActionRequired
        | Status::Disputed
        | Status::Unreachable
        | Status::OnHold
        | Status::Associated
        | Status::Rejected
        | Status::Declined
        | Status::Withdrawn
        | Status::Discarded
        | Status::Ended => false,
    }
}

/// The caller has seen the present version, where that is asked for.
fn check_version(claim: &Claim, expected: Option<Version>) -> Result<(), StoreError> {
    let current = claim.version;
    match expected {
        Some(expected) if expected != current => Err(StoreError::VersionMismatch { current }),
        Some(_) | None => Ok(()),
    }
}

fn command_outcome(stored: StoredClaim, effect: Effect) -> CommandOutcome {
    CommandOutcome { claim: stored.record.claim, effect, recipients: None, competition: None }
}

/// Whether the claim's last event is this command's, by the same party and with the same arguments,
/// and the caller has seen the version it led to or the one before (`docs/api.md §1.5`).
fn is_repeat(claim: &Claim, command: &Command, actor: &Actor, expected: Option<Version>) -> bool {
    let print = command.fingerprint(actor);
    let seen = expected
        .is_none_or(|expected| expected == claim.version || expected.next() == claim.version);
    seen && print.is_some() && claim.last_event.fingerprint == print
}
