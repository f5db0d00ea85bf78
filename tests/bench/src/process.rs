//! A function as a process of its own: started, given a share of a core, asked what it used, stopped.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::thread::{CpuSet, sched_setaffinity};
use serde_json::Value;
use support::engine::TABLE;
use support::stack::BASE_URL;
use tokio::sync::oneshot;

use crate::cloud::Cloud;
use crate::platform::{Answer, Platform, now};

/// Into how many shards the functions put their timers.
pub const SHARDS: u16 = 4;
/// How the kernel shares out a core on Lambda: so many microseconds of each period.
const PERIOD_US: u64 = 20_000;

/// What can be started as a function.
#[derive(Debug, Clone)]
pub struct Program {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// What its environment has besides the settings of all functions.
    pub environment: BTreeMap<&'static str, String>,
}

impl Program {
    /// A binary.
    pub fn binary(path: &Path) -> Self {
        Self { command: vec![path.display().to_string()], environment: BTreeMap::new() }
    }
}

/// A function that runs.
pub struct Function {
    child: Child,
    platform: Platform,
    share: Option<Share>,
    /// From the start of the process to its first request for work.
    pub start: Duration,
    /// The processor's time that the start took.
    pub start_cpu: Duration,
}

impl Function {
    /// Starts a program on its services, and waits until it asks for work. It may be kept to a core, while
    /// whoever measures it has the first.
    pub async fn start(program: &Program, cloud: &Cloud, core: Option<usize>) -> Self {
        let mut platform = Platform::start().await;
        let (name, arguments) = program.command.split_first().expect("a program");
        let mut command = Command::new(name);
        command.args(arguments).env_clear().envs(settings(cloud, &platform.address));
        command.envs(&program.environment);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log());
        let name = name.clone();
        let (sender, receiver) = oneshot::channel();
        // By a thread of its own, on the function's core: whoever measures must not wait for that core.
        std::thread::spawn(move || {
            if let Some(core) = core {
                rouse(core);
            }
            let began = now();
            let child = command.spawn().unwrap_or_else(|error| panic!("{name} starts: {error}"));
            drop(sender.send((child, began)));
        });
        let asked = platform.asked().await;
        let (child, began) = receiver.await.expect("a started process");
        let mut function = Self {
            share: Share::of(child.id()),
            child,
            start: asked - began,
            platform,
            start_cpu: Duration::ZERO,
        };
        function.start_cpu = function.cpu();
        function
    }

    /// Hands it an event.
    pub async fn invoke(&mut self, event: &Value) -> Answer {
        self.platform.invoke(event).await
    }

    /// From now on it has that part of a core; `false` where this machine cannot do that.
    pub fn limit(&self, percent: u64) -> bool {
        self.share.as_ref().is_some_and(|share| share.limit(percent))
    }

    /// The processor's time that it has used so far, in all its threads.
    pub fn cpu(&self) -> Duration {
        let threads = fs::read_dir(format!("/proc/{}/task", self.child.id()));
        let threads = threads.into_iter().flatten().flatten();
        let used = |path: PathBuf| {
            let text = fs::read_to_string(path.join("schedstat")).ok()?;
            text.split_whitespace().next()?.parse::<u64>().ok()
        };
        Duration::from_nanos(threads.filter_map(|thread| used(thread.path())).sum())
    }

    /// The most memory that it has held, in bytes.
    pub fn peak_memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes =
            line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        kilobytes.unwrap_or(0) * 1024
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Where functions say what is wrong: nowhere, unless `BENCH_LOG` names a file.
#[expect(clippy::disallowed_methods, reason = "no setting of a function")]
fn log() -> Stdio {
    let path = std::env::var("BENCH_LOG").ok();
    let file =
        path.and_then(|path| fs::OpenOptions::new().append(true).create(true).open(path).ok());
    file.map_or_else(Stdio::null, Stdio::from)
}

/// What any of the functions reads from its environment.
fn settings(cloud: &Cloud, platform: &str) -> BTreeMap<String, String> {
    let queue = "https://sqs.us-east-1.amazonaws.com/000000000000/queue";
    let mut settings: BTreeMap<_, _> = [
        ("AWS_LAMBDA_RUNTIME_API", platform),
        ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "bench"),
        ("AWS_ENDPOINT_URL", &cloud.endpoint),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_SESSION_TOKEN", "test"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("PATH", "/usr/bin:/bin"),
        ("STACK", "cpor"),
        ("TABLE_NAME", TABLE),
        ("SHARDS", &SHARDS.to_string()),
        ("SANDBOX", "false"),
        ("CLOSING", "batch"),
        ("OPERATOR_COUNTRY", "CZ"),
        ("OPERATOR_TIME_ZONE", "Europe/Prague"),
        ("SECRET_ID", "links"),
        ("CURSOR_SECRET_ID", "cursors"),
        ("MAILBOX_SECRET_ID", "mailboxes"),
        ("PARTNERS_CLIENT", "partners"),
        ("OPERATORS_CLIENT", "operators"),
        ("CUSTOMERS_CLIENT", "customers"),
        ("PUBLIC_BASE_URL", BASE_URL),
        ("OPERATOR_CONTACT", "help@vendor.example"),
        ("OPERATOR_NAME", "Vendor Ltd."),
        ("BRAND_COLOR", "#14507d"),
        ("SENDER_ADDRESS", "notices@vendor.example"),
        ("CONFIGURATION_SET", "cpor"),
        ("BUS_NAME", "cpor"),
        ("PARK_QUEUE_URL", queue),
        ("SHARD_QUEUE_URL", queue),
        ("NOTICES_QUEUE_URL", queue),
        ("OVERVIEWS_QUEUE_URL", queue),
        ("REMINDERS_QUEUE_URL", queue),
        ("WEBHOOKS_QUEUE_URL", queue),
        ("DOCUMENT_BUCKET", support::documents::BUCKET),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    if let Some(authority) = &cloud.authority {
        // The functions read the first name, Python's SDK the second.
        for name in ["SSL_CERT_FILE", "AWS_CA_BUNDLE"] {
            settings.insert(name.to_owned(), authority.display().to_string());
        }
    }
    settings
}

/// A control group of the kernel's with one process in it, by either version of its interface.
struct Share {
    folder: PathBuf,
    unified: bool,
}

impl Share {
    fn of(process: u32) -> Option<Self> {
        let unified = Path::new("/sys/fs/cgroup/cgroup.controllers").exists();
        let root = if unified { "/sys/fs/cgroup" } else { "/sys/fs/cgroup/cpu" };
        let folder = Path::new(root).join(format!("cpor-bench-{process}"));
        fs::create_dir(&folder).ok()?;
        let share = Self { folder, unified };
        fs::write(share.folder.join("cgroup.procs"), process.to_string()).ok()?;
        Some(share)
    }

    fn limit(&self, percent: u64) -> bool {
        let quota = PERIOD_US * percent / 100;
        let files = if self.unified {
            vec![("cpu.max", format!("{quota} {PERIOD_US}"))]
        } else {
            vec![
                ("cpu.cfs_period_us", PERIOD_US.to_string()),
                ("cpu.cfs_quota_us", quota.to_string()),
            ]
        };
        files.into_iter().all(|(name, text)| fs::write(self.folder.join(name), text).is_ok())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        // Emptied by the end of its process; one that is not stays behind, empty of limits that matter.
        drop(fs::remove_dir(&self.folder));
    }
}

/// Runs this thread on a core, and keeps it busy for a moment: a virtual core that was idle takes milliseconds
/// to come back, which are none of the function's.
fn rouse(core: usize) {
    pin(core);
    let began = now();
    while began.elapsed() < Duration::from_millis(20) {
        std::hint::spin_loop();
    }
}

/// Runs this thread, and whatever it starts, on one core alone.
pub fn pin(core: usize) {
    let mut set = CpuSet::new();
    set.set(core);
    if sched_setaffinity(None, &set).is_err() {
        eprintln!("this machine has no core {core} to keep to");
    }
}
