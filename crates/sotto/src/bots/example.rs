//! `sotto bots example`: how does a bot come to be, with everything that it needs? By the same operations that anybody would call: a log
//! group with a policy, roles, a function, an import, a build, a version, an alias with conversation logs.
//!
//! The bots' files are part of the program, as they lie under `examples/bots`: a LexJson export, a code hook, conversations for
//! `sotto bots test`. What is there already is not touched: a bot of the same name ends the verb before anything is made.

use super::build::{build, wait};
use super::lex::{Bot, Lex, text};
use crate::args::{BotsExampleArgs, ExampleArg};
use crate::fault::{Fault, Verdict};
use crate::out;
use crate::remote::{NotAnswered, Remote, own};
use anyhow::Result;
use serde_json::{Value as Json, json};
use sotto_functions::pack;
use sotto_public::Public;
use sotto_sensitive::RawBytes;
use sotto_wire::{Output, client};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Kinds of data that the log groups mask, on top of what slots say.
const MASKED: [&str; 4] = ["CreditCardNumber", "EmailAddress", "PhoneNumber-US", "Ssn-US"];
/// The locale of both bots.
const LOCALE: &str = "en_US";
/// How often a role that was just made is tried: AWS takes a while to know it everywhere.
const TRIES_MAX: u32 = 15;
const PAUSE: Duration = Duration::from_secs(2);

/// A file of an example.
struct File {
    path: &'static str,
    content: &'static [u8],
}

macro_rules! files {
    ($folder:literal: $($path:literal)*) => {
        &[$(File {
            path: $path,
            content: include_bytes!(concat!("../../../../examples/bots/", $folder, "/", $path)),
        }),*]
    };
}

const BANKING: &[File] = files!("banking":
    "bot/Banking/Bot.json"
    "bot/Banking/BotLocales/en_US/BotLocale.json"
    "bot/Banking/BotLocales/en_US/Intents/ConfirmPhone/Intent.json"
    "bot/Banking/BotLocales/en_US/Intents/ConfirmPhone/Slots/PhoneNumber/Slot.json"
    "bot/Banking/BotLocales/en_US/Intents/FallbackIntent/Intent.json"
    "bot/Banking/BotLocales/en_US/Intents/SignIn/Intent.json"
    "bot/Banking/BotLocales/en_US/Intents/SignIn/Slots/CardNumber/Slot.json"
    "bot/Banking/BotLocales/en_US/Intents/SignIn/Slots/Zip/Slot.json"
    "bot/Banking/BotLocales/en_US/Intents/Transfer/Intent.json"
    "bot/Banking/BotLocales/en_US/Intents/Transfer/Slots/Amount/Slot.json"
    "bot/Banking/BotLocales/en_US/Intents/Transfer/Slots/Payee/Slot.json"
    "bot/Banking/BotLocales/en_US/SlotTypes/CardNumber/SlotType.json"
    "bot/Banking/BotLocales/en_US/SlotTypes/Payee/SlotType.json"
    "bot/Banking/BotLocales/en_US/SlotTypes/Zip/SlotType.json"
    "bot/Manifest.json"
    "hook/hook.py"
    "test.toml");

const FLIGHTS: &[File] = files!("flights":
    "bot/Flights/Bot.json"
    "bot/Flights/BotLocales/en_US/BotLocale.json"
    "bot/Flights/BotLocales/en_US/Intents/BookFlight/Intent.json"
    "bot/Flights/BotLocales/en_US/Intents/BookFlight/Slots/DepartureCity/Slot.json"
    "bot/Flights/BotLocales/en_US/Intents/BookFlight/Slots/DestinationCity/Slot.json"
    "bot/Flights/BotLocales/en_US/Intents/BookFlight/Slots/TravelDate/Slot.json"
    "bot/Flights/BotLocales/en_US/Intents/FallbackIntent/Intent.json"
    "bot/Manifest.json"
    "test.toml");

/// An example bot.
pub(crate) struct Example {
    /// The bot's name.
    pub(crate) name: &'static str,
    /// What its things are called: log group, roles, function.
    word: &'static str,
    files: &'static [File],
}

/// What was made.
pub(crate) struct Made {
    pub(crate) bot: String,
    pub(crate) alias: String,
    pub(crate) group: String,
}

pub(super) fn run(args: &BotsExampleArgs) -> Result<Verdict> {
    let example = Example::of(args.which);
    if let Some(folder) = &args.write {
        example.write(folder)?;
        return Ok(Verdict::Fine);
    }
    let made = example.make(Remote::new(&args.remote)?)?;
    let mut out = out::plain();
    writeln!(out, "{}", example.story(&made, args.remote.endpoint_url.as_deref()))
        .map_err(|error| Fault::output(&error))?;
    Ok(Verdict::Fine)
}

impl Example {
    /// The one that is meant.
    pub(crate) const fn of(which: ExampleArg) -> Self {
        match which {
            ExampleArg::Banking => Self { name: "Banking", word: "banking", files: BANKING },
            ExampleArg::Flights => Self { name: "Flights", word: "flights", files: FLIGHTS },
        }
    }

    /// Writes its files below a folder; none that is there is written over.
    fn write(&self, folder: &Path) -> Result<()> {
        for file in self.files {
            let path = folder.join(file.path);
            let above = path.parent().unwrap_or(folder);
            std::fs::create_dir_all(above).map_err(|error| Fault::file(above, &error))?;
            let new = std::fs::OpenOptions::new().write(true).create_new(true).open(&path);
            new.and_then(|mut new| new.write_all(file.content))
                .map_err(|error| Fault::file(&path, &error))?;
        }
        out::say(&format!("{} files in {}", self.files.len(), folder.display()));
        Ok(())
    }

    /// Makes it.
    pub(crate) fn make(&self, remote: Remote) -> Result<Made> {
        let lex = Lex { remote };
        if lex.bots(&[])?.iter().any(|bot| bot.name == self.name) {
            return Err(Fault::usage(format!(
                "there is a bot `{0}` already: talk with it by `sotto chat {0} --alias live`, or delete it first",
                self.name
            )));
        }
        let group = format!("/bots/{}", self.word);
        let arn = self.group(&lex.remote, &group)?;
        let trust = |service: &str| {
            json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]})
        };
        let role = format!("sotto-{}-bot", self.word);
        let role = self.role(&lex.remote, (&role, &trust("lexv2.amazonaws.com")), &[&arn])?;
        let function = match self.has_hook() {
            true => Some(self.function(&lex.remote, &trust("lambda.amazonaws.com"))?),
            false => None,
        };
        let bot = self.import(&lex, &role)?;
        build(&lex, &bot, LOCALE)?;
        let version = self.version(&lex, &bot)?;
        let alias = self.alias(&lex, &bot, (&version, &arn, function.as_deref()))?;
        Ok(Made { bot: bot.id, alias, group })
    }

    fn has_hook(&self) -> bool {
        self.files.iter().any(|file| file.path.starts_with("hook/"))
    }

    /// A log group with a policy; its ARN.
    fn group(&self, remote: &Remote, name: &str) -> Result<String> {
        there(remote.json(("logs", "CreateLogGroup"), &json!({"logGroupName": name})))?;
        let document = crate::logs::document_of(&format!("sotto-{}", self.word), &MASKED);
        remote.json(
            ("logs", "PutDataProtectionPolicy"),
            &json!({"logGroupIdentifier": name, "policyDocument": document}),
        )?;
        let found =
            remote.all(("logs", "DescribeLogGroups"), &json!({"logGroupNamePrefix": name}), "logGroups")?;
        let own = found.iter().find(|group| text(group, "logGroupName") == name);
        let arn = own.map(|group| text(group, "arn").trim_end_matches(":*").to_owned());
        arn.ok_or_else(|| Fault::unavailable(format!("the log group `{name}` was made and is not listed")))
    }

    /// A role that writes to log groups; its ARN.
    fn role(&self, remote: &Remote, (name, trust): (&str, &Json), groups: &[&str]) -> Result<String> {
        let input = json!({"RoleName": name, "AssumeRolePolicyDocument": trust.to_string()});
        there(remote.json(("iam", "CreateRole"), &input))?;
        let on: Vec<String> = groups.iter().flat_map(|arn| [(*arn).to_owned(), format!("{arn}:*")]).collect();
        let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": on,
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"]}]});
        let input = json!({"RoleName": name, "PolicyName": "logs", "PolicyDocument": policy.to_string()});
        remote.json(("iam", "PutRolePolicy"), &input)?;
        let found = remote.json(("iam", "GetRole"), &json!({"RoleName": name}))?;
        let arn = found.pointer("/Role/Arn").and_then(Json::as_str).map(str::to_owned);
        arn.ok_or_else(|| Fault::unavailable(format!("the role `{name}` was made and has no ARN")))
    }

    /// The code hook, with a log group of its own; its ARN.
    fn function(&self, remote: &Remote, trust: &Json) -> Result<String> {
        let name = format!("sotto-{}", self.word);
        let group = self.group(remote, &format!("/aws/lambda/{name}"))?;
        let role = self.role(remote, (&format!("{name}-function"), trust), &[&group])?;
        let archive = || packed(self.files, "hook/");
        for _ in 1..TRIES_MAX {
            let input = Output::new()
                .with("FunctionName", own(&name))
                .with("Runtime", own("python3.13"))
                .with("Handler", own("hook.lambda_handler"))
                .with("Role", own(&role))
                .with("Timeout", 10)
                .with("MemorySize", 128)
                .with("Code", Output::new().with("ZipFile", client::bytes(archive()?)));
            match remote.ask("lambda", "CreateFunction", input) {
                Ok(_) => break,
                Err(error) if error.code() == "ResourceConflictException" => {
                    let input = Output::new()
                        .with("FunctionName", own(&name))
                        .with("ZipFile", client::bytes(archive()?));
                    remote.ask("lambda", "UpdateFunctionCode", input)?;
                    break;
                }
                // A role that AWS does not know everywhere yet.
                Err(error) if error.code() == "InvalidParameterValueException" => std::thread::sleep(PAUSE),
                Err(error) => return Err(error.into()),
            }
        }
        for _ in 0..TRIES_MAX {
            let found =
                remote.json(("lambda", "GetFunctionConfiguration"), &json!({"FunctionName": name}))?;
            if text(&found, "State") != "Pending" {
                return Ok(text(&found, "FunctionArn").to_owned());
            }
            std::thread::sleep(PAUSE);
        }
        Err(Fault::unavailable(format!("the function `{name}` is not ready")))
    }

    /// The bot, out of its export.
    fn import(&self, lex: &Lex, role: &str) -> Result<Bot> {
        let upload = lex.ask("CreateUploadUrl", &json!({}))?;
        let import = text(&upload, "importId").to_owned();
        lex.remote.put(&url(text(&upload, "uploadUrl")), &packed(self.files, "bot/")?)?;
        let meant = json!({"botName": self.name, "roleArn": role, "dataPrivacy": {"childDirected": false},
            "idleSessionTTLInSeconds": 300});
        let input = json!({"importId": import, "mergeStrategy": "FailOnConflict",
            "resourceSpecification": {"botImportSpecification": meant}});
        lex.ask("StartImport", &input)?;
        let done =
            wait(lex, ("DescribeImport", &json!({"importId": import})), "importStatus", &["InProgress"])?;
        if text(&done, "importStatus") != "Completed" {
            let reasons = done.get("failureReasons").cloned().unwrap_or_default();
            return Err(Fault::unavailable(format!(
                "the import ended with {}: {reasons}",
                text(&done, "importStatus")
            )));
        }
        Ok(Bot { id: text(&done, "importedResourceId").to_owned(), name: self.name.to_owned() })
    }

    fn version(&self, lex: &Lex, bot: &Bot) -> Result<String> {
        let of = json!({LOCALE: {"sourceBotVersion": "DRAFT"}});
        let made =
            lex.ask("CreateBotVersion", &json!({"botId": bot.id, "botVersionLocaleSpecification": of}))?;
        let version = text(&made, "botVersion").to_owned();
        let place = json!({"botId": bot.id, "botVersion": version});
        // A version is not there at once at AWS.
        for _ in 0..TRIES_MAX {
            match lex.ask("DescribeBotVersion", &place) {
                Ok(found) if text(&found, "botStatus") == "Available" => return Ok(version),
                Err(error) if error.code() != "ResourceNotFoundException" => return Err(error.into()),
                _ => std::thread::sleep(PAUSE),
            }
        }
        Err(Fault::unavailable(format!("version {version} of `{}` is not available", self.name)))
    }

    /// The alias `live`, with conversation logs and the code hook; its id.
    fn alias(
        &self,
        lex: &Lex,
        bot: &Bot,
        (version, group, function): (&str, &str, Option<&str>),
    ) -> Result<String> {
        let hook = function
            .map(|arn| json!({"lambdaCodeHook": {"lambdaARN": arn, "codeHookInterfaceVersion": "1.0"}}));
        let settings = json!({LOCALE: {"enabled": true, "codeHookSpecification": hook}});
        let log = json!({"enabled": true, "destination": {"cloudWatch": {"cloudWatchLogGroupArn": group, "logPrefix": "live/"}}});
        let input = json!({"botId": bot.id, "botAliasName": "live", "botVersion": version,
            "botAliasLocaleSettings": settings, "conversationLogSettings": {"textLogSettings": [log]}});
        let made = lex.ask("CreateBotAlias", &input)?;
        let alias = text(&made, "botAliasId").to_owned();
        if let Some(function) = function {
            // Only this alias may call the function: `arn:PARTITION:logs:REGION:ACCOUNT` are the group's, too.
            let parts: Vec<&str> = group.split(':').collect();
            let [_, partition, _, region, account, ..] = parts.as_slice() else {
                return Err(Fault::unavailable("the ARN of the log group is not as expected"));
            };
            let source = format!("arn:{partition}:lex:{region}:{account}:bot-alias/{}/{alias}", bot.id);
            let input = json!({"FunctionName": function, "StatementId": format!("bot-{alias}"), "Action": "lambda:InvokeFunction",
                "Principal": "lexv2.amazonaws.com", "SourceArn": source});
            lex.remote.json(("lambda", "AddPermission"), &input)?;
        }
        let place = json!({"botId": bot.id, "botAliasId": alias});
        wait(lex, ("DescribeBotAlias", &place), "botAliasStatus", &["Creating"])?;
        Ok(alias)
    }

    /// What to go on with.
    pub(crate) fn story(&self, made: &Made, endpoint: Option<&str>) -> String {
        let endpoint = endpoint.map_or_else(String::new, |url| format!(" --endpoint-url {url}"));
        let first = if self.word == "banking" { "sign in" } else { "book a flight" };
        format!(
            "Bot {0} is made: id {1}, alias live ({2}), conversation log {3}.\n    \
             sotto chat {0} --alias live{endpoint}\n    \
             sotto bots inventory {0}{endpoint}\n    \
             sotto bots example {4} --write {4} && sotto bots test {4}/test.toml{endpoint}\n    \
             aws lexv2-runtime recognize-text --bot-id {1} --bot-alias-id {2} --locale-id {LOCALE} --session-id one \
             --text \"{first}\"{endpoint}\n    \
             aws logs tail {3}{endpoint}",
            self.name, made.bot, made.alias, made.group, self.word
        )
    }
}

/// What is there already stays.
fn there(answer: Result<Json, NotAnswered>) -> Result<(), NotAnswered> {
    match answer {
        Err(error)
            if matches!(
                error.code(),
                "ResourceAlreadyExistsException" | "EntityAlreadyExists" | "EntityAlreadyExistsException"
            ) =>
        {
            Ok(())
        }
        answer => answer.map(drop),
    }
}

/// The files below a folder as an archive.
fn packed(files: &[File], folder: &str) -> Result<RawBytes> {
    let entry = |file: &File| {
        let path = file.path.strip_prefix(folder)?;
        Some((PathBuf::from(path), false, RawBytes::new(file.content.to_vec())))
    };
    let files: Vec<_> = files.iter().filter_map(entry).collect();
    pack(&files).map_err(|error| Fault::unavailable(error.to_string()))
}

#[expect(clippy::disallowed_methods, reason = "a URL that the service gave out for exactly this")]
fn url(text: &str) -> Public<String> {
    Public::from_pinned_text(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_conversation::archive::open_archive;
    use sotto_conversation::bot::{Classification, Id};
    use sotto_conversation::check::check;
    use sotto_conversation::import::{Warning, import};
    use std::collections::BTreeSet;

    /// The files below `examples/bots/NAME`, as they are on disk.
    fn on_disk(name: &str) -> BTreeSet<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/bots").join(name);
        let (mut found, mut folders) = (BTreeSet::new(), vec![root.clone()]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    if !path.ends_with("__pycache__") {
                        folders.push(path);
                    }
                } else {
                    found.insert(path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        found
    }

    #[test]
    fn every_file_of_an_example_is_part_of_the_program() {
        for which in [ExampleArg::Banking, ExampleArg::Flights] {
            let example = Example::of(which);
            let own: BTreeSet<String> = example.files.iter().map(|file| file.path.to_owned()).collect();
            assert_eq!(own, on_disk(example.word));
        }
    }

    #[test]
    fn sensitive_slots_of_examples_are_obfuscated_and_imports_have_nothing_odd() {
        for which in [ExampleArg::Banking, ExampleArg::Flights] {
            let archive = packed(Example::of(which).files, "bot/").unwrap();
            let files = open_archive(&archive, None).unwrap();
            let mut number = 0;
            let mut id = || {
                number += 1;
                Id::parse(&format!("ID{number:08}")).unwrap()
            };
            let imported = import(&files, 0, &mut id).unwrap();
            let is_new = |warning: &Warning| matches!(warning, Warning::NewIds { .. });
            assert!(imported.warnings.iter().all(is_new), "{:?}", imported.warnings);
            for locale in &imported.locales {
                assert_eq!(check(locale), []);
                for (intent, slot) in locale.slots() {
                    let sensitive = slot.classification() != Classification::Low;
                    assert!(!sensitive || slot.is_obfuscated(), "{}.{}", intent.name, slot.name);
                }
            }
        }
    }
}
