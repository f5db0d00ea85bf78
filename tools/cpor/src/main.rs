//! The program `cpor`.

mod arguments;
mod commands;

use std::io;
use std::process::ExitCode;

use clap::Parser as _;
use cpor::api::Exit;
use cpor::visible::to_visible;

use crate::arguments::Arguments;

fn main() -> ExitCode {
    match commands::run(Arguments::parse()) {
        Ok((text, exit)) => print_and_exit(&mut io::stdout(), &text, exit),
        Err(failure) => {
            let lines = failure.lines();
            let text: String = lines.iter().map(|line| to_visible(line) + "\n").collect();
            print_and_exit(&mut io::stderr(), &text, failure.exit())
        }
    }
}

/// Prints, and ends with that code; a reader that went away is no error of ours.
fn print_and_exit(to: &mut dyn io::Write, text: &str, exit: Exit) -> ExitCode {
    match to.write_all(text.as_bytes()) {
        Ok(()) => ExitCode::from(exit.code()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(exit.code()),
        Err(_) => ExitCode::from(Exit::Unreadable.code()),
    }
}
