//! What may storage take, and how does it become bytes? Values that carry [`Storable`].
//!
//! A database remembers (free pages, write-ahead logs, backups), so what must not be read later must not be
//! written at all. Public values, spans, ids, ciphertext and records of these carry the mark, with the one encoding that
//! all stored data has; later rooms add stored text. A bare `u8` does not: a list of them would be bytes from anywhere.
//! Self-describing formats (JSON, CBOR) were rejected: they are larger, and the mark would not follow the fields.

use crate::encoding::{Decoder, Encoder, Malformed};
use crate::{ByteSpan, CharSpan, IdentifierId, Public, sealed};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Fit for storage. Implemented by `#[derive(Storable)]` and by the types of this crate only.
#[diagnostic::on_unimplemented(
    message = "`{Self}` may hold captured text, so it must not be stored",
    label = "not Storable",
    note = "store masked text, a sealed value, or public members"
)]
pub trait Storable: sealed::Storable + Sized {
    /// Appends the value.
    fn encode(&self, out: &mut Encoder);

    /// Reads the value back.
    ///
    /// # Errors
    /// When the bytes are not what [`Storable::encode`] writes.
    fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed>;

    /// What stands for a field that an older release did not write, where anything does.
    fn absent() -> Option<Self> {
        None
    }
}

macro_rules! numbers {
    ($($type:ty => $write:ident, $read:ident, $wide:ty);* $(;)?) => {$(
        impl sealed::Storable for $type {}
        impl Storable for $type {
            fn encode(&self, out: &mut Encoder) {
                out.$write(<$wide>::from(*self));
            }
            fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
                Self::try_from(from.$read()?).map_err(|_| Malformed::Number)
            }
        }
    )*};
}
numbers! {
    u16 => number, read_number, u128;
    u32 => number, read_number, u128;
    u64 => number, read_number, u128;
    u128 => number, read_number, u128;
    i16 => signed, read_signed, i128;
    i32 => signed, read_signed, i128;
    i64 => signed, read_signed, i128;
    i128 => signed, read_signed, i128;
}

impl sealed::Storable for () {}
impl Storable for () {
    fn encode(&self, _out: &mut Encoder) {}
    fn decode(_from: &mut Decoder<'_>) -> Result<Self, Malformed> {
        Ok(())
    }
    fn absent() -> Option<Self> {
        Some(())
    }
}

impl sealed::Storable for bool {}
impl Storable for bool {
    fn encode(&self, out: &mut Encoder) {
        out.number(u128::from(*self));
    }
    fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
        match from.read_number()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Malformed::Number),
        }
    }
}

impl sealed::Storable for Duration {}
impl Storable for Duration {
    fn encode(&self, out: &mut Encoder) {
        out.number(self.as_nanos());
    }
    fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
        let nanos = from.read_number()?;
        let seconds = u64::try_from(nanos / 1_000_000_000).map_err(|_| Malformed::Number)?;
        let rest = u32::try_from(nanos % 1_000_000_000).map_err(|_| Malformed::Number)?;
        Ok(Self::new(seconds, rest))
    }
}

impl sealed::Storable for SystemTime {}
/// Whether after 1970, and how far, in nanoseconds.
impl Storable for SystemTime {
    fn encode(&self, out: &mut Encoder) {
        let (after, distance) = match self.duration_since(Self::UNIX_EPOCH) {
            Ok(distance) => (true, distance),
            Err(before) => (false, before.duration()),
        };
        out.number(u128::from(after));
        distance.encode(out);
    }
    fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
        let after = bool::decode(from)?;
        let distance = Duration::decode(from)?;
        let at = match after {
            true => Self::UNIX_EPOCH.checked_add(distance),
            false => Self::UNIX_EPOCH.checked_sub(distance),
        };
        at.ok_or(Malformed::Number)
    }
}

macro_rules! spans {
    ($($type:ty),*) => {$(
        impl sealed::Storable for $type {}
        impl Storable for $type {
            fn encode(&self, out: &mut Encoder) {
                out.number(self.start() as u128);
                out.number(self.end() as u128);
            }
            fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
                let start = usize::try_from(from.read_number()?).map_err(|_| Malformed::Number)?;
                let end = usize::try_from(from.read_number()?).map_err(|_| Malformed::Number)?;
                Self::new(start, end).ok_or(Malformed::Number)
            }
        }
    )*};
}
spans!(ByteSpan, CharSpan);

impl sealed::Storable for IdentifierId {}
impl Storable for IdentifierId {
    fn encode(&self, out: &mut Encoder) {
        out.text(self.as_str());
    }
    fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
        Self::new(from.read_text()?).map_err(|_| Malformed::Text)
    }
}

impl sealed::Storable for Public<String> {}
impl Storable for Public<String> {
    fn encode(&self, out: &mut Encoder) {
        out.text(self.get());
    }
    fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
        from.read_text().map(|text| Self::restored(text.to_owned()))
    }
}

macro_rules! public {
    ($($type:ty),*) => {$(
        impl sealed::Storable for Public<$type> {}
        impl Storable for Public<$type> {
            fn encode(&self, out: &mut Encoder) {
                self.get().encode(out);
            }
            fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
                <$type>::decode(from).map(Self::from)
            }
        }
    )*};
}
public!(bool, u16, u32, u64, u128, i16, i32, i64, i128, SystemTime, Duration, IdentifierId);

impl<T: Storable> sealed::Storable for Option<T> {}
impl<T: Storable> Storable for Option<T> {
    fn encode(&self, out: &mut Encoder) {
        out.number(u128::from(self.is_some()));
        if let Some(value) = self {
            out.field(value);
        }
    }
    fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
        match bool::decode(from)? {
            true => from.field().map(Some),
            false => Ok(None),
        }
    }
    fn absent() -> Option<Self> {
        Some(None)
    }
}

/// Lists and sets: a count, then each item with its length in front.
macro_rules! items {
    ($($type:ident: $($bound:ident)+),*) => {$(
        impl<T: $($bound +)+> sealed::Storable for $type<T> {}
        impl<T: $($bound +)+> Storable for $type<T> {
            fn encode(&self, out: &mut Encoder) {
                out.number(self.len() as u128);
                self.iter().for_each(|item| out.field(item));
            }
            fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
                (0..from.count()?).map(|_| from.field()).collect()
            }
            fn absent() -> Option<Self> {
                Some(Self::new())
            }
        }
    )*};
}
items!(Vec: Storable, BTreeSet: Storable Ord);

impl<K: Storable + Ord, V: Storable> sealed::Storable for BTreeMap<K, V> {}
impl<K: Storable + Ord, V: Storable> Storable for BTreeMap<K, V> {
    fn encode(&self, out: &mut Encoder) {
        out.number(self.len() as u128);
        for (key, value) in self {
            out.field(key);
            out.field(value);
        }
    }
    fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
        (0..from.count()?).map(|_| Ok((from.field()?, from.field()?))).collect()
    }
    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

macro_rules! boxes {
    ($($type:ident),*) => {$(
        impl<T: Storable> sealed::Storable for $type<T> {}
        impl<T: Storable> Storable for $type<T> {
            fn encode(&self, out: &mut Encoder) {
                T::encode(self, out);
            }
            fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
                T::decode(from).map(Self::new)
            }
            fn absent() -> Option<Self> {
                T::absent().map(Self::new)
            }
        }
    )*};
}
boxes!(Box, Arc);
