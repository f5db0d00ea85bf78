//! `bench pace`: how fast each function starts, answers first and answers on, beside the limits of its
//! libraries and two of the jobs in Python. All are started in turn, many times, in one run.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde_json::json;
use support::engine::key;
use support::wire::Call;

use crate::certificate;
use crate::cloud::Cloud;
use crate::figures::{Series, digits, megabytes};
use crate::fixture::Fixture;
use crate::job::{FUNCTIONS, Job};
use crate::package::zipped;
use crate::peers::{self, Items, JOBS, changes};
use crate::process::{Function, Program, pin};
use crate::report::{Bars, Table, built, machine, publish};

/// The part of a core, in percent, that a function of 128 MB has on Lambda.
const SMALL_SHARE: u64 = 7;

/// Something that is measured.
struct Subject {
    name: String,
    job: Job,
    kind: Kind,
    program: Program,
    package: Vec<PathBuf>,
    figures: Figures,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Limit,
    Own,
    Peer,
}

/// What is measured of it.
#[derive(Default)]
struct Figures {
    start: Series,
    start_cpu: Series,
    first: Series,
    first_small: Series,
    warm_cpu: Series,
    memory: Series,
}

/// How often.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How often each is started.
    pub rounds: usize,
    /// How many requests a started function answers after its first.
    pub warm: usize,
}

/// Measures, and tells.
pub async fn run(plan: Plan, only: &[String], now: fn() -> DateTime<Utc>) {
    pin(0);
    let folder = built().join("bench");
    fs::create_dir_all(&folder).expect("a folder");
    let tls = certificate::issue(&folder);
    let mut fixture = Box::pin(Fixture::set(now())).await;
    let database = fixture.env.engine.database().clone();
    let cloud = Cloud::start(database, fixture.env.documents.clone(), Some(tls)).await;
    let mut subjects = subjects(only);
    check_peers(&mut fixture, &cloud, &subjects, now).await;
    for round in 0..plan.rounds {
        for subject in &mut subjects {
            subject.measure(&mut fixture, &cloud, plan, now).await;
        }
        eprintln!("round {} of {}", round + 1, plan.rounds);
    }
    tell(&subjects, plan, now(), only.is_empty());
}

fn subjects(only: &[String]) -> Vec<Subject> {
    let release = release();
    let limit =
        |name: &str, job| subject(name, job, Kind::Limit, release.join("examples").join(name));
    let own = |(name, job): (&str, Job)| subject(name, job, Kind::Own, release.join(name));
    let peer = |(name, job, _): (&str, Job, &str)| Subject {
        name: peers::title(name),
        job,
        kind: Kind::Peer,
        program: peers::program(name),
        package: peers::package(),
        figures: Figures::default(),
    };
    let all = [limit("empty", Job::Nothing), limit("echo", Job::Echo)].into_iter();
    let all = all.chain(FUNCTIONS.map(own)).chain(JOBS.map(peer));
    let wanted = |subject: &Subject| {
        only.is_empty() || only.iter().any(|name| subject.name.split(' ').any(|word| word == name))
    };
    all.filter(wanted).filter(|subject| subject.package.iter().all(|part| part.exists())).collect()
}

fn subject(name: &str, job: Job, kind: Kind, path: PathBuf) -> Subject {
    let program = Program::binary(&path);
    Subject {
        name: name.to_owned(),
        job,
        kind,
        program,
        package: vec![path],
        figures: Figures::default(),
    }
}

/// Where the release binaries are: built for a named target, as the project always does.
pub fn release() -> PathBuf {
    let own = std::env::current_exe().expect("the benchmark's own path");
    own.parent().expect("a folder").to_owned()
}

impl Subject {
    /// One start at a full core with its warm requests, and one whose first request has little of one.
    async fn measure(
        &mut self,
        fixture: &mut Fixture,
        cloud: &Cloud,
        plan: Plan,
        now: fn() -> DateTime<Utc>,
    ) {
        // The first start is for the machine, which still has to do with what ran before.
        drop(Function::start(&self.program, cloud, Some(1)).await);
        let mut function = Function::start(&self.program, cloud, Some(1)).await;
        self.figures.start.add_ms(function.start);
        self.figures.start_cpu.add_ms(function.start_cpu);
        let first = self.do_one(&mut function, fixture, now).await;
        self.figures.first.add(first);
        for _ in 0..plan.warm {
            let event = self.job.event(fixture, now());
            let before = function.cpu();
            let answer = function.invoke(&event).await;
            self.figures.warm_cpu.add(function.cpu().saturating_sub(before).as_secs_f64() * 1e6);
            assert!(self.job.is_done(&answer.body), "{}: {}", self.name, answer.body);
        }
        self.figures.memory.add(megabytes(function.peak_memory()));
        drop(function);
        let mut function = Function::start(&self.program, cloud, Some(1)).await;
        if function.limit(SMALL_SHARE) {
            let first = self.do_one(&mut function, fixture, now).await;
            self.figures.first_small.add(first);
        }
    }

    /// Milliseconds of one invocation.
    async fn do_one(
        &self,
        function: &mut Function,
        fixture: &mut Fixture,
        now: fn() -> DateTime<Utc>,
    ) -> f64 {
        let event = self.job.event(fixture, now());
        let answer = function.invoke(&event).await;
        assert!(answer.well && self.job.is_done(&answer.body), "{}: {}", self.name, answer.body);
        answer.took.as_secs_f64() * 1e3
    }
}

/// Every peer changes the table as the function does whose job it has.
async fn check_peers(
    fixture: &mut Fixture,
    cloud: &Cloud,
    subjects: &[Subject],
    now: fn() -> DateTime<Utc>,
) {
    for subject in subjects.iter().filter(|subject| subject.kind == Kind::Peer) {
        let own = JOBS.iter().find(|(_, job, _)| *job == subject.job).map(|(.., name)| *name);
        let own = Program::binary(&release().join(own.expect("a function of the same job")));
        let expected = changed_by(&own, subject.job, fixture, cloud, now).await;
        let found = changed_by(&subject.program, subject.job, fixture, cloud, now).await;
        assert_eq!(found, expected, "{} writes something else", subject.name);
        eprintln!("{} writes what the function writes: {} items", subject.name, found.len());
    }
}

async fn changed_by(
    program: &Program,
    job: Job,
    fixture: &mut Fixture,
    cloud: &Cloud,
    now: fn() -> DateTime<Utc>,
) -> Vec<String> {
    let event = job.event(fixture, now());
    let before = items(fixture);
    let mut function = Function::start(program, cloud, Some(1)).await;
    let answer = function.invoke(&event).await;
    assert!(job.is_done(&answer.body), "{:?}: {}", program.command, answer.body);
    let mut changes = changes(&before, &items(fixture));
    changes.sort();
    changes
}

/// What each job of the peers asks of the table, call by call, as JSON lines: for whoever writes a peer.
pub async fn trace(now: fn() -> DateTime<Utc>) {
    let mut fixture = Box::pin(Fixture::set(now())).await;
    let database = fixture.env.engine.database().clone();
    let cloud = Cloud::start(database, fixture.env.documents.clone(), None).await;
    for (name, job, own) in JOBS {
        let event = job.event(&mut fixture, now());
        println!("{}", json!({"job": name, "event": event}));
        let mut function =
            Function::start(&Program::binary(&release().join(own)), &cloud, None).await;
        cloud.record();
        let answer = function.invoke(&event).await;
        for call in cloud.record() {
            let Call { operation, request, response, .. } = call;
            println!(
                "{}",
                json!({"job": name, "operation": operation, "request": request, "response": response})
            );
        }
        println!("{}", json!({"job": name, "answer": answer.body}));
    }
}

fn items(fixture: &Fixture) -> Items {
    fixture.env.engine.items("").into_iter().map(|item| (key(&item), item)).collect()
}

fn tell(subjects: &[Subject], plan: Plan, now: DateTime<Utc>, whole: bool) {
    let mut table = Table::new(&[
        "",
        "start, ms",
        "first request, ms",
        "the same at 7 % of a core, ms",
        "warm request, CPU µs",
        "memory, MB",
        "binary or bundle, MB",
        "zip, MB",
    ]);
    for subject in subjects {
        let Subject { name, figures, package, .. } = subject;
        let title = match subject.kind {
            Kind::Limit => format!("*{name}*: {}", subject.job.title()),
            Kind::Own => format!("**{name}**: {}", subject.job.title()),
            Kind::Peer => name.clone(),
        };
        table.row(&[
            title,
            figures.start.text(),
            figures.first.text(),
            figures.first_small.text(),
            format!(
                "{} (p90 {})",
                digits(figures.warm_cpu.median()),
                digits(figures.warm_cpu.quantile(0.9))
            ),
            digits(figures.memory.median()),
            digits(megabytes(size(package))),
            digits(megabytes(zipped(package))),
        ]);
    }
    let machine = machine(now);
    let command = if whole { "`make bench`".to_owned() } else { "`bench pace`, a part".to_owned() };
    let note = format!(
        "Median (least–most) of {} starts each, in turn; {} warm requests each. {machine}. {command}",
        plan.rounds,
        plan.rounds * plan.warm,
    );
    println!("{}\n\n{note}", table.text());
    println!("\n{}", ratios(subjects));
    if whole {
        publish("bench:pace", &format!("{}\n\n{note}.", table.text()));
        let cold = |subject: &Subject| {
            let cold = subject.figures.start.median() + subject.figures.first.median();
            (subject.name.clone(), subject.kind == Kind::Own, cold)
        };
        let values: Vec<_> = subjects.iter().map(cold).collect();
        let title = "From the start of the process to its first answer (TLS, logarithmic scale)";
        Bars::new(title, &machine, &values).write("pace.svg");
    }
}

/// The figures as ratios within this run.
fn ratios(subjects: &[Subject]) -> String {
    let of =
        |name: &str| subjects.iter().find(|subject| subject.name == name).map(|it| &it.figures);
    let (Some(empty), Some(echo)) = (of("empty"), of("echo")) else { return String::new() };
    let mut table = Table::new(&["", "start ÷ empty", "warm CPU ÷ echo", "Python's start ÷ start"]);
    let jobs: BTreeMap<&str, &str> = JOBS.iter().map(|(job, _, own)| (*own, *job)).collect();
    for subject in subjects.iter().filter(|subject| subject.kind == Kind::Own) {
        let peer = jobs.get(subject.name.as_str()).and_then(|job| of(&peers::title(job)));
        table.row(&[
            subject.name.clone(),
            digits(subject.figures.start.median() / empty.start.median()),
            digits(subject.figures.warm_cpu.median() / echo.warm_cpu.median()),
            peer.map_or("–".to_owned(), |peer| {
                digits(peer.start.median() / subject.figures.start.median())
            }),
        ]);
    }
    table.text()
}

/// The size of files, and of all that is in folders.
fn size(paths: &[PathBuf]) -> u64 {
    let size = |path: &PathBuf| {
        if path.is_file() {
            return fs::metadata(path).map_or(0, |data| data.len());
        }
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        size(&entries.map(|entry| entry.path()).collect::<Vec<_>>())
    };
    paths.iter().map(size).sum()
}
