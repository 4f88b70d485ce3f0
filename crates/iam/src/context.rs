//! What is known about a request? Keys with their values: the request context.
//!
//! Keys are case insensitive (IAM User Guide, "IAM JSON policy elements: Condition"); a key without values counts as absent.
//! Values may be captured (tags, session names, source identities), so all of them are raw: they are compared at one listed
//! site, and never printed.

use sotto_sensitive::RawText;
use std::fmt;
use std::net::IpAddr;
use std::time::{SystemTime, UNIX_EPOCH};

/// The most keys that a context takes; more are refused by [`Context::set`].
pub const CONTEXT_KEYS_MAX: usize = 512;

/// The name of a context key, in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    hash: u64,
    folded: Box<str>,
}

impl Key {
    /// Folds a name.
    pub fn new(name: &str) -> Self {
        let folded: Box<str> = name.to_ascii_lowercase().into();
        Self { hash: fnv(folded.as_bytes()), folded }
    }

    /// The name in lower case.
    pub fn as_str(&self) -> &str {
        &self.folded
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.folded, f)
    }
}

/// FNV-1a, 64 bits: a hash for choosing a place, never for trust; equality is always checked.
pub(crate) fn fnv(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A value of a context key.
#[derive(Debug)]
pub struct Value(RawText);

impl Value {
    /// The value, for comparison with what a policy says.
    #[expect(clippy::disallowed_methods, reason = "conditions compare context values; a yes or no leaves")]
    pub(crate) fn compared(&self) -> &str {
        self.0.expose()
    }
}

impl From<RawText> for Value {
    fn from(text: RawText) -> Self {
        Self(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self(RawText::new(text.to_owned()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self(RawText::new(text))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::from(if value { "true" } else { "false" })
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::from(value.to_string())
    }
}

impl From<IpAddr> for Value {
    fn from(value: IpAddr) -> Self {
        Self::from(value.to_string())
    }
}

impl From<SystemTime> for Value {
    /// ISO 8601 in UTC with seconds, as `aws:CurrentTime` and `aws:TokenIssueTime` have it.
    fn from(value: SystemTime) -> Self {
        Self::from(crate::condition::date::iso(seconds(value)))
    }
}

/// Whole seconds since 1970.
pub(crate) fn seconds(instant: SystemTime) -> i64 {
    match instant.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |seconds| -seconds),
    }
}

/// Keys with their values.
#[derive(Default)]
pub struct Context {
    entries: Vec<(Key, Vec<Value>)>,
}

impl Context {
    /// An empty context.
    pub fn new() -> Self {
        Self::default()
    }

    /// A context with the keys that tell the time.
    pub fn at(now: SystemTime) -> Self {
        Self::new().with("aws:CurrentTime", now).with("aws:EpochTime", seconds(now))
    }

    /// Sets all values of a key, replacing what was there. Beyond [`CONTEXT_KEYS_MAX`] keys nothing is added, and the answer
    /// is `false`.
    pub fn set<V: Into<Value>>(&mut self, key: &str, values: impl IntoIterator<Item = V>) -> bool {
        let key = Key::new(key);
        let values: Vec<Value> = values.into_iter().map(Into::into).collect();
        if let Some((_, old)) = self.entries.iter_mut().find(|(known, _)| *known == key) {
            *old = values;
            return true;
        }
        let room = self.entries.len() < CONTEXT_KEYS_MAX;
        if room {
            self.entries.push((key, values));
        }
        room
    }

    /// The same context with one value for a key.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.set(key, [value.into()]);
        self
    }

    /// The same context with values for a key.
    #[must_use]
    pub fn with_all<V: Into<Value>>(mut self, key: &str, values: impl IntoIterator<Item = V>) -> Self {
        self.set(key, values);
        self
    }

    /// Sets a key that nothing has been said about yet.
    pub(crate) fn complete<V: Into<Value>>(&mut self, key: &str, value: impl FnOnce() -> V) {
        let key = Key::new(key);
        if !self.entries.iter().any(|(known, _)| *known == key) && self.entries.len() < CONTEXT_KEYS_MAX {
            self.entries.push((key, vec![value().into()]));
        }
    }

    /// The values of a key; `None` where the context does not speak of it.
    pub(crate) fn get(&self, key: &Key) -> Option<&[Value]> {
        let found =
            self.entries.iter().find(|(known, _)| known.hash == key.hash && known.folded == key.folded);
        found.map(|(_, values)| values.as_slice())
    }

    /// Whether the context has a value for a key.
    pub fn has(&self, key: &str) -> bool {
        self.get(&Key::new(key)).is_some_and(|values| !values.is_empty())
    }

    /// Whether a key has values, and each of them is one of these: what a grant may give on.
    pub fn is_only(&self, key: &str, allowed: &[&str]) -> bool {
        let values = self.get(&Key::new(key)).unwrap_or_default();
        !values.is_empty() && values.iter().all(|value| allowed.contains(&value.compared()))
    }

    /// The names of its keys, in lower case.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(key, _)| key.as_str())
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.entries.iter().map(|(key, values)| (key, values.len()))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_folded_and_values_replaced() {
        let mut context =
            Context::new().with("aws:SourceIp", "192.0.2.1").with_all("aws:TagKeys", ["a", "b"]);
        context.set("AWS:sourceip", ["192.0.2.2"]);
        let values = |key: &str| {
            context.get(&Key::new(key)).map(|values| values.iter().map(Value::compared).collect::<Vec<_>>())
        };
        assert_eq!(values("aws:SOURCEIP"), Some(vec!["192.0.2.2"]));
        assert_eq!(values("aws:tagkeys"), Some(vec!["a", "b"]));
        assert_eq!(values("aws:other"), None);
        assert!(context.has("aws:TagKeys") && !context.has("aws:TagKey"));
        assert!(context.is_only("aws:tagkeys", &["b", "c", "a"]) && !context.is_only("aws:TagKeys", &["a"]));
        assert!(!context.is_only("aws:other", &["a"]), "no value is no answer");
    }

    #[test]
    fn the_number_of_keys_is_bounded() {
        let mut context = Context::new();
        for index in 0..CONTEXT_KEYS_MAX {
            assert!(context.set(&format!("k{index}"), ["v"]));
        }
        assert!(!context.set("one-more", ["v"]) && context.set("k0", ["w"]));
    }

    #[test]
    fn typed_values_become_text() {
        let at = UNIX_EPOCH + std::time::Duration::from_secs(1_577_836_801);
        for (value, wanted) in [
            (Value::from(true), "true"),
            (Value::from(-7_i64), "-7"),
            (Value::from("2001:db8::1".parse::<IpAddr>().unwrap()), "2001:db8::1"),
            (Value::from(at), "2020-01-01T00:00:01Z"),
        ] {
            assert_eq!(value.compared(), wanted);
        }
    }

    #[test]
    fn nothing_is_printed() {
        let context = Context::new().with("aws:PrincipalTag/phone", "canary");
        assert!(!format!("{context:?}").contains("canary"));
    }
}
