//! Is this an Indian Aadhaar number?
//!
//! Twelve digits, the first 2 to 9, not the same read backwards, the last by Verhoeff's scheme (Unique
//! Identification Authority of India, "Aadhaar number format"; the number's structure in its FAQ).

use super::checks::verhoeff;
use super::digits::{GROUPED, exactly};

/// Twelve digits, grouped 4-4-4 by spaces or hyphens or not at all.
pub(crate) fn valid(value: &[u8]) -> bool {
    exactly::<12>(value, GROUPED).is_some_and(|aadhaar| {
        let palindrome = aadhaar.iter().eq(aadhaar.iter().rev());
        aadhaar[0] > 1 && !palindrome && verhoeff(&aadhaar)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let good = ["8381 1066 5340", "474017488131", "6069-8336-6017", "575628992624"];
        let bad = [
            "838110665341",
            "138110665340",
            "222222222222",
            "83811066534",
            "8381106653400",
            "",
            "83811066534x",
        ];
        crate::validate::testing::check("in-aadhaar", &good, &bad);
    }
}
