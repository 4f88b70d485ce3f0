//! What stands in an account? Users, groups, roles, managed policies, keys, MFA devices, OIDC providers, profiles.
//!
//! Values only: no rule is here but the shape of an ARN. What callers chose freely is [`Sealed`] and is opened by who has a
//! permit and the key. Times are seconds since 1970, as precise as IAM shows them.

use crate::Text;
use sotto_kms::Sealed;
use sotto_public::Storable;
use std::collections::{BTreeMap, BTreeSet};

/// Seconds since 1970.
pub type Seconds = u64;

/// A tag: the key is public, the value sealed.
#[derive(Clone, Debug, Storable)]
pub struct Tag {
    /// The key.
    pub key: Text,
    /// The value.
    pub value: Sealed,
}

/// Tags in the order in which they came.
#[derive(Clone, Debug, Default, Storable)]
pub struct Tags(Vec<Tag>);

impl Tags {
    /// The tags in order.
    pub fn iter(&self) -> impl Iterator<Item = &Tag> {
        self.0.iter()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Sets one; a key is found without regard to case (IAM user guide, "Rules for tagging").
    pub(crate) fn set(&mut self, tag: Tag) {
        let folded = tag.key.folded();
        match self.0.iter_mut().find(|held| held.key.folded() == folded) {
            Some(held) => *held = tag,
            None => self.0.push(tag),
        }
    }

    /// Takes one away; nothing happens when it is not there.
    pub(crate) fn remove(&mut self, key: &str) {
        let folded = key.to_lowercase();
        self.0.retain(|held| held.key.folded() != folded);
    }
}

/// Inline policies and attached managed ones: the same for users, groups and roles.
#[derive(Clone, Debug, Default, Storable)]
pub struct Grants {
    /// Inline policy documents by name.
    pub inline: BTreeMap<Text, Text>,
    /// ARNs of attached managed policies.
    pub attached: BTreeSet<Text>,
}

/// When and where something was used last.
#[derive(Clone, Debug, Storable)]
pub struct LastUsed {
    /// When.
    pub at: Seconds,
    /// The service's signing name.
    pub service: Text,
    /// The Region of the signature.
    pub region: Text,
}

/// A long-term access key.
#[derive(Clone, Debug, Storable)]
pub struct AccessKey {
    /// `AKIA…`.
    pub id: Text,
    /// The secret.
    pub secret: Sealed,
    /// Whether it may be used.
    pub active: bool,
    /// When it was made.
    pub created: Seconds,
}

/// A sign-in profile: that there is one, and whether its password must change. sotto has no console and keeps no password.
#[derive(Clone, Debug, Storable)]
pub struct LoginProfile {
    /// When it was made.
    pub created: Seconds,
    /// Whether the password must be changed at the next sign-in.
    pub reset_required: bool,
}

/// A user.
#[derive(Clone, Debug, Storable)]
pub struct User {
    /// `AIDA…`.
    pub id: Text,
    /// The name.
    pub name: Text,
    /// `/` or `/a/b/`.
    pub path: Text,
    /// When it was made.
    pub created: Seconds,
    /// Policies of its own.
    pub grants: Grants,
    /// ARN of the permissions boundary.
    pub boundary: Option<Text>,
    /// Names of the groups it is in.
    pub groups: BTreeSet<Text>,
    /// Access keys by id.
    pub keys: BTreeMap<Text, AccessKey>,
    /// Tags.
    pub tags: Tags,
    /// The sign-in profile.
    pub login: Option<LoginProfile>,
}

/// A group.
#[derive(Clone, Debug, Storable)]
pub struct Group {
    /// `AGPA…`.
    pub id: Text,
    /// The name.
    pub name: Text,
    /// `/` or `/a/b/`.
    pub path: Text,
    /// When it was made.
    pub created: Seconds,
    /// Its policies.
    pub grants: Grants,
}

/// A role.
#[derive(Clone, Debug, Storable)]
pub struct Role {
    /// `AROA…`.
    pub id: Text,
    /// The name.
    pub name: Text,
    /// `/` or `/a/b/`.
    pub path: Text,
    /// When it was made.
    pub created: Seconds,
    /// The trust policy.
    pub trust: Text,
    /// Longest session, in seconds.
    pub session_seconds_max: u32,
    /// Its policies.
    pub grants: Grants,
    /// ARN of the permissions boundary.
    pub boundary: Option<Text>,
    /// The description.
    pub description: Option<Sealed>,
    /// Tags.
    pub tags: Tags,
}

/// One version of a managed policy.
#[derive(Clone, Debug, Storable)]
pub struct PolicyVersion {
    /// The document.
    pub document: Text,
    /// When it was made.
    pub created: Seconds,
}

/// A customer managed policy.
#[derive(Clone, Debug, Storable)]
pub struct ManagedPolicy {
    /// `ANPA…`.
    pub id: Text,
    /// The name.
    pub name: Text,
    /// `/` or `/a/b/`.
    pub path: Text,
    /// When it was made.
    pub created: Seconds,
    /// When its default version was made or chosen.
    pub updated: Seconds,
    /// The description.
    pub description: Option<Sealed>,
    /// Versions by number.
    pub versions: BTreeMap<u32, PolicyVersion>,
    /// The version in force.
    pub default_version: u32,
    /// The number of the next version: numbers are never used twice.
    pub next_version: u32,
    /// Tags.
    pub tags: Tags,
}

/// A virtual MFA device.
#[derive(Clone, Debug, Storable)]
pub struct MfaDevice {
    /// Its ARN.
    pub serial: Text,
    /// The name in the ARN.
    pub name: Text,
    /// `/` or `/a/b/`.
    pub path: Text,
    /// The seed.
    pub seed: Sealed,
    /// Who uses it: a user's name, or `None` behind `enabled` for the account's root user.
    pub user: Option<Text>,
    /// Since when it is in use.
    pub enabled: Option<Seconds>,
    /// The last time step whose code was taken: a code is good once (RFC 6238, section 5.2).
    pub last_step: u64,
    /// Tags.
    pub tags: Tags,
}

/// An OpenID Connect provider.
#[derive(Clone, Debug, Storable)]
pub struct OidcProvider {
    /// Host and path, without the scheme.
    pub url: Text,
    /// Audiences, in order.
    pub clients: Vec<Text>,
    /// Thumbprints, in order.
    pub thumbprints: Vec<Text>,
    /// When it was made.
    pub created: Seconds,
    /// Tags.
    pub tags: Tags,
}

/// An instance profile.
#[derive(Clone, Debug, Storable)]
pub struct InstanceProfile {
    /// `AIPA…`.
    pub id: Text,
    /// The name.
    pub name: Text,
    /// `/` or `/a/b/`.
    pub path: Text,
    /// When it was made.
    pub created: Seconds,
    /// The role in it.
    pub role: Option<Text>,
    /// Tags.
    pub tags: Tags,
}

/// Rules for passwords (IAM user guide, "Set an account password policy").
#[derive(Clone, Debug, Storable)]
pub struct PasswordPolicy {
    /// Shortest password.
    pub length_min: u32,
    /// A symbol is needed.
    pub symbols: bool,
    /// A digit is needed.
    pub numbers: bool,
    /// An upper-case letter is needed.
    pub uppercase: bool,
    /// A lower-case letter is needed.
    pub lowercase: bool,
    /// Users may change their own.
    pub users_may_change: bool,
    /// Days until a password ends; 0 for never.
    pub age_days_max: u32,
    /// How many earlier ones are refused.
    pub reuse_count: Option<u32>,
    /// An ended password needs an administrator.
    pub hard_expiry: Option<bool>,
}

/// What belongs to an account itself.
#[derive(Clone, Debug, Default, Storable)]
pub struct AccountHead {
    /// When it was made.
    pub created: Seconds,
    /// The alias.
    pub alias: Option<Text>,
    /// Access keys of the root user by id.
    pub root_keys: BTreeMap<Text, AccessKey>,
    /// Rules for passwords.
    pub password_policy: Option<PasswordPolicy>,
}
