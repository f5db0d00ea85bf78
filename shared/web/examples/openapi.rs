//! Prints the contract as `docs/openapi.json` has it: `make openapi` writes that file, `make check` compares.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &web::openapi::build_document())?;
    writeln!(out)
}
