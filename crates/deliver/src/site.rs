//! What does the operator allow? [`Site`]: whose deliveries may go to which addresses.
//!
//! A destination is named by whoever may subscribe, so it is not enough that it is well formed: an account could have the server
//! ask any machine that it can reach, or write into a file that another account reads. Addresses of the network are allowed to all
//! accounts or to one; a file always names its account, and each account's files stand in a folder of their own.

use crate::{DeliverError, Destination};
use sotto_public::Public;
use std::path::PathBuf;

/// What the operator allows.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// The folder of files; none where files are not allowed.
    pub folder: Option<PathBuf>,
    /// What is allowed, and to whom.
    pub allowed: Vec<Allowance>,
    /// Whether functions are run here.
    pub functions: bool,
}

/// One address or what begins with it, for one account or all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    account: Option<Public<String>>,
    address: Public<String>,
}

/// Stands for all accounts, and behind `file:` for all names.
const ALL: &str = "*";

impl Allowance {
    /// Reads `[ACCOUNT=]ADDRESS`: an address that others may begin with, `file:NAME` or `file:*`. The account is `*` for all; a file
    /// needs one.
    ///
    /// # Errors
    /// [`DeliverError::Allowance`] when it is something else.
    #[expect(clippy::disallowed_methods, reason = "the two halves of a public setting")]
    pub fn parse(text: &Public<String>) -> Result<Self, DeliverError> {
        let (account, address) = match text.get().split_once('=') {
            Some((account, address)) => (Some(account), address),
            None => (None, text.get().as_str()),
        };
        let is_account = |account: &str| {
            account == ALL || account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())
        };
        if account.is_some_and(|account| !is_account(account))
            || account.is_none() && address.starts_with("file:")
        {
            return Err(DeliverError::Allowance);
        }
        let address = Public::from_pinned_text(address.to_owned());
        if *address.get() != "file:*" {
            Destination::parse(&address).map_err(|_| DeliverError::Allowance)?;
        }
        let account = account.filter(|account| *account != ALL);
        Ok(Self { account: account.map(|account| Public::from_pinned_text(account.to_owned())), address })
    }

    fn covers(&self, account: &Public<String>, destination: &Destination) -> bool {
        if self.account.as_ref().is_some_and(|own| own != account) {
            return false;
        }
        match destination {
            Destination::Group(_) | Destination::Function(_) => false,
            Destination::File(address) => self.address == *address || *self.address.get() == "file:*",
            Destination::Http(address) | Destination::Syslog(address) => {
                begins(address.get(), self.address.get())
            }
        }
    }
}

impl Site {
    /// Whether an account may have something sent to a destination. The operator, who is no account, may all.
    pub fn allows(&self, account: Option<&Public<String>>, destination: &Destination) -> bool {
        match destination {
            Destination::Group(_) => false,
            Destination::Function(_) => self.functions,
            Destination::File(_) if self.folder.is_none() => false,
            _ => account
                .is_none_or(|account| self.allowed.iter().any(|rule| rule.covers(account, destination))),
        }
    }

    /// The folder of an account's files, or of the operator's own.
    pub(crate) fn folder_of(&self, account: Option<&Public<String>>) -> Option<PathBuf> {
        let folder = self.folder.clone()?;
        match account {
            None => Some(folder),
            // A name is joined to a path: digits alone are an account's.
            Some(account) if account.get().bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(folder.join(account.get()))
            }
            Some(_) => None,
        }
    }
}

/// Whether an address is another one or below it: `https://host` does not allow `https://host.example`.
fn begins(address: &str, allowed: &str) -> bool {
    address
        .strip_prefix(allowed)
        .is_some_and(|rest| rest.is_empty() || allowed.ends_with('/') || rest.starts_with('/'))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "texts of a test")]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_operator_names_is_reached() {
        for (address, allowed, wanted) in [
            ("https://host/a", "https://host", true),
            ("https://host", "https://host", true),
            ("https://host.example/a", "https://host", false),
            ("https://host/a/b", "https://host/a/", true),
            ("https://host/ab", "https://host/a", false),
            ("http://host/a", "https://host", false),
        ] {
            assert_eq!(begins(address, allowed), wanted, "{address} {allowed}");
        }
    }

    fn public(text: &str) -> Public<String> {
        Public::from_pinned_text(text.to_owned())
    }

    #[test]
    fn each_account_reaches_what_it_is_allowed() {
        let (one, other) = ("111122223333", "444455556666");
        for (rule, account, destination, wanted) in [
            ("https://host/", one, "https://host/a", true),
            ("*=https://host/", one, "https://host/a", true),
            ("111122223333=https://host/", one, "https://host/a", true),
            ("111122223333=https://host/", other, "https://host/a", false),
            ("111122223333=file:a.jsonl", one, "file:a.jsonl", true),
            ("111122223333=file:a.jsonl", one, "file:b.jsonl", false),
            ("111122223333=file:a.jsonl", other, "file:a.jsonl", false),
            ("111122223333=file:*", one, "file:b.jsonl", true),
            ("*=file:*", other, "file:b.jsonl", true),
            ("https://host/", one, "file:a.jsonl", false),
            ("syslogs://host:1", one, "syslogs://host:1", true),
            ("https://host/", one, "arn:aws:lambda:eu-central-1:111122223333:function:f", false),
        ] {
            let allowed = vec![Allowance::parse(&public(rule)).unwrap()];
            let site = Site { folder: Some("f".into()), allowed, functions: false };
            let destination = Destination::parse(&public(destination)).unwrap();
            assert_eq!(
                site.allows(Some(&public(account)), &destination),
                wanted,
                "{rule} {account} {destination:?}"
            );
            assert!(site.allows(None, &destination) || matches!(destination, Destination::Function(_)));
        }
        for wrong in [
            "file:a",
            "file:*",
            "1=https://host",
            "111122223333=",
            "x",
            "=https://host",
            "111122223333=file:../a",
        ] {
            assert_eq!(Allowance::parse(&public(wrong)), Err(DeliverError::Allowance), "{wrong}");
        }
        let without = Site::default();
        assert!(!without.allows(None, &Destination::parse(&public("file:a")).unwrap()));
    }

    #[test]
    fn files_of_accounts_stand_apart() {
        let site = Site { folder: Some("f".into()), ..Site::default() };
        assert_eq!(site.folder_of(None), Some("f".into()));
        assert_eq!(site.folder_of(Some(&public("111122223333"))), Some("f/111122223333".into()));
        assert_eq!(site.folder_of(Some(&public("../x"))), None);
    }
}
