//! The arguments of `import` and `export`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{ClaimFilters, OutputFormat};

/// Rows of a file, or what is told of an import.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
pub struct ImportArguments {
    /// What the file has.
    #[command(subcommand)]
    pub kind: Option<ImportKind>,
    /// A file of claims: comma-separated values with a first line of names.
    pub file: Option<PathBuf>,
    /// How it is sent.
    #[command(flatten)]
    pub options: ImportOptions,
}

/// What a file has.
#[derive(Debug, Subcommand)]
pub enum ImportKind {
    /// Claims, each submitted once.
    Claims(ImportFile),
    /// Tenants, each written over what is there.
    Tenants(ImportFile),
    /// Partners, each written over what is there.
    Partners(ImportFile),
    /// Usage: the same item and day overwrites.
    Usage(ImportFile),
    /// Prints the first line of a file of claims, and a row with a new `import_id`.
    Template,
}

/// A file to import.
#[derive(Debug, Args)]
pub struct ImportFile {
    /// The file: comma-separated values with a first line of names.
    pub file: PathBuf,
    /// How it is sent.
    #[command(flatten)]
    pub options: ImportOptions,
}

/// How a file is sent.
#[derive(Debug, Args)]
pub struct ImportOptions {
    /// Sends nothing: asks what would come of each row.
    #[arg(long)]
    pub dry_run: bool,
    /// How many requests a second, at most.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub per_second: u32,
    /// Where the report goes; without it beside the file, with the ending `.report.csv`.
    #[arg(long)]
    pub report: Option<PathBuf>,
    /// Ends when a quota of the day is used up, instead of waiting for the next day.
    #[arg(long)]
    pub stop_at_quota: bool,
    /// How the counts are printed.
    #[command(flatten)]
    pub format: OutputFormat,
}

/// Rows for a file or another program.
#[derive(Debug, Subcommand)]
pub enum ExportCommand {
    /// Claims, a row each.
    Claims {
        /// Which of them, as `claims list` takes it.
        #[command(flatten)]
        filters: ClaimFilters,
        /// Where the rows go.
        #[command(flatten)]
        file: ExportFile,
    },
    /// The usage of the partner's associations, a line for each day.
    Usage {
        /// Only usage at this tenant.
        #[arg(long)]
        tenant: Option<String>,
        /// Only usage in this program.
        #[arg(long)]
        program: Option<String>,
        /// From this day on.
        #[arg(long)]
        from: Option<String>,
        /// Up to this day.
        #[arg(long)]
        to: Option<String>,
        /// Where the rows go.
        #[command(flatten)]
        file: ExportFile,
    },
}

/// Where an export goes.
#[derive(Debug, Args)]
pub struct ExportFile {
    /// How the file is written.
    #[arg(long, value_enum, default_value = "csv")]
    pub format: FileFormat,
    /// The file; without it the standard output.
    #[arg(long)]
    pub output: Option<PathBuf>,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum FileFormat {
    /// For spreadsheets: no cell is a formula.
    Csv,
    /// For programs: a line of JSON for each entry.
    Ndjson,
}
