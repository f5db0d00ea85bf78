//! Signing in against a sign-in that is played: it verifies PKCE as RFC 7636 says, and takes each code once.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Output};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cpor::api::{Address, Request, Transport};
use cpor::sign_in::SignInSecret;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::api::problem;
use crate::program::{TOKEN, begin, folder, run, text};
use crate::server::{Said, Seen, Server};

/// What the sign-in remembers.
#[derive(Debug, Default)]
struct Pool {
    /// Codes: the challenge and the address that each was asked with.
    codes: BTreeMap<String, (String, String)>,
    refresh_tokens: Vec<String>,
    granted: u32,
    /// The ID tokens that the API takes.
    taken: Vec<String>,
}

type SharedPool = Arc<Mutex<Pool>>;

fn start(pool: &SharedPool) -> Server {
    let pool = Arc::clone(pool);
    Server::start(move |seen| {
        let mut pool = pool.lock().unwrap();
        match seen.route() {
            ("POST", "/oauth2/token") => grant(&mut pool, seen),
            ("POST", "/oauth2/revoke") => {
                let token = seen.form()["token"].clone();
                pool.refresh_tokens.retain(|own| *own != token);
                Said::json(200, &json!({}))
            }
            ("GET", "/v1/me") => {
                let token = seen.headers["authorization"].trim_start_matches("Bearer ").to_owned();
                if pool.taken.contains(&token) {
                    let party = json!({"id": "p-alpine", "name": "Alpine"});
                    Said::json(
                        200,
                        &json!({"role": "partner_admin", "party": party, "quotas": null}),
                    )
                } else {
                    Said::json(401, &json!({"message": "Unauthorized"}))
                }
            }
            ("GET", "/v1/programs") if pool.taken.is_empty() => problem(401, "unauthenticated"),
            _ => Said::json(200, &json!({"items": [], "next_cursor": null})),
        }
    })
}

fn grant(pool: &mut Pool, seen: &Seen) -> Said {
    let form = seen.form();
    let refused = || Said::json(400, &json!({"error": "invalid_grant"}));
    if form["client_id"] != "client-1" {
        return Said::json(400, &json!({"error": "invalid_client"}));
    }
    let refresh = match form["grant_type"].as_str() {
        "authorization_code" => {
            // A code is taken once, whether or not what comes with it is right.
            let Some((challenge, redirect)) = pool.codes.remove(&form["code"]) else {
                return refused();
            };
            let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(form["code_verifier"].as_bytes()));
            if digest != challenge || form["redirect_uri"] != redirect {
                return refused();
            }
            let token = format!("{TOKEN}-refresh");
            pool.refresh_tokens.push(token.clone());
            Some(token)
        }
        _ if pool.refresh_tokens.contains(&form["refresh_token"]) => None,
        _ => return refused(),
    };
    pool.granted += 1;
    let id_token = format!("{TOKEN}-{}", pool.granted);
    pool.taken = vec![id_token.clone()];
    Said::json(200, &json!({"id_token": id_token, "access_token": "a", "refresh_token": refresh}))
}

/// A sign-in that has begun: the program waits, and the browser is on the page.
struct Begun {
    program: Child,
    rest: BufReader<std::process::ChildStderr>,
    asked: BTreeMap<String, String>,
}

fn begin_sign_in(folder: &Path, server: &Server) -> Begun {
    let address = server.address.as_str();
    let arguments =
        ["login", "--api", address, "--sign-in", address, "--client", "client-1", "--port", "0"];
    let mut program = begin(folder, &arguments);
    let mut rest = BufReader::new(program.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("/oauth2/authorize?") {
        assert!(rest.read_line(&mut said).unwrap() > 0, "{said}");
    }
    let link = said.split_once("http").map(|(_, link)| format!("http{}", link.trim())).unwrap();
    let asked = Url::parse(&link).unwrap().query_pairs().into_owned().collect();
    Begun { program, rest, asked }
}

impl Begun {
    /// The page signs the person in, and remembers the code.
    fn sign(&self, pool: &SharedPool, code: &str) {
        assert_eq!(self.asked["response_type"], "code");
        assert_eq!(self.asked["code_challenge_method"], "S256");
        assert_eq!(self.asked["scope"], "openid");
        let asked = (self.asked["code_challenge"].clone(), self.asked["redirect_uri"].clone());
        pool.lock().unwrap().codes.insert(code.to_owned(), asked);
    }

    /// The browser comes back. What the program answers it.
    fn come_back(&self, query: &str) -> String {
        let redirect = Url::parse(&self.asked["redirect_uri"]).unwrap();
        assert_eq!((redirect.scheme(), redirect.host_str()), ("http", Some("localhost")));
        let mut stream = TcpStream::connect(("127.0.0.1", redirect.port().unwrap())).unwrap();
        let request =
            format!("GET {}?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n", redirect.path());
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// The program ends.
    fn end(mut self) -> Output {
        let mut said = String::new();
        self.rest.read_to_string(&mut said).unwrap();
        let mut output = self.program.wait_with_output().unwrap();
        output.stderr = said.into_bytes();
        for printed in [&output.stdout, &output.stderr] {
            assert!(!text(printed).contains(TOKEN), "a token was printed");
        }
        output
    }
}

fn profile(folder: &Path) -> std::path::PathBuf {
    folder.join("config/cpor/default.json")
}

/// Somebody who signed in with the code `code-1`.
fn signed_in(name: &str) -> (std::path::PathBuf, SharedPool, Server) {
    let (folder, pool) = (folder(name), SharedPool::default());
    let server = start(&pool);
    let begun = begin_sign_in(&folder, &server);
    begun.sign(&pool, "code-1");
    let state = begun.asked["state"].clone();
    assert!(begun.come_back(&format!("code=code-1&state={state}")).starts_with("HTTP/1.1 200"));
    let output = begun.end();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "Signed in as partner_admin Alpine\n");
    (folder, pool, server)
}

#[test]
fn whoever_signs_in_has_a_file_that_nobody_else_can_read() {
    let (folder, _, server) = signed_in("signed-in");
    let stored: Value = serde_json::from_slice(&fs::read(profile(&folder)).unwrap()).unwrap();
    assert_eq!(stored["api"], server.address.as_str());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&profile(&folder)), 0o600);
        assert_eq!(mode(&folder.join("config/cpor")), 0o700);
        fs::set_permissions(profile(&folder), fs::Permissions::from_mode(0o644)).unwrap();
        let shared = run(&folder, &["programs", "list"]);
        assert_eq!(shared.status.code(), Some(2));
        assert!(text(&shared.stderr).contains("others may read it"));
    }
}

#[test]
fn the_answer_to_another_state_is_refused_and_the_sign_in_goes_on() {
    let (folder, pool) = (folder("state"), SharedPool::default());
    let server = start(&pool);
    let begun = begin_sign_in(&folder, &server);
    begun.sign(&pool, "code-1");
    for query in ["code=code-1&state=other", "code=code-1", "code=code-1&state="] {
        assert!(begun.come_back(query).starts_with("HTTP/1.1 400"), "{query}");
    }
    assert_eq!(server.seen().len(), 0, "no code was given on");
    let state = begun.asked["state"].clone();
    begun.come_back(&format!("code=code-1&state={state}"));
    assert_eq!(begun.end().status.code(), Some(0));
}

#[test]
fn the_code_of_somebody_elses_sign_in_is_worthless_here() {
    let (folder, pool) = (folder("verifier"), SharedPool::default());
    let server = start(&pool);
    let begun = begin_sign_in(&folder, &server);
    // The attacker's own code, which was asked for with another verifier.
    let redirect = begun.asked["redirect_uri"].clone();
    pool.lock().unwrap().codes.insert("code-of-eve".to_owned(), ("another".to_owned(), redirect));
    let state = begun.asked["state"].clone();
    begun.come_back(&format!("code=code-of-eve&state={state}"));
    let output = begun.end();
    assert_eq!(output.status.code(), Some(4));
    assert!(text(&output.stderr).contains("invalid_grant"), "{}", text(&output.stderr));
    assert!(!profile(&folder).exists());
}

#[test]
fn a_code_that_was_taken_before_is_refused() {
    let (folder, pool, server) = signed_in("replayed");
    fs::remove_file(profile(&folder)).unwrap();
    let begun = begin_sign_in(&folder, &server);
    let state = begun.asked["state"].clone();
    begun.come_back(&format!("code=code-1&state={state}"));
    let output = begun.end();
    assert_eq!(output.status.code(), Some(4));
    assert!(!profile(&folder).exists());
    assert_eq!(pool.lock().unwrap().granted, 1);
}

#[test]
fn a_sign_in_that_is_refused_says_so_and_no_two_ask_with_the_same_secrets() {
    let (folder, pool) = (folder("denied"), SharedPool::default());
    let server = start(&pool);
    let asked: Vec<_> = ["access_denied", "server_error"]
        .into_iter()
        .map(|error| {
            let begun = begin_sign_in(&folder, &server);
            let asked = begun.asked.clone();
            begun.come_back(&format!("error={error}&state={}", asked["state"]));
            let output = begun.end();
            assert_eq!(output.status.code(), Some(4));
            assert!(text(&output.stderr).contains(error));
            asked
        })
        .collect();
    for name in ["state", "code_challenge"] {
        assert_ne!(asked[0][name], asked[1][name]);
    }
    assert!(server.seen().is_empty());
}

#[test]
fn a_token_that_has_run_out_is_renewed_and_kept() {
    let (folder, pool, _server) = signed_in("renewed");
    pool.lock().unwrap().taken.clear();
    let output = run(&folder, &["programs", "list", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(pool.lock().unwrap().granted, 2);
    let stored = text(&fs::read(profile(&folder)).unwrap());
    assert!(stored.contains(&format!("{TOKEN}-2")) && stored.contains("-refresh"));
    // The sign-in takes neither token any more.
    pool.lock().unwrap().taken.clear();
    pool.lock().unwrap().refresh_tokens.clear();
    let output = run(&folder, &["programs", "list"]);
    assert_eq!(output.status.code(), Some(4));
}

#[test]
fn whoever_signs_out_leaves_no_token_that_works() {
    let (folder, pool, _server) = signed_in("signed-out");
    let output = run(&folder, &["logout"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(pool.lock().unwrap().refresh_tokens.is_empty());
    assert!(!profile(&folder).exists());
    let output = run(&folder, &["programs", "list"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(text(&output.stderr).contains("Nobody is signed in"));
}

#[test]
fn whoever_signs_out_where_nothing_is_revoked_is_told_so_and_has_no_file_any_more() {
    let (folder, _pool, server) = signed_in("not-revoked");
    let refuses = Server::start(|_| problem(400, "unsupported"));
    let stored = fs::read_to_string(profile(&folder)).unwrap();
    fs::write(profile(&folder), stored.replace(&server.address, &refuses.address)).unwrap();
    let output = run(&folder, &["logout"]);
    assert_eq!(output.status.code(), Some(5));
    assert!(text(&output.stderr).contains("stays good until the session ends"));
    assert!(!profile(&folder).exists());
}

#[test]
fn a_server_that_shows_no_certificate_is_told_nothing() {
    let server = Server::start(|_| Said::json(200, &json!({})));
    let address = Address::parse(&server.address.replace("http://", "https://")).unwrap();
    let transport = Transport::new(address, None).unwrap();
    let sent = transport.send(&Request::get("/v1/me"), Some(&SignInSecret::new(TOKEN)));
    let why = sent.map(|answer| answer.status).unwrap_err();
    assert!(!why.contains(TOKEN), "{why}");
    assert!(server.seen().iter().all(|seen| !seen.headers.contains_key("authorization")));
}

#[test]
fn no_token_goes_to_an_address_in_clear_text() {
    let folder = folder("clear");
    let arguments =
        ["login", "--api", "http://api.example", "--sign-in", "https://s.example", "--client", "c"];
    let output = run(&folder, &arguments);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("an address is https"));
    let stack = json!({"endpoint": "http://10.1.2.3", "api_host": "h", "tokens": {"a": TOKEN}});
    fs::write(folder.join("stack.json"), stack.to_string()).unwrap();
    let output = run(&folder, &["login", "--stack", "stack.json", "--as", "a"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
}
