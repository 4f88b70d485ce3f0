//! Is this the code that the device shows now? TOTP (RFC 6238) over HMAC-SHA-1, 30 seconds, 6 digits.
//!
//! SHA-1 here is what authenticator applications speak; HMAC does not need collision resistance (RFC 6234, section 1). Codes of
//! the step before and after are taken, since clocks differ (RFC 6238, section 5.2), and never one at or before the last taken.

use aws_lc_rs::{constant_time, hmac};
use sotto_sensitive::{RawBytes, RawText};

/// Seconds of one step.
pub const STEP_SECONDS: u64 = 30;
/// Bytes of a seed.
pub const SEED_BYTES: usize = 64;
/// Steps to either side that are accepted.
const SKEW_STEPS: u64 = 1;
/// Steps to either side when a device is enabled or synchronised again.
const ENABLE_SKEW_STEPS: u64 = 10;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The step of an instant.
pub const fn step(now: u64) -> u64 {
    now / STEP_SECONDS
}

/// The step whose code this is, near `now` and after `last`.
pub fn accepted(seed: &RawBytes, code: &RawText, now: u64, last: u64) -> Option<u64> {
    near(now, SKEW_STEPS).filter(|step| *step > last).find(|step| is_code(seed, *step, code))
}

/// The later of two consecutive steps whose codes these are: EnableMFADevice and ResyncMFADevice.
pub fn accepted_pair(seed: &RawBytes, first: &RawText, second: &RawText, now: u64) -> Option<u64> {
    near(now, ENABLE_SKEW_STEPS)
        .find(|step| is_code(seed, *step, first) && is_code(seed, step.saturating_add(1), second))
        .map(|step| step.saturating_add(1))
}

fn near(now: u64, skew: u64) -> impl Iterator<Item = u64> {
    step(now).saturating_sub(skew)..=step(now).saturating_add(skew)
}

#[expect(clippy::disallowed_methods, reason = "a code is compared in constant time; a yes or no leaves")]
fn is_code(seed: &RawBytes, step: u64, code: &RawText) -> bool {
    let expected = format!("{:06}", hotp(seed.expose(), step));
    constant_time::verify_slices_are_equal(expected.as_bytes(), code.expose().as_bytes()).is_ok()
}

/// HOTP (RFC 4226, section 5.3), six digits.
fn hotp(seed: &[u8], counter: u64) -> u32 {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, seed), &counter.to_be_bytes());
    let bytes = tag.as_ref();
    let offset = bytes.last().map_or(0, |last| usize::from(last & 0x0f));
    let word =
        bytes.get(offset..offset + 4).and_then(|four| four.try_into().ok()).map_or(0, u32::from_be_bytes);
    (word & 0x7fff_ffff) % 1_000_000
}

/// A seed as base 32 (RFC 4648, section 6), as devices take it.
#[expect(clippy::disallowed_methods, reason = "the seed is written in another alphabet, raw to raw")]
pub fn base32(seed: &RawBytes) -> RawText {
    let mut text = String::with_capacity(seed.length() * 2);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for byte in seed.expose() {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            let index = usize::try_from((held >> bits) & 31).unwrap_or(0);
            text.extend(BASE32.get(index).map(|letter| char::from(*letter)));
        }
    }
    if bits > 0 {
        let index = usize::try_from((held << (5 - bits)) & 31).unwrap_or(0);
        text.extend(BASE32.get(index).map(|letter| char::from(*letter)));
    }
    RawText::new(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seed() -> RawBytes {
        RawBytes::new(b"12345678901234567890".to_vec())
    }

    fn code(text: &str) -> RawText {
        RawText::new(text.to_owned())
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 4226, appendix D, and RFC 6238, appendix B (the last six of its eight digits).
        let cases = [(0, 755_224), (1, 287_082), (9, 520_489)];
        for (counter, expected) in cases {
            assert_eq!(hotp(b"12345678901234567890", counter), expected, "{counter}");
        }
        let times =
            [(59, 287_082), (1_111_111_109, 81_804), (1_234_567_890, 5924), (20_000_000_000, 353_130)];
        for (time, expected) in times {
            assert_eq!(hotp(b"12345678901234567890", step(time)), expected, "{time}");
        }
    }

    #[test]
    fn a_code_is_good_once_and_near_its_time() {
        let cases = [(59, 0, Some(1)), (59, 1, None), (89, 0, Some(1)), (120, 0, None), (29, 0, Some(1))];
        for (now, last, expected) in cases {
            assert_eq!(accepted(&seed(), &code("287082"), now, last), expected, "{now} {last}");
        }
        assert_eq!(accepted(&seed(), &code("287083"), 59, 0), None);
        assert_eq!(accepted(&seed(), &code(""), 59, 0), None);
    }

    #[test]
    fn two_codes_must_follow_each_other() {
        assert_eq!(accepted_pair(&seed(), &code("755224"), &code("287082"), 40), Some(1));
        assert_eq!(accepted_pair(&seed(), &code("287082"), &code("755224"), 40), None);
        assert_eq!(accepted_pair(&seed(), &code("755224"), &code("287082"), 331), None);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test of the wall reads what it wrote")]
    fn base_32_is_that_of_the_standard() {
        // RFC 4648, section 10, without padding.
        for (plain, expected) in [("f", "MY"), ("fo", "MZXQ"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(&RawBytes::new(plain.into())).expose(), expected);
        }
    }
}
