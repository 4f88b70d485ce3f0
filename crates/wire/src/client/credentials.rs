//! With whose credentials, in which Region, at which endpoint? As AWS's own tools find them.
//!
//! AWS SDKs and Tools Reference Guide, "Standardized credential providers" and "Shared config and credentials files": the
//! environment first, unless a profile is named; then the profile in the shared files: keys, or a `credential_process` that
//! prints them. The environment comes as a value, so that tests have their own. Assuming roles from a profile and single
//! sign-on are not done here.

use crate::client::ClientError;
use crate::codec::top_text;
use crate::sigv4::{Credentials, word};
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use zeroize::Zeroizing;

/// Bytes of a shared file, and of what a credential process prints, at most.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Where settings are looked for.
#[derive(Clone, Default)]
pub struct Surroundings {
    variables: HashMap<String, Zeroizing<String>>,
    home: Option<PathBuf>,
}

impl Surroundings {
    /// Those of this process.
    pub fn of_process() -> Self {
        let named = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        let aws = named.filter(|(name, _)| name.starts_with("AWS_"));
        let variables =
            aws.filter_map(|(name, value)| Some((name, Zeroizing::new(value.into_string().ok()?)))).collect();
        Self { variables, home: std::env::home_dir() }
    }

    /// A folder as home and nothing in the environment.
    pub fn at_home(home: PathBuf) -> Self {
        Self { variables: HashMap::new(), home: Some(home) }
    }

    /// The same with a variable.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "a variable is kept as the environment would keep it")]
    pub fn with(mut self, name: &'static str, value: &RawText) -> Self {
        self.variables.insert(name.to_owned(), Zeroizing::new(value.expose().to_owned()));
        self
    }

    fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(|value| value.as_str()).filter(|value| !value.is_empty())
    }

    fn file(&self, variable: &str, name: &str) -> Option<Zeroizing<String>> {
        let named = self.variable(variable).map(PathBuf::from);
        let path = named.or_else(|| Some(self.home.as_ref()?.join(".aws").join(name)))?;
        let small = path.metadata().is_ok_and(|metadata| metadata.len() <= FILE_BYTES_MAX);
        if small { std::fs::read_to_string(path).ok().map(Zeroizing::new) } else { None }
    }
}

impl std::fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Surroundings({} variables)", self.variables.len())
    }
}

/// A profile's settings from both shared files.
pub struct Profile {
    settings: HashMap<String, Zeroizing<String>>,
    from_environment: bool,
    surroundings: Surroundings,
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Profile({} settings)", self.settings.len())
    }
}

impl Profile {
    /// The profile of a name, else the one that `AWS_PROFILE` names, else `default`.
    ///
    /// # Errors
    /// [`ClientError::Profile`] when a named one stands in neither file.
    pub fn find(name: Option<&Public<String>>, surroundings: Surroundings) -> Result<Self, ClientError> {
        let named = name.map(|name| name.get().as_str()).or_else(|| surroundings.variable("AWS_PROFILE"));
        let wanted = named.unwrap_or("default");
        let mut settings = HashMap::new();
        let config = surroundings.file("AWS_CONFIG_FILE", "config");
        let prefixed = format!("profile {wanted}");
        let in_config =
            section(config.as_deref(), |name| name == prefixed || (name == wanted && wanted == "default"));
        let credentials = surroundings.file("AWS_SHARED_CREDENTIALS_FILE", "credentials");
        // What both files have is taken from the file of credentials.
        for found in [in_config, section(credentials.as_deref(), |name| name == wanted)].into_iter().flatten()
        {
            settings.extend(found);
        }
        if named.is_some() && settings.is_empty() {
            return Err(ClientError::Profile);
        }
        Ok(Self { settings, from_environment: name.is_none(), surroundings })
    }

    fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(|value| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The credentials.
    ///
    /// # Errors
    /// [`ClientError::Credentials`] when there are none, or the process that should print them does not.
    pub fn credentials(&self) -> Result<Credentials, ClientError> {
        let variable = |name: &str| self.surroundings.variable(name).filter(|_| self.from_environment);
        let of_environment = credentials(|key| {
            variable(&format!("AWS_{}", key.trim_start_matches("aws_").to_ascii_uppercase()))
        });
        let of_files = || credentials(|key| self.setting(key));
        let of_process = || printed(self.setting("credential_process")?);
        of_environment.or_else(of_files).or_else(of_process).ok_or(ClientError::Credentials)
    }

    /// The Region, when one is set.
    pub fn region(&self) -> Option<Public<String>> {
        let variable = |name| self.surroundings.variable(name);
        let region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
        word(region.or_else(|| self.setting("region"))?.as_bytes())
    }

    /// The endpoint for a service, when one is set: `AWS_ENDPOINT_URL_LOGS`, `AWS_ENDPOINT_URL`, `endpoint_url`.
    pub(crate) fn endpoint(&self, service: &str) -> Option<String> {
        let variable = |name: &str| self.surroundings.variable(name);
        if variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") == Some("true") {
            return None;
        }
        let own = format!("AWS_ENDPOINT_URL_{}", service.to_ascii_uppercase().replace('-', "_"));
        let set =
            variable(&own).or_else(|| variable("AWS_ENDPOINT_URL")).or_else(|| self.setting("endpoint_url"));
        set.map(str::to_owned)
    }

    /// File of the certificates to trust, when one is set.
    pub(crate) fn ca_bundle(&self) -> Option<PathBuf> {
        self.surroundings.variable("AWS_CA_BUNDLE").or_else(|| self.setting("ca_bundle")).map(PathBuf::from)
    }
}

fn credentials<'a>(look: impl Fn(&'static str) -> Option<&'a str>) -> Option<Credentials> {
    let raw = |text: &str| RawText::new(text.to_owned());
    Some(Credentials {
        access_key: word(look("aws_access_key_id")?.as_bytes())?,
        secret: raw(look("aws_secret_access_key")?),
        token: look("aws_session_token").map(raw),
    })
}

/// The settings of a section of a shared file; nested ones (indented) are left out.
fn section(
    text: Option<&String>,
    wanted: impl Fn(&str) -> bool,
) -> Option<HashMap<String, Zeroizing<String>>> {
    let mut found: Option<HashMap<_, _>> = None;
    let mut inside = false;
    for line in text?.lines() {
        let plain = line.trim();
        if let Some(name) = plain.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            inside = wanted(name.trim());
            found = found.or_else(|| inside.then(HashMap::new));
        } else if inside
            && !line.starts_with([' ', '\t', '#', ';'])
            && let (Some((name, value)), Some(found)) = (plain.split_once('='), found.as_mut())
        {
            found.insert(name.trim().to_ascii_lowercase(), Zeroizing::new(value.trim().to_owned()));
        }
    }
    found
}

/// What a credential process prints: JSON with `Version` 1 ("Sourcing credentials with an external process").
#[expect(
    clippy::disallowed_methods,
    reason = "the caller's own credentials are read from what the process prints"
)]
fn printed(command: &str) -> Option<Credentials> {
    let words = words(command);
    let (program, arguments) = words.split_first()?;
    let output =
        Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let json = RawBytes::new(output.stdout);
    if !output.status.success() || u64::try_from(json.length()).is_ok_and(|length| length > FILE_BYTES_MAX) {
        return None;
    }
    let raw = |name| RawText::from_bytes(RawBytes::new(top_text(json.expose(), name)?)).ok();
    Some(Credentials {
        access_key: word(&top_text(json.expose(), "AccessKeyId")?)?,
        secret: raw("SecretAccessKey")?,
        token: raw("SessionToken"),
    })
}

/// The words of a command: parted by blanks, kept together by double quotes.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut begun) = (Vec::new(), String::new(), false, false);
    for c in command.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                begun = true;
            }
            c if c.is_whitespace() && !quoted => {
                if std::mem::take(&mut begun) {
                    words.push(std::mem::take(&mut word));
                }
            }
            c => {
                begun = true;
                word.push(c);
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> RawText {
        RawText::new(text.to_owned())
    }

    fn home(name: &str, config: &str, credentials: &str) -> PathBuf {
        let home = std::env::temp_dir().join(format!("sotto-wire-{}-{name}", std::process::id()));
        std::fs::create_dir_all(home.join(".aws")).unwrap();
        for (file, text) in [("config", config), ("credentials", credentials)] {
            let mut out = std::fs::File::create(home.join(".aws").join(file)).unwrap();
            std::io::Write::write_all(&mut out, text.as_bytes()).unwrap();
        }
        home
    }

    const CONFIG: &str = "[default]\nregion = eu-west-1\n[profile other]\nregion=us-west-2\nendpoint_url = http://localhost:1\n";
    const KEYS: &str = "# canary\n[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = canary\n\
                        [other]\naws_access_key_id=AKIDOTHER\naws_secret_access_key=canary\naws_session_token=t\n";

    #[test]
    fn the_environment_comes_first_unless_a_profile_is_named() {
        let home = home("order", CONFIG, KEYS);
        let plain = Surroundings::at_home(home.clone());
        let key = |name: Option<&'static str>, surroundings: &Surroundings| {
            let profile = Profile::find(name.map(Public::from).as_ref(), surroundings.clone()).unwrap();
            let key = profile.credentials().unwrap();
            (key.access_key.into_inner(), key.token.is_some(), profile.region().map(Public::into_inner))
        };
        let with = |key: &str, token: bool, region: &str| (key.to_owned(), token, Some(region.to_owned()));
        assert_eq!(key(None, &plain), with("AKIDDEFAULT", false, "eu-west-1"));
        assert_eq!(key(Some("other"), &plain), with("AKIDOTHER", true, "us-west-2"));
        let set = plain
            .with("AWS_ACCESS_KEY_ID", &raw("AKIDENV"))
            .with("AWS_SECRET_ACCESS_KEY", &raw("canary"))
            .with("AWS_REGION", &raw("eu-north-1"));
        assert_eq!(key(None, &set), with("AKIDENV", false, "eu-north-1"));
        assert_eq!(key(Some("other"), &set), with("AKIDOTHER", true, "eu-north-1"));
        let endpoint = |name: Option<&'static str>, set: &Surroundings, service: &str| {
            Profile::find(name.map(Public::from).as_ref(), set.clone()).unwrap().endpoint(service)
        };
        assert_eq!(endpoint(Some("other"), &set, "logs").as_deref(), Some("http://localhost:1"));
        let set = set.with("AWS_ENDPOINT_URL_LOGS", &raw("http://localhost:2"));
        assert_eq!(endpoint(Some("other"), &set, "logs").as_deref(), Some("http://localhost:2"));
        assert!(matches!(Profile::find(Some(&"none".into()), set), Err(ClientError::Profile)));
        std::fs::remove_dir_all(home).unwrap();
    }

    #[test]
    fn a_process_prints_credentials() {
        let json = r#"{\"Version\": 1, \"AccessKeyId\": \"AKIDPROCESS\", \"SecretAccessKey\": \"canary\"}"#;
        let script = format!("[default]\ncredential_process = /bin/echo \"{}\"\n", json.replace("\\\"", "'"));
        let home = home("process", &script, "");
        let profile = Profile::find(None, Surroundings::at_home(home.clone())).unwrap();
        // Single quotes are no JSON: what is printed is refused, and not repeated.
        let error = profile.credentials().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"));
        let file = home.join("keys.json");
        let mut out = std::fs::File::create(&file).unwrap();
        std::io::Write::write_all(&mut out, json.replace("\\\"", "\"").as_bytes()).unwrap();
        let found = printed(&format!("/bin/cat \"{}\"", file.display())).unwrap();
        assert_eq!(found.access_key.get(), "AKIDPROCESS");
        assert!(printed("/bin/false").is_none());
        std::fs::remove_dir_all(home).unwrap();
    }

    #[test]
    fn commands_are_parted_at_blanks_outside_of_quotes() {
        assert_eq!(words(r#"  /a/b  "c d" e"f g" "" "#), ["/a/b", "c d", "ef g", ""]);
        assert!(words("  ").is_empty());
    }
}
