//! Does this address lie in that range? IPv4 and IPv6, with or without a prefix length.
//!
//! IAM User Guide, "IP address condition operators": without a prefix length the range is that one address.

use std::net::IpAddr;

/// Addresses that share their first bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    first: IpAddr,
    prefix: u32,
}

impl Range {
    /// Reads `address` or `address/prefix`. Bits behind the prefix are left out of account.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) =
            text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let first: IpAddr = address.parse().ok()?;
        let bits = if first.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => bits,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok()?,
            Some(_) => return None,
        };
        (prefix <= bits).then_some(Self { first, prefix })
    }

    /// Whether an address lies in the range. An address of the other family does not.
    pub(super) fn holds(&self, address: &str) -> bool {
        match (self.first, address.parse::<IpAddr>()) {
            (IpAddr::V4(first), Ok(IpAddr::V4(address))) => {
                let mask = u32::MAX.checked_shl(32 - self.prefix).unwrap_or(0);
                u32::from(first) & mask == u32::from(address) & mask
            }
            (IpAddr::V6(first), Ok(IpAddr::V6(address))) => {
                let mask = u128::MAX.checked_shl(128 - self.prefix).unwrap_or(0);
                u128::from(first) & mask == u128::from(address) & mask
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_on_both_sides() {
        for (range, address, wanted) in [
            ("203.0.113.0/24", "203.0.113.255", true),
            ("203.0.113.0/24", "203.0.114.0", false),
            ("203.0.113.77/24", "203.0.113.1", true),
            ("0.0.0.0/0", "255.1.2.3", true),
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1/32", "192.0.2.2", false),
            ("::/0", "2001:db8::1", true),
            ("2001:db8::/33", "2001:db8:7fff::", true),
            ("2001:db8::/33", "2001:db8:8000::", false),
            ("2001:db8::1", "2001:0DB8:0:0::1", true),
            ("192.0.2.1", "not an address", false),
        ] {
            assert_eq!(Range::parse(range).unwrap().holds(address), wanted, "{range} {address}");
        }
    }

    #[test]
    fn what_is_no_range() {
        for text in ["", "1.2.3", "1.2.3.4/33", "::/129", "1.2.3.4/", "1.2.3.4/-1", "1.2.3.4/+8", "1.2.3.*"] {
            assert_eq!(Range::parse(text), None, "{text}");
        }
    }
}
