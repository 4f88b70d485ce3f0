//! Conversations with small bots: what is said, what is asked, what functions are told, and what becomes of their answers.

mod hooks;
mod stations;
pub(crate) mod support;
