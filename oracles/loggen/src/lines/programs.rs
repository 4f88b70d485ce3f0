//! Lines of applications: JSON flat, nested and inside strings, logfmt, stack traces, plain log4j lines, raw key blocks.

use super::{ip, mail, shuffled};
use crate::catalog::Plant;
use crate::doc::{Doc, json_text};
use crate::noise;
use crate::plant;
use crate::rng::Rng;
use crate::traps;

fn noise_member(rng: &mut Rng, gap: &str) -> Doc {
    let (name, value, bare) = noise::field(rng);
    let quote = if bare { "" } else { "\"" };
    Doc::plain(format!("\"{name}\":{gap}{quote}{value}{quote}"))
}

fn message(rng: &mut Rng) -> String {
    if rng.chance(25) {
        traps::sentence(rng)
    } else {
        noise::sentence(rng)
    }
}

/// Members of an object: noise, the values, at times an address.
fn members(rng: &mut Rng, plants: &[Plant], gap: &str, noise_count: usize) -> Doc {
    let mut parts: Vec<Doc> = (0..noise_count).map(|_| noise_member(rng, gap)).collect();
    parts.extend(plants.iter().map(|p| plant::json_member(rng, p, gap)));
    if rng.chance(25) {
        let mut doc = Doc::plain(format!("\"client\":{gap}\""));
        if rng.chance(70) {
            ip(rng, &mut doc)
        } else {
            mail(rng, &mut doc)
        }
        doc.put("\"");
        parts.push(doc);
    }
    let joint = format!(",{gap}");
    shuffled(rng, parts, &joint)
}

/// One JSON object a line.
pub fn json_flat(rng: &mut Rng, plants: &[Plant]) -> Doc {
    let gap = rng.pick(&["", "", " "]);
    let (level, service) = (noise::level(rng), noise::service(rng));
    let mut doc = Doc::plain(format!(
        "{{\"ts\":{gap}\"{}\",{gap}\"level\":{gap}\"{level}\",{gap}\"service\":{gap}\"{service}\",{gap}\"msg\":{gap}\"",
        noise::iso(rng)
    ));
    let spoken = plants.len() == 1 && rng.chance(30) && !plants.iter().any(plant::block);
    if spoken {
        for plant in plants {
            let said = plant::sentence(rng, plant);
            doc.add_escaped(&said);
        }
    } else {
        doc.put(json_text(&message(rng), false));
    }
    let n = rng.range(2, 7) as usize;
    let rest = members(rng, if spoken { &[] } else { plants }, gap, n);
    doc.put(format!("\",{gap}")).add(&rest).put("}");
    doc
}

/// Objects in objects.
pub fn json_nested(rng: &mut Rng, plants: &[Plant]) -> Doc {
    let mut doc = Doc::plain(format!(
        "{{\"time\":{},\"severity\":\"{}\",\"context\":{{",
        noise::epoch(rng) * 1000,
        noise::level(rng)
    ));
    let (a, b) = (rng.range(1, 3) as usize, rng.range(1, 3) as usize);
    let outer = members(rng, &[], "", a);
    let inner = members(rng, plants, "", b);
    let holder = rng.pick(&["customer", "payload", "form", "subject", "body"]);
    doc.add(&outer)
        .put(format!(",\"{holder}\":{{"))
        .add(&inner)
        .put("}},\"tags\":[\"");
    doc.put(noise::service(rng)).put(format!(
        "\",\"v{}\"],\"id\":\"{}\"}}",
        rng.range(1, 40),
        noise::uuid(rng)
    ));
    doc
}

/// JSON as a string inside JSON, as tool calls and queues carry it.
pub fn json_in_string(rng: &mut Rng, plants: &[Plant]) -> Doc {
    let n = rng.range(1, 3) as usize;
    let mut inner = Doc::plain("{");
    let gap = rng.pick(&["", " "]);
    inner.add(&members(rng, plants, gap, n)).put("}");
    let mut doc = Doc::plain(format!(
        "{{\"level\":\"{}\",\"tool\":\"{}\",\"arguments\":\"",
        noise::level(rng),
        rng.pick(&["update_record", "lookup", "enqueue"])
    ));
    doc.add_escaped(&inner).put(format!(
        "\",\"call_id\":\"call_{}\"}}",
        rng.of("abcdefghijkmnpqrstuvwxyzABCDEFGH", 20)
    ));
    if rng.chance(15) {
        let mut outer = Doc::plain("{\"log\":\"");
        outer.add_escaped(&doc).put(format!(
            "\",\"stream\":\"stdout\",\"time\":\"{}\"}}",
            noise::iso(rng)
        ));
        return outer;
    }
    doc
}

/// Space-separated key=value.
pub fn logfmt(rng: &mut Rng, plants: &[Plant]) -> Doc {
    let n = rng.range(3, 8) as usize;
    let mut parts: Vec<Doc> = (0..n)
        .map(|_| noise::field(rng))
        .map(|(k, v, _)| Doc::plain(format!("{k}={v}")))
        .collect();
    parts.extend(plants.iter().map(|p| plant::pair(rng, p)));
    if rng.chance(30) {
        parts.push(Doc::plain(format!("msg=\"{}\"", json_text(&message(rng), false))));
    }
    if rng.chance(25) {
        let mut doc = Doc::plain("remote=");
        ip(rng, &mut doc);
        doc.put(format!(":{}", rng.range(1024, 65_535)));
        parts.push(
            doc.text
                .contains("::")
                .then(|| Doc::plain("remote=-"))
                .unwrap_or(doc),
        );
    }
    let mut doc = Doc::plain(format!(
        "time={} level={} svc={} ",
        noise::iso(rng),
        noise::level(rng).to_lowercase(),
        noise::service(rng)
    ));
    doc.add(&shuffled(rng, parts, " "));
    doc
}

/// What was said about the values, in sentences.
fn said(rng: &mut Rng, plants: &[Plant], doc: &mut Doc) {
    if plants.is_empty() {
        doc.put(message(rng));
    }
    for (n, plant) in plants.iter().enumerate() {
        doc.put(if n > 0 { ", " } else { "" })
            .add(&plant::sentence(rng, plant));
    }
}

/// log4j's usual layout.
pub fn plain_log(rng: &mut Rng, plants: &[Plant]) -> Doc {
    let mut doc = Doc::plain(format!(
        "{} {:<5} [{}-{}] com.quill.{}.Worker - ",
        noise::java_time(rng),
        noise::level(rng),
        rng.pick(&["http-nio-8080-exec", "pool-3-thread", "kafka-consumer"]),
        rng.range(1, 64),
        noise::service(rng).replace('-', "")
    ));
    said(rng, plants, &mut doc);
    doc
}

/// An exception with its trace.
pub fn stack_trace(rng: &mut Rng, plants: &[Plant]) -> Doc {
    let mut doc = Doc::plain(format!(
        "{} ERROR [main] com.quill.Ledger - request {} failed\n",
        noise::java_time(rng),
        noise::uuid(rng)
    ));
    doc.put(rng.pick(&[
        "java.lang.IllegalArgumentException: ",
        "javax.validation.ValidationException: ",
        "org.postgresql.util.PSQLException: ERROR: ",
    ]));
    said(rng, plants, &mut doc);
    for _ in 0..rng.range(3, 9) {
        let (class, method) = (
            rng.pick(&["Form", "Payment", "Session", "Invoice", "Batch"]),
            rng.pick(&["apply", "validate", "lambda$run$0", "<init>", "doFilter"]),
        );
        doc.put(format!(
            "\n\tat com.quill.{}.{class}.{method}({class}.java:{})",
            rng.pick(&["core", "web", "store"]),
            rng.range(12, 900)
        ));
    }
    if rng.chance(40) {
        doc.put(format!(
            "\nCaused by: java.net.SocketTimeoutException: Read timed out after {} ms\n\t... {} more",
            rng.range(100, 30_000),
            rng.range(3, 70)
        ));
    }
    doc
}

/// A log line followed by a block of lines.
pub fn raw_block(rng: &mut Rng, plants: &[Plant]) -> Doc {
    let mut doc = Doc::plain(format!(
        "{} WARN dumping file /etc/{}/id on {}\n",
        noise::java_time(rng),
        noise::service(rng),
        noise::host(rng)
    ));
    for plant in plants {
        doc.val(plant.label, &plant.value).put("\n");
    }
    doc.put(format!("end of file, {} bytes", rng.number(4)));
    doc
}
