//! Bots as values, dialog turns, understanding of utterances, and what a conversation leaves behind.
//!
//! Which question does this crate answer? *What does a bot say next, and what of it may be written down?* A [`bot`] is what
//! its author built (Lex V2's build-time model); `dialog` takes one input and gives the next state and its effects; `nlu` and
//! `slot` read utterances; `transcript` and `capture` decide what a conversation log shows.
//!
//! **Invariant of absence:** no clock, no randomness, no sockets, no storage; no function is called here, an effect asks for one.

pub mod archive;
pub mod bot;
pub mod capture;
pub mod check;
pub mod dialog;
pub mod edit;
pub mod export;
pub mod expression;
mod files;
pub mod import;
mod languages;
mod levels;
pub mod merge;
pub mod nlu;
pub mod registry;
pub mod session;
pub mod slot;
pub mod transcript;
mod words;

pub use files::Unreadable;
pub use languages::language_name;
pub use words::Words;
