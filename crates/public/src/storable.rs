//! What may storage take? Values that carry [`Storable`].
//!
//! A database remembers (free pages, write-ahead logs, backups), so what must not be read later must not be
//! written at all. Public values, spans and ids carry the mark; later rooms add stored text and sealed bytes.

use crate::{ByteSpan, CharSpan, IdentifierId, Public, sealed};

/// Fit for storage. Implemented by `#[derive(Storable)]` and by the types of this crate only.
#[diagnostic::on_unimplemented(
    message = "`{Self}` may hold captured text, so it must not be stored",
    label = "not Storable",
    note = "store masked text, a sealed value, or public members"
)]
pub trait Storable: sealed::Storable {}

macro_rules! storable {
    ($($type:ty),* $(,)?) => {$( impl sealed::Storable for $type {} impl Storable for $type {} )*};
}
storable!(bool, u8, u16, u32, u64, u128, i8, i16, i32, i64, i128, ());
storable!(std::time::SystemTime, std::time::Duration, ByteSpan, CharSpan, IdentifierId);

impl<T> sealed::Storable for Public<T> {}
impl<T> Storable for Public<T> {}
impl<T: Storable> sealed::Storable for Option<T> {}
impl<T: Storable> Storable for Option<T> {}
