//! What stands in the place of a value? The style that was asked for, with its key and scope.
//!
//! A key comes from a file or from the environment, never from the command line, where other users of the machine and the
//! shell's history would see it. One line break at its end is not part of it.

use crate::args::{MaskArgs, StyleArg};
use crate::fault::Fault;
use anyhow::Result;
use sotto_protect::{Masker, Numbers, Scope, ScopeKind, Style, TokenKey};
use std::path::Path;
use std::sync::Arc;
use zeroize::{Zeroize, Zeroizing};

/// Environment variable with the key of tokens.
const KEY_VARIABLE: &str = "SOTTO_TOKEN_KEY";
/// Longest key, in bytes.
const KEY_BYTES_MAX: u64 = 64 << 10;
/// Bytes of randomness behind the numbers of one document.
const ENTROPY_BYTES: usize = 32;

/// Makes a masker for each document.
pub(crate) struct Styles {
    style: StyleArg,
    token: Option<(Arc<TokenKey>, ScopeArg)>,
}

/// How far tokens reach.
enum ScopeArg {
    /// Each document by itself.
    Document,
    Named(Scope),
}

impl Styles {
    /// Reads what the options name.
    pub(crate) fn new(args: &MaskArgs) -> Result<Self> {
        let token = match args.style {
            StyleArg::Token => Some((Arc::new(key(args.token_key_file.as_deref())?), scope(&args.scope)?)),
            _ => None,
        };
        Ok(Self { style: args.style, token })
    }

    /// The masker for a document of that name.
    pub(crate) fn masker(&self, document: &str) -> Result<Arc<Masker>> {
        let style = match (self.style, &self.token) {
            (StyleArg::Token, Some((key, scope))) => {
                Style::Token { key: Arc::clone(key), scope: scope.of(document)? }
            }
            (StyleArg::Asterisks | StyleArg::Token, _) => Style::Asterisks,
            (StyleArg::Label, _) => Style::Label,
            (StyleArg::Last4, _) => Style::LastFour,
            (StyleArg::Numbered, _) => Style::Numbered(numbers()?),
        };
        Ok(Arc::new(Masker::new(style)))
    }
}

impl ScopeArg {
    fn of(&self, document: &str) -> Result<Scope> {
        match self {
            Self::Named(scope) => Ok(scope.clone()),
            Self::Document => Scope::new(ScopeKind::Document, document)
                .map_err(|error| Fault::usage(format!("--scope: {error}"))),
        }
    }
}

fn numbers() -> Result<Numbers> {
    let mut entropy = Zeroizing::new(vec![0; ENTROPY_BYTES]);
    getrandom::fill(&mut entropy).map_err(|_| Fault::unavailable("the system gives no random bytes"))?;
    Numbers::new(entropy).map_err(|error| Fault::unavailable(error.to_string()))
}

fn scope(text: &str) -> Result<ScopeArg> {
    let (word, name) = text.split_once(':').map_or((text, None), |(word, name)| (word, Some(name)));
    let kind = ScopeKind::from_word(word).ok_or_else(|| {
        let known = ScopeKind::ALL.map(ScopeKind::word).join(", ");
        Fault::usage(format!("--scope: there is no kind `{word}`; there are {known}"))
    })?;
    match name {
        None if kind == ScopeKind::Document => Ok(ScopeArg::Document),
        None => Err(Fault::usage(format!("--scope: {word} needs a name, such as `{word}:payments`"))),
        Some(name) => Scope::new(kind, name)
            .map(ScopeArg::Named)
            .map_err(|error| Fault::usage(format!("--scope: {error}"))),
    }
}

fn key(file: Option<&Path>) -> Result<TokenKey> {
    let (source, mut bytes) = match file {
        Some(path) => (format!("`{}`", path.display()), key_of_file(path)?),
        None => (KEY_VARIABLE.to_owned(), key_of_environment()?),
    };
    for end in [b'\n', b'\r'] {
        if bytes.last() == Some(&end) {
            bytes.pop();
        }
    }
    TokenKey::new(bytes).map_err(|error| Fault::usage(format!("{source}: {error}")))
}

fn key_of_file(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let size = std::fs::metadata(path).map_err(|error| Fault::file(path, &error))?.len();
    if size > KEY_BYTES_MAX {
        let path = path.display();
        return Err(Fault::usage(format!(
            "`{path}`: a key of {size} bytes; at most {KEY_BYTES_MAX} are read"
        )));
    }
    std::fs::read(path).map(Zeroizing::new).map_err(|error| Fault::file(path, &error))
}

fn key_of_environment() -> Result<Zeroizing<Vec<u8>>> {
    let Some(mut value) = std::env::var_os(KEY_VARIABLE).map(std::os::unix::ffi::OsStringExt::into_vec)
    else {
        let message =
            format!("--style token needs a key: name a file with --token-key-file or set {KEY_VARIABLE}");
        return Err(Fault::usage(message));
    };
    let bytes = Zeroizing::new(value.clone());
    value.zeroize();
    Ok(bytes)
}
