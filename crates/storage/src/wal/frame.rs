//! How does a frame stand in a file? A head of 24 bytes, then the body.
//!
//! Head: mark 4 || begins a group 1 || zeros 3 || length 4 || checksum 4 || position 8, numbers with the lowest byte first. The checksum
//! (CRC-32 of ISO-HDLC) covers the file's salt and everything but mark and itself. A group is written only after the one before
//! it was synchronised; so behind a damaged frame, a whole frame that begins a group proves that the damaged one had been
//! confirmed. Salts are random: nobody can write a log event that looks like a frame.

use super::WalPosition;

/// Bytes in front of each body.
pub(crate) const HEAD_BYTES: usize = 24;
const MARK: [u8; 4] = *b"swf1";

/// What the checksums of a file begin with.
pub(crate) type Salt = [u8; 16];

/// Appends a frame to a buffer.
pub(crate) fn write(out: &mut Vec<u8>, salt: &Salt, (position, begins): (WalPosition, bool), body: &[u8]) {
    let head = head(position, begins, u32::try_from(body.len()).unwrap_or(u32::MAX));
    out.extend_from_slice(&MARK);
    out.extend_from_slice(&head.before);
    out.extend_from_slice(&checksum(salt, &head, body).to_le_bytes());
    out.extend_from_slice(&head.after);
    out.extend_from_slice(body);
}

struct Head {
    before: [u8; 8],
    after: [u8; 8],
}

fn head(position: WalPosition, begins: bool, length: u32) -> Head {
    let [a, b, c, d] = length.to_le_bytes();
    Head { before: [u8::from(begins), 0, 0, 0, a, b, c, d], after: position.number().to_le_bytes() }
}

fn checksum(salt: &Salt, head: &Head, body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(salt);
    hasher.update(&head.before);
    hasher.update(&head.after);
    hasher.update(body);
    hasher.finalize()
}

/// A frame in a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen<'a> {
    pub(crate) position: WalPosition,
    pub(crate) begins: bool,
    pub(crate) body: &'a [u8],
    /// Bytes of head and body.
    pub(crate) length: usize,
}

/// The whole frame with which these bytes begin, if they do.
pub(crate) fn read<'a>(bytes: &'a [u8], salt: &Salt) -> Option<Seen<'a>> {
    let (mark, rest) = bytes.split_first_chunk::<4>()?;
    let (before, rest) = rest.split_first_chunk::<8>()?;
    let (sum, rest) = rest.split_first_chunk::<4>()?;
    let (after, rest) = rest.split_first_chunk::<8>()?;
    let [begins, 0, 0, 0, a, b, c, d] = *before else { return None };
    let body = rest.get(..usize::try_from(u32::from_le_bytes([a, b, c, d])).ok()?)?;
    let head = Head { before: *before, after: *after };
    let whole = *mark == MARK && begins <= 1 && checksum(salt, &head, body) == u32::from_le_bytes(*sum);
    whole.then(|| Seen {
        position: WalPosition::new(u64::from_le_bytes(*after)),
        begins: begins == 1,
        body,
        length: HEAD_BYTES + body.len(),
    })
}

/// Whether a whole frame that begins a group stands anywhere in these bytes.
pub(crate) fn holds_beginning(bytes: &[u8], salt: &Salt) -> bool {
    let mut marks = bytes.windows(MARK.len()).enumerate().filter(|(_, window)| *window == MARK);
    marks.any(|(at, _)| bytes.get(at..).and_then(|bytes| read(bytes, salt)).is_some_and(|seen| seen.begins))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: Salt = [7; 16];

    fn add(bytes: &mut Vec<u8>, position: u64, begins: bool, body: &[u8]) {
        write(bytes, &SALT, (WalPosition::new(position), begins), body);
    }

    #[test]
    fn a_frame_comes_back_and_no_damaged_one_does() {
        let mut bytes = Vec::new();
        add(&mut bytes, 7, true, b"canary");
        let seen = read(&bytes, &SALT).unwrap();
        let found = (seen.position.number(), seen.begins, seen.body, seen.length);
        assert_eq!(found, (7, true, &b"canary"[..], bytes.len()));
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                assert_eq!(read(&damaged, &SALT), None, "byte {at}, bit {bit}");
            }
            assert_eq!(read(&bytes[..at], &SALT), None, "cut to {at}");
        }
        assert_eq!(read(&bytes, &[8; 16]), None, "a frame of another file");
    }

    #[test]
    fn a_beginning_is_found_wherever_it_stands() {
        let mut bytes = b"swf1 rubbish swf".to_vec();
        assert!(!holds_beginning(&bytes, &SALT));
        add(&mut bytes, 1, false, b"swf1");
        assert!(!holds_beginning(&bytes, &SALT));
        add(&mut bytes, 2, true, b"");
        assert!(holds_beginning(&bytes, &SALT) && !holds_beginning(&bytes, &[8; 16]));
    }
}
