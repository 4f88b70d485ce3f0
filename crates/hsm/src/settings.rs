//! What must be said about a token? Its module, its label, and perhaps a PIN; how many workers ask it, and how long one waits.

use sotto_sensitive::RawText;
use std::path::PathBuf;
use std::time::Duration;

/// Bytes of a token's label (PKCS #11 Base Specification 3.1, section 3.2, CK_TOKEN_INFO).
pub const LABEL_BYTES_MAX: usize = 32;

/// Most workers, hence most sessions.
pub const WORKERS_MAX: usize = 64;

/// Shortest time that is waited for an answer.
pub const TIMEOUT_MIN: Duration = Duration::from_millis(100);

/// Longest time that is waited for an answer.
pub const TIMEOUT_MAX: Duration = Duration::from_secs(300);

const WORKERS: usize = 4;
const TIMEOUT: Duration = Duration::from_secs(10);

/// A token and how it is asked.
#[derive(Debug)]
pub struct TokenSettings {
    pub(crate) module: PathBuf,
    pub(crate) label: String,
    pub(crate) pin: Option<RawText>,
    pub(crate) workers: usize,
    pub(crate) timeout: Duration,
}

/// Why settings are not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenSettingsError {
    /// An empty label, or one that no token has.
    Label,
    /// No worker, or too many.
    Workers,
    /// Too short or too long a wait.
    Timeout,
}

impl std::fmt::Display for TokenSettingsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Label => write!(f, "a token has a label of 1 to {LABEL_BYTES_MAX} bytes"),
            Self::Workers => write!(f, "a token is asked by 1 to {WORKERS_MAX} workers"),
            Self::Timeout => {
                let (least, most) = (TIMEOUT_MIN.as_millis(), TIMEOUT_MAX.as_millis());
                write!(f, "a token's answer is waited for {least} to {most} ms")
            }
        }
    }
}

impl std::error::Error for TokenSettingsError {}

impl TokenSettings {
    /// The token of a label behind a module, asked by four workers, ten seconds at most.
    ///
    /// # Errors
    /// When no token can have the label.
    pub fn new(module: PathBuf, label: &str) -> Result<Self, TokenSettingsError> {
        match (1..=LABEL_BYTES_MAX).contains(&label.len()) {
            true => {
                Ok(Self { module, label: label.to_owned(), pin: None, workers: WORKERS, timeout: TIMEOUT })
            }
            false => Err(TokenSettingsError::Label),
        }
    }

    /// With the user's PIN.
    #[must_use]
    pub fn pin(mut self, pin: RawText) -> Self {
        self.pin = Some(pin);
        self
    }

    /// With so many workers.
    ///
    /// # Errors
    /// When that is none, or more than [`WORKERS_MAX`].
    pub fn workers(mut self, workers: usize) -> Result<Self, TokenSettingsError> {
        self.workers = workers;
        match (1..=WORKERS_MAX).contains(&workers) {
            true => Ok(self),
            false => Err(TokenSettingsError::Workers),
        }
    }

    /// With this bound on waiting.
    ///
    /// # Errors
    /// When it is shorter than [`TIMEOUT_MIN`] or longer than [`TIMEOUT_MAX`].
    pub fn timeout(mut self, timeout: Duration) -> Result<Self, TokenSettingsError> {
        self.timeout = timeout;
        match (TIMEOUT_MIN..=TIMEOUT_MAX).contains(&timeout) {
            true => Ok(self),
            false => Err(TokenSettingsError::Timeout),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labelled(label: &str) -> Result<TokenSettings, TokenSettingsError> {
        TokenSettings::new(PathBuf::from("module.so"), label)
    }

    #[test]
    fn bounds_hold_on_both_sides() {
        assert!(labelled("").is_err() && labelled("a").is_ok());
        assert!(labelled(&"a".repeat(LABEL_BYTES_MAX)).is_ok());
        assert!(labelled(&"a".repeat(LABEL_BYTES_MAX + 1)).is_err());
        let workers = |count| labelled("a").unwrap().workers(count).is_ok();
        assert!(!workers(0) && workers(1) && workers(WORKERS_MAX) && !workers(WORKERS_MAX + 1));
        let timeout = |wait| labelled("a").unwrap().timeout(wait).is_ok();
        let step = Duration::from_millis(1);
        assert!(!timeout(TIMEOUT_MIN - step) && timeout(TIMEOUT_MIN));
        assert!(timeout(TIMEOUT_MAX) && !timeout(TIMEOUT_MAX + step));
    }

    #[test]
    fn settings_do_not_print_the_pin() {
        let settings = labelled("a").unwrap().pin(RawText::new("canary".into()));
        assert!(!format!("{settings:?}").contains("canary"));
    }
}
