//! Accounts, users, groups, roles, keys and policies as values and transitions.
//!
//! ```text
//! Directory (snapshot) ── draft() ──> Draft ── create_user, attach, … ──> Change ── storage ──> apply ──> Directory
//! ```
//!
//! Which question does this crate answer? *Who and what is there, and what may become of it?* A [`Directory`] never changes;
//! transitions act on a [`Draft`] and obey AWS's rules and quotas; what they changed is a [`Change`] of stored records.
//! Temporary credentials are no records: [`session`] seals all that must be known about a session into its token.
//!
//! **Invariant of absence:** no protocol, no storage, no clock, no randomness. What callers chose freely (tag values,
//! descriptions, mail addresses) is sealed before it comes here, and secrets too.

mod accounts;
mod bearers;
mod devices;
mod directory;
pub mod documents;
mod draft;
mod error;
mod grants;
mod groups;
pub mod id;
mod keys;
mod linked;
pub mod managed;
mod model;
pub mod names;
mod org_policies;
mod organization;
mod organizations;
pub mod policies;
mod profiles;
pub mod providers;
mod record;
mod roles;
pub mod session;
mod shelf;
mod tagging;
mod text;
pub mod totp;
mod users;

pub use bearers::Bearer;
pub use devices::{DEVICE_NAME_CHARS_MAX, DEVICES_PER_USER_MAX};
pub use directory::{Account, Directory, KeyOwner};
pub use draft::Draft;
pub use error::{DirectoryError, OrganizationsCause, Outcome};
pub use grants::{ATTACHED_MAX, no_inline};
pub use groups::GROUPS_PER_ACCOUNT_MAX;
pub use id::Entropy;
pub use keys::{KEYS_PER_USER_MAX, no_key};
pub use linked::{NewLinkedRole, deleted_role, deletion_task, is_linked, linked_name, linked_path};
pub use model::{
    AccessKey, AccountHead, Grants, Group, InstanceProfile, LastUsed, LoginProfile, ManagedPolicy, MfaDevice,
    OidcProvider, PasswordPolicy, PolicyVersion, Role, Seconds, Tag, Tags, User,
};
pub use org_policies::{ATTACHED_PER_TARGET_MAX, NewOrganizationPolicy, POLICIES_MAX, PolicyUpdate};
pub use organization::{
    AccountCreation, Level, Membership, Node, NodeKind, Organization, OrganizationHead, OrganizationPolicy,
    PolicyType, UNIT_DEPTH_MAX,
};
pub use organizations::{ACCOUNTS_MAX, Naming, UNITS_MAX};
pub use policies::{AnyPolicy, NewPolicy, POLICIES_PER_ACCOUNT_MAX, VERSIONS_MAX};
pub use profiles::NewProfile;
pub use providers::NewProvider;
pub use record::{Change, Entity, Kind, Record, RecordKey, directory_place};
pub use roles::{NewRole, ROLES_PER_ACCOUNT_MAX, SESSION_SECONDS};
pub use session::{Claims, SessionKind};
pub use shelf::Shelf;
pub use tagging::{TAGS_MAX, Tagged, new_tags};
pub use text::Text;
pub use users::{GROUPS_PER_USER_MAX, NewUser, USERS_PER_ACCOUNT_MAX, no_login};
