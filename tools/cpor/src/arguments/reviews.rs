//! The arguments of `reviews`: an action of the operator each (`docs/api.md §3.2.2`).

use clap::{Args, Subcommand};
use domain::reason::ReasonCode;
use web::words::{ReasonWord, Vocabulary as _, Word};

use super::{OutputFormat, QueueFilters};

/// What to do with what waits for the operator.
#[derive(Debug, Subcommand)]
pub enum ReviewsCommand {
    /// Lists what waits, longest waiting first.
    List {
        /// Which of them, all unless told.
        #[command(flatten)]
        filters: QueueFilters,
        /// How it is printed.
        #[command(flatten)]
        format: OutputFormat,
    },
    /// Acts on a claim.
    #[command(flatten)]
    Act(ReviewAction),
}

/// An action of the operator.
#[derive(Debug, Subcommand)]
pub enum ReviewAction {
    /// Begins the review of a submitted claim.
    Begin(OnClaim),
    /// Asks the partner for information.
    RequestInformation {
        /// The claim, and the version that was looked at.
        #[command(flatten)]
        claim: OnClaim,
        /// What is asked of the partner.
        #[command(flatten)]
        reasons: Reasons,
    },
    /// Rejects the claim. The partner may dispute that once.
    Reject {
        /// The claim, and the version that was looked at.
        #[command(flatten)]
        claim: OnClaim,
        /// Why the items are rejected.
        #[command(flatten)]
        reasons: Reasons,
    },
    /// Finds the claim right: the customer is notified.
    Validate {
        /// The claim, and the version that was looked at.
        #[command(flatten)]
        claim: OnClaim,
        /// An item to leave out and why: `2=item_not_claimable`; may be given again.
        #[arg(long, value_parser = read_drop)]
        drop: Vec<(u8, ReasonWord)>,
        /// The grounds; required of a contested claim.
        #[arg(long)]
        comment: Option<String>,
    },
    /// Holds the claim: a full new window begins with `resume`.
    Hold(WithComment),
    /// Goes on with a claim on hold.
    Resume(OnClaim),
    /// Makes the customer's window longer.
    Extend {
        /// The claim, and the version that was looked at.
        #[command(flatten)]
        claim: OnClaim,
        /// The last day that is counted, such as 2026-12-31.
        #[arg(long)]
        closes_on: String,
    },
    /// Names another contact for a customer that was not reached.
    CorrectContact {
        /// The claim, and the version that was looked at.
        #[command(flatten)]
        claim: OnClaim,
        /// The name of the contact.
        #[arg(long)]
        name: String,
        /// What the contact is at the customer.
        #[arg(long)]
        title: String,
        /// Where the contact is written to.
        #[arg(long)]
        email: String,
        /// Why this contact; the partner reads it.
        #[arg(long)]
        comment: Option<String>,
    },
    /// Vouches for the contact.
    Vouch(WithComment),
    /// Refuses the contact that the partner proposes.
    RefuseContact {
        /// The claim, and the version that was looked at.
        #[command(flatten)]
        claim: OnClaim,
        /// Why the contact is refused; the partner reads it.
        #[arg(long)]
        comment: Option<String>,
    },
    /// Retires the link of a recipient: it takes a "no" and nothing else, for ever.
    RetireLink {
        /// The claim, and why.
        #[command(flatten)]
        claim: WithComment,
        /// The number of the recipient.
        #[arg(long)]
        recipient: u8,
    },
    /// Lets a disputed rejection stand.
    Uphold(WithComment),
    /// Overturns a disputed rejection: the claim is in review again.
    Overturn(WithComment),
}

/// The claim that is acted on.
#[derive(Debug, Clone, Args)]
pub struct OnClaim {
    /// The claim's id.
    pub id: String,
    /// The version that was looked at; without it the present one.
    #[arg(long = "at-version")]
    pub version: Option<u32>,
    /// A note that the operator's staff alone read.
    #[arg(long)]
    pub note: Option<String>,
    /// How it is printed.
    #[command(flatten)]
    pub format: OutputFormat,
}

/// The claim that is acted on, and why.
#[derive(Debug, Clone, Args)]
pub struct WithComment {
    /// The claim, and the version that was looked at.
    #[command(flatten)]
    pub claim: OnClaim,
    /// What is told with it.
    #[arg(long)]
    pub comment: String,
}

/// Reasons by their codes.
#[derive(Debug, Clone, Args)]
pub struct Reasons {
    /// A reason, and behind `@` the number of the item it is about: `evidence_missing`, `item_not_claimable@2`; may be
    /// given again.
    #[arg(long = "reason", required = true, value_parser = read_reason)]
    pub reasons: Vec<(ReasonWord, Option<u8>)>,
    /// What is to be added to each; the partner reads it.
    #[arg(long)]
    pub comment: Option<String>,
}

fn read_code(text: &str) -> Result<ReasonWord, String> {
    let known = ReasonCode::all_cases();
    let found = known.iter().find(|code| code.wire_name() == text);
    found.copied().map(Word).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|code| code.wire_name()).collect();
        format!("“{text}” is no reason. There are: {}", names.join(", "))
    })
}

fn read_number(text: &str) -> Result<u8, String> {
    text.parse().map_err(|_| format!("“{text}” is no number of an item"))
}

fn read_reason(text: &str) -> Result<(ReasonWord, Option<u8>), String> {
    match text.split_once('@') {
        Some((code, number)) => Ok((read_code(code)?, Some(read_number(number)?))),
        None => Ok((read_code(text)?, None)),
    }
}

fn read_drop(text: &str) -> Result<(u8, ReasonWord), String> {
    let (number, code) = text.split_once('=').ok_or("an item and why: 2=item_not_claimable")?;
    Ok((read_number(number)?, read_code(code)?))
}
