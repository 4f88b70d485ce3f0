//! Does an npm access token end with its checksum?
//!
//! `npm_`, thirty random characters and six of checksum (GitHub changelog, "npm has a new access token
//! format", September 2021).

/// The whole token, prefix included.
pub(crate) fn valid(value: &[u8]) -> bool {
    value.strip_prefix(b"npm_").is_some_and(|rest| rest.len() == 36 && super::crc32::ends_with_checksum(rest))
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        let payloads = [
            ["000000000000000000000000000000", "2C8GjS"],
            ["abcdefghijklmnopqrstuvwxyzABCD", "4dNndU"],
            ["0123456789ABCDEFGHIJ0123456789", "1x23us"],
            ["SottoTestsMakeTheirOwnTokens00", "2onPvC"],
        ];
        let good = payloads.map(|parts| format!("npm{}{}", '_', parts.concat()));
        let bad = [
            good[0].replace("npm", "NPM"),
            good[1].replace('a', "b"),
            good[2].replace('_', "-"),
            good[3].chars().skip(1).collect(),
        ];
        let good = [good[0].as_str(), &good[1], &good[2], &good[3]];
        let bad = [bad[0].as_str(), &bad[1], &bad[2], &bad[3], "", "npm_"];
        crate::validate::testing::check("npm-crc32", &good, &bad);
    }
}
