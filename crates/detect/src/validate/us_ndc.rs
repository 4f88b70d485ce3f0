//! Could this be a US national drug code?
//!
//! Labeler, product and package as 4-4-2, 5-3-2 or 5-4-1 digits (21 CFR 207.33), or 5-4-2 as billing
//! pads it (45 CFR 162.1002); without hyphens ten or eleven digits. There is no check digit.

use super::digits::{all_same, digits};

/// Digits with hyphens at their places, or none at all.
pub(crate) fn valid(value: &[u8]) -> bool {
    let Some(ndc) = digits::<11>(value, b"-") else {
        return false;
    };
    let mut parts = value.split(|&byte| byte == b'-').map(<[u8]>::len);
    let shape = (parts.next(), parts.next(), parts.next(), parts.next());
    let segmented = matches!(
        shape,
        (Some(4), Some(4), Some(2), None)
            | (Some(5), Some(3 | 4), Some(2), None)
            | (Some(5), Some(4), Some(1), None)
    );
    (segmented || matches!(shape, (Some(10 | 11), None, ..))) && !all_same(&ndc)
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good =
            ["0777-3105-02", "50242-040-62", "60575-4112-1", "00777-3105-02", "0777310502", "00777310502"];
        let bad = [
            "0777-310-02",
            "777-3105-02",
            "0777-3105-2",
            "077731050",
            "0000-0000-00",
            "",
            "0777 3105 02",
            "0777-3105-02-1",
        ];
        crate::validate::testing::check("us-ndc", &good, &bad);
    }
}
