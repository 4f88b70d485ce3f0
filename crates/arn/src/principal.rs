//! Who is this ARN: the root of an account, a user, a group, a role, a session, or a provider of identities?
//!
//! IAM User Guide, "IAM identifiers": `arn:PARTITION:iam::ACCOUNT:root`, `user/PATH/NAME`, `group/PATH/NAME`, `role/PATH/NAME`,
//! `oidc-provider/HOST`, `saml-provider/NAME`, and from STS `assumed-role/ROLE/SESSION` and `federated-user/NAME`. A session's
//! ARN names the role without its path; that of the role has it.

use crate::account::AccountId;
use crate::arn::Segment;
use crate::error::{ArnError, Part};
use crate::name::Shape;
use crate::partition::Partition;
use std::{fmt, str::FromStr};

const EXPECTED: &str = "`root`, `user/NAME`, `group/NAME`, `role/NAME`, `assumed-role/ROLE/SESSION`, `federated-user/NAME`, \
                        `oidc-provider/HOST` or `saml-provider/NAME`";

const NAME: Shape = Shape {
    part: Part::Principal,
    min: 1,
    max: 512,
    allows: |byte| byte.is_ascii_graphic() && !matches!(byte, b'*' | b'?' | b':' | b'"' | b'\\'),
    expected: "names and paths of letters, digits and `+=,.@_-/`",
};

/// What kind of principal an ARN names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalKind {
    /// An account, or its root user.
    Root,
    /// A user.
    User,
    /// A group: it holds users and policies, but cannot act.
    Group,
    /// A role.
    Role,
    /// A session of a role.
    AssumedRole,
    /// A session of GetFederationToken.
    FederatedUser,
    /// A provider of OpenID Connect identities.
    OidcProvider,
    /// A provider of SAML identities.
    SamlProvider,
}

impl PrincipalKind {
    const ALL: [Self; 8] = [
        Self::Root,
        Self::User,
        Self::Group,
        Self::Role,
        Self::AssumedRole,
        Self::FederatedUser,
        Self::OidcProvider,
        Self::SamlProvider,
    ];

    /// The first word of the resource part.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
            Self::AssumedRole => "assumed-role",
            Self::FederatedUser => "federated-user",
            Self::OidcProvider => "oidc-provider",
            Self::SamlProvider => "saml-provider",
        }
    }

    /// The service whose ARN it is.
    pub fn service(self) -> &'static str {
        match self {
            Self::AssumedRole | Self::FederatedUser => "sts",
            _ => "iam",
        }
    }
}

/// The ARN of a principal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, sotto_public::Storable)]
#[storable(text)]
pub struct PrincipalArn {
    text: Box<str>,
    partition: Partition,
    account: AccountId,
    kind: PrincipalKind,
    /// Where the name begins: behind `user`, with its slash.
    name: usize,
}

impl PrincipalArn {
    /// Reads the ARN of a principal.
    ///
    /// # Errors
    /// When a part is wrong; wildcards are.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        let [prefix, partition, service, region, account, resource] = Segment::split(text)?;
        prefix.must_be(Part::Prefix, "arn", "`arn`")?;
        let partition = partition.read(Partition::parse)?;
        region.must_be(Part::Region, "", "nothing: principals have no Region")?;
        let account = account.read(AccountId::parse)?;
        let kind = Self::kind_of(resource)?;
        service.must_be(Part::Service, kind.service(), "`iam`, or `sts` for sessions")?;
        Ok(Self { text: text.into(), partition, account, kind, name: resource.at + kind.as_str().len() })
    }

    fn kind_of(resource: Segment<'_>) -> Result<PrincipalKind, ArnError> {
        let wrong = || resource.wrong(Part::Principal, EXPECTED);
        let (word, name) = resource.text.split_once('/').unwrap_or((resource.text, ""));
        let kind = PrincipalKind::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(wrong)?;
        if kind == PrincipalKind::Root {
            return if resource.text == "root" { Ok(kind) } else { Err(wrong()) };
        }
        NAME.check(name).map_err(|error| error.moved(resource.at + word.len() + 1))?;
        let parts = name.split('/');
        let full = match kind {
            PrincipalKind::AssumedRole => parts.clone().count() == 2,
            PrincipalKind::FederatedUser => parts.clone().count() == 1,
            _ => true,
        };
        if full && parts.clone().all(|part| !part.is_empty()) { Ok(kind) } else { Err(wrong()) }
    }

    /// The ARN of an account: its root.
    pub fn root(partition: Partition, account: &AccountId) -> Self {
        let text = format!("arn:{partition}:iam::{account}:root");
        let name = text.len();
        Self { text: text.into(), partition, account: account.clone(), kind: PrincipalKind::Root, name }
    }

    /// The ARN as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its partition.
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// Its account.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// What it names.
    pub fn kind(&self) -> PrincipalKind {
        self.kind
    }

    fn tail(&self) -> &str {
        self.text.get(self.name + 1..).unwrap_or_default()
    }

    /// The path with both slashes, `/` where there is none.
    pub fn path(&self) -> &str {
        let end = self.text.rfind('/').map_or(0, |slash| slash + 1);
        match self.kind {
            PrincipalKind::User | PrincipalKind::Group | PrincipalKind::Role => {
                self.text.get(self.name..end).unwrap_or("/")
            }
            _ => "/",
        }
    }

    /// The friendly name without path: of a session the name of its role, of a provider its host, of the root nothing.
    pub fn name(&self) -> &str {
        match self.kind {
            PrincipalKind::AssumedRole => self.tail().split_once('/').map_or("", |(role, _)| role),
            PrincipalKind::OidcProvider | PrincipalKind::SamlProvider => self.tail(),
            _ => self.tail().rsplit('/').next().unwrap_or_default(),
        }
    }

    /// The name of the session, where it is one of a role.
    pub fn session(&self) -> Option<&str> {
        match self.kind {
            PrincipalKind::AssumedRole => self.tail().split_once('/').map(|(_, session)| session),
            _ => None,
        }
    }

    /// Whether it is a role that belongs to a service (path `/aws-service-role/`; IAM User Guide, "Service-linked roles").
    pub fn is_service_linked(&self) -> bool {
        self.kind == PrincipalKind::Role && self.path().starts_with("/aws-service-role/")
    }
}

impl fmt::Display for PrincipalArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for PrincipalArn {
    type Err = ArnError;
    fn from_str(text: &str) -> Result<Self, ArnError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> (PrincipalKind, String, String, Option<String>) {
        let arn = PrincipalArn::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(arn.to_string(), text);
        (arn.kind(), arn.path().to_owned(), arn.name().to_owned(), arn.session().map(str::to_owned))
    }

    #[test]
    fn forms_and_their_parts() {
        use PrincipalKind::*;
        for (tail, kind, path, name, session) in [
            ("iam::111122223333:root", Root, "/", "", None),
            ("iam::111122223333:user/Ana", User, "/", "Ana", None),
            ("iam::111122223333:user/a/b/Ana", User, "/a/b/", "Ana", None),
            ("iam::111122223333:group/x/Staff", Group, "/x/", "Staff", None),
            ("iam::111122223333:role/Night", Role, "/", "Night", None),
            ("sts::111122223333:assumed-role/Night/s-1", AssumedRole, "/", "Night", Some("s-1")),
            ("sts::111122223333:federated-user/Ana", FederatedUser, "/", "Ana", None),
            (
                "iam::111122223333:oidc-provider/idp.example.com/a",
                OidcProvider,
                "/",
                "idp.example.com/a",
                None,
            ),
            ("iam::111122223333:saml-provider/Adfs", SamlProvider, "/", "Adfs", None),
        ] {
            let wanted = (kind, path.to_owned(), name.to_owned(), session.map(str::to_owned));
            assert_eq!(check(&format!("arn:aws:{tail}")), wanted, "{tail}");
        }
    }

    #[test]
    fn root_is_built_as_it_is_read() {
        let account = AccountId::parse("111122223333").unwrap();
        let root = PrincipalArn::root(Partition::China, &account);
        assert_eq!(PrincipalArn::parse(root.as_str()), Ok(root));
    }

    #[test]
    fn service_linked_roles_are_told_by_their_path() {
        let linked = |tail: &str| {
            PrincipalArn::parse(&format!("arn:aws:iam::111122223333:{tail}"))
                .is_ok_and(|arn| arn.is_service_linked())
        };
        assert!(linked("role/aws-service-role/logs.amazonaws.com/ForLogs"));
        assert!(!linked("role/ForLogs") && !linked("user/aws-service-role/Ana"));
    }

    #[test]
    fn refused_ones() {
        for text in [
            "",
            "arn:aws:iam::111122223333:user/",
            "arn:aws:iam::111122223333:user/*",
            "arn:aws:iam::111122223333:user//x",
            "arn:aws:sts::111122223333:user/x",
            "arn:aws:iam::111122223333:assumed-role/a/b",
            "arn:aws:sts::111122223333:assumed-role/a",
            "arn:aws:iam:eu-central-1:111122223333:user/x",
            "arn:aws:iam::*:root",
            "arn:aws:iam::111122223333:rooty",
            "arn:aws:iam::111122223333:root/x",
            "arn:aws:s3:::bucket",
        ] {
            assert!(PrincipalArn::parse(text).is_err(), "{text}");
        }
    }
}
