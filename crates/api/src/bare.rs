//! Which log groups has nobody written a policy for? Those that neither a policy of their own nor one of their account covers: what
//! they store depends on the policy of last resort alone.

use crate::shelves::{Shelf, rows_below};
use sotto_arn::LogGroupArn;
use sotto_logs::{AccountPolicyType, Registry, groups_place};
use sotto_public::Public;
use sotto_storage::{StorageError, Store};

/// ARNs of log groups without a data protection policy, and how many groups there are.
///
/// # Errors
/// When the store does not answer, or holds what cannot be read.
pub async fn bare_groups(store: &dyn Store) -> Result<(Vec<Public<String>>, usize), StorageError> {
    let registry = <Registry as Shelf>::load(&rows_below(store, &groups_place()).await?)?;
    let (mut bare, mut count) = (Vec::new(), 0);
    for (scope, shelf) in registry.shelves() {
        let is_covered = shelf.account_policies(AccountPolicyType::DataProtection).next().is_some();
        for (name, entry) in shelf.groups().iter() {
            count += 1;
            if !is_covered && entry.group.protection.is_none() {
                let arn = LogGroupArn::new(scope.region.clone(), scope.account.clone(), name.clone());
                bare.push(crate::record::configured(&arn));
            }
        }
    }
    Ok((bare, count))
}
