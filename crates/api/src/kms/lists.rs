//! Pages of KMS: `Limit`, `Marker`, `NextMarker`, `Truncated`. A marker is the name of the last item that was given; one that
//! cannot be such a name is refused.

use crate::call::Call;
use crate::desk::{Answered, Page, number};
use sotto_directory::Text;
use sotto_wire::{Common, Fault, Output, Value, message};

/// How many items a page has: where nothing is said, and at most.
#[derive(Clone, Copy)]
pub(super) struct Sizes(pub(super) u32, pub(super) u32);

/// ListKeys, ListKeyPolicies, ListKeyRotations.
pub(super) const THOUSAND: Sizes = Sizes(100, 1_000);
/// ListAliases, ListGrants, ListRetirableGrants.
pub(super) const HUNDRED: Sizes = Sizes(50, 100);
/// ListResourceTags.
pub(super) const FIFTY: Sizes = Sizes(50, 50);

/// The page of a list that a request asks for.
pub(super) fn listed<T>(
    call: &Call<'_>,
    member: &'static str,
    (items, sizes, is_name): (Vec<(Text, T)>, Sizes, impl Fn(&str) -> bool),
    show: impl FnMut(T) -> Result<Value, Fault>,
) -> Answered {
    let limit = number(call, "Limit").unwrap_or(sizes.0);
    if limit > sizes.1 {
        let words = message!(
            "1 validation error detected: Value '{}' at 'limit' failed to satisfy constraint: Member must have value less \
             than or equal to {}",
            limit,
            sizes.1
        );
        return Err(Fault::common(Common::Validation, words));
    }
    let marker = call.input().public("Marker");
    if marker.is_some_and(|marker| !is_name(marker.get())) {
        return Err(Fault::new("InvalidMarkerException", "The marker is not valid."));
    }
    let page = Page::cut(items, marker, Some(limit));
    let next = page.next.clone();
    let shown = page.items.into_iter().map(show).collect::<Result<Vec<_>, Fault>>()?;
    Ok(Output::new()
        .with(member, Value::List(shown))
        .with("Truncated", next.is_some())
        .with("NextMarker", next))
}
