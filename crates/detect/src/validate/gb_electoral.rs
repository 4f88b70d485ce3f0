//! Could this be a number of the British electoral roll?
//!
//! Two letters of the polling district and one to four digits of the elector; a suffix of one or two
//! digits after a slash marks an elector added between publications (Representation of the People
//! Regulations 2001, regulation 41). There is no check digit.

use super::digits::fits;

/// `AA1` to `AA1234`, upper or lower case, a space or hyphen between, a suffix allowed.
pub(crate) fn valid(value: &[u8]) -> bool {
    let Some((district, rest)) = value.split_first_chunk::<2>() else {
        return false;
    };
    let mut parts =
        rest.strip_prefix(b" ").or(rest.strip_prefix(b"-")).unwrap_or(rest).split(|&byte| byte == b'/');
    let elector = parts.next().unwrap_or_default();
    let suffix = parts.next().is_none_or(|suffix| fits("n", suffix) || fits("n2", suffix));
    district.iter().all(u8::is_ascii_alphabetic)
        && suffix
        && parts.next().is_none()
        && (1..=4).contains(&elector.len())
        && elector.iter().all(u8::is_ascii_digit)
        && elector.iter().any(|&digit| digit != b'0')
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["AB1", "AB1234", "ab 123", "KG-77", "PD0042/1"];
        let bad = ["AB", "AB0", "AB12345", "A1234", "ABC123", "", "AB12/", "AB12/1/2", "1B123"];
        crate::validate::testing::check("gb-electoral", &good, &bad);
    }
}
