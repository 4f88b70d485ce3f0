//! Where in a text is it? Half-open ranges in bytes and in characters (Unicode scalar values).
//!
//! Both exist because both are asked for: masking works on bytes, reports count characters, and a number that
//! does not say which of the two it means is a bug waiting. The types cannot be mixed.

use std::fmt;
use std::ops::Range;

macro_rules! span {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name {
            start: usize,
            end: usize,
        }

        impl $name {
            /// A span from `start` (included) to `end` (excluded); `None` when they are in the wrong order.
            pub const fn new(start: usize, end: usize) -> Option<Self> {
                if start <= end { Some(Self { start, end }) } else { None }
            }

            /// A span of `length` units from `start`; the end saturates.
            pub const fn at(start: usize, length: usize) -> Self {
                Self { start, end: start.saturating_add(length) }
            }

            /// First unit of the span.
            pub const fn start(self) -> usize {
                self.start
            }

            /// First unit behind the span.
            pub const fn end(self) -> usize {
                self.end
            }

            /// Number of units.
            pub const fn length(self) -> usize {
                self.end - self.start
            }

            /// Whether the span holds nothing.
            pub const fn is_empty(self) -> bool {
                self.start == self.end
            }

            /// Whether both spans share a unit.
            pub const fn overlaps(self, other: Self) -> bool {
                self.start < other.end && other.start < self.end
            }

            /// Whether `other` lies wholly inside.
            pub const fn contains(self, other: Self) -> bool {
                self.start <= other.start && other.end <= self.end
            }

            /// The smallest span that holds both.
            pub fn join(self, other: Self) -> Self {
                Self { start: self.start.min(other.start), end: self.end.max(other.end) }
            }

            /// The same span, `offset` units further on.
            pub const fn shifted(self, offset: usize) -> Self {
                Self { start: self.start.saturating_add(offset), end: self.end.saturating_add(offset) }
            }

            /// As a range for indexing.
            pub const fn range(self) -> Range<usize> {
                self.start..self.end
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}..{}", self.start, self.end)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({}..{})", stringify!($name), self.start, self.end)
            }
        }
    };
}

span! {
    /// A range of bytes (UTF-8 code units).
    ByteSpan
}
span! {
    /// A range of characters (Unicode scalar values).
    CharSpan
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_ordered_and_half_open() {
        assert_eq!(ByteSpan::new(4, 3), None);
        let span = ByteSpan::new(3, 7).unwrap();
        assert_eq!((span.start(), span.end(), span.length(), span.is_empty()), (3, 7, 4, false));
        assert!(CharSpan::at(5, 0).is_empty());
        assert_eq!(ByteSpan::at(usize::MAX, 9).length(), 0);
    }

    #[test]
    fn spans_relate() {
        let (a, b, c) = (ByteSpan::at(0, 4), ByteSpan::at(3, 4), ByteSpan::at(4, 2));
        assert!(a.overlaps(b) && b.overlaps(c) && !a.overlaps(c));
        assert!(b.contains(c) && !a.contains(b));
        assert_eq!(a.join(c), ByteSpan::at(0, 6));
        assert_eq!(c.shifted(2).range(), 6..8);
    }
}
