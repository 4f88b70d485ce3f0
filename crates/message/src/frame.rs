//! What does each piece of the body authenticate besides itself? Its message, its kind, its number, its length.
//!
//! Specification, "Message Body" and "Message Body AAD". The message id has its full length in version 2, too: 32 bytes,
//! where the specification's table still says 16.

use crate::header::{IV_BYTES, MessageId, TAG_BYTES};

/// What a final frame begins with instead of a number.
pub(crate) const FINAL: [u8; 4] = [0xFF; 4];

/// Bytes before the ciphertext: number and IV; marker, number, IV, length; IV and length.
pub(crate) const FRAME_HEAD_BYTES: usize = 4 + IV_BYTES;
pub(crate) const FINAL_HEAD_BYTES: usize = 4 + 4 + IV_BYTES + 4;
pub(crate) const WHOLE_HEAD_BYTES: usize = IV_BYTES + 8;

/// Plaintext in one piece at most ("Un-Framed Data").
pub(crate) const WHOLE_BYTES_MAX: u64 = (1 << 36) - 32;

/// Frames of a message at most: a number is never that of the final frame's marker.
pub(crate) const FRAMES_MAX: u32 = u32::MAX - 1;

/// The kind of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A frame with more behind it.
    Frame,
    /// The last frame.
    Final,
    /// A body in one piece.
    Whole,
}

const LABEL_BYTES_MAX: usize = 35;
const ASSOCIATED_BYTES_MAX: usize = 32 + LABEL_BYTES_MAX + 4 + 8;

impl Piece {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Frame => b"AWSKMSEncryptionClient Frame",
            Self::Final => b"AWSKMSEncryptionClient Final Frame",
            Self::Whole => b"AWSKMSEncryptionClient Single Block",
        }
    }
}

/// The associated data of a piece, without an allocation.
pub(crate) struct Associated {
    bytes: [u8; ASSOCIATED_BYTES_MAX],
    length: usize,
}

impl Associated {
    pub(crate) fn new(id: &MessageId, piece: Piece, number: u32, length: u64) -> Self {
        let mut associated = Self { bytes: [0; ASSOCIATED_BYTES_MAX], length: 0 };
        associated.push(id.as_bytes());
        associated.push(piece.label());
        associated.push(&number.to_be_bytes());
        associated.push(&length.to_be_bytes());
        associated
    }

    fn push(&mut self, part: &[u8]) {
        let end = self.length + part.len();
        if let Some(room) = self.bytes.get_mut(self.length..end) {
            room.copy_from_slice(part);
            self.length = end;
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// The IV that SDKs write: the number of the piece.
pub(crate) fn numbered_iv(number: u32) -> [u8; IV_BYTES] {
    let mut iv = [0; IV_BYTES];
    iv.iter_mut().skip(IV_BYTES - 4).zip(number.to_be_bytes()).for_each(|(to, from)| *to = from);
    iv
}

/// Bytes of a frame with so much plaintext.
pub(crate) const fn framed_bytes(plain: usize) -> usize {
    FRAME_HEAD_BYTES + plain + TAG_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::Suite;

    #[test]
    fn pieces_are_told_apart() {
        let id = MessageId::of(Suite::Signed256, [1; 32]);
        let of = |piece, number, length| Associated::new(&id, piece, number, length).as_bytes().to_vec();
        let wanted =
            [&[1; 16][..], b"AWSKMSEncryptionClient Frame", &[0, 0, 0, 2], &[0, 0, 0, 0, 0, 0, 1, 0]]
                .concat();
        assert_eq!(of(Piece::Frame, 2, 256), wanted);
        let long = MessageId::of(Suite::Commit, [1; 32]);
        let whole = Associated::new(&long, Piece::Whole, 1, u64::MAX).as_bytes().to_vec();
        assert!(whole.ends_with(&[0xFF; 8]) && whole.len() == 32 + 35 + 12);
        assert!(of(Piece::Final, 1, 0).windows(11).any(|window| window == b"Final Frame"));
        assert_eq!(numbered_iv(0x0102_0304), [0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]);
    }
}
