//! Which value does an answer stand for? A table of built-in slot types, and of lists.

use sotto_conversation::Words;
use sotto_conversation::bot::{
    Id, Name, RegexFilter, SlotType, SlotTypeSettings, SlotTypeValue, Value, ValueSelection, ValueStrategy,
};
use sotto_conversation::slot::{Builtin, Moment, Resolution, Resolver, Setting};
use sotto_sensitive::RawText;

/// Wednesday 2020-11-25, 14:30.
const NOW: Moment = Moment { unix_s: 1_606_314_600, offset_s: 0 };

#[expect(clippy::disallowed_methods, reason = "the test reads what it wrote")]
fn read(words: &Words) -> String {
    words.raw().expose().to_owned()
}

fn shown(found: Option<&Resolution>) -> String {
    let Some(found) = found else { return "-".to_owned() };
    match &found.interpreted {
        Some(value) => read(value),
        None => format!("|{}", found.resolved.iter().map(read).collect::<Vec<_>>().join(",")),
    }
}

/// The resolver that the first column names: a built-in type, one with a pattern, or a list.
fn resolver(kind: &str) -> Resolver {
    let mut settings = SlotTypeSettings::default();
    if let Some(list) = kind.strip_prefix("list:") {
        let (strategy, values) = list.split_once(':').unwrap();
        let strategy =
            if strategy == "top" { ValueStrategy::TopResolution } else { ValueStrategy::OriginalValue };
        settings.values = values.split(';').map(value).collect::<Vec<_>>().into();
        settings.selection = Some(ValueSelection { strategy, ..ValueSelection::default() });
        return custom(settings);
    }
    let Some((parent, pattern)) = kind.split_once(':') else {
        return Resolver::builtin(Builtin::parse(&format!("AMAZON.{kind}")).unwrap());
    };
    settings.parent = Some(Words::from(format!("AMAZON.{parent}")));
    let regex = Some(RegexFilter { pattern: Words::from(pattern), ..RegexFilter::default() });
    settings.selection = Some(ValueSelection { regex, ..ValueSelection::default() });
    custom(settings)
}

fn custom(settings: SlotTypeSettings) -> Resolver {
    let id = Id::parse("ABCDEFGHIJ").unwrap();
    Resolver::of(&SlotType { id, name: Name::parse("Custom").unwrap(), created: 0, updated: 0, settings })
}

fn value(one: &str) -> SlotTypeValue {
    let (value, synonyms) = one.split_once('=').unwrap_or((one, ""));
    let word = |word: &str| Value { value: Words::from(word), ..Value::default() };
    let synonyms: Vec<Value> = synonyms.split('/').filter(|one| !one.is_empty()).map(word).collect();
    SlotTypeValue { value: word(value), synonyms: synonyms.into(), ..SlotTypeValue::default() }
}

#[test]
fn answers_stand_for_their_values() {
    let mut wrong = Vec::new();
    let rows = include_str!("resolutions.tsv").lines().filter(|line| !line.starts_with('#'));
    let rows: Vec<Vec<&str>> = rows.map(|line| line.split('\t').collect()).collect();
    assert!(rows.len() >= 300, "{}", rows.len());
    for row in &rows {
        let [kind, answer, wanted] = row[..] else { panic!("{row:?}") };
        let found = resolver(kind).resolve(&RawText::new(answer.to_owned()), &Setting::at(NOW, "en_US"));
        if shown(found.as_ref()) != wanted {
            wrong.push(format!("{kind}: `{answer}` is {} and should be {wanted}", shown(found.as_ref())));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn places_lie_inside_of_the_answer() {
    for line in include_str!("resolutions.tsv").lines().filter(|line| !line.starts_with('#')) {
        let row: Vec<&str> = line.split('\t').collect();
        let found = resolver(row[0]).resolve(&RawText::new(row[1].to_owned()), &Setting::at(NOW, "en_US"));
        if let Some(found) = found {
            let (start, end) = found.place;
            assert_eq!(row[1].get(start..end), Some(read(&found.original).as_str()), "{line}");
        }
    }
}

#[test]
fn the_custom_of_a_locale_decides_about_dates_and_money() {
    let found = |kind, answer: &str, locale| {
        let setting = Setting::at(NOW, locale);
        shown(Resolver::builtin(kind).resolve(&RawText::new(answer.to_owned()), &setting).as_ref())
    };
    assert_eq!(found(Builtin::Date, "3/4/2021", "en_GB"), "2021-04-03");
    assert_eq!(found(Builtin::Date, "3/4/2021", "en_US"), "2021-03-04");
    assert_eq!(found(Builtin::Currency, "5", "en_GB"), "GBP 5.00");
    assert_eq!(found(Builtin::Currency, "5 dollars", "en_AU"), "AUD 5.00");
}
