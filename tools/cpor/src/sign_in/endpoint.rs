//! The pool's hosted sign-in: its page, and where a code becomes tokens.

use http::Method;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::pkce::Challenge;
use super::secret::SignInSecret;
use crate::api::{Address, Answer, Failure, Request, Transport};

/// The page on which a person signs in.
#[derive(Debug, Clone, Copy)]
pub struct SignInPage<'a> {
    /// Where the hosted sign-in is.
    pub page: &'a Address,
    /// The client id of the caller's side.
    pub client: &'a str,
    /// Where the browser goes with the code.
    pub redirect: &'a str,
}

impl SignInPage<'_> {
    /// The link to it.
    pub fn link(&self, state: &str, challenge: &Challenge) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs([
            ("response_type", "code"),
            ("client_id", self.client),
            ("redirect_uri", self.redirect),
            ("scope", "openid"),
            ("state", state),
            ("code_challenge_method", "S256"),
            ("code_challenge", &challenge.digest()),
        ]);
        self.page.join(&format!("/oauth2/authorize?{}", query.finish()))
    }
}

/// The tokens that were granted.
#[derive(Debug, Clone, Deserialize)]
pub struct TokenGrant {
    /// What the API takes.
    pub id_token: SignInSecret,
    /// What brings the next one; a renewal may leave it out.
    pub refresh_token: Option<SignInSecret>,
}

/// A refusal, as RFC 6749 has it.
#[derive(Debug, Default, Deserialize)]
struct OAuthError {
    #[serde(default)]
    error: String,
}

/// Where a code or a refresh token becomes tokens.
#[derive(Debug)]
pub struct TokenEndpoint {
    transport: Transport,
    client: String,
}

impl TokenEndpoint {
    /// The endpoint of a hosted sign-in, for that app client.
    pub fn new(page: Address, client: String) -> Result<Self, Failure> {
        Ok(Self { transport: Transport::new(page, None)?, client })
    }

    /// Gives the code, once.
    pub fn redeem(
        &self,
        code: &SignInSecret,
        redirect: &str,
        verifier: &SignInSecret,
    ) -> Result<TokenGrant, Failure> {
        self.grant(&[
            ("grant_type", "authorization_code"),
            ("client_id", &self.client),
            ("code", code.reveal()),
            ("redirect_uri", redirect),
            ("code_verifier", verifier.reveal()),
        ])
    }

    /// Asks for new tokens.
    pub fn renew(&self, refresh_token: &SignInSecret) -> Result<TokenGrant, Failure> {
        self.grant(&[
            ("grant_type", "refresh_token"),
            ("client_id", &self.client),
            ("refresh_token", refresh_token.reveal()),
        ])
    }

    /// Makes a refresh token and its tokens worthless.
    pub fn revoke(&self, refresh_token: &SignInSecret) -> Result<(), Failure> {
        let fields = [("token", refresh_token.reveal()), ("client_id", &self.client)];
        self.send("/oauth2/revoke", &fields).map(|_| ())
    }

    fn grant(&self, fields: &[(&str, &str)]) -> Result<TokenGrant, Failure> {
        let answer = self.send("/oauth2/token", fields)?;
        // The answer holds tokens: what is wrong with it is not told.
        serde_json::from_slice(&answer.body)
            .map_err(|_| Failure::Unreachable("The sign-in answered no tokens.".to_owned()))
    }

    fn send(&self, path: &str, fields: &[(&str, &str)]) -> Result<Answer, Failure> {
        let mut form = Serializer::new(String::new());
        form.extend_pairs(fields);
        let body = Some(("application/x-www-form-urlencoded", form.finish().into_bytes()));
        let request =
            Request { method: Method::POST, path: path.to_owned(), headers: Vec::new(), body };
        let answer = self.transport.send(&request, None).map_err(|error| {
            Failure::Unreachable(format!("The sign-in could not be reached: {error}"))
        })?;
        match answer.status {
            200..300 => Ok(answer),
            400..500 => Err(Failure::SignedOut(tell_refusal(&answer))),
            status => Err(Failure::Unreachable(format!("The sign-in answered {status}."))),
        }
    }
}

fn tell_refusal(answer: &Answer) -> String {
    let OAuthError { error } = serde_json::from_slice(&answer.body).unwrap_or_default();
    let said = if error.is_empty() { answer.status.to_string() } else { error };
    format!("The sign-in refused: {said}. Sign in again (cpor login).")
}
