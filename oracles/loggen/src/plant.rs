//! How does a value meet its keyword? As JSON member, as key=value, in a sentence before or after it, in a tag or a
//! table: the ways that programs and people write them.

use crate::catalog::Plant;
use crate::doc::{Doc, json_text};
use crate::rng::Rng;
use crate::values::contact::capital;

/// The keyword as a field name, in one of the usual spellings.
pub fn field_name(rng: &mut Rng, plant: &Plant) -> String {
    if plant.key.is_empty() || plant.field.is_empty() {
        return neutral(rng, plant.label).to_string();
    }
    let mut words: Vec<String> = plant.field.split([' ', '_', '-']).map(str::to_string).collect();
    if rng.chance(6) {
        words.insert(
            0,
            rng.pick(&["customer", "user", "client", "applicant"]).to_string(),
        );
    }
    let lower: Vec<String> = words.iter().map(|w| w.to_lowercase()).collect();
    let pascal: String = lower.iter().map(|w| capital(w)).collect();
    match rng.below(12) {
        0 => pascal,
        1 | 2 => lower
            .iter()
            .take(1)
            .cloned()
            .chain(lower.iter().skip(1).map(|w| capital(w)))
            .collect(),
        3 => lower.join("_").to_uppercase(),
        4 => lower.join("-"),
        5 if words.len() < 3 => lower.concat(),
        6 => plant.field.to_string(),
        _ => lower.join("_"),
    }
}

fn neutral(rng: &mut Rng, label: &str) -> &'static str {
    match label {
        "IpAddress" => rng.pick(&[
            "client_ip",
            "remote_addr",
            "ip",
            "source",
            "peer",
            "x_forwarded_for",
        ]),
        "EmailAddress" => rng.pick(&["email", "user", "to", "from", "login", "recipient"]),
        "PostalCode-CA" => rng.pick(&["destination", "area", "ship_to"]),
        label if label.starts_with("Phone") => {
            rng.pick(&["to", "from", "msisdn", "recipient", "caller", "destination"])
        }
        _ => rng.pick(&["material", "secret_file", "identity_file", "payload", "data"]),
    }
}

/// True for values that can stand in JSON without quotes.
fn bare(plant: &Plant) -> bool {
    let v = &plant.value;
    !v.starts_with('0') && v.len() <= 18 && v.bytes().all(|b| b.is_ascii_digit())
}

/// A member of a JSON object.
pub fn json_member(rng: &mut Rng, plant: &Plant, gap: &str) -> Doc {
    let mut doc = Doc::default();
    if let Some(hint) = plant.hint {
        doc.put(format!("\"region\":{gap}\"{hint}\",{gap}"));
    }
    let (name, ascii) = (field_name(rng, plant), rng.chance(4));
    doc.put(format!("\"{}\":{gap}", json_text(&name, ascii)));
    if bare(plant) && rng.chance(35) {
        return {
            doc.val(plant.label, &plant.value);
            doc
        };
    }
    let mut value = Doc::default();
    value.val(plant.label, &plant.value);
    doc.put("\"").add_escaped(&value).put("\"");
    doc
}

/// `key=value`.
pub fn pair(rng: &mut Rng, plant: &Plant) -> Doc {
    let mut doc = Doc::default();
    if let Some(hint) = plant.hint {
        doc.put(format!("region={} ", hint.replace(' ', "_")));
    }
    doc.put(field_name(rng, plant).replace(' ', "_")).put("=");
    let mut value = Doc::default();
    value.val(plant.label, &plant.value);
    let quoted = plant.value.contains([' ', '\n', '=', ',']) || rng.chance(15);
    if quoted {
        doc.put("\"").add_escaped(&value).put("\"");
    } else {
        doc.add(&value);
    }
    doc
}

/// The keyword as people write it.
fn spoken(rng: &mut Rng, key: &str) -> String {
    match rng.below(8) {
        0 => key.to_uppercase(),
        1 => capital(key),
        2 => key.split(' ').map(capital).collect::<Vec<_>>().join(" "),
        _ => key.to_string(),
    }
}

const EN: &[&str] = &[
    "{k}: {v}",
    "{k} {v}",
    "my {k} is {v}",
    "the {k} on file is {v}.",
    "{v} is the {k} we have",
    "validated {k} {v} ok",
    "could not match {k} '{v}' upstream",
    "{k} ({v}) rejected",
    "please change the {k} to {v}, thanks",
    "{k}={v};",
    "caller read out {k} {v} twice",
    "got [{v}] as {k}",
    "{k} \"{v}\" already in use",
    "{k} no {v}",
    "{v} ({k})",
    "{k} - {v}",
    "updated {k}, now {v}",
    "{k}:{v}",
    "found {k} #{v}",
    "duplicate {k} <{v}>",
];
const DE: &[&str] = &[
    "{k}: {v}",
    "{k} {v}",
    "meine {k} lautet {v}",
    "{k} Nr. {v} geprüft",
    "Bitte {k} {v} eintragen.",
    "{v} ({k})",
];
const FR: &[&str] = &[
    "{k} : {v}",
    "{k} {v}",
    "mon {k} est {v}",
    "le {k} n° {v} a été vérifié",
    "{v} ({k})",
    "{k} invalide «{v}»",
];
const ES: &[&str] = &[
    "{k}: {v}",
    "{k} {v}",
    "mi {k} es {v}",
    "no coincide {k} {v}",
    "{v} ({k})",
    "¿{k} {v}?",
];
const IT: &[&str] = &[
    "{k}: {v}",
    "{k} {v}",
    "il mio {k} è {v}",
    "verificato {k} {v}",
    "{v} ({k})",
];
const PT: &[&str] = &[
    "{k}: {v}",
    "{k} {v}",
    "meu {k} é {v}",
    "atualizar {k} para {v}",
    "{v} ({k})",
];
const ANY: &[&str] = &[
    "{k}: {v}",
    "{k} {v}",
    "{k} = {v}",
    "{v} ({k})",
    "[{k}] {v}",
    "{k} - {v}",
    "{k}: {v} OK",
];
const ALONE: &[&str] = &[
    "sent to {v}",
    "from {v}",
    "{v} answered",
    "delivery to {v} failed",
    "reply goes to {v}.",
    "({v})",
    "blocked {v}, reason 7",
    "hello from {v}!",
];

/// A sentence with the value in it.
pub fn sentence(rng: &mut Rng, plant: &Plant) -> Doc {
    let shapes = match plant.lang {
        _ if plant.key.is_empty() => ALONE,
        "en" => EN,
        "de" => DE,
        "fr" => FR,
        "es" => ES,
        "it" => IT,
        "pt" => PT,
        _ => ANY,
    };
    let key = spoken(rng, plant.key);
    let key = plant.hint.map_or(key.clone(), |h| format!("{h} {key}"));
    fill(rng.pick(shapes), &key, plant)
}

fn fill(shape: &str, key: &str, plant: &Plant) -> Doc {
    let mut doc = Doc::default();
    let mut parts = shape.split("{v}");
    doc.put(parts.next().unwrap_or("").replace("{k}", key));
    for part in parts {
        doc.val(plant.label, &plant.value).put(part.replace("{k}", key));
    }
    doc
}

/// True for values that a query string carries as they are.
pub fn url_safe(plant: &Plant) -> bool {
    plant
        .value
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
        && plant.field.is_ascii()
}

/// True for values that are blocks of lines.
pub fn block(plant: &Plant) -> bool {
    plant.value.contains('\n')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::draw;

    /// Whatever the surroundings, the labelled code points are the value (or, inside JSON, its escaped form).
    #[test]
    fn labelled_text_is_the_value() {
        for n in 0..4000 {
            let mut rng = Rng::for_record(9, n);
            let plant = draw(&mut rng);
            for doc in [
                json_member(&mut rng, &plant, " "),
                pair(&mut rng, &plant),
                sentence(&mut rng, &plant),
            ] {
                let span = doc.spans.first().copied().expect("a span");
                let got: String = doc
                    .text
                    .chars()
                    .skip(span.start)
                    .take(span.end - span.start)
                    .collect();
                assert!(
                    got == plant.value || got == json_text(&plant.value, false),
                    "{}",
                    plant.label
                );
            }
        }
    }
}
