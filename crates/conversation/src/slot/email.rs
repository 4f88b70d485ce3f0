//! Which mail address is this? "AMAZON.EmailAddress": written, or said with `at` and `dot`.
//!
//! Only the shape is judged (RFC 5321, section 4.1.2, in the form that people have): a local part of letters, digits and
//! the usual marks, an `@`, and labels with dots between them.

use super::letters;
use super::pieces::{Kind, Pieces};
use super::spoken;

/// Most octets of a mailbox (RFC 5321, section 4.5.3.1.3, less the brackets).
const BYTES_MAX: usize = 254;

/// The address in the utterance: the value, first piece and one behind the last.
pub(crate) fn find(p: &Pieces<'_>) -> Option<(String, usize, usize)> {
    let at = (0..p.len()).find(|here| p.is(*here, "@"));
    let (at, spoken_sign) = match at {
        Some(at) => (at, false),
        None => ((1..p.len()).rev().find(|here| p.is(*here, "at") && has_dot(p, *here))?, true),
    };
    let (domain, end) = domain(p, at + 1)?;
    let (local, start) = local(p, at, spoken_sign)?;
    let address = format!("{local}@{domain}");
    (address.len() <= BYTES_MAX).then_some((address, start, end))
}

fn has_dot(p: &Pieces<'_>, at: usize) -> bool {
    (at + 2..p.len()).any(|here| sign(p, here) == Some("."))
}

/// The sign that a piece writes or says.
fn sign(p: &Pieces<'_>, at: usize) -> Option<&'static str> {
    match p.word(at) {
        "." | "dot" | "period" => Some("."),
        "_" | "underscore" => Some("_"),
        "-" | "dash" | "hyphen" | "minus" => Some("-"),
        "+" | "plus" => Some("+"),
        _ => None,
    }
}

/// Labels and dots from here on.
fn domain(p: &Pieces<'_>, from: usize) -> Option<(String, usize)> {
    let (mut domain, mut here, mut end, mut dotted) = (String::new(), from, from, false);
    while here < p.len() {
        match sign(p, here) {
            Some(mark @ ("." | "-")) if end == here && here + 1 < p.len() => {
                domain.push_str(mark);
                dotted |= mark == ".";
                here += 1;
                continue;
            }
            _ => {}
        }
        // A label goes on over a space only where it is spelled or nothing has been said behind the last dot.
        let fresh = domain.is_empty() || domain.ends_with(['.', '-']);
        if !(fresh || p.glued(here) || p.word(here).len() == 1 || !dotted) {
            break;
        }
        here += label(p, here, &mut domain)?.max(1);
        end = here;
    }
    let domain = domain.trim_end_matches(['.', '-']).to_owned();
    let labels = domain.split('.');
    (dotted && labels.clone().count() > 1 && labels.clone().all(|label| !label.is_empty()))
        .then_some((domain, end))
}

fn label(p: &Pieces<'_>, at: usize, into: &mut String) -> Option<usize> {
    match p.kind(at)? {
        Kind::Letters | Kind::Digits => Some(letters::spell(p, at, into)),
        Kind::Mark => None,
    }
}

/// What stands before the sign: back to the opening of the sentence when it was said, back to a space when written.
fn local(p: &Pieces<'_>, at: usize, spoken_sign: bool) -> Option<(String, usize)> {
    let opening = super::name::opening(p).min(at.saturating_sub(1));
    let mut start = at;
    while start > opening
        && (spoken_sign || p.glued(start))
        && (sign(p, start - 1).is_some() || is_text(p, start - 1))
    {
        start -= 1;
    }
    let (mut local, mut here) = (String::new(), start);
    while here < at {
        here += match sign(p, here) {
            Some(mark) => {
                local.push_str(mark);
                1
            }
            None => letters::spell(p, here, &mut local),
        };
    }
    let ends = local.starts_with('.') || local.ends_with('.');
    (here == at && !local.is_empty() && !ends).then_some((local, start))
}

fn is_text(p: &Pieces<'_>, at: usize) -> bool {
    matches!(p.kind(at), Some(Kind::Letters | Kind::Digits)) || spoken::term(p.word(at)).is_some()
}
