//! Signing in: authorization code with PKCE (RFC 7636) on a loopback port (RFC 8252), and where tokens are kept.

mod endpoint;
mod loopback;
mod pkce;
mod profile;
mod secret;

pub use endpoint::{SignInPage, TokenEndpoint, TokenGrant};
pub use loopback::{Loopback, PORTS};
pub use pkce::Challenge;
pub use profile::{Profile, delete_profile, find_folder};
pub use secret::SignInSecret;

use std::time::Duration;

use crate::api::{Address, Failure};

/// What a sign-in needs to know.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// Where the API is.
    pub api: Address,
    /// Where the pool's hosted sign-in is.
    pub page: Address,
    /// The app client of the caller's side.
    pub client: String,
    /// The ports of which one is listened on; 0: any that is free.
    pub ports: Vec<u16>,
    /// How long the person may take.
    pub within: Duration,
}

impl SignIn {
    /// Signs somebody in: `show` is given the address that the person opens in a browser. Nothing is stored.
    pub fn run(&self, show: impl FnOnce(&str)) -> Result<Profile, Failure> {
        let challenge = Challenge::random()?;
        let state = pkce::random_text()?;
        let loopback = Loopback::bind(&self.ports)?;
        let redirect = loopback.redirect_uri();
        let page = SignInPage { page: &self.page, client: &self.client, redirect: &redirect };
        show(&page.link(&state, &challenge));
        let code = loopback.await_code(&state, self.within)?;
        let endpoint = TokenEndpoint::new(self.page.clone(), self.client.clone())?;
        let grant = endpoint.redeem(&code, &redirect, challenge.verifier())?;
        Ok(Profile::SignedIn {
            api: self.api.as_str().to_owned(),
            sign_in: self.page.as_str().to_owned(),
            client: self.client.clone(),
            id_token: grant.id_token,
            refresh_token: grant.refresh_token,
        })
    }
}
