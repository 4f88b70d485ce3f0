//! How is a message opened whose key is not known beforehand? With any key of the accounts that are trusted.
//!
//! Specification, "AWS KMS Discovery Keyring" and "AWS KMS MRK Discovery Keyring". A message names its keys itself, so
//! whoever wrote it chooses whom we ask: without a filter that can be a key of the attacker's own account, with which any
//! content verifies. The filter is therefore asked for first, and its absence has to be said.

use super::kms::open_with_kms;
use super::{Attempt, DataKeys, Keyring, KmsClient, KmsKeyArn, Locked};
use crate::MessageError;
use sotto_kms::Entropy;
use sotto_sensitive::RawText;
use std::fmt;
use std::sync::Arc;

/// Whose keys may open.
#[derive(Clone, Debug)]
pub struct DiscoveryFilter {
    partition: String,
    accounts: Vec<String>,
}

impl DiscoveryFilter {
    /// Keys of these accounts in one partition.
    ///
    /// # Errors
    /// When there is no account, or the partition is empty.
    #[expect(clippy::disallowed_methods, reason = "a setting: which accounts are trusted")]
    pub fn new(partition: &RawText, accounts: &[RawText]) -> Result<Self, MessageError> {
        let accounts: Vec<String> = accounts.iter().map(|account| account.expose().to_owned()).collect();
        if partition.is_empty() || accounts.is_empty() || accounts.iter().any(String::is_empty) {
            return Err(MessageError::Setting {
                what: "a discovery filter names a partition and at least one account",
            });
        }
        Ok(Self { partition: partition.expose().to_owned(), accounts })
    }

    fn allows(&self, arn: &KmsKeyArn) -> bool {
        arn.partition() == self.partition && self.accounts.iter().any(|account| account == arn.account())
    }
}

/// Any key of KMS that the filter allows. Reads only.
pub struct KmsDiscoveryKeyring {
    client: Arc<dyn KmsClient>,
    filter: Option<DiscoveryFilter>,
    region: Option<String>,
}

impl KmsDiscoveryKeyring {
    /// Keys that the filter allows; `None` asks whatever key the message names.
    pub fn new(client: Arc<dyn KmsClient>, filter: Option<DiscoveryFilter>) -> Self {
        Self { client, filter, region: None }
    }

    /// The same with multi-Region keys: their replica in this Region is asked, other keys only where they are of it.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "a setting: the Region that is asked")]
    pub fn in_region(mut self, region: &RawText) -> Self {
        self.region = Some(region.expose().to_owned());
        self
    }

    /// The key to ask for, when it is one of those.
    fn asked(&self, arn: &KmsKeyArn) -> Option<KmsKeyArn> {
        if !self.filter.as_ref().is_none_or(|filter| filter.allows(arn)) {
            return None;
        }
        match &self.region {
            None => Some(arn.clone()),
            Some(region) if arn.is_multi_region() => Some(arn.in_region(region)),
            Some(region) => (arn.region() == region).then(|| arn.clone()),
        }
    }
}

impl Keyring for KmsDiscoveryKeyring {
    fn wrap(&self, _: &mut DataKeys<'_>, _: &mut dyn Entropy) -> Result<(), MessageError> {
        Err(MessageError::WrappingKey {
            what: "a discovery keyring reads only: name the key to encrypt under",
        })
    }

    fn unwrap(&self, locked: Locked<'_>) -> Result<Attempt, MessageError> {
        open_with_kms(&*self.client, locked, |arn| self.asked(arn))
    }
}

impl fmt::Debug for KmsDiscoveryKeyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KmsDiscoveryKeyring({:?})", self.filter.is_some())
    }
}
