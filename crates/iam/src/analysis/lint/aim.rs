//! A policy wants to protect bots, log groups or masking. Which actions still defeat that aim?
//!
//! The aim is read off what the policy denies. For each aim there is a list of actions that undo it or walk round it; those that
//! no Deny of the policy takes in are reported together. A policy of a user or role that allows something speaks of what it allows
//! itself.

use super::super::finding::{Finding, LintRule, Severity};
use super::super::scope::{KnownAction, may_concern};
use super::of_effect;
use crate::policy::{Effect, Policy, PolicyKind, Statement};

/// What a policy may want to protect.
struct Aim {
    /// In a message.
    name: &'static str,
    /// Denying one of these shows the aim.
    signs: &'static [&'static str],
    /// What defeats it, with the way.
    defeats: &'static [(&'static str, &'static str)],
}

const AIMS: &[Aim] = &[
    Aim {
        name: "masking",
        signs: &[
            "logs:Unmask",
            "logs:DeleteDataProtectionPolicy",
            "logs:PutDataProtectionPolicy",
            "logs:DeleteAccountPolicy",
            "logs:PutAccountPolicy",
        ],
        defeats: &[
            ("logs:Unmask", "shows originals"),
            ("logs:DeleteDataProtectionPolicy", "ends masking of a group"),
            ("logs:PutDataProtectionPolicy", "replaces a group's policy by a weaker one"),
            ("logs:DeleteAccountPolicy", "ends masking of the account"),
            ("logs:PutAccountPolicy", "replaces the account's policy by a weaker one"),
            ("logs:PutSubscriptionFilter", "sends events elsewhere"),
            ("logs:CreateExportTask", "copies events into a bucket"),
            ("logs:DisassociateKmsKey", "ends encryption under the group's key"),
        ],
    },
    Aim {
        name: "log groups",
        signs: &[
            "logs:DeleteLogGroup",
            "logs:PutRetentionPolicy",
            "logs:DeleteLogStream",
            "logs:DeleteRetentionPolicy",
        ],
        defeats: &[
            ("logs:DeleteLogGroup", "deletes the group"),
            ("logs:DeleteLogStream", "deletes events stream by stream"),
            ("logs:PutRetentionPolicy", "lets events expire sooner"),
            ("logs:DisassociateKmsKey", "ends encryption under the group's key"),
            ("logs:AssociateKmsKey", "puts another key in place of the group's"),
            ("logs:PutSubscriptionFilter", "sends events elsewhere"),
            ("logs:CreateExportTask", "copies events into a bucket"),
            ("logs:DeleteDataProtectionPolicy", "ends masking of a group"),
            ("logs:PutDataProtectionPolicy", "replaces a group's policy by a weaker one"),
        ],
    },
    Aim {
        name: "bots",
        signs: &[
            "lex:CreateBot",
            "lex:UpdateBot",
            "lex:DeleteBot",
            "lex:UpdateBotAlias",
            "lex:UpdateBotLocale",
            "lex:UpdateIntent",
            "lex:UpdateSlot",
            "lex:BuildBotLocale",
        ],
        defeats: &[
            ("lex:UpdateBot", "changes the bot"),
            ("lex:DeleteBot", "deletes the bot"),
            ("lex:UpdateBotAlias", "switches conversation logs, their key or the function behind the bot"),
            ("lex:DeleteBotAlias", "deletes the alias that clients talk to"),
            ("lex:UpdateBotLocale", "changes a locale"),
            ("lex:DeleteBotLocale", "deletes a locale"),
            ("lex:UpdateIntent", "changes what is asked and what is done"),
            ("lex:DeleteIntent", "deletes an intent"),
            ("lex:CreateSlot", "asks for more"),
            ("lex:UpdateSlot", "switches obfuscation of a slot off"),
            ("lex:DeleteSlot", "deletes a slot with its obfuscation"),
            ("lex:UpdateSlotType", "changes what a slot takes"),
            ("lex:StartImport", "replaces the bot by an archive"),
            ("lex:UpdateResourcePolicy", "lets others in"),
            ("lex:CreateResourcePolicy", "lets others in"),
        ],
    },
];

/// Keys by which a Deny leaves somebody out.
const EXEMPTS: &[&str] = &[
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:userid",
    "aws:username",
];

pub(super) fn check(policy: &Policy, _text: &str) -> Vec<Finding> {
    let guards = matches!(
        policy.kind(),
        PolicyKind::Scp | PolicyKind::Identity | PolicyKind::Boundary | PolicyKind::Rcp
    );
    if guards { AIMS.iter().filter_map(|aim| finding(policy, aim)).collect() } else { Vec::new() }
}

fn finding(policy: &Policy, aim: &Aim) -> Option<Finding> {
    let mut denies: Vec<&Statement> = of_effect(policy, Effect::Deny).collect();
    let signs: Vec<&Statement> = denies.iter().copied().filter(|statement| shows(statement, aim)).collect();
    let sign = signs.first()?;
    denies.retain(|statement| holds_as(statement, &signs));
    let open: Vec<&(&str, &str)> = aim
        .defeats
        .iter()
        .filter(|(action, _)| !is_closed(&denies, action) && is_granted(policy, action))
        .collect();
    if open.is_empty() {
        return None;
    }
    let ways: Vec<String> = open.iter().map(|(action, way)| format!("`{action}` {way}")).collect();
    let does =
        format!("the policy protects {}, and leaves open what defeats that: {}", aim.name, ways.join("; "));
    let fix = "deny these under the same conditions";
    Some(Finding::at(LintRule::AimDefeated, Severity::Warning, sign, sign.place).does(does).fix(fix))
}

/// A statement that names one of the signs, by more than "everything".
fn shows(statement: &Statement, aim: &Aim) -> bool {
    let narrow = statement.actions.patterns.iter().all(|pattern| &*pattern.folded != "*");
    narrow && !statement.actions.negated && aim.signs.iter().any(|sign| names(statement, sign))
}

/// Whether the statement speaks of the action on some resource.
fn names(statement: &Statement, action: &str) -> bool {
    statement.actions.matches(&action.to_ascii_lowercase())
}

/// Whether the policy itself lets the action through. A policy that denies only stands beside others that may grant it, and
/// beside a service control policy stands the one that allows everything.
fn is_granted(policy: &Policy, action: &str) -> bool {
    let mut allows = of_effect(policy, Effect::Allow).peekable();
    let alone = matches!(policy.kind(), PolicyKind::Identity | PolicyKind::Boundary);
    !alone || allows.peek().is_none() || allows.any(|statement| names(statement, action))
}

/// Whether a Deny holds where those that show the aim hold, but for whom it exempts. One that denies everything in other Regions,
/// or to a tagged principal, closes nothing here.
fn holds_as(statement: &Statement, signs: &[&Statement]) -> bool {
    statement.conditions.iter().all(|condition| {
        let key = condition.key.as_str();
        let who =
            condition.operator.negated && (EXEMPTS.contains(&key) || key.starts_with("aws:principaltag/"));
        let alike = |one: &&Statement| {
            one.conditions
                .iter()
                .any(|other| other.key == condition.key && other.operator == condition.operator)
        };
        who || signs.iter().any(alike)
    })
}

/// Whether some Deny takes the action in on resources that it is decided on.
fn is_closed(denies: &[&Statement], action: &str) -> bool {
    let Some(known) = KnownAction::find(action) else { return true };
    denies.iter().any(|statement| names(statement, action) && may_concern(statement, known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_of_the_lists_exists() {
        for aim in AIMS {
            let all = aim.signs.iter().chain(aim.defeats.iter().map(|(action, _)| action));
            for action in all {
                assert!(KnownAction::find(action).is_some(), "{action}");
            }
        }
    }

    #[test]
    fn a_whole_service_is_closed() {
        let text =
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"logs:*","Resource":"*"}]}"#;
        let policy = Policy::parse(text, PolicyKind::Scp).unwrap();
        assert!(super::super::super::scope::known_actions(policy.statements().next().unwrap()).count() > 50);
        assert_eq!(check(&policy, text), []);
    }
}
