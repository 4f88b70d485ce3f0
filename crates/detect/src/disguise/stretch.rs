//! Which disguises share a view? Those whose surroundings would overlap.
//!
//! Disguises closer than two margins are unveiled in one view, so that text between them is read once and a value made of
//! several disguises is seen whole. What follows the last one is taken up to the end of its token, so that a value is
//! never cut where the margin ends.

use super::MARGIN_BYTES_MAX;
use crate::overlap::Candidate;

/// How far a view is lengthened for the token at its end.
const TOKEN_BYTES_MAX: usize = 2 * MARGIN_BYTES_MAX;

/// Places of disguises that share a view, and the stretch of text that the view is made of.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stretch<'p, P> {
    pub(super) places: &'p [P],
    pub(super) from: usize,
    pub(super) to: usize,
}

/// Whatever begins and ends.
pub(super) trait Placed {
    fn start(&self) -> usize;
    fn end(&self) -> usize;
}

impl Placed for (usize, usize) {
    fn start(&self) -> usize {
        self.0
    }
    fn end(&self) -> usize {
        self.1
    }
}

/// Puts places, which are in order, into stretches.
pub(super) fn stretches<'p, P: Placed>(places: &'p [P], text: &[u8], margin: usize) -> Vec<Stretch<'p, P>> {
    places
        .chunk_by(|one, next| next.start() <= one.end() + 2 * margin)
        .filter_map(|places| {
            let (first, last) = (places.first()?, places.last()?);
            let to = token_end(text, (last.end() + margin).min(text.len()));
            Some(Stretch { places, from: first.start().saturating_sub(margin), to })
        })
        .collect()
}

fn token_end(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..text.len().min(at + TOKEN_BYTES_MAX)).unwrap_or_default();
    at + rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len())
}

/// Stretches that a finding with a check covers already; what hides inside of them is masked without being unveiled.
pub(super) struct Covered(Vec<(usize, usize)>);

impl Covered {
    pub(super) fn by(found: &[Candidate]) -> Self {
        let certain = found.iter().filter(|candidate| candidate.checksum);
        let mut all: Vec<_> = certain.map(|candidate| (candidate.start, candidate.end)).collect();
        all.sort_unstable();
        let mut joined: Vec<(usize, usize)> = Vec::with_capacity(all.len());
        for (start, end) in all {
            match joined.last_mut() {
                Some(last) if start < last.1 => last.1 = last.1.max(end),
                _ => joined.push((start, end)),
            }
        }
        Self(joined)
    }

    /// Whether a place lies inside of one, edges apart.
    pub(super) fn holds(&self, start: usize, end: usize) -> bool {
        let index = self.0.partition_point(|(from, _)| *from < start);
        index.checked_sub(1).and_then(|index| self.0.get(index)).is_some_and(|(_, upto)| end < *upto)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_places_share_a_stretch() {
        let text = [b' '; 1000];
        let places = [(100, 103), (122, 125), (146, 150), (400, 401)];
        let all = stretches(&places, &text, 10);
        let seen: Vec<_> = all.iter().map(|s| (s.places.len(), s.from, s.to)).collect();
        assert_eq!(seen, [(2, 90, 135), (1, 136, 160), (1, 390, 411)]);
        let token = [b'x'; 1000];
        let ends: Vec<_> = stretches(&places, &token, 10).iter().map(|s| s.to).collect();
        assert_eq!(ends, [1000, 1000, 1000]);
    }

    #[test]
    fn only_what_lies_inside_is_covered() {
        let covered = Covered(vec![(10, 20), (30, 40)]);
        assert!(covered.holds(11, 19) && covered.holds(31, 32));
        assert!(
            !covered.holds(10, 12)
                && !covered.holds(15, 20)
                && !covered.holds(22, 25)
                && !covered.holds(5, 8)
        );
    }
}
