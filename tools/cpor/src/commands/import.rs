//! `import`.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use cpor::api::{Exit, Failure, Session, SteadyPace};
use cpor::import::{
    AtQuota, CLAIM_COLUMNS, ClaimImport, DirectoryImport, ImportReport, Kind, Plan, Quotas,
    Summary, UsageImport, run as send_rows, tell_need,
};
use cpor::output::format_json;
use cpor::visible::to_visible;
use indicatif::{ProgressBar, ProgressStyle};

use super::{CommandResult, ProfileRef, note};
use crate::arguments::{ImportArguments, ImportFile, ImportKind};

pub(crate) fn run(profile: &ProfileRef, given: ImportArguments) -> CommandResult {
    match (given.kind, given.file) {
        (Some(ImportKind::Template), _) => write_template(),
        (Some(ImportKind::Claims(file)), _) => import_claims(profile, &file),
        (Some(ImportKind::Tenants(file)), _) => {
            let plan = DirectoryImport::Tenants.read(&file.file)?;
            import(profile, &DirectoryImport::Tenants, &plan, &file, |_| Ok(()))
        }
        (Some(ImportKind::Partners(file)), _) => {
            let plan = DirectoryImport::Partners.read(&file.file)?;
            import(profile, &DirectoryImport::Partners, &plan, &file, |_| Ok(()))
        }
        (Some(ImportKind::Usage(file)), _) => {
            import(profile, &UsageImport, &UsageImport::read(&file.file)?, &file, |_| Ok(()))
        }
        (None, Some(file)) => import_claims(profile, &ImportFile { file, options: given.options }),
        (None, None) => Err(Failure::Unreadable("name a file (cpor import --help)".to_owned())),
    }
}

/// The first line of a file of claims, and a row with an `import_id` that no other file has.
fn write_template() -> CommandResult {
    let mut bytes = [0; 10];
    getrandom::fill(&mut bytes).map_err(|error| Failure::unreadable("random numbers", error))?;
    let id = data_encoding::BASE32_NOPAD.encode(&bytes).to_lowercase();
    let blanks = ",".repeat(CLAIM_COLUMNS.len().saturating_sub(1));
    Ok((format!("{}\r\n{id}{blanks}\r\n", CLAIM_COLUMNS.join(",")), Exit::Done))
}

fn import_claims(profile: &ProfileRef, file: &ImportFile) -> CommandResult {
    let plan = ClaimImport::read(&file.file)?;
    let claims = u64::try_from(plan.sendable_work().count()).unwrap_or(u64::MAX);
    let tenants: BTreeSet<&str> = plan.sendable_work().map(|row| row.tenant.as_str()).collect();
    let tenants = u64::try_from(tenants.len()).unwrap_or(u64::MAX);
    import(profile, &ClaimImport, &plan, file, |session| {
        let Some(quotas) = Quotas::fetch(session)? else { return Ok(()) };
        let Quotas { daily_claim_quota, daily_claims_left, open_claims_left, .. } = quotas;
        note(&tell_need("claims", claims, daily_claims_left, daily_claim_quota));
        if claims > open_claims_left {
            note(&format!("Only {open_claims_left} more claims may be open."));
        }
        if file.options.dry_run {
            let Quotas { daily_checks_left, daily_check_quota, .. } = quotas;
            let what = "checks of tenants";
            note(&tell_need(what, tenants, daily_checks_left, daily_check_quota));
        }
        Ok(())
    })
}

fn import<K: Kind>(
    profile: &ProfileRef,
    kind: &K,
    plan: &Plan<K::Work>,
    file: &ImportFile,
    before: impl FnOnce(&mut Session) -> Result<(), Failure>,
) -> CommandResult {
    let options = &file.options;
    let bar = draw_bar(plan.count_rows());
    let told = bar.clone();
    let tell = move |wait: Duration, why: &str| tell_wait(&told, wait, why);
    let pace = SteadyPace::new(Some(options.per_second), tell)?;
    let mut session = Session::open(&profile.folder, &profile.name, pace)?;
    before(&mut session)?;
    let path = options.report.clone().unwrap_or_else(|| ImportReport::default_path(&file.file));
    refuse_same(&path, &file.file)?;
    let report = ImportReport::begin(&path)?;
    let at_quota = if options.stop_at_quota { AtQuota::Stop } else { AtQuota::Wait };
    let step = |rows: usize| {
        bar.set_message("");
        bar.inc(u64::try_from(rows).unwrap_or_default());
    };
    let summary = send_rows(kind, plan, &mut session, (options.dry_run, at_quota), report, step);
    bar.finish_and_clear();
    Ok(print_summary(&summary?, &path, options.format.json))
}

/// Refuses to write the report over the file itself.
fn refuse_same(report: &Path, file: &Path) -> Result<(), Failure> {
    let canonical = |path: &Path| path.canonicalize().ok();
    if canonical(report).is_some_and(|report| canonical(file) == Some(report)) {
        return Err(Failure::unreadable(report.display(), "the report would overwrite the file"));
    }
    Ok(())
}

fn draw_bar(rows: u64) -> ProgressBar {
    let bar = ProgressBar::new(rows);
    // The pattern is one of ours; without it the bar has the library's own.
    if let Ok(style) = ProgressStyle::with_template("{bar:32} {pos}/{len} {eta} {wide_msg}") {
        bar.set_style(style);
    }
    bar
}

/// Says what is waited for, in the bar or, where nobody sees one, on a line of its own.
fn tell_wait(bar: &ProgressBar, wait: Duration, why: &str) {
    let text = format!("waiting {} s: {}", wait.as_secs(), to_visible(why));
    if bar.is_hidden() { note(&text) } else { bar.set_message(text) }
}

fn print_summary(summary: &Summary, path: &Path, json: bool) -> (String, Exit) {
    let stopped = summary.stopped.as_ref();
    for line in stopped.into_iter().flat_map(Failure::lines) {
        note(&line);
    }
    let exit = match stopped {
        Some(failure) => failure.exit(),
        None if summary.is_clean() => Exit::Done,
        None => Exit::Found,
    };
    let text = if json {
        format_json(&summary.to_json())
    } else {
        let path = to_visible(&path.display().to_string());
        format!("{}. The report is {path}\n", summary.to_text())
    };
    (text, exit)
}
