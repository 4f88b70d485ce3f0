//! Which bot is meant, and what does the service say of it? Bots, aliases and locales by name or id, over the operations of Lex V2.

use crate::args::RemoteArgs;
use crate::fault::Fault;
use crate::remote::{NotAnswered, Remote};
use anyhow::Result;
use serde_json::{Value as Json, json};

/// The alias that always means the draft (Lex V2 Developer Guide, "Testing a bot").
pub(crate) const TEST_ALIAS: &str = "TSTALIASID";

/// A service with bots.
pub(crate) struct Lex {
    pub(crate) remote: Remote,
}

/// A bot.
#[derive(Clone, Debug)]
pub(crate) struct Bot {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// The text of a member; nothing where there is none.
pub(crate) fn text<'j>(json: &'j Json, member: &str) -> &'j str {
    json.get(member).and_then(Json::as_str).unwrap_or_default()
}

impl Lex {
    /// The service that the options name.
    pub(crate) fn new(args: &RemoteArgs) -> Result<Self> {
        Ok(Self { remote: Remote::new(args)? })
    }

    /// Asks the build API.
    pub(crate) fn ask(&self, operation: &'static str, input: &Json) -> Result<Json, NotAnswered> {
        self.remote.json(("lexv2-models", operation), input)
    }

    /// All items of a list of the build API.
    pub(crate) fn all(
        &self,
        operation: &'static str,
        input: &Json,
        list: &str,
    ) -> Result<Vec<Json>, NotAnswered> {
        self.remote.all(("lexv2-models", operation), input, list)
    }

    /// The bots of these names or ids; all where none is named.
    pub(crate) fn bots(&self, named: &[String]) -> Result<Vec<Bot>> {
        let found = self.all("ListBots", &json!({}), "botSummaries")?;
        let of =
            |bot: &Json| Bot { id: text(bot, "botId").to_owned(), name: text(bot, "botName").to_owned() };
        let all: Vec<Bot> = found.iter().map(of).collect();
        if named.is_empty() {
            return Ok(all);
        }
        let meant = |word: &String| {
            let found = all.iter().find(|bot| bot.id == *word || bot.name == *word).cloned();
            found.ok_or_else(|| Fault::usage(format!("there is no bot `{word}` in this account and Region")))
        };
        named.iter().map(meant).collect()
    }

    /// The bot of this name or id.
    pub(crate) fn bot(&self, named: &str) -> Result<Bot> {
        let found = self.bots(&[named.to_owned()])?;
        found.into_iter().next().ok_or_else(|| Fault::usage(format!("there is no bot `{named}`")))
    }

    /// The aliases of a bot as they are described, that of the draft among them.
    pub(crate) fn aliases(&self, bot: &Bot) -> Result<Vec<Json>> {
        let listed = self.all("ListBotAliases", &json!({"botId": bot.id}), "botAliasSummaries")?;
        let mut ids: Vec<&str> = listed.iter().map(|alias| text(alias, "botAliasId")).collect();
        if !ids.contains(&TEST_ALIAS) {
            ids.push(TEST_ALIAS);
        }
        let mut aliases = Vec::new();
        for id in ids {
            match self.ask("DescribeBotAlias", &json!({"botId": bot.id, "botAliasId": id})) {
                Ok(alias) => aliases.push(alias),
                // A bot may have none of the draft yet.
                Err(error) if id == TEST_ALIAS && error.code() == "ResourceNotFoundException" => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(aliases)
    }

    /// The alias of this name or id, as it is described.
    pub(crate) fn alias(&self, bot: &Bot, named: &str) -> Result<Json> {
        let found = self.aliases(bot)?.into_iter().find(|alias| is_meant(alias, named));
        found.ok_or_else(|| Fault::usage(format!("bot `{}` has no alias `{named}`", bot.name)))
    }

    /// The locales of a version, in order.
    pub(crate) fn locales(&self, bot: &Bot, version: &str) -> Result<Vec<String>, NotAnswered> {
        let input = json!({"botId": bot.id, "botVersion": version});
        let found = self.all("ListBotLocales", &input, "botLocaleSummaries")?;
        let mut ids: Vec<String> = found.iter().map(|locale| text(locale, "localeId").to_owned()).collect();
        ids.sort();
        Ok(ids)
    }
}

/// Whether an alias is the one of this name or id.
pub(crate) fn is_meant(alias: &Json, named: &str) -> bool {
    [text(alias, "botAliasId"), text(alias, "botAliasName")].contains(&named)
}
