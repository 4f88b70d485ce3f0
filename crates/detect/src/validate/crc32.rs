//! Which checksum do token issuers append to their tokens?
//!
//! CRC-32 (ISO 3309, as in zip) of the random part, written with 62 digits 0-9, A-Z, a-z and padded to six
//! with zeros: GitHub, "Behind GitHub's new authentication token formats" (2021), and npm, "new access
//! token format" (2021).

/// Do the last six characters hold the checksum of the ones before?
pub(crate) fn ends_with_checksum(text: &[u8]) -> bool {
    let Some((payload, check)) = text.split_last_chunk::<6>() else {
        return false;
    };
    let given = check.iter().try_fold(0u64, |sum, &symbol| Some(sum * 62 + base62(symbol)?));
    payload.iter().all(u8::is_ascii_alphanumeric) && given == Some(crc32(payload).into())
}

fn base62(symbol: u8) -> Option<u64> {
    match symbol {
        b'0'..=b'9' => Some(u64::from(symbol - b'0')),
        b'A'..=b'Z' => Some(u64::from(symbol - b'A') + 10),
        b'a'..=b'z' => Some(u64::from(symbol - b'a') + 36),
        _ => None,
    }
}

/// Bit by bit: tokens are short and rare, a table is not worth its bytes.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| {
        if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 }
    };
    !bytes.iter().fold(!0, |sum, &byte| (0..8).fold(sum ^ u32::from(byte), step))
}

#[cfg(test)]
mod tests {
    #[test]
    fn check_value_of_the_algorithm() {
        // The "check" value that catalogues of CRCs give for the nine digits.
        assert_eq!(super::crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(super::crc32(b""), 0);
    }
}
