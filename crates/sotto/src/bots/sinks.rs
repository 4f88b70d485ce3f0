//! Where does the value of a slot get to? Every sink that the bot's settings name: the session, functions and their logs, conversation
//! logs with what is derived from them, attributes, contexts, other slots, messages.
//!
//! A sink is open where a sensitive value can stand there in clear. That is judged by settings alone: what a function does with a
//! value is the function's own, and its log is the place where that shows (`sotto functions check` looks at the function).

use super::lex::{Bot, Lex, TEST_ALIAS, text};
use super::places::{LogPlaces, TextLog};
use super::survey::{IntentSeen, Obfuscation, SlotSeen, members, texts};
use crate::remote::Remote;
use anyhow::Result;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// What a conversation log makes of what is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LogMode {
    /// Values are followed wherever they go.
    Strict,
    /// As Lex does, with its gaps.
    Lex,
}

/// An alias, with all that lies behind it.
pub(super) struct AliasSeen {
    pub(super) name: String,
    /// The version that it points to.
    pub(super) version: String,
    pub(super) places: LogPlaces,
    pub(super) mode: LogMode,
}

/// A log group, as far as whoever asks may look.
#[derive(Clone, Debug, Default)]
pub(super) struct GroupSeen {
    /// Whether a policy of the group or of the account masks it.
    pub(super) is_masked: bool,
    /// Where findings go.
    pub(super) findings: Vec<String>,
    /// Where subscriptions send its events.
    pub(super) subscriptions: Vec<String>,
    /// What could not be looked at.
    pub(super) unknown: Vec<String>,
}

/// A place that a value reaches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sink {
    /// `session`, `function`, `function-log`, `log`, `findings`, `subscription`, `attribute`, `context`, `slot`, `message`; `not-known`
    /// with the operation that was refused.
    pub(super) kind: &'static str,
    pub(super) to: String,
    /// By which way.
    pub(super) by: String,
    /// Why a sensitive value can stand there in clear.
    pub(super) open: Option<String>,
}

/// What lies around the slots of a bot.
pub(super) struct Around {
    pub(super) aliases: Vec<AliasSeen>,
    pub(super) groups: BTreeMap<String, GroupSeen>,
    /// Seconds that a session is kept.
    pub(super) session_seconds: u64,
    /// Whether an absent obfuscation setting means that a value is obfuscated: so it is on sotto.
    pub(super) unset_is_on: bool,
}

impl Around {
    /// Of a bot.
    pub(super) fn look(lex: &Lex, bot: &Bot, is_sotto: bool) -> Result<Self> {
        let described = lex.ask("DescribeBot", &json!({"botId": bot.id}))?;
        let session_seconds = described.get("idleSessionTTLInSeconds").and_then(Json::as_u64).unwrap_or(300);
        let (mut aliases, mut groups) = (Vec::new(), BTreeMap::new());
        for alias in lex.aliases(bot)? {
            let places = LogPlaces::of(&lex.remote, &alias);
            for group in places.groups() {
                if !groups.contains_key(group) {
                    groups.insert(group.to_owned(), GroupSeen::look(&lex.remote, group));
                }
            }
            aliases.push(AliasSeen {
                name: text(&alias, "botAliasName").to_owned(),
                version: match text(&alias, "botAliasId") {
                    TEST_ALIAS => "DRAFT".to_owned(),
                    _ => text(&alias, "botVersion").to_owned(),
                },
                places,
                mode: if is_sotto { mode(lex, bot, &alias) } else { LogMode::Lex },
            });
        }
        Ok(Self { aliases, groups, session_seconds, unset_is_on: is_sotto })
    }

    /// Whether logs show the slot's value.
    pub(super) fn is_obfuscated(&self, slot: &SlotSeen) -> bool {
        match slot.obfuscation() {
            Obfuscation::On => true,
            Obfuscation::Off => false,
            Obfuscation::Unset => self.unset_is_on,
        }
    }
}

/// The mode of an alias's log; where it cannot be asked for, the one with gaps.
fn mode(lex: &Lex, bot: &Bot, alias: &Json) -> LogMode {
    let input = json!({"botId": bot.id, "botAliasId": text(alias, "botAliasId")});
    match lex.remote.json(("sotto", "GetBotLogMode"), &input) {
        Ok(found) if text(&found, "mode") == "strict" => LogMode::Strict,
        _ => LogMode::Lex,
    }
}

impl GroupSeen {
    fn look(remote: &Remote, group: &str) -> Self {
        let mut seen = Self::default();
        let mut ask = |operation, input: &Json| match remote.json(("logs", operation), input) {
            Ok(found) => Some(found),
            Err(error) if error.code() == "ResourceNotFoundException" => None,
            Err(_) => {
                seen.unknown.push(operation.to_owned());
                None
            }
        };
        let own = ask("GetDataProtectionPolicy", &json!({"logGroupIdentifier": group}));
        let of_account = ask("DescribeAccountPolicies", &json!({"policyType": "DATA_PROTECTION_POLICY"}));
        let filters = ask("DescribeSubscriptionFilters", &json!({"logGroupName": group}));
        let over_all = ask("DescribeAccountPolicies", &json!({"policyType": "SUBSCRIPTION_FILTER_POLICY"}));
        let account_policies = |found: &Option<Json>| -> Vec<Json> {
            let policies =
                found.as_ref().and_then(|found| found.get("accountPolicies")).and_then(Json::as_array);
            policies.into_iter().flatten().filter_map(|one| document(text(one, "policyDocument"))).collect()
        };
        let mut policies = account_policies(&of_account);
        policies.extend(own.as_ref().and_then(|own| document(text(own, "policyDocument"))));
        for policy in &policies {
            let mut found = Vec::new();
            members(policy, "Deidentify", &mut found);
            seen.is_masked |= !found.is_empty();
            seen.findings.extend(destinations(policy));
        }
        let listed =
            filters.as_ref().and_then(|found| found.get("subscriptionFilters")).and_then(Json::as_array);
        for one in listed.into_iter().flatten() {
            seen.subscriptions.push(text(one, "destinationArn").to_owned());
        }
        for one in account_policies(&over_all) {
            seen.subscriptions.extend(one.get("DestinationArn").and_then(Json::as_str).map(str::to_owned));
        }
        seen
    }
}

fn document(text: &str) -> Option<Json> {
    serde_json::from_str(text).ok()
}

/// Where a policy sends findings.
fn destinations(policy: &Json) -> Vec<String> {
    let (mut found, mut all) = (Vec::new(), Vec::new());
    members(policy, "FindingsDestination", &mut found);
    for one in found {
        texts(one, &mut |member, name| all.push(format!("{member} {name}")));
    }
    all
}

/// All sinks of a slot of a locale in a version.
pub(super) fn of(
    around: &Around,
    (version, locale): (&str, &str),
    intent: &IntentSeen,
    slot: &SlotSeen,
) -> Vec<Sink> {
    let mut sinks = vec![Sink {
        kind: "session",
        to: "session store".to_owned(),
        by: format!("kept {} s after the last turn; GetSession shows it", around.session_seconds),
        open: None,
    }];
    let aliases: Vec<&AliasSeen> = around.aliases.iter().filter(|alias| alias.version == version).collect();
    let calls = calls(intent);
    for alias in &aliases {
        for log in &alias.places.texts {
            sinks.extend(log_sinks(around, alias, log, slot));
        }
        for called in alias.places.called.iter().filter(|called| called.locale == locale) {
            let Some(by) = &calls else { continue };
            let by = format!("alias {}: {by}", alias.name);
            sinks.push(Sink { kind: "function", to: called.arn.clone(), by: by.clone(), open: None });
            let group = around.groups.get(&called.log_group).cloned().unwrap_or_default();
            let open = match alias.mode {
                LogMode::Strict => None,
                LogMode::Lex if group.is_masked => None,
                LogMode::Lex => {
                    Some("what the function prints is kept as it is: the group has no policy".to_owned())
                }
            };
            sinks.push(Sink { kind: "function-log", to: called.log_group.clone(), by: by.clone(), open });
            sinks.extend(derived(&group, &called.log_group));
        }
    }
    sinks.extend(assigned(around, &aliases, intent, slot));
    sinks.sort();
    sinks.dedup();
    sinks
}

/// A conversation log, and what is derived from it.
fn log_sinks(around: &Around, alias: &AliasSeen, log: &TextLog, slot: &SlotSeen) -> Vec<Sink> {
    let group = around.groups.get(&log.group).cloned().unwrap_or_default();
    let open = match (slot.obfuscation(), alias.mode) {
        (Obfuscation::Off, _) if log.selective => None,
        (Obfuscation::Off, _) => Some("its value is written as it was said"),
        (Obfuscation::Unset, _) if !around.unset_is_on && !log.selective => {
            Some("nothing says that its value is obfuscated")
        }
        (_, LogMode::Lex) if !group.is_masked && !log.selective => Some(
            "what is said before the slot is recognised, and missed utterances, are written as they were said",
        ),
        _ => None,
    };
    let kept = if log.selective { "only what session attributes ask for" } else { "every turn" };
    let mut sinks = vec![Sink {
        kind: "log",
        to: log.group.clone(),
        by: format!("alias {}: {kept}", alias.name),
        open: open.map(str::to_owned),
    }];
    sinks.extend(derived(&group, &log.group));
    sinks
}

/// Where what is in a group goes on to.
fn derived(group: &GroupSeen, name: &str) -> Vec<Sink> {
    let of = |kind, to: &String| Sink { kind, to: to.clone(), by: format!("of {name}"), open: None };
    let findings = group.findings.iter().map(|to| of("findings", to));
    let subscriptions = group.subscriptions.iter().map(|to| of("subscription", to));
    let unknown = group.unknown.iter().map(|operation| of("not-known", operation));
    findings.chain(subscriptions).chain(unknown).collect()
}

/// How an intent calls the function; nothing where it does not.
fn calls(intent: &IntentSeen) -> Option<String> {
    let is_on = |path: &str| intent.detail.pointer(path) == Some(&Json::Bool(true));
    let mut ways = Vec::new();
    if is_on("/dialogCodeHook/enabled") {
        ways.push("dialog");
    }
    if is_on("/fulfillmentCodeHook/enabled") {
        ways.push("fulfilment");
    }
    let mut steps = Vec::new();
    members(&intent.detail, "enableCodeHookInvocation", &mut steps);
    intent.slots.iter().for_each(|slot| members(&slot.detail, "enableCodeHookInvocation", &mut steps));
    if steps.contains(&&Json::Bool(true)) {
        ways.push("steps");
    }
    (!ways.is_empty()).then(|| format!("code hook of {}", ways.join(", ")))
}

/// Where steps and messages of the author put the value.
fn assigned(around: &Around, aliases: &[&AliasSeen], intent: &IntentSeen, slot: &SlotSeen) -> Vec<Sink> {
    let mut sinks = Vec::new();
    let references = [format!("{{{}}}", slot.name), format!("{{{}.{}}}", intent.name, slot.name)];
    let names = |text: &str| references.iter().any(|reference| text.contains(reference.as_str()));
    let mut trees = vec![&intent.detail];
    trees.extend(intent.slots.iter().map(|other| &other.detail));
    let logs_show = aliases.iter().any(|alias| {
        let bare =
            |log: &TextLog| !log.selective && !around.groups.get(&log.group).is_some_and(|one| one.is_masked);
        alias.mode == LogMode::Lex && alias.places.texts.iter().any(bare)
    });
    for tree in trees {
        let (mut attributes, mut slots) = (Vec::new(), Vec::new());
        members(tree, "sessionAttributes", &mut attributes);
        members(tree, "slots", &mut slots);
        for (name, value) in attributes.iter().filter_map(|map| map.as_object()).flatten() {
            if value.as_str().is_some_and(names) {
                let open =
                    logs_show.then(|| "conversation logs show session attributes as they are".to_owned());
                sinks.push(Sink {
                    kind: "attribute",
                    to: name.clone(),
                    by: "set by a step".to_owned(),
                    open,
                });
            }
        }
        for (name, value) in slots.iter().filter_map(|map| map.as_object()).flatten() {
            let mut found = false;
            texts(value, &mut |_, text| found |= names(text));
            if found {
                let other = intent.slots.iter().find(|other| other.name == *name);
                let bare = other.is_some_and(|other| !around.is_obfuscated(other));
                let open = bare.then(|| format!("slot {name} is not obfuscated"));
                sinks.push(Sink { kind: "slot", to: name.clone(), by: "set by a step".to_owned(), open });
            }
        }
        for message in ["messageGroups", "messageGroupsList"] {
            let mut groups = Vec::new();
            members(tree, message, &mut groups);
            let mut said = false;
            groups.iter().for_each(|group| texts(group, &mut |_, text| said |= names(text)));
            if said {
                let by = "played back; logs keep the reference".to_owned();
                sinks.push(Sink { kind: "message", to: "whoever talks".to_owned(), by, open: None });
            }
        }
    }
    for context in intent.detail.get("outputContexts").and_then(Json::as_array).into_iter().flatten() {
        let by = "output context: its attributes are the intent's slots".to_owned();
        sinks.push(Sink { kind: "context", to: text(context, "name").to_owned(), by, open: None });
    }
    sinks
}

#[cfg(test)]
mod tests {
    use super::super::places::Called;
    use super::*;

    fn slot(name: &str, kind: Option<&str>) -> SlotSeen {
        let setting = kind.map(|kind| json!({"obfuscationSettingType": kind}));
        SlotSeen {
            id: "S000000001".into(),
            intent_id: "I000000001".into(),
            name: name.into(),
            slot_type: "AMAZON.Number".into(),
            detail: json!({"slotName": name, "obfuscationSetting": setting, "valueElicitationSetting": {
                "promptSpecification": {"messageGroups": [{"message": {"plainTextMessage": {"value": "Is {Card} right?"}}}]},
                "slotCaptureSetting": {"captureNextStep": {"sessionAttributes": {"kept": "{Card}", "other": "x"},
                    "intent": {"slots": {"Copy": {"value": {"interpretedValue": "{Pay.Card}"}}}}}}}}),
        }
    }

    fn around(mode: LogMode, selective: bool, is_masked: bool) -> Around {
        let group = GroupSeen {
            is_masked,
            findings: vec!["LogGroup /findings".into()],
            subscriptions: vec!["arn:x".into()],
            unknown: Vec::new(),
        };
        let places = LogPlaces {
            texts: vec![TextLog { group: "/bots".into(), selective }],
            called: vec![Called {
                locale: "en_US".into(),
                arn: "arn:f".into(),
                log_group: "/aws/lambda/f".into(),
            }],
        };
        Around {
            aliases: vec![AliasSeen { name: "live".into(), version: "1".into(), places, mode }],
            groups: BTreeMap::from([
                ("/bots".to_owned(), group.clone()),
                ("/aws/lambda/f".to_owned(), group),
            ]),
            session_seconds: 300,
            unset_is_on: mode == LogMode::Strict,
        }
    }

    fn intent(kind: Option<&str>) -> IntentSeen {
        IntentSeen {
            name: "Pay".into(),
            detail: json!({"fulfillmentCodeHook": {"enabled": true}, "outputContexts": [{"name": "paid"}]}),
            slots: vec![slot("Card", kind), slot("Copy", Some("None"))],
        }
    }

    #[test]
    fn every_sink_is_named() {
        let intent = intent(Some("DefaultObfuscation"));
        let sinks = of(&around(LogMode::Strict, false, true), ("1", "en_US"), &intent, &intent.slots[0]);
        let kinds: Vec<_> = sinks.iter().map(|sink| sink.kind).collect();
        for kind in [
            "session",
            "function",
            "function-log",
            "log",
            "findings",
            "subscription",
            "attribute",
            "context",
            "slot",
            "message",
        ] {
            assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
        }
        let other = of(&around(LogMode::Strict, false, true), ("DRAFT", "en_US"), &intent, &intent.slots[0]);
        assert!(!other.iter().any(|sink| sink.kind == "log"), "no alias points there");
    }

    #[test]
    fn what_is_open_follows_settings() {
        let open = |kind: Option<&str>, mode, selective, is_masked, sink: &str| {
            let intent = intent(kind);
            let sinks = of(&around(mode, selective, is_masked), ("1", "en_US"), &intent, &intent.slots[0]);
            sinks.iter().any(|one| one.kind == sink && one.open.is_some())
        };
        let on = Some("DefaultObfuscation");
        for (kind, mode, selective, is_masked, sink, wanted) in [
            (on, LogMode::Strict, false, false, "log", false),
            (on, LogMode::Lex, false, false, "log", true),
            (on, LogMode::Lex, false, true, "log", false),
            (on, LogMode::Lex, true, false, "log", false),
            (Some("None"), LogMode::Strict, false, true, "log", true),
            (Some("None"), LogMode::Lex, true, false, "log", false),
            (None, LogMode::Strict, false, false, "log", false),
            (None, LogMode::Lex, false, true, "log", true),
            (on, LogMode::Lex, false, false, "function-log", true),
            (on, LogMode::Strict, false, false, "function-log", false),
            (on, LogMode::Lex, false, false, "attribute", true),
            (on, LogMode::Lex, false, true, "attribute", false),
            (on, LogMode::Strict, false, true, "slot", true),
            (on, LogMode::Lex, false, false, "session", false),
        ] {
            assert_eq!(
                open(kind, mode, selective, is_masked, sink),
                wanted,
                "{kind:?} {mode:?} {selective} {is_masked} {sink}"
            );
        }
    }
}
