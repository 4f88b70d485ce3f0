//! Do actions or resources of Lex V1 stand where a V2 bot is meant?
//!
//! Amazon Lex V2 has names of its own (`lex:CreateBot`, `lex:UpdateBot`, ...) and ARNs of its own (`bot/ID`, `bot-alias/ID/ALIAS`);
//! the actions of V1 (Amazon Lex V1 Developer Guide, API reference) have no effect on V2 bots.

use super::super::finding::{Finding, LintRule, Severity};
use crate::policy::{Policy, Statement};

/// Actions that V1 has and V2 has not, in lower case, with those of V2 that take their place.
const V1: &[(&str, &str)] = &[
    ("lex:createintentversion", "lex:CreateBotVersion"),
    ("lex:createslottypeversion", "lex:CreateBotVersion"),
    ("lex:deletebotchannelassociation", "lex:DeleteBotChannel"),
    ("lex:deleteintentversion", "lex:DeleteIntent"),
    ("lex:deleteslottypeversion", "lex:DeleteSlotType"),
    ("lex:getbot", "lex:DescribeBot"),
    ("lex:getbotalias", "lex:DescribeBotAlias"),
    ("lex:getbotaliases", "lex:ListBotAliases"),
    ("lex:getbotversions", "lex:ListBotVersions"),
    ("lex:getbots", "lex:ListBots"),
    ("lex:getbuiltinintent", "lex:ListBuiltInIntents"),
    ("lex:getbuiltinintents", "lex:ListBuiltInIntents"),
    ("lex:getbuiltinslottypes", "lex:ListBuiltInSlotTypes"),
    ("lex:getexport", "lex:DescribeExport"),
    ("lex:getimport", "lex:DescribeImport"),
    ("lex:getintent", "lex:DescribeIntent"),
    ("lex:getintentversions", "lex:ListIntents"),
    ("lex:getintents", "lex:ListIntents"),
    ("lex:getslottype", "lex:DescribeSlotType"),
    ("lex:getslottypes", "lex:ListSlotTypes"),
    ("lex:getslottypeversions", "lex:ListSlotTypes"),
    ("lex:getutterancesview", "lex:ListAggregatedUtterances"),
    ("lex:postcontent", "lex:RecognizeUtterance"),
    ("lex:posttext", "lex:RecognizeText"),
    ("lex:putbot", "lex:CreateBot` and `lex:UpdateBot"),
    ("lex:putbotalias", "lex:CreateBotAlias` and `lex:UpdateBotAlias"),
    ("lex:putintent", "lex:CreateIntent` and `lex:UpdateIntent"),
    ("lex:putslottype", "lex:CreateSlotType` and `lex:UpdateSlotType"),
    ("lex:startmigration", "lex:StartImport"),
];

pub(super) fn check(policy: &Policy, _text: &str) -> Vec<Finding> {
    policy
        .statements()
        .flat_map(|statement| actions(statement).into_iter().chain(resources(statement)))
        .collect()
}

fn actions(statement: &Statement) -> Vec<Finding> {
    let entries = statement.actions.patterns.iter();
    let old = entries
        .filter_map(|entry| V1.iter().find(|(name, _)| **name == *entry.folded).map(|(_, v2)| (entry, v2)));
    old.map(|(entry, v2)| {
        let does = format!(
            "`{}` is an action of Lex V1: on V2 bots it neither grants nor denies anything",
            entry.text
        );
        Finding::at(LintRule::LexV1, Severity::Error, statement, entry.place)
            .does(does)
            .fix(format!("use `{v2}`"))
    })
    .collect()
}

fn resources(statement: &Statement) -> Vec<Finding> {
    let entries = statement.resources.iter().flat_map(|resources| &resources.patterns);
    let old = entries.filter(|entry| {
        let mut parts = entry.text.splitn(6, ':').skip(2);
        let (service, rest) = (parts.next(), parts.nth(2));
        service == Some("lex")
            && rest.is_some_and(|rest| ["bot:", "intent:", "slottype:"].iter().any(|v1| rest.starts_with(v1)))
    });
    old.map(|entry| {
        let does = format!("`{}` is the ARN of a Lex V1 resource: no V2 bot has one like it", entry.text);
        let fix = "V2 bots are `arn:aws:lex:REGION:ACCOUNT:bot/BOT_ID` and `...:bot-alias/BOT_ID/ALIAS_ID`";
        Finding::at(LintRule::LexV1, Severity::Error, statement, entry.place).does(does).fix(fix)
    })
    .collect()
}

/// Whether a folded name is an action that only V1 has.
pub(super) fn is_v1(folded: &str) -> bool {
    V1.iter().any(|(name, _)| *name == folded)
}
