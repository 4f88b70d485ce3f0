//! What do AWS's services look like: which operations, which shapes, what may be shown, what is an action decided on?
//!
//! Facts only, as data. Tables under `tables/` are made by `cargo xtask tables` from the service models and the service
//! authorization reference that public Python packages carry; the capture list under `capture/` is written by hand and says
//! which strings are public: every other free string or blob is raw. A service's table is read when it is first asked for,
//! so that a start reads none. [`Service::read`] takes a table at run time too; tests feed the protocol cases' own shapes
//! (feature `json`).
//!
//! There is no behaviour here: the codec that walks these tables is in `wire`, decisions are in `iam`.

mod actions;
mod capture;
mod directory;
#[cfg(feature = "json")]
mod json;
mod line;
mod model;
mod read;
mod services;

pub use actions::{Access, Action, ActionResource, Actions, ResourceType, action_prefixes, actions};
pub use capture::{CaptureList, Verdict};
pub use directory::{Known, Protocols, by_signing_name, by_target_prefix, known};
#[cfg(feature = "json")]
pub use json::{JsonError, table_from_json};
pub use model::{
    Capture, ErrorTraits, Kind, ListShape, Location, MapShape, Member, Namespace, Operation, OperationId,
    Protocol, Service, Shape, ShapeId, Structure, TextShape, TimeFormat,
};
pub use read::TableError;
pub use services::{SERVED, service};
