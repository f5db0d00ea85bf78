//! Who is signed in, in a file of the user's own.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::endpoint::TokenEndpoint;
use super::secret::SignInSecret;
use crate::api::{Address, Failure, Tokens, Transport};

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Profile {
    /// By the pool's hosted sign-in.
    SignedIn {
        /// Where the API is.
        api: String,
        /// Where the hosted sign-in is.
        sign_in: String,
        /// The client id of the caller's side.
        client: String,
        /// What the API takes.
        id_token: SignInSecret,
        /// What brings the next one.
        refresh_token: Option<SignInSecret>,
    },
    /// A person of a stack on this machine, whose file has the tokens.
    Stack {
        /// The file that `make up` writes.
        stack: PathBuf,
        /// The name of the person there.
        user: String,
    },
}

/// The folder of the profiles: `cpor` in the user's folder of configurations.
pub fn find_folder() -> Result<PathBuf, Failure> {
    let strategy = etcetera::choose_base_strategy()
        .map_err(|error| Failure::unreadable("The folder of configurations", error))?;
    Ok(strategy.config_dir().join("cpor"))
}

impl Profile {
    /// Who is signed in under that name.
    pub fn load(folder: &Path, name: &str) -> Result<Self, Failure> {
        let path = file_of(folder, name)?;
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let text = format!("Nobody is signed in as “{name}” (cpor login).");
                return Err(Failure::SignedOut(text));
            }
            Err(error) => return Err(Failure::unreadable(path.display(), error)),
        };
        refuse_shared(&path)?;
        // The file holds tokens: what is wrong with it is not told.
        serde_json::from_str(&text)
            .map_err(|_| Failure::unreadable(path.display(), "it is no profile of cpor"))
    }

    /// Keeps the profile under that name, readable by its user alone.
    pub fn store(&self, folder: &Path, name: &str) -> Result<(), Failure> {
        let path = file_of(folder, name)?;
        let text =
            serde_json::to_vec(self).map_err(|error| Failure::unreadable("profile", error))?;
        let written = make_folder(folder).and_then(|()| replace_file(&path, &text));
        written.map_err(|error| Failure::unreadable(path.display(), error))
    }

    /// A connection to the profile's API, and its tokens.
    pub fn into_session_parts(
        self,
        folder: &Path,
        name: &str,
    ) -> Result<(Transport, Box<dyn Tokens>), Failure> {
        match self {
            Self::Stack { stack, user } => {
                let described = read_stack(&stack)?;
                let address = read_address(text_at(&described, "/endpoint"))?;
                let host = text_at(&described, "/api_host").to_owned();
                let token = token_of(&described, &user)?;
                let tokens = StackTokens { stack, user, token };
                Ok((Transport::new(address, Some(host))?, Box::new(tokens)))
            }
            Self::SignedIn { ref api, ref sign_in, ref client, ref id_token, .. } => {
                let transport = Transport::new(read_address(api)?, None)?;
                let endpoint = TokenEndpoint::new(read_address(sign_in)?, client.clone())?;
                let (token, folder, name) = (id_token.clone(), folder.to_owned(), name.to_owned());
                let tokens = PoolTokens { profile: self, token, endpoint, folder, name };
                Ok((transport, Box::new(tokens)))
            }
        }
    }
}

/// Forgets who is signed in under that name. What the profile was comes back.
pub fn delete_profile(folder: &Path, name: &str) -> Result<Profile, Failure> {
    let profile = Profile::load(folder, name);
    let path = file_of(folder, name)?;
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Failure::unreadable(path.display(), error))
        }
        _ => profile,
    }
}

/// The tokens of a pool's user.
struct PoolTokens {
    profile: Profile,
    token: SignInSecret,
    endpoint: TokenEndpoint,
    folder: PathBuf,
    name: String,
}

impl Tokens for PoolTokens {
    fn token(&self) -> &SignInSecret {
        &self.token
    }

    fn renew(&mut self) -> Result<bool, Failure> {
        let Profile::SignedIn { id_token, refresh_token, .. } = &mut self.profile else {
            return Ok(false);
        };
        let Some(refresh) = refresh_token else { return Ok(false) };
        let grant = self.endpoint.renew(refresh)?;
        id_token.clone_from(&grant.id_token);
        if grant.refresh_token.is_some() {
            *refresh_token = grant.refresh_token;
        }
        self.token = grant.id_token;
        self.profile.store(&self.folder, &self.name).map(|()| true)
    }
}

/// The tokens of a stack on this machine.
struct StackTokens {
    stack: PathBuf,
    user: String,
    token: SignInSecret,
}

impl Tokens for StackTokens {
    fn token(&self) -> &SignInSecret {
        &self.token
    }

    /// `make up` writes new ones.
    fn renew(&mut self) -> Result<bool, Failure> {
        let token = token_of(&read_stack(&self.stack)?, &self.user)?;
        let another = token != self.token;
        self.token = token;
        Ok(another)
    }
}

fn read_stack(path: &Path) -> Result<Value, Failure> {
    let text =
        fs::read_to_string(path).map_err(|error| Failure::unreadable(path.display(), error))?;
    // The file holds tokens: what is wrong with it is not told.
    serde_json::from_str(&text)
        .map_err(|_| Failure::unreadable(path.display(), "it does not describe a stack"))
}

fn token_of(stack: &Value, user: &str) -> Result<SignInSecret, Failure> {
    let tokens = stack.get("tokens").and_then(Value::as_object);
    let token = tokens.and_then(|tokens| tokens.get(user)).and_then(Value::as_str);
    token.map(SignInSecret::new).ok_or_else(|| {
        let known = tokens.into_iter().flatten().map(|(name, _)| name.as_str());
        let known = known.collect::<Vec<_>>().join(", ");
        Failure::Unreadable(format!("The stack has no person “{user}”. It has: {known}"))
    })
}

fn text_at<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn read_address(text: &str) -> Result<Address, Failure> {
    Address::parse(text).map_err(|error| Failure::unreadable(text, error))
}

/// The file of a profile. Its name is one of a file here, and of none elsewhere.
fn file_of(folder: &Path, name: &str) -> Result<PathBuf, Failure> {
    let plain = |own: char| own.is_ascii_alphanumeric() || matches!(own, '-' | '_');
    if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
        let why = "a name of a profile has 1–64 letters, digits, “-” and “_”";
        return Err(Failure::unreadable(name, why));
    }
    Ok(folder.join(format!("{name}.json")))
}

/// Writes a file beside the old one, and puts it in its place: no reader sees half of it.
fn replace_file(path: &Path, text: &[u8]) -> io::Result<()> {
    let new = path.with_extension(format!("{}.new", std::process::id()));
    let written = create_private(&new).and_then(|mut file| {
        file.write_all(text)?;
        file.sync_all()
    });
    let replaced = written.and_then(|()| fs::rename(&new, path));
    if replaced.is_err() {
        // What cannot be written may not be there to remove.
        let _absent = fs::remove_file(&new);
    }
    replaced
}

#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Elsewhere the folder of configurations belongs to its user.
#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<fs::File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// Refuses a file that others may read: a token in it may be known.
#[cfg(unix)]
fn refuse_shared(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    let found = fs::metadata(path).map_err(|error| Failure::unreadable(path.display(), error))?;
    // The six lowest bits are those of the group and of everybody.
    if found.permissions().mode().trailing_zeros() >= 6 {
        return Ok(());
    }
    let why = "others may read it, and it holds tokens: delete it and sign in again (cpor login)";
    Err(Failure::unreadable(path.display(), why))
}

#[cfg(not(unix))]
fn refuse_shared(_path: &Path) -> Result<(), Failure> {
    Ok(())
}
