//! What was asked for? The command line over the section `[serve]` of the settings over what is usual.

use super::bounds;
use super::devices::devices;
use crate::args::{LogLevel, NamesAnswer, ServeArgs};
use crate::config::{Config, FunctionsWords, IntakeWords, LogWord, NamesWord, ServeWords};
use crate::fault::Fault;
use anyhow::Result;
use sotto_api::Names;
use sotto_kms::Devices;
use sotto_kms::keys::KeyArn;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// Where sotto listens when nothing is said: the port that AWS emulators have.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 4566);
/// Most addresses.
const LISTEN_MAX: usize = 16;
/// Most addresses of deliveries.
const DELIVER_TO_MAX: usize = 64;
/// Most issuers whose keys come from a file.
const ISSUERS_MAX: usize = 64;

/// Everything that `sotto serve` was told.
pub(crate) struct Options {
    pub(crate) listen: Vec<SocketAddr>,
    pub(crate) data: PathBuf,
    pub(crate) storage: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) allow_plain: bool,
    pub(crate) names: Vec<String>,
    pub(crate) own_certificate: Option<(PathBuf, PathBuf)>,
    pub(crate) require_client_cert: bool,
    pub(crate) jwks: Vec<(String, PathBuf)>,
    pub(crate) metrics_token_file: Option<PathBuf>,
    pub(crate) sensitive_names: Names,
    pub(crate) objects: Option<PathBuf>,
    pub(crate) insights: Option<PathBuf>,
    pub(crate) deliver_to: Vec<String>,
    pub(crate) alarm_to: Option<String>,
    pub(crate) deliver_ca: Option<PathBuf>,
    pub(crate) default_policy: bool,
    pub(crate) console: bool,
    pub(crate) functions: FunctionsWords,
    pub(crate) intake: Vec<IntakeWords>,
    pub(crate) requests_max: usize,
    pub(crate) threads: Option<usize>,
    pub(crate) grace: Duration,
    pub(crate) log: LogLevel,
    pub(crate) root_key_file: Option<PathBuf>,
    pub(crate) devices: Devices,
    pub(crate) trail_key: Option<KeyArn>,
    pub(crate) checkpoint_every: Duration,
    pub(crate) checkpoint_to: Vec<String>,
}

impl Options {
    /// Puts them together.
    pub(crate) fn new(args: ServeArgs) -> Result<Self> {
        let words = match &args.config {
            Some(path) => Config::read(path)?.serve,
            None => ServeWords::default(),
        };
        let jwks = if args.jwks.is_empty() { words.jwks.into_iter().collect() } else { issuers(&args.jwks)? };
        let chosen = Self {
            listen: first([args.listen, words.listen], || vec![LISTEN]),
            data: args.data.or(words.data).ok_or_else(|| {
                Fault::usage("say where the data is: --data DIR, SOTTO_DATA, or `data` in the settings")
            })?,
            storage: args.storage.or(words.storage),
            account: args.account.or(words.account),
            allow_plain: args.allow_plain || words.allow_plain,
            names: first([args.name, words.names], Vec::new),
            own_certificate: args.cert.zip(args.key).or(words.cert.zip(words.key)),
            require_client_cert: args.require_client_cert || words.require_client_cert,
            jwks,
            metrics_token_file: args.metrics_token_file.or(words.metrics_token_file),
            sensitive_names: sensitive_names(args.sensitive_names, words.sensitive_names),
            objects: args.objects.or(words.objects),
            insights: args.insights.or(words.insights),
            deliver_to: first([args.deliver_to, words.deliver_to], Vec::new),
            alarm_to: args.alarm_to.or(words.alarm_to),
            deliver_ca: args.deliver_ca.or(words.deliver_ca),
            default_policy: !(args.no_default_policy || words.no_default_policy),
            console: !(args.no_console || words.no_console),
            functions: words.functions,
            intake: words.intake,
            requests_max: args.requests_max.or(words.requests_max).map_or(bounds::REQUESTS_MAX, usize::from),
            threads: args.threads.or(words.threads).map(usize::from),
            grace: args.grace.or(words.grace).map_or(bounds::GRACE, Duration::from_secs),
            log: args.log.or(words.log.map(level)).unwrap_or_default(),
            root_key_file: args.root_key_file.or(words.root_key_file),
            devices: devices(&words.devices)?,
            trail_key: args.trail_key.or(words.trail_key).as_deref().map(key_arn).transpose()?,
            checkpoint_every: args
                .checkpoint_every
                .or(words.checkpoint_every)
                .map_or(bounds::CHECKPOINT_EVERY, Duration::from_secs),
            checkpoint_to: first([args.checkpoint_to, words.checkpoint_to], Vec::new),
        };
        chosen.checked()
    }

    fn checked(self) -> Result<Self> {
        if self.listen.len() > LISTEN_MAX {
            return Err(Fault::usage(format!("at most {LISTEN_MAX} addresses can be listened on")));
        }
        if self.jwks.len() > ISSUERS_MAX {
            return Err(Fault::usage(format!("at most {ISSUERS_MAX} issuers can have their keys in files")));
        }
        if self.deliver_to.len() > DELIVER_TO_MAX {
            return Err(Fault::usage(format!("at most {DELIVER_TO_MAX} addresses can be delivered to")));
        }
        if !bounds::CHECKPOINT_EVERY_RANGE.contains(&self.checkpoint_every) {
            return Err(Fault::usage("`checkpoint_every` is from 10 seconds to a day"));
        }
        if self.trail_key.is_none() && !self.checkpoint_to.is_empty() {
            return Err(Fault::usage("checkpoints are signed: name the key with --trail-key"));
        }
        if self.requests_max == 0 {
            return Err(Fault::usage("`requests_max` must be at least 1"));
        }
        if self.threads == Some(0) {
            return Err(Fault::usage("`threads` must be at least 1"));
        }
        Ok(self)
    }
}

fn key_arn(text: &str) -> Result<KeyArn> {
    KeyArn::parse(text).map_err(|error| Fault::usage(format!("--trail-key: {error}")))
}

fn first<T>(choices: [Vec<T>; 2], usual: impl FnOnce() -> Vec<T>) -> Vec<T> {
    choices.into_iter().find(|choice| !choice.is_empty()).unwrap_or_else(usual)
}

fn issuers(given: &[String]) -> Result<Vec<(String, PathBuf)>> {
    let split = |text: &String| {
        let (issuer, file) = text.rsplit_once('=')?;
        (issuer.starts_with("https://") && !file.is_empty()).then(|| (issuer.to_owned(), PathBuf::from(file)))
    };
    let all: Option<Vec<_>> = given.iter().map(split).collect();
    all.ok_or_else(|| Fault::usage("an issuer's keys are given as --jwks https://ISSUER=FILE"))
}

fn sensitive_names(args: Option<NamesAnswer>, words: Option<NamesWord>) -> Names {
    match (args, words) {
        (Some(NamesAnswer::Refuse), _) | (None, Some(NamesWord::Refuse)) => Names::Refuse,
        (Some(NamesAnswer::Accept), _) | (None, Some(NamesWord::Accept) | None) => Names::Accept,
    }
}

fn level(word: LogWord) -> LogLevel {
    match word {
        LogWord::Off => LogLevel::Off,
        LogWord::Error => LogLevel::Error,
        LogWord::Warn => LogLevel::Warn,
        LogWord::Info => LogLevel::Info,
        LogWord::Debug => LogLevel::Debug,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(args: ServeArgs) -> Result<Options> {
        Options::new(ServeArgs { data: args.data.or(Some("d".into())), ..args })
    }

    #[test]
    fn the_command_line_wins_over_settings_over_what_is_usual() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sotto.toml");
        let text =
            "[serve]\nlisten = ['127.0.0.1:1']\ngrace = 3\nlog = 'debug'\nsensitive_names = 'refuse'\n";
        crate::private::write(&path, text.as_bytes(), crate::private::Readers::All).unwrap();
        assert_eq!(with(ServeArgs::default()).unwrap().listen, [LISTEN]);
        let config = || ServeArgs { config: Some(path.clone()), ..ServeArgs::default() };
        let read = with(config()).unwrap();
        assert_eq!((read.listen[0].port(), read.grace.as_secs(), read.log), (1, 3, LogLevel::Debug));
        let usual = with(ServeArgs::default()).unwrap();
        assert_eq!((usual.sensitive_names, read.sensitive_names), (Names::Accept, Names::Refuse));
        let said = ServeArgs { sensitive_names: Some(NamesAnswer::Accept), ..config() };
        assert_eq!(with(said).unwrap().sensitive_names, Names::Accept);
        let both =
            with(ServeArgs { listen: vec!["[::1]:2".parse().unwrap()], grace: Some(4), ..config() }).unwrap();
        assert_eq!((both.listen[0].port(), both.grace.as_secs()), (2, 4));
    }

    #[test]
    fn bounds_hold_on_both_sides() {
        let listening = |count: usize| ServeArgs { listen: vec![LISTEN; count], ..ServeArgs::default() };
        assert!(with(listening(LISTEN_MAX)).is_ok() && with(listening(LISTEN_MAX + 1)).is_err());
        let issuers = |count: usize| ServeArgs {
            jwks: vec!["https://a.example=f".to_owned(); count],
            ..ServeArgs::default()
        };
        assert!(with(issuers(ISSUERS_MAX)).is_ok() && with(issuers(ISSUERS_MAX + 1)).is_err());
        let wrong = ServeArgs { jwks: vec!["http://a.example=f".to_owned()], ..ServeArgs::default() };
        assert!(with(wrong).is_err());
        assert!(Options::new(ServeArgs::default()).is_err());
    }
}
