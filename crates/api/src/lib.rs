//! One thin file per AWS service: load, decide, act, record, render.
//!
//! ```text
//! Incoming ── route, authenticate, decode ──> Call ── a service's file: authorize, change, render ──> Output
//!                                               └── one record of the trail ── encode ──> Answer
//! ```
//!
//! Which question does this crate answer? *What happens between a request and its answer?* [`Api`] holds what all requests
//! share, [`Call`] is one of them, each service is a file that turns calls into outputs. Byte formats are `wire`'s, rules are
//! those of the rooms below.
//!
//! **Invariant of absence:** no clock, no generator of randomness, no sockets: they are given by whoever starts it. No service
//! answers without having asked for a decision; no answer leaves before its record is where it must be.

mod apart;
mod api;
mod authenticate;
mod bare;
mod call;
mod caller;
mod checkpoints;
mod cloudtrail;
mod cloudwatch;
mod compressed;
mod console;
mod context;
mod desk;
mod error;
mod first;
mod follows;
mod iam;
mod intake;
mod issuers;
mod keeping;
mod keyring;
mod kms;
mod lambda;
mod lex;
mod logs;
mod organizations;
mod parameters;
mod pipeline;
pub(crate) mod places;
mod policies;
mod record;
mod refusals;
mod refuse;
mod service;
mod shelves;
mod sieve;
mod state;
mod sts;
mod trailed;
mod turns;
mod unserved;

pub use apart::{is_kept_apart, may_lack_objects, objects_of};
pub use api::{Api, Clock, Draw, Randomness, Settings};
pub use bare::bare_groups;
pub use call::{Ask, Call};
pub use caller::Caller;
pub use checkpoints::{Notary, NotaryError, last_checkpoint, read_checkpoints};
pub use console::ConsoleAsk;
pub use error::ApiError;
pub use first::{FirstStart, RootCredentials};
pub use intake::{ENTRANCES_MAX, Entrance, Refused, Shown, digest};
pub use issuers::{Issuers, KEYS_MAX, TOKEN_BYTES_MAX};
pub use keeping::{
    first_keeping, keeping_place, number_store, read_keeping, replace_keeping, store_number,
    store_number_place,
};
pub use kms::{ServiceUse, Used};
pub use lambda::{EndpointSettings, FunctionSettings, HookRefused, ServiceInvoke};
pub use logs::{EventCount, LogSettings};
pub use pipeline::Incoming;
pub use refuse::{BODY_BYTES_MAX, Refusal};
pub use shelves::Rooms;
pub use sieve::Names;
pub use sotto_deliver::{Allowance, Destination, Site, Tally};
pub use sotto_wire::Answer;
pub use state::Snapshot;
pub use trailed::{TRAIL, TRAIL_HEADS, read_heads};
pub use turns::{Crowded, Shares, Turn, Turns};
