//! What does each sensitive value look like? One function for each identifier, written from the issuer's public rule.

pub mod americas;
pub mod contact;
pub mod europe;
pub mod finance;
pub mod health;
pub mod licences;
pub mod secrets;

use crate::rng::Rng;

/// Groups of `sizes` characters joined by `joint`.
pub fn grouped(text: &str, sizes: &[usize], joint: &str) -> String {
    let mut rest = text.chars();
    let parts: Vec<String> = sizes.iter().map(|n| rest.by_ref().take(*n).collect()).collect();
    let tail: String = rest.collect();
    let all = parts
        .into_iter()
        .chain(std::iter::once(tail))
        .filter(|p| !p.is_empty());
    all.collect::<Vec<_>>().join(joint)
}

/// Draws until a draw is `Some` (rules whose check digit does not exist for every payload).
pub fn until<T>(rng: &mut Rng, mut draw: impl FnMut(&mut Rng) -> Option<T>) -> T {
    loop {
        if let Some(value) = draw(rng) {
            return value;
        }
    }
}

/// Two digits of a number.
pub fn two(n: u64) -> String {
    format!("{n:02}")
}
