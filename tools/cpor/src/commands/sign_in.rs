//! `login` and `logout`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use cpor::api::{Address, Exit, Failure, Request};
use cpor::output::text_at;
use cpor::sign_in::{PORTS, Profile, SignIn, TokenEndpoint, delete_profile};
use cpor::visible::to_visible;

use super::{CommandResult, ProfileRef, note};
use crate::arguments::LoginArguments;

pub(crate) fn login(profile_ref: &ProfileRef, given: LoginArguments) -> CommandResult {
    let profile = match (given.stack, given.person) {
        (Some(stack), Some(user)) => Profile::Stack { stack: make_absolute(&stack)?, user },
        _ => sign_in(given.addresses, given.port, given.within)?,
    };
    profile.store(&profile_ref.folder, &profile_ref.name)?;
    let me = profile_ref.open()?.fetch(&Request::get("/v1/me"))?;
    let party = [text_at(&me, "/party/name"), text_at(&me, "/actor_id")].concat();
    let text = format!("Signed in as {} {}\n", text_at(&me, "/role"), to_visible(&party));
    Ok((text, Exit::Done))
}

fn sign_in(
    given: crate::arguments::SignInAddresses,
    port: Option<u16>,
    within: u64,
) -> Result<Profile, Failure> {
    let address = |text: Option<String>, what: &str| {
        let text = text.ok_or_else(|| Failure::Unreadable(format!("--{what} is missing")))?;
        Address::parse(&text).map_err(|error| Failure::unreadable(text, error))
    };
    let sign_in = SignIn {
        api: address(given.api, "api")?,
        page: address(given.sign_in, "sign-in")?,
        client: given.client.unwrap_or_default(),
        ports: port.map_or_else(|| PORTS.to_vec(), |port| vec![port]),
        within: Duration::from_secs(within),
    };
    sign_in.run(|link| {
        note("Open this address in a browser, and sign in:");
        note(link);
    })
}

/// The profile is used from other folders too.
fn make_absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| Failure::unreadable(path.display(), error))
}

/// Forgets the tokens, whether or not the pool can be reached to make them worthless.
pub(crate) fn logout(profile_ref: &ProfileRef) -> CommandResult {
    let profile = delete_profile(&profile_ref.folder, &profile_ref.name)?;
    let Profile::SignedIn { sign_in, client, refresh_token: Some(token), .. } = profile else {
        return Ok(("Signed out.\n".to_owned(), Exit::Done));
    };
    let page = Address::parse(&sign_in).map_err(|error| Failure::unreadable(sign_in, error))?;
    let revoked = TokenEndpoint::new(page, client).and_then(|endpoint| endpoint.revoke(&token));
    revoked.map_err(|failure| {
        let why = failure.lines().join(" ");
        let text = "The tokens are forgotten here, and the refresh token stays good until the session ends";
        Failure::Unreachable(format!("{text}: {why}"))
    })?;
    Ok(("Signed out; the tokens are worthless.\n".to_owned(), Exit::Done))
}
