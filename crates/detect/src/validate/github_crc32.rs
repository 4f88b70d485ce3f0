//! Does a GitHub token end with its checksum?
//!
//! `ghp_`, `gho_`, `ghu_`, `ghs_` or `ghr_`, thirty random characters and six of checksum (GitHub,
//! "Behind GitHub's new authentication token formats", 2021).

/// The whole token, prefix included.
pub(crate) fn valid(value: &[u8]) -> bool {
    let Some(([b'g', b'h', kind, b'_'], rest)) = value.split_first_chunk::<4>() else {
        return false;
    };
    b"pousr".contains(kind) && rest.len() == 36 && super::crc32::ends_with_checksum(rest)
}

#[cfg(test)]
mod tests {
    #[test]
    fn vectors() {
        // Made-up payloads with checksums from another program; put together here so that no scanner of
        // source code takes them for live tokens.
        let parts = [
            ["gh", "p_", "000000000000000000000000000000", "2C8GjS"],
            ["gh", "o_", "abcdefghijklmnopqrstuvwxyzABCD", "4dNndU"],
            ["gh", "s_", "0123456789ABCDEFGHIJ0123456789", "1x23us"],
            ["gh", "u_", "SottoTestsMakeTheirOwnTokens00", "2onPvC"],
        ];
        let good = parts.map(|parts| parts.concat());
        let good = [good[0].as_str(), &good[1], &good[2], &good[3]];
        let bad = [
            good[0].replace('p', "x"),
            good[1].replace('a', "b"),
            good[2].replace("gh", "GH"),
            good[3].chars().skip(1).collect(),
        ];
        let bad = [bad[0].as_str(), &bad[1], &bad[2], &bad[3], "", "ghp_"];
        crate::validate::testing::check("github-crc32", &good, &bad);
    }
}
