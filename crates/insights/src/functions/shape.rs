//! Which text do messages share once their variable parts are left out? For the command `pattern`.
//!
//! A word that holds a digit, or is quoted, or looks like an address or an identifier, varies; punctuation and other words
//! stay. Words that vary become `<*>`, as the page "Pattern analysis" shows them. A rule for each word rather than a
//! clustering of all messages: its result does not depend on the order of the rows, and a masked value, being stars,
//! varies as it did before.

use super::text_to_text;
use datafusion::logical_expr::Expr;

/// What stands for a part that varies.
const VARIABLE: &str = "<*>";
/// Longest text that a shape is made of, in bytes; the rest varies.
const SHAPED_BYTES_MAX: usize = 4 * 1024;

/// The shape of a text.
pub(crate) fn shape(text: Expr) -> Expr {
    text_to_text("shape", text, |text| Some(shape_of(text)))
}

/// The severity that a text names.
pub(crate) fn severity(text: Expr) -> Expr {
    text_to_text("severity", text, |text| Some(severity_of(text).to_owned()))
}

fn shape_of(text: &str) -> String {
    let mut end = SHAPED_BYTES_MAX.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let (head, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    let mut out = String::with_capacity(head.len());
    let mut word = String::new();
    for c in head.chars() {
        if is_of_word(c) {
            word.push(c);
        } else {
            close(&mut word, &mut out);
            out.push(c);
        }
    }
    close(&mut word, &mut out);
    if !rest.is_empty() {
        out.push_str(VARIABLE);
    }
    out
}

/// Characters that hold a word together: numbers with points, times, addresses, identifiers, masks.
fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || "_-.:/@*+%".contains(c)
}

fn close(word: &mut String, out: &mut String) {
    let body = word.trim_end_matches(['.', ':', '-', '/']);
    let tail = word.strip_prefix(body).unwrap_or_default();
    let varies = body.chars().any(|c| c.is_ascii_digit() || c == '*') || body.contains('@');
    match varies {
        true => out.extend([VARIABLE, tail]),
        false => out.push_str(word),
    }
    word.clear();
}

fn severity_of(text: &str) -> &'static str {
    const LABELS: [(&str, &str); 8] = [
        ("fatal", "Error"),
        ("error", "Error"),
        ("exception", "Error"),
        ("warn", "Warning"),
        ("info", "Info"),
        ("debug", "Debug"),
        ("trace", "Trace"),
        ("fail", "Error"),
    ];
    let lower = text.to_ascii_lowercase();
    LABELS.iter().find(|(word, _)| lower.contains(word)).map_or("None", |(_, label)| label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, shape: &str) {
        assert_eq!(shape_of(text), shape, "{text}");
    }

    #[test]
    fn what_varies_is_left_out() {
        check("user 17 logged in from 192.0.2.7.", "user <*> logged in from <*>.");
        check("2023-11-14T22:13:20Z [INFO] took 3.5ms", "<*> [INFO] took <*>");
        check("card **************** refused", "card <*> refused");
        check("mail from someone@example.com", "mail from <*>");
        check("ready: all fine", "ready: all fine");
        check("id=ab12cd, name=x", "id=<*>, name=x");
        check("", "");
        let long = "a ".repeat(SHAPED_BYTES_MAX);
        assert!(
            shape_of(&long).len() <= SHAPED_BYTES_MAX + VARIABLE.len() && shape_of(&long).ends_with(VARIABLE)
        );
    }

    #[test]
    fn severity_is_what_a_text_names_first_in_weight() {
        assert_eq!(
            [severity_of("[WARN] x"), severity_of("an Error, INFO"), severity_of("x")],
            ["Warning", "Error", "None"]
        );
    }
}
