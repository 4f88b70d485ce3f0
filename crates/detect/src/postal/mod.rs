//! Where are postal addresses? A grammar over words, numbers and the marks between them.
//!
//! ```text
//! stretch ──lexer──> tokens ──street──> house and street ──locality──> flat, town, state, code
//! ```
//!
//! A regular expression per country was tried first: it wants capitals, a code and one line, while people say "it's at
//! 1546 maurice lane". A statistical model alone finds such places but not where they end. So the grammar reads the parts
//! and says how sure it is; words that announce an address (`located at`, `ship to`, `Adresse:`) and what follows the
//! street decide the rest.
//!
//! It looks at one stretch of a few lines only, asks nothing of what stands outside, and takes time linear in the
//! stretch: every form begins at a token and looks at a bounded number of tokens behind it.

mod lexer;
mod lexicon;
mod locality;
mod street;

use lexer::{Kind, Tokens};
pub(crate) use lexicon::Classes;
use street::Trust;

/// An address in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Whether it has a town and a postal code.
    pub(crate) complete: bool,
}

/// Whether a word ends like a street of German or Dutch: `Hauptstraße`.
pub(crate) fn is_compound(word: &[u8]) -> bool {
    lexicon::compound(lexicon::Folded::of(word).bytes()).is_some()
}

/// Tokens before an address in which a word may announce it.
const CUE_TOKENS: usize = 6;

/// The addresses in a stretch. `prose` says that people speak there; elsewhere a street must be plainer.
pub(crate) fn find(text: &[u8], prose: bool) -> Vec<Address> {
    let tokens = Tokens::read(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match address(&tokens, at, prose) {
            Some((end, address)) => {
                found.push(address);
                at = end.max(at + 1);
            }
            None => at += 1,
        }
    }
    found
}

fn address(tokens: &Tokens<'_>, start: usize, prose: bool) -> Option<(usize, Address)> {
    let street = street::at(tokens, start)?;
    let rest = locality::behind(tokens, street.end, street.lower);
    let complete = rest.town && rest.code;
    let enough = match street.trust {
        Trust::Sure => {
            prose
                || (!street.short && is_long_number(tokens, start))
                || rest.telling
                || is_announced(tokens, start, prose)
        }
        Trust::Hint => rest.telling || is_announced(tokens, start, prose),
        Trust::Code => complete,
    };
    let first = tokens.get(start)?;
    let last = tokens.get(rest.end.checked_sub(1)?)?;
    enough.then_some((rest.end, Address { start: first.start, end: last.end, complete }))
}

/// Three digits or more: programs count things, and house numbers are long in America.
fn is_long_number(tokens: &Tokens<'_>, start: usize) -> bool {
    tokens.get(start).is_some_and(|token| token.kind != Kind::Number || token.digits >= 3)
}

/// Whether a word before announces an address, in the same sentence; `at` does so only where people speak.
fn is_announced(tokens: &Tokens<'_>, start: usize, prose: bool) -> bool {
    let cue = if prose { Classes::CUE.with(Classes::CUE_WEAK) } else { Classes::CUE };
    let before = (0..start).rev().take(CUE_TOKENS).filter_map(|at| tokens.get(at));
    before
        .take_while(|token| token.kind != Kind::Stop)
        .any(|token| token.is(cue) || (token.kind == Kind::Other && tokens.bytes(token) == b"@"))
}

#[cfg(test)]
mod tests;
