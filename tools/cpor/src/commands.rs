//! The commands: each reads its arguments, asks the API, and says what to print and how to end.

mod claims;
mod events;
mod export;
mod import;
mod offline;
mod programs;
mod reviews;
mod sign_in;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use clap::CommandFactory as _;
use cpor::api::{Exit, Failure, Session, SteadyPace};
use cpor::output::format_json;
use cpor::sign_in::find_folder;
use serde_json::Value;

use crate::arguments::{Arguments, Command, Printed};

/// What a command prints, and how the program ends.
pub type Outcome = Result<(String, Exit), Failure>;

/// Who acts: where profiles are, and which is meant.
#[derive(Debug, Clone)]
pub struct Actor {
    folder: PathBuf,
    profile: String,
}

impl Actor {
    /// A session with the API; what is waited for is told on the terminal.
    fn open(&self) -> Result<Session, Failure> {
        Session::open(&self.folder, &self.profile, SteadyPace::new(None, tell_wait)?)
    }
}

/// Does what was asked.
pub fn run(arguments: Arguments) -> Outcome {
    let actor = || Ok::<_, Failure>(Actor { folder: find_folder()?, profile: arguments.profile });
    match arguments.command {
        Command::Verify { bundle, root, sandbox, json } => {
            offline::verify_bundle(&bundle, root.as_deref(), sandbox, json)
        }
        Command::Window(given) => offline::draw_window(given),
        Command::Completions { shell } => Ok((complete(shell), Exit::Done)),
        Command::Login(given) => sign_in::login(&actor()?, given),
        Command::Logout => sign_in::logout(&actor()?),
        Command::Claims(command) => claims::run(&actor()?, command),
        Command::Reviews(command) => reviews::run(&actor()?, command),
        Command::Events(command) => events::run(&actor()?, command),
        Command::Programs(command) => programs::run(&actor()?, command),
        Command::Import(given) => import::run(&actor()?, given),
        Command::Export(command) => export::run(&actor()?, command),
    }
}

fn complete(shell: clap_complete::Shell) -> String {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "cpor", &mut bytes);
    String::from_utf8(bytes).unwrap_or_default()
}

/// Says on the terminal what is waited for; short waits are not worth a line.
fn tell_wait(wait: Duration, why: &str) {
    if wait >= Duration::from_secs(2) {
        note(&format!("Waiting {} s: {why}", wait.as_secs()));
    }
}

/// Says something beside what is printed.
fn note(text: &str) {
    // A terminal that is gone has nobody to tell.
    let _gone = writeln!(io::stderr(), "{}", cpor::visible::to_visible(text));
}

/// Prints a part of what a command prints before it ends. `false`: nobody reads any more.
fn print_now(text: &str) -> bool {
    let mut out = io::stdout();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_ok()
}

/// What is printed of an answer: JSON, or what people read.
fn print(printed: Printed, value: &Value, people: impl FnOnce() -> String) -> (String, Exit) {
    let text = if printed.json { format_json(value) } else { people() };
    (text, Exit::Done)
}
