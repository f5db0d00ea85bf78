//! What can be asked of the program.

mod events;
mod import;
mod lists;
mod reviews;
mod sign_in;
mod window;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

pub use events::{EventsArguments, EventsCommand};
pub use import::{ExportCommand, ExportFile, FileFormat, ImportArguments, ImportFile, ImportKind};
pub use lists::{ClaimFilters, ClaimsCommand, ProgramsCommand, QueueFilters};
pub use reviews::{OnClaim, Reasons, ReviewAction, ReviewsCommand, WithComment};
pub use sign_in::{LoginArguments, SignInAddresses};
pub use window::{SubdivisionDefault, WindowArguments};

/// How the program ends, for its help.
const EXITS: &str = "\
How it ends:
  0  All that was asked is done.
  1  A bundle does not verify, or rows of a file need a look.
  2  What was given cannot be read, or a file cannot be written.
  3  The API refused, and says why.
  4  Nobody is signed in, or not any more.
  5  The API could not be reached, or did not answer.
  6  A quota is used up.";

/// Claims of a partner of record from the command line.
///
/// `verify` and `window` need no server. All else acts as whoever signed in with `login`.
#[derive(Debug, Parser)]
#[command(name = "cpor", version, after_help = EXITS)]
pub struct Arguments {
    /// As whom: the name under which somebody signed in.
    #[arg(long, global = true, default_value = "default")]
    pub profile: String,
    /// What the program shall do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Signs in, and keeps the tokens in a file that you alone can read.
    Login(LoginArguments),
    /// Signs out: the tokens are made worthless and forgotten.
    Logout,
    /// Lists, shows, submits, withdraws and watches claims.
    #[command(subcommand)]
    Claims(ClaimsCommand),
    /// Lists what waits for the operator, and acts on it.
    #[command(subcommand)]
    Reviews(ReviewsCommand),
    /// Lists what happened to claims, and follows it.
    #[command(subcommand)]
    Events(EventsCommand),
    /// Lists and shows programs.
    #[command(subcommand)]
    Programs(ProgramsCommand),
    /// Sends a file row by row; an interrupted import is run again, and sends nothing twice.
    Import(ImportArguments),
    /// Writes claims or usage into a file.
    #[command(subcommand)]
    Export(ExportCommand),
    /// Checks the bundle of a claim: 0 it is verified, 1 something was found, 2 it cannot be read.
    Verify {
        /// The file with the answer of `GET /v1/claims/{id}/bundle`; `-`: the standard input.
        bundle: PathBuf,
        /// A file with daily roots that you trust, of which one must stand for every version: one or a list of them, as in a
        /// bundle, in the bucket or on the bus.
        #[arg(long, value_name = "FILE")]
        root: Option<PathBuf>,
        /// The bundle is of a sandbox, whose clock may have been moved ahead: the days of its roots are real ones.
        #[arg(long)]
        sandbox: bool,
        /// Prints JSON for programs.
        #[arg(long)]
        json: bool,
    },
    /// Draws the deadline of a delivery with its calendar.
    Window(WindowArguments),
    /// Prints the completions for a shell.
    Completions {
        /// The shell: bash, zsh, fish and others.
        shell: Shell,
    },
}

/// How an answer is printed.
#[derive(Debug, Clone, Copy, Args)]
pub struct OutputFormat {
    /// Prints JSON for programs.
    #[arg(long)]
    pub json: bool,
}
