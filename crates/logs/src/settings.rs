//! What does a group ask for beyond AWS? Its settings, put and taken away as a whole.
//!
//! They stand in the group's record: what changes together is kept together, and a group that goes takes them along. What words
//! mean, and which identifier may be replaced how, is decided where events are protected.

use crate::draft::Draft;
use crate::error::Outcome;
use crate::model::GroupSettings;
use crate::{LogsError, Scope};
use sotto_arn::LogGroupName;

/// Identifiers that have a style of their own, at most.
pub const STYLES_MAX: usize = 200;
/// Paths of fields of each kind, at most.
pub const FIELD_PATHS_MAX: usize = 100;

impl Draft {
    /// Puts a group's settings in the place of those it has; none are the service's own behaviour.
    ///
    /// # Errors
    /// When there is no such group, or there are too many of something.
    pub fn put_settings(
        &mut self,
        scope: &Scope,
        name: &LogGroupName,
        settings: GroupSettings,
    ) -> Outcome<()> {
        let paths = settings.fields_left_out.len().max(settings.fields_only.len());
        if settings.styles.len() > STYLES_MAX || paths > FIELD_PATHS_MAX {
            return Err(LogsError::LimitExceeded(
                "a group has at most 200 styles and 100 paths of each kind",
            ));
        }
        self.with_group(scope, name, |group| {
            group.settings = GroupSettings {
                // Who may unmask is no question of how events are protected.
                unmask_needs_decrypt: group.settings.unmask_needs_decrypt,
                ..settings
            };
            Ok(())
        })
    }
}
