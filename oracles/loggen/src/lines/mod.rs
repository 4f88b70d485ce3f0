//! Which kinds of line are there? Each kind is a function that writes one record of noise around the values given to it;
//! `COMMON` kinds are in every set, `RESERVED` kinds only in sets whose seed is 1000 or more, so that a held-out set
//! also shows documents nobody tuned on.

mod business;
mod documents;
mod programs;
mod servers;

use crate::catalog::{Plant, alone};
use crate::doc::Doc;
use crate::rng::Rng;

/// Writes a record around values.
pub type Line = fn(&mut Rng, &[Plant]) -> Doc;

/// Kinds of every set.
pub const COMMON: &[Line] = &[
    servers::access,
    servers::access,
    servers::syslog,
    programs::json_flat,
    programs::json_flat,
    programs::json_nested,
    programs::json_in_string,
    programs::logfmt,
    programs::logfmt,
    programs::stack_trace,
    servers::audit,
    servers::cloud_trail,
    business::sql,
    business::chat,
    business::chat,
    business::payment,
    documents::csv,
    programs::plain_log,
    programs::plain_log,
];

/// Kinds of held-out sets alone.
pub const RESERVED: &[Line] = &[
    documents::xml,
    documents::yaml,
    documents::http_dump,
    documents::ticket,
    documents::table,
    business::voice,
];

/// Kinds that can hold a block of lines (keys).
pub const BLOCKS: &[Line] = &[
    programs::json_flat,
    programs::raw_block,
    programs::json_nested,
    documents::env,
];

/// An address of the network, labelled.
fn ip(rng: &mut Rng, doc: &mut Doc) {
    let plant = alone(rng, "IpAddress");
    doc.val(plant.label, plant.value);
}

/// A mail address, labelled.
fn mail(rng: &mut Rng, doc: &mut Doc) {
    let plant = alone(rng, "EmailAddress");
    doc.val(plant.label, plant.value);
}

/// Puts parts in random order, joined.
fn shuffled(rng: &mut Rng, mut parts: Vec<Doc>, joint: &str) -> Doc {
    let mut doc = Doc::default();
    while !parts.is_empty() {
        let part = parts.swap_remove(rng.below(parts.len()));
        if doc.len() > 0 {
            doc.put(joint);
        }
        doc.add(&part);
    }
    doc
}
