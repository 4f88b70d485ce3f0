//! How a message repeats what the author of a policy wrote: in backticks, short, on one line.

use std::fmt;

/// The longest quotation, in characters.
pub(crate) const QUOTE_CHARS_MAX: usize = 60;

/// Shows a name or key in backticks, cut after 60 characters.
pub(crate) struct Quoted<'t>(pub(crate) &'t str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`")?;
        for (count, c) in self.0.chars().enumerate() {
            if count == QUOTE_CHARS_MAX {
                f.write_str("…")?;
                break;
            }
            let c = if c == '`' { '\'' } else { c };
            write!(f, "{}", if is_shown(c) { c } else { '\u{fffd}' })?;
        }
        f.write_str("`")
    }
}

/// Whether a character may stand in a message: no controls, no marks that turn the direction of text (a terminal obeys both).
pub(crate) fn is_shown(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Several names, the first few in full: `` `A`, `B` and 3 more ``.
pub(crate) fn several<'t>(names: impl IntoIterator<Item = &'t str>) -> String {
    const SHOWN: usize = 5;
    let names: Vec<&str> = names.into_iter().collect();
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(|name| Quoted(name).to_string()).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => match shown.pop() {
            Some(last) if shown.is_empty() => last,
            Some(last) => format!("{} and {last}", shown.join(", ")),
            None => String::new(),
        },
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_are_short_and_harmless() {
        assert_eq!(Quoted("Ssn-US").to_string(), "`Ssn-US`");
        assert_eq!(Quoted("a`b\u{1b}\u{202e}c").to_string(), "`a'b\u{fffd}\u{fffd}c`");
        assert_eq!(Quoted(&"x".repeat(61)).to_string(), format!("`{}…`", "x".repeat(60)));
        assert_eq!(several([]), "");
        assert_eq!(several(["a"]), "`a`");
        assert_eq!(several(["a", "b"]), "`a` and `b`");
        assert_eq!(several(["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(several(["a"; 7]), "`a`, `a`, `a`, `a`, `a` and 2 more");
    }
}
