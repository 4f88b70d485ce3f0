//! Why does a transition not happen? One cause each, in words that hold public names only. Which wire code a cause becomes is
//! decided in `api`.

/// What transitions give.
pub type Outcome<T> = Result<T, BotError>;

/// Why the registry refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BotError {
    /// There is no such thing.
    #[error("the {0} was not found")]
    NotFound(&'static str),
    /// The name is taken.
    #[error("a {0} with this name exists already")]
    Exists(&'static str),
    /// A quota is reached.
    #[error("no more than {most} {what} are allowed")]
    Quota {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        most: usize,
    },
    /// Something stands in the way.
    #[error("{0}")]
    Conflict(&'static str),
    /// The state is not what the request relies on.
    #[error("{0}")]
    Precondition(&'static str),
    /// A member cannot be taken.
    #[error("{0}")]
    Invalid(&'static str),
    /// What it was decided on has changed meanwhile.
    #[error("the bot was changed meanwhile")]
    Stale,
}
