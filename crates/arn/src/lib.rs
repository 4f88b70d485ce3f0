//! What are things in the cloud called, and is this text such a name?
//!
//! Every name is a checked value: [`Arn`] with its six parts, [`Partition`], [`Region`], [`AccountId`], and the names that data
//! protection policies use: [`DataIdentifierArn`], [`LogGroupName`], [`LogGroupArn`], [`BucketName`], [`DeliveryStreamName`]; and those
//! of decisions: [`Action`], [`PrincipalArn`].
//! Each has one door, `parse`, and an invalid one cannot exist. [`ArnError`] says which part is wrong, at which byte, and what
//! would be right; it never repeats the text, because a name that a caller typed may hold something sensitive.
//!
//! Nothing here knows what a policy allows or where anything is stored.

mod account;
mod action;
mod arn;
mod bucket;
mod data_identifier;
mod delivery_stream;
mod error;
mod log_group;
mod name;
mod partition;
mod principal;
mod region;

pub use account::{AccountId, Owner};
pub use action::Action;
pub use arn::{Arn, Resource, Service};
pub use bucket::BucketName;
pub use data_identifier::{DataIdentifierArn, DataIdentifierId};
pub use delivery_stream::DeliveryStreamName;
pub use error::{ArnError, Part};
pub use log_group::{LogGroupArn, LogGroupName};
pub use partition::Partition;
pub use principal::{PrincipalArn, PrincipalKind};
pub use region::Region;
