//! Aliases of bots: made, described, changed, listed, deleted. What of conversations is written down stands here, so what names a
//! log group is checked: it must be a group of the account, and speech has nowhere to go yet.

use super::trees::{self, opened, sealed, sealed_by};
use super::{Meant, alias_of, change, id, instant, invalid, name, new_id, now, page, tags};
use crate::call::Call;
use crate::desk::Answered;
use sotto_arn::LogGroupArn;
use sotto_conversation::bot::{
    AliasSettings, BotVersion, Dialect, Id, LOG_PREFIX_CHARS_MAX, LocaleId, Shape, Tree,
};
use sotto_conversation::registry::{Alias, AliasUpdate, BotError, NewAlias, Pointed};
use sotto_iam::{Permit, ReadDirectory};
use sotto_wire::{Fault, Output, Value, message};

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateBotAlias" => create(call).await,
        "DescribeBotAlias" => describe(call),
        "UpdateBotAlias" => update(call).await,
        "ListBotAliases" => list(call),
        "DeleteBotAlias" => delete(call).await,
        _ => return None,
    })
}

const SETTINGS: [&str; 4] =
    ["description", "botAliasLocaleSettings", "conversationLogSettings", "sentimentAnalysisSettings"];

/// The settings of a request, checked.
fn settings(call: &Call<'_>) -> Result<AliasSettings, Fault> {
    let mut settings: AliasSettings = trees::settings(call)?;
    settings.rest.clear();
    let logs = call.input().member("conversationLogSettings");
    let audio = logs.into_iter().flat_map(|logs| logs.list("audioLogSettings").collect::<Vec<_>>());
    if audio.into_iter().any(|log| log.flag("enabled") == Some(true)) {
        return Err(invalid(
            "conversation logs of speech go to an S3 bucket, and buckets are not available in this release; leave \
             audioLogSettings out or set enabled to false",
        ));
    }
    for log in logs.into_iter().flat_map(|logs| logs.list("textLogSettings").collect::<Vec<_>>()) {
        let group = log.member("destination").and_then(|to| to.member("cloudWatch"));
        let group = group.and_then(|to| to.public("cloudWatchLogGroupArn"));
        check_group(call, group.map_or("", |arn| arn.get().as_str()))?;
    }
    if settings.text_logs().any(|log| log.destination.cloud_watch.stream_prefix().is_none()) {
        return Err(invalid(message!(
            "Value at 'logPrefix' begins names of log streams: it has at most {} characters, and neither ':' nor '*'",
            LOG_PREFIX_CHARS_MAX
        )));
    }
    for (locale, _) in call.input().map("botAliasLocaleSettings") {
        if locale.public().is_none_or(|text| LocaleId::parse(text.get()).is_err()) {
            return Err(invalid("Value at 'botAliasLocaleSettings' names no locale"));
        }
    }
    Ok(settings)
}

/// Conversations are logged in the account and Region of their bot only: elsewhere nobody here could ask a policy.
fn check_group(call: &Call<'_>, arn: &str) -> Result<(), Fault> {
    let parsed = LogGroupArn::parse(arn.strip_suffix(":*").unwrap_or(arn)).ok();
    let own = parsed.is_some_and(|arn| {
        call.account().is_ok_and(|account| *arn.account() == account) && arn.region() == call.region()
    });
    match own {
        true => Ok(()),
        false => Err(invalid("Value at 'cloudWatchLogGroupArn' is no log group of this account and Region")),
    }
}

fn version(call: &Call<'_>) -> Result<Option<BotVersion>, Fault> {
    let version = call.input().public("botVersion").map(|text| BotVersion::parse(text.get()));
    version.transpose().map_err(|_| invalid("Value at 'botVersion' is no version"))
}

async fn create(call: &mut Call<'_>) -> Answered {
    let (meant, alias) = (Meant::of(call)?, new_id(call));
    let context = tags::given_context(call, "tags");
    let resource = meant.alias_resource(call, &alias);
    let permit = super::may(call, "AWS::Lex::BotAlias", meant.alias_arn(&alias), resource, context)?;
    let settings = settings(call)?;
    let new = NewAlias {
        id: alias.clone(),
        name: name(call, "botAliasName")?,
        version: version(call)?,
        settings: sealed(call, (&meant.scope, &alias, "settings"), &settings)?,
        tags: tags::given(call, (&meant.scope, &alias), "tags")?,
        now: now(call),
    };
    change(call, |draft, _, _| draft.create_alias(&meant.scope, &meant.id, new.clone())).await?;
    let bot = meant.bot(call)?;
    let found = alias_of(call, &bot, &alias)?;
    let output = tags::shown_as(call, &permit, (&meant.scope, &alias), ("tags", &found.tags))?;
    Ok(with_alias(call, &permit, output, (&meant, found))?.with("botAliasStatus", "Creating"))
}

fn with_alias(
    call: &Call<'_>,
    permit: &Permit<ReadDirectory>,
    output: Output,
    (meant, alias): (&Meant, &Alias),
) -> Result<Output, Fault> {
    let settings: AliasSettings =
        opened(call.store_key(), (&meant.scope, &alias.id, "settings"), &alias.settings)?;
    let output = output
        .with("botId", meant.id.public())
        .with("botAliasId", alias.id.public())
        .with("botAliasName", alias.name.public())
        .with("botVersion", alias.version.map_or(Value::Absent, |version| Value::Text(version.public())))
        .with("creationDateTime", instant(alias.created));
    trees::with_members(call, permit, output, (&settings.write(Dialect::Api), &SETTINGS))
}

fn describe(call: &mut Call<'_>) -> Answered {
    let (meant, alias) = (Meant::of(call)?, id(call, "botAliasId")?);
    let permit = meant.may_alias(call, &alias)?;
    let bot = meant.bot(call)?;
    let found = alias_of(call, &bot, &alias)?;
    let event = |one: &Pointed| {
        let output =
            Output::new().with("botVersion", one.version.public()).with("startDate", instant(one.from));
        output.with("endDate", one.until.map_or(Value::Absent, instant))
    };
    let output = Output::new()
        .with("botAliasStatus", "Available")
        .with("lastUpdatedDateTime", instant(found.updated))
        .with("botAliasHistoryEvents", Value::list(found.history.iter().map(event)));
    with_alias(call, &permit, output, (&meant, found))
}

async fn update(call: &mut Call<'_>) -> Answered {
    let (meant, alias) = (Meant::of(call)?, id(call, "botAliasId")?);
    let permit = meant.may_alias(call, &alias)?;
    meant.bot(call)?;
    let settings = settings(call)?;
    let (name, version, now) = (name(call, "botAliasName")?, version(call)?, now(call));
    let api = call.api;
    change(call, |draft, _, _| {
        let place = (&meant.scope, &alias, "settings");
        // The mode of logs is no member of the API, and stays what it is.
        let before = draft.bot(&meant.scope, &meant.id)?.aliases.get(&alias).map(|one| one.settings.clone());
        let before = before.and_then(|sealed| opened::<AliasSettings>(&api.store_key, place, &sealed).ok());
        let log_mode = before.and_then(|before| before.log_mode);
        let settings = AliasSettings { log_mode, ..settings.clone() };
        let settings = sealed_by(api, place, &settings);
        let settings =
            settings.map_err(|_| BotError::Invalid("the settings of the alias cannot be sealed"))?;
        let update = AliasUpdate { name: name.clone(), version, settings, now };
        draft.update_alias(&meant.scope, &meant.id, &alias, update)
    })
    .await?;
    let bot = meant.bot(call)?;
    let found = alias_of(call, &bot, &alias)?;
    let output =
        Output::new().with("botAliasStatus", "Available").with("lastUpdatedDateTime", instant(found.updated));
    with_alias(call, &permit, output, (&meant, found))
}

fn list(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let permit = meant.may(call)?;
    let bot = meant.bot(call)?;
    let (aliases, next) = page(call, bot.aliases.values().collect());
    let mut summaries = Vec::new();
    for alias in aliases {
        summaries.push(summary(call, &permit, (&meant, alias))?);
    }
    let output = Output::new().with("botId", meant.id.public()).with("botAliasSummaries", summaries);
    Ok(output.with("nextToken", next))
}

fn summary(
    call: &Call<'_>,
    permit: &Permit<ReadDirectory>,
    (meant, alias): (&Meant, &Alias),
) -> Result<Output, Fault> {
    let settings: AliasSettings =
        opened(call.store_key(), (&meant.scope, &alias.id, "settings"), &alias.settings)?;
    let output = Output::new()
        .with("botAliasId", alias.id.public())
        .with("botAliasName", alias.name.public())
        .with("botVersion", alias.version.map_or(Value::Absent, |version| Value::Text(version.public())))
        .with("botAliasStatus", "Available")
        .with("creationDateTime", instant(alias.created))
        .with("lastUpdatedDateTime", instant(alias.updated));
    let tree: Tree = settings.write(Dialect::Api);
    trees::with_members(call, permit, output, (&tree, &["description"]))
}

async fn delete(call: &mut Call<'_>) -> Answered {
    let (meant, alias): (Meant, Id) = (Meant::of(call)?, id(call, "botAliasId")?);
    let _asked = meant.may_alias(call, &alias)?;
    meant.bot(call)?;
    change(call, |draft, _, _| draft.delete_alias(&meant.scope, &meant.id, &alias)).await?;
    let output = Output::new().with("botId", meant.id.public()).with("botAliasId", alias.public());
    Ok(output.with("botAliasStatus", "Deleting"))
}
