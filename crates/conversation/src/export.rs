//! What stands in an export? A manifest, the bot, and a file for each locale, intent, slot and slot type, as AWS's real exports have
//! them: `Manifest.json` with `metaData` and schema version `1`, and `null` where there is nothing.
//!
//! Equal bots give equal bytes. Instants and classifications stay behind: the first are of this server, and a file with members of
//! our own would not go back to AWS.

use crate::archive::File;
use crate::bot::{BotSettings, BotVersion, Dialect, Id, Intent, Locale, Name, Shape, Slot, SlotType, Tree};
use crate::files::joined;
use crate::languages::language_name;

/// What is exported.
#[derive(Clone, Copy, Debug)]
pub struct Export<'e> {
    /// The bot's name.
    pub name: &'e Name,
    /// Its id.
    pub id: &'e Id,
    /// Which version.
    pub version: BotVersion,
    /// Its settings; none for an export of one locale.
    pub settings: Option<&'e BotSettings>,
    /// Its locales, or the one that is exported.
    pub locales: &'e [Locale],
}

/// The name of the file beside an intent that holds where its blocks stand in the console.
pub(crate) const FLOW: &str = "ConversationFlow.json";

impl Export<'_> {
    /// The files of the export.
    pub fn files(&self) -> Vec<File> {
        let resource = if self.settings.is_some() { "BOT" } else { "BOT_LOCALE" };
        let head = vec![
            ("schemaVersion", Tree::text("1")),
            ("fileFormat", Tree::text("LexJson")),
            ("resourceType", Tree::text(resource)),
        ];
        let manifest = joined(vec![("metaData", joined(head, Tree::Null))], Tree::Null);
        let mut files = vec![file("Manifest.json".to_owned(), &manifest)];
        if let Some(settings) = self.settings {
            let beside = vec![
                ("name", Tree::text(self.name.as_str())),
                ("identifier", Tree::text(self.id.as_str())),
                ("version", Tree::text(&self.version.to_string())),
            ];
            files.push(file(
                format!("{}/Bot.json", self.name),
                &joined(beside, settings.write(Dialect::Export)),
            ));
        }
        for locale in self.locales {
            locale.export(&format!("{}/BotLocales/{}", self.name, locale.id), &mut files);
        }
        files
    }
}

impl Locale {
    fn export(&self, folder: &str, files: &mut Vec<File>) {
        let beside = vec![
            ("name", Tree::text(language_name(&self.id).unwrap_or(self.id.as_str()))),
            ("identifier", Tree::text(self.id.as_str())),
            ("version", Tree::Null),
        ];
        let settings = self.settings.write(Dialect::Export);
        files.push(file(format!("{folder}/BotLocale.json"), &joined(beside, settings)));
        for intent in &self.intents {
            intent.export(&format!("{folder}/Intents/{}", intent.name), files);
        }
        for one in &self.slot_types {
            files.push(file(format!("{folder}/SlotTypes/{}/SlotType.json", one.name), &one.exported()));
        }
        for (path, content) in &self.attachments {
            files.push(File { path: format!("{folder}/{}", path.read()), content: bytes(content.read()) });
        }
    }
}

impl Intent {
    fn export(&self, folder: &str, files: &mut Vec<File>) {
        let beside =
            vec![("name", Tree::text(self.name.as_str())), ("identifier", Tree::text(self.id.as_str()))];
        files.push(file(
            format!("{folder}/Intent.json"),
            &joined(beside, self.settings.write(Dialect::Export)),
        ));
        for slot in &self.slots {
            files.push(file(format!("{folder}/Slots/{}/Slot.json", slot.name), &slot.exported()));
        }
    }
}

impl Slot {
    fn exported(&self) -> Tree {
        let beside =
            vec![("name", Tree::text(self.name.as_str())), ("identifier", Tree::text(self.id.as_str()))];
        joined(beside, self.settings.write(Dialect::Export))
    }
}

impl SlotType {
    fn exported(&self) -> Tree {
        let beside =
            vec![("name", Tree::text(self.name.as_str())), ("identifier", Tree::text(self.id.as_str()))];
        joined(beside, self.settings.write(Dialect::Export))
    }
}

fn file(path: String, tree: &Tree) -> File {
    File { path, content: tree.to_pretty_json() }
}

fn bytes(text: &str) -> sotto_sensitive::RawBytes {
    sotto_sensitive::RawBytes::new(text.as_bytes().to_vec())
}
