//! A claim's life by the client that is generated from the contract: from the submission to the customer's "no", and to
//! a refusal. `life begin|decline`; what it needs stands in the environment, what came of it is printed as JSON.

use std::env::{args, var};
use std::error::Error;

use claims::apis::Error as Refusal;
use claims::apis::claims_api::{CreateClaimError, create_claim};
use claims::apis::configuration::Configuration;
use claims::apis::decision_api::decide;
use claims::apis::review_api::review_claim;
use claims::models::{CreateClaimBody, ReviewBody};
use reqwest::header::{ACCEPT, HOST, HeaderMap};
use serde_json::{Value, json};

type Outcome = Result<Value, Box<dyn Error>>;

/// The local cloud tells its APIs by the host.
fn client(token: Option<String>) -> Result<Configuration, Box<dyn Error>> {
    let mut headers = HeaderMap::new();
    headers.insert(HOST, var("API_HOST")?.parse()?);
    headers.insert(ACCEPT, "application/json".parse()?);
    let client = reqwest::Client::builder().default_headers(headers).build()?;
    let base_path = var("ENDPOINT")?;
    Ok(Configuration { base_path, client, bearer_access_token: token, ..Configuration::new() })
}

async fn begin() -> Outcome {
    let (partner, reviewer) = (client(Some(var("PARTNER")?))?, client(Some(var("REVIEWER")?))?);
    let (key, body) = (var("KEY")?, var("BODY")?);
    let body: CreateClaimBody = serde_json::from_str(&body)?;
    let mut wrong = serde_json::to_value(&body)?;
    wrong["items"] = json!([{"kind": "workload", "id": "no-such-item"}]);
    let refused =
        create_claim(&partner, &format!("{key}-wrong"), serde_json::from_value(wrong)?).await;
    let Err(Refusal::ResponseError(refusal)) = refused else { return Err("not refused".into()) };
    let Some(CreateClaimError::Status400(problem)) = refusal.entity else {
        return Err(format!("no problem: {}", refusal.content).into());
    };
    let problem = serde_json::to_value(problem)?;
    let mut claim = create_claim(&partner, &key, body).await?;
    let actions =
        [ReviewBody::BeginAction(Box::default()), ReviewBody::ValidateAction(Box::default())];
    for action in actions {
        let version = format!("\"{}\"", claim.version);
        claim = review_claim(&reviewer, &claim.id, &version, action).await?;
    }
    let refused = json!([refusal.status.as_u16(), problem["code"], problem["errors"][0]["code"]]);
    Ok(json!({"id": claim.id, "status": claim.status, "refused": refused}))
}

async fn decline() -> Outcome {
    let decided =
        decide(&client(None)?, &var("TOKEN")?, &var("CODE")?, "decline", None, None).await?;
    Ok(json!({"status": decided.claim_status}))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let told = match args().nth(1).as_deref() {
        Some("begin") => begin().await?,
        Some("decline") => decline().await?,
        _ => return Err("begin or decline?".into()),
    };
    println!("{told}");
    Ok(())
}
