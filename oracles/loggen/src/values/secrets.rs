//! Key material: random characters in the armour that tools write around it.

use crate::rng::Rng;

const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Lines of base64.
pub fn base64_lines(rng: &mut Rng, lines: usize, width: usize) -> String {
    (0..lines)
        .map(|_| rng.of(BASE64, width))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Forty characters that contain all kinds.
pub fn aws_secret(rng: &mut Rng) -> String {
    let body = rng.of(BASE64, 35);
    format!(
        "{}{body}{}",
        rng.shape("@#"),
        rng.of("abcdefghjkmnpqrstuvwxyz", 1) + &rng.shape("#@")
    )
}

fn pem(rng: &mut Rng, label: &str, head: &str, lines: usize, width: usize) -> String {
    let (body, last) = (base64_lines(rng, lines, width), rng.of(BASE64, 23));
    format!("-----BEGIN {label}-----\n{head}{body}\n{last}=\n-----END {label}-----")
}

/// OpenSSH's own container.
pub fn openssh(rng: &mut Rng) -> String {
    let lines = rng.range(4, 9) as usize;
    pem(rng, "OPENSSH PRIVATE KEY", "b3BlbnNzaC1rZXktdjEAAAAA", lines, 70)
}

/// RFC 7468 and the older labels.
pub fn pkcs(rng: &mut Rng) -> String {
    let label = rng.pick(&[
        "PRIVATE KEY",
        "RSA PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
        "EC PRIVATE KEY",
        "DSA PRIVATE KEY",
    ]);
    let lines = rng.range(3, 10) as usize;
    pem(rng, label, "", lines, 64)
}

/// RFC 9580, section 6.2.
pub fn pgp(rng: &mut Rng) -> String {
    let (lines, crc) = (rng.range(4, 9) as usize, rng.of(BASE64, 4));
    let (head, body) = (
        rng.pick(&["", "Version: GnuPG v2\n", "Comment: backup\n"]),
        base64_lines(rng, lines, 64),
    );
    format!(
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\n{head}\n{body}\n={crc}\n-----END PGP PRIVATE KEY BLOCK-----"
    )
}

/// PuTTY's key file, versions 2 and 3.
pub fn putty(rng: &mut Rng) -> String {
    let (version, mac) = (rng.of("23", 1), rng.hex(40));
    let kind = rng.pick(&["ssh-rsa", "ssh-ed25519"]);
    let (public, private) = (base64_lines(rng, 3, 64), base64_lines(rng, 2, 64));
    format!(
        "PuTTY-User-Key-File-{version}: {kind}\nEncryption: none\nComment: deploy\nPublic-Lines: 3\n{public}\nPrivate-Lines: 2\n{private}\nPrivate-MAC: {mac}"
    )
}

/// Armour that holds nothing secret.
pub fn public_armour(rng: &mut Rng) -> String {
    let label = rng.pick(&[
        "CERTIFICATE",
        "PUBLIC KEY",
        "CERTIFICATE REQUEST",
        "DH PARAMETERS",
    ]);
    pem(rng, label, "", 3, 64)
}
