//! What must hold for every archive that somebody imports as a bot? It is refused, or what comes of it goes out and comes in again
//! as the same.

use sotto_conversation::archive::{CONTENT_BYTES_MAX, File, open_archive};
use sotto_conversation::bot::{BotVersion, Id, Locale, Name};
use sotto_conversation::check::check;
use sotto_conversation::export::Export;
use sotto_conversation::import::{Imported, import};
use sotto_sensitive::{RawBytes, RawText};

fn imported(files: &[File]) -> Option<Imported> {
    let mut count = 0_u128;
    let mut id = || {
        count += 1;
        Id::from_random(count.to_be_bytes())
    };
    match import(files, 1, &mut id) {
        Ok(bot) => Some(bot),
        Err(error) => {
            assert!(!error.to_string().contains("canary"));
            None
        }
    }
}

/// Archives are opened within bounds, with and without a password.
pub fn archive(input: &[u8]) {
    let (bytes, password) = (RawBytes::new(input.to_vec()), RawText::new("pw".into()));
    for password in [None, Some(&password)] {
        if let Ok(files) = open_archive(&bytes, password) {
            assert!(files.iter().map(|file| file.content.length()).sum::<usize>() <= CONTENT_BYTES_MAX);
            assert!(
                files.iter().all(|file| !file.path.split('/').any(|part| matches!(part, "" | "." | "..")))
            );
            round(&files);
        }
    }
}

/// A file of an export: the first byte says which, the rest is what it holds.
pub fn export(input: &[u8]) {
    const PLACES: [&str; 6] = [
        "Manifest.json",
        "B/Bot.json",
        "B/BotLocales/en_US/BotLocale.json",
        "B/BotLocales/en_US/Intents/I/Intent.json",
        "B/BotLocales/en_US/Intents/I/Slots/S/Slot.json",
        "B/BotLocales/en_US/SlotTypes/T/SlotType.json",
    ];
    let Some((which, rest)) = input.split_first() else { return };
    let chosen = usize::from(*which) % PLACES.len();
    let file = |(at, path): (usize, &&str)| File {
        path: (*path).to_owned(),
        content: RawBytes::new(if at == chosen { rest.to_vec() } else { b"{}".to_vec() }),
    };
    round(&PLACES.iter().enumerate().map(file).collect::<Vec<_>>());
}

fn round(files: &[File]) {
    let Some(bot) = imported(files) else { return };
    let (name, id) = (Name::parse("B").expect("a name"), Id::from_random([1; 16]));
    let files = |bot: &Imported| {
        let (settings, locales) = (bot.settings.as_ref(), bot.locales.as_slice());
        Export { name: &name, id: &id, version: BotVersion::Draft, settings, locales }.files()
    };
    for locale in &bot.locales {
        let _ = check(locale);
        assert!(Locale::from_resting(&locale.to_resting()).is_ok_and(|again| again == *locale));
    }
    if bot.settings.is_some() || !bot.locales.is_empty() {
        let again = imported(&files(&bot)).expect("an export is taken");
        let same = bot
            .locales
            .iter()
            .zip(&again.locales)
            .filter(|(one, other)| one.intents.len() == other.intents.len());
        assert_eq!(same.count(), bot.locales.len());
    }
}
