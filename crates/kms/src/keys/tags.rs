//! How is a key tagged? KMS API Reference: TagResource, UntagResource. Keys of tags differ by case; a tag that is there is
//! replaced.

use super::draft::Draft;
use super::error::{KeysError, Outcome, said};
use super::model::KeyTag;
use super::names::KeyArn;
use sotto_public::Public;
use std::collections::BTreeSet;

/// Tags of one key (KMS Developer Guide, "Tags in AWS KMS").
pub const TAGS_PER_KEY_MAX: usize = 50;

impl Draft {
    /// TagResource.
    ///
    /// # Errors
    /// When there is no such key, it is to be deleted, a tag comes twice, or there would be too many.
    pub fn tag(&mut self, arn: &KeyArn, tags: Vec<KeyTag>) -> Outcome<()> {
        self.keys().not_pending_deletion(self.key(arn)?)?;
        once(&tags)?;
        self.edit(arn, |key| {
            for tag in tags {
                match key.tags.iter_mut().find(|held| held.key == tag.key) {
                    Some(held) => *held = tag,
                    None => key.tags.push(tag),
                }
            }
            if key.tags.len() > TAGS_PER_KEY_MAX { Err(too_many()) } else { Ok(()) }
        })
    }

    /// UntagResource; a tag that is not there is no error.
    ///
    /// # Errors
    /// When there is no such key, or it is to be deleted.
    pub fn untag(&mut self, arn: &KeyArn, names: &[Public<String>]) -> Outcome<()> {
        self.keys().not_pending_deletion(self.key(arn)?)?;
        self.edit(arn, |key| {
            key.tags.retain(|held| !names.contains(&held.key));
            Ok(())
        })
    }
}

/// That no tag comes twice.
pub(crate) fn once(tags: &[KeyTag]) -> Outcome<()> {
    let names: BTreeSet<_> = tags.iter().map(|tag| &tag.key).collect();
    match names.len() == tags.len() {
        true => Ok(()),
        false => Err(KeysError::Tag("A tag comes twice".into())),
    }
}

pub(crate) fn too_many() -> KeysError {
    KeysError::LimitExceeded(said(format_args!("A key has at most {TAGS_PER_KEY_MAX} tags")))
}
