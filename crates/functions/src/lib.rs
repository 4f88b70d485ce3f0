//! Functions in processes of their own, over the server's side of the Lambda Runtime API.
//!
//! ```text
//! Invocation ──> Pool ──> Seat: supervisor ──> process (Python, Node, bootstrap)
//!                           Desk: next, response, error  <──┘ HTTP, at an address of its own
//!                           Output: lines, raw ──> Host::log
//! ```
//!
//! Which question does this crate answer? *How does somebody else's code run on an event, and what may it touch?* A process has
//! the environment, user, folders and limits that it is given and nothing of the server's; it reaches its own Runtime API and no
//! other's; what it writes is captured text. Whoever runs functions fills [`Host`]: code, credentials, a place for output.
//!
//! **Invariant of absence:** does not know who may invoke, what a bot is, where anything is kept. The event of an invocation is
//! what egress showed to the function, or made up here.

mod archive;
mod check;
mod days;
mod deployment;
mod desk;
mod error;
mod hook;
mod launch;
mod model;
mod output;
mod peers;
mod places;
mod pool;
mod registry;
mod runtimes;
mod seat;
mod shipping;

pub use archive::{
    ArchiveFault, ENTRIES_MAX, UNPACKED_BYTES_MAX, ZIP_BYTES_MAX, check as check_archive, pack,
};
pub use check::{HookFault, HookFinding, check_hook};
pub use days::written_time;
pub use deployment::{
    Credentials, Deployment, EVENT_BYTES_MAX, Failed, Host, Invocation, Later, Line, Outcome,
    PAYLOAD_BYTES_MAX, Package, Payload, Secrets,
};
pub use error::FunctionsError;
pub use hook::{HookEvent, HookSource};
pub use launch::{can_fence, supervise};
pub use model::{Code, Function, FunctionScope, Layer, LayerVersion, Permission};
pub use output::TAIL_BYTES_MAX;
pub use peers::may_be_a_function;
pub use places::Users;
pub use pool::{IDLE_MAX, PROCESSES_MAX, Pool, Settings};
pub use registry::{
    FUNCTION_LAYERS_MAX, FunctionChange, FunctionDraft, FunctionEntity, FunctionKey, FunctionRecord,
    FunctionRegistry, RegistryError, functions_place,
};
pub use runtimes::{Family, Interpreters, Runtime};
