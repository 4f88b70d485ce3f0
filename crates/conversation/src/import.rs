//! What does an export hold, whoever made it? Documentation and real exports differ, and tools write others again; all are taken,
//! and what was odd is told.
//!
//! A bot is found by its files, not by the manifest, which may be missing or spelled in three ways. Folders are those of the real
//! exports; which folder lies above does not matter, so that an archive of the folder around it is one, too. Ids are kept where
//! they are ids, and made where they are `""`. What is of the wrong kind fails the import as a whole, with its places.

use crate::Words;
use crate::archive::File;
use crate::bot::{
    BotSettings, Id, Intent, Locale, LocaleId, Name, Problem, Reader, Shape, Slot, SlotType, Tree, TreeError,
};
use crate::export::FLOW;
use crate::files::split;
use sotto_sensitive::{RawBytes, RawText};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// Most warnings of a report.
pub const WARNINGS_MAX: usize = 500;
/// Most intents, slots and slot types of a locale (Lex V2 quotas: 1,000 intents, 4,000 slots, 250 slot types).
pub const PARTS_MAX: usize = 5_250;
/// Most locales of a bot.
pub const LOCALES_MAX: usize = 64;

/// What an export holds.
#[derive(Debug)]
pub struct Imported {
    /// The bot's name, where the export says it.
    pub name: Option<Name>,
    /// The bot's settings; none where the export is of a locale.
    pub settings: Option<BotSettings>,
    /// Its locales.
    pub locales: Vec<Locale>,
    /// What was odd.
    pub warnings: Vec<Warning>,
}

/// What was odd, and what was made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// There is no manifest.
    NoManifest,
    /// The manifest says another format or version.
    Manifest,
    /// Nothing says whether logs may show a slot's value: they may not.
    ObfuscationUnset {
        /// Where.
        locale: LocaleId,
        /// Whose.
        intent: Name,
        /// Which.
        slot: Name,
    },
    /// Members that this release does not know are kept and have no effect.
    UnknownMembers {
        /// In which file, by the checked names of what it is about.
        of: String,
        /// How many.
        count: usize,
    },
    /// Files that belong to nothing.
    FilesLeftOut {
        /// How many.
        count: usize,
    },
    /// Ids that were missing or no ids were made.
    NewIds {
        /// How many.
        count: usize,
    },
    /// A slot has a type that the locale does not have.
    UnknownSlotType {
        /// Where.
        locale: LocaleId,
        /// Whose.
        intent: Name,
        /// Which.
        slot: Name,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoManifest => {
                f.write_str("there is no Manifest.json; the files were taken for what they are")
            }
            Self::Manifest => f.write_str("the manifest names another format than LexJson of version 1"),
            Self::ObfuscationUnset { locale, intent, slot } => write!(
                f,
                "slot `{slot}` of intent `{intent}` ({locale}) has no obfuscation setting: its values are obfuscated"
            ),
            Self::UnknownMembers { of, count } => {
                write!(f, "{of} has {count} members that this release does not know: kept, without effect")
            }
            Self::FilesLeftOut { count } => write!(f, "{count} files belong to no locale and were left out"),
            Self::NewIds { count } => write!(f, "{count} ids were missing and were made"),
            Self::UnknownSlotType { locale, intent, slot } => {
                write!(f, "slot `{slot}` of intent `{intent}` ({locale}) has a type that is not there")
            }
        }
    }
}

/// Why an export cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// There is no bot in it.
    #[error("the archive holds no Bot.json and no BotLocale.json")]
    Empty,
    /// A file is no JSON.
    #[error("{of}: {error}")]
    Json {
        /// Which, by the checked names of what it is about.
        of: String,
        /// What is wrong.
        error: TreeError,
    },
    /// A thing has no name, or one that is no name.
    #[error("{of} has no valid name")]
    Name {
        /// Which kind of thing.
        of: &'static str,
    },
    /// Two things have one name.
    #[error("{of} occurs twice")]
    Twice {
        /// Which.
        of: String,
    },
    /// Members are of the wrong kind.
    #[error("{}", said(.0))]
    Members(Vec<Problem>),
    /// More than a bot may have.
    #[error("the archive holds more locales, intents, slots or slot types than a bot may have")]
    TooMany,
}

fn said(problems: &[Problem]) -> String {
    let said: Vec<String> = problems.iter().take(10).map(ToString::to_string).collect();
    said.join("; ")
}

/// Reads an export. `id` gives a new id each time; `now` is when everything was made.
///
/// # Errors
/// [`ImportError`].
pub fn import(files: &[File], now: u64, id: &mut dyn FnMut() -> Id) -> Result<Imported, ImportError> {
    let mut importer = Importer::new(files, now, id);
    importer.manifest()?;
    let (name, settings) = importer.bot()?;
    let folders = importer.folders("BotLocale.json");
    if settings.is_none() && folders.is_empty() {
        return Err(ImportError::Empty);
    }
    if folders.len() > LOCALES_MAX {
        return Err(ImportError::TooMany);
    }
    let mut locales: Vec<Locale> = Vec::new();
    for folder in folders {
        let locale = importer.locale(&folder)?;
        if locales.iter().any(|other| other.id == locale.id) {
            return Err(ImportError::Twice { of: format!("locale `{}`", locale.id) });
        }
        locales.push(locale);
    }
    importer.finish();
    Ok(Imported { name, settings, locales, warnings: importer.warnings })
}

/// The files that are not read yet, and what was found on the way.
struct Importer<'i> {
    files: BTreeMap<&'i str, &'i RawBytes>,
    used: BTreeSet<String>,
    ids: BTreeSet<Id>,
    now: u64,
    id: &'i mut dyn FnMut() -> Id,
    made: usize,
    warnings: Vec<Warning>,
}

impl<'i> Importer<'i> {
    fn new(files: &'i [File], now: u64, id: &'i mut dyn FnMut() -> Id) -> Self {
        let files = files.iter().map(|file| (file.path.as_str(), &file.content)).collect();
        let (used, ids) = (BTreeSet::new(), BTreeSet::new());
        Self { files, used, ids, now, id, made: 0, warnings: Vec::new() }
    }

    fn warn(&mut self, warning: Warning) {
        if self.warnings.len() < WARNINGS_MAX {
            self.warnings.push(warning);
        }
    }

    /// The path of a file, in whatever case.
    fn path(&self, wanted: &str) -> Option<String> {
        if self.files.contains_key(wanted) {
            return Some(wanted.to_owned());
        }
        let found = self.files.keys().find(|path| path.eq_ignore_ascii_case(wanted));
        found.map(|path| (*path).to_owned())
    }

    /// Folders that hold a file of this name.
    fn folders(&self, name: &str) -> Vec<String> {
        let folder = |path: &&str| {
            let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
            file.eq_ignore_ascii_case(name).then(|| folder.to_owned())
        };
        self.files.keys().filter_map(folder).collect()
    }

    /// Folders right below `above/group` that hold a file of this name.
    fn below(&self, above: &str, group: &str, name: &str) -> Vec<String> {
        let parent = if above.is_empty() { group.to_owned() } else { format!("{above}/{group}") };
        let is_below = |folder: &String| {
            folder.rsplit_once('/').is_some_and(|(parent_of, _)| parent_of.eq_ignore_ascii_case(&parent))
        };
        self.folders(name).into_iter().filter(is_below).collect()
    }

    /// A file as a tree; `of` says what it is about.
    fn tree(&mut self, path: &str, of: &str) -> Result<Option<Tree>, ImportError> {
        let Some(path) = self.path(path) else { return Ok(None) };
        let Some(content) = self.files.get(path.as_str()) else { return Ok(None) };
        let tree = Tree::read(content).map_err(|error| ImportError::Json { of: of.to_owned(), error })?;
        self.used.insert(path);
        Ok(Some(tree))
    }

    fn manifest(&mut self) -> Result<(), ImportError> {
        let folder = self.folders("Manifest.json").into_iter().min_by_key(String::len);
        let Some(folder) = folder else {
            self.warn(Warning::NoManifest);
            return Ok(());
        };
        let manifest = self.tree(&within(&folder, "Manifest.json"), "the manifest")?.unwrap_or_default();
        let data =
            ["metaData", "metadata"].iter().find_map(|name| manifest.member(name)).unwrap_or(&manifest);
        let text = |member: &str| data.member(member).and_then(Tree::as_words).map(Words::read);
        let known = text("fileFormat").is_none_or(|format| format.eq_ignore_ascii_case("LexJson"))
            && text("schemaVersion").is_none_or(|version| matches!(version, "1" | "1.0"));
        if !known {
            self.warn(Warning::Manifest);
        }
        Ok(())
    }

    fn bot(&mut self) -> Result<(Option<Name>, Option<BotSettings>), ImportError> {
        let folder = self.folders("Bot.json").into_iter().min_by_key(String::len);
        let Some(folder) = folder else { return Ok((None, None)) };
        let tree = self.tree(&within(&folder, "Bot.json"), "Bot.json")?.unwrap_or_default();
        let (beside, settings) = split(&tree, &["name", "identifier", "version"]);
        let name = name_of(&beside, &folder, "the bot")?;
        Ok((Some(name), Some(self.settings(&settings, "bot", "Bot.json")?)))
    }

    fn locale(&mut self, folder: &str) -> Result<Locale, ImportError> {
        let tree = self.tree(&within(folder, "BotLocale.json"), "BotLocale.json")?.unwrap_or_default();
        let (beside, settings) = split(&tree, &["name", "identifier", "version"]);
        let last = folder.rsplit('/').next().unwrap_or_default();
        let id = word(&beside, "identifier").and_then(|text| LocaleId::parse(text).ok());
        let id = id.or_else(|| LocaleId::parse(last).ok()).ok_or(ImportError::Name { of: "a locale" })?;
        self.ids.clear();
        let of = format!("BotLocale.json of `{id}`");
        let mut locale = Locale::new(id, self.now);
        locale.settings = self.settings(&settings, "botLocale", &of)?;
        for folder in self.below(folder, "SlotTypes", "SlotType.json") {
            let one = self.slot_type(&folder)?;
            unique(locale.slot_type(one.name.as_str()).is_some(), "slot type", &one.name)?;
            locale.slot_types.push(Arc::new(one));
        }
        for folder in self.below(folder, "Intents", "Intent.json") {
            let intent = self.intent(&folder, &locale.id)?;
            unique(locale.intent(intent.name.as_str()).is_some(), "intent", &intent.name)?;
            locale.intents.push(Arc::new(intent));
        }
        let parts = locale.intents.iter().map(|intent| 1 + intent.slots.len()).sum::<usize>()
            + locale.slot_types.len();
        if parts > PARTS_MAX {
            return Err(ImportError::TooMany);
        }
        self.attach(folder, &mut locale);
        self.check_types(&locale);
        Ok(locale)
    }

    /// What else lies in the folder of a locale goes out again as it came: lists of words for speech, places of blocks.
    #[expect(clippy::disallowed_methods, reason = "files that are kept become words")]
    fn attach(&mut self, folder: &str, locale: &mut Locale) {
        let above = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let wanted = |path: &&&str| {
            path.strip_prefix(above.as_str()).is_some_and(|below| {
                below.starts_with("CustomVocabulary/") || below.rsplit('/').next() == Some(FLOW)
            })
        };
        let found: Vec<&str> = self.files.keys().filter(wanted).copied().collect();
        for path in found {
            let content =
                self.files.get(path).and_then(|content| String::from_utf8(content.expose().to_vec()).ok());
            if let (Some(content), Some(below)) = (content, path.strip_prefix(above.as_str())) {
                locale.attachments.push((below.into(), Words::new(RawText::new(content))));
                self.used.insert(path.to_owned());
            }
        }
    }

    fn check_types(&mut self, locale: &Locale) {
        let missing = |slot: &Slot| {
            slot.type_name()
                .is_some_and(|name| !name.starts_with("AMAZON.") && locale.slot_type(name).is_none())
        };
        for (intent, slot) in locale.slots().filter(|(_, slot)| missing(slot)) {
            let (locale, intent, slot) = (locale.id.clone(), intent.name.clone(), slot.name.clone());
            self.warn(Warning::UnknownSlotType { locale, intent, slot });
        }
    }

    fn intent(&mut self, folder: &str, locale: &LocaleId) -> Result<Intent, ImportError> {
        let tree = self.tree(&within(folder, "Intent.json"), "an Intent.json")?.unwrap_or_default();
        let (beside, settings) = split(&tree, &["name", "identifier"]);
        let name = name_of(&beside, folder, "an intent")?;
        let of = format!("intent `{name}` ({locale})");
        let settings = self.settings(&settings, "intent", &of)?;
        let id = self.id_of(&beside);
        let mut intent =
            Intent { id, name, created: self.now, updated: self.now, slots: Vec::new(), settings };
        for folder in self.below(folder, "Slots", "Slot.json") {
            let slot = self.slot(&folder, locale, &intent.name)?;
            unique(intent.slot(slot.name.as_str()).is_some(), "slot", &slot.name)?;
            intent.slots.push(Arc::new(slot));
        }
        Ok(intent)
    }

    fn slot(&mut self, folder: &str, locale: &LocaleId, intent: &Name) -> Result<Slot, ImportError> {
        let tree = self.tree(&within(folder, "Slot.json"), "a Slot.json")?.unwrap_or_default();
        let (beside, settings) = split(&tree, &["name", "identifier"]);
        let name = name_of(&beside, folder, "a slot")?;
        let of = format!("slot `{name}` of intent `{intent}` ({locale})");
        let settings = self.settings::<crate::bot::SlotSettings>(&settings, "slot", &of)?;
        if settings.obfuscation.is_none() {
            let (locale, intent, slot) = (locale.clone(), intent.clone(), name.clone());
            self.warn(Warning::ObfuscationUnset { locale, intent, slot });
        }
        let (id, now) = (self.id_of(&beside), self.now);
        Ok(Slot { id, name, created: now, updated: now, classification: None, settings })
    }

    fn slot_type(&mut self, folder: &str) -> Result<SlotType, ImportError> {
        let tree = self.tree(&within(folder, "SlotType.json"), "a SlotType.json")?.unwrap_or_default();
        let (beside, settings) = split(&tree, &["name", "identifier"]);
        let name = name_of(&beside, folder, "a slot type")?;
        let settings = self.settings(&settings, "slotType", &format!("slot type `{name}`"))?;
        Ok(SlotType { id: self.id_of(&beside), name, created: self.now, updated: self.now, settings })
    }

    fn settings<T: Shape>(&mut self, tree: &Tree, kind: &'static str, of: &str) -> Result<T, ImportError> {
        let mut reader = Reader::of(kind);
        let read = T::read(tree, &mut reader);
        if reader.unknown > 0 {
            self.warn(Warning::UnknownMembers { of: of.to_owned(), count: reader.unknown });
        }
        match reader.problems.is_empty() {
            true => Ok(read),
            false => Err(ImportError::Members(reader.problems)),
        }
    }

    /// The id that the file names, unless it is none or is taken.
    fn id_of(&mut self, beside: &[(Words, Tree)]) -> Id {
        let named = word(beside, "identifier").and_then(|text| Id::parse(text).ok());
        if let Some(id) = named.filter(|id| !self.ids.contains(id)) {
            self.ids.insert(id.clone());
            return id;
        }
        self.made += 1;
        let id = (self.id)();
        self.ids.insert(id.clone());
        id
    }

    fn finish(&mut self) {
        if self.made > 0 {
            self.warn(Warning::NewIds { count: self.made });
        }
        let count = self.files.len() - self.used.len();
        if count > 0 {
            self.warn(Warning::FilesLeftOut { count });
        }
    }
}

fn unique(taken: bool, kind: &str, name: &Name) -> Result<(), ImportError> {
    if taken { Err(ImportError::Twice { of: format!("{kind} `{name}`") }) } else { Ok(()) }
}

fn within(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn word<'b>(beside: &'b [(Words, Tree)], member: &str) -> Option<&'b str> {
    beside
        .iter()
        .find(|(key, _)| key.read() == member)
        .and_then(|(_, value)| value.as_words())
        .map(Words::read)
}

/// The name that the file says, or that of its folder.
fn name_of(beside: &[(Words, Tree)], folder: &str, of: &'static str) -> Result<Name, ImportError> {
    let said = word(beside, "name").unwrap_or_else(|| folder.rsplit('/').next().unwrap_or_default());
    Name::parse(said).map_err(|_| ImportError::Name { of })
}

#[cfg(test)]
#[path = "import/tests.rs"]
mod tests;
