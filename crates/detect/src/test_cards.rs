//! Which card numbers are nobody's? The 55 that payment firms publish for tests.
//!
//! Inside AWS policy documents they are never reported (CloudWatch Logs user guide, "Financial data identifiers");
//! elsewhere the user decides.

/// The published numbers, by length, then by value.
const PUBLISHED: [&str; 55] = [
    "76009244561",
    "4222222222222",
    "4911830000000",
    "30569309025904",
    "34343434343434",
    "36148900647913",
    "36700102000000",
    "38520000023237",
    "122000000000003",
    "371449635398431",
    "378282246310005",
    "378734493671000",
    "2222405343248877",
    "2222990905257051",
    "2223007648726984",
    "2223577120017656",
    "3528000700000000",
    "3530111333300000",
    "3566002020360505",
    "4012888888881881",
    "4111111111111111",
    "4444333322221111",
    "4462030000000000",
    "4484070000000000",
    "4917300800000000",
    "4917610000000000",
    "5019717010103742",
    "5105105105105100",
    "5111010030175156",
    "5185540810000019",
    "5200828282828210",
    "5204230080000017",
    "5204740009900014",
    "5420923878724339",
    "5454545454545454",
    "5455330760000018",
    "5506900490000436",
    "5506900490000444",
    "5506900510000234",
    "5506920809243667",
    "5506922400634930",
    "5506927427317625",
    "5553042241984105",
    "5555553753048194",
    "5555555555554444",
    "5610591081018250",
    "6011000400000000",
    "6011000990139424",
    "6011111111111117",
    "6331101999990016",
    "6759649826438453",
    "630490017740292441",
    "630495060000000000",
    "4917610000000000003",
    "6799990100000000019",
];

/// Whether a card number, separators aside, is one of them.
pub(crate) fn is_published(value: &[u8]) -> bool {
    let mut digits = [0; 19];
    let mut count = 0;
    for &byte in value.iter().filter(|byte| byte.is_ascii_digit()) {
        let Some(slot) = digits.get_mut(count) else { return false };
        (*slot, count) = (byte, count + 1);
    }
    let number = digits.get(..count).unwrap_or_default();
    PUBLISHED.binary_search_by(|known| (known.len(), known.as_bytes()).cmp(&(number.len(), number))).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_found_with_and_without_separators() {
        assert!(PUBLISHED.iter().all(|number| is_published(number.as_bytes())));
        assert!(is_published(b"4111-1111 1111-1111"));
        assert!(!is_published(b"4111111111111112") && !is_published(b"") && !is_published(&[b'4'; 30]));
    }
}
