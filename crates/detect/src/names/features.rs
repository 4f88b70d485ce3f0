//! By which traits is a word judged? Itself, its neighbours, what is known of them, and what stands between them.
//!
//! Each trait is hashed to a row of one table. Rows may collide; training sees the same collisions, so that it learns to
//! live with them. No string is built and nothing is allocated.

use super::lexer::{Gap, Shape, Word};
use super::lexicon::Class;

/// Rows of the table, as a power of two.
pub(crate) const ROWS_LOG2: u32 = 18;
/// How many traits a word has.
pub(crate) const TRAITS: usize = 34;

/// How a line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Mode {
    /// Sentences with some capitals.
    Plain,
    /// No capitals: chat, speech.
    Lower,
    /// Capitals only.
    Upper,
    /// Nearly every word begins with one: headlines, forms.
    Title,
}

/// What a line is like: how it is written, and what it speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tone {
    mode: Mode,
    /// The marks of classes that some word of it bears.
    marks: u16,
}

/// What stands outside of a line.
const EDGE: Word =
    Word { start: 0, end: 0, hash: 7, head: 0, tail: 0, class: 0, shape: Shape::Code, gap: Gap::Line };

/// What these words are like.
pub(crate) fn tone_of(words: &[Word]) -> Tone {
    let (mut lower, mut capital, mut upper) = (0_usize, 0_usize, 0_usize);
    let mut marks = 0;
    for word in words {
        marks |= word.class;
        match word.shape {
            Shape::Lower => lower += 1,
            Shape::Capital | Shape::Mixed => capital += 1,
            Shape::Upper => upper += 1,
            _ => {}
        }
    }
    let mode = match () {
        () if capital + upper == 0 => Mode::Lower,
        () if upper >= 2 && upper > 2 * (lower + capital) => Mode::Upper,
        () if capital + upper >= 3 && capital + upper > 4 * lower => Mode::Title,
        () => Mode::Plain,
    };
    Tone { mode, marks: marks & (Class::ROLE | Class::THING | Class::TITLE) }
}

/// Whether this word can be part of a name, a place or an address at all; all others are left alone unseen.
#[inline]
pub(crate) fn is_open(word: &Word) -> bool {
    let class = Class(word.class);
    match word.shape {
        Shape::Capital | Shape::Upper | Shape::Initial | Shape::Mixed => {
            !matches!(word.gap, Gap::At | Gap::Hash)
        }
        Shape::Lower => {
            (class.first() | class.last() | class.place() != 0
                || class.common() == 0
                || class.has(Class::PARTICLE | Class::STREET))
                && !(class.common() == 3
                    && class.0 & 0xFF & !0x3F == 0
                    && class.first() < 2
                    && !class.has(Class::PARTICLE))
                && !matches!(word.gap, Gap::At | Gap::Hash)
        }
        Shape::Letter => !matches!(word.gap, Gap::Apostrophe | Gap::Hyphen),
        Shape::Digits => word.end - word.start <= 6,
        Shape::Code | Shape::Foreign => false,
    }
}

/// What is known of a word, in few bits.
#[inline]
fn coarse(word: &Word) -> u64 {
    let class = Class(word.class);
    let known = u64::from(class.first() > 0)
        | u64::from(class.last() > 0) << 1
        | u64::from(class.common() > 1) << 2
        | u64::from(class.place() > 0) << 3
        | u64::from(class.0 >> 8) << 4;
    known << 4 | word.shape as u64
}

/// All that is known of a word.
#[inline]
fn look(word: &Word) -> u64 {
    u64::from(word.class) << 4 | word.shape as u64
}

#[inline]
fn row(id: u64, left: u64, right: u64) -> u32 {
    let mixed =
        (left ^ id << 56).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ right.wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    let mixed = (mixed ^ mixed >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (mixed >> (64 - ROWS_LOG2)) as u32
}

/// The rows of the word at `at`.
#[inline]
pub(crate) fn rows(words: &[Word], at: usize, tone: Tone) -> [u32; TRAITS] {
    let near =
        |distance: isize| at.checked_add_signed(distance).and_then(|place| words.get(place)).unwrap_or(&EDGE);
    let (l3, l2, l1, a, r1, r2) = (near(-3), near(-2), near(-1), near(0), near(1), near(2));
    let (hl2, hl1, h, hr1, hr2) =
        (u64::from(l2.hash), u64::from(l1.hash), u64::from(a.hash), u64::from(r1.hash), u64::from(r2.hash));
    let (gl, gr) = (a.gap as u64, r1.gap as u64);
    let (ca, cl1, cr1) = (coarse(a), coarse(l1), coarse(r1));
    let (ka, kl1, kr1) = (look(a), look(l1), look(r1));
    let (shape, mode) = (a.shape as u64, tone.mode as u64);
    let marks = u64::from(tone.marks);
    let (tail, head) = (u64::from(a.tail), u64::from(a.head));
    let length = (a.end - a.start).min(12) as u64;
    [
        row(1, h, 0),
        row(2, h, shape << 4 | mode),
        row(3, ka, 0),
        row(4, ka, gl << 4 | mode),
        row(5, tail, shape),
        row(6, tail & 0xFF_FFFF, shape),
        row(7, head, shape),
        row(8, tail & 0xFFFF, ca),
        row(9, hl1, gl),
        row(10, hl1, ka),
        row(11, hr1, gr),
        row(12, hr1, ka),
        row(13, hl1, hl2 << 5 | gl),
        row(14, hl2, ca),
        row(15, hr1, hr2 << 5 | gr),
        row(16, hr2, ca),
        row(17, kl1, ka << 8 | gl),
        row(18, ka, kr1 << 8 | gr),
        row(19, cl1 << 20 | ca, cr1),
        row(20, hl1, hl2 << 20 ^ ca),
        row(21, hl1 << 20 ^ ca, hr1),
        row(22, (l1.shape as u64) << 8 | shape << 4 | r1.shape as u64, gl << 8 | gr << 4 | mode),
        row(23, ca, gl << 8 | gr << 4 | mode),
        row(24, u64::from(l3.hash), ca),
        row(25, coarse(l2) << 40 | cl1 << 20 | ca, gl),
        row(26, coarse(r2) << 40 | cr1 << 20 | ca, gr),
        row(27, length << 8 | shape << 4 | mode, u64::from(a.class & 0x3F)),
        row(28, h, hl1),
        row(29, h, hr1),
        row(30, gl, hl1 << 20 ^ ca),
        row(31, gr, hr1 << 20 ^ ca),
        row(32, mode, 0),
        row(33, marks, ca),
        row(34, u64::from((l1.class | l2.class) >> 8), ca << 8 | u64::from((r1.class | r2.class) >> 8)),
    ]
}
