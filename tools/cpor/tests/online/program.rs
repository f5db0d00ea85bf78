//! The program as it is called, with a folder of configurations of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::json;

/// A token that must be printed nowhere.
pub(crate) const TOKEN: &str = "token-that-nobody-prints";

/// A folder of a test's own, empty.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cpor").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A call of the program.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cpor"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command.env("XDG_CONFIG_HOME", folder.join("config")).env("HOME", folder);
    command
}

/// How the program ended. No token is in what it printed.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    let output = command(folder, arguments).output().unwrap();
    for printed in [&output.stdout, &output.stderr] {
        assert!(!String::from_utf8_lossy(printed).contains(TOKEN), "a token was printed");
    }
    output
}

/// Begins the program; what it prints is kept.
pub(crate) fn begin(folder: &Path, arguments: &[&str]) -> Child {
    let mut command = command(folder, arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Signs in as a person of a stack whose API is at that address.
pub(crate) fn sign_in(folder: &Path, address: &str) {
    let stack =
        json!({"endpoint": address, "api_host": "api.played", "tokens": {"alpine_admin": TOKEN}});
    fs::write(folder.join("stack.json"), stack.to_string()).unwrap();
    let output = run(folder, &["login", "--stack", "stack.json", "--as", "alpine_admin"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

/// A file of claims with so many rows, each at a tenant of its own.
pub(crate) fn claims_file(rows: usize) -> String {
    let head = "import_id,external_ref,program,tenant_id,tenant_domain,items,activity,location_id,customer_name,customer_title,\
                customer_email,partner_name,partner_email,label\n";
    let row = |no: usize| {
        format!(
            "i1,CRM-{no},osu-m365,6f3c1a52-9d4e-4b7a-8c21-{no:012},contoso{no}.example,workload:teams,usage,4711,\
             Jana Nováková,CIO,jana@contoso{no}.example,Petr Alpin,petr@alpine.example,Row {no}\n"
        )
    };
    (1..=rows).map(row).fold(head.to_owned(), |file, row| file + &row)
}

/// The report beside a file, without its first line: a row of cells for each line.
pub(crate) fn report(path: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(path).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}
