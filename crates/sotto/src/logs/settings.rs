//! `sotto logs settings`: how a group replaces values, and which fields are looked at.
//!
//! Operations of sotto's own; a policy document says none of this, so that it stays one that AWS takes.

use crate::args::{GroupStyle, SettingsArgs};
use crate::fault::{Fault, Verdict};
use crate::out;
use crate::remote::{Remote, own, shown};
use crate::table::Rows;
use anyhow::Result;
use sotto_wire::{Input, Output, Value};

pub(super) fn run(args: &SettingsArgs) -> Result<Verdict> {
    let remote = Remote::new(&args.remote)?;
    let group = || Output::new().with("logGroupIdentifier", own(&args.group));
    if args.clear {
        remote.ask("sotto", "DeleteLogGroupSettings", group())?;
        out::say(&format!("{}: no settings of its own any more", args.group));
        return Ok(Verdict::Fine);
    }
    if !changes(args) {
        let answer = remote.insist("sotto", "GetLogGroupSettings", group)?;
        rows(&answer).write(args.format)?;
        return Ok(Verdict::Fine);
    }
    let styles = styles(&args.replace)?;
    let answer = remote.insist("sotto", "PutLogGroupSettings", || {
        group().with("settings", settings(args, &styles)).with("newTokenKey", args.new_token_key)
    })?;
    rows(&answer).write(args.format)?;
    Ok(Verdict::Fine)
}

fn changes(args: &SettingsArgs) -> bool {
    let lists = [&args.replace, &args.only_field, &args.without_field];
    args.style.is_some()
        || args.keep_card_codes
        || args.new_token_key
        || lists.iter().any(|list| !list.is_empty())
}

const fn word(style: GroupStyle) -> &'static str {
    match style {
        GroupStyle::Asterisks => "asterisks",
        GroupStyle::Label => "label",
        GroupStyle::LastFour => "last-four",
        GroupStyle::Token => "token",
    }
}

/// `NAME=STYLE`, taken apart.
fn styles(given: &[String]) -> Result<Vec<(&str, &str)>> {
    given.iter().map(|text| style_of(text)).collect()
}

fn style_of(text: &str) -> Result<(&str, &str)> {
    let words = [GroupStyle::Asterisks, GroupStyle::Label, GroupStyle::LastFour, GroupStyle::Token].map(word);
    let parts = text.split_once('=').filter(|(name, style)| !name.is_empty() && words.contains(style));
    parts.ok_or_else(|| {
        Fault::usage(format!("`{text}` is no IDENTIFIER=STYLE, with a style of {}", words.join(", ")))
    })
}

fn settings(args: &SettingsArgs, styles: &[(&str, &str)]) -> Output {
    let list = |paths: &[String]| Value::list(paths.iter().map(|path| own(path)));
    let mut settings = Output::new().with("keepCardCodes", args.keep_card_codes);
    if let Some(style) = args.style {
        settings.set("defaultStyle", word(style));
    }
    if !styles.is_empty() {
        settings.set("styles", Value::map(styles.iter().map(|(name, style)| (own(name), own(style)))));
    }
    for (member, paths) in [("fieldsOnly", &args.only_field), ("fieldsWithout", &args.without_field)] {
        if !paths.is_empty() {
            settings.set(member, list(paths));
        }
    }
    settings
}

fn rows(answer: &Input) -> Rows {
    let mut rows = Rows::new(&["setting", "value"]);
    let Some(settings) = answer.member("settings") else { return rows };
    let mut add = |name: String, value: String| rows.rows.push(vec![name, value]);
    let style = settings.public("defaultStyle").map_or("asterisks", |style| style.get());
    add("style".to_owned(), style.to_owned());
    for (name, style) in settings.map("styles") {
        if let Some((name, style)) = name.public().zip(style.as_public()) {
            add(format!("style of {name}"), style.get().clone());
        }
    }
    for (member, label) in [("fieldsOnly", "only field"), ("fieldsWithout", "without field")] {
        for path in settings.list(member) {
            add(label.to_owned(), path.as_raw().map_or("", shown).to_owned());
        }
    }
    let keeps = settings.flag("keepCardCodes") == Some(true);
    add("keep card codes".to_owned(), if keeps { "yes" } else { "no" }.to_owned());
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_are_names_and_words() {
        let of = |text: &str| styles(&[text.to_owned()]).map(|found| found.len()).ok();
        assert_eq!(of("EmailAddress=token"), Some(1));
        for wrong in ["EmailAddress", "=token", "EmailAddress=", "EmailAddress=stars", ""] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }
}
