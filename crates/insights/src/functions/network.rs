//! Is this text an address, and is it in that network? RFC 4632 prefixes for IPv4, RFC 4291 ones for IPv6.
//!
//! A masked address is none: its digits are gone.

use super::{call, first, nth};
use datafusion::arrow::array::BooleanArray;
use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::Expr;
use std::net::IpAddr;
use std::sync::Arc;

/// Which addresses count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AddressFamily {
    /// Either.
    Any,
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl AddressFamily {
    fn parse(self, text: &str) -> Option<IpAddr> {
        text.parse().ok().filter(|address: &IpAddr| match self {
            Self::Any => true,
            Self::V4 => address.is_ipv4(),
            Self::V6 => address.is_ipv6(),
        })
    }
}

/// Whether a text is an address of a family.
pub(crate) fn is_address(text: Expr, family: AddressFamily) -> Expr {
    let name = format!("is_address_{family:?}");
    call(&name, &[DataType::Utf8], DataType::Boolean, vec![text], move |arrays| {
        let found: BooleanArray =
            first(arrays)?.iter().map(|text| Some(family.parse(text?).is_some())).collect();
        Ok(Arc::new(found))
    })
}

/// Whether an address of a family is in a network such as `10.0.0.0/8`.
pub(crate) fn in_subnet(address: Expr, subnet: Expr, family: AddressFamily) -> Expr {
    let name = format!("in_subnet_{family:?}");
    let inputs = [DataType::Utf8, DataType::Utf8];
    call(&name, &inputs, DataType::Boolean, vec![address, subnet], move |arrays| {
        let pairs = first(arrays)?.iter().zip(nth(arrays, 1)?.iter());
        let found: BooleanArray =
            pairs.map(|(address, subnet)| Some(holds(subnet?, address?, family))).collect();
        Ok(Arc::new(found))
    })
}

fn holds(subnet: &str, address: &str, family: AddressFamily) -> bool {
    let parsed = subnet.split_once('/').and_then(|(network, prefix)| {
        Some((family.parse(network)?, prefix.parse::<u32>().ok()?, family.parse(address)?))
    });
    match parsed {
        Some((IpAddr::V4(network), prefix @ 0..=32, IpAddr::V4(address))) => {
            let mask = u32::MAX.checked_shl(32 - prefix).unwrap_or(0);
            network.to_bits() & mask == address.to_bits() & mask
        }
        Some((IpAddr::V6(network), prefix @ 0..=128, IpAddr::V6(address))) => {
            let mask = u128::MAX.checked_shl(128 - prefix).unwrap_or(0);
            network.to_bits() & mask == address.to_bits() & mask
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_their_addresses() {
        let yes = [
            ("10.0.0.0/8", "10.255.1.2"),
            ("192.0.2.128/25", "192.0.2.129"),
            ("0.0.0.0/0", "203.0.113.9"),
            ("203.0.113.9/32", "203.0.113.9"),
            ("2001:db8::/32", "2001:db8:ffff::1"),
            ("::/0", "2001:db8::1"),
        ];
        let no = [
            ("10.0.0.0/8", "11.0.0.1"),
            ("192.0.2.128/25", "192.0.2.127"),
            ("10.0.0.0/33", "10.0.0.0"),
            ("10.0.0.0", "10.0.0.0"),
            ("2001:db8::/32", "2001:db9::1"),
            ("::/0", "10.0.0.1"),
            ("10.0.0.0/8", "**.*.*.*"),
        ];
        yes.iter().for_each(|(net, ip)| assert!(holds(net, ip, AddressFamily::Any), "{ip} in {net}"));
        no.iter().for_each(|(net, ip)| assert!(!holds(net, ip, AddressFamily::Any), "{ip} not in {net}"));
        assert!(!holds("10.0.0.0/8", "10.0.0.1", AddressFamily::V6));
        assert!(!holds("2001:db8::/32", "2001:db8::1", AddressFamily::V4));
    }
}
