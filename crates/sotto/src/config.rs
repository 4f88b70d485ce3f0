//! What does a file of settings say? Identifiers, own patterns, values never reported, fields and columns.
//!
//! The format is described in docs/configuration.md. Settings are used only when `--config` names them: nothing is picked up
//! from the current directory, where a log file's author might have put it.

use crate::fault::Fault;
use anyhow::Result;
use serde::Deserialize;
use sotto_detect::{CustomIdentifier, IdentifierFile};
use sotto_public::Foreign;
use std::path::{Path, PathBuf};

/// Most bytes of a file of settings or of an identifier.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// A file of settings.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// What to look for, in the words of `--identifiers`.
    #[serde(default)]
    pub(crate) identifiers: Vec<String>,
    /// Identifier files of the user's own, relative to this file.
    #[serde(default)]
    pub(crate) identifier_files: Vec<PathBuf>,
    /// Values that are never reported.
    #[serde(default)]
    pub(crate) allow: Vec<String>,
    /// What happens to published test cards.
    pub(crate) test_cards: Option<TestCardsWord>,
    /// Whether values in disguise are looked for.
    pub(crate) disguises: Option<DisguisesWord>,
    /// Lowest score that is reported.
    pub(crate) min_score: Option<f64>,
    /// Patterns of the user's own.
    #[serde(default)]
    pub(crate) custom: Vec<CustomIdentifier>,
    /// JSON fields.
    #[serde(default)]
    pub(crate) fields: Choice,
    /// CSV columns.
    #[serde(default)]
    pub(crate) columns: Choice,
    /// How CSV is written.
    #[serde(default)]
    pub(crate) csv: CsvWords,
    /// The server.
    #[serde(default)]
    #[cfg_attr(not(feature = "server"), expect(dead_code, reason = "read where there is a server"))]
    pub(crate) serve: ServeWords,
}

/// The server, in the words of its options; paths are relative to the directory sotto is started in.
#[derive(Deserialize, Default, Clone)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ServeWords {
    /// Addresses and ports.
    pub(crate) listen: Vec<std::net::SocketAddr>,
    /// Directory of its data.
    pub(crate) data: Option<PathBuf>,
    /// A PostgreSQL database instead of the embedded store.
    pub(crate) storage: Option<String>,
    /// Account id of the management account.
    pub(crate) account: Option<String>,
    /// Whether plain HTTP is answered everywhere.
    pub(crate) allow_plain: bool,
    /// Further names of the certificate.
    pub(crate) names: Vec<String>,
    /// Certificate chain of the operator's own.
    pub(crate) cert: Option<PathBuf>,
    /// Its key.
    pub(crate) key: Option<PathBuf>,
    /// Whether TLS clients must have a certificate.
    pub(crate) require_client_cert: bool,
    /// Files with signing keys, by issuer.
    pub(crate) jwks: std::collections::BTreeMap<String, PathBuf>,
    /// File with the token that reads metrics.
    pub(crate) metrics_token_file: Option<PathBuf>,
    /// What happens to names that hold something sensitive.
    pub(crate) sensitive_names: Option<NamesWord>,
    /// Directory of log segments.
    pub(crate) objects: Option<PathBuf>,
    /// The query engine's program.
    pub(crate) insights: Option<PathBuf>,
    /// What addresses of deliveries may begin with.
    pub(crate) deliver_to: Vec<String>,
    /// Who hears at once of findings and unmasks.
    pub(crate) alarm_to: Option<String>,
    /// Certificates that deliveries believe.
    pub(crate) deliver_ca: Option<PathBuf>,
    /// Whether groups without any data protection policy are stored as they come.
    pub(crate) no_default_policy: bool,
    /// Whether there is no page at `/console`.
    pub(crate) no_console: bool,
    /// Requests that are worked on at one time.
    pub(crate) requests_max: Option<u16>,
    /// Threads that answer.
    pub(crate) threads: Option<u16>,
    /// Seconds that running requests get at the end.
    pub(crate) grace: Option<u64>,
    /// File with the root key.
    pub(crate) root_key_file: Option<PathBuf>,
    /// PKCS#11 tokens, by cluster id.
    pub(crate) devices: std::collections::BTreeMap<String, DeviceWords>,
    /// ARN of the KMS key that signs the trail's checkpoints.
    pub(crate) trail_key: Option<String>,
    /// Seconds between two checkpoints.
    pub(crate) checkpoint_every: Option<u64>,
    /// Files and addresses that get every checkpoint.
    pub(crate) checkpoint_to: Vec<String>,
    /// How many days backups of the keys of data subjects are kept.
    pub(crate) subject_backup_days: Option<u64>,
    /// How functions are run.
    pub(crate) functions: FunctionsWords,
    /// Ways in without a signature.
    pub(crate) intake: Vec<IntakeWords>,
    /// How much is logged.
    pub(crate) log: Option<LogWord>,
}

/// How functions are run.
#[derive(Deserialize, Default, Clone)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct FunctionsWords {
    /// Whether they are run at all; where nothing is said, when each has a user of its own.
    pub(crate) enabled: Option<bool>,
    /// Python's interpreter.
    pub(crate) python: Option<PathBuf>,
    /// A folder with awslambdaric and what functions import.
    pub(crate) python_packages: Option<PathBuf>,
    /// Node.
    pub(crate) node: Option<PathBuf>,
    /// Folder below which processes get theirs.
    pub(crate) folder: Option<PathBuf>,
    /// What else functions may read.
    pub(crate) readable: Vec<PathBuf>,
    /// Whether each function has a user of its own.
    pub(crate) own_users: Option<bool>,
    /// Processes at one time.
    pub(crate) processes_max: Option<u16>,
    /// Where functions find AWS's services.
    pub(crate) endpoint: Option<String>,
    /// Functions that are addresses.
    pub(crate) endpoints: Vec<EndpointWords>,
}

/// A function that is an address.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(feature = "server"), expect(dead_code, reason = "read and checked; only a server uses it"))]
pub(crate) struct EndpointWords {
    /// In which account it is a function.
    pub(crate) account: String,
    /// In which Region.
    pub(crate) region: String,
    /// Its name.
    pub(crate) name: String,
    /// Where it answers: https, or http on this machine.
    pub(crate) url: String,
    /// File with the bearer token that is shown there.
    pub(crate) bearer_file: Option<PathBuf>,
    /// Certificates that are believed instead of the system's.
    pub(crate) ca_file: Option<PathBuf>,
    /// Seconds that an answer may take.
    pub(crate) timeout: Option<u64>,
}

/// A way in without a signature.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(feature = "server"), expect(dead_code, reason = "read and checked; only a server uses it"))]
pub(crate) struct IntakeWords {
    /// What it is called: the session's name in the trail.
    pub(crate) name: String,
    /// File with the bearer token that is shown.
    pub(crate) token_file: Option<PathBuf>,
    /// The client certificate (PEM) that is shown.
    pub(crate) certificate: Option<PathBuf>,
    /// ARN of the role that it acts as.
    pub(crate) role: String,
    /// The Region of the group.
    pub(crate) region: String,
    /// The log group.
    pub(crate) group: String,
    /// The stream; the entrance's name when left out.
    pub(crate) stream: Option<String>,
    /// Address and port on which syslog is listened for.
    pub(crate) syslog: Option<std::net::SocketAddr>,
    /// Whether that is TLS.
    #[serde(default)]
    pub(crate) tls: bool,
}

/// A PKCS#11 token.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(feature = "server"), expect(dead_code, reason = "read and checked; only a server uses it"))]
pub(crate) struct DeviceWords {
    /// The vendor's library.
    pub(crate) module: PathBuf,
    /// The token's label.
    pub(crate) token: String,
    /// File with the user's PIN.
    pub(crate) pin_file: Option<PathBuf>,
    /// How many sessions ask it.
    pub(crate) workers: Option<usize>,
    /// Seconds that an answer is waited for.
    pub(crate) timeout: Option<u64>,
}

/// `accept` or `refuse`.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum NamesWord {
    Accept,
    Refuse,
}

/// How much is logged.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogWord {
    Off,
    Error,
    Warn,
    Info,
    Debug,
}

/// `report` or `ignore`.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TestCardsWord {
    Report,
    Ignore,
}

/// `on` or `off`.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DisguisesWord {
    On,
    Off,
}

/// Which fields or columns are looked at.
#[derive(Deserialize, Default, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choice {
    /// These alone; all where there are none.
    #[serde(default)]
    pub(crate) only: Vec<String>,
    /// None of these.
    #[serde(default)]
    pub(crate) without: Vec<String>,
}

/// How CSV is written.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CsvWords {
    /// One of `,` `;` `|` and the tabulator.
    pub(crate) delimiter: Option<char>,
    /// Whether the first record names the columns.
    pub(crate) header: bool,
}

impl Default for CsvWords {
    fn default() -> Self {
        Self { delimiter: None, header: true }
    }
}

impl Config {
    /// Reads a file of settings.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = read_text(path)?;
        let config: Self = toml::from_str(&text).map_err(|error| refused(path, &text, &error))?;
        if config.min_score.is_some_and(|score| !(0.0..=1.0).contains(&score)) {
            return Err(Fault::usage(format!("`{}`: `min_score` must be from 0 to 1", path.display())));
        }
        Ok(config)
    }

    /// The identifier files that it names.
    pub(crate) fn read_identifiers(&self, path: &Path) -> Result<Vec<IdentifierFile>> {
        let folder = path.parent().unwrap_or(Path::new(""));
        self.identifier_files.iter().map(|file| read_identifier(&folder.join(file))).collect()
    }
}

/// Reads one identifier file.
pub(crate) fn read_identifier(path: &Path) -> Result<IdentifierFile> {
    let text = read_text(path)?;
    IdentifierFile::parse(&text).map_err(|error| Fault::usage(format!("`{}`: {error}", path.display())))
}

/// The text of a file that configures something.
pub(crate) fn read_text(path: &Path) -> Result<String> {
    let size = std::fs::metadata(path).map_err(|error| Fault::file(path, &error))?.len();
    if size > FILE_BYTES_MAX {
        let message =
            format!("`{}` has {size} bytes; settings have at most {FILE_BYTES_MAX}", path.display());
        return Err(Fault::usage(message));
    }
    let bytes = std::fs::read(path).map_err(|error| Fault::file(path, &error))?;
    let text = String::from_utf8(bytes);
    text.map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Fault::usage(format!("`{}`: byte {at} is not UTF-8", path.display()))
    })
}

/// The place of a mistake; its words could be those of the allow list.
fn refused(path: &Path, text: &str, error: &toml::de::Error) -> anyhow::Error {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let (line, column) = (before.matches('\n').count() + 1, before.len() - line_start + 1);
    let foreign = Foreign::new("toml", "the settings are not as expected").at(line, column);
    Fault::usage(format!("`{}`: {foreign}; see docs/configuration.md for the format", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sotto.toml");
        #[expect(clippy::disallowed_methods, reason = "a test writes its own input")]
        std::fs::write(&path, text).unwrap();
        Config::read(&path)
    }

    #[test]
    fn settings_are_read() {
        let config = read(
            "identifiers = ['structured']\nallow = ['x']\ntest_cards = 'ignore'\ndisguises = 'off'\nmin_score = 0.5\n\
             [fields]\nonly = ['a.b']\n[columns]\nwithout = ['id']\n[csv]\ndelimiter = ';'\n\
             [[custom]]\nid = 'Badge'\nregex = 'B-\\d{4}'\n",
        );
        let config = config.unwrap();
        assert_eq!((config.identifiers.len(), config.custom.len(), config.csv.header), (1, 1, true));
    }

    #[test]
    fn mistakes_have_a_place_and_show_no_value() {
        for (text, expected) in [
            ("allow = 'canary-4111'", "line 1, column 9"),
            ("\nidentifier = []", "line 2"),
            ("min_score = 1.5", "from 0 to 1"),
            ("[[custom]]\nid = 'canary-4111'", "line 1"),
        ] {
            let error = format!("{:#}", read(text).err().unwrap());
            assert!(error.contains(expected) && !error.contains("canary"), "{error}");
        }
    }
}
