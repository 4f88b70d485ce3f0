//! Imports and exports: asked for, described, listed, deleted. What comes of them is made in the background (`jobs`); the archives
//! themselves come and go at URLs of our own (`archives`).

use super::trees::{sealed_text, tree};
use super::{
    Meant, archives, broken, change, contents, fault, id, instant, invalid, may_generally, may_pass, new_id,
    now, page, scope, shelf, version_of, words_place,
};
use crate::api::Api;
use crate::call::{Ask, Call, internal};
use crate::desk::{Answered, show};
use sotto_conversation::archive::File;
use sotto_conversation::bot::{BotSettings, BotVersion, Id, Locale, LocaleId, Tree};
use sotto_conversation::export::Export;
use sotto_conversation::registry::{BotError, Scope, Transfer, TransferKind, TransferStatus};
use sotto_iam::{Permit, ReadDirectory, Resource};
use sotto_kms::Sealed;
use sotto_wire::{Fault, Output, Value, View};
use std::sync::Arc;

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateUploadUrl" => create_url(call).await,
        "StartImport" => start(call).await,
        "DescribeImport" => describe_import(call),
        "ListImports" => list(call, true),
        "DeleteImport" => delete(call, true).await,
        "CreateExport" => create_export(call).await,
        "DescribeExport" => describe_export(call).await,
        "UpdateExport" => update_export(call).await,
        "ListExports" => list(call, false),
        "DeleteExport" => delete(call, false).await,
        _ => return None,
    })
}

/// A URL for an archive, to whoever holds the permit.
fn url(
    call: &Call<'_>,
    permit: &Permit<ReadDirectory>,
    upload: bool,
    place: (&Scope, &Id),
) -> Result<Value, Fault> {
    let host = call.circumstances.host.as_ref().ok_or_else(|| invalid("the request names no host"))?;
    let url = archives::url(call.api, (host, call.circumstances.secure), upload, place);
    Ok(Value::Shown(show(call, permit, url)?))
}

async fn create_url(call: &mut Call<'_>) -> Answered {
    let (scope, id) = (scope(call)?, new_id(call));
    let permit = may_generally(call)?;
    let kind = TransferKind::Import { wanted: None, archive: None, bot: None, locale: None, report: None };
    let at = now(call);
    change(call, |draft, _, _| draft.create_transfer(&scope, id.clone(), kind.clone(), at)).await?;
    Ok(Output::new()
        .with("importId", id.public())
        .with("uploadUrl", url(call, &permit, true, (&scope, &id))?))
}

/// An import or export of a request.
fn found(call: &Call<'_>, scope: &Scope, id: &Id, import: bool) -> Result<Arc<Transfer>, Fault> {
    let found = shelf(call, scope).transfer(id).cloned();
    let fits = found.filter(|one| matches!(one.kind, TransferKind::Import { .. }) == import);
    fits.ok_or_else(|| fault(call, BotError::NotFound(if import { "import" } else { "export" })))
}

/// What an import does to a bot (Service Authorization Reference, "Amazon Lex V2", dependent actions of `StartImport`).
const IMPORTS: [&str; 15] = [
    "lex:CreateBotLocale",
    "lex:CreateCustomVocabulary",
    "lex:CreateIntent",
    "lex:CreateSlot",
    "lex:CreateSlotType",
    "lex:DeleteBotLocale",
    "lex:DeleteCustomVocabulary",
    "lex:DeleteIntent",
    "lex:DeleteSlot",
    "lex:DeleteSlotType",
    "lex:UpdateBotLocale",
    "lex:UpdateCustomVocabulary",
    "lex:UpdateIntent",
    "lex:UpdateSlot",
    "lex:UpdateSlotType",
];

/// The member of a sealed request that says which bot it was decided on.
pub(super) const MEETS: &str = "sottoMeets";

/// Asks for all that an import of a bot does: on the bot that it meets, with its tags, or on bots that are made.
fn may_import(call: &mut Call<'_>, scope: &Scope, meets: Option<&Meant>) -> Result<(), Fault> {
    let also = if meets.is_some() { "lex:UpdateBot" } else { "lex:CreateBot" };
    for action in IMPORTS.into_iter().chain([also]) {
        let on = match meets {
            Some(meant) => meant.resource(call),
            None => Resource::new(super::arn(scope, "bot/*").get()).of_account(&scope.account),
        };
        let _asked = call.authorize(Ask::new(action).on(on))?;
    }
    Ok(())
}

async fn start(call: &mut Call<'_>) -> Answered {
    let (scope, id) = (scope(call)?, id(call, "importId")?);
    let resource = call
        .input()
        .member("resourceSpecification")
        .ok_or_else(|| super::missing("resourceSpecification"))?;
    let bot = resource.member("botImportSpecification");
    let bot = bot.map(|one| (one.public("roleArn").cloned(), one.public("botName").cloned()));
    let locale = resource.member("botLocaleImportSpecification").map(|one| one.public("botId").cloned());
    let mut meets = None;
    let permit = match (bot, locale) {
        (Some((role, name)), None) => {
            let role = role.ok_or_else(|| super::missing("roleArn"))?;
            let name = name.ok_or_else(|| super::missing("botName"))?;
            let there = shelf(call, &scope).bot_named(name.get()).map(|bot| bot.id.clone());
            meets = there.map(|id| Meant { scope: scope.clone(), id });
            let permit = match &meets {
                Some(meant) => meant.may(call)?,
                None => may_generally(call)?,
            };
            may_import(call, &scope, meets.as_ref())?;
            may_pass(call, &role)?;
            permit
        }
        (None, Some(bot)) => {
            let bot =
                bot.and_then(|text| Id::parse(text.get()).ok()).ok_or_else(|| super::missing("botId"))?;
            let meant = Meant { scope: scope.clone(), id: bot };
            let permit = meant.may(call)?;
            meant.bot(call)?;
            for action in IMPORTS {
                let on = meant.resource(call);
                let _asked = call.authorize(Ask::new(action).on(on))?;
            }
            permit
        }
        _ => return Err(invalid("this release imports bots and locales; name exactly one of them")),
    };
    let transfer = found(call, &scope, &id, true)?;
    let wanted = seal_request(call, (&scope, &id), meets.as_ref())?;
    let at = now(call);
    change(call, |draft, _, _| draft.start_import(&scope, &id, wanted.clone(), at)).await?;
    call.api.build_bell.notify_one();
    let output = Output::new()
        .with("importId", id.public())
        .with("importStatus", TransferStatus::InProgress.as_str())
        .with("creationDateTime", instant(transfer.created));
    with_request(call, &permit, output)
}

/// The whole request, as it is needed later, with the bot that it meets; its password is in it.
fn seal_request(call: &Call<'_>, (scope, id): (&Scope, &Id), meets: Option<&Meant>) -> Result<Sealed, Fault> {
    let mut request = tree(call.input().view());
    if let (Tree::Map(members), Some(meant)) = (&mut request, meets) {
        members.push((MEETS.into(), Tree::text(meant.id.as_str())));
    }
    let bytes = request.to_json();
    let place = words_place(scope, id, "import");
    call.store_key().seal(&place, &bytes, call.draw().bytes()).map_err(|_| invalid("the request is too long"))
}

fn with_request(call: &Call<'_>, permit: &Permit<ReadDirectory>, output: Output) -> Answered {
    let request = tree(call.input().view());
    let members = ["resourceSpecification", "mergeStrategy"];
    super::trees::with_members(call, permit, output, (&request, &members))
}

fn describe_import(call: &mut Call<'_>) -> Answered {
    let (scope, id) = (scope(call)?, id(call, "importId")?);
    let permit = may_transfer(call, &scope, &id)?;
    let transfer = found(call, &scope, &id, true)?;
    let TransferKind::Import { wanted, bot, report, .. } = &transfer.kind else { return Err(broken()) };
    let mut output = Output::new()
        .with("importId", id.public())
        .with("importStatus", transfer.status.as_str())
        .with("importedResourceId", bot.as_ref().map_or(Value::Absent, |id| Value::Text(id.public())))
        .with("creationDateTime", instant(transfer.created))
        .with("lastUpdatedDateTime", instant(transfer.updated));
    if wanted.is_some() {
        let request = request_of(call, &scope, &transfer).ok_or_else(internal)?;
        let members = ["resourceSpecification", "mergeStrategy"];
        output = super::trees::with_members(call, &permit, output, (&request, &members))?;
    }
    // What was odd of an import that went well is told where the reasons of one that did not would be.
    let said = transfer.failures.as_ref().or(report.as_ref());
    match said {
        Some(sealed) => {
            let bytes =
                call.store_key().open(&words_place(&scope, &id, "report"), sealed).map_err(|_| internal())?;
            let lines = Tree::read(&bytes).map_err(|_| broken())?;
            Ok(output.with("failureReasons", super::trees::shown(call, &permit, &lines)?))
        }
        None => Ok(output),
    }
}

/// The request of an import that was started.
fn request_of(call: &Call<'_>, scope: &Scope, transfer: &Transfer) -> Option<Tree> {
    let TransferKind::Import { wanted: Some(sealed), .. } = &transfer.kind else { return None };
    let bytes = call.store_key().open(&words_place(scope, &transfer.id, "import"), sealed).ok()?;
    Tree::read(&bytes).ok()
}

/// The bot that an import or export is about, once that is known: what it made, or what it was decided on.
fn bot_of(call: &Call<'_>, scope: &Scope, transfer: &Transfer) -> Option<Meant> {
    let id = match &transfer.kind {
        TransferKind::Export { bot, .. } => Some(bot.clone()),
        TransferKind::Import { bot: Some(bot), .. } => Some(bot.clone()),
        TransferKind::Import { .. } => {
            let request = request_of(call, scope, transfer)?;
            let resource = request.member("resourceSpecification");
            let locale = resource.and_then(|one| one.member("botLocaleImportSpecification"));
            let named = request.member(MEETS).or_else(|| locale.and_then(|one| one.member("botId")));
            named.and_then(super::jobs::id_in)
        }
    };
    id.map(|id| Meant { scope: scope.clone(), id })
}

/// Asks for the operation on the bot of an import or export, or in general where there is none.
fn may_transfer(call: &mut Call<'_>, scope: &Scope, id: &Id) -> Result<Permit<ReadDirectory>, Fault> {
    let there = shelf(call, scope).transfer(id).cloned();
    match there.and_then(|one| bot_of(call, scope, &one)) {
        Some(meant) => meant.may(call),
        None => may_generally(call),
    }
}

fn list(call: &mut Call<'_>, imports: bool) -> Answered {
    let scope = scope(call)?;
    let _asked = may_generally(call)?;
    let shelf = shelf(call, &scope);
    let mut all: Vec<_> = shelf
        .transfers()
        .filter(|one| matches!(one.kind, TransferKind::Import { .. }) == imports)
        .filter(|one| one.status != TransferStatus::Waiting)
        .cloned()
        .collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.updated));
    let (all, next) = page(call, all);
    let summary = |one: Arc<Transfer>| {
        let output = Output::new()
            .with("creationDateTime", instant(one.created))
            .with("lastUpdatedDateTime", instant(one.updated));
        match &one.kind {
            TransferKind::Import { bot, .. } => {
                output.with("importId", one.id.public()).with("importStatus", one.status.as_str()).with(
                    "importedResourceId",
                    bot.as_ref().map_or(Value::Absent, |id| Value::Text(id.public())),
                )
            }
            TransferKind::Export { .. } => {
                let resource = specification(&one);
                output
                    .with("exportId", one.id.public())
                    .with("exportStatus", one.status.as_str())
                    .with("fileFormat", "LexJson")
                    .with("resourceSpecification", resource)
            }
        }
    };
    let member = if imports { "importSummaries" } else { "exportSummaries" };
    Ok(Output::new().with(member, Value::list(all.into_iter().map(summary))).with("nextToken", next))
}

async fn delete(call: &mut Call<'_>, import: bool) -> Answered {
    let (scope, member) = (scope(call)?, if import { "importId" } else { "exportId" });
    let wanted = id(call, member)?;
    let _asked = may_transfer(call, &scope, &wanted)?;
    found(call, &scope, &wanted, import)?;
    change(call, |draft, _, _| draft.delete_transfer(&scope, &wanted)).await?;
    let status = if import { "importStatus" } else { "exportStatus" };
    Ok(Output::new().with(member, wanted.public()).with(status, "Deleting"))
}

/// What an export is of.
fn specification(transfer: &Transfer) -> Output {
    let TransferKind::Export { bot, version, locale, .. } = &transfer.kind else { return Output::new() };
    let of = Output::new().with("botId", bot.public()).with("botVersion", version.public());
    match locale {
        None => Output::new().with("botExportSpecification", of),
        Some(locale) => {
            Output::new().with("botLocaleExportSpecification", of.with("localeId", locale.public()))
        }
    }
}

/// What a request wants to export.
fn wanted(call: &Call<'_>) -> Result<(Id, BotVersion, Option<LocaleId>), Fault> {
    let resource = call
        .input()
        .member("resourceSpecification")
        .ok_or_else(|| super::missing("resourceSpecification"))?;
    let (one, of_locale) =
        match (resource.member("botExportSpecification"), resource.member("botLocaleExportSpecification")) {
            (Some(one), None) => (one, false),
            (None, Some(one)) => (one, true),
            _ => return Err(invalid("this release exports bots and locales; name exactly one of them")),
        };
    let wrong = || invalid("Value at 'resourceSpecification' is not valid");
    let text = |view: View<'_>, member: &'static str| view.public(member).cloned().ok_or_else(wrong);
    let bot = Id::parse(text(one, "botId")?.get()).map_err(|_| wrong())?;
    let version = BotVersion::parse(text(one, "botVersion")?.get()).map_err(|_| wrong())?;
    let locale = match of_locale {
        true => Some(LocaleId::parse(text(one, "localeId")?.get()).map_err(|_| wrong())?),
        false => None,
    };
    Ok((bot, version, locale))
}

/// An export gives away what its parts say, so each right to see them is asked for (Service Authorization Reference, "Amazon Lex
/// V2", dependent actions of `DescribeExport`).
fn may_see(call: &mut Call<'_>, meant: &Meant) -> Result<Permit<ReadDirectory>, Fault> {
    let permit = meant.may(call)?;
    for action in [
        "lex:DescribeBot",
        "lex:DescribeBotLocale",
        "lex:DescribeIntent",
        "lex:DescribeSlot",
        "lex:DescribeSlotType",
        "lex:ListBotLocales",
        "lex:ListIntents",
        "lex:ListSlots",
        "lex:ListSlotTypes",
    ] {
        let on = meant.resource(call);
        let _asked = call.authorize(Ask::new(action).on(on))?;
    }
    Ok(permit)
}

async fn create_export(call: &mut Call<'_>) -> Answered {
    let (scope, (bot, version, locale)) = (scope(call)?, wanted(call)?);
    let meant = Meant { scope: scope.clone(), id: bot.clone() };
    let _asked = may_see(call, &meant)?;
    if call.input().public("fileFormat").is_some_and(|format| format.get() != "LexJson") {
        return Err(invalid("this release exports the format LexJson only"));
    }
    let held = meant.bot(call)?;
    let found = version_of(call, &held, version)?;
    if locale.as_ref().is_some_and(|locale| !found.locales.contains_key(locale)) {
        return Err(fault(call, BotError::NotFound("locale")));
    }
    let id = new_id(call);
    let password = sealed_text(call, (&scope, &id, "password"), call.input().raw("filePassword"))?;
    let kind = TransferKind::Export { bot, version, locale, password };
    let at = now(call);
    change(call, |draft, _, _| draft.create_transfer(&scope, id.clone(), kind.clone(), at)).await?;
    call.api.build_bell.notify_one();
    exported(call, &scope, &id)
}

fn exported(call: &Call<'_>, scope: &Scope, id: &Id) -> Answered {
    let transfer = found(call, scope, id, false)?;
    Ok(Output::new()
        .with("exportId", id.public())
        .with("resourceSpecification", specification(&transfer))
        .with("fileFormat", "LexJson")
        .with("exportStatus", transfer.status.as_str())
        .with("creationDateTime", instant(transfer.created)))
}

async fn describe_export(call: &mut Call<'_>) -> Answered {
    let (scope, id) = (scope(call)?, id(call, "exportId")?);
    let there = shelf(call, &scope).transfer(&id).cloned();
    let permit = match there.and_then(|one| bot_of(call, &scope, &one)) {
        Some(meant) => may_see(call, &meant)?,
        None => may_generally(call)?,
    };
    let transfer = found(call, &scope, &id, false)?;
    let output = exported(call, &scope, &id)?.with("lastUpdatedDateTime", instant(transfer.updated));
    if transfer.status != TransferStatus::Completed {
        return Ok(output);
    }
    // A URL is as good as what lies behind it: it is on record before it is given.
    call.record().await?;
    Ok(output.with("downloadUrl", url(call, &permit, false, (&scope, &id))?))
}

async fn update_export(call: &mut Call<'_>) -> Answered {
    let (scope, id) = (scope(call)?, id(call, "exportId")?);
    let _asked = may_transfer(call, &scope, &id)?;
    found(call, &scope, &id, false)?;
    let password = sealed_text(call, (&scope, &id, "password"), call.input().raw("filePassword"))?;
    let at = now(call);
    change(call, |draft, _, _| draft.set_password(&scope, &id, password.clone(), at)).await?;
    Ok(exported(call, &scope, &id)?.with("lastUpdatedDateTime", instant(at)))
}

/// The files of an export.
pub(super) async fn files(
    api: &Api,
    scope: &Scope,
    (bot, version, locale): (&Id, BotVersion, Option<&LocaleId>),
) -> Result<Vec<File>, Fault> {
    let snapshot = api.state.now();
    let held = snapshot.rooms.bots.bot(scope, bot).ok_or_else(broken)?;
    let found = held.version(version).ok_or_else(broken)?;
    let mut locales: Vec<Locale> = Vec::new();
    for (id, head) in &found.locales {
        if locale.is_none_or(|wanted| wanted == id) {
            locales.push(Locale::clone(&*contents::locale(api, scope, head.content).await?));
        }
    }
    let settings: BotSettings =
        super::trees::opened(&api.store_key, (scope, bot, "settings"), &found.settings)?;
    let settings = locale.is_none().then_some(&settings);
    if locale.is_some() && locales.is_empty() {
        return Err(broken());
    }
    Ok(Export { name: &held.name, id: bot, version, settings, locales: &locales }.files())
}
