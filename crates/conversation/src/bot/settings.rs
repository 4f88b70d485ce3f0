//! What holds for a bot as a whole? How long its sessions last, whether children use it, what its author says of it (the API's
//! `DescribeBot`).

use super::shape::shapes;
use super::tree::Tree;
use crate::Words;

/// How long a session lasts where nothing is said (the console's default).
pub const TTL_SECONDS: u32 = 300;

shapes! {
    /// Whether children use it.
    pub struct DataPrivacy {
        /// Whether the law on children's data holds (COPPA): then nothing is logged.
        child_directed: bool = "childDirected",
    }

    /// Everything of a bot but its name, id and role.
    pub struct BotSettings {
        /// What its author says of it.
        description: Option<Words> = "description",
        /// Whether children use it.
        privacy: Option<DataPrivacy> = "dataPrivacy",
        /// How long a session lasts after its last turn.
        ttl_seconds: Option<u32> = "idleSessionTTLInSeconds",
        /// Kept and not used.
        error_logs: Option<Tree> = "errorLogSettings",
        /// Kept and not used.
        kind: Option<Words> = "botType",
        /// Kept and not used.
        members: Option<Tree> = "botMembers",
    }
}

impl BotSettings {
    /// How long a session lasts after its last turn.
    pub fn ttl_seconds(&self) -> u32 {
        self.ttl_seconds.unwrap_or(TTL_SECONDS)
    }

    /// Whether children use it.
    pub fn is_child_directed(&self) -> bool {
        self.privacy.as_ref().is_some_and(|privacy| privacy.child_directed)
    }
}
