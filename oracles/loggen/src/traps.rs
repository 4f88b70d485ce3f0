//! What looks sensitive and is not? Numbers that fail their checksum, keywords inside longer words, version strings,
//! instants beside keywords, masked values, file names like mail addresses. Each is one that a careful reader would pass over.

use crate::noise;
use crate::rng::Rng;
use crate::values::{finance, health, secrets, two};

type Trap = fn(&mut Rng) -> String;

const TRAPS: &[Trap] = &[
    cards, words, versions, instants, masked, ids, names, places, science, people,
];

/// A sentence that invites a false report.
pub fn sentence(rng: &mut Rng) -> String {
    rng.pick_ref(TRAPS).map_or_else(String::new, |trap| trap(rng))
}

fn cards(rng: &mut Rng) -> String {
    let bad = finance::broken_card(rng);
    match rng.below(7) {
        0 => format!("card order {} queued for print", noise::order16(rng)),
        1 => format!("rejected card number {bad}: luhn check failed"),
        2 => format!(
            "gift-card batch {} closed, {} pieces",
            noise::order16(rng),
            rng.range(10, 900)
        ),
        3 => format!(
            "card processed at {}",
            noise::epoch(rng) * 1000 + rng.range(0, 999)
        ),
        4 => format!(
            "card {} settled {}.{} EUR, auth {}",
            rng.pick(&["present", "absent"]),
            rng.range(1, 900),
            rng.digits(2),
            rng.shape("@#####")
        ),
        5 => format!(
            "cvv check passed on {}-{}-{}",
            rng.range(2021, 2025),
            two(rng.range(1, 12)),
            two(rng.range(1, 28))
        ),
        _ => format!("iban {} refused: check digits", finance::broken_iban(rng)),
    }
}

fn words(rng: &mut Rng) -> String {
    let n = rng.number(8);
    match rng.below(10) {
        0 => format!("public bucket {n} listed"),
        1 => format!("discovered {} peers in {n} us", rng.range(2, 90)),
        2 => format!("company {n} synced to CRM"),
        3 => format!("pancake batch {n} done"),
        4 => format!("duplicate row {n} skipped"),
        5 => format!("using singleton {n} from registry"),
        6 => format!("expand window to {} rows", rng.number(4)),
        7 => format!("replica {n} applied {} entries", rng.number(9)),
        8 => format!("spinning disk {n} rpm 7200"),
        _ => format!("microphone gain {n}, headphones {}", rng.number(9)),
    }
}

fn versions(rng: &mut Rng) -> String {
    let (a, b, c, d) = (rng.below(20), rng.below(40), rng.below(250), rng.below(200));
    match rng.below(8) {
        0 => format!("client Chrome/{}.0.0.0 connected", rng.range(99, 131)),
        1 => format!("agent version {a}.{b}.{c}.{d} started"),
        2 => format!("Oracle Database 19.{a}.0.0.0 banner received"),
        3 => format!("driver version 31.0.15.{}", rng.range(1000, 6000)),
        4 => format!("loaded libssl.so.1.1.{a} and zlib 1.2.{}", rng.range(3, 13)),
        5 => format!("firmware {a}.{b}.{c}.{d}.{} on rack {b}", rng.below(9)),
        6 => format!("kernel 4.18.0-{}.el8.x86_64", rng.range(80, 553)),
        _ => format!("npm install left-pad@1.{a}.{b} lodash@4.17.{c}"),
    }
}

fn instants(rng: &mut Rng) -> String {
    let (s, at) = (noise::epoch(rng), noise::iso(rng));
    match rng.below(7) {
        0 => format!("phone verified at {}", s * 1000 + rng.range(0, 999)),
        1 => format!("ssn lookup finished, took {} ms, at {at}", rng.range(1, 999)),
        2 => format!("passport scan uploaded {}", s * 1_000_000 + 17),
        3 => format!("token expiration {at}"),
        4 => format!(
            "session expiry in {} s",
            rng.pick(&["1800", "3600", "86400", "600"])
        ),
        5 => format!("bank account screen opened at {at}"),
        _ => format!(
            "account number validation took {} ns",
            s * 1_000_000_000 + rng.range(0, 999_999_999)
        ),
    }
}

fn masked(rng: &mut Rng) -> String {
    let last = rng.digits(4);
    match rng.below(8) {
        0 => format!("card ending in {last} approved"),
        1 => format!("card number ****-****-****-{last}"),
        2 => "ssn ***-**-**** suppressed".into(),
        3 => format!("ssn=XXX-XX-{last}"),
        4 => "iban: [REDACTED]".into(),
        5 => format!("pan 4XXX XXXX XXXX {last}"),
        6 => "cvv=*** exp=**/**".into(),
        _ => "email: j***@***.com".into(),
    }
}

fn ids(rng: &mut Rng) -> String {
    match rng.below(12) {
        0 => format!(
            "ISBN 978-{}-{}-{}-{}",
            rng.digits(1),
            rng.digits(3),
            rng.digits(5),
            rng.digits(1)
        ),
        1 => format!("order #{} picked", rng.shape("%#########")),
        2 => format!(
            "invoice {}-{}-{} paid",
            rng.range(2020, 2025),
            rng.digits(4),
            rng.digits(4)
        ),
        3 => format!(
            "sku {}-{}-{} restocked",
            rng.digits(3),
            rng.digits(4),
            rng.digits(3)
        ),
        4 => format!(
            "part 666-{}-{} on backorder",
            two(rng.range(1, 99)),
            rng.digits(4)
        ),
        5 => format!("serial 000-{}-{} replaced", two(rng.range(1, 99)), rng.digits(4)),
        6 => format!("commit {} merged", rng.hex(40)),
        7 => format!("counter {}+1 overflow guard", rng.number(10)),
        8 => format!("delta +1 {} rows", rng.shape("10########")),
        9 => format!("contact id {} merged into {}", rng.number(8), rng.number(8)),
        10 => format!(
            "MAC {} joined vlan {}",
            (0..6).map(|_| rng.hex(2)).collect::<Vec<_>>().join(":"),
            rng.range(2, 4000)
        ),
        _ => format!("tracking 1Z{}{}", rng.shape("@#?@##"), rng.digits(10)),
    }
}

fn names(rng: &mut Rng) -> String {
    match rng.below(8) {
        0 => format!("wrote sprite logo@2x.png ({} bytes)", rng.number(5)),
        1 => format!("com.quill.Ledger@{} disposed", rng.hex(8)),
        2 => "mail for root@localhost deferred".into(),
        3 => format!(
            "resolved pkg:npm/%40scope/core@{}.{}.{}",
            rng.below(9),
            rng.below(9),
            rng.below(9)
        ),
        4 => format!("mention @team-{} ignored", noise::service(rng)),
        5 => format!("pulled {}@sha256:{}", noise::service(rng), rng.hex(64)),
        6 => "annotation @Transactional(timeout=30) applied".into(),
        _ => format!("font icons@3x.webp cached {} times", rng.range(2, 90)),
    }
}

fn places(rng: &mut Rng) -> String {
    match rng.below(6) {
        0 => format!(
            "binlog position {} file mysql-bin.{}",
            rng.number(9),
            rng.digits(6)
        ),
        1 => format!(
            "location: /srv/data/{}/part-{}.parquet",
            rng.hex(6),
            rng.digits(5)
        ),
        2 => format!("cursor position {},{}", rng.range(1, 1900), rng.range(1, 1000)),
        3 => format!("moved box to aisle {}-{}", rng.range(1, 90), rng.range(1, 90)),
        4 => format!(
            "range {}-{}-01/{}-12-31 exported",
            2024,
            two(rng.range(1, 9)),
            2025
        ),
        _ => format!("pages {}/{} rendered", rng.range(1, 12), rng.range(13, 99)),
    }
}

fn science(rng: &mut Rng) -> String {
    match rng.below(6) {
        0 => format!("loss=0.{} lr=3e-4 step={}", rng.digits(10), rng.number(6)),
        1 => format!("sin(x)=0.{} cos(x)=-0.{}", rng.digits(10), rng.digits(10)),
        2 => format!(
            "p99={}.{}ms p50={}.{}ms",
            rng.range(10, 900),
            rng.digits(6),
            rng.range(1, 9),
            rng.digits(6)
        ),
        3 => noise::hex_dump(rng),
        4 => format!("payload={}", noise::blob(rng, 62)),
        _ => format!("sha1 {} crc32 {}", rng.hex(40), rng.hex(8)),
    }
}

fn people(rng: &mut Rng) -> String {
    match rng.below(8) {
        0 => format!(
            "nhs export refused, reference {} is no valid number",
            health::broken_nhs(rng)
        ),
        1 => format!("driver license class C confirmed in {} ms", rng.range(1, 900)),
        2 => format!("passport check answered {}", rng.pick(&["200", "404", "503"])),
        3 => format!("tax year {} closed", rng.range(2018, 2025)),
        4 => format!("zip file {} unpacked, {} entries", rng.hex(8), rng.number(5)),
        5 => format!("certificate renewed, serial {}", rng.hex(32)),
        6 => format!(
            "mobile app {}.{}.{} crashed on SM-G991B",
            rng.below(9),
            rng.below(30),
            rng.number(4)
        ),
        _ => format!(
            "phone model {} battery {} mAh",
            rng.shape("@@-####"),
            rng.number(4)
        ),
    }
}

/// Armour that holds nothing secret.
pub fn armour(rng: &mut Rng) -> String {
    secrets::public_armour(rng)
}
