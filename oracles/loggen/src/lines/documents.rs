//! Documents that end up in logs: tables, XML, YAML, environment files, HTTP dumps, tickets.

use super::{ip, mail};
use crate::catalog::Plant;
use crate::doc::Doc;
use crate::noise;
use crate::plant;
use crate::rng::Rng;

/// A table of comma-separated values with its header.
pub fn csv(rng: &mut Rng, plants: &[Plant]) -> Doc {
    let mut doc = Doc::default();
    let joint = rng.pick(&[",", ",", ";", "\t"]);
    for plant in plants {
        let name = plant::field_name(rng, plant);
        let (head, cell) = plant.hint.map_or((String::new(), String::new()), |h| {
            (format!("region{joint}"), format!("{h}{joint}"))
        });
        doc.put(format!("{head}{name}{joint}row\n{cell}"));
        let quote = if plant.value.contains([',', ';']) || rng.chance(20) {
            "\""
        } else {
            ""
        };
        doc.put(quote)
            .val(plant.label, &plant.value)
            .put(quote)
            .put(format!("{joint}{}\n", rng.range(1, 99)));
    }
    if plants.is_empty() {
        doc.put("row,sku,qty,price\n");
        for n in 0..rng.range(2, 5) {
            doc.put(format!(
                "{n},{},{},{}.{}\n",
                rng.shape("@@-#####-@"),
                rng.range(1, 90),
                rng.range(1, 400),
                rng.digits(2)
            ));
        }
    }
    doc
}

/// A SOAP body.
pub fn xml(rng: &mut Rng, plants: &[Plant]) -> Doc {
    let mut doc = Doc::plain(format!(
        "<Envelope id=\"{}\"><Body><Record rev=\"{}\">",
        noise::uuid(rng),
        rng.range(1, 90)
    ));
    for plant in plants {
        let name = plant::field_name(rng, plant).replace(' ', "");
        if let Some(hint) = plant.hint {
            doc.put(format!("<Region>{hint}</Region>"));
        }
        doc.put(format!("<{name}>"))
            .val(plant.label, &plant.value)
            .put(format!("</{name}>"));
    }
    doc.put(format!(
        "<Checked>{}</Checked></Record></Body></Envelope>",
        noise::iso(rng)
    ));
    doc
}

/// A YAML mapping.
pub fn yaml(rng: &mut Rng, plants: &[Plant]) -> Doc {
    let mut doc = Doc::plain(format!(
        "record:\n  id: {}\n  replicas: {}\n",
        noise::uuid(rng),
        rng.range(1, 9)
    ));
    for plant in plants {
        if let Some(hint) = plant.hint {
            doc.put(format!("  region: {hint}\n"));
        }
        let quote = rng.pick(&["", "'", "\""]);
        let name = plant::field_name(rng, plant);
        doc.put(format!("  {name}: {quote}"))
            .val(plant.label, &plant.value)
            .put(format!("{quote}\n"));
    }
    doc.put(format!(
        "  image: {}:{}.{}.{}",
        noise::service(rng),
        rng.below(9),
        rng.below(30),
        rng.below(30)
    ));
    doc
}

/// An environment file.
pub fn env(rng: &mut Rng, plants: &[Plant]) -> Doc {
    let mut doc = Doc::plain(format!("APP_ENV=prod\nPORT={}\n", rng.range(1024, 65_000)));
    for plant in plants {
        let name = plant::field_name(rng, plant)
            .replace([' ', '-'], "_")
            .to_uppercase();
        doc.put(format!("{name}=\""))
            .val(plant.label, &plant.value)
            .put("\"\n");
    }
    doc.put(format!("GIT_SHA={}", rng.hex(40)));
    doc
}

/// Headers and form body of a request.
pub fn http_dump(rng: &mut Rng, plants: &[Plant]) -> Doc {
    let mut doc = Doc::plain(format!(
        "> POST /form/{} HTTP/1.1\n> Host: api.quillandco.co.uk\n> User-Agent: {}\n> X-Request-Id: {}\n> X-Forwarded-For: ",
        rng.range(1, 90),
        noise::agent(rng),
        noise::uuid(rng)
    ));
    ip(rng, &mut doc);
    doc.put(format!("\n> Content-Length: {}\n>\n", rng.range(20, 900)));
    for plant in plants {
        doc.put("> ").add(&plant::pair(rng, plant)).put("\n");
    }
    doc.put(format!(
        "< HTTP/1.1 {}\n< ETag: \"{}\"",
        rng.pick(&["200 OK", "422 Unprocessable Content"]),
        rng.hex(32)
    ));
    doc
}

/// A mail to a help desk.
pub fn ticket(rng: &mut Rng, plants: &[Plant]) -> Doc {
    let mut doc = Doc::plain(format!(
        "Ticket #{} opened {} by ",
        rng.number(6),
        noise::iso(rng)
    ));
    mail(rng, &mut doc);
    doc.put("\nSubject: please correct my record\n\nDear team,\n");
    for plant in plants {
        doc.add(&plant::sentence(rng, plant)).put("\n");
    }
    doc.put(format!(
        "The form showed error {} yesterday.\nKind regards",
        rng.range(100, 599)
    ));
    doc
}

/// A table as consoles print it.
pub fn table(rng: &mut Rng, plants: &[Plant]) -> Doc {
    let mut doc = Doc::plain("+----+\n");
    for plant in plants {
        let name = plant::field_name(rng, plant);
        let hint = plant.hint.map_or(String::new(), |h| format!("{h} | "));
        doc.put(format!("| {hint}{name} | "))
            .val(plant.label, &plant.value)
            .put(format!(" | {} |\n", rng.pick(&["ok", "new", "old"])));
    }
    doc.put(format!(
        "+----+ {} rows in 0.{} s",
        rng.range(1, 9),
        rng.digits(2)
    ));
    doc
}
