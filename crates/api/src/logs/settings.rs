//! What may a group have beyond AWS? Settings: how values are replaced, which fields are looked at, whether an issuer keeps card
//! security codes. Operations of our own put, show and delete them as a whole.
//!
//! Fields that are left out are fields that nothing protects, so whoever puts settings needs the right to put a policy, too. A
//! token of a value of which there are few could be inverted by trying them all: identifiers of small domains are refused that
//! style, and where it is the style of all, they get a label. A path of a field that holds a value is refused as a filter is.

use super::guard::account_fingerprint;
use super::{Meant, fault, filters, invalid, keys, may, may_with, now, shelf};
use crate::call::{Call, internal};
use crate::desk::Answered;
use sotto_detect::catalog;
use sotto_egress::resting_text;
use sotto_iam::Context;
use sotto_logs::{Group, GroupSettings};
use sotto_protect::{FieldPaths, Replacement, Settings};
use sotto_public::{IdentifierId, Public, RestingText};
use sotto_wire::{Fault, Key, Output, Value, View, message};
use std::collections::BTreeMap;

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "PutLogGroupSettings" => put(call).await,
        "GetLogGroupSettings" => get(call).await,
        "DeleteLogGroupSettings" => delete(call).await,
        _ => return None,
    })
}

/// The group of `logGroupIdentifier`.
pub(super) fn meant(call: &Call<'_>) -> Result<Meant, Fault> {
    let identifier = call.input().public("logGroupIdentifier").ok_or_else(internal)?;
    Meant::identified(call, identifier)
}

async fn put(call: &mut Call<'_>) -> Answered {
    let (meant, over_account) = (meant(call)?, over_account(call));
    let given = call.input().member("settings").ok_or_else(internal)?;
    let mut context = Context::new();
    context.set("sotto:KeepCardCodes", [given.flag("keepCardCodes").unwrap_or(false)]);
    let _asked = may_with(call, "sotto:PutLogGroupSettings", &meant, context)?;
    let _asked_for_policy = may(call, "logs:PutDataProtectionPolicy", &meant)?;
    let group = meant.entry(call)?.group;
    let (before, wants_key) = (group.settings.tokens, call.input().flag("newTokenKey").unwrap_or(false));
    let tokens = if wants_key { Some(before.unwrap_or(0) + 1) } else { before };
    let over_policy = shelf(call, &meant.scope).and_then(|shelf| account_fingerprint(&shelf));
    let settings = GroupSettings { tokens, over_account, over_policy, ..read(call, &group).await? };
    // What cannot be had is told before anything changes.
    let to_be = Group { settings: settings.clone(), ..Group::clone(&group) };
    if replaces_by_tokens(&settings) {
        let _made = keys::tokens(call.api, &meant, &to_be, now(call)).await?;
    }
    let new = || settings.clone();
    call.transact(|drafts, _| drafts.logs.put_settings(&meant.scope, &meant.name, new()).map_err(fault))
        .await?;
    if wants_key {
        keys::forget_tokens(call.api, group.uid, before).await?;
    }
    Ok(Output::new().with("settings", shown(&settings)))
}

/// Whether who leaves fields out, or lets more of a value be seen, may put policies for the account. Asked where it matters alone, and first: a refusal is no mistake,
/// and the record says what decided about the call.
fn over_account(call: &mut Call<'_>) -> Option<bool> {
    let given = call.input().member("settings")?;
    let leaves_out = ["fieldsOnly", "fieldsWithout"].iter().any(|member| given.list(member).next().is_some());
    let last_four = |word: &Public<String>| word.get() == Replacement::LastFour.word();
    let shows_more = given.public("defaultStyle").is_some_and(last_four)
        || given.map("styles").any(|(_, style)| style.as_public().is_some_and(last_four))
        || given.flag("keepCardCodes") == Some(true);
    (leaves_out || shows_more).then(|| super::may_generally(call, "logs:PutAccountPolicy").is_ok())
}

async fn get(call: &mut Call<'_>) -> Answered {
    let meant = meant(call)?;
    let _asked = may(call, "sotto:GetLogGroupSettings", &meant)?;
    let group = meant.entry(call)?.group;
    let has_key = keys::has_tokens(call.api, &group).await?;
    Ok(Output::new()
        .with("logGroupArn", crate::record::configured(&meant.arn()))
        .with("settings", shown(&group.settings))
        .with("hasTokenKey", has_key))
}

/// The key of tokens stays with the group: whoever turns tokens on again goes on with the same ones.
async fn delete(call: &mut Call<'_>) -> Answered {
    let meant = meant(call)?;
    let _asked = may(call, "sotto:DeleteLogGroupSettings", &meant)?;
    let _asked_for_policy = may(call, "logs:PutDataProtectionPolicy", &meant)?;
    let tokens = meant.entry(call)?.group.settings.tokens;
    let none = || GroupSettings { tokens, ..GroupSettings::default() };
    call.transact(|drafts, _| drafts.logs.put_settings(&meant.scope, &meant.name, none()).map_err(fault))
        .await?;
    Ok(Output::new())
}

/// The settings of a request, each part of which can be taken.
async fn read(call: &Call<'_>, group: &Group) -> Result<GroupSettings, Fault> {
    let given = call.input().member("settings").ok_or_else(internal)?;
    let (only, without) =
        (paths(call, given, "fieldsOnly").await?, paths(call, given, "fieldsWithout").await?);
    let texts = |paths: &[RestingText]| -> Vec<String> {
        paths.iter().map(|path| path.as_str().to_owned()).collect()
    };
    // The mistake's own words repeat the path.
    FieldPaths::new(&texts(&only), &texts(&without)).map_err(|_| {
        invalid(
            "a path of a field is not well formed: write user.email, or user.\"a.b\" for a name with a dot",
        )
    })?;
    let document = group.protection.as_ref().map_or("", |document| document.text.get().as_str());
    Ok(GroupSettings {
        issuer: given.flag("keepCardCodes").unwrap_or(false),
        style: given.public("defaultStyle").cloned(),
        styles: styles(given, document)?,
        fields_only: only,
        fields_left_out: without,
        ..GroupSettings::default()
    })
}

async fn paths(call: &Call<'_>, given: View<'_>, member: &'static str) -> Result<Vec<RestingText>, Fault> {
    let mut paths = Vec::new();
    for item in given.list(member) {
        paths.extend(filters::kept_member(call, item.as_raw(), member).await?);
    }
    Ok(paths)
}

/// Styles by identifier; `document` may name identifiers that are nobody else's.
fn styles(given: View<'_>, document: &str) -> Result<BTreeMap<Public<String>, Public<String>>, Fault> {
    let mut styles = BTreeMap::new();
    for (key, style) in given.map("styles") {
        let (Key::Public(name), Some(style)) = (key, style.as_public()) else { return Err(internal()) };
        let replacement = Replacement::from_word(style.get()).ok_or_else(internal)?;
        let identifier = identifier(name, document.contains(name.get().as_str()))?;
        if replacement.tells_too_much_of(&identifier) {
            return Err(invalid(message!(
                "values of {} are too few for tokens: each could be found by trying all of them; use 'label'",
                identifier
            )));
        }
        styles.insert(Public::named(&identifier), style.clone());
    }
    Ok(styles)
}

/// An identifier by its name, in the spelling of ours where it is one of ours; a custom one may come later.
fn identifier(name: &Public<String>, is_custom: bool) -> Result<IdentifierId, Fault> {
    if let Some(file) = catalog::get(name.get()) {
        return IdentifierId::new(&file.id).map_err(|_| internal());
    }
    let similar = catalog::similar(name.get()).filter(|_| !is_custom);
    match similar.and_then(|similar| IdentifierId::new(similar).ok()) {
        Some(similar) => Err(invalid(message!(
            "there is no identifier of this name in 'styles'; did you mean {}?",
            similar
        ))),
        None => {
            IdentifierId::new(name.get()).map_err(|_| invalid("a name in 'styles' is no identifier's name"))
        }
    }
}

fn shown(settings: &GroupSettings) -> Output {
    let paths = |paths: &[RestingText]| {
        let shown = || paths.iter().map(|path| Value::Shown(resting_text(path))).collect();
        (!paths.is_empty()).then(|| Value::List(shown()))
    };
    let styles = settings.styles.iter().map(|(name, style)| (name.clone(), style.clone()));
    Output::new()
        .with("defaultStyle", settings.style.clone())
        .with("styles", (!settings.styles.is_empty()).then(|| Value::map(styles)))
        .with("fieldsOnly", paths(&settings.fields_only))
        .with("fieldsWithout", paths(&settings.fields_left_out))
        .with("keepCardCodes", settings.issuer)
}

/// Whether any value becomes a token.
pub(super) fn replaces_by_tokens(settings: &GroupSettings) -> bool {
    let is_token = |word: &Public<String>| word.get() == Replacement::Token.word();
    settings.style.iter().chain(settings.styles.values()).any(is_token)
}

/// Whether settings hold over what the account protects: whoever put them might say so, and it was said to this policy. It lapses
/// with the policy.
pub(super) fn is_over_account(settings: &GroupSettings, account: Option<u64>) -> bool {
    settings.over_account == Some(true) && settings.over_policy == account
}

/// Settings as events are protected by them; `account` tells apart what the account protects, if it does. Words were read when they were put. Fields that somebody left out who has no say over
/// the account's policy are looked at where it has one: what the account protects, a group does not take away. For the same reason
/// no last digits are shown then, and no card security codes are kept.
pub(super) fn compiled(settings: &GroupSettings, account: Option<u64>) -> Settings {
    let is_bound = account.is_some() && !is_over_account(settings, account);
    let paths = |paths: &[RestingText]| if is_bound { Vec::new() } else { paths.to_vec() };
    let replacement = |word: &Public<String>| match Replacement::from_word(word.get()).unwrap_or_default() {
        Replacement::LastFour if is_bound => Replacement::default(),
        replacement => replacement,
    };
    let own = settings
        .styles
        .iter()
        .filter_map(|(name, word)| Some((IdentifierId::new(name.get()).ok()?, replacement(word))));
    Settings {
        replacement: settings.style.as_ref().map(replacement).unwrap_or_default(),
        replacements: own.collect(),
        fields_only: paths(&settings.fields_only),
        fields_without: paths(&settings.fields_left_out),
        keep_card_codes: settings.issuer && !is_bound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_identifiers_in_our_spelling() {
        let of = |name: &'static str| identifier(&Public::<String>::from(name), false).ok();
        assert_eq!(of("creditcardnumber").unwrap().as_str(), "CreditCardNumber");
        assert_eq!(of("EmployeeBadge").unwrap().as_str(), "EmployeeBadge");
        assert_eq!(of("CreditCardNumbr"), None, "most likely a slip");
        assert!(identifier(&Public::<String>::from("CreditCardNumbr"), true).is_ok(), "the policy names it");
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a path of a test")]
    fn a_group_leaves_nothing_out_that_its_account_protects() {
        let left_out = vec![RestingText::from_pinned_text("user".to_owned())];
        let mut settings = GroupSettings { fields_left_out: left_out, ..GroupSettings::default() };
        for (account, over_account, wanted) in [
            (None, None, 1),
            (None, Some(false), 1),
            (Some(7), Some(false), 0),
            (Some(7), None, 0),
            (Some(7), Some(true), 1),
        ] {
            (settings.over_account, settings.over_policy) = (over_account, account);
            assert_eq!(compiled(&settings, account).fields_without.len(), wanted);
        }
    }

    #[test]
    fn what_was_allowed_over_one_policy_of_the_account_is_not_over_the_next() {
        let mut settings = GroupSettings { issuer: true, over_account: Some(true), ..Default::default() };
        for (said_to, account, keeps) in [
            (Some(7), Some(7), true),
            (Some(7), Some(8), false),
            (None, Some(7), false),
            (Some(7), None, true),
        ] {
            settings.over_policy = said_to;
            assert_eq!(compiled(&settings, account).keep_card_codes, keeps, "{said_to:?} {account:?}");
        }
    }

    #[test]
    fn a_group_shows_no_more_of_values_than_its_account_protects() {
        let mut settings =
            GroupSettings { issuer: true, style: Some("last-four".into()), ..Default::default() };
        settings.styles.insert("CreditCardNumber".into(), "last-four".into());
        settings.styles.insert("EmailAddress".into(), "label".into());
        for (account, over_account, shows) in [
            (None, None, true),
            (Some(7), None, false),
            (Some(7), Some(false), false),
            (Some(7), Some(true), true),
        ] {
            (settings.over_account, settings.over_policy) = (over_account, account);
            let made = compiled(&settings, account);
            let wanted = if shows { Replacement::LastFour } else { Replacement::Asterisks };
            assert_eq!((made.keep_card_codes, made.replacement), (shows, wanted));
            let styles: Vec<_> = made.replacements.values().copied().collect();
            assert_eq!(styles, [wanted, Replacement::Label]);
        }
    }

    #[test]
    fn words_become_styles() {
        let mut settings = GroupSettings::default();
        assert!(!replaces_by_tokens(&settings));
        assert_eq!(compiled(&settings, None), Settings::default());
        settings.styles.insert("EmailAddress".into(), "token".into());
        settings.style = Some("label".into());
        assert!(replaces_by_tokens(&settings));
        let compiled = compiled(&settings, Some(7));
        assert_eq!(compiled.replacement, Replacement::Label);
        assert_eq!(compiled.replacements.values().copied().collect::<Vec<_>>(), [Replacement::Token]);
    }
}
