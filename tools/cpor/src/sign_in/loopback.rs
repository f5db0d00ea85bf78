//! Where the browser brings the code: a port of this machine that is listened on while somebody signs in.

use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use url::Url;

use super::secret::SignInSecret;
use crate::api::Failure;

/// The ports that the app clients of `template.yaml` know; the first that is free is taken.
pub const PORTS: [u16; 3] = [27821, 27822, 27823];
const PATH: &str = "/callback";
/// The longest head of a request that is read, in bytes.
const LONGEST_HEAD: usize = 8 * 1024;
/// How long a browser may take for its request.
const REQUEST_TIME: Duration = Duration::from_secs(10);

/// A port that is listened on.
#[derive(Debug)]
pub struct Loopback {
    runtime: Runtime,
    listener: TcpListener,
    port: u16,
}

/// What a request brought.
enum Callback {
    Code(SignInSecret),
    /// The sign-in says why there is no code.
    Refusal(String),
    /// It is no answer to what was asked.
    Nothing,
}

impl Loopback {
    /// Listens on the first port that is free.
    pub fn bind(ports: &[u16]) -> Result<Self, Failure> {
        let cannot = |error| Failure::unreadable("No port can be listened on", error);
        let runtime = Builder::new_current_thread().enable_all().build().map_err(cannot)?;
        let addresses: Vec<_> = ports.iter().map(|port| (Ipv4Addr::LOCALHOST, *port)).collect();
        let mut bound = Err(std::io::Error::other("none was named"));
        for address in addresses {
            bound = runtime.block_on(TcpListener::bind(address));
            if bound.is_ok() {
                break;
            }
        }
        let listener = bound.map_err(cannot)?;
        let port = listener.local_addr().map_err(cannot)?.port();
        Ok(Self { runtime, listener, port })
    }

    /// Where the browser is to go. Cognito takes `http` for this name and for no other.
    pub fn redirect_uri(&self) -> String {
        format!("http://localhost:{}{PATH}", self.port)
    }

    /// Waits for the code. A request with another `state` is somebody else's: it is refused, and waited on.
    pub fn await_code(&self, state: &str, within: Duration) -> Result<SignInSecret, Failure> {
        let waited = self
            .runtime
            .block_on(async { tokio::time::timeout(within, self.take_code(state)).await });
        match waited {
            Ok(outcome) => outcome,
            Err(_) => Err(Failure::SignedOut("Nobody signed in in time.".to_owned())),
        }
    }

    async fn take_code(&self, state: &str) -> Result<SignInSecret, Failure> {
        loop {
            let accepted = self.listener.accept().await;
            let (mut stream, _) =
                accepted.map_err(|error| Failure::unreadable("The port", error))?;
            let target = tokio::time::timeout(REQUEST_TIME, read_target(&mut stream)).await;
            let callback = match target {
                Ok(Some(target)) => read_callback(&target, state),
                _ => Callback::Nothing,
            };
            answer(&mut stream, &callback).await;
            match callback {
                Callback::Code(code) => return Ok(code),
                Callback::Refusal(why) => {
                    return Err(Failure::SignedOut(format!("The sign-in refused: {why}.")));
                }
                Callback::Nothing => {}
            }
        }
    }
}

/// The target of a `GET`: its path with the query.
async fn read_target(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let mut part = [0; 1024];
        let read = stream.read(&mut part).await.ok()?;
        head.extend_from_slice(part.get(..read)?);
        if read == 0 || head.len() > LONGEST_HEAD {
            return None;
        }
    }
    let head = String::from_utf8(head).ok()?;
    let mut words = head.lines().next()?.split(' ');
    (words.next()? == "GET").then_some(())?;
    words.next().map(str::to_owned)
}

fn read_callback(target: &str, state: &str) -> Callback {
    let Ok(url) = Url::parse("http://localhost").and_then(|base| base.join(target)) else {
        return Callback::Nothing;
    };
    let find = |name: &str| {
        let mut found = url.query_pairs().filter(|(own, _)| own == name);
        found.next().filter(|_| found.next().is_none()).map(|(_, value)| value.into_owned())
    };
    if url.path() != PATH || find("state").as_deref() != Some(state) {
        return Callback::Nothing;
    }
    match (find("code"), find("error")) {
        (Some(code), None) => Callback::Code(SignInSecret::new(code)),
        (_, Some(error)) => Callback::Refusal(error),
        (None, None) => Callback::Nothing,
    }
}

async fn answer(stream: &mut TcpStream, callback: &Callback) {
    let (status, text) = match callback {
        Callback::Code(_) => ("200 OK", "The code has come. Go back to the terminal."),
        Callback::Refusal(_) => ("200 OK", "The sign-in refused. Go back to the terminal."),
        Callback::Nothing => ("400 Bad Request", "This is no answer to what was asked."),
    };
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Referrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n{text}",
        text.len()
    );
    // A browser that went away has missed nothing.
    let _gone = stream.write_all(answer.as_bytes()).await;
    let _gone = stream.shutdown().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(target: &str) -> String {
        match read_callback(target, "s1") {
            Callback::Code(code) => format!("code {}", code.reveal()),
            Callback::Refusal(why) => format!("refusal {why}"),
            Callback::Nothing => "nothing".to_owned(),
        }
    }

    #[test]
    fn a_code_counts_with_the_state_that_was_asked_for_and_at_the_path_that_was_named() {
        assert_eq!(told("/callback?code=a%2Bb&state=s1"), "code a+b");
        assert_eq!(told("/callback?error=access_denied&state=s1"), "refusal access_denied");
        for other in [
            "/callback?code=a",
            "/callback?code=a&state=s2",
            "/callback?code=a&state=",
            "/callback?code=a&state=s1&state=s2",
            "/callback?code=a&code=b&state=s1",
            "/callback?error=access_denied&state=s2",
            "/other?code=a&state=s1",
            "/favicon.ico",
            "//elsewhere/callback2?code=a&state=s1",
            "",
        ] {
            assert_eq!(told(other), "nothing", "{other}");
        }
    }
}
