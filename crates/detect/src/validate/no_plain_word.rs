//! Is it a secret, or a word about one? `password: required` holds no password.
//!
//! A value that is one of these words, in any case and whatever marks follow it, is none.

/// Words that stand behind "password" without being one.
const WORDS: [&str; 54] = [
    "accepted",
    "address",
    "again",
    "authentication",
    "blank",
    "cancelled",
    "change",
    "changed",
    "confirmation",
    "correct",
    "default",
    "disabled",
    "empty",
    "enabled",
    "encrypted",
    "error",
    "expired",
    "failed",
    "failure",
    "false",
    "field",
    "forgotten",
    "hashed",
    "hidden",
    "incorrect",
    "input",
    "invalid",
    "length",
    "masked",
    "mismatch",
    "missing",
    "none",
    "null",
    "optional",
    "password",
    "secret",
    "token",
    "user",
    "policy",
    "prompt",
    "protected",
    "redacted",
    "removed",
    "required",
    "reset",
    "saved",
    "string",
    "strong",
    "unchanged",
    "undefined",
    "unknown",
    "updated",
    "valid",
    "wrong",
];

/// Anything but such a word.
pub(crate) fn valid(value: &[u8]) -> bool {
    let end = value.iter().rposition(u8::is_ascii_alphanumeric).map_or(0, |at| at + 1);
    let word = value.get(..end).unwrap_or_default();
    value.len() >= 4
        && !word.is_empty()
        && !WORDS.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["hunter2", "correct-horse", "Tr0ub4dor&3", "requiredx"];
        let bad = ["required", "Expired!", "RESET.", "", "***", "invalid", "abc"];
        crate::validate::testing::check("no-plain-word", &good, &bad);
    }
}
