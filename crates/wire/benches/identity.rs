//! How long does the wire's share of a small read take? GetCallerIdentity: head, claim, route, verify, decode, encode.
//!
//! `cargo bench -p sotto-wire` prints nanoseconds per step and per request, the best of several rounds; the goal is below
//! ten microseconds for all of it.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a benchmark measures and prints")]

use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use sotto_wire::sigv4::{Claim, Credentials, Purpose, SigningKey, sign};
use sotto_wire::{Call, Head, HeadTooLarge, Method, Output, decode, encode, route};
use std::hint::black_box;
use std::time::{Duration, Instant, SystemTime};

const TURNS: u32 = 20_000;
const ROUNDS: usize = 7;

const BODY: &[u8] = b"Action=GetCallerIdentity&Version=2011-06-15";

const HEADERS: &[(&[u8], &[u8])] = &[
    (b"host", b"localhost:4566"),
    (b"accept-encoding", b"identity"),
    (
        b"user-agent",
        b"Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux lang/python#3.11 cfg/retry-mode#legacy",
    ),
    (b"content-type", b"application/x-www-form-urlencoded; charset=utf-8"),
    (b"content-length", b"43"),
];

fn head(now: SystemTime, who: &Credentials) -> Result<Head, Box<dyn std::error::Error>> {
    let mut head = unsigned()?;
    let purpose = Purpose { region: "us-east-1".into(), service: "sts".into(), now };
    sign(&mut head, &RawBytes::new(BODY.to_vec()), who, &purpose)?;
    Ok(head)
}

fn unsigned() -> Result<Head, HeadTooLarge> {
    let mut head = Head::new(Method::Post, b"/")?;
    for (name, value) in HEADERS {
        head.push(name, value)?;
    }
    Ok(head)
}

fn best(name: &str, mut turn: impl FnMut()) {
    let round = |turn: &mut dyn FnMut()| {
        let start = Instant::now();
        (0..TURNS).for_each(|_| turn());
        start.elapsed() / TURNS
    };
    let best = (0..ROUNDS).map(|_| round(&mut turn)).min().unwrap_or(Duration::ZERO);
    println!("{name:<10} {:>7} ns", best.as_nanos());
}

fn answer(call: &Call, id: &Public<String>) -> usize {
    let output = Output::new()
        .with("UserId", "AIDACKCEVSQ6C2EXAMPLE")
        .with("Account", "123456789012")
        .with("Arn", "arn:aws:iam::123456789012:user/alice");
    encode(call, id, Ok(output)).body.len()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now = SystemTime::now();
    let secret = || RawText::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned());
    let who = Credentials { access_key: "AKIDEXAMPLE".into(), secret: secret(), token: None };
    let head = head(now, &who)?;
    let body = || RawBytes::new(BODY.to_vec());
    let claim = Claim::read(&head)?;
    let key = SigningKey::derive(&secret(), claim.scope());
    let call = route(&head, Some(&claim), &body());
    let id: Public<String> = "7a62c49f-347e-4fc4-9331-6e8eEXAMPLE".into();
    let whole = body();
    best("head", || drop(black_box(unsigned())));
    best("claim", || drop(black_box(Claim::read(&head))));
    best("derive", || drop(black_box(SigningKey::derive(&secret(), claim.scope()))));
    best("route", || drop(black_box(route(&head, Some(&claim), &whole))));
    best("verify", || {
        let _ = black_box(claim.verify(&head, &whole, &key, now));
    });
    best("decode", || drop(black_box(decode(&call, &head, body()))));
    best("encode", || {
        let _ = black_box(answer(&call, &id));
    });
    best("all", || {
        let _ = black_box(unsigned());
        let Ok(claim) = Claim::read(&head) else { return };
        let body = body();
        let call = route(&head, Some(&claim), &body);
        let verified = claim.verify(&head, &body, &key, now);
        let decoded = decode(&call, &head, body);
        black_box((verified.is_ok(), decoded.is_ok(), answer(&call, &id)));
    });
    Ok(())
}
