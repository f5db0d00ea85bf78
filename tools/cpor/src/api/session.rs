//! Requests as somebody who is signed in, sent again as long as that helps.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::failure::Failure;
use super::pace::Pace;
use super::problem::ApiProblem;
use super::request::{Answer, Request};
use super::transport::Transport;
use crate::sign_in::{Profile, SignInSecret};

/// How often a request is sent before the API counts as unreachable.
const MOST_TRIES: u32 = 8;
/// The longest wait that is chosen here, in seconds.
const LONGEST_BACKOFF_S: u64 = 30;

/// Where the token comes from, and a new one when it has run out.
pub trait Tokens {
    /// The token that requests carry now.
    fn token(&self) -> &SignInSecret;

    /// Fetches another one. Says whether there is one.
    fn renew(&mut self) -> Result<bool, Failure>;
}

/// What an answer means for the request.
enum Verdict {
    Answered(Answer),
    Refused(ApiProblem),
    SignedOut,
    /// It may be answered later.
    Later(Option<Duration>, String),
}

/// Requests to one API with one person's token.
pub struct Session {
    transport: Transport,
    tokens: Box<dyn Tokens>,
    pace: Box<dyn Pace>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("transport", &self.transport).finish_non_exhaustive()
    }
}

impl Session {
    /// A session over that transport.
    pub fn new(
        transport: Transport,
        tokens: impl Tokens + 'static,
        pace: impl Pace + 'static,
    ) -> Self {
        Self { transport, tokens: Box::new(tokens), pace: Box::new(pace) }
    }

    /// The session of whoever is signed in under that name.
    pub fn open(folder: &Path, name: &str, pace: impl Pace + 'static) -> Result<Self, Failure> {
        let profile = Profile::load(folder, name)?;
        let (transport, tokens) = profile.into_session_parts(folder, name)?;
        Ok(Self { transport, tokens, pace: Box::new(pace) })
    }

    /// Sends a request, again where the answer was lost or the API asked to wait, and with a new token where the old
    /// one has run out. Every request of this program may be sent again: creates have a key, commands name a version,
    /// writes say the whole. A quota is the caller's to wait for.
    pub fn call(&mut self, request: &Request) -> Result<Answer, Failure> {
        let mut renewed = false;
        let mut tries = 0;
        loop {
            self.pace.await_turn();
            let sent = self.transport.send(request, Some(self.tokens.token()));
            match judge_answer(sent) {
                Verdict::Answered(answer) => return Ok(answer),
                Verdict::Refused(problem) => return Err(Failure::Refused(Box::new(problem))),
                Verdict::SignedOut if !renewed && self.tokens.renew()? => renewed = true,
                Verdict::SignedOut => {
                    let text = "The API does not take the token: sign in again (cpor login).";
                    return Err(Failure::SignedOut(text.to_owned()));
                }
                Verdict::Later(_, why) if tries + 1 == MOST_TRIES => {
                    return Err(Failure::Unreachable(format!("The API did not answer: {why}")));
                }
                Verdict::Later(wait, why) => {
                    self.pace.pause(wait.unwrap_or_else(|| back_off(tries)), &why);
                    tries += 1;
                }
            }
        }
    }

    /// Sends a request and reads the answer as JSON.
    pub fn fetch(&mut self, request: &Request) -> Result<Value, Failure> {
        self.call(request)?.json()
    }

    /// Waits, as an answer has told.
    pub fn pause(&mut self, wait: Duration, why: &str) {
        self.pace.pause(wait, why);
    }
}

fn judge_answer(sent: Result<Answer, String>) -> Verdict {
    let answer = match sent {
        Ok(answer) => answer,
        Err(why) => return Verdict::Later(None, why),
    };
    let wait = answer.retry_after();
    let problem = || ApiProblem::read(answer.status, &answer.body, wait);
    match answer.status {
        200..300 | 304 => Verdict::Answered(answer),
        401 => Verdict::SignedOut,
        429 if problem().code.is_empty() => Verdict::Later(wait, problem().to_string()),
        400..500 => Verdict::Refused(problem()),
        _ => Verdict::Later(wait, problem().to_string()),
    }
}

fn back_off(tries: u32) -> Duration {
    Duration::from_secs(1_u64.checked_shl(tries).unwrap_or(u64::MAX).min(LONGEST_BACKOFF_S))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_bounded() {
        let waits: Vec<u64> = (0..7).map(|tries| back_off(tries).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(back_off(200).as_secs(), 30);
    }
}
