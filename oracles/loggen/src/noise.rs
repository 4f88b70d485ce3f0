//! What else is in logs? Ids, hashes, instants, versions, hosts, paths, amounts: things that must be left alone.

use crate::checks::luhn_digit;
use crate::rng::Rng;
use crate::values::two;

/// A version 4 UUID.
pub fn uuid(rng: &mut Rng) -> String {
    format!(
        "{}-{}-4{}-{}{}-{}",
        rng.hex(8),
        rng.hex(4),
        rng.hex(3),
        rng.of("89ab", 1),
        rng.hex(3),
        rng.hex(12)
    )
}

/// Seconds since 1970, some time in 2024 or 2025.
pub fn epoch(rng: &mut Rng) -> u64 {
    rng.range(1_704_067_200, 1_767_225_599)
}

/// Year, month, day, hour, minute, second of an instant.
fn civil(epoch: u64) -> (u64, u64, u64, u64, u64, u64) {
    let (days, rest) = (epoch / 86_400 + 719_468, epoch % 86_400);
    let (era, of_era) = (days / 146_097, days % 146_097);
    let of_year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * of_year + of_year / 4 - of_year / 100);
    let march = (5 * day_of_year + 2) / 153;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let year = of_year + era * 400 + u64::from(month <= 2);
    (
        year,
        month,
        day_of_year - (153 * march + 2) / 5 + 1,
        rest / 3600,
        rest / 60 % 60,
        rest % 60,
    )
}

/// An instant as RFC 3339 has it, with milliseconds.
pub fn iso(rng: &mut Rng) -> String {
    let (y, mo, d, h, m, s) = civil(epoch(rng));
    format!("{y}-{mo:02}-{d:02}T{h:02}:{m:02}:{s:02}.{:03}Z", rng.below(1000))
}

/// An instant with a space and a comma, as Java loggers write it.
pub fn java_time(rng: &mut Rng) -> String {
    let (y, mo, d, h, m, s) = civil(epoch(rng));
    format!("{y}-{mo:02}-{d:02} {h:02}:{m:02}:{s:02},{:03}", rng.below(1000))
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// An instant of the common log format.
pub fn clf_time(rng: &mut Rng) -> String {
    let (y, mo, d, h, m, s) = civil(epoch(rng));
    let month = MONTHS.get(mo as usize - 1).copied().unwrap_or("Jan");
    format!("{d:02}/{month}/{y}:{h:02}:{m:02}:{s:02} +0000")
}

/// An instant of RFC 3164.
pub fn syslog_time(rng: &mut Rng) -> String {
    let (_, mo, d, h, m, s) = civil(epoch(rng));
    let month = MONTHS.get(mo as usize - 1).copied().unwrap_or("Jan");
    format!("{month} {d:>2} {h:02}:{m:02}:{s:02}")
}

/// A sixteen-digit order number that is no card number.
pub fn order16(rng: &mut Rng) -> String {
    let head = rng.number(15);
    format!("{head}{}", (luhn_digit(&head) as u64 + rng.range(1, 9)) % 10)
}

/// Base64 of nothing in particular.
pub fn blob(rng: &mut Rng, n: usize) -> String {
    rng.of(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        n,
    ) + "=="
}

/// A line of a hex dump.
pub fn hex_dump(rng: &mut Rng) -> String {
    let bytes: Vec<String> = (0..16).map(|_| rng.hex(2)).collect();
    let side = rng.of("abcdefghij.....KLMNOP..qrstu....", 16);
    format!("{:08x}  {}  |{side}|", rng.range(0, 0xffff) * 16, bytes.join(" "))
}

/// A user agent.
pub fn agent(rng: &mut Rng) -> String {
    let v = rng.range(98, 131);
    match rng.below(9) {
        0 => format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.{}.{} Safari/537.36", rng.range(0, 6800), rng.below(250)),
        1 => format!("Mozilla/5.0 (X11; Linux x86_64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0"),
        2 => format!("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Mobile Safari/537.36"),
        3 => "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1".into(),
        4 => format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Safari/537.36 Edg/{v}.0.{}.{}", rng.range(1000, 2900), rng.range(10, 99)),
        5 => format!("curl/8.{}.{}", rng.below(11), rng.below(3)),
        6 => format!("kube-probe/1.{}", rng.range(24, 31)),
        7 => format!("okhttp/4.{}.0", rng.range(9, 12)),
        _ => format!("aws-sdk-java/2.{}.{} Linux/5.10.{}-213.855.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/17.0.{}+8-LTS", rng.range(17, 29), rng.below(80), rng.range(100, 240), rng.range(6, 13)),
    }
}

/// A request path.
pub fn path(rng: &mut Rng) -> String {
    match rng.below(8) {
        0 => format!("/api/v{}/orders/{}", rng.range(1, 3), rng.number(8)),
        1 => format!("/static/js/main.{}.js", rng.hex(8)),
        2 => format!(
            "/public/assets/img/{}.webp?w={}&q=80",
            rng.hex(12),
            rng.range(1, 9) * 160
        ),
        3 => format!("/v1/sessions/{}", uuid(rng)),
        4 => format!(
            "/discover/feed?page={}&size=50&ts={}",
            rng.range(1, 90),
            epoch(rng) * 1000
        ),
        5 => format!(
            "/company/{}/invoices/INV-{}-{}",
            rng.range(100, 99_999),
            rng.range(2022, 2025),
            rng.digits(6)
        ),
        6 => "/healthz".into(),
        _ => format!(
            "/blog/{}/{}/pancake-recipes-{}",
            rng.range(2018, 2025),
            two(rng.range(1, 12)),
            rng.range(1, 40)
        ),
    }
}

/// A service.
pub fn service(rng: &mut Rng) -> &'static str {
    rng.pick(&[
        "checkout",
        "ledger",
        "identity",
        "notifier",
        "search",
        "catalog-sync",
        "fraud-score",
        "onboarding",
        "claims",
        "gateway",
        "scheduler",
        "media",
        "router",
        "kyc-intake",
    ])
}

/// A host.
pub fn host(rng: &mut Rng) -> String {
    match rng.below(4) {
        0 => format!("web-{}", two(rng.range(1, 40))),
        1 => format!(
            "{}-{}-{}",
            service(rng),
            rng.of("bcdfghjklmnpqrstvwxz2456789", 10),
            rng.of("bcdfghjklmnpqrstvwxz2456789", 5)
        ),
        2 => format!("db{}.eu-west-1.internal", rng.range(1, 9)),
        _ => format!("node-{}.prod.lan", rng.hex(6)),
    }
}

/// A severity.
pub fn level(rng: &mut Rng) -> &'static str {
    rng.pick(&["INFO", "INFO", "INFO", "DEBUG", "WARN", "ERROR"])
}

/// A field that carries nothing sensitive, as name, value, and whether JSON needs no quotes.
pub fn field(rng: &mut Rng) -> (&'static str, String, bool) {
    match rng.below(26) {
        n @ 0..=12 => request_field(rng, n),
        n => stock_field(rng, n),
    }
}

fn request_field(rng: &mut Rng, kind: usize) -> (&'static str, String, bool) {
    match kind {
        0 => ("trace_id", rng.hex(32), false),
        1 => ("request_id", uuid(rng), false),
        2 => ("duration_ms", rng.range(1, 9000).to_string(), true),
        3 => (
            "status",
            rng.pick(&[
                "200", "201", "204", "301", "400", "401", "404", "409", "429", "500", "502",
            ])
            .into(),
            true,
        ),
        4 => ("order_id", order16(rng), rng.chance(50)),
        5 => (
            "amount",
            format!("{}.{}", rng.range(1, 4000), two(rng.range(0, 99))),
            true,
        ),
        6 => ("bytes", rng.range(12, 9_000_000).to_string(), true),
        7 => ("ts", (epoch(rng) * 1000 + rng.range(0, 999)).to_string(), true),
        8 => (
            "ts_us",
            (epoch(rng) * 1_000_000 + rng.range(0, 999_999)).to_string(),
            true,
        ),
        9 => (
            "start_ns",
            (epoch(rng) * 1_000_000_000 + rng.range(0, 999_999_999)).to_string(),
            true,
        ),
        10 => ("commit", rng.hex(40), false),
        11 => (
            "build",
            format!(
                "{}.{}.{}-rc.{}",
                rng.range(0, 9),
                rng.below(40),
                rng.below(20),
                rng.range(1, 9)
            ),
            false,
        ),
        _ => ("host", host(rng), false),
    }
}

fn stock_field(rng: &mut Rng, kind: usize) -> (&'static str, String, bool) {
    match kind {
        13 => (
            "tracking",
            format!("1Z{}{}", rng.shape("@#?@##"), rng.digits(10)),
            false,
        ),
        14 => ("attempt", rng.range(1, 5).to_string(), true),
        15 => (
            "port",
            rng.pick(&["443", "8080", "5432", "6379", "9092", "27017", "50051"])
                .into(),
            true,
        ),
        16 => ("etag", format!("W/{}", rng.hex(16)), false),
        17 => ("queue_depth", rng.range(0, 40_000).to_string(), true),
        18 => ("ratio", format!("0.{}", rng.digits(6)), true),
        19 => (
            "region",
            rng.pick(&["eu-west-1", "us-east-2", "ap-south-1", "sa-east-1"])
                .into(),
            false,
        ),
        20 => ("sku", rng.shape("@@-#####-@"), false),
        21 => ("event_seq", rng.number(9), true),
        22 => (
            "currency",
            rng.pick(&["EUR", "USD", "GBP", "BRL", "SEK"]).into(),
            false,
        ),
        23 => ("cached", rng.pick(&["true", "false"]).into(), true),
        24 => ("shipment", rng.number(12), false),
        _ => ("span_id", rng.hex(16), false),
    }
}

/// A sentence of a program that says nothing sensitive.
pub fn sentence(rng: &mut Rng) -> String {
    let n = rng.range(1, 5000);
    match rng.below(22) {
        k @ 0..=10 => platform_sentence(rng, k, n),
        k => trade_sentence(rng, k, n),
    }
}

fn platform_sentence(rng: &mut Rng, kind: usize, n: u64) -> String {
    match kind {
        0 => format!("flushed {n} rows in {} ms", rng.range(1, 900)),
        1 => format!("connection pool exhausted, waiters={}", rng.range(1, 60)),
        2 => format!("retrying upstream call, attempt {} of 5", rng.range(1, 5)),
        3 => format!("cache miss for key feed:{}", rng.hex(12)),
        4 => format!("job {} finished with exit code 0", uuid(rng)),
        5 => format!(
            "deployed image registry.local/{}@sha256:{}",
            service(rng),
            rng.hex(64)
        ),
        6 => format!("order {} moved to state SHIPPED", order16(rng)),
        7 => format!(
            "GC pause {}.{}ms (young), heap {}M->{}M",
            rng.range(1, 80),
            rng.digits(3),
            rng.range(800, 4000),
            rng.range(100, 790)
        ),
        8 => format!(
            "slow consumer on partition {}, lag={}",
            rng.below(64),
            rng.range(1, 900_000)
        ),
        9 => format!("feature flag new-basket enabled for {n} users"),
        _ => format!(
            "upgraded from {}.{}.{} to {}.{}.{}",
            rng.below(9),
            rng.below(30),
            rng.below(30),
            rng.range(9, 12),
            rng.below(30),
            rng.below(30)
        ),
    }
}

fn trade_sentence(rng: &mut Rng, kind: usize, n: u64) -> String {
    match kind {
        11 => format!("circuit breaker half-open after {} s", rng.range(5, 120)),
        12 => format!("checksum {} ok for part {}", rng.hex(64), rng.below(900)),
        13 => format!("applied migration V{}__add_index.sql", epoch(rng)),
        14 => format!(
            "invoice INV-{}-{} rendered in {} ms",
            rng.range(2021, 2025),
            rng.digits(6),
            rng.range(4, 900)
        ),
        15 => format!("parcel {} scanned at hub {}", rng.number(12), rng.range(1, 90)),
        16 => format!(
            "thumbnail written to /var/lib/media/{}/{}.webp",
            rng.hex(2),
            rng.hex(30)
        ),
        17 => format!("lease {} renewed until {}", rng.hex(8), iso(rng)),
        18 => format!("rate limit bucket refilled with {n} tokens"),
        19 => format!("listening on port {}", rng.range(1024, 65_000)),
        20 => format!(
            "price feed: EURUSD 1.{} XAU {}.{}",
            rng.digits(5),
            rng.range(1900, 2700),
            rng.digits(2)
        ),
        _ => format!(
            "leader elected, term {}, index {}",
            rng.range(1, 900),
            rng.range(1, 9_000_000)
        ),
    }
}
