//! How do groups come, change and go?
//!
//! Quotas and values are those of the CloudWatch Logs user guide, "CloudWatch Logs quotas", and of the API reference,
//! "PutRetentionPolicy", "CreateLogGroup", "TagResource". A deleted group takes its streams' records along, a bounded number in
//! the same transaction; the rest are strays that a sweep takes later, and that nothing shows.

use crate::draft::Draft;
use crate::error::{LIMIT, LogsError, Outcome};
use crate::model::{Class, Group, GroupSettings};
use crate::record::{Entity, Subject};
use crate::{Millis, Scope, Uid};
use sotto_arn::LogGroupName;
use sotto_public::{Opaque, Public};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most groups of an account in a Region.
pub const GROUPS_MAX: usize = 1_000_000;
/// Most tags of a group.
pub const TAGS_MAX: usize = 50;
/// Days after which events may be told to go.
pub const RETENTION_DAYS: [u32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1_096, 1_827, 2_192, 2_557, 2_922, 3_288,
    3_653,
];
/// Records of streams that go in the same transaction as their group.
const STREAMS_WITH_GROUP: usize = 1_000;

/// A group that is to be made.
#[derive(Clone, Debug)]
pub struct NewGroup {
    /// Fresh and random.
    pub uid: Uid,
    /// The name.
    pub name: LogGroupName,
    /// Now.
    pub at: Millis,
    /// What it is for.
    pub class: Class,
    /// ARN of the key of its data.
    pub kms_key: Option<Public<String>>,
    /// Sealed values of tags by key.
    pub tags: BTreeMap<Public<String>, Opaque>,
    /// Deletion is refused.
    pub deletion_protected: bool,
}

impl Draft {
    /// CreateLogGroup.
    ///
    /// # Errors
    /// When the name is taken or reserved, or a quota is reached.
    pub fn create_group(&mut self, scope: &Scope, new: NewGroup) -> Outcome<Arc<Group>> {
        let shelf = self.shelf(scope);
        if shelf.entry(&new.name).is_some() {
            return Err(LogsError::AlreadyExists("The specified log group already exists"));
        }
        if new.name.as_str().starts_with("aws/") {
            return Err(LogsError::InvalidParameter("Log groups starting with 'aws/' are reserved"));
        }
        if shelf.groups().count() >= GROUPS_MAX || new.tags.len() > TAGS_MAX {
            return Err(LIMIT);
        }
        let group = Arc::new(Group {
            uid: new.uid,
            name: new.name,
            created: new.at,
            class: new.class,
            retention_days: None,
            kms_key: new.kms_key,
            tags: new.tags,
            protection: None,
            metric_filters: BTreeMap::new(),
            subscription_filters: BTreeMap::new(),
            deletion_protected: new.deletion_protected,
            settings: GroupSettings::default(),
        });
        self.put(scope, Entity::Group(Arc::clone(&group)));
        Ok(group)
    }

    /// DeleteLogGroup. What it held goes with the next sweep; nobody sees it from now on.
    ///
    /// # Errors
    /// When there is none, or it is protected against deletion.
    pub fn delete_group(&mut self, scope: &Scope, name: &LogGroupName) -> Outcome<Arc<Group>> {
        let entry = self.entry(scope, name)?;
        if entry.group.deletion_protected {
            return Err(LogsError::InvalidOperation(
                "The log group is protected against deletion; switch deletion protection off first",
            ));
        }
        for (stream, _) in entry.streams.iter().take(STREAMS_WITH_GROUP) {
            self.delete(scope, Subject::Stream(entry.group.uid, stream.public()));
        }
        self.delete(scope, Subject::Group(Public::named(name)));
        Ok(entry.group)
    }

    /// PutRetentionPolicy and DeleteRetentionPolicy.
    ///
    /// # Errors
    /// When there is no such group, or the number is not one of [`RETENTION_DAYS`].
    pub fn set_retention(&mut self, scope: &Scope, name: &LogGroupName, days: Option<u32>) -> Outcome<()> {
        if days.is_some_and(|days| !RETENTION_DAYS.contains(&days)) {
            return Err(LogsError::InvalidParameter(
                "retentionInDays must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, \
                 2192, 2557, 2922, 3288, 3653",
            ));
        }
        self.with_group(scope, name, |group| {
            group.retention_days = days;
            Ok(())
        })
    }

    /// AssociateKmsKey and DisassociateKmsKey: holds for what is written from now on.
    ///
    /// # Errors
    /// When there is no such group.
    pub fn set_key(
        &mut self,
        scope: &Scope,
        name: &LogGroupName,
        key: Option<Public<String>>,
    ) -> Outcome<()> {
        self.with_group(scope, name, |group| {
            group.kms_key = key;
            Ok(())
        })
    }

    /// TagResource.
    ///
    /// # Errors
    /// When there is no such group, or it would have too many tags.
    pub fn tag_group(
        &mut self,
        scope: &Scope,
        name: &LogGroupName,
        tags: BTreeMap<Public<String>, Opaque>,
    ) -> Outcome<()> {
        self.with_group(scope, name, |group| {
            group.tags.extend(tags);
            if group.tags.len() > TAGS_MAX { Err(LIMIT) } else { Ok(()) }
        })
    }

    /// UntagResource.
    ///
    /// # Errors
    /// When there is no such group.
    pub fn untag_group(
        &mut self,
        scope: &Scope,
        name: &LogGroupName,
        keys: &[Public<String>],
    ) -> Outcome<()> {
        self.with_group(scope, name, |group| {
            group.tags.retain(|key, _| !keys.contains(key));
            Ok(())
        })
    }

    /// PutLogGroupDeletionProtection.
    ///
    /// # Errors
    /// When there is no such group.
    pub fn set_deletion_protection(&mut self, scope: &Scope, name: &LogGroupName, on: bool) -> Outcome<()> {
        self.with_group(scope, name, |group| {
            group.deletion_protected = on;
            Ok(())
        })
    }

    /// Our own settings of a group.
    ///
    /// # Errors
    /// When there is no such group.
    pub fn set_settings(
        &mut self,
        scope: &Scope,
        name: &LogGroupName,
        settings: GroupSettings,
    ) -> Outcome<()> {
        self.with_group(scope, name, |group| {
            group.settings = settings;
            Ok(())
        })
    }
}
