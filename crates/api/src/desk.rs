//! What do the files of identity services share? Reading members, naming resources, sealing what callers chose, showing it again,
//! and pages.
//!
//! A page continues after the name of its last item, not at a number: what is made or deleted in between neither repeats nor
//! hides anything else.

use crate::call::{Ask, Call, internal};
use crate::places;
use sotto_arn::AccountId;
use sotto_directory::{DirectoryError, Tag, Tags, Text};
use sotto_egress::Rendered;
use sotto_iam::{Context, Permit, ReadDirectory, Resource};
use sotto_kms::Sealed;
use sotto_public::{Place, Public};
use sotto_sensitive::RawText;
use sotto_wire::{Common, Fault, Output, Value, View};
use std::time::{Duration, SystemTime};

/// What an operation comes to.
pub(crate) type Answered = Result<Output, Fault>;

/// An instant from whole seconds since 1970.
pub(crate) fn instant(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// Whole seconds since 1970.
pub(crate) fn seconds(call: &Call<'_>) -> u64 {
    call.now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A public member.
pub(crate) fn text(call: &Call<'_>, member: &'static str) -> Option<Text> {
    call.input().public(member).cloned().map(Text::from)
}

/// A public member that the model requires.
pub(crate) fn required(call: &Call<'_>, member: &'static str) -> Result<Text, Fault> {
    text(call, member)
        .ok_or_else(|| Fault::common(Common::Validation, sotto_wire::message!("{} is required", member)))
}

/// A list of public texts.
pub(crate) fn texts(call: &Call<'_>, member: &'static str) -> Vec<Text> {
    call.input().publics(member).cloned().map(Text::from).collect()
}

/// A whole number.
pub(crate) fn number(call: &Call<'_>, member: &'static str) -> Option<u32> {
    call.input().integer(member).and_then(|number| u32::try_from(number).ok())
}

/// The value that a text is in an answer.
pub(crate) fn value(text: &Text) -> Value {
    Value::Text(text.public())
}

/// The value that an optional text is in an answer.
pub(crate) fn value_of(text: Option<&Text>) -> Value {
    text.map_or(Value::Absent, value)
}

/// Seals captured text at a place.
pub(crate) fn seal(call: &Call<'_>, place: &Place, raw: &RawText) -> Result<Sealed, Fault> {
    let copy = crate::context::copied(raw);
    call.store_key().seal_text(place, copy, call.draw().bytes()).map_err(|_| internal())
}

/// Seals a captured member as a note of the account.
pub(crate) fn seal_note(
    call: &Call<'_>,
    account: &AccountId,
    member: &'static str,
) -> Result<Option<Sealed>, Fault> {
    call.input().raw(member).map(|raw| seal(call, &places::note(account, member), raw)).transpose()
}

/// Shows a sealed note of the account to whoever holds the permit.
pub(crate) fn note(
    call: &Call<'_>,
    permit: &Permit<ReadDirectory>,
    account: &AccountId,
    (member, sealed): (&'static str, Option<&Sealed>),
) -> Result<Value, Fault> {
    let Some(sealed) = sealed else { return Ok(Value::Absent) };
    show_sealed(call, permit, &places::note(account, member), sealed)
}

/// Opens what is sealed at a place and shows it to whoever holds the permit.
pub(crate) fn show_sealed(
    call: &Call<'_>,
    permit: &Permit<ReadDirectory>,
    place: &Place,
    sealed: &Sealed,
) -> Result<Value, Fault> {
    let raw = call.store_key().open_text(place, sealed).map_err(|_| internal())?;
    Ok(Value::Shown(show(call, permit, raw)?))
}

/// Shows captured text to whoever holds the permit.
pub(crate) fn show(call: &Call<'_>, permit: &Permit<ReadDirectory>, raw: RawText) -> Result<Rendered, Fault> {
    sotto_egress::directory_text(permit, raw, call.now()).map_err(|_| internal())
}

/// The tags of a request's member, sealed for the account.
pub(crate) fn given_tags(
    call: &Call<'_>,
    account: &AccountId,
    member: &'static str,
) -> Result<Vec<Tag>, Fault> {
    call.input().list(member).map(|item| given_tag(call, account, item)).collect()
}

fn given_tag(call: &Call<'_>, account: &AccountId, item: View<'_>) -> Result<Tag, Fault> {
    let key = item.public("Key").cloned().map(Text::from).ok_or_else(internal)?;
    let empty = RawText::default();
    let raw = item.raw("Value").unwrap_or(&empty);
    let value = seal(call, &places::tag(account, &key), raw)?;
    Ok(Tag { key, value })
}

/// Condition keys about the tags of a request: `aws:RequestTag/KEY` and `aws:TagKeys`.
pub(crate) fn tag_context(call: &Call<'_>, member: &'static str, context: Context) -> Context {
    tag_context_of(call, member, ("Key", "Value"), context)
}

/// The same where tags have other names for their parts.
pub(crate) fn tag_context_of(
    call: &Call<'_>,
    member: &'static str,
    (key, value): (&'static str, &'static str),
    mut context: Context,
) -> Context {
    let mut keys = Vec::new();
    for item in call.input().list(member) {
        let Some(key) = item.public(key).or_else(|| item.as_public()) else { continue };
        keys.push(key.get().clone());
        if let Some(raw) = item.raw(value) {
            context.set(&format!("aws:RequestTag/{key}"), [crate::context::copied(raw)]);
        }
    }
    if !keys.is_empty() {
        context.set("aws:TagKeys", keys.iter().map(String::as_str));
    }
    context
}

/// Tags in an answer.
pub(crate) fn shown_tags(
    call: &Call<'_>,
    permit: &Permit<ReadDirectory>,
    account: &AccountId,
    tags: &Tags,
) -> Result<Value, Fault> {
    let show = |tag: &Tag| {
        let shown = show_sealed(call, permit, &places::tag(account, &tag.key), &tag.value)?;
        Ok(Output::new().with("Key", tag.key.public()).with("Value", shown))
    };
    Ok(Value::list(tags.iter().map(show).collect::<Result<Vec<_>, Fault>>()?))
}

/// A resource of the account by its ARN, with the values of its tags.
pub(crate) fn resource(call: &Call<'_>, account: &AccountId, arn: &Text, tags: Option<&Tags>) -> Resource {
    let mut resource = Resource::new(arn.as_str()).of_account(account);
    for tag in tags.into_iter().flat_map(Tags::iter) {
        if let Ok(raw) = call.store_key().open_text(&places::tag(account, &tag.key), &tag.value) {
            resource = resource.with_tag(tag.key.as_str(), raw);
        }
    }
    resource
}

/// Asks for an action on resources; the permit also shows what the caller may read in the answer.
pub(crate) fn permit(call: &mut Call<'_>, ask: Ask) -> Result<Permit<ReadDirectory>, Fault> {
    call.authorize_as::<ReadDirectory>(ask)
}

/// One page of items, each with the name that it is sorted by.
pub(crate) struct Page<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// The name after which the next page begins.
    pub(crate) next: Option<Public<String>>,
}

/// Items of a page where nothing else is said (IAM API reference, `MaxItems`).
pub(crate) const PAGE_ITEMS: usize = 100;
/// Most items of a page.
pub(crate) const PAGE_ITEMS_MAX: usize = 1000;

impl<T> Page<T> {
    /// The page behind `after`.
    pub(crate) fn cut(mut items: Vec<(Text, T)>, after: Option<&Public<String>>, count: Option<u32>) -> Self {
        items.sort_by(|(a, _), (b, _)| a.as_str().cmp(b.as_str()));
        let count = count.map_or(PAGE_ITEMS, |count| usize::try_from(count).unwrap_or(PAGE_ITEMS));
        let count = count.clamp(1, PAGE_ITEMS_MAX);
        let behind = |name: &Text| after.is_none_or(|after| name.as_str() > after.get().as_str());
        let mut rest: Vec<_> = items.into_iter().filter(|(name, _)| behind(name)).collect();
        let more = rest.len() > count;
        rest.truncate(count);
        let next = rest.last().filter(|_| more).map(|(name, _)| name.public());
        Self { items: rest.into_iter().map(|(_, item)| item).collect(), next }
    }

    /// The page that a request of IAM asks for.
    pub(crate) fn of_iam(call: &Call<'_>, items: Vec<(Text, T)>) -> Self {
        Self::cut(items, call.input().public("Marker"), number(call, "MaxItems"))
    }

    /// The answer of IAM's list operations.
    pub(crate) fn into_iam(
        self,
        member: &'static str,
        show: impl FnMut(T) -> Result<Value, Fault>,
    ) -> Answered {
        let more = self.next.is_some();
        let items = self.items.into_iter().map(show).collect::<Result<Vec<_>, Fault>>()?;
        let marker = self.next.map_or(Value::Absent, Value::Text);
        Ok(Output::new().with(member, Value::List(items)).with("IsTruncated", more).with("Marker", marker))
    }
}

/// What a refusal of the directory is on the wire.
pub(crate) fn fault(error: DirectoryError) -> Fault {
    let words = error.message();
    match error {
        DirectoryError::NoSuchEntity(_) => Fault::new("NoSuchEntity", words),
        DirectoryError::EntityExists(_) => Fault::new("EntityAlreadyExists", words),
        DirectoryError::DeleteConflict(_) => Fault::new("DeleteConflict", words),
        DirectoryError::LimitExceeded(_) => Fault::new("LimitExceeded", words),
        DirectoryError::MalformedPolicy(_) => Fault::new("MalformedPolicyDocument", words),
        DirectoryError::NotAttachable(_) => Fault::new("PolicyNotAttachable", words),
        DirectoryError::InvalidInput(_) => Fault::new("InvalidInput", words),
        DirectoryError::Validation(_) => Fault::common(Common::Validation, words),
        DirectoryError::Unmodifiable(_) => Fault::new("UnmodifiableEntity", words),
        DirectoryError::InvalidCode(_) => Fault::new("InvalidAuthenticationCode", words),
        DirectoryError::NotSupported(_) => Fault::common(Common::Validation, words),
        DirectoryError::Organizations(cause, _) => crate::organizations::fault(cause, words),
        DirectoryError::Unreadable(_) => internal(),
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test declares its own literals public")]
mod tests {
    use super::*;

    fn named(names: &[&str]) -> Vec<(Text, String)> {
        let text = |name: &&str| Text::from(Public::from_pinned_text((*name).to_owned()));
        names.iter().map(|name| (text(name), (*name).to_owned())).collect()
    }

    #[test]
    fn pages_go_on_after_a_name_whatever_happened_in_between() {
        let first = Page::cut(named(&["c", "a", "b"]), None, Some(2));
        assert_eq!(
            (first.items, first.next.as_ref().map(|next| next.get().as_str())),
            (vec!["a".into(), "b".into()], Some("b"))
        );
        let second = Page::cut(named(&["c", "a", "aa", "d"]), first.next.as_ref(), Some(2));
        assert_eq!((second.items, second.next), (vec!["c".to_owned(), "d".to_owned()], None));
        let beyond = Public::from_pinned_text("z".to_owned());
        assert!(Page::cut(named(&["a"]), Some(&beyond), None).items.is_empty());
    }

    #[test]
    fn pages_are_bounded() {
        let names: Vec<_> = (0..1200).map(|number| format!("{number:04}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        for (asked, given) in
            [(None, PAGE_ITEMS), (Some(0), 1), (Some(1000), 1000), (Some(5000), PAGE_ITEMS_MAX)]
        {
            assert_eq!(Page::cut(named(&names), None, asked).items.len(), given, "{asked:?}");
        }
    }
}
