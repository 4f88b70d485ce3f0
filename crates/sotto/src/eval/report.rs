//! How are the measures shown? As a table for people, as an object for programs.

use super::measure::{Hits, Measures};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

pub(super) fn text(out: &mut impl Write, name: &str, measures: &Measures) -> io::Result<()> {
    let mb = measures.bytes as f64 / 1e6;
    writeln!(out, "\n{name}: {} texts, {mb:.2} MB", measures.texts)?;
    writeln!(out, "{:42} {:>6}  P     R     F1    | loose P  R     F1", "label", "gold")?;
    for (label, hits) in &measures.labels {
        writeln!(out, "{}", row(label, hits))?;
    }
    let all = row("all (micro)", &measures.all());
    writeln!(out, "{all}   macro F1 {:.3}", measures.macro_f1())?;
    writeln!(out, "leak {:.2} %  overmask {:.3} %", 100.0 * measures.leak(), 100.0 * measures.overmask())
}

fn row(label: &str, hits: &Hits) -> String {
    let (strict, loose) = (hits.strict(), hits.lenient());
    format!(
        "{label:42} {:6}  {:.3} {:.3} {:.3} |  {:.3}  {:.3} {:.3}",
        hits.gold(),
        strict.precision,
        strict.recall,
        strict.f1,
        loose.precision,
        loose.recall,
        loose.f1
    )
}

pub(super) fn json(out: &mut impl Write, results: &[(String, Measures)]) -> io::Result<()> {
    let report: Map<String, Value> =
        results.iter().map(|(name, measures)| (name.clone(), file(measures))).collect();
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

fn file(measures: &Measures) -> Value {
    let (all, labels) =
        (measures.all(), measures.labels.iter().map(|(label, hits)| (label.clone(), label_object(hits))));
    json!({
        "texts": measures.texts, "bytes": measures.bytes, "labels": labels.collect::<Map<_, _>>(),
        "p": all.strict().precision, "r": all.strict().recall, "f1": all.strict().f1,
        "loose_f1": all.lenient().f1, "macro_f1": measures.macro_f1(),
        "leak": measures.leak(), "overmask": measures.overmask(),
    })
}

fn label_object(hits: &Hits) -> Value {
    let (strict, loose) = (hits.strict(), hits.lenient());
    json!({
        "gold": hits.gold(), "pred": hits.found(), "p": strict.precision, "r": strict.recall, "f1": strict.f1,
        "loose_p": loose.precision, "loose_r": loose.recall, "loose_f1": loose.f1,
    })
}
