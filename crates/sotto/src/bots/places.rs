//! Where do conversations over an alias leave words? In the log groups of the alias, and in those of the functions that it calls.

use super::lex::text;
use crate::remote::{NotAnswered, Remote};
use serde_json::{Value as Json, json};

/// Pages of events that are read of one group at most.
const PAGES_MAX: usize = 200;

/// The places of an alias.
pub(crate) struct LogPlaces {
    pub(crate) texts: Vec<TextLog>,
    pub(crate) called: Vec<Called>,
}

/// A conversation log of an alias.
#[derive(Clone)]
pub(crate) struct TextLog {
    /// The log group's name.
    pub(crate) group: String,
    /// Whether only what session attributes ask for is kept.
    pub(crate) selective: bool,
}

/// A function that an alias calls in a locale.
#[derive(Clone)]
pub(crate) struct Called {
    pub(crate) locale: String,
    pub(crate) arn: String,
    /// The group that its lines go to.
    pub(crate) log_group: String,
}

impl LogPlaces {
    /// Of an alias as it is described.
    pub(crate) fn of(remote: &Remote, alias: &Json) -> Self {
        let logs = alias.pointer("/conversationLogSettings/textLogSettings").and_then(Json::as_array);
        let log = |log: &Json| {
            let arn = log.pointer("/destination/cloudWatch/cloudWatchLogGroupArn").and_then(Json::as_str)?;
            let is_on = |member| log.get(member) == Some(&Json::Bool(true));
            is_on("enabled").then(|| TextLog {
                group: group_of(arn).to_owned(),
                selective: is_on("selectiveLoggingEnabled"),
            })
        };
        let texts = logs.into_iter().flatten().filter_map(log).collect();
        let locales = alias.get("botAliasLocaleSettings").and_then(Json::as_object);
        let called = |(locale, settings): (&String, &Json)| {
            let hook = settings.pointer("/codeHookSpecification/lambdaCodeHook/lambdaARN");
            let arn = hook
                .and_then(Json::as_str)
                .filter(|_| settings.get("enabled") != Some(&Json::Bool(false)))?;
            let log_group = function_group(remote, arn);
            Some(Called { locale: locale.clone(), arn: arn.to_owned(), log_group })
        };
        Self { texts, called: locales.into_iter().flatten().filter_map(called).collect() }
    }

    /// All groups, each once.
    pub(crate) fn groups(&self) -> Vec<&str> {
        let texts = self.texts.iter().map(|log| log.group.as_str());
        let mut groups: Vec<&str> =
            texts.chain(self.called.iter().map(|called| called.log_group.as_str())).collect();
        groups.sort_unstable();
        groups.dedup();
        groups
    }
}

/// The name of a group out of its ARN.
pub(crate) fn group_of(arn: &str) -> &str {
    let name = arn.splitn(7, ':').nth(6).unwrap_or(arn);
    name.strip_suffix(":*").unwrap_or(name)
}

/// The group of a function's lines: that of its settings, or the one that Lambda uses where they cannot be read.
fn function_group(remote: &Remote, arn: &str) -> String {
    let settings = remote.json(("lambda", "GetFunctionConfiguration"), &json!({"FunctionName": arn}));
    let group = settings
        .ok()
        .and_then(|found| found.pointer("/LoggingConfig/LogGroup").and_then(Json::as_str).map(str::to_owned));
    group.unwrap_or_else(|| format!("/aws/lambda/{}", arn.split(':').nth(6).unwrap_or(arn)))
}

/// Messages of a group from an instant on, as whoever asks may see them; none where there is no group.
pub(crate) fn entries(
    remote: &Remote,
    group: &str,
    since_ms: i64,
    most: usize,
) -> Result<Vec<String>, NotAnswered> {
    let found = events(remote, (group, false), since_ms, most)?;
    Ok(found.iter().map(|event| text(event, "message").to_owned()).collect())
}

/// Events likewise; with what stands behind each mask, where the service can say that.
pub(super) fn events(
    remote: &Remote,
    (group, with_masks): (&str, bool),
    since_ms: i64,
    most: usize,
) -> Result<Vec<Json>, NotAnswered> {
    let (mut all, mut token) = (Vec::new(), Json::Null);
    for _ in 0..PAGES_MAX {
        let masked = if with_masks { Json::Bool(true) } else { Json::Null };
        let input =
            json!({"logGroupName": group, "startTime": since_ms, "nextToken": token, "masked": masked});
        let mut found = match remote.json(("logs", "FilterLogEvents"), &input) {
            Err(error) if error.code() == "ResourceNotFoundException" => return Ok(all),
            answer => answer?,
        };
        if let Some(Json::Array(events)) = found.get_mut("events").map(Json::take) {
            all.extend(events);
        }
        all.truncate(most);
        token = found.get_mut("nextToken").map_or(Json::Null, Json::take);
        if token.is_null() || all.len() >= most {
            break;
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_named_in_arns() {
        for (arn, name) in [
            ("arn:aws:logs:eu-central-1:111122223333:log-group:/bots/bank", "/bots/bank"),
            ("arn:aws:logs:eu-central-1:111122223333:log-group:/bots/bank:*", "/bots/bank"),
            ("plain", "plain"),
        ] {
            assert_eq!(group_of(arn), name);
        }
    }
}
