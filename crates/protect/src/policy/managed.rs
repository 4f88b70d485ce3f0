//! Which managed data identifiers exist?
//!
//! The catalogue belongs to detection; a policy is only judged against the list of its names.

use super::suggest;

/// Another spelling that one page of the documentation uses for the id on the right (CloudWatch Logs User Guide, "Credentials").
const OTHER_SPELLINGS: [(&str, &str); 1] = [("OpenSSHPrivateKey", "OpenSshPrivateKey")];

/// The ids of all managed data identifiers, as `EmailAddress` or `Ssn-US`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedIds(Vec<Box<str>>);

impl ManagedIds {
    /// Takes the ids in any order.
    pub fn new<I>(ids: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Box<str>>,
    {
        let mut ids: Vec<Box<str>> = ids.into_iter().map(Into::into).collect();
        ids.sort_unstable();
        ids.dedup();
        Self(ids)
    }

    /// The id as the catalogue spells it, for an id as a policy may spell it.
    pub fn find(&self, id: &str) -> Option<&str> {
        let other = OTHER_SPELLINGS.iter().find(|(other, _)| *other == id).map(|(_, right)| *right);
        self.exact(id).or_else(|| self.exact(other?))
    }

    fn exact(&self, id: &str) -> Option<&str> {
        let at = self.0.binary_search_by(|known| (**known).cmp(id)).ok()?;
        self.0.get(at).map(|known| &**known)
    }

    /// Ids that are spelled nearly so.
    pub(crate) fn closest(&self, id: &str) -> Vec<&str> {
        suggest::closest(id, self.0.iter().map(|known| &**known))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_by_either_spelling() {
        let ids = ManagedIds::new(["Name", "OpenSshPrivateKey", "EmailAddress", "Name"]);
        assert_eq!(ids.find("EmailAddress"), Some("EmailAddress"));
        assert_eq!(ids.find("OpenSSHPrivateKey"), Some("OpenSshPrivateKey"));
        assert_eq!(ids.find("name"), None);
        assert_eq!(ids.closest("Nmae"), ["Name"]);
        assert_eq!(ManagedIds::new(["Name"]).find("OpenSSHPrivateKey"), None);
    }
}
