//! What holds for a log group that has a policy of its own, one of its account, or both: the union.
//!
//! A group's own policy cannot take away what the account's policy protects (CloudWatch Logs User Guide, "Help protect sensitive log
//! data with masking"). Custom data identifiers of both levels hold too, so up to twenty; two of one name are kept apart by level.

use super::custom::CustomIdentifier;
use super::destinations::FindingsDestinations;
use super::document::DataProtectionPolicy;
use super::identifiers::Identifier;
use std::collections::BTreeSet;

/// Whose policy it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The policy of the account in its Region.
    Account,
    /// The policy of the log group.
    Group,
}

/// The policies that hold for one log group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EffectivePolicy {
    account: Option<DataProtectionPolicy>,
    group: Option<DataProtectionPolicy>,
}

impl EffectivePolicy {
    /// Joins the two levels.
    pub fn merge(account: Option<DataProtectionPolicy>, group: Option<DataProtectionPolicy>) -> Self {
        Self { account, group }
    }

    /// Whether anything is masked at all.
    pub fn protects(&self) -> bool {
        self.levels().next().is_some()
    }

    /// The policies with their levels, the account's first.
    pub fn levels(&self) -> impl Iterator<Item = (Level, &DataProtectionPolicy)> {
        let account = self.account.iter().map(|policy| (Level::Account, policy));
        account.chain(self.group.iter().map(|policy| (Level::Group, policy)))
    }

    /// The ids of the managed data identifiers of both, each once, in order.
    pub fn managed(&self) -> BTreeSet<&str> {
        let all = self.levels().flat_map(|(_, policy)| policy.identifiers());
        all.filter(|identifier| matches!(identifier, Identifier::Managed(_))).map(Identifier::name).collect()
    }

    /// The custom data identifiers of both that their statements use. One that both define alike comes once, with the account's level.
    pub fn customs(&self) -> Vec<(Level, &CustomIdentifier)> {
        let mut all: Vec<(Level, &CustomIdentifier)> = Vec::new();
        for (level, policy) in self.levels() {
            for custom in policy.custom_identifiers().iter().filter(|custom| uses(policy, custom)) {
                if !all.iter().any(|(_, known)| *known == custom) {
                    all.push((level, custom));
                }
            }
        }
        all
    }

    /// Where findings of each level go.
    pub fn destinations(&self) -> impl Iterator<Item = (Level, &FindingsDestinations)> {
        self.levels().map(|(level, policy)| (level, policy.audit().destinations()))
    }
}

fn uses(policy: &DataProtectionPolicy, custom: &CustomIdentifier) -> bool {
    let is_it =
        |identifier: &Identifier| matches!(identifier, Identifier::Custom(name) if **name == *custom.name());
    policy.identifiers().iter().any(is_it)
}
