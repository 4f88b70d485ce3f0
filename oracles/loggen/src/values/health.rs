//! Numbers of health systems.

use super::{grouped, until};
use crate::checks::{digits_of, luhn, luhn_digit, weighted};
use crate::rng::Rng;

/// DEA registration (21 CFR 1301, check rule of the registrant manual).
pub fn dea(rng: &mut Rng) -> String {
    let six = rng.digits(6);
    let check = weighted(&six, &[1, 2, 1, 2, 1, 2]) % 10;
    let (kind, name) = (rng.of("ABCDEFGHJKLMPRSTUX", 1), rng.shape("@"));
    format!("{kind}{name}{six}{check}")
}

/// HCPCS level II or CPT.
pub fn hcpcs(rng: &mut Rng) -> String {
    match rng.below(4) {
        0 => format!("992{}", rng.range(11, 15)),
        1 => format!("J{}", rng.range(1000, 3499)),
        2 => format!("G0{}", rng.range(101, 499)),
        _ => format!("E0{}", rng.range(100, 999)),
    }
}

/// European health insurance card, field 8: 80, country, institution, serial.
pub fn ehic(rng: &mut Rng) -> String {
    let country = rng.pick(&["276", "250", "246", "380", "724", "040", "528", "616"]);
    let fill = rng.digits(14);
    luhn(&format!("80{country}{fill}"))
}

/// Claim number of old Medicare cards: an SSN and a beneficiary code.
pub fn hicn(rng: &mut Rng) -> String {
    let ssn = super::americas::ssn_parts(rng);
    let code = rng.pick(&["A", "B", "D", "M", "T", "C1", "B6", "W"]);
    if rng.chance(60) {
        format!("{}{code}", ssn.join("-"))
    } else {
        format!("{}{code}", ssn.concat())
    }
}

/// Serial of a French carte vitale: 21 digits.
pub fn vitale(rng: &mut Rng) -> String {
    let plain = rng.shape("80250################");
    if rng.chance(50) {
        grouped(&plain, &[10, 10, 1], " ")
    } else {
        plain
    }
}

/// Medicare beneficiary identifier (CMS, "Understanding the MBI format").
pub fn mbi(rng: &mut Rng) -> String {
    const L: &str = "ACDEFGHJKMNPQRTUVWXY";
    let (l, x) = (
        |r: &mut Rng| r.of(L, 1),
        |r: &mut Rng| r.of("0123456789ACDEFGHJKMNPQRTUVWXY", 1),
    );
    let cells = [
        rng.shape("%"),
        l(rng),
        x(rng),
        rng.digits(1),
        l(rng),
        x(rng),
        rng.digits(1),
        l(rng),
        l(rng),
        rng.digits(2),
    ];
    if rng.chance(50) {
        grouped(&cells.concat(), &[4, 3, 4], "-")
    } else {
        cells.concat()
    }
}

/// National drug code.
pub fn ndc(rng: &mut Rng) -> String {
    let shape = rng.pick(&["0###-####-##", "%####-###-##", "%####-####-#", "%####-0###-##"]);
    rng.shape(shape)
}

/// National provider identifier: Luhn over 80840 and the number.
pub fn npi(rng: &mut Rng) -> String {
    let nine = rng.of("12", 1) + &rng.digits(8);
    format!("{nine}{}", luhn_digit(&format!("80840{nine}")))
}

/// NHS number (NHS Data Dictionary).
pub fn nhs(rng: &mut Rng) -> String {
    let plain = until(rng, |r| {
        let nine = r.of("4679", 1) + &r.digits(8);
        match 11 - weighted(&nine, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11 {
            10 => None,
            check => Some(format!("{nine}{}", check % 11)),
        }
    });
    let joint = rng.pick(&[" ", " ", "", "-"]);
    grouped(&plain, &[3, 3, 4], joint)
}

/// A ten-digit number that is no NHS number.
pub fn broken_nhs(rng: &mut Rng) -> String {
    let good: String = nhs(rng).chars().filter(char::is_ascii_digit).collect();
    let last = digits_of(&good).next_back().unwrap_or(0);
    let kept: String = good.chars().take(9).collect();
    format!("{kept}{}", (last + 3) % 10)
}

/// British Columbia personal health number.
pub fn bc_phn(rng: &mut Rng) -> String {
    let plain = until(rng, |r| {
        let eight = r.digits(8);
        match 11 - weighted(&eight, &[2, 4, 8, 5, 10, 9, 7, 3]) % 11 {
            check @ 1..=9 => Some(format!("9{eight}{check}")),
            _ => None,
        }
    });
    let joint = rng.pick(&["", " ", " "]);
    grouped(&plain, &[4, 3, 3], joint)
}
