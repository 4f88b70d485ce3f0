//! Do transitions obey their rules, and does a replay give the same registry?

use super::*;
use crate::bot::{BotVersion, Locale, LocaleId, Name, TEST_ALIAS};
use sotto_arn::{AccountId, Region};
use sotto_kms::{Sealed, StoreKey};
use sotto_public::{Place, Stored};
use sotto_sensitive::{KeyBytes, RawBytes};

fn scope() -> Scope {
    let (account, region) =
        (AccountId::parse("111122223333").unwrap(), Region::parse("eu-central-1").unwrap());
    Scope { account, region }
}

fn sealed() -> Sealed {
    let key = StoreKey::new(KeyBytes::copied(&[7; 32])).unwrap();
    key.seal(&Place::new("test"), &RawBytes::new(b"canary".to_vec()), [9; 28]).unwrap()
}

fn id(number: u8) -> Id {
    Id::from_random([number; 16])
}

fn content(number: u128) -> ContentId {
    ContentId { number, parts: 1 }
}

fn new_bot(number: u8, name: &str) -> NewBot {
    NewBot {
        id: id(number),
        name: Name::parse(name).unwrap(),
        role: "arn:aws:iam::111122223333:role/bot".into(),
        settings: sealed(),
        tags: Tags::new(),
        alias_settings: sealed(),
        alias_tags: Tags::new(),
        now: 5,
    }
}

fn locale() -> Locale {
    Locale::new(LocaleId::parse("en_US").unwrap(), 6)
}

/// A registry with a bot whose locale is built of contents 1 with model 2.
fn built() -> Registry {
    let mut draft = Registry::default().draft();
    draft.create_bot(&scope(), new_bot(1, "Shop")).unwrap();
    draft.put_locale(&scope(), &id(1), &locale(), (content(1), None)).unwrap();
    draft.start_build(&scope(), &id(1), &locale().id, 7).unwrap();
    assert_eq!(draft.registry().due(8), [(scope(), Job::Build(id(1), locale().id))]);
    assert_eq!(draft.hold_build(&scope(), (&id(1), &locale().id), 8, 20), Ok(content(1)));
    assert_eq!(draft.registry().due(19), []);
    assert_eq!(draft.registry().due(20).len(), 1);
    let done = Built { content: content(1), model: content(2) };
    draft.finish_build(&scope(), (&id(1), &locale().id), 20, Ok(done)).unwrap();
    assert_eq!(draft.registry().due(99), []);
    assert!(draft.dropped().is_empty());
    Registry::default().apply(&draft.finish())
}

#[test]
fn a_replay_of_records_gives_the_same_registry() {
    let registry = built();
    let mut draft = registry.draft();
    let kind = TransferKind::Export {
        bot: id(1),
        version: BotVersion::Draft,
        locale: None,
        password: Some(sealed()),
    };
    draft.create_transfer(&scope(), id(3), kind, 9).unwrap();
    draft.tag(&scope(), (&id(1), None), Tags::from([("team".into(), sealed())])).unwrap();
    let change = draft.finish();
    let after = registry.apply(&change);
    let bots = after.shelf(&scope()).unwrap().bots().map(|bot| Entity::Bot(bot.clone()));
    let transfers = after.shelf(&scope()).unwrap().transfers().map(|one| Entity::Transfer(one.clone()));
    let stored = bots.chain(transfers).map(|entity| Stored::of(&Record { scope: scope(), entity }));
    let again = Registry::load(stored.map(|stored| stored.read::<Record>().unwrap()));
    assert_eq!(after.bot(&scope(), &id(1)), again.bot(&scope(), &id(1)));
    let transfer = |registry: &Registry| registry.shelf(&scope()).unwrap().transfer(&id(3)).cloned();
    assert_eq!(transfer(&after), transfer(&again));
    assert_eq!(change.writes().count(), 2);
}

#[test]
fn names_are_unique_and_quotas_hold_on_both_sides() {
    let mut draft = Registry::default().draft();
    for number in 0..u8::try_from(BOTS_PER_ACCOUNT_MAX).unwrap() {
        draft.create_bot(&scope(), new_bot(number, &format!("bot{number}"))).unwrap();
    }
    let quota = BotError::Quota { what: "bots", most: BOTS_PER_ACCOUNT_MAX };
    assert_eq!(draft.create_bot(&scope(), new_bot(200, "more")), Err(quota));
    draft.delete_bot(&scope(), &id(3), true).unwrap();
    assert_eq!(draft.create_bot(&scope(), new_bot(200, "bot4")), Err(BotError::Exists("bot")));
    draft.create_bot(&scope(), new_bot(200, "bot3")).unwrap();
    let tags: Tags =
        (0..=TAGS_MAX).map(|key| (key.to_string().as_str().to_owned(), sealed())).map(public).collect();
    let fewer: Tags = tags.clone().into_iter().skip(1).collect();
    draft.tag(&scope(), (&id(1), None), fewer).unwrap();
    assert!(matches!(draft.tag(&scope(), (&id(1), None), tags), Err(BotError::Quota { what: "tags", .. })));
}

#[expect(clippy::disallowed_methods, reason = "keys of a test")]
fn public((key, value): (String, Sealed)) -> (sotto_public::Public<String>, Sealed) {
    (sotto_public::Public::from_pinned_text(key), value)
}

#[test]
fn contents_are_dropped_when_nobody_names_them_any_more() {
    let mut draft = built().draft();
    let mut changed = locale();
    changed.updated = 30;
    assert_eq!(
        draft.put_locale(&scope(), &id(1), &changed, (content(3), Some(content(9)))),
        Err(BotError::Stale)
    );
    draft.put_locale(&scope(), &id(1), &changed, (content(3), Some(content(1)))).unwrap();
    // What conversations run on stays.
    assert!(draft.dropped().is_empty());
    draft.put_locale(&scope(), &id(1), &changed, (content(4), Some(content(3)))).unwrap();
    assert_eq!(draft.dropped(), [(scope(), content(3))]);
    let sources = [(locale().id, BotVersion::Draft)].into();
    assert_eq!(draft.create_version(&scope(), &id(1), &sources, (None, 31)), Ok(1));
    let head =
        draft.bot(&scope(), &id(1)).unwrap().locale(BotVersion::Number(1), &locale().id).unwrap().clone();
    assert_eq!(head.content, content(1), "a version is of what was built");
    draft.delete_locale(&scope(), &id(1), &locale().id).unwrap();
    assert_eq!(draft.dropped().last(), Some(&(scope(), content(4))));
    draft.delete_version(&scope(), &id(1), BotVersion::Number(1), true).unwrap();
    let dropped: Vec<u128> = draft.dropped().iter().map(|(_, content)| content.number).collect();
    assert_eq!(dropped, [3, 4, 1, 2]);
}

#[test]
fn aliases_point_to_versions_that_are_there() {
    let mut draft = built().draft();
    let alias = |name: &str, version| NewAlias {
        id: id(5),
        name: Name::parse(name).unwrap(),
        version,
        settings: sealed(),
        tags: Tags::new(),
        now: 40,
    };
    let one = Some(BotVersion::Number(1));
    assert_eq!(draft.create_alias(&scope(), &id(1), alias("live", one)), Err(BotError::NotFound("version")));
    assert!(draft.create_alias(&scope(), &id(1), alias("live", Some(BotVersion::Draft))).is_err());
    assert_eq!(
        draft.create_alias(&scope(), &id(1), alias("TestBotAlias", None)),
        Err(BotError::Exists("alias"))
    );
    let sources = [(locale().id, BotVersion::Draft)].into();
    draft.create_version(&scope(), &id(1), &sources, (None, 31)).unwrap();
    draft.create_alias(&scope(), &id(1), alias("live", one)).unwrap();
    assert!(draft.delete_version(&scope(), &id(1), BotVersion::Number(1), true).is_err());
    assert!(draft.delete_bot(&scope(), &id(1), true).is_err());
    let update =
        AliasUpdate { name: Name::parse("live").unwrap(), version: None, settings: sealed(), now: 50 };
    draft.update_alias(&scope(), &id(1), &id(5), update).unwrap();
    let bot = draft.bot(&scope(), &id(1)).unwrap();
    assert_eq!(
        bot.aliases[&id(5)].history,
        [Pointed { version: BotVersion::Number(1), from: 40, until: Some(50) }]
    );
    let test = Id::parse(TEST_ALIAS).unwrap();
    assert!(draft.delete_alias(&scope(), &id(1), &test).is_err());
    draft.delete_alias(&scope(), &id(1), &id(5)).unwrap();
    draft.delete_bot(&scope(), &id(1), true).unwrap();
    assert!(draft.registry().bot(&scope(), &id(1)).is_none());
}

#[test]
fn a_build_has_one_holder() {
    let mut draft = built().draft();
    let place = (&id(1), &locale().id);
    draft.start_build(&scope(), &id(1), &locale().id, 50).unwrap();
    assert!(draft.start_build(&scope(), &id(1), &locale().id, 50).is_err());
    assert!(draft.put_locale(&scope(), &id(1), &locale(), (content(8), Some(content(1)))).is_err());
    draft.hold_build(&scope(), place, 51, 60).unwrap();
    assert_eq!(draft.hold_build(&scope(), place, 59, 70), Err(BotError::Stale));
    draft.hold_build(&scope(), place, 60, 65).unwrap();
    assert_eq!(draft.renew_build(&scope(), place, 60, 70), Err(BotError::Stale));
    draft.renew_build(&scope(), place, 65, 70).unwrap();
    assert_eq!(draft.finish_build(&scope(), place, 60, Err(vec!["late".into()])), Err(BotError::Stale));
    draft.finish_build(&scope(), place, 70, Err(vec!["no intent".into()])).unwrap();
    let bot = draft.bot(&scope(), &id(1)).unwrap();
    let head = bot.locale(BotVersion::Draft, &locale().id).unwrap();
    assert_eq!((head.status.as_str(), head.built.is_some()), ("Failed", true));
}

#[test]
fn policies_have_revisions() {
    let mut draft = built().draft();
    let place = (&id(1), None);
    let mut set = |document: Option<&'static str>, expected| {
        draft.set_policy(&scope(), place, document.map(Into::into), expected)
    };
    assert_eq!(set(Some("{}"), Expected::Some), Err(BotError::NotFound("resource policy")));
    assert_eq!(set(Some("{}"), Expected::None), Ok(1));
    assert!(matches!(set(Some("{}"), Expected::None), Err(BotError::Precondition(_))));
    assert!(matches!(set(Some("{}"), Expected::Revision(7)), Err(BotError::Precondition(_))));
    assert_eq!(set(Some("{}"), Expected::Revision(1)), Ok(2));
    assert_eq!(set(None, Expected::Some), Ok(3));
    assert_eq!(set(None, Expected::Anything), Ok(4));
}

#[test]
fn transfers_go_one_way_and_end() {
    let mut draft = Registry::default().draft();
    let import =
        || TransferKind::Import { wanted: None, archive: None, bot: None, locale: None, report: None };
    draft.create_transfer(&scope(), id(1), import(), 10).unwrap();
    assert!(matches!(draft.start_import(&scope(), &id(1), sealed(), 11), Err(BotError::Precondition(_))));
    draft.uploaded(&scope(), &id(1), content(1)).unwrap();
    draft.uploaded(&scope(), &id(1), content(2)).unwrap();
    assert_eq!(draft.dropped(), [(scope(), content(1))]);
    draft.start_import(&scope(), &id(1), sealed(), 12).unwrap();
    assert!(draft.uploaded(&scope(), &id(1), content(3)).is_err());
    assert_eq!(draft.registry().due(12), [(scope(), Job::Transfer(id(1)))]);
    draft.hold_transfer(&scope(), &id(1), 12, 20).unwrap();
    assert!(draft.hold_transfer(&scope(), &id(1), 19, 30).is_err());
    draft
        .finish_transfer(&scope(), &id(1), (20, 15), Ok(Done { bot: Some(id(2)), ..Done::default() }))
        .unwrap();
    assert_eq!(draft.dropped().last(), Some(&(scope(), content(2))));
    let expires = 10 + TRANSFER_SECONDS;
    assert_eq!(draft.registry().expired(expires - 1), []);
    assert_eq!(draft.registry().expired(expires), [(scope(), id(1))]);
    draft.delete_transfer(&scope(), &id(1)).unwrap();
    for number in 0..u8::try_from(TRANSFERS_MAX).unwrap() {
        draft.create_transfer(&scope(), id(number), import(), 1).unwrap();
    }
    assert!(matches!(draft.create_transfer(&scope(), id(200), import(), 1), Err(BotError::Quota { .. })));
}
