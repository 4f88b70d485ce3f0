//! How do requests become what the room of conversations reads, and its trees answers? Members as they are named, leaves as words of
//! the author; what is shown goes through `egress` for a permit.

use super::{broken, words_place};
use crate::api::Api;
use crate::call::{Call, internal};
use crate::context::copied;
use crate::desk::seal;
use sotto_conversation::Words;
use sotto_conversation::bot::{Dialect, Id, Reader, Shape, Tree};
use sotto_conversation::registry::Scope;
use sotto_iam::{Permit, ReadDirectory};
use sotto_kms::Sealed;
use sotto_sensitive::{RawBytes, RawText};
use sotto_wire::{Fault, Key, Output, Seen, Value, View};

/// A request, or a part of one, as a tree.
pub(super) fn tree(view: View<'_>) -> Tree {
    match view.seen() {
        Seen::Null | Seen::Time(_) => Tree::Null,
        Seen::Flag(flag) => Tree::Flag(flag),
        Seen::Integer(number) => Tree::Integer(number),
        Seen::Float(number) => Tree::Float(number),
        Seen::Public(text) => Tree::text(text.get()),
        Seen::Hidden(_) => view.as_raw().map_or(Tree::Null, |raw| Tree::Text(Words::new(copied(raw)))),
        Seen::List(items) => Tree::List(items.into_iter().map(tree).collect()),
        Seen::Map(entries) => {
            Tree::Map(entries.into_iter().map(|(key, value)| (key_of(key), tree(value))).collect())
        }
        Seen::Structure(members) => {
            Tree::Map(members.into_iter().map(|(name, value)| (name.into(), tree(value))).collect())
        }
    }
}

fn key_of(key: &Key) -> Words {
    match key {
        Key::Public(text) => text.get().as_str().into(),
        Key::Raw(raw) => Words::new(copied(raw)),
    }
}

/// Settings out of a request. The model has checked it, so nothing can be wrong.
pub(super) fn settings<T: Shape>(call: &Call<'_>) -> Result<T, Fault> {
    let mut reader = Reader::of("request");
    let read = T::read(&tree(call.input().view()), &mut reader);
    if reader.problems.is_empty() { Ok(read) } else { Err(internal()) }
}

/// Settings, sealed for something.
pub(super) fn sealed<T: Shape>(
    call: &Call<'_>,
    (scope, id, what): (&Scope, &Id, &'static str),
    settings: &T,
) -> Result<Sealed, Fault> {
    sealed_by(call.api, (scope, id, what), settings)
}

/// Settings, sealed for something, where there is no request.
pub(super) fn sealed_by<T: Shape>(
    api: &Api,
    (scope, id, what): (&Scope, &Id, &'static str),
    settings: &T,
) -> Result<Sealed, Fault> {
    let bytes = settings.write(Dialect::Export).to_json();
    api.store_key.seal(&words_place(scope, id, what), &bytes, api.draw().bytes()).map_err(|_| internal())
}

/// The same again.
pub(super) fn opened<T: Shape>(
    key: &sotto_kms::StoreKey,
    (scope, id, what): (&Scope, &Id, &'static str),
    sealed: &Sealed,
) -> Result<T, Fault> {
    let bytes: RawBytes = key.open(&words_place(scope, id, what), sealed).map_err(|_| internal())?;
    let tree = Tree::read(&bytes).map_err(|_| broken())?;
    Ok(T::read(&tree, &mut Reader::of("stored")))
}

/// A captured member, sealed for something.
pub(super) fn sealed_text(
    call: &Call<'_>,
    (scope, id, what): (&Scope, &Id, &'static str),
    raw: Option<&RawText>,
) -> Result<Option<Sealed>, Fault> {
    raw.map(|raw| seal(call, &words_place(scope, id, what), raw)).transpose()
}

/// A tree for whoever holds the permit.
pub(super) fn shown(call: &Call<'_>, permit: &Permit<ReadDirectory>, tree: &Tree) -> Result<Value, Fault> {
    let raw = tree.to_raw();
    sotto_egress::directory_tree(permit, &raw, call.now()).map(Value::Shown).map_err(|_| internal())
}

/// Members of a tree into an answer; those that the answer does not have stay behind.
pub(super) fn with_members(
    call: &Call<'_>,
    permit: &Permit<ReadDirectory>,
    mut output: Output,
    (tree, members): (&Tree, &[&'static str]),
) -> Result<Output, Fault> {
    for member in members {
        if let Some(value) = tree.member(member) {
            output.set(member, shown(call, permit, value)?);
        }
    }
    Ok(output)
}
