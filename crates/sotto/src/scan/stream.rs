//! How is one file scanned in bounded memory? Block by block; what is certain is reported, what is not is held.

use super::records::Records;
use super::ruler::Ruler;
use crate::args::ScanArgs;
use crate::fault::Fault;
use crate::files::Target;
use crate::finder::Finder;
use crate::inputs::Source;
use crate::look::Look;
use crate::ordered::Parts;
use crate::syntax::{Kind, kind_of};
use anyhow::Result;
use sotto_detect::{Detection, KeywordId, Part, RuleId, Scanner, Score};
use sotto_protect::Find;
use sotto_public::ByteSpan;
use sotto_sensitive::RawBytes;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Bytes that are read at once.
const BLOCK_BYTES: usize = 1 << 20;
/// Bytes that decide whether a file is binary.
const BINARY_BYTES: usize = 8 << 10;
/// Findings that are handed over together.
const FINDINGS_TOGETHER: usize = 1024;

/// What is told about a file.
pub(crate) enum News {
    /// Its name.
    Begin(String),
    Findings(Vec<Finding>),
    End(End),
    /// Nothing more makes sense: an error of the settings.
    Wrong(anyhow::Error),
}

/// How a file ended.
pub(crate) struct End {
    pub(crate) state: State,
    /// Bytes that were scanned, after unpacking.
    pub(crate) bytes: u64,
}

/// Whether a file was scanned.
pub(crate) enum State {
    Scanned,
    /// Left out.
    Binary,
    /// With the reason.
    Unreadable(String),
}

/// One finding.
pub(crate) struct Finding {
    pub(crate) start: Ruler,
    pub(crate) end: Ruler,
    pub(crate) rule: RuleId,
    pub(crate) keyword: Option<KeywordId>,
    pub(crate) checksum: bool,
    pub(crate) score: Score,
    pub(crate) rivals: Vec<RuleId>,
    /// Only when it was asked for.
    pub(crate) value: Option<String>,
}

/// Scans one file and tells what happens.
pub(crate) fn scan(look: &Look, args: &ScanArgs, target: Target, read: &Arc<AtomicU64>, parts: &Parts<News>) {
    if !parts.send(News::Begin(target.source.name())) {
        return;
    }
    let mut stream = Stream::new(look, args, &target, parts);
    let state = match stream.run(&target.source, read) {
        Ok(state) => state,
        Err(error) if matches!(error.downcast_ref(), Some(Fault::Unavailable(_))) => {
            State::Unreadable(format!("{error:#}"))
        }
        Err(error) => {
            parts.send(News::Wrong(error));
            return;
        }
    };
    stream.hand_over();
    let bytes = stream.ruler.bytes;
    parts.send(News::End(End { state, bytes }));
}

/// One file on its way.
struct Stream<'a> {
    finder: Finder,
    records: Option<Records>,
    binary_too: bool,
    reveal: bool,
    parts: &'a Parts<News>,
    held: RawBytes,
    /// Before this, findings are final.
    from: usize,
    /// Where the ruler is in what is held.
    ruled: usize,
    ruler: Ruler,
    ready: Vec<Finding>,
    /// Nobody wants any more.
    unwanted: bool,
    block_bytes: usize,
}

impl<'a> Stream<'a> {
    fn new(look: &Look, args: &ScanArgs, target: &Target, parts: &'a Parts<News>) -> Self {
        let (records, finder) = match kind_of(args.syntax, &target.source, &look.csv) {
            Kind::Csv(csv) => (Some(Records::new(csv)), look.finder_of_records()),
            Kind::Auto | Kind::Text | Kind::Json => (None, look.finder()),
        };
        // A small file needs no large block; one byte more sees the end.
        let known = target.bytes.and_then(|bytes| usize::try_from(bytes + 1).ok()).unwrap_or(BLOCK_BYTES);
        Self {
            finder,
            records,
            binary_too: args.walk.binary,
            reveal: args.reveal,
            parts,
            held: RawBytes::default(),
            from: 0,
            ruled: 0,
            ruler: Ruler::default(),
            ready: Vec::new(),
            unwanted: false,
            block_bytes: known.clamp(BINARY_BYTES, BLOCK_BYTES),
        }
    }

    fn run(&mut self, source: &Source, read: &Arc<AtomicU64>) -> Result<State> {
        let mut input = source.open(read)?;
        let mut total = 0;
        loop {
            let got = self.fill(source, &mut input.reader)?;
            if !self.binary_too && total < BINARY_BYTES && self.is_binary(BINARY_BYTES - total, got) {
                return Ok(State::Binary);
            }
            total += got;
            self.settle(source, got == 0)?;
            if got == 0 || self.unwanted {
                return Ok(State::Scanned);
            }
        }
    }

    fn fill(&mut self, source: &Source, reader: &mut impl Read) -> Result<usize> {
        let got = self.held.fill_from(reader, self.block_bytes).map_err(|error| source.fault(&error))?;
        if got == self.block_bytes {
            self.block_bytes = BLOCK_BYTES;
        }
        Ok(got)
    }

    /// Whether a NUL is among the first of the `got` bytes that came last.
    #[expect(clippy::disallowed_methods, reason = "looks for one byte value; nothing leaves")]
    fn is_binary(&self, first: usize, got: usize) -> bool {
        let news = self.held.expose().get(self.held.length() - got..).unwrap_or_default();
        memchr::memchr(0, news.get(..first.min(got)).unwrap_or_default()).is_some()
    }

    fn settle(&mut self, source: &Source, end: bool) -> Result<()> {
        let (found, upto, dropped) = match &mut self.records {
            Some(records) => match records.settle(&self.finder, &self.held, end) {
                Ok((found, upto)) => (found, upto, upto),
                Err(sotto_protect::MaskError::NoSuchColumn { column }) => {
                    let message = format!("`{}`: there is no column `{column}` in the header", source.name());
                    return Err(Fault::usage(message));
                }
                Err(error) => return Err(Fault::unavailable(format!("`{}`: {error}", source.name()))),
            },
            None => {
                let certain =
                    self.finder.find_part(&Part { bytes: &self.held, from: self.from, end_of_input: end });
                (certain.places, certain.upto, certain.upto.saturating_sub(Scanner::CONTEXT_BYTES))
            }
        };
        found.iter().for_each(|detection| self.report(detection));
        self.rule_to(upto);
        self.held.drop_front(dropped);
        (self.from, self.ruled) = (upto - dropped, upto - dropped);
        Ok(())
    }

    #[expect(clippy::disallowed_methods, reason = "lines and characters are counted; nothing leaves")]
    fn rule_to(&mut self, to: usize) {
        self.ruler.advance(self.held.expose().get(self.ruled..to).unwrap_or_default());
        self.ruled = to;
    }

    fn report(&mut self, detection: &Detection) {
        self.rule_to(detection.bytes.start());
        let start = self.ruler;
        self.rule_to(detection.bytes.end());
        let value = self.reveal.then(|| self.value(detection.bytes));
        self.ready.push(Finding {
            start,
            end: self.ruler,
            rule: detection.rule,
            keyword: detection.keyword,
            checksum: detection.checksum,
            score: detection.score,
            rivals: detection.rivals.iter().map(|rival| rival.rule).collect(),
            value,
        });
        if self.ready.len() >= FINDINGS_TOGETHER {
            self.hand_over();
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the user asked to see the values, with --reveal")]
    fn value(&self, span: ByteSpan) -> String {
        String::from_utf8_lossy(self.held.expose().get(span.range()).unwrap_or_default()).into_owned()
    }

    fn hand_over(&mut self) {
        let findings = std::mem::take(&mut self.ready);
        self.unwanted |= !findings.is_empty() && !self.parts.send(News::Findings(findings));
    }
}
