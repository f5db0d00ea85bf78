//! The one place that reads the environment.

/// Why a function cannot start with these settings: every reason, in the order of reading.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("wrong settings: {}", .0.join("; "))]
pub struct SettingsError(pub Vec<String>);

/// Settings that can be read from the environment.
pub trait Settings: Sized {
    /// Reads every one of them before it gives up, so that all problems come together.
    fn from_environment(environment: &mut Environment<'_>) -> Option<Self>;
}

/// The environment, what was asked of it, and what was wrong with the answers.
pub struct Environment<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    asked: Vec<&'static str>,
    problems: Vec<String>,
}

impl<'a> Environment<'a> {
    fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, asked: Vec::new(), problems: Vec::new() }
    }

    /// A text that is there and not empty.
    pub fn read_text(&mut self, name: &'static str) -> Option<String> {
        self.asked.push(name);
        let text = (self.lookup)(name).filter(|text| !text.is_empty());
        if text.is_none() {
            self.problems.push(format!("{name} is missing"));
        }
        text
    }

    /// A text that `parse` understands; `what` says what it should be.
    pub fn read_parsed<T>(
        &mut self,
        name: &'static str,
        what: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.read_text(name)?;
        let value = parse(&text);
        if value.is_none() {
            self.problems.push(format!("{name} is {what}"));
        }
        value
    }
}

/// Reads settings from the process's environment: once, in `main`.
///
/// # Errors
/// [`SettingsError`] with every problem.
pub fn read_settings<S: Settings>() -> Result<S, SettingsError> {
    parse_settings(&read_variable)
}

/// Where the services are, if they are not Amazon's own.
pub(crate) fn service_endpoint() -> Option<String> {
    read_variable("AWS_ENDPOINT_URL").filter(|url| !url.is_empty())
}

/// Whether the authorities to trust are named: in the variables of OpenSSL, which others follow.
pub(crate) fn names_authorities() -> bool {
    ["SSL_CERT_FILE", "SSL_CERT_DIR"]
        .into_iter()
        .filter_map(read_variable)
        .any(|path| !path.is_empty())
}

#[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
fn read_variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Reads settings from `lookup`.
///
/// # Errors
/// [`SettingsError`] with every problem.
pub fn parse_settings<S: Settings>(
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<S, SettingsError> {
    let mut environment = Environment::new(lookup);
    let settings = S::from_environment(&mut environment);
    match settings {
        Some(settings) if environment.problems.is_empty() => Ok(settings),
        Some(_) | None => Err(SettingsError(environment.problems)),
    }
}

/// The names that these settings are read from: those that reading asks for.
pub fn setting_names<S: Settings>() -> Vec<&'static str> {
    let mut environment = Environment::new(&|_| None);
    drop(S::from_environment(&mut environment));
    environment.asked
}

macro_rules! tuples {
    ($(($($section:ident $value:ident),+))*) => {$(
        impl<$($section: Settings),+> Settings for ($($section,)+) {
            fn from_environment(environment: &mut Environment<'_>) -> Option<Self> {
                $(let $value = $section::from_environment(environment);)+
                Some(($($value?,)+))
            }
        }
    )*};
}

tuples! { (A a) (A a, B b) (A a, B b, C c) (A a, B b, C c, D d) (A a, B b, C c, D d, E e)
(A a, B b, C c, D d, E e, F f) }
