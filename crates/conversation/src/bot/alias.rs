//! What does an alias say? Which languages are on, which function is called, and what of its conversations is written down
//! (the API's `DescribeBotAlias`).

use super::shape::{List, Table, shapes};
use super::tree::Tree;
use crate::Words;

shapes! {
    /// The function that is called.
    pub struct LambdaHook {
        /// Its ARN.
        function: Words = "lambdaARN",
        /// The form of its events: `1.0`.
        version: Words = "codeHookInterfaceVersion",
    }

    /// Which function is called.
    pub struct CodeHook {
        /// The function.
        lambda: LambdaHook = "lambdaCodeHook",
    }

    /// What holds for one language.
    pub struct LocaleAccess {
        /// Whether it is on.
        enabled: bool = "enabled",
        /// Which function is called.
        hook: Option<CodeHook> = "codeHookSpecification",
    }

    /// A log group.
    pub struct CloudWatchDestination {
        /// Its ARN.
        group: Words = "cloudWatchLogGroupArn",
        /// How names of its streams begin.
        prefix: Words = "logPrefix",
    }

    /// Where text goes.
    pub struct TextDestination {
        /// A log group.
        cloud_watch: CloudWatchDestination = "cloudWatch",
    }

    /// Whether and where text is written down.
    pub struct TextLog {
        /// Whether it is.
        enabled: bool = "enabled",
        /// Where.
        destination: TextDestination = "destination",
        /// Whether only slots are that a session attribute names.
        selective: Option<bool> = "selectiveLoggingEnabled",
    }

    /// What is written down.
    pub struct ConversationLogs {
        /// Text; one at most.
        text: List<TextLog> = "textLogSettings",
        /// Speech, refused where it is enabled.
        audio: List<Tree> = "audioLogSettings",
    }

    /// Everything of an alias but its name, id and version.
    pub struct AliasSettings {
        /// What its author says of it.
        description: Option<Words> = "description",
        /// By the id of the locale.
        locales: Table<LocaleAccess> = "botAliasLocaleSettings",
        /// What is written down.
        logs: Option<ConversationLogs> = "conversationLogSettings",
        /// Moods, kept and not used.
        sentiment: Option<Tree> = "sentimentAnalysisSettings",
    }
}

impl AliasSettings {
    /// Whether a language is on: where nothing is said of it, it is.
    pub fn is_enabled(&self, locale: &str) -> bool {
        self.locales.is_empty() || self.locales.find(locale).is_some_and(|access| access.enabled)
    }

    /// The function of a language.
    pub fn hook(&self, locale: &str) -> Option<&LambdaHook> {
        self.locales.find(locale)?.hook.as_ref().map(|hook| &hook.lambda)
    }

    /// Where text is written down, when it is.
    pub fn text_log(&self) -> Option<&TextLog> {
        self.logs.as_ref()?.text.first().filter(|log| log.enabled)
    }
}

impl TextLog {
    /// Whether only slots are written down that a session attribute names.
    pub fn is_selective(&self) -> bool {
        self.selective.unwrap_or(false)
    }
}
