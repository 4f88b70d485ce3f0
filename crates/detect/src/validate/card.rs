//! Is this a payment card number that an issuer of the big schemes could have given out?
//!
//! Luhn (ISO/IEC 7812-1) plus issuer range and length. The ranges are those that the schemes publish to
//! merchants: American Express, Dankort (Nets), Diners Club and Discover (Discover Global Network
//! ranges), JCB, Mastercard (1 July 2017 2-series included), UnionPay, Visa with Electron; and because
//! nothing should leak, Maestro with Switch, Solo and Laser, Bankcard, Elo, Hipercard, RuPay, Mir and
//! Troy. 13 to 19 digits; the 12-digit Maestro numbers have their own validator.

use super::checks::luhn;
use super::digits::{GROUPED, digits, number};

/// First and last six-digit prefix of a range, and the lengths in use there.
type Range = (u64, u64, &'static [usize]);

const ANY_16_TO_19: &[usize] = &[16, 17, 18, 19];
const ANY_14_TO_19: &[usize] = &[14, 15, 16, 17, 18, 19];
const ANY_13_TO_19: &[usize] = &[13, 14, 15, 16, 17, 18, 19];

const RANGES: &[Range] = &[
    (400_000, 499_999, &[13, 16, 19]), // Visa, Electron, Dankort with Visa
    (510_000, 559_999, &[16]),         // Mastercard
    (222_100, 272_099, &[16]),         // Mastercard, 2-series
    (340_000, 349_999, &[15]),         // American Express
    (370_000, 379_999, &[15]),         // American Express
    (601_100, 601_199, ANY_16_TO_19),  // Discover
    (644_000, 659_999, ANY_16_TO_19),  // Discover; within it Elo, RuPay, Verve
    (352_800, 358_999, ANY_16_TO_19),  // JCB
    (213_100, 213_199, &[15]),         // JCB, old
    (180_000, 180_099, &[15]),         // JCB, old
    (620_000, 629_999, ANY_16_TO_19),  // UnionPay; 622126 to 622925 also Discover
    (810_000, 819_999, ANY_16_TO_19),  // UnionPay, RuPay
    (300_000, 305_999, ANY_14_TO_19),  // Diners Club
    (309_500, 309_599, ANY_14_TO_19),  // Diners Club
    (360_000, 369_999, ANY_14_TO_19),  // Diners Club
    (380_000, 399_999, ANY_14_TO_19),  // Diners Club
    (500_000, 509_999, ANY_13_TO_19),  // Maestro; Dankort 5019, Elo, RuPay 508, Verve
    (560_000, 589_999, ANY_13_TO_19),  // Maestro; Bankcard 5610 and 560221 to 560225
    (601_200, 601_299, ANY_13_TO_19),  // Maestro
    (604_000, 604_099, ANY_13_TO_19),  // Maestro
    (606_282, 606_282, &[13, 16, 19]), // Hipercard
    (606_985, 608_500, &[16]),         // RuPay
    (630_400, 630_499, ANY_13_TO_19),  // Maestro, Laser
    (633_000, 633_499, ANY_16_TO_19),  // Switch 6331 and 6333, Solo 6334
    (636_297, 636_297, &[16]),         // Elo
    (636_368, 636_368, &[16]),         // Elo
    (639_000, 639_099, ANY_13_TO_19),  // Maestro
    (670_000, 679_999, ANY_13_TO_19),  // Maestro, Switch 6759, Solo 6767, Laser 6706, 6709, 6771
    (220_000, 220_499, ANY_16_TO_19),  // Mir
    (979_200, 979_299, &[16]),         // Troy
    (490_300, 490_399, &[18]),         // Switch
    (490_500, 490_599, &[18]),         // Switch
    (491_100, 491_199, &[18]),         // Switch
    (493_600, 493_699, &[18]),         // Switch
];

/// 13 to 19 digits, grouped by spaces or hyphens.
pub(crate) fn valid(value: &[u8]) -> bool {
    digits::<19>(value, GROUPED).is_some_and(|pan| luhn(&pan) && is_issued(&pan))
}

fn is_issued(pan: &[u8]) -> bool {
    let Some((prefix, _)) = pan.split_first_chunk::<6>() else {
        return false;
    };
    let prefix = number(prefix);
    RANGES
        .iter()
        .any(|(first, last, lengths)| (first..=last).contains(&&prefix) && lengths.contains(&pan.len()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // Numbers that the schemes and their processors publish for tests, and arithmetic on made-up digits.
        let good = [
            "4111 1111 1111 1111",
            "4222222222222",
            "5555-5555-5555-4444",
            "2223003122003222",
            "378282246310005",
            "6011000990139424",
            "3530111333300000",
            "30569309025904",
            "6200000000000005",
            "5019717010103742",
            "4917610000000000003",
            "6759649826438453",
            "630495060000000000",
            "36148900647913",
        ];
        let bad = [
            "4111 1111 1111 1112",
            "411111111111116",
            "122000000000003",
            "76009244561",
            "1234567812345670",
            "4111.1111.1111.1111",
            "",
            "0000000000000000",
            "5555555555554444555",
            "2720990000000001",
        ];
        crate::validate::testing::check("card", &good, &bad);
    }

    /// The 55 test numbers that AWS publishes as never reported (CloudWatch Logs user guide,
    /// "CreditCardNumber" in the financial category page).
    #[test]
    fn published_test_cards() {
        let all = "76009244561 4222222222222 4911830000000 30569309025904 34343434343434 36148900647913
            36700102000000 38520000023237 122000000000003 371449635398431 378282246310005 378734493671000
            2222405343248877 2222990905257051 2223007648726984 2223577120017656 3528000700000000
            3530111333300000 3566002020360505 4012888888881881 4111111111111111 4444333322221111
            4462030000000000 4484070000000000 4917300800000000 4917610000000000 5019717010103742
            5105105105105100 5111010030175156 5185540810000019 5200828282828210 5204230080000017
            5204740009900014 5420923878724339 5454545454545454 5455330760000018 5506900490000436
            5506900490000444 5506900510000234 5506920809243667 5506922400634930 5506927427317625
            5553042241984105 5555553753048194 5555555555554444 5610591081018250 6011000400000000
            6011000990139424 6011111111111117 6331101999990016 6759649826438453 630490017740292441
            630495060000000000 4917610000000000003 6799990100000000019";
        let refused: Vec<&str> = all.split_whitespace().filter(|pan| !super::valid(pan.as_bytes())).collect();
        assert_eq!(all.split_whitespace().count(), 55);
        // Eleven digits; fourteen digits with American Express's prefix, which has fifteen; UATP (prefix 1),
        // an airline scheme outside the list, whose prefix is that of too many other numbers.
        assert_eq!(refused, ["76009244561", "34343434343434", "122000000000003"]);
    }
}
