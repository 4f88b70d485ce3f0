//! Which words mean nearly the same, and which mean nothing by themselves?
//!
//! A bot has ten samples an intent, and its users other words for the same thing. The groups in `data/kin.txt` are written by
//! hand, in English, and are not made from anybody's data; a word that no group has stands for itself. Vectors of words learned
//! from large texts know more groups, but cost megabytes and cannot be read by who wonders about an answer.

use super::hash;
use super::text::stem;
use std::collections::HashMap;
use std::sync::LazyLock;

static GROUPS: LazyLock<HashMap<&'static str, u64>> = LazyLock::new(|| {
    let mut groups = HashMap::new();
    let lines = include_str!("../../data/kin.txt").lines().filter(|line| !line.starts_with('#'));
    for (line, number) in lines.zip(2_u64..) {
        for word in line.split(' ') {
            // Who comes first keeps the word.
            groups.entry(word).or_insert(number << 32 | 0x006B_696E);
        }
    }
    groups
});

/// Words that stand around what is meant.
const EMPTY: [&str; 64] = [
    "i", "a", "an", "the", "to", "my", "me", "is", "are", "do", "does", "can", "could", "would", "you",
    "please", "of", "for", "on", "in", "it", "that", "this", "be", "have", "am", "was", "i'm", "i'd", "i've",
    "it's", "there", "will", "has", "had", "did", "at", "and", "with", "some", "any", "your", "so", "just",
    "as", "if", "or", "been", "being", "we", "our", "us", "its", "by", "from", "up", "out", "about", "into",
    "should", "um", "uh", "really", "gonna",
];

/// Whether a word means nothing by itself.
pub(crate) fn is_empty(word: &str) -> bool {
    EMPTY.contains(&word)
}

/// The group of a word, found as it is or without its ending; figures are a group of their own.
pub(crate) fn group(word: &str) -> Option<u64> {
    if word.starts_with(|letter: char| letter.is_ascii_digit()) {
        return Some(hash(b"figures"));
    }
    let found = GROUPS.get(word).or_else(|| GROUPS.get(stem(word)));
    found.map(|group| hash(&group.to_le_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_group_are_alike() {
        assert_eq!(group("purchase"), group("buy"));
        assert_ne!(group("buy"), group("sell"));
        assert_eq!(group("xylophone"), None);
        assert!(is_empty("the") && !is_empty("card"));
    }

    #[test]
    fn empty_words_are_in_no_group_alone() {
        assert!(GROUPS.len() > 700, "{}", GROUPS.len());
        assert!(!GROUPS.contains_key(""));
    }
}
