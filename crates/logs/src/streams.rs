//! How do streams come and go? Created by name in a group, deleted with what they held.

use crate::draft::Draft;
use crate::error::{LogsError, NO_STREAM, Outcome};
use crate::model::{Class, Stream};
use crate::record::{Entity, Subject};
use crate::{Millis, Scope, StreamName, Uid};
use sotto_arn::LogGroupName;
use std::sync::Arc;

impl Draft {
    /// CreateLogStream. The uid must be fresh and random.
    ///
    /// # Errors
    /// When there is no such group, or the name is taken.
    pub fn create_stream(
        &mut self,
        scope: &Scope,
        group: &LogGroupName,
        (name, uid, at): (StreamName, Uid, Millis),
    ) -> Outcome<Arc<Stream>> {
        let entry = self.entry(scope, group)?;
        if entry.streams.find(name.as_str()).is_some() {
            return Err(LogsError::AlreadyExists("The specified log stream already exists"));
        }
        if entry.group.class == Class::Delivery {
            return Err(LogsError::InvalidOperation(
                "Streams of a log group of the class DELIVERY are made by deliveries",
            ));
        }
        let stream = Arc::new(Stream { uid, group: entry.group.uid, name, created: at });
        self.put(scope, Entity::Stream(Arc::clone(&stream)));
        Ok(stream)
    }

    /// DeleteLogStream.
    ///
    /// # Errors
    /// When there is no such group or stream.
    pub fn delete_stream(
        &mut self,
        scope: &Scope,
        group: &LogGroupName,
        name: &StreamName,
    ) -> Outcome<Arc<Stream>> {
        let entry = self.entry(scope, group)?;
        let stream = entry.streams.find(name.as_str()).cloned().ok_or(NO_STREAM)?;
        self.delete(scope, Subject::Stream(entry.group.uid, name.public()));
        Ok(stream)
    }
}
