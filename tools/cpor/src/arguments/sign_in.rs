//! The arguments of `login`.

use std::path::PathBuf;

use clap::Args;

/// Where to sign in, or as whom of a stack on this machine.
#[derive(Debug, Args)]
pub struct LoginArguments {
    /// Where to sign in.
    #[command(flatten)]
    pub addresses: SignInAddresses,
    /// The file of a stack on this machine, which has the tokens of its people: `.local/stack.json`.
    #[arg(long, requires = "as_person", conflicts_with_all = ["api", "sign_in", "client"])]
    pub stack: Option<PathBuf>,
    /// The person of that stack, such as `alpine_admin`.
    #[arg(long = "as", id = "as_person", requires = "stack")]
    pub person: Option<String>,
    /// The port of this machine that the browser comes back to; 0: any. The app client has to know it.
    #[arg(long)]
    pub port: Option<u16>,
    /// How many seconds the sign-in may take.
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub within: u64,
}

/// Where to sign in.
#[derive(Debug, Args)]
pub struct SignInAddresses {
    /// The address of the API.
    #[arg(long, required_unless_present = "stack")]
    pub api: Option<String>,
    /// The address of the hosted sign-in: the output `SignInAddress` of the stack.
    #[arg(long, required_unless_present = "stack")]
    pub sign_in: Option<String>,
    /// The app client of your side: the output `PartnersClientId` or `OperatorsClientId`.
    #[arg(long, required_unless_present = "stack")]
    pub client: Option<String>,
}
