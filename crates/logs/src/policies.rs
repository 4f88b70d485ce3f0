//! How do data protection policies, policies of the account, resource policies and saved queries come and go?
//!
//! One account policy of most types a Region, 10 resource policies of at most 5,120 characters, 1,000 saved queries
//! (CloudWatch Logs quotas). Destinations of findings must be there when a policy names them, and be of a kind that this
//! release delivers to.

use crate::draft::Draft;
use crate::error::{LIMIT, LogsError, Outcome};
use crate::model::{AccountPolicy, AccountPolicyType, Definition, Document, ResourcePolicy};
use crate::record::{Entity, Subject};
use crate::registry::Shelf;
use crate::{Millis, Scope};
use sotto_arn::LogGroupName;
use sotto_protect::policy::{DataProtectionPolicy, FindingsDestinations};
use sotto_public::Public;
use std::sync::Arc;

/// Most resource policies of an account in a Region.
pub const RESOURCE_POLICIES_MAX: usize = 10;
/// Most characters of a resource policy.
pub const RESOURCE_POLICY_CHARS_MAX: usize = 5_120;
/// Most saved queries.
pub const DEFINITIONS_MAX: usize = 1_000;

impl Draft {
    /// PutDataProtectionPolicy. `policy` is the document, read.
    ///
    /// # Errors
    /// When there is no such group, or a destination is missing or of a kind that is not available.
    pub fn put_protection(
        &mut self,
        scope: &Scope,
        group: &LogGroupName,
        (document, policy, at): (Public<String>, &DataProtectionPolicy, Millis),
    ) -> Outcome<()> {
        check_destinations(&self.shelf(scope), policy.audit().destinations())?;
        self.with_group(scope, group, |group| {
            group.protection = Some(Document { text: document, updated: at });
            Ok(())
        })
    }

    /// DeleteDataProtectionPolicy. What was masked stays masked.
    ///
    /// # Errors
    /// When there is no such group, or it has no policy.
    pub fn delete_protection(&mut self, scope: &Scope, group: &LogGroupName) -> Outcome<()> {
        self.with_group(scope, group, |group| match group.protection.take() {
            Some(_) => Ok(()),
            None => {
                Err(LogsError::NotFound("Data protection policy does not exist for the specified log group."))
            }
        })
    }

    /// PutAccountPolicy: made, or replaced. `policy` is the document of a data protection policy, read.
    ///
    /// # Errors
    /// When another policy of the type is there, or a destination is missing or of a kind that is not available.
    pub fn put_account_policy(
        &mut self,
        scope: &Scope,
        new: AccountPolicy,
        policy: Option<&DataProtectionPolicy>,
    ) -> Outcome<Arc<AccountPolicy>> {
        let shelf = self.shelf(scope);
        if new.name.get().starts_with("aws/") {
            return Err(LogsError::InvalidParameter("Names of account policies must not start with 'aws/'"));
        }
        if shelf.account_policies(new.kind).any(|held| held.name != new.name) {
            return Err(LogsError::LimitExceeded(
                "An account has one policy of each type in a Region; replace it by its name",
            ));
        }
        if let Some(policy) = policy {
            check_destinations(&shelf, policy.audit().destinations())?;
        }
        let made = Arc::new(new);
        self.put(scope, Entity::AccountPolicy(Arc::clone(&made)));
        Ok(made)
    }

    /// DeleteAccountPolicy.
    ///
    /// # Errors
    /// When there is none.
    pub fn delete_account_policy(
        &mut self,
        scope: &Scope,
        kind: AccountPolicyType,
        name: &Public<String>,
    ) -> Outcome<()> {
        match self.shelf(scope).account_policy(kind, name) {
            Some(_) => self.delete(scope, Subject::AccountPolicy(kind, name.clone())),
            None => return Err(LogsError::NotFound("The specified account policy does not exist.")),
        }
        Ok(())
    }

    /// PutResourcePolicy: made, or replaced.
    ///
    /// # Errors
    /// When it is too long, or there are too many.
    pub fn put_resource_policy(
        &mut self,
        scope: &Scope,
        (name, document, at): (Public<String>, Public<String>, Millis),
    ) -> Outcome<Arc<ResourcePolicy>> {
        let shelf = self.shelf(scope);
        if document.get().chars().count() > RESOURCE_POLICY_CHARS_MAX {
            return Err(LogsError::LimitExceeded("Resource policies have at most 5120 characters"));
        }
        let old = shelf.resource_policy(&name);
        if old.is_none() && shelf.resource_policies().count() >= RESOURCE_POLICIES_MAX {
            return Err(LIMIT);
        }
        let revision = old.map_or(1, |old| old.revision + 1);
        let made = Arc::new(ResourcePolicy { name, document, updated: at, resource: None, revision });
        self.put(scope, Entity::ResourcePolicy(Arc::clone(&made)));
        Ok(made)
    }

    /// DeleteResourcePolicy.
    ///
    /// # Errors
    /// When there is none.
    pub fn delete_resource_policy(&mut self, scope: &Scope, name: &Public<String>) -> Outcome<()> {
        match self.shelf(scope).resource_policy(name) {
            Some(_) => self.delete(scope, Subject::ResourcePolicy(name.clone())),
            None => return Err(LogsError::NotFound("The specified resource policy does not exist.")),
        }
        Ok(())
    }

    /// PutQueryDefinition: `fresh` says that the id was made for it.
    ///
    /// # Errors
    /// When one of this id is asked for and not there, or there are too many.
    pub fn put_definition(&mut self, scope: &Scope, definition: Definition, fresh: bool) -> Outcome<()> {
        let shelf = self.shelf(scope);
        if !fresh && shelf.definition(&definition.id).is_none() {
            return Err(LogsError::NotFound("The specified query definition does not exist."));
        }
        if fresh && shelf.definitions().count() >= DEFINITIONS_MAX {
            return Err(LIMIT);
        }
        self.put(scope, Entity::Definition(Arc::new(definition)));
        Ok(())
    }

    /// DeleteQueryDefinition.
    ///
    /// # Errors
    /// When there is none.
    pub fn delete_definition(&mut self, scope: &Scope, id: &Public<String>) -> Outcome<()> {
        match self.shelf(scope).definition(id) {
            Some(_) => self.delete(scope, Subject::Definition(id.clone())),
            None => return Err(LogsError::NotFound("The specified query definition does not exist.")),
        }
        Ok(())
    }
}

fn check_destinations(shelf: &Shelf, destinations: &FindingsDestinations) -> Outcome<()> {
    if destinations.bucket().is_some() {
        return Err(LogsError::DestinationKind("S3 bucket"));
    }
    if destinations.delivery_stream().is_some() {
        return Err(LogsError::DestinationKind("Firehose delivery stream"));
    }
    match destinations.log_group() {
        Some(name) if shelf.group(name).is_none() => {
            Err(LogsError::NotFound("The log group that findings are to go to does not exist."))
        }
        _ => Ok(()),
    }
}
