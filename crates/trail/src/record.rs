//! What does one row of the trail say? Who asked for what, from where, what was decided and on which ground.
//!
//! Members carry the names of CloudTrail's record where it has one. What is raw by nature (parameters, messages, user
//! agents, session names) is a [`Value`]: shown where the capture list says public, else [`Value::Hidden`].

use sotto_arn::{AccountId, Action, Region, Service};
use sotto_public::{IdentifierId, LogSafe, Public, Storable, StoredRecord};
use std::collections::BTreeMap;
use std::fmt;
use std::time::SystemTime;

/// The id of an event or a request: 128 random bits, written as a UUID (RFC 9562).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Storable, LogSafe)]
pub struct EventId(u128);

impl EventId {
    /// From random bits; version and variant are set as for version 4 (RFC 9562, section 5.4).
    pub const fn from_random(bits: u128) -> Self {
        Self(bits & !(0xf << 76) & !(3 << 62) | 4 << 76 | 2 << 62)
    }

    /// From a number that was one.
    pub(crate) const fn from_number(number: u128) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u128 {
        self.0
    }

    /// As text.
    #[expect(clippy::disallowed_methods, reason = "the digits of a number are public")]
    pub fn text(self) -> Public<String> {
        let hex = format!("{:032x}", self.0);
        let mut rest = hex.as_str();
        let mut parts = Vec::with_capacity(5);
        for length in [8, 4, 4, 4, 12] {
            let (part, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
            parts.push(part);
            rest = after;
        }
        Public::from_pinned_text(parts.join("-"))
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.text(), f)
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A member of a request or an answer: shown, or how much there was.
#[derive(Clone, Debug, PartialEq, Storable)]
pub enum Value {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Public text; numbers with a fraction, too.
    Text(Public<String>),
    /// What a caller wrote: how many bytes, and the kinds of what was found in it.
    Hidden {
        /// Its length.
        bytes: u64,
        /// What was detected, where detection looked.
        identifiers: Vec<IdentifierId>,
    },
    /// Items in order.
    List(Vec<Value>),
    /// Members by name.
    Map(BTreeMap<Public<String>, Value>),
}

impl Value {
    /// So many bytes that are not shown and were not looked at.
    pub const fn hidden(bytes: u64) -> Self {
        Self::Hidden { bytes, identifiers: Vec::new() }
    }

    /// A literal.
    pub fn literal(text: &'static str) -> Self {
        Self::Text(Public::from(text))
    }
}

/// Where a call came from.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub enum Source {
    /// An IPv4 address.
    V4(u32),
    /// An IPv6 address.
    V6(u128),
    /// A service of ours, on behalf of itself or of a caller.
    Service(Service),
}

impl From<std::net::IpAddr> for Source {
    fn from(address: std::net::IpAddr) -> Self {
        match address.to_canonical() {
            std::net::IpAddr::V4(four) => Self::V4(four.to_bits()),
            std::net::IpAddr::V6(six) => Self::V6(six.to_bits()),
        }
    }
}

/// What kind of caller (CloudTrail user guide, "CloudTrail userIdentity element").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Storable, LogSafe)]
pub enum IdentityKind {
    /// The root user of an account.
    Root,
    /// A user.
    IamUser,
    /// A session of a role.
    AssumedRole,
    /// A session of GetFederationToken.
    FederatedUser,
    /// A caller known by the token of an identity provider.
    WebIdentityUser,
    /// Another account.
    AwsAccount,
    /// A service.
    AwsService,
    /// Nobody who could be told: signature missing or wrong.
    Unknown,
}

/// Who called.
#[derive(Clone, Debug, PartialEq, Storable)]
pub struct Identity {
    /// What kind of caller.
    pub kind: IdentityKind,
    /// The unique id, as `AIDA...`; for a session that of the role (its name follows in `session`).
    pub principal_id: Option<Public<String>>,
    /// The ARN of the user or root; for a session that of the role. Where a name in it holds something sensitive, that is
    /// masked.
    pub arn: Option<Public<String>>,
    /// The account.
    pub account: Option<AccountId>,
    /// The access key that signed.
    pub access_key: Option<Public<String>>,
    /// The user's name; for a session the role's.
    pub user_name: Option<Public<String>>,
    /// For sessions.
    pub session: Option<Session>,
    /// For services: which, as `logs.amazonaws.com`.
    pub invoked_by: Option<Service>,
}

impl Identity {
    /// Nobody who could be told.
    pub const fn unknown() -> Self {
        Self {
            kind: IdentityKind::Unknown,
            principal_id: None,
            arn: None,
            account: None,
            access_key: None,
            user_name: None,
            session: None,
            invoked_by: None,
        }
    }
}

/// A session's particulars.
#[derive(Clone, Debug, PartialEq, Storable)]
pub struct Session {
    /// The name that the caller chose for it.
    pub name: Value,
    /// Since when it is.
    pub created: SystemTime,
    /// Whether a second factor was given.
    pub mfa: bool,
    /// The source identity, where one was set.
    pub source_identity: Option<Value>,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Storable, LogSafe)]
pub enum Outcome {
    /// A permit was given.
    Allow,
    /// A statement refuses.
    ExplicitDeny,
    /// Nothing allows.
    ImplicitDeny,
}

/// A decision and its ground.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Decision {
    /// What was decided.
    pub outcome: Outcome,
    /// The action that was decided on, as policies name it.
    pub action: Action,
    /// The resource that it was decided on; none is `*`.
    pub resource: Option<Public<String>>,
    /// The layer that decided, as `scp`, and which one.
    pub layer: Option<Public<String>>,
    /// The policy and statement that decided.
    pub statement: Option<Public<String>>,
    /// For an implicit deny: what is missing.
    pub missing: Vec<Public<String>>,
    /// The epoch of the policies.
    pub epoch: u64,
}

/// What was acted on.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct ResourceName {
    /// Its type, as `AWS::IAM::User`.
    pub kind: Public<String>,
    /// Its name or ARN.
    pub name: Public<String>,
}

/// A name that a caller gave to something, and in which something sensitive was detected.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct NameFinding {
    /// The member that it was given in, as `userName` or `tags.key`.
    pub member: Public<String>,
    /// The kinds of what was detected.
    pub identifiers: Vec<IdentifierId>,
}

/// What sort of event it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Storable, LogSafe)]
pub enum EventKind {
    /// Somebody called.
    ApiCall,
    /// A service of ours acted by itself.
    ServiceEvent,
    /// Somebody signed in to the console, or tried to.
    ConsoleSignIn,
}

/// One row of the trail.
#[derive(Clone, Debug, PartialEq, Storable)]
pub struct Record {
    /// The event's id.
    pub event: EventId,
    /// When it was asked.
    pub at: SystemTime,
    /// The service, as its host is called, and the operation: `iam:CreateUser`.
    pub call: Action,
    /// The Region of the call.
    pub region: Region,
    /// Where it came from; none when it is unknown.
    pub source: Option<Source>,
    /// What the client calls itself.
    pub user_agent: Value,
    /// Who asked.
    pub identity: Identity,
    /// What was given.
    pub request: Value,
    /// What was answered.
    pub response: Value,
    /// The error's code, when it failed.
    pub error: Option<Public<String>>,
    /// How many bytes the error's message has.
    pub error_message: Option<Value>,
    /// What was decided; none when it did not come that far.
    pub decision: Option<Decision>,
    /// What was acted on.
    pub resources: Vec<ResourceName>,
    /// The request's id.
    pub request_id: EventId,
    /// Whether it changes nothing.
    pub read_only: bool,
    /// What sort of event it is.
    pub kind: EventKind,
    /// In whose trail it stands.
    pub recipient: AccountId,
    /// Names that the call brings and that hold something sensitive.
    pub findings: Vec<NameFinding>,
}

impl StoredRecord for Record {
    const KIND: &'static str = "trail-record";
}

impl Record {
    /// The event's source: the service's host.
    #[expect(clippy::disallowed_methods, reason = "half of a checked action")]
    pub fn event_source(&self) -> Public<String> {
        Public::from_pinned_text(format!("{}.amazonaws.com", self.call.service()))
    }

    /// The operation.
    #[expect(clippy::disallowed_methods, reason = "half of a checked action")]
    pub fn event_name(&self) -> Public<String> {
        Public::from_pinned_text(self.call.name().to_owned())
    }
}
