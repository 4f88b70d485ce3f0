//! Telephone numbers, mail addresses, network addresses, coordinates, birth dates.

use super::two;
use crate::rng::Rng;

const US_AREAS: [&str; 16] = [
    "202", "206", "212", "303", "312", "404", "415", "503", "512", "602", "617", "646", "702", "713", "801",
    "919",
];

/// The ten digits of a US number in three groups.
fn us_parts(rng: &mut Rng) -> (String, String, String) {
    let area = if rng.chance(12) {
        rng.pick(&["800", "888", "877", "866"])
    } else {
        rng.pick(&US_AREAS)
    };
    (
        area.into(),
        rng.shape("%##").replace("11", "24").replace('1', "3"),
        rng.digits(4),
    )
}

/// US, as dialled at home.
pub fn us_national(rng: &mut Rng) -> String {
    let (a, b, c) = us_parts(rng);
    match rng.below(5) {
        0 => format!("({a}) {b}-{c}"),
        1 => format!("{a}.{b}.{c}"),
        2 => format!("{a}{b}{c}"),
        _ => format!("{a}-{b}-{c}"),
    }
}

/// US, with country code.
pub fn us_international(rng: &mut Rng) -> String {
    let (a, b, c) = us_parts(rng);
    match rng.below(5) {
        0 => format!("+1 ({a}) {b}-{c}"),
        1 => format!("+1-{a}-{b}-{c}"),
        2 => format!("+1 {a} {b} {c}"),
        _ => format!("+1{a}{b}{c}"),
    }
}

/// Writes one of several shapes, at times without its spaces.
fn dialled(rng: &mut Rng, shapes: &[&str]) -> String {
    let shape = rng.pick(shapes);
    let number = rng.shape(shape);
    if rng.chance(40) {
        number
            .chars()
            .filter(|c| c.is_ascii_digit() || *c == '+')
            .collect()
    } else {
        number
    }
}

/// Brazil, with country code.
pub fn br_international(rng: &mut Rng) -> String {
    dialled(
        rng,
        &[
            "+55 11 9%###-####",
            "+55 21 9%###-####",
            "+55 (31) 9%###-####",
            "+55 41 3###-####",
        ],
    )
}

/// Brazil, at home.
pub fn br_national(rng: &mut Rng) -> String {
    rng.pick(&[
        "(11) 9%%##-####",
        "(21) 9%%##-####",
        "(51) 9%%##-####",
        "(61) 3###-####",
    ])
    .chars()
    .map(|c| c.to_string())
    .map(|c| rng.shape(&c))
    .collect()
}

/// Germany.
pub fn de(rng: &mut Rng) -> String {
    dialled(
        rng,
        &[
            "+49 151 ########",
            "+49 170 %######",
            "+49 30 %#######",
            "+49 89 %#######",
            "+49 (0)40 %#######",
            "+49 176 ########",
        ],
    )
}

/// Spain.
pub fn es(rng: &mut Rng) -> String {
    dialled(
        rng,
        &[
            "+34 6## ### ###",
            "+34 91 %## ## ##",
            "+34 93 2## ## ##",
            "+34 622 ######",
        ],
    )
}

/// France, with country code.
pub fn fr_international(rng: &mut Rng) -> String {
    dialled(
        rng,
        &[
            "+33 1 4# ## ## ##",
            "+33 6 1# ## ## ##",
            "+33 6 8# ## ## ##",
            "+33 4 72 ## ## ##",
        ],
    )
}

/// France, at home.
pub fn fr_national(rng: &mut Rng) -> String {
    let shape = rng.pick(&[
        "01 4# ## ## ##",
        "06 1# ## ## ##",
        "04.72.##.##.##",
        "06.8#.##.##.##",
    ]);
    rng.shape(shape)
}

/// United Kingdom, with country code.
pub fn gb_international(rng: &mut Rng) -> String {
    dialled(
        rng,
        &[
            "+44 20 7### ####",
            "+44 20 8### ####",
            "+44 7712 ######",
            "+44 7535 ######",
        ],
    )
}

/// United Kingdom, at home.
pub fn gb_national(rng: &mut Rng) -> String {
    let shape = rng.pick(&["020 7### ####", "020 8### ####", "07712 ######", "07535 ######"]);
    rng.shape(shape)
}

/// Italy.
pub fn it(rng: &mut Rng) -> String {
    dialled(
        rng,
        &[
            "+39 347 #######",
            "+39 333 %## ####",
            "+39 02 %### ####",
            "+39 06 6### ####",
        ],
    )
}

/// Countries without an identifier of their own.
pub fn elsewhere(rng: &mut Rng) -> String {
    dialled(
        rng,
        &[
            "+31 6 2#######",
            "+41 79 %## ## ##",
            "+61 412 ### ###",
            "+91 98### #####",
            "+81 90 %### ####",
            "+46 70 %## ## ##",
            "+48 601 ### ###",
            "+43 664 %######",
            "+65 9123 ####",
        ],
    )
}

const FIRST: [&str; 24] = [
    "ingrid", "daniel", "lucia", "kenji", "amara", "tomasz", "priya", "olaf", "chloe", "mateo", "zeynep",
    "hugo", "fatima", "liam", "noor", "sven", "elif", "paulo", "greta", "ivan", "maeve", "yusuf", "anouk",
    "petra",
];
const LAST: [&str; 24] = [
    "holm",
    "okafor",
    "reyes",
    "tanaka",
    "diallo",
    "nowak",
    "iyer",
    "lindqvist",
    "moreau",
    "castro",
    "aydin",
    "weber",
    "haddad",
    "byrne",
    "visser",
    "berg",
    "demir",
    "sousa",
    "keller",
    "petrov",
    "quinn",
    "rahman",
    "dubois",
    "horvat",
];
const DOMAINS: [&str; 16] = [
    "gmail.com",
    "outlook.com",
    "fernweh-travel.com",
    "harborlight.io",
    "kastanie.de",
    "mail.quillandco.co.uk",
    "proton.me",
    "yahoo.fr",
    "tidewater-bank.net",
    "studio-nove.it",
    "corp.arbutus.ca",
    "icloud.com",
    "lumen-clinic.org",
    "obrigado.com.br",
    "web.de",
    "hey.com",
];

/// A first name, lower case.
pub fn first_name(rng: &mut Rng) -> &'static str {
    rng.pick(&FIRST)
}

/// A mail address.
pub fn email(rng: &mut Rng) -> String {
    let (f, l, d) = (rng.pick(&FIRST), rng.pick(&LAST), rng.pick(&DOMAINS));
    let initial: String = f.chars().take(1).collect();
    match rng.below(7) {
        0 => format!("{initial}{l}@{d}"),
        1 => format!("{f}_{l}{}@{d}", rng.range(1, 99)),
        2 => format!("{f}+{}@{d}", rng.pick(&["news", "billing", "qa", "2024"])),
        3 => format!("{l}.{initial}@{d}"),
        4 => format!("{f}{}@{d}", rng.range(1960, 2009)),
        5 => format!("{}.{}@{d}", capital(f), capital(l)),
        _ => format!("{f}.{l}@{d}"),
    }
}

/// A word with a capital.
pub fn capital(word: &str) -> String {
    let mut rest = word.chars();
    rest.next()
        .map(|c| c.to_uppercase().collect::<String>() + rest.as_str())
        .unwrap_or_default()
}

/// An IPv4 address of a caller on the internet.
pub fn ipv4_public(rng: &mut Rng) -> String {
    let first = rng.pick(&[23, 31, 45, 52, 66, 81, 93, 104, 141, 159, 178, 185, 203, 212]);
    format!(
        "{first}.{}.{}.{}",
        rng.below(256),
        rng.below(256),
        rng.range(1, 254)
    )
}

/// An IPv4 address of a private network.
pub fn ipv4_private(rng: &mut Rng) -> String {
    match rng.below(4) {
        0 => format!("192.168.{}.{}", rng.below(256), rng.range(1, 254)),
        1 => format!(
            "172.{}.{}.{}",
            rng.range(16, 31),
            rng.below(256),
            rng.range(1, 254)
        ),
        _ => format!("10.{}.{}.{}", rng.below(256), rng.below(256), rng.range(1, 254)),
    }
}

/// An IPv6 address in one of its usual spellings (RFC 5952).
pub fn ipv6(rng: &mut Rng) -> String {
    let h = |r: &mut Rng| format!("{:x}", r.range(0x10, 0xffff));
    match rng.below(5) {
        0 => format!("2a02:{}:{}::{}", h(rng), h(rng), rng.range(1, 99)),
        1 => format!("fe80::{}:{}:{}:{}", h(rng), h(rng), h(rng), h(rng)),
        2 => format!("::ffff:{}", ipv4_public(rng)),
        3 => format!("2001:db8:{}::{}", h(rng), h(rng)),
        _ => (0..7)
            .map(|_| h(rng))
            .fold("2600".to_string(), |a, b| format!("{a}:{b}")),
    }
}

/// Any network address.
pub fn ip(rng: &mut Rng) -> String {
    match rng.below(10) {
        0 | 1 => ipv6(rng),
        2..=4 => ipv4_private(rng),
        _ => ipv4_public(rng),
    }
}

/// A pair of decimal degrees.
pub fn lat_long(rng: &mut Rng) -> String {
    let (lat, long) = (rng.range(0, 84), rng.range(0, 179));
    let (a, b) = (rng.pick(&["", "-"]), rng.pick(&["", "-"]));
    let (x, y) = (
        rng.digits(5) + &rng.of("123456789", 1),
        rng.digits(5) + &rng.of("123456789", 1),
    );
    let joint = rng.pick(&[",", ", ", ","]);
    format!("{a}{lat}.{x}{joint}{b}{long}.{y}")
}

/// A date of birth.
pub fn birth(rng: &mut Rng) -> String {
    let (y, m, d) = (
        rng.range(1935, 2006),
        two(rng.range(1, 12)),
        two(rng.range(13, 28)),
    );
    match rng.below(4) {
        0 => format!("{m}/{d}/{y}"),
        1 => format!("{d}.{m}.{y}"),
        _ => format!("{y}-{m}-{d}"),
    }
}
