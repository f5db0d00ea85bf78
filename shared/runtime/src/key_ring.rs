//! What is made of the keys of a secret, made anew where the secret may have changed: a process lives for hours, and a
//! key is added while it does (`docs/operations.md §5`).

use std::fmt::Display;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};

use crate::clock::Clock;
use crate::keys::{self, Keys, KeysError};
use crate::telemetry;

/// How long a secret is not read again that was read to no avail.
const AT_MOST_EVERY: Duration = Duration::minutes(1);

/// Reads the secret and makes something of its keys.
type Read<T> = Box<dyn Fn() -> ReadFuture<T> + Send + Sync>;
type ReadFuture<T> = Pin<Box<dyn Future<Output = Result<T, KeysError>> + Send>>;

/// Something that is made of keys.
pub struct KeyRing<T> {
    held: Mutex<CachedKeys<T>>,
    source: Option<(Read<T>, Clock)>,
}

struct CachedKeys<T> {
    made: Arc<T>,
    read_at: DateTime<Utc>,
}

impl<T> KeyRing<T> {
    /// What is never made anew.
    pub fn fixed(made: T) -> Self {
        let held = CachedKeys { made: Arc::new(made), read_at: DateTime::UNIX_EPOCH };
        Self { held: Mutex::new(held), source: None }
    }

    /// What was made just now, and how it is made anew.
    pub fn new<F>(made: T, clock: Clock, read: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<T, KeysError>> + Send + 'static,
    {
        let held = CachedKeys { made: Arc::new(made), read_at: clock() };
        let read: Read<T> = Box::new(move || Box::pin(read()));
        Self { held: Mutex::new(held), source: Some((read, clock)) }
    }

    /// As it is now.
    pub fn current(&self) -> Arc<T> {
        Arc::clone(&self.held.lock().unwrap_or_else(PoisonError::into_inner).made)
    }

    /// Made anew, unless the secret was read less than a minute ago: for who met a key that is not known.
    pub async fn read_again(&self) -> Arc<T> {
        self.refresh_if_older(AT_MOST_EVERY).await
    }

    /// As it is now where it knows what was met, else as [`Self::read_again`] has it: a key may have been added meanwhile.
    pub async fn refresh_unless(&self, knows: impl Fn(&T) -> bool) -> Arc<T> {
        let current = self.current();
        if knows(&current) { current } else { self.read_again().await }
    }

    /// Made anew where it is as old as that. Where the secret cannot be read it stays as it is, for as long again.
    pub async fn refresh_if_older(&self, age: Duration) -> Arc<T> {
        if let Some((read, clock)) = &self.source
            && self.is_due(clock(), age)
        {
            match read().await {
                Ok(made) => {
                    self.held.lock().unwrap_or_else(PoisonError::into_inner).made = Arc::new(made);
                }
                Err(error) => telemetry::log_failure("The keys could not be read again", &error),
            }
        }
        self.current()
    }

    /// Whether it is as old as that; then it is somebody's to make anew, and nobody else's.
    fn is_due(&self, now: DateTime<Utc>, age: Duration) -> bool {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = now - held.read_at >= age;
        if is_due {
            held.read_at = now;
        }
        is_due
    }
}

impl<T: Send + 'static> KeyRing<T> {
    /// What `make` makes of the keys of a secret that were read at the start, and of those that it has later.
    ///
    /// # Errors
    /// If nothing can be made of the keys.
    pub(crate) fn of_secret<E: Display + 'static>(
        keys: &Keys,
        client: aws_sdk_secretsmanager::Client,
        secret_id: &str,
        make: fn(&Keys) -> Result<T, E>,
        clock: Clock,
    ) -> Result<Self, KeysError> {
        let make =
            move |keys: &Keys| make(keys).map_err(|error| KeysError::Unfit(error.to_string()));
        let secret_id = secret_id.to_owned();
        Ok(Self::new(make(keys)?, clock, move || {
            let (client, secret_id) = (client.clone(), secret_id.clone());
            async move { make(&keys::load_keys(&client, &secret_id).await?) }
        }))
    }
}

impl<T> std::fmt::Debug for KeyRing<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyRing(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

    use super::*;

    /// A ring of how often the secret was read, whose clock is moved by seconds; each second read fails.
    fn ring() -> (KeyRing<usize>, Arc<AtomicI64>) {
        let seconds = Arc::new(AtomicI64::new(0));
        let (shown, reads) = (Arc::clone(&seconds), Arc::new(AtomicUsize::new(0)));
        let clock: Clock = Arc::new(move || {
            DateTime::UNIX_EPOCH + Duration::seconds(shown.load(Ordering::Relaxed))
        });
        let ring = KeyRing::new(0, clock, move || {
            let nth = reads.fetch_add(1, Ordering::Relaxed) + 1;
            async move { if nth == 2 { Err(KeysError::Malformed) } else { Ok(nth) } }
        });
        (ring, seconds)
    }

    #[tokio::test]
    async fn a_secret_is_read_again_once_a_minute_at_the_most() {
        let (ring, seconds) = ring();
        for (at, expected) in [(0, 0), (59, 0), (60, 1), (61, 1), (119, 1)] {
            seconds.store(at, Ordering::Relaxed);
            assert_eq!(*ring.read_again().await, expected, "after {at} s");
        }
    }

    #[tokio::test]
    async fn a_secret_that_cannot_be_read_leaves_what_was_made_of_it_for_another_minute() {
        let (ring, seconds) = ring();
        for (at, expected) in [(60, 1), (120, 1), (121, 1), (180, 3)] {
            seconds.store(at, Ordering::Relaxed);
            assert_eq!(*ring.read_again().await, expected, "after {at} s");
        }
        assert_eq!(*KeyRing::fixed(7).read_again().await, 7);
    }
}
