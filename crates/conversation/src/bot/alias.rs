//! What does an alias say? Which languages are on, which function is called, and what of its conversations is written down
//! (the API's `DescribeBotAlias`).

use super::shape::{List, Table, choices, shapes};
use super::tree::Tree;
use crate::Words;
use sotto_arn::LogGroupArn;
use sotto_public::Public;

/// Most characters of the prefix of names of log streams: what comes behind it must fit into such a name.
pub const LOG_PREFIX_CHARS_MAX: usize = 400;

choices! {
    /// How far the obfuscation of an alias's logs goes: a setting of ours.
    pub enum LogMode {
        /// Values of obfuscated slots appear nowhere.
        #[default]
        Strict = "strict",
        /// As AWS documents it, gaps included.
        Compat = "compat",
    }
}

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
        /// How far obfuscation goes; no member of the API.
        log_mode: Option<LogMode> = "sottoLogMode",
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

    /// How far obfuscation goes.
    pub fn log_mode(&self) -> LogMode {
        self.log_mode.unwrap_or_default()
    }

    /// Where text is written down, all of it.
    pub fn text_logs(&self) -> impl Iterator<Item = &TextLog> {
        self.logs.iter().flat_map(|logs| logs.text.iter()).filter(|log| log.enabled)
    }

    /// Where text is written down, when it is.
    pub fn text_log(&self) -> Option<&TextLog> {
        self.logs.as_ref()?.text.first().filter(|log| log.enabled)
    }
}

impl CloudWatchDestination {
    /// The log group; nothing where the name is none.
    pub fn log_group(&self) -> Option<LogGroupArn> {
        let arn = self.group.read();
        LogGroupArn::parse(arn.strip_suffix(":*").unwrap_or(arn)).ok()
    }

    /// How names of streams begin; nothing where they cannot begin so (CloudWatch Logs API Reference, `CreateLogStream`).
    #[expect(clippy::disallowed_methods, reason = "the beginning of names of log streams, which are public")]
    pub fn stream_prefix(&self) -> Option<Public<String>> {
        let prefix = self.prefix.read();
        let fits = prefix.chars().count() <= LOG_PREFIX_CHARS_MAX
            && !prefix.contains(|c: char| matches!(c, ':' | '*') || c.is_control());
        fits.then(|| Public::from_pinned_text(prefix.to_owned()))
    }
}

impl TextLog {
    /// Whether only slots are written down that a session attribute names.
    pub fn is_selective(&self) -> bool {
        self.selective.unwrap_or(false)
    }
}
