//! How does an inventory look as a page? One file that loads nothing and runs nothing: what authors wrote stands in it escaped, and a
//! policy of the page's own refuses everything but its one style, by its hash.

use super::Row;
use super::forms::{COLUMNS, cells};
use std::fmt::Write as _;

/// The page's style.
const STYLE: &str = "body{font:14px/1.4 sans-serif;margin:2em;color:#1a1a1a}table{border-collapse:collapse;width:100%}th,td{border:1px solid #bbb;padding:.3em .5em;text-align:left;vertical-align:top}th{background:#eee}tr.open{background:#fdecea}ul{margin:0;padding-left:1.1em}details{margin:0}";
/// Its hash (Content Security Policy Level 3, section 2.3.1): base64 of SHA-256.
const STYLE_HASH: &str = "stjEE/9K3Z5vUpOCbYgy2F2+wuVnLKtqaUVQvDrTWrM=";

/// The page.
pub(super) fn of(rows: &[Row]) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>Inventory of bots</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>Inventory of bots</h1>\n"
    );
    let open = rows.iter().filter(|row| !row.unprotected.is_empty()).count();
    let _ = writeln!(page, "<p>{} slots, {open} unprotected.</p>\n<table>\n<tr>", rows.len());
    for name in COLUMNS.iter().chain(&["where its value gets to"]) {
        let _ = write!(page, "<th scope=\"col\">{}</th>", escaped(name));
    }
    page.push_str("</tr>\n");
    rows.iter().for_each(|row| line(&mut page, row));
    page.push_str("</table>\n</body>\n</html>\n");
    page
}

fn line(page: &mut String, row: &Row) {
    page.push_str(if row.unprotected.is_empty() { "<tr>" } else { "<tr class=\"open\">" });
    for cell in cells(row) {
        let _ = write!(page, "<td>{}</td>", escaped(&cell));
    }
    page.push_str("<td><details><summary>sinks</summary><ul>");
    for sink in &row.sinks {
        let open = sink
            .open
            .as_ref()
            .map_or_else(String::new, |open| format!(" <strong>{}</strong>", escaped(open)));
        let _ = write!(page, "<li>{} {} ({}){open}</li>", sink.kind, escaped(&sink.to), escaped(&sink.by));
    }
    for line in row.capture.iter().chain(&row.proposal.why) {
        let _ = write!(page, "<li>{}</li>", escaped(line));
    }
    page.push_str("</ul></details></td></tr>\n");
}

/// Text for elements and attributes (HTML Living Standard, "Escaping a string").
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::Obfuscation;
    use super::super::tests::row;
    use super::*;
    use sotto_conversation::bot::Classification;

    #[test]
    fn nothing_of_an_author_becomes_markup() {
        let page = of(&[row(Classification::High, Obfuscation::Off, true)]);
        assert!(page.contains("Pay.Card&lt;b&gt;") && !page.contains("<b>"), "{page}");
        assert_eq!(escaped("<a href=\"x\" b='&'>"), "&lt;a href=&quot;x&quot; b=&#39;&amp;&#39;&gt;");
    }

    #[test]
    fn the_policy_allows_the_style_and_nothing_else() {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, STYLE.as_bytes());
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::new();
        for chunk in digest.as_ref().chunks(3) {
            let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
                << (8 * (3 - chunk.len()));
            for place in 0..4 {
                let at = (bits >> (18 - 6 * place) & 63) as usize;
                text.push(if place <= chunk.len() { char::from(alphabet[at]) } else { '=' });
            }
        }
        assert_eq!(text, STYLE_HASH);
        let page = of(&[]);
        assert!(
            page.contains("default-src 'none'") && !page.contains("<script") && !page.contains("http://")
        );
    }
}
