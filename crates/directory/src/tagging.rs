//! What may be tagged, and with how much? Users, roles, managed policies, MFA devices, OIDC providers, instance profiles.
//!
//! IAM user guide, "Rules for tagging in IAM and AWS STS": at most 50 tags, keys without regard to case.

use crate::draft::Draft;
use crate::model::{Tag, Tags};
use crate::record::Entity;
use crate::{DirectoryError, Outcome, Text};
use sotto_arn::AccountId;
use std::sync::Arc;

/// Tags on one thing.
pub const TAGS_MAX: usize = 50;

/// Something that bears tags, by the name or ARN that its operations take.
#[derive(Clone, Copy, Debug)]
pub enum Tagged<'a> {
    /// A user by name.
    User(&'a Text),
    /// A role by name.
    Role(&'a Text),
    /// A customer managed policy by ARN.
    Policy(&'a Text),
    /// An MFA device by serial number.
    Mfa(&'a Text),
    /// An OIDC provider by ARN.
    Oidc(&'a Text),
    /// An instance profile by name.
    Profile(&'a Text),
}

/// The tags of a new thing.
///
/// # Errors
/// When there are more than 50, or a key stands twice.
pub fn new_tags(tags: Vec<Tag>) -> Outcome<Tags> {
    let mut held = Tags::default();
    let count = tags.len();
    tags.into_iter().for_each(|tag| held.set(tag));
    if held.count() < count {
        return Err(DirectoryError::InvalidInput(
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.".into(),
        ));
    }
    bounded(&held)?;
    Ok(held)
}

fn bounded(tags: &Tags) -> Outcome<()> {
    match tags.count() {
        0..=TAGS_MAX => Ok(()),
        _ => Err(DirectoryError::LimitExceeded("The number of tags has reached the maximum limit.".into())),
    }
}

impl Draft {
    /// TagUser and its siblings.
    ///
    /// # Errors
    /// When there is no such thing, a key stands twice, or there would be more than 50.
    pub fn tag(&mut self, account: &AccountId, thing: Tagged<'_>, tags: Vec<Tag>) -> Outcome<()> {
        let new = new_tags(tags)?;
        self.edit_tags(account, thing, |held| {
            new.iter().for_each(|tag| held.set(tag.clone()));
            bounded(held)
        })
    }

    /// UntagUser and its siblings; keys that are not there are passed over.
    ///
    /// # Errors
    /// When there is no such thing.
    pub fn untag(&mut self, account: &AccountId, thing: Tagged<'_>, keys: &[Text]) -> Outcome<()> {
        self.edit_tags(account, thing, |held| {
            keys.iter().for_each(|key| held.remove(key.as_str()));
            Ok(())
        })
    }

    fn edit_tags(
        &mut self,
        account: &AccountId,
        thing: Tagged<'_>,
        edit: impl FnOnce(&mut Tags) -> Outcome<()>,
    ) -> Outcome<()> {
        match thing {
            Tagged::User(name) => self.edit_user(account, name, |user| edit(&mut user.tags)),
            Tagged::Role(name) => self.edit_role(account, name, |role| edit(&mut role.tags)),
            Tagged::Policy(arn) => self.edit_policy(account, arn, |policy| edit(&mut policy.tags)),
            Tagged::Mfa(serial) => self.edit_device(account, serial, |device| edit(&mut device.tags)),
            Tagged::Oidc(arn) => self.edit_provider(account, arn, |provider| edit(&mut provider.tags)),
            Tagged::Profile(name) => {
                let mut profile = crate::InstanceProfile::clone(self.profile(account, name)?);
                edit(&mut profile.tags)?;
                self.put(account, Entity::Profile(Arc::new(profile)));
                Ok(())
            }
        }
    }
}
