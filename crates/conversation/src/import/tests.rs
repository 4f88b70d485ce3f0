//! Are exports of all spellings taken, and do they go out as they came in?

use super::*;
use crate::archive::{open_archive, write_archive};
use crate::bot::{BotVersion, ObfuscationKind};
use crate::export::Export;

fn file(path: &str, content: &str) -> File {
    File { path: path.to_owned(), content: RawBytes::new(content.as_bytes().to_vec()) }
}

fn ids() -> impl FnMut() -> Id {
    let mut count = 0_u128;
    move || {
        count += 1;
        Id::from_random(count.to_be_bytes())
    }
}

fn imported(files: &[File]) -> Result<Imported, ImportError> {
    import(files, 7, &mut ids())
}

const SLOT: &str = r#"{"name":"Phone","identifier":"","description":null,"slotTypeName":"AMAZON.PhoneNumber",
    "obfuscationSetting":null,"valueElicitationSetting":{"slotConstraint":"Required","promptSpecification":{
    "messageGroupsList":[{"message":{"plainTextMessage":{"value":"canary?"}},"variations":null}],"maxRetries":2}}}"#;

/// A bot of ours in the spelling of real exports.
fn real() -> Vec<File> {
    vec![
        file(
            "Manifest.json",
            r#"{"metaData":{"schemaVersion":"1","fileFormat":"LexJson","resourceType":"BOT"}}"#,
        ),
        file(
            "Shop/Bot.json",
            r#"{"name":"Shop","version":"DRAFT","identifier":"","dataPrivacy":{"childDirected":false},
            "idleSessionTTLInSeconds":300}"#,
        ),
        file(
            "Shop/BotLocales/en_US/BotLocale.json",
            r#"{"name":"English (US)","identifier":"en_US","version":null,
            "nluConfidenceThreshold":0.4,"voiceSettings":{"voiceId":"Ivy","engine":"neural"},"newSetting":{"a":[1]}}"#,
        ),
        file(
            "Shop/BotLocales/en_US/Intents/Order/Intent.json",
            r#"{"name":"Order","identifier":"ABCDE12345",
            "sampleUtterances":[{"utterance":"order {Phone}"}],"slotPriorities":[{"priority":1,"slotName":"Phone"}],
            "dialogCodeHook":{"enabled":true},"initialResponseSetting":{"conditional":{"isActive":true,
            "conditionalBranches":[{"name":"a","condition":{"expressionString":"(fn.IS_SET([x])"}}]}}}"#,
        ),
        file("Shop/BotLocales/en_US/Intents/Order/ConversationFlow.json", r#"{"blocks":[]}"#),
        file("Shop/BotLocales/en_US/Intents/Order/Slots/Phone/Slot.json", SLOT),
        file(
            "Shop/BotLocales/en_US/SlotTypes/Sort/SlotType.json",
            r#"{"name":"Sort","identifier":"SORT000001",
            "slotTypeValues":[{"sampleValue":{"value":"red"},"synonyms":[{"value":"crimson"}]}],
            "valueSelectionSetting":{"resolutionStrategy":"TOP_RESOLUTION","regexFilter":null},
            "parentSlotTypeSignature":null}"#,
        ),
        file("aliases.json", "[]"),
    ]
}

fn exported(bot: &Imported) -> Vec<File> {
    let name = bot.name.clone().unwrap();
    let export = Export {
        name: &name,
        id: &Id::parse("BOT0000001").unwrap(),
        version: BotVersion::Draft,
        settings: bot.settings.as_ref(),
        locales: &bot.locales,
    };
    export.files()
}

fn same_files(one: &[File], other: &[File]) {
    assert_eq!(one.len(), other.len());
    for (one, other) in one.iter().zip(other) {
        assert_eq!(
            (one.path.as_str(), Tree::read(&one.content)),
            (other.path.as_str(), Tree::read(&other.content))
        );
    }
}

#[test]
fn a_real_export_is_read_whole() {
    let bot = imported(&real()).unwrap();
    assert_eq!(bot.name.as_ref().map(Name::as_str), Some("Shop"));
    let locale = &bot.locales[0];
    assert_eq!((locale.id.as_str(), locale.threshold()), ("en_US", 0.4));
    let intent = locale.intent("Order").unwrap();
    assert_eq!(intent.utterances().map(Words::read).collect::<Vec<_>>(), ["order {Phone}"]);
    let slot = intent.slot("Phone").unwrap();
    assert!(slot.is_obfuscated() && slot.is_required());
    let prompt = slot.settings.elicitation.prompt.as_ref().unwrap();
    assert_eq!((prompt.groups.len(), prompt.retries_max), (1, Some(2)));
    let sort = locale.slot_type("Sort").unwrap();
    assert_eq!((sort.strategy().as_str(), sort.value_count()), ("TopResolution", 2));
    let said: Vec<String> = bot.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "BotLocale.json of `en_US` has 1 members that this release does not know: kept, without effect",
            "slot `Phone` of intent `Order` (en_US) has no obfuscation setting: its values are obfuscated",
            "1 ids were missing and were made",
            "1 files belong to no locale and were left out",
        ]
    );
}

#[test]
fn exports_go_out_as_they_came_in() {
    let first = imported(&real()).unwrap();
    let out = exported(&first);
    let second = imported(&out).unwrap();
    assert_eq!(first.locales, second.locales);
    assert_eq!(first.settings, second.settings);
    same_files(&out, &exported(&second));
    let archive = write_archive(&out, None, &mut |_| {}).unwrap();
    same_files(&out, &open_archive(&archive, None).unwrap());
    let (path, content) = &first.locales[0].attachments[0];
    assert_eq!((path.read(), content.read()), ("Intents/Order/ConversationFlow.json", r#"{"blocks":[]}"#));
}

#[test]
fn a_locale_rests_and_comes_back() {
    let mut locale = imported(&real()).unwrap().locales.remove(0);
    let intent = Arc::make_mut(&mut locale.intents[0]);
    Arc::make_mut(&mut intent.slots[0]).classification = Some(crate::bot::Classification::Medium);
    assert_eq!(Locale::from_resting(&locale.to_resting()), Ok(locale));
    for broken in ["", "{}", "[]", r#"{"form":2}"#, r#"{"form":1}"#] {
        let bytes = RawBytes::new(broken.as_bytes().to_vec());
        assert_eq!(Locale::from_resting(&bytes).err(), Some(crate::files::Unreadable), "{broken}");
    }
}

/// The spellings of the documentation (Lex V2 Developer Guide, "Format of the .zip file").
#[test]
fn other_spellings_are_taken() {
    let with = |change: &dyn Fn(&mut Vec<File>)| {
        let mut files = real();
        change(&mut files);
        imported(&files)
    };
    let replaced = |path: &'static str, content: &'static str| {
        with(&move |files| {
            files.retain(|file| file.path != path);
            files.push(file(path, content));
        })
    };
    let without = with(&|files| files.retain(|file| file.path != "Manifest.json")).unwrap();
    assert!(without.warnings.contains(&Warning::NoManifest));
    let lower = with(&|files| {
        files[0] = file(
            "manifest.json",
            r#"{"metadata":{"schemaVersion":"1.0","fileFormat":"LexJson","resourceType":"Bot"}}"#,
        );
    });
    assert!(!lower.unwrap().warnings.contains(&Warning::Manifest));
    let other = replaced("Manifest.json", r#"{"metadata":{"schemaVersion":"9"}}"#).unwrap();
    assert!(other.warnings.contains(&Warning::Manifest));
    for (spelled, wanted) in [
        ("DEFAULT_OBFUSCATION", ObfuscationKind::DefaultObfuscation),
        ("DefaultObfuscation", ObfuscationKind::DefaultObfuscation),
        ("NONE", ObfuscationKind::None),
        ("None", ObfuscationKind::None),
    ] {
        let slot = SLOT.replace(
            r#""obfuscationSetting":null"#,
            &format!(r#""obfuscationSetting":{{"obfuscationSettingType":"{spelled}"}}"#),
        );
        let bot = with(&|files| {
            files[5] = file("Shop/BotLocales/en_US/Intents/Order/Slots/Phone/Slot.json", &slot)
        })
        .unwrap();
        let slot = bot.locales[0].intent("Order").unwrap().slot("Phone").unwrap().clone();
        assert_eq!(slot.settings.obfuscation.as_ref().map(|setting| setting.kind), Some(wanted), "{spelled}");
    }
    let above = with(&|files| files.iter_mut().for_each(|file| file.path = format!("outer/{}", file.path)));
    assert_eq!(above.unwrap().locales[0].intents.len(), 1);
    let alone = with(&|files| {
        files.retain(|file| file.path.starts_with("Shop/BotLocales/en_US/"));
        files.iter_mut().for_each(|file| file.path = file.path.replace("Shop/BotLocales/", ""));
    });
    let alone = alone.unwrap();
    assert!(alone.settings.is_none() && alone.locales[0].intent("Order").is_some());
}

#[test]
fn what_is_wrong_is_named_without_its_words() {
    let with = |path: &str, content: &str| {
        let mut files = real();
        files.retain(|file| file.path != path);
        files.push(file(path, content));
        imported(&files).unwrap_err()
    };
    let slot = "Shop/BotLocales/en_US/Intents/Order/Slots/Phone/Slot.json";
    let intent = "Shop/BotLocales/en_US/Intents/Order/Intent.json";
    for (path, content, wanted) in [
        (slot, "{\"name\": canary", "a Slot.json: line 1, column 10 is not valid JSON"),
        (slot, r#"{"name":"canary canary"}"#, "a slot has no valid name"),
        (
            slot,
            r#"{"name":"Phone","valueElicitationSetting":{"slotConstraint":"canary"}}"#,
            "`slot.valueElicitationSetting.slotConstraint` must be one of Required Optional",
        ),
        (
            intent,
            r#"{"name":"Order","sampleUtterances":{"canary":1}}"#,
            "`intent.sampleUtterances` must be a list",
        ),
        ("other/BotLocale.json", r#"{"identifier":"en_US"}"#, "locale `en_US` occurs twice"),
        (
            "Shop/BotLocales/en_US/Intents/Two/Intent.json",
            r#"{"name":"Order"}"#,
            "intent `Order` occurs twice",
        ),
    ] {
        let said = with(path, content).to_string();
        assert_eq!(said, wanted);
        assert!(!said.contains("canary"));
    }
    assert_eq!(imported(&[file("x.json", "{}")]).unwrap_err(), ImportError::Empty);
}

#[test]
fn ids_are_kept_unless_they_are_taken_or_none() {
    let mut files = real();
    files.push(file(
        "Shop/BotLocales/en_US/Intents/Two/Intent.json",
        r#"{"name":"Two","identifier":"ABCDE12345"}"#,
    ));
    let bot = imported(&files).unwrap();
    let id = |name: &str| bot.locales[0].intent(name).unwrap().id.clone();
    assert_eq!(id("Order").as_str(), "ABCDE12345");
    assert_ne!(id("Order"), id("Two"));
    assert_eq!(bot.locales[0].slot_type("Sort").unwrap().id.as_str(), "SORT000001");
}

#[test]
fn more_than_a_bot_may_have_is_refused() {
    let of = |count: usize| {
        let mut files = vec![file("B/BotLocales/en_US/BotLocale.json", "{}")];
        files.extend(
            (0..count)
                .map(|index| file(&format!("B/BotLocales/en_US/SlotTypes/T{index}/SlotType.json"), "{}")),
        );
        imported(&files)
    };
    assert_eq!(of(20).unwrap().locales[0].slot_types.len(), 20);
    assert_eq!(of(PARTS_MAX + 1).unwrap_err(), ImportError::TooMany);
}
