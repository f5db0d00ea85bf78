//! `bench load`: requests of every kind at once, from many function processes, beside closing, archiving and mailing at
//! full speed, while the table throttles half of everything for a third of the time. Nothing may fail, and nothing may be
//! lost.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::claim::{Claim, Status};
use domain::ids::ClaimId;
use futures_util::future::join_all;
use serde_json::{Value, json};
use store::ClaimImage;
use support::engine::{Engine, key};
use support::event_functions::message;
use support::fixtures::ALPINE;
use web::event::RequestEvent;

use crate::cloud::Cloud;
use crate::figures::{Series, as_f64, digits, grouped};
use crate::fixture::Fixture;
use crate::job::{self, CLOSES};
use crate::pace::release;
use crate::platform::now as instant;
use crate::process::{Function, Program};
use crate::report::{Table, machine, publish};

/// How many of a hundred calls and statements are throttled in the middle third.
const THROTTLED: u64 = 50;
/// How many processes of each kind there are.
const PROCESSES: [(Kind, usize); 6] = [
    (Kind::Submit, 8),
    (Kind::Read, 6),
    (Kind::Decline, 6),
    (Kind::Close, 4),
    (Kind::Archive, 2),
    (Kind::Mail, 2),
];

/// What a process is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Submit,
    Read,
    Decline,
    Close,
    Archive,
    Mail,
}

impl Kind {
    fn function(self) -> &'static str {
        match self {
            Self::Submit | Self::Read => "claims",
            Self::Decline => "decision",
            Self::Close => "finalize",
            Self::Archive => "publish",
            Self::Mail => "notify",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Read => "read a claim",
            Self::Decline => "decline an item",
            Self::Close => "close 25 windows",
            Self::Archive => "archive a version",
            Self::Mail => "mail a notice",
        }
    }

    /// Whether it was answered as it must be: a "no" with 200, a claim with 201, windows, versions and mails with no failure.
    fn is_well(self, answer: &Value) -> bool {
        match self {
            Self::Submit => answer["statusCode"] == 201,
            Self::Read | Self::Decline => answer["statusCode"] == 200,
            Self::Close | Self::Archive | Self::Mail => {
                answer["batchItemFailures"].as_array().is_some_and(Vec::is_empty)
            }
        }
    }
}

/// What became of the requests of one kind, in each third.
#[derive(Default)]
struct Done {
    took: [Series; 3],
    failed: Vec<String>,
}

/// What was promised, to be found in the table at the end.
#[derive(Default)]
struct Promised {
    submitted: Vec<ClaimId>,
    declined: Vec<ClaimId>,
    closed: Vec<ClaimId>,
    archived: Vec<ClaimId>,
    mailed: Vec<ClaimId>,
}

struct Load {
    fixture: RefCell<Fixture>,
    cloud: Cloud,
    promised: RefCell<Promised>,
    began: Instant,
    third: Duration,
    now: fn() -> DateTime<Utc>,
}

/// Sends requests for so many seconds, and tells.
pub async fn run(seconds: u64, whole: bool, now: fn() -> DateTime<Utc>) {
    let fixture = Box::pin(Fixture::set(now())).await;
    let database = fixture.env.engine.database().clone();
    let cloud = Cloud::start(database, fixture.env.documents.clone(), None).await;
    let mut functions = Vec::new();
    for (kind, count) in PROCESSES {
        for number in 0..count {
            let program = Program::binary(&release().join(kind.function()));
            functions.push((kind, number, Function::start(&program, &cloud, None).await));
        }
    }
    let load = Rc::new(Load {
        fixture: RefCell::new(fixture),
        cloud,
        promised: RefCell::default(),
        began: instant(),
        third: Duration::from_secs(seconds) / 3,
        now,
    });
    let weather = async {
        for percent in [0, THROTTLED, 0] {
            load.cloud.throttle(percent);
            tokio::time::sleep(load.third).await;
        }
    };
    let work = functions.into_iter().map(|(kind, number, function)| {
        let load = Rc::clone(&load);
        async move { (kind, load.work(kind, number, function).await) }
    });
    let ((), done) = tokio::join!(weather, join_all(work));
    load.tell(&done, seconds, whole);
}

impl Load {
    /// Which third it is; `None` after the last.
    fn third(&self) -> Option<usize> {
        let passed = self.began.elapsed();
        (0..3).find(|third| passed < self.third * (u32::try_from(*third).unwrap_or(0) + 1))
    }

    async fn work(&self, kind: Kind, number: usize, mut function: Function) -> Done {
        let mut done = Done::default();
        while let Some(third) = self.third() {
            let (event, claims) = self.next(kind, number);
            let answer = function.invoke(&event).await;
            done.took[third].add_ms(answer.took);
            if kind.is_well(&answer.body) {
                self.promise(kind, &answer.body, claims);
            } else {
                done.failed.push(answer.body.to_string());
            }
        }
        done
    }

    /// The next event of a kind, and the claims it is about.
    fn next(&self, kind: Kind, number: usize) -> (Value, Vec<ClaimId>) {
        let now = (self.now)();
        match kind {
            Kind::Submit => (job::submit(&mut self.fixture.borrow_mut(), now), Vec::new()),
            Kind::Read => {
                let claim = self.fixture.borrow().open.claim.id.clone();
                let event = RequestEvent::get(&format!("/v1/claims/{claim}")).partner_user(ALPINE);
                (event.at(now).payload(), vec![claim])
            }
            Kind::Decline => {
                let mut fixture = self.fixture.borrow_mut();
                let template = fixture.open.clone();
                let id = fixture.copy(&template);
                (job::decline_of(&id, now), vec![id])
            }
            Kind::Close => {
                let shard = u16::try_from(number).unwrap_or(0);
                let due = self.fixture.borrow_mut().fall_due(CLOSES, shard, now);
                (json!({"Records": [message(&json!({"shard": shard}))]}), due)
            }
            Kind::Archive => {
                let (event, id) = job::archive(&mut self.fixture.borrow_mut());
                (event, vec![id])
            }
            Kind::Mail => {
                let (event, id) = job::notice(&mut self.fixture.borrow_mut(), now);
                (event, vec![id])
            }
        }
    }

    fn promise(&self, kind: Kind, answer: &Value, claims: Vec<ClaimId>) {
        let mut promised = self.promised.borrow_mut();
        match kind {
            Kind::Submit => {
                let body = answer["body"].as_str().unwrap_or_default();
                let body: Value = serde_json::from_str(body).unwrap_or_default();
                let id = body["id"].as_str().and_then(|id| ClaimId::parse(id).ok());
                promised.submitted.push(id.expect("the id of a claim"));
            }
            Kind::Read => {}
            Kind::Decline => promised.declined.extend(claims),
            Kind::Close => promised.closed.extend(claims),
            Kind::Archive => promised.archived.extend(claims),
            Kind::Mail => promised.mailed.extend(claims),
        }
    }

    fn tell(&self, done: &[(Kind, Done)], seconds: u64, whole: bool) {
        let failed: Vec<_> = done
            .iter()
            .flat_map(|(kind, done)| done.failed.iter().map(move |it| (kind, it)))
            .collect();
        for (kind, answer) in failed.iter().take(10) {
            println!("{kind:?} answered {answer}");
        }
        assert!(failed.is_empty(), "{} requests failed", failed.len());
        let lost = self.lost();
        assert!(lost.is_empty(), "lost: {lost:?}");
        let mut table = Table::new(&[
            "",
            "requests",
            "per second",
            "p50, ms",
            "p99, ms",
            "per second, throttled",
            "p50, ms",
            "p99, ms",
            "throttled ÷ not",
        ]);
        let third = self.third.as_secs_f64();
        let mut totals = [0.0, 0.0];
        for (kind, _) in PROCESSES {
            let of_kind = || done.iter().filter(move |(own, _)| *own == kind).map(|(_, done)| done);
            let of = |thirds: &[usize]| {
                let series =
                    of_kind().flat_map(|done| thirds.iter().map(|third| &done.took[*third]));
                series.fold(Series::default(), |mut all, one| {
                    all.extend(one);
                    all
                })
            };
            let (calm, storm) = (of(&[0, 2]), of(&[1]));
            let rates = [as_f64(calm.count()) / (2.0 * third), as_f64(storm.count()) / third];
            totals = [totals[0] + rates[0], totals[1] + rates[1]];
            table.row(&[
                kind.title().to_owned(),
                grouped(as_f64(calm.count() + storm.count())),
                digits(rates[0]),
                digits(calm.quantile(0.5)),
                digits(calm.quantile(0.99)),
                digits(rates[1]),
                digits(storm.quantile(0.5)),
                digits(storm.quantile(0.99)),
                format!("{:.0} %", rates[1] / rates[0] * 100.0),
            ]);
        }
        let all: usize = PROCESSES.iter().map(|(_, count)| count).sum();
        let note = format!(
            "{all} processes for {seconds} s on the machine that the table is on, too ({}). In the middle third the table \
             refused {THROTTLED} % of all calls and statements, {} of them: **no request failed, nothing was lost**, and \
             {:.0} % of the requests of the calm thirds were answered ({} instead of {} per second). `make bench-load`.",
            machine((self.now)()),
            grouped(as_f64(usize::try_from(self.cloud.throttled()).unwrap_or(usize::MAX))),
            totals[1] / totals[0] * 100.0,
            digits(totals[1]),
            digits(totals[0]),
        );
        println!("{}\n\n{note}", table.text());
        if whole {
            publish("bench:load", &format!("{}\n\n{note}", table.text()));
        }
    }

    /// What was promised and is not in the table.
    fn lost(&self) -> Vec<String> {
        let fixture = self.fixture.borrow();
        let promised = self.promised.borrow();
        let engine = &fixture.env.engine;
        let of = |ids: &[ClaimId], what: &str, is_kept: fn(&Claim) -> bool| {
            let lost = ids.iter().filter(|id| !stored(engine, id).as_ref().is_some_and(is_kept));
            lost.map(|id| format!("{what} {id}")).collect::<Vec<_>>()
        };
        let is_declined = |claim: &Claim| {
            let item = claim.items.first();
            item.is_some_and(|item| claim.item_status(item).as_str() == "declined")
        };
        let without = |ids: &[ClaimId], what: &str, prefix: &str| {
            let has = |id: &&ClaimId| {
                let items = engine.partition(&format!("C#{id}"));
                items.iter().any(|item| key(item).1.starts_with(prefix))
            };
            let lost = ids.iter().filter(|id| !has(id));
            lost.map(|id| format!("{what} {id}")).collect::<Vec<_>>()
        };
        [
            of(&promised.submitted, "submitted", |claim| claim.status() == Status::Submitted),
            of(&promised.declined, "declined", is_declined),
            of(&promised.closed, "closed", |claim| claim.status() == Status::Associated),
            without(&promised.archived, "archived", "H#"),
            without(&promised.mailed, "mailed", "R#"),
        ]
        .concat()
    }
}

/// A claim as it is stored.
fn stored(engine: &Engine, id: &ClaimId) -> Option<Claim> {
    let item = serde_json::from_value(engine.item(&format!("C#{id}"), "A")?).ok()?;
    ClaimImage::from_stream(item).ok().map(|image| image.claim().clone())
}
