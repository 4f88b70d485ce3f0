//! Lines of servers and platforms: access logs, syslog, Kubernetes audit, cloud trails.

use super::{ip, mail};
use crate::catalog::Plant;
use crate::doc::Doc;
use crate::noise;
use crate::plant;
use crate::rng::Rng;
use crate::traps;

/// Combined log format of Apache and nginx; values travel in the query string.
pub fn access(rng: &mut Rng, plants: &[Plant]) -> Doc {
    if !plants.iter().all(plant::url_safe) {
        return syslog(rng, plants);
    }
    let mut doc = Doc::default();
    ip(rng, &mut doc);
    doc.put(format!(
        " - {} [{}] \"",
        rng.pick(&["-", "-", "svc_batch", "olaf"]),
        noise::clf_time(rng)
    ));
    doc.put(rng.pick(&["GET ", "GET ", "POST ", "PUT ", "HEAD "]));
    if plants.is_empty() {
        doc.put(noise::path(rng));
    } else {
        query(rng, plants, &mut doc);
    }
    let referer = rng.pick(&[
        "-",
        "-",
        "https://www.quillandco.co.uk/basket",
        "https://search.example/?q=socks",
    ]);
    doc.put(format!(
        " HTTP/1.1\" {} {} \"{referer}\" \"{}\"",
        rng.pick(&[200, 200, 304, 404, 302, 500]),
        rng.range(0, 90_000),
        noise::agent(rng)
    ));
    if rng.chance(30) {
        doc.put(format!(" {}.{} \"", rng.below(4), rng.digits(3)));
        ip(rng, &mut doc);
        doc.put("\"");
    }
    doc
}

fn query(rng: &mut Rng, plants: &[Plant], doc: &mut Doc) {
    doc.put(rng.pick(&["/profile/save?", "/lookup?", "/form/step2?"]));
    for plant in plants {
        if let Some(hint) = plant.hint {
            doc.put(format!("region={}&", hint.replace(' ', "+")));
        }
        let name = plant::field_name(rng, plant).replace(' ', "+");
        doc.put(name).put("=").val(plant.label, &plant.value).put("&");
    }
    doc.put(format!("step={}", rng.range(1, 9)));
}

/// RFC 3164.
pub fn syslog(rng: &mut Rng, plants: &[Plant]) -> Doc {
    let mut doc = Doc::default();
    if rng.chance(30) {
        doc.put(format!("<{}>", rng.range(1, 190)));
    }
    let program = rng.pick(&[
        "sshd",
        "cron",
        "postfix/smtpd",
        "kernel",
        "dhclient",
        "sudo",
        "haproxy",
        "dovecot",
    ]);
    doc.put(format!(
        "{} {} {program}[{}]: ",
        noise::syslog_time(rng),
        noise::host(rng),
        rng.range(90, 60_000)
    ));
    if plants.is_empty() {
        system_message(rng, &mut doc);
    }
    for (n, plant) in plants.iter().enumerate() {
        doc.put(if n > 0 { "; " } else { "" })
            .add(&plant::sentence(rng, plant));
    }
    doc
}

fn system_message(rng: &mut Rng, doc: &mut Doc) {
    match rng.below(7) {
        0 => {
            doc.put("Accepted publickey for deploy from ");
            ip(rng, doc);
            doc.put(format!(
                " port {} ssh2: ED25519 SHA256:{}",
                rng.range(1024, 65_535),
                rng.of("abcdefghijkLMNOPQRSTuvwx0123456789", 43)
            ));
        }
        1 => {
            doc.put("connect from unknown[");
            ip(rng, doc);
            doc.put("]");
        }
        2 => {
            doc.put(format!("{}: to=<", rng.shape("??????????")));
            mail(rng, doc);
            doc.put(format!(">, delay=0.{}, dsn=2.0.0, status=sent", rng.digits(2)));
        }
        3 => {
            doc.put(traps::sentence(rng));
        }
        4 => {
            doc.put(format!(
                "[{}.{}] eth0: link up, 10000 Mbps",
                rng.number(6),
                rng.digits(6)
            ));
        }
        _ => {
            doc.put(noise::sentence(rng));
        }
    }
}

/// An audit event of the Kubernetes API server.
pub fn audit(rng: &mut Rng, plants: &[Plant]) -> Doc {
    let mut doc = Doc::plain(format!(
        "{{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"level\":\"Metadata\",\"auditID\":\"{}\",",
        noise::uuid(rng)
    ));
    let verb = rng.pick(&["get", "list", "watch", "update", "patch"]);
    doc.put(format!("\"stage\":\"ResponseComplete\",\"requestURI\":\"/api/v1/namespaces/{}/configmaps\",\"verb\":\"{verb}\",", noise::service(rng)));
    doc.put("\"user\":{\"username\":\"");
    if rng.chance(30) {
        mail(rng, &mut doc);
    } else {
        doc.put(format!("system:serviceaccount:prod:{}", noise::service(rng)));
    }
    doc.put("\"},\"sourceIPs\":[\"");
    ip(rng, &mut doc);
    doc.put(format!(
        "\"],\"userAgent\":\"kubectl/v1.{}.{} (linux/amd64) kubernetes/{}\",",
        rng.range(24, 31),
        rng.below(12),
        rng.hex(7)
    ));
    annotations(rng, plants, &mut doc);
    doc.put(format!(
        "\"responseStatus\":{{\"code\":{}}},\"stageTimestamp\":\"{}\"}}",
        rng.pick(&[200, 201, 403, 404]),
        noise::iso(rng)
    ));
    doc
}

fn annotations(rng: &mut Rng, plants: &[Plant], doc: &mut Doc) {
    if plants.is_empty() {
        return;
    }
    doc.put("\"annotations\":{");
    for (n, plant) in plants.iter().enumerate() {
        doc.put(if n > 0 { "," } else { "" })
            .add(&plant::json_member(rng, plant, ""));
    }
    doc.put("},");
}

/// A record of a cloud provider's trail.
pub fn cloud_trail(rng: &mut Rng, plants: &[Plant]) -> Doc {
    let account = rng.number(12);
    let mut doc = Doc::plain(format!(
        "{{\"eventVersion\":\"1.09\",\"userIdentity\":{{\"type\":\"AssumedRole\",\"principalId\":\"AROA{}:ci\",",
        rng.shape("@@??@@@?@@?@@@@?")
    ));
    doc.put(format!("\"arn\":\"arn:aws:sts::{account}:assumed-role/deploy/ci\",\"accountId\":\"{account}\"}},\"eventTime\":\"{}\",", noise::iso(rng)));
    let (source, name) = rng.pick(&[
        ("s3", "GetObject"),
        ("sqs", "SendMessage"),
        ("dynamodb", "PutItem"),
        ("lambda", "Invoke"),
    ]);
    doc.put(format!("\"eventSource\":\"{source}.amazonaws.com\",\"eventName\":\"{name}\",\"awsRegion\":\"eu-west-1\",\"sourceIPAddress\":\""));
    ip(rng, &mut doc);
    doc.put(format!(
        "\",\"userAgent\":\"{}\",\"requestParameters\":{{\"bucketName\":\"{}-artifacts\"",
        noise::agent(rng),
        noise::service(rng)
    ));
    for plant in plants {
        doc.put(",").add(&plant::json_member(rng, plant, ""));
    }
    doc.put(format!(
        "}},\"requestID\":\"{}\",\"eventID\":\"{}\",\"readOnly\":true}}",
        rng.shape("????????????????"),
        noise::uuid(rng)
    ));
    doc
}
