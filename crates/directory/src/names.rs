//! How is a thing of IAM addressed? By an ARN without a Region: `arn:aws:iam::ACCOUNT:kind/path/name`.
//!
//! IAM user guide, "IAM identifiers".

use crate::{DirectoryError, Outcome, Text};
use sotto_arn::AccountId;

/// What an IAM ARN names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArnKind {
    /// `user`.
    User,
    /// `group`.
    Group,
    /// `role`.
    Role,
    /// `policy`.
    Policy,
    /// `mfa`.
    Mfa,
    /// `instance-profile`.
    InstanceProfile,
    /// `oidc-provider`.
    OidcProvider,
}

impl ArnKind {
    /// The word in the ARN.
    pub const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
            Self::Policy => "policy",
            Self::Mfa => "mfa",
            Self::InstanceProfile => "instance-profile",
            Self::OidcProvider => "oidc-provider",
        }
    }
}

/// The ARN of what stands under `path` (with both slashes) by `name`.
pub fn arn(account: &AccountId, kind: ArnKind, path: &Text, name: &Text) -> Text {
    Text::own(format!("arn:aws:iam::{}:{}{path}{name}", account.as_str(), kind.word()))
}

/// The ARN of an OIDC provider.
pub fn oidc_arn(account: &AccountId, url: &Text) -> Text {
    Text::own(format!("arn:aws:iam::{}:oidc-provider/{url}", account.as_str()))
}

/// The ARN of an account's root user.
pub fn root_arn(account: &AccountId) -> Text {
    Text::own(format!("arn:aws:iam::{}:root", account.as_str()))
}

/// The ARN of a role's session.
pub fn session_arn(account: &AccountId, role: &Text, session: &str) -> String {
    format!("arn:aws:sts::{}:assumed-role/{role}/{session}", account.as_str())
}

/// The ARN of a federated user.
pub fn federated_arn(account: &AccountId, name: &Text) -> Text {
    Text::own(format!("arn:aws:sts::{}:federated-user/{name}", account.as_str()))
}

/// Longest path, in characters (IAM user guide, quotas).
pub const PATH_CHARS_MAX: usize = 512;

/// A path: `/`, or printable characters between slashes (IAM API reference, `pathType`).
///
/// # Errors
/// [`DirectoryError::Validation`].
pub fn path(given: Option<Text>) -> Outcome<Text> {
    let Some(path) = given else { return Ok("/".into()) };
    let text = path.as_str();
    let inner = text.bytes().all(|b| (0x21..=0x7e).contains(&b)) && text.len() <= PATH_CHARS_MAX;
    if inner && text.starts_with('/') && text.ends_with('/') {
        return Ok(path);
    }
    Err(DirectoryError::Validation(
        "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric \
         characters and/or / characters."
            .into(),
    ))
}

/// A name of IAM: letters, digits and `+=,.@_-` (IAM user guide, quotas, "IAM name requirements").
///
/// # Errors
/// [`DirectoryError::Validation`].
pub fn name(member: &'static str, given: Text, chars_max: usize) -> Outcome<Text> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"+=,.@_-".contains(&b);
    if !given.as_str().is_empty() && given.as_str().len() <= chars_max && given.as_str().bytes().all(allowed)
    {
        return Ok(given);
    }
    Err(DirectoryError::Validation(Text::own(format!(
        "The specified value for {member} is invalid. It must contain only alphanumeric characters and/or the \
         following: +=,.@_-"
    ))))
}

/// Longest name of a user (the API reference's `userNameType`).
pub const USER_NAME_CHARS_MAX: usize = 64;
/// Longest name of a role.
pub const ROLE_NAME_CHARS_MAX: usize = 64;
/// Longest name of a group, a policy or a profile.
pub const NAME_CHARS_MAX: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_have_path_and_name() {
        let account = AccountId::parse("123456789012").unwrap();
        let arn = arn(&account, ArnKind::Role, &"/team/".into(), &"r".into());
        assert_eq!(arn.as_str(), "arn:aws:iam::123456789012:role/team/r");
        assert_eq!(
            oidc_arn(&account, &"id.example/x".into()).as_str(),
            "arn:aws:iam::123456789012:oidc-provider/id.example/x"
        );
        assert_eq!(root_arn(&account).as_str(), "arn:aws:iam::123456789012:root");
    }

    #[test]
    fn paths_and_names_are_checked_on_both_sides_of_the_bound() {
        assert_eq!(path(None).unwrap().as_str(), "/");
        assert!(path(Some("/a/b/".into())).is_ok());
        let long = Text::own(format!("/{}/", "a".repeat(PATH_CHARS_MAX - 2)));
        assert!(path(Some(long)).is_ok());
        for wrong in ["", "a/", "/a", "/a b/"] {
            assert!(path(Some(wrong.into())).is_err(), "{wrong}");
        }
        assert!(path(Some(Text::own(format!("/{}/", "a".repeat(PATH_CHARS_MAX - 1))))).is_err());
        assert!(name("userName", "a+b=c,d.e@f_g-h".into(), 64).is_ok());
        assert!(name("userName", Text::own("a".repeat(64)), 64).is_ok());
        for wrong in [String::new(), "a b".to_owned(), "a/b".to_owned(), "a".repeat(65)] {
            assert!(name("userName", Text::own(wrong), 64).is_err());
        }
    }
}
