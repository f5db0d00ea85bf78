//! `programs`.

use std::ops::ControlFlow;

use cpor::api::{Query, Request, Session, encode_segment, read_pages};
use cpor::columns::{PROGRAM_LIST, PROGRAM_SHOWN};
use cpor::output::{format_fields, format_list, format_rows, list_at, text_at};
use serde_json::Value;

use super::{CommandResult, ProfileRef, print};
use crate::arguments::{OutputFormat, ProgramsCommand};

pub(crate) fn run(profile: &ProfileRef, command: ProgramsCommand) -> CommandResult {
    let mut session = profile.open()?;
    match command {
        ProgramsCommand::List { format } => list(&mut session, format),
        ProgramsCommand::Show { id, format } => {
            let path = format!("/v1/programs/{}", encode_segment(&id));
            let program = session.fetch(&Request::get(path))?;
            Ok(print(format, &program, || show(&program)))
        }
    }
}

fn list(session: &mut Session, format: OutputFormat) -> CommandResult {
    let mut programs = Vec::new();
    let query = Query::default().with("limit", Some("100"));
    read_pages(session, "/v1/programs", &query, |program, _| {
        programs.push(program.clone());
        Ok(ControlFlow::Continue(()))
    })?;
    let value = Value::Array(programs);
    Ok(print(format, &value, || format_list(&PROGRAM_LIST, list_at(&value, ""))))
}

fn show(program: &Value) -> String {
    let shown = format_fields(&PROGRAM_SHOWN, program);
    let policy = program.get("policy").and_then(Value::as_object);
    let row = |name: &String| vec![name.clone(), text_at(program, &format!("/policy/{name}"))];
    let rows: Vec<Vec<String>> = policy.into_iter().flatten().map(|(name, _)| row(name)).collect();
    if rows.is_empty() {
        shown
    } else {
        format!("{shown}\n{}", format_rows(&["POLICY", ""], &rows))
    }
}
