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

use crate::arguments::{Arguments, Command, OutputFormat};

/// What a command prints, and how the program ends.
pub type CommandResult = Result<(String, Exit), Failure>;

/// Who acts: the folder of the profiles, and the name of one.
#[derive(Debug, Clone)]
pub struct ProfileRef {
    folder: PathBuf,
    name: String,
}

impl ProfileRef {
    /// A session with the API; what is waited for is told on the terminal.
    fn open(&self) -> Result<Session, Failure> {
        Session::open(&self.folder, &self.name, SteadyPace::new(None, tell_wait)?)
    }
}

/// Does what was asked.
pub fn run(arguments: Arguments) -> CommandResult {
    let name = arguments.profile;
    let profile = || Ok::<_, Failure>(ProfileRef { folder: find_folder()?, name });
    match arguments.command {
        Command::Verify { bundle, root, sandbox, json } => {
            offline::verify_bundle(&bundle, root.as_deref(), sandbox, json)
        }
        Command::Window(given) => offline::draw_window(given),
        Command::Completions { shell } => Ok((write_completions(shell), Exit::Done)),
        Command::Login(given) => sign_in::login(&profile()?, given),
        Command::Logout => sign_in::logout(&profile()?),
        Command::Claims(command) => claims::run(&profile()?, command),
        Command::Reviews(command) => reviews::run(&profile()?, command),
        Command::Events(command) => events::run(&profile()?, command),
        Command::Programs(command) => programs::run(&profile()?, command),
        Command::Import(given) => import::run(&profile()?, given),
        Command::Export(command) => export::run(&profile()?, command),
    }
}

fn write_completions(shell: clap_complete::Shell) -> String {
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
fn print(format: OutputFormat, value: &Value, people: impl FnOnce() -> String) -> (String, Exit) {
    let text = if format.json { format_json(value) } else { people() };
    (text, Exit::Done)
}
