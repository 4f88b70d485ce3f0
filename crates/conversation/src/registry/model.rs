//! What stands in an account and Region? Bots, with versions, aliases, tags and policies; imports and exports.
//!
//! Names, ids, ARNs and policy documents are public; what people wrote is ciphertext, bound to its place by whoever seals it.

use crate::bot::{BotVersion, Id, LocaleId, Name};
use sotto_arn::{AccountId, Region};
use sotto_kms::Sealed;
use sotto_public::{Public, Storable};
use std::collections::BTreeMap;

/// Seconds since 1970.
pub type Seconds = u64;
/// Sealed values by key.
pub type Tags = BTreeMap<Public<String>, Sealed>;

/// An account in a Region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Storable)]
pub struct Scope {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
}

/// Where sealed contents stand: a number that is never used again, and in how many parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Storable)]
pub struct ContentId {
    /// The number.
    pub number: u128,
    /// How many parts.
    pub parts: u32,
}

/// What a locale is (the API's `BotLocaleStatus`, the part that occurs here).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Storable)]
pub enum LocaleStatus {
    /// It was changed since it was built, or never built.
    NotBuilt,
    /// It is being built.
    Building,
    /// It is built.
    Built,
    /// It cannot be built as it is.
    Failed,
    /// An import is about to replace it.
    Importing,
}

impl LocaleStatus {
    /// As the API writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotBuilt => "NotBuilt",
            Self::Building => "Building",
            Self::Built => "Built",
            Self::Failed => "Failed",
            Self::Importing => "Importing",
        }
    }
}

/// What conversations run on: contents and the model that was trained on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Storable)]
pub struct Built {
    /// The contents.
    pub content: ContentId,
    /// The model.
    pub model: ContentId,
}

/// A locale, as lists need it.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct LocaleHead {
    /// What it is.
    pub status: LocaleStatus,
    /// When it was made.
    pub created: Seconds,
    /// When it was changed.
    pub updated: Seconds,
    /// When a build was asked for last.
    pub build_asked: Option<Seconds>,
    /// Its contents.
    pub content: ContentId,
    /// What conversations run on.
    pub built: Option<Built>,
    /// How many intents it has.
    pub intents: u32,
    /// How many slot types it has.
    pub slot_types: u32,
    /// Why it cannot be built, in words of ours.
    pub failures: Vec<Public<String>>,
    /// Until when somebody is at work on it.
    pub held_until: Option<Seconds>,
}

/// A version of a bot.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Version {
    /// When it was made.
    pub created: Seconds,
    /// Its description, sealed.
    pub description: Option<Sealed>,
    /// The role it acts as.
    pub role: Public<String>,
    /// Settings of the bot, sealed.
    pub settings: Sealed,
    /// Its locales.
    pub locales: BTreeMap<LocaleId, LocaleHead>,
}

/// A policy about who may.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Policy {
    /// The document.
    pub document: Public<String>,
    /// The number of the change that put it.
    pub revision: u64,
}

/// Where an alias pointed, and when.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Pointed {
    /// The version.
    pub version: BotVersion,
    /// Since when.
    pub from: Seconds,
    /// Until when; none for now.
    pub until: Option<Seconds>,
}

/// An alias of a bot.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Alias {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: Name,
    /// When it was made.
    pub created: Seconds,
    /// When it was changed.
    pub updated: Seconds,
    /// The version it points to; none points nowhere.
    pub version: Option<BotVersion>,
    /// Where it points and pointed, the newest last.
    pub history: Vec<Pointed>,
    /// Its settings, sealed.
    pub settings: Sealed,
    /// Its tags.
    pub tags: Tags,
    /// Who may.
    pub policy: Option<Policy>,
}

/// A bot.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Bot {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: Name,
    /// When it was made.
    pub created: Seconds,
    /// When it was changed.
    pub updated: Seconds,
    /// Its versions; the draft is always there.
    pub versions: BTreeMap<BotVersion, Version>,
    /// The number of its newest version.
    pub last_version: u32,
    /// Its aliases; that of the draft is always there.
    pub aliases: BTreeMap<Id, Alias>,
    /// Its tags.
    pub tags: Tags,
    /// Who may.
    pub policy: Option<Policy>,
    /// How many policies were put.
    pub revisions: u64,
}

impl Bot {
    /// A version.
    pub fn version(&self, version: BotVersion) -> Option<&Version> {
        self.versions.get(&version)
    }

    /// A locale of a version.
    pub fn locale(&self, version: BotVersion, locale: &LocaleId) -> Option<&LocaleHead> {
        self.version(version)?.locales.get(locale)
    }

    /// All contents that it names, each as often as it does.
    pub fn contents(&self) -> impl Iterator<Item = ContentId> {
        let locales = self.versions.values().flat_map(|version| version.locales.values());
        locales.flat_map(|locale| {
            std::iter::once(locale.content)
                .chain(locale.built.into_iter().flat_map(|built| [built.content, built.model]))
        })
    }

    pub(super) fn due(&self, now: Seconds) -> Vec<Job> {
        let locales = self.version(BotVersion::Draft).into_iter().flat_map(|draft| draft.locales.iter());
        let waits = locales.filter(|(_, head)| {
            head.status == LocaleStatus::Building && head.held_until.is_none_or(|until| until <= now)
        });
        waits.map(|(locale, _)| Job::Build(self.id.clone(), locale.clone())).collect()
    }
}

/// Something that is done in the background.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Job {
    /// A locale of a draft is built.
    Build(Id, LocaleId),
    /// An import or export is made.
    Transfer(Id),
}

/// Which way.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub enum TransferKind {
    /// In. What is to be imported, sealed; none before it is asked for.
    Import {
        /// The request, sealed.
        wanted: Option<Sealed>,
        /// The archive; none before it is uploaded.
        archive: Option<ContentId>,
        /// The bot that came of it.
        bot: Option<Id>,
        /// The locale that came of it.
        locale: Option<LocaleId>,
        /// What was odd, sealed.
        report: Option<Sealed>,
    },
    /// Out.
    Export {
        /// The bot.
        bot: Id,
        /// The version.
        version: BotVersion,
        /// The locale; none for the whole bot.
        locale: Option<LocaleId>,
        /// The password, sealed.
        password: Option<Sealed>,
    },
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Storable)]
pub enum TransferStatus {
    /// Nothing was asked for yet.
    Waiting,
    /// It goes on.
    InProgress,
    /// It is done.
    Completed,
    /// It cannot be done.
    Failed,
}

impl TransferStatus {
    /// As the API writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting | Self::InProgress => "InProgress",
            Self::Completed => "Completed",
            Self::Failed => "Failed",
        }
    }
}

/// An import or an export.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Transfer {
    /// Its id.
    pub id: Id,
    /// Which way.
    pub kind: TransferKind,
    /// How far it is.
    pub status: TransferStatus,
    /// When it was asked for.
    pub created: Seconds,
    /// When it was changed.
    pub updated: Seconds,
    /// When it goes.
    pub expires: Seconds,
    /// Why it cannot be done, sealed: names may stand in it.
    pub failures: Option<Sealed>,
    /// Until when somebody is at work on it.
    pub held_until: Option<Seconds>,
}

impl Transfer {
    pub(super) fn is_due(&self, now: Seconds) -> bool {
        self.status == TransferStatus::InProgress && self.held_until.is_none_or(|until| until <= now)
    }

    /// The contents that it names.
    pub fn contents(&self) -> Option<ContentId> {
        match &self.kind {
            TransferKind::Import { archive, .. } => *archive,
            TransferKind::Export { .. } => None,
        }
    }
}
