//! How do other programs ask for places? Lines `{"id","text"}` in, lines `{"id","spans":[...]}` out, in the same order.
//!
//! Lines are read in batches, batches are worked on by all threads. An id is given back as it was written, whatever JSON it
//! is. Offsets count characters of the decoded text, or bytes of its UTF-8. A line that is no such object ends the run:
//! answers would no longer belong to their texts.

use crate::args::{Offsets, ScanArgs};
use crate::fault::{Fault, Verdict};
use crate::finder::Finder;
use crate::inputs::Source;
use crate::look::Look;
use crate::ordered::{Event, Parts, ordered, threads};
use crate::out;
use anyhow::Result;
use serde::Deserialize;
use serde_json::value::RawValue;
use sotto_detect::Detection;
use sotto_protect::Find;
use sotto_sensitive::{RawBytes, RawText};
use std::borrow::Cow;
use std::io::{Read, Write};
use std::sync::Arc;

/// Bytes that are read at once.
const BLOCK_BYTES: usize = 1 << 20;
/// Longest line.
const LINE_BYTES_MAX: usize = 256 << 20;

/// One line, borrowed from its batch where nothing is escaped.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    text: Cow<'a, str>,
}

/// The same with the text as it is written, for lines that JSON parsers refuse to decode.
#[derive(Deserialize)]
struct OddLine<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    text: &'a RawValue,
}

/// Whole lines.
struct Batch {
    source: String,
    /// The lines, and the beginning of the next.
    bytes: RawBytes,
    upto: usize,
    first_line: u64,
}

/// Answers all lines of the inputs.
pub(crate) fn run(args: &ScanArgs) -> Result<Verdict> {
    let look = Look::new(&args.look)?;
    let sources: Vec<Source> = match args.paths.as_slice() {
        [] => vec![Source::StandardInput],
        paths => paths.iter().map(|path| Source::of(path)).collect(),
    };
    let offsets = args.offsets;
    let batches = sources.into_iter().flat_map(Batches::open);
    let answer = |batch: Result<Batch>, parts: &Parts<Result<Vec<u8>>>| {
        parts.send(batch.and_then(|batch| answer_batch(&look, &batch, offsets)));
    };
    let mut out = out::buffered();
    ordered(threads(args.threads), batches, answer, |event| {
        let written = match event {
            Event::Part(lines) => out.write_all(&lines?),
            Event::Idle => out.flush(),
        };
        written.map_err(|error| Fault::output(&error))
    })?;
    out.flush().map_err(|error| Fault::output(&error))?;
    Ok(Verdict::Fine)
}

/// Cuts an input into batches.
struct Batches {
    source: Source,
    reader: Box<dyn Read + Send>,
    held: RawBytes,
    line: u64,
    done: bool,
}

impl Batches {
    fn open(source: Source) -> Box<dyn Iterator<Item = Result<Batch>> + Send> {
        match source.open(&Arc::default()) {
            Ok(input) => Box::new(Self {
                source,
                reader: input.reader,
                held: RawBytes::default(),
                line: 1,
                done: false,
            }),
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    }

    /// Reads until there is a whole line, or the end.
    #[expect(clippy::disallowed_methods, reason = "lines are cut at their ends; nothing leaves")]
    fn read(&mut self) -> Result<Option<Batch>> {
        loop {
            let before = self.held.length();
            let got = self
                .held
                .fill_from(&mut self.reader, BLOCK_BYTES)
                .map_err(|error| self.source.fault(&error))?;
            if got == 0 {
                self.done = true;
                return Ok((before > 0).then(|| self.batch(before, RawBytes::default())));
            }
            let bytes = self.held.expose();
            let end =
                bytes.get(before..).and_then(|news| memchr::memrchr(b'\n', news)).map(|at| before + at + 1);
            if let Some(end) = end {
                let rest = RawBytes::new(bytes.get(end..).unwrap_or_default().to_vec());
                return Ok(Some(self.batch(end, rest)));
            }
            if self.held.length() > LINE_BYTES_MAX {
                return Err(self.refused("is longer than 256 MiB"));
            }
        }
    }

    #[expect(clippy::disallowed_methods, reason = "lines are counted; nothing leaves")]
    fn batch(&mut self, upto: usize, rest: RawBytes) -> Batch {
        let bytes = std::mem::replace(&mut self.held, rest);
        let first_line = self.line;
        self.line +=
            memchr::memchr_iter(b'\n', bytes.expose().get(..upto).unwrap_or_default()).count() as u64;
        Batch { source: self.source.name(), bytes, upto, first_line }
    }

    fn refused(&self, problem: &str) -> anyhow::Error {
        Fault::unavailable(format!("`{}`: line {} {problem}", self.source.name(), self.line))
    }
}

impl Iterator for Batches {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Result<Batch>> {
        if self.done {
            return None;
        }
        let batch = self.read();
        self.done |= batch.is_err();
        batch.transpose()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "texts are taken out of their lines and go to the scanner; spans leave"
)]
fn answer_batch(look: &Look, batch: &Batch, offsets: Offsets) -> Result<Vec<u8>> {
    let (finder, mut out) = (look.finder(), Vec::new());
    let lines = batch.bytes.expose().get(..batch.upto).unwrap_or_default();
    for (number, line) in (batch.first_line..).zip(lines.split(|byte| *byte == b'\n')) {
        if !line.trim_ascii().is_empty() {
            answer_line(&finder, line, offsets, &mut out).ok_or_else(|| {
                let (source, line) = (&batch.source, number);
                Fault::unavailable(format!("`{source}`: line {line} is not an object with a string `text`"))
            })?;
        }
    }
    Ok(out)
}

/// Answers one line; `None` when it is not what was promised.
fn answer_line(finder: &Finder, line: &[u8], offsets: Offsets, out: &mut Vec<u8>) -> Option<()> {
    if let Ok(Line { id, text }) = serde_json::from_slice(line) {
        write_answer(finder, id, RawText::new(text.into_owned()), offsets, out);
        return Some(());
    }
    let mended = String::from_utf8_lossy(line);
    let OddLine { id, text } = serde_json::from_str(&mended).ok()?;
    write_answer(finder, id, RawText::new(decoded(text.get())?), offsets, out);
    Some(())
}

fn write_answer(finder: &Finder, id: Option<&RawValue>, text: RawText, offsets: Offsets, out: &mut Vec<u8>) {
    out.push(b'{');
    if let Some(id) = id {
        out.extend_from_slice(b"\"id\":");
        out.extend_from_slice(id.get().as_bytes());
        out.push(b',');
    }
    out.extend_from_slice(b"\"spans\":[");
    for (index, detection) in finder.find_text(&text).iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_span(finder, detection, offsets, out);
    }
    out.extend_from_slice(b"]}\n");
}

fn write_span(finder: &Finder, detection: &Detection, offsets: Offsets, out: &mut Vec<u8>) {
    let (start, end) = match offsets {
        Offsets::Chars => (detection.chars.start(), detection.chars.end()),
        Offsets::Bytes => (detection.bytes.start(), detection.bytes.end()),
    };
    let label = &finder.rule(detection).identifier;
    // Names of identifiers hold no character that JSON escapes; writing to memory does not fail.
    let _ = write!(out, r#"{{"start":{start},"end":{end},"label":"{label}","score":{}}}"#, detection.score);
}

/// The text of a JSON string in which something is no text: half a surrogate pair becomes U+FFFD, as elsewhere.
fn decoded(quoted: &str) -> Option<String> {
    let inside = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = String::with_capacity(inside.len());
    let mut rest = inside;
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.push_str(plain);
        let (units, after) = code_units(escape)?;
        text.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

/// The UTF-16 code units of the escapes that begin here (RFC 8259, section 7), a pair together; and what follows.
fn code_units(escape: &str) -> Option<(Vec<u16>, &str)> {
    let mut units = Vec::with_capacity(2);
    let mut rest = escape;
    loop {
        let mut chars = rest.chars();
        let unit = match chars.next()? {
            'u' => {
                let digits = chars.as_str().get(..4)?;
                chars = chars.as_str().get(4..)?.chars();
                u16::from_str_radix(digits, 16).ok()?
            }
            'b' => 8,
            'f' => 12,
            'n' => 10,
            'r' => 13,
            't' => 9,
            other => u16::try_from(u32::from(other)).ok()?,
        };
        units.push(unit);
        rest = chars.as_str();
        match rest.strip_prefix("\\u") {
            Some(_) if (0xD800..0xDC00).contains(&unit) => rest = rest.strip_prefix('\\')?,
            _ => return Some((units, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_strings_are_decoded() {
        for (quoted, expected) in [
            (r#""plain""#, "plain"),
            (r#""a\"\\\/\b\f\n\r\tz""#, "a\"\\/\u{8}\u{c}\n\r\tz"),
            (r#""\ud83d\ude00!""#, "\u{1f600}!"),
            (r#""\ud83d!""#, "\u{fffd}!"),
            (r#""\ud83d\n""#, "\u{fffd}\n"),
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}\u{1f600}"),
            (r#""\ude00é""#, "\u{fffd}é"),
        ] {
            assert_eq!(decoded(quoted).as_deref(), Some(expected), "{quoted}");
        }
        assert_eq!(decoded(r#""\u12""#), None);
        assert_eq!(decoded("12"), None);
    }
}
