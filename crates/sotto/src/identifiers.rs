//! What can be found? `sotto identifiers list`, `show`, `check` and `validators`.

mod bench;
mod check;
mod list;

pub(crate) use check::check;
pub(crate) use list::{list, show, validators};
