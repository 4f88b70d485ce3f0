//! Which policies stand in these files and directories?
//!
//! The kind of a document is told by an option, by the end of its file's name (`NAME.scp.json`), or guessed from its shape. An
//! account export brings users and roles with everything that is attached to them.

use crate::args::KindArg;
use crate::fault::Fault;
use crate::inputs::Source;
use crate::out;
use anyhow::Result;
use sotto_iam::analysis::{EXPORT_BYTES_MAX, Estate, guess};
use sotto_iam::{Attached, Policy, PolicyKind};
use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::slice;

/// Most files of one set.
const FILES_MAX: usize = 10_000;
/// What is said where nothing would be allowed.
const GRANTED: &str = "sotto: these policies only take away; asked as if everything were granted beside them";

impl KindArg {
    /// The kind.
    pub(crate) fn kind(self) -> PolicyKind {
        match self {
            Self::Identity => PolicyKind::Identity,
            Self::Boundary => PolicyKind::Boundary,
            Self::Session => PolicyKind::Session,
            Self::Resource => PolicyKind::Resource,
            Self::Trust => PolicyKind::Trust,
            Self::Key => PolicyKind::KeyPolicy,
            Self::Scp => PolicyKind::Scp,
            Self::Rcp => PolicyKind::Rcp,
        }
    }

    /// The kind that the end of a name tells.
    fn of_name(path: &Path) -> Option<Self> {
        let inner = Path::new(path.file_stem()?).extension()?.to_str()?;
        clap::ValueEnum::from_str(inner, true).ok()
    }
}

/// A document as it was read.
pub(crate) struct Document {
    /// The file's name as given.
    pub(crate) name: String,
    pub(crate) text: String,
    /// `None` where it must be guessed.
    pub(crate) told: Option<PolicyKind>,
}

impl Document {
    /// Its kind, told or guessed.
    pub(crate) fn kind(&self) -> PolicyKind {
        self.told.unwrap_or_else(|| guess(&self.text))
    }
}

/// Reads files, and all `.json` files of directories, in the order of their names.
pub(crate) fn documents(paths: &[PathBuf], kind: Option<KindArg>) -> Result<Vec<Document>> {
    let mut documents = Vec::new();
    for path in paths {
        for file in files(path)? {
            if documents.len() == FILES_MAX {
                return Err(Fault::usage(format!(
                    "there are more than {FILES_MAX} files; name fewer directories"
                )));
            }
            let told = kind.or_else(|| KindArg::of_name(&file)).map(KindArg::kind);
            documents.push(Document { name: Source::of(&file).name(), text: read(&file)?, told });
        }
    }
    Ok(documents)
}

fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if path.as_os_str() == "-" || !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let walk = ignore::WalkBuilder::new(path).standard_filters(false).sort_by_file_name(OsStr::cmp).build();
    let mut found = Vec::new();
    for entry in walk {
        let entry =
            entry.map_err(|_| Fault::unavailable(format!("`{}` cannot be listed", path.display())))?;
        let json = entry.path().extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
        if json && entry.path().is_file() && found.len() <= FILES_MAX {
            found.push(entry.into_path());
        }
    }
    if found.is_empty() {
        return Err(Fault::usage(format!("`{}` holds no `.json` file", path.display())));
    }
    Ok(found)
}

fn read(path: &Path) -> Result<String> {
    let source = Source::of(path);
    let reader: Box<dyn Read> = match &source {
        Source::StandardInput => Box::new(std::io::stdin()),
        Source::File(path) => Box::new(std::fs::File::open(path).map_err(|error| Fault::file(path, &error))?),
    };
    let mut bytes = Vec::new();
    let bound = EXPORT_BYTES_MAX as u64 + 1;
    reader.take(bound).read_to_end(&mut bytes).map_err(|error| source.fault(&error))?;
    if bytes.len() > EXPORT_BYTES_MAX {
        return Err(Fault::usage(format!("`{}` is larger than {EXPORT_BYTES_MAX} bytes", source.name())));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Fault::usage(format!("`{}` is not UTF-8 at byte {at}", source.name()))
    })
}

/// All policies of files and directories, ready to be asked. Where they only take away, everything is granted beside them, which is
/// said.
pub(crate) fn asked(paths: &[PathBuf], kind: Option<KindArg>) -> Result<Estate> {
    let estate = estate(paths, kind)?;
    if !estate.only_takes_away() {
        return Ok(estate);
    }
    out::say(GRANTED);
    Ok(estate.granting_everything())
}

/// The same for two sets that are compared.
pub(crate) fn compared(before: &PathBuf, after: &PathBuf, kind: Option<KindArg>) -> Result<[Estate; 2]> {
    let pair = [estate(slice::from_ref(before), kind)?, estate(slice::from_ref(after), kind)?];
    if !pair.iter().all(Estate::only_takes_away) {
        return Ok(pair);
    }
    out::say(GRANTED);
    Ok(pair.map(Estate::granting_everything))
}

/// All policies of files and directories.
fn estate(paths: &[PathBuf], kind: Option<KindArg>) -> Result<Estate> {
    let mut estate = Estate::default();
    for document in documents(paths, kind)? {
        if document.told.is_none() && Estate::is_export(&document.text) {
            let export = Estate::from_export(&document.text);
            let export = export.map_err(|error| Fault::usage(format!("{}: {error}", document.name)))?;
            estate.subjects.extend(export.subjects);
            estate.owned.extend(export.owned);
        } else {
            let policy = Policy::parse(&document.text, document.kind());
            let policy = policy.map_err(|problems| Fault::usage(format!("{}:{problems}", document.name)))?;
            estate.loose.push(Attached::inline(&document.name, policy));
        }
    }
    Ok(estate)
}
