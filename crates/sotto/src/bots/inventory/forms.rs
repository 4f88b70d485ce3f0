//! In which form is an inventory shown? Columns for people, all of it as JSON, or one page.

use super::{Row, page};
use crate::args::{InventoryFormat, TableFormat};
use crate::fault::Fault;
use crate::out;
use crate::table::Rows;
use anyhow::Result;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::io::Write;

pub(super) fn write(rows: &[Row], format: InventoryFormat) -> Result<()> {
    let whole = match format {
        InventoryFormat::Table => return table(rows).write(TableFormat::Table),
        InventoryFormat::Json => {
            format!("{:#}\n", json!({"version": 1, "slots": rows.iter().map(object).collect::<Vec<_>>()}))
        }
        InventoryFormat::Html => page::of(rows),
    };
    let mut out = out::plain();
    out.write_all(whole.as_bytes()).and_then(|()| out.flush()).map_err(|error| Fault::output(&error))
}

/// The names of the columns.
pub(super) const COLUMNS: [&str; 10] =
    ["bot", "version", "locale", "slot", "type", "level", "proposed", "obfuscated", "sinks", "unprotected"];

/// A row as cells.
pub(super) fn cells(row: &Row) -> [String; 10] {
    let kinds: BTreeSet<&str> = row.sinks.iter().map(|sink| sink.kind).collect();
    let kinds: Vec<&str> = kinds.into_iter().collect();
    let open = row.unprotected.len();
    [
        row.bot.clone(),
        row.version.clone(),
        row.locale.clone(),
        format!("{}.{}", row.intent, row.slot),
        row.slot_type.clone(),
        format!("{}{}", row.level.as_str(), if row.is_set { "" } else { " (default)" }),
        row.proposal.level.as_str().to_owned(),
        row.obfuscation.word().to_owned(),
        kinds.join(" "),
        if open == 0 { "no".to_owned() } else { format!("yes: {}", row.unprotected.join("; ")) },
    ]
}

fn table(rows: &[Row]) -> Rows {
    let mut table = Rows::new(&COLUMNS);
    // Names of attributes are an author's words: they must not drive a terminal.
    let plain = |cell: String| cell.replace(char::is_control, "\u{fffd}");
    table.rows = rows.iter().map(|row| cells(row).into_iter().map(plain).collect()).collect();
    table
}

fn object(row: &Row) -> Json {
    let sinks = row
        .sinks
        .iter()
        .map(|sink| json!({"kind": sink.kind, "to": sink.to, "by": sink.by, "open": sink.open}));
    json!({
        "bot": row.bot, "version": row.version, "locale": row.locale, "intent": row.intent, "slot": row.slot,
        "type": row.slot_type, "level": row.level.as_str(), "levelIsSet": row.is_set,
        "proposed": row.proposal.level.as_str(), "proposedBecause": row.proposal.why,
        "obfuscation": row.obfuscation.word(), "capture": row.capture,
        "sinks": sinks.collect::<Vec<_>>(),
        "stored": {"references": row.stored.references, "masked": row.stored.masked, "clear": row.stored.clear,
                   "identifiers": row.stored.identifiers},
        "unprotected": row.unprotected,
    })
}
