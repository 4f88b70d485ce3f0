//! How are stored values laid out? Numbers in base 128, texts and fields with their length in front.
//!
//! Canonical: one value has one encoding, so that hashes over records mean something. A number is written in groups of
//! seven bits, the lowest first, the last one without its top bit (LEB128, DWARF 5, section 7.6), and never longer than
//! needed; signed ones are folded first (0, -1, 1, -2, ...). Reading is total: every input is a value or [`Malformed`].

use crate::Storable;
use std::str::FromStr;

/// Bytes of the longest number: 128 bits in groups of seven.
const NUMBER_BYTES_MAX: u32 = 19;

/// Room that a record gets at first.
const RECORD_BYTES: usize = 256;

/// Why stored bytes cannot be read. Holds no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The end came too early.
    #[error("the stored value ends too early")]
    Short,
    /// Something is left over.
    #[error("{bytes} bytes are left over after the stored value")]
    Trailing {
        /// How many.
        bytes: usize,
    },
    /// A field that must be there is not.
    #[error("field {field} of the stored value is missing")]
    Missing {
        /// Which, counted from 0.
        field: u64,
    },
    /// More fields than this release knows.
    #[error("the stored value has {found} fields, this release knows {known}: a newer release wrote it")]
    Newer {
        /// How many there are.
        found: u64,
        /// How many are known.
        known: u64,
    },
    /// A variant that this release does not know.
    #[error("the stored value is of variant {found}, which this release does not know")]
    Variant {
        /// Its number.
        found: u64,
    },
    /// A number out of its range, or longer than needed.
    #[error("a number in the stored value is out of range")]
    Number,
    /// Text that is not UTF-8, or a name that its check refuses.
    #[error("a text in the stored value is not what it should be")]
    Text,
    /// Another kind of record.
    #[error("the stored value is of another kind than `{wanted}`")]
    Kind {
        /// The kind that was asked for.
        wanted: &'static str,
    },
}

/// Takes values and makes bytes.
#[derive(Debug, Default)]
pub struct Encoder {
    bytes: Vec<u8>,
}

impl Encoder {
    /// With room for most records.
    pub(crate) fn for_record() -> Self {
        Self { bytes: Vec::with_capacity(RECORD_BYTES) }
    }

    /// The bytes so far.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// A number without a sign.
    pub fn number(&mut self, mut value: u128) {
        while value >= 0x80 {
            self.bytes.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    /// A number with a sign.
    pub fn signed(&mut self, value: i128) {
        self.number(((value << 1) ^ (value >> 127)) as u128);
    }

    /// A text: the length of its UTF-8 and that.
    pub fn text(&mut self, text: &str) {
        self.opaque(text.as_bytes());
    }

    /// Bytes: their length and they.
    pub(crate) fn opaque(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u128);
        self.bytes.extend_from_slice(bytes);
    }

    /// How many fields follow.
    pub fn fields(&mut self, count: u64) {
        self.number(u128::from(count));
    }

    /// Which variant follows.
    pub fn variant(&mut self, number: u64) {
        self.number(u128::from(number));
    }

    /// A field: its length and its value. Written in place, the length put in front of it: a buffer of its own for each
    /// field took a third of the time of storing an event.
    pub fn field<T: Storable>(&mut self, value: &T) {
        let start = self.bytes.len();
        value.encode(self);
        let length = self.bytes.len() - start;
        match u8::try_from(length) {
            Ok(short @ ..0x80) => self.bytes.insert(start, short),
            _ => {
                let mut head = Self::default();
                head.number(length as u128);
                drop(self.bytes.splice(start..start, head.bytes));
            }
        }
    }
}

/// Reads what an [`Encoder`] made.
#[derive(Debug)]
pub struct Decoder<'a> {
    rest: &'a [u8],
}

impl<'a> Decoder<'a> {
    /// Over bytes of ours: reached through [`crate::Stored::read`] only.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// A number without a sign.
    ///
    /// # Errors
    /// When the end comes too early, or the number is too large or longer than needed.
    pub fn read_number(&mut self) -> Result<u128, Malformed> {
        let mut value = 0_u128;
        for group in 0..NUMBER_BYTES_MAX {
            let (&byte, rest) = self.rest.split_first().ok_or(Malformed::Short)?;
            self.rest = rest;
            let bits = u128::from(byte & 0x7f);
            let last_group = group == NUMBER_BYTES_MAX - 1;
            if (last_group && byte > 3) || (group > 0 && byte == 0) {
                return Err(Malformed::Number);
            }
            value |= bits << (7 * group);
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Malformed::Number)
    }

    /// A number with a sign.
    ///
    /// # Errors
    /// As for [`Decoder::read_number`].
    pub fn read_signed(&mut self) -> Result<i128, Malformed> {
        let folded = self.read_number()?;
        Ok((folded >> 1) as i128 ^ -((folded & 1) as i128))
    }

    /// A text.
    ///
    /// # Errors
    /// When it is cut off or not UTF-8.
    pub(crate) fn read_text(&mut self) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.read_opaque()?).map_err(|_| Malformed::Text)
    }

    /// Bytes with their length in front.
    pub(crate) fn read_opaque(&mut self) -> Result<&'a [u8], Malformed> {
        let length = usize::try_from(self.read_number()?).map_err(|_| Malformed::Short)?;
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Malformed::Short)?;
        self.rest = rest;
        Ok(taken)
    }

    /// A checked name.
    ///
    /// # Errors
    /// When it is cut off, or when its own check refuses it.
    pub fn parsed<T: FromStr>(&mut self) -> Result<T, Malformed> {
        self.read_text()?.parse().map_err(|_| Malformed::Text)
    }

    /// How many items follow: never more than bytes are left.
    pub(crate) fn count(&mut self) -> Result<usize, Malformed> {
        let count = usize::try_from(self.read_number()?).map_err(|_| Malformed::Short)?;
        if count > self.rest.len() { Err(Malformed::Short) } else { Ok(count) }
    }

    /// Which variant follows.
    ///
    /// # Errors
    /// As for [`Decoder::read_number`].
    pub fn variant(&mut self) -> Result<u64, Malformed> {
        u64::try_from(self.read_number()?).map_err(|_| Malformed::Number)
    }

    /// One value with its length in front.
    ///
    /// # Errors
    /// When it is malformed.
    pub(crate) fn field<T: Storable>(&mut self) -> Result<T, Malformed> {
        let mut inner = Decoder::new(self.read_opaque()?);
        let value = T::decode(&mut inner)?;
        inner.finish()?;
        Ok(value)
    }

    /// The fields of a record that has `known` of them.
    ///
    /// # Errors
    /// When a newer release wrote more.
    pub fn fields(&mut self, known: u64) -> Result<FieldReader<'_, 'a>, Malformed> {
        let found = self.variant()?;
        if found > known {
            return Err(Malformed::Newer { found, known });
        }
        Ok(FieldReader { from: self, at: 0, found })
    }

    /// That nothing is left.
    pub(crate) fn finish(&self) -> Result<(), Malformed> {
        match self.rest.len() {
            0 => Ok(()),
            bytes => Err(Malformed::Trailing { bytes }),
        }
    }
}

/// The fields of one record, in order.
#[derive(Debug)]
pub struct FieldReader<'d, 'a> {
    from: &'d mut Decoder<'a>,
    at: u64,
    found: u64,
}

impl FieldReader<'_, '_> {
    /// The next field, or what stands for one that an older release did not write.
    ///
    /// # Errors
    /// When it is malformed, or missing where it must not be.
    #[expect(clippy::should_implement_trait, reason = "each field has a type of its own")]
    pub fn next<T: Storable>(&mut self) -> Result<T, Malformed> {
        let field = self.at;
        self.at += 1;
        match field < self.found {
            true => self.from.field(),
            false => T::absent().ok_or(Malformed::Missing { field }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    fn bytes<T: Storable>(value: &T) -> Vec<u8> {
        let mut out = Encoder::default();
        value.encode(&mut out);
        out.into_bytes()
    }

    fn read<T: Storable>(bytes: &[u8]) -> Result<T, Malformed> {
        let mut from = Decoder::new(bytes);
        let value = T::decode(&mut from)?;
        from.finish().map(|()| value)
    }

    fn check<T: Storable + PartialEq + std::fmt::Debug>(value: T, wanted: &[u8]) {
        assert_eq!(bytes(&value), wanted, "{value:?}");
        assert_eq!(read::<T>(wanted).as_ref(), Ok(&value));
        for length in 0..wanted.len() {
            assert!(read::<T>(&wanted[..length]).is_err(), "{value:?} cut to {length}");
        }
        let more = [wanted, &[0]].concat();
        assert_eq!(read::<T>(&more), Err(Malformed::Trailing { bytes: 1 }), "{value:?}");
    }

    #[test]
    fn values_have_one_encoding_and_come_back() {
        check(0_u64, &[0]);
        check(127_u64, &[0x7f]);
        check(128_u64, &[0x80, 1]);
        check(u16::MAX, &[0xff, 0xff, 3]);
        check(-1_i64, &[1]);
        check(1_i64, &[2]);
        check(-64_i32, &[0x7f]);
        check(true, &[1]);
        check(Some(5_u32), &[1, 1, 5]);
        check(None::<u32>, &[0]);
        check(vec![1_u64, 200], &[2, 1, 1, 2, 0xc8, 1]);
        check(Duration::from_nanos(3), &[3]);
        check(SystemTime::UNIX_EPOCH + Duration::from_nanos(3), &[1, 3]);
        check(SystemTime::UNIX_EPOCH - Duration::from_nanos(3), &[0, 3]);
        check(crate::Public::<String>::from("ab"), &[2, b'a', b'b']);
        check(crate::ByteSpan::at(3, 4), &[3, 7]);
        check(crate::IdentifierId::new("a-1").unwrap(), &[3, b'a', b'-', b'1']);
        let long = crate::Public::named(&crate::IdentifierId::new(&"a".repeat(127)).unwrap());
        let bytes = [&[1, 0x80, 1, 0x7f][..], &[b'a'; 127]].concat();
        check(vec![long], &bytes);
    }

    #[test]
    fn the_ends_of_numbers_come_back() {
        for number in [u128::MAX, u128::MAX - 1, 1 << 126, 1 << 127, u128::from(u64::MAX)] {
            assert_eq!(read(&bytes(&number)), Ok(number));
        }
        for number in [i128::MIN, i128::MAX, 0, -1] {
            assert_eq!(read(&bytes(&number)), Ok(number));
        }
        assert_eq!(bytes(&u128::MAX).len(), NUMBER_BYTES_MAX as usize);
    }

    #[test]
    fn numbers_that_are_longer_than_needed_or_too_large_are_refused() {
        for bytes in [&[0x80, 0][..], &[0xff, 0x80, 0], &[0x80; 19], &[0xff; 30]] {
            assert_eq!(read::<u128>(bytes), Err(Malformed::Number), "{bytes:?}");
        }
        assert_eq!(read::<u16>(&[0x80, 0x80, 4]), Err(Malformed::Number));
        assert_eq!(read::<bool>(&[2]), Err(Malformed::Number));
        assert_eq!(read::<crate::ByteSpan>(&[7, 3]), Err(Malformed::Number));
        assert_eq!(read::<crate::IdentifierId>(&[1, b' ']), Err(Malformed::Text));
        assert_eq!(read::<crate::Public<String>>(&[1, 0xff]), Err(Malformed::Text));
        assert_eq!(
            read::<Vec<u64>>(&[0xff, 0xff, 0x7f]),
            Err(Malformed::Short),
            "no room is kept for what is not there"
        );
    }
}
