//! Bots: made, described, changed, listed, deleted (Lex V2 API Reference).

use super::trees::{self, opened, sealed, shown};
use super::{
    Meant, change, instant, may, may_generally, may_pass, name, new_id, now, page, scope, shelf, tags,
    version_of,
};
use crate::call::Call;
use crate::desk::Answered;
use sotto_conversation::Words;
use sotto_conversation::bot::{AliasSettings, BotSettings, BotVersion, Dialect, Shape};
use sotto_conversation::registry::{Bot, BotUpdate, NewBot, Version};
use sotto_iam::{Permit, ReadDirectory, Resource};
use sotto_wire::{Fault, Output, Value};

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateBot" => create(call).await,
        "DescribeBot" => describe(call),
        "UpdateBot" => update(call).await,
        "ListBots" => list(call),
        "DeleteBot" => delete(call).await,
        _ => return None,
    })
}

/// Members of an answer that come out of a bot's settings.
pub(super) const SETTINGS: [&str; 6] =
    ["description", "dataPrivacy", "idleSessionTTLInSeconds", "errorLogSettings", "botType", "botMembers"];

fn settings(call: &Call<'_>) -> Result<BotSettings, Fault> {
    let mut settings: BotSettings = trees::settings(call)?;
    settings.rest.clear();
    if settings.kind.as_ref().is_some_and(|kind| *kind == Words::from("BotNetwork")) {
        return Err(super::invalid("networks of bots are not available in this release"));
    }
    Ok(settings)
}

async fn create(call: &mut Call<'_>) -> Answered {
    let meant = Meant { scope: scope(call)?, id: new_id(call) };
    let context = tags::given_context(call, "botTags");
    let resource = Resource::new(meant.arn().get()).of_account(&meant.scope.account);
    let permit = may(call, "AWS::Lex::Bot", meant.arn(), resource, context)?;
    let role = crate::desk::required(call, "roleArn")?.public();
    may_pass(call, &role)?;
    let settings = settings(call)?;
    let alias = sotto_conversation::bot::Id::parse(sotto_conversation::bot::TEST_ALIAS)
        .map_err(|_| super::broken())?;
    let new = NewBot {
        id: meant.id.clone(),
        name: name(call, "botName")?,
        role,
        settings: sealed(call, (&meant.scope, &meant.id, "settings"), &settings)?,
        tags: tags::given(call, (&meant.scope, &meant.id), "botTags")?,
        alias_settings: sealed(call, (&meant.scope, &alias, "settings"), &AliasSettings::default())?,
        alias_tags: tags::given(call, (&meant.scope, &alias), "testBotAliasTags")?,
        now: now(call),
    };
    change(call, |draft, _, _| draft.create_bot(&meant.scope, new.clone())).await?;
    let bot = meant.bot(call)?;
    let output = tags::shown_as(call, &permit, (&meant.scope, &meant.id), ("botTags", &bot.tags))?;
    with_bot(call, &permit, output, (&meant, &bot)).map(|output| output.with("botStatus", "Creating"))
}

/// Members that all answers about a bot have, but for its status.
fn with_bot(
    call: &Call<'_>,
    permit: &Permit<ReadDirectory>,
    output: Output,
    (meant, bot): (&Meant, &Bot),
) -> Result<Output, Fault> {
    let draft = version_of(call, bot, BotVersion::Draft)?;
    let output = output
        .with("botId", bot.id.public())
        .with("botName", bot.name.public())
        .with("roleArn", draft.role.clone())
        .with("creationDateTime", instant(bot.created));
    with_settings(call, permit, output, (meant, draft))
}

pub(super) fn with_settings(
    call: &Call<'_>,
    permit: &Permit<ReadDirectory>,
    output: Output,
    (meant, version): (&Meant, &Version),
) -> Result<Output, Fault> {
    let settings: BotSettings =
        opened(call.store_key(), (&meant.scope, &meant.id, "settings"), &version.settings)?;
    trees::with_members(call, permit, output, (&settings.write(Dialect::Api), &SETTINGS))
}

fn describe(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let permit = meant.may(call)?;
    let bot = meant.bot(call)?;
    let output =
        Output::new().with("botStatus", "Available").with("lastUpdatedDateTime", instant(bot.updated));
    with_bot(call, &permit, output, (&meant, &bot))
}

async fn update(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let permit = meant.may(call)?;
    let role = crate::desk::required(call, "roleArn")?.public();
    may_pass(call, &role)?;
    let settings = settings(call)?;
    let update = BotUpdate {
        name: name(call, "botName")?,
        role,
        settings: sealed(call, (&meant.scope, &meant.id, "settings"), &settings)?,
        now: now(call),
    };
    change(call, |draft, _, _| draft.update_bot(&meant.scope, &meant.id, update.clone())).await?;
    let bot = meant.bot(call)?;
    let output =
        Output::new().with("botStatus", "Available").with("lastUpdatedDateTime", instant(bot.updated));
    with_bot(call, &permit, output, (&meant, &bot))
}

fn list(call: &mut Call<'_>) -> Answered {
    let scope = scope(call)?;
    let permit = may_generally(call)?;
    let mut bots: Vec<_> = shelf(call, &scope).bots().filter(|bot| fits(call, bot)).cloned().collect();
    bots.sort_by(|one, other| one.name.cmp(&other.name));
    if descending(call) {
        bots.reverse();
    }
    let (bots, next) = page(call, bots);
    let mut summaries = Vec::new();
    for bot in bots {
        let meant = Meant { scope: scope.clone(), id: bot.id.clone() };
        summaries.push(summary(call, &permit, (&meant, &bot))?);
    }
    Ok(Output::new().with("botSummaries", summaries).with("nextToken", next))
}

fn summary(
    call: &Call<'_>,
    permit: &Permit<ReadDirectory>,
    (meant, bot): (&Meant, &Bot),
) -> Result<Output, Fault> {
    let draft = version_of(call, bot, BotVersion::Draft)?;
    let settings: BotSettings =
        opened(call.store_key(), (&meant.scope, &meant.id, "settings"), &draft.settings)?;
    let latest = bot.versions.keys().max().map(|version| version.public());
    let output = Output::new()
        .with("botId", bot.id.public())
        .with("botName", bot.name.public())
        .with("botStatus", "Available")
        .with("botType", "Bot")
        .with("latestBotVersion", latest.map_or(Value::Absent, Value::Text))
        .with("lastUpdatedDateTime", instant(bot.updated));
    let description = settings.description.as_ref().map(|words| words.write(Dialect::Api));
    match description {
        Some(tree) => Ok(output.with("description", shown(call, permit, &tree)?)),
        None => Ok(output),
    }
}

/// Filters by name: `EQ` (equals) and `CO` (contains); another filter fits nothing.
fn fits(call: &Call<'_>, bot: &Bot) -> bool {
    call.input().list("filters").all(|filter| {
        let by_name = filter.public("name").is_some_and(|name| name.get() == "BotName");
        let contains = filter.public("operator").is_some_and(|operator| operator.get() == "CO");
        let mut values = filter.list("values").filter_map(sotto_wire::View::as_raw);
        by_name && values.any(|value| trees_match(bot.name.as_str(), value, contains))
    })
}

/// Whether a name is what was looked for, or contains it.
#[expect(
    clippy::disallowed_methods,
    reason = "what is looked for is compared with names; a yes or no leaves"
)]
pub(super) fn trees_match(name: &str, wanted: &sotto_sensitive::RawText, contains: bool) -> bool {
    if contains { name.contains(wanted.expose()) } else { name == wanted.expose() }
}

/// Whether the order of names is turned round.
pub(super) fn descending(call: &Call<'_>) -> bool {
    let sort = call.input().member("sortBy");
    sort.and_then(|sort| sort.public("order")).is_some_and(|order| order.get() == "Descending")
}

async fn delete(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let _asked = meant.may(call)?;
    let check = !call.input().flag("skipResourceInUseCheck").unwrap_or(false);
    meant.bot(call)?;
    change(call, |draft, _, _| draft.delete_bot(&meant.scope, &meant.id, check)).await?;
    Ok(Output::new().with("botId", meant.id.public()).with("botStatus", "Deleting"))
}
