//! How are files of archives encrypted? In two ways: PKWARE's stream cipher (APPNOTE 6.1), which is weak and which everybody
//! reads, and WinZip's AES in counter mode with HMAC-SHA1 (WinZip, "AES Encryption Information", AE-1 and AE-2).

use super::ArchiveError;
use aws_lc_rs::cipher::{AES_128, AES_192, AES_256, Algorithm, EncryptingKey, UnboundCipherKey};
use aws_lc_rs::{constant_time, hmac, pbkdf2};
use std::num::NonZeroU32;
use zeroize::Zeroizing;

/// Random bytes before data of the ordinary kind.
pub(super) const STANDARD_HEAD_BYTES: usize = 12;
/// Bytes of the salt of AES-256.
pub(super) const AES256_SALT_BYTES: usize = 16;
/// The strength that stands for AES-256.
pub(super) const AES256: u8 = 3;
/// Bytes that tell a wrong password.
const VERIFIER_BYTES: usize = 2;
/// Bytes of the code behind the data.
const CODE_BYTES: usize = 10;
/// Rounds of PBKDF2 (WinZip's specification).
const ROUNDS: u32 = 1000;
const BLOCK_BYTES: usize = 16;

/// Data that is not encrypted any more.
pub(super) enum Opened<'a> {
    /// It never was.
    Plain(&'a [u8]),
    /// By the ordinary cipher, which hardly notices a wrong password.
    Weakly(Zeroizing<Vec<u8>>),
    /// By AES.
    Strongly(Zeroizing<Vec<u8>>),
}

impl Opened<'_> {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Plain(bytes) => bytes,
            Self::Weakly(bytes) | Self::Strongly(bytes) => bytes,
        }
    }
}

/// The three keys of the ordinary cipher.
struct Keys([u32; 3]);

impl Keys {
    fn new(password: &[u8]) -> Self {
        let mut keys = Self([0x1234_5678, 0x2345_6789, 0x3456_7890]);
        password.iter().for_each(|byte| keys.turn(*byte));
        keys
    }

    fn turn(&mut self, plain: u8) {
        let [first, second, third] = &mut self.0;
        *first = crc_step(*first, plain);
        *second = second.wrapping_add(*first & 0xff).wrapping_mul(134_775_813).wrapping_add(1);
        *third = crc_step(*third, u8::try_from(*second >> 24).unwrap_or_default());
    }

    fn mask(&self) -> u8 {
        let word = (self.0[2] & 0xffff) | 2;
        u8::try_from((word.wrapping_mul(word ^ 1) >> 8) & 0xff).unwrap_or_default()
    }
}

/// One byte of the sum with the polynomial 0xedb88320.
fn crc_step(sum: u32, byte: u8) -> u32 {
    let mut low = (sum ^ u32::from(byte)) & 0xff;
    for _ in 0..8 {
        low = if low & 1 == 1 { low >> 1 ^ 0xedb8_8320 } else { low >> 1 };
    }
    sum >> 8 ^ low
}

pub(super) fn open_standard<'a>(
    packed: &'a [u8],
    password: &[u8],
    check: u8,
) -> Result<Opened<'a>, ArchiveError> {
    let mut keys = Keys::new(password);
    let mut clear = Zeroizing::new(Vec::with_capacity(packed.len()));
    for byte in packed {
        let plain = byte ^ keys.mask();
        keys.turn(plain);
        clear.push(plain);
    }
    match clear.get(STANDARD_HEAD_BYTES - 1) {
        None => Err(ArchiveError::Damaged),
        Some(found) if *found != check => Err(ArchiveError::PasswordWrong),
        Some(_) => {
            clear.drain(..STANDARD_HEAD_BYTES);
            Ok(Opened::Weakly(clear))
        }
    }
}

/// Data of the ordinary kind: a random head whose last byte is the check, then the data.
pub(super) fn seal_standard(
    clear: &[u8],
    password: &[u8],
    mut head: [u8; STANDARD_HEAD_BYTES],
    check: u8,
) -> Vec<u8> {
    head[STANDARD_HEAD_BYTES - 1] = check;
    let mut keys = Keys::new(password);
    let mut seal = |plain: &u8| {
        let sealed = plain ^ keys.mask();
        keys.turn(*plain);
        sealed
    };
    head.iter().chain(clear).map(&mut seal).collect()
}

/// What a password and a salt give.
struct Derived {
    cipher: EncryptingKey,
    code: hmac::Key,
    verifier: [u8; VERIFIER_BYTES],
}

fn derived(strength: u8, password: &[u8], salt: &[u8]) -> Result<Derived, ArchiveError> {
    let (algorithm, length): (&'static Algorithm, usize) = match strength {
        1 => (&AES_128, 16),
        2 => (&AES_192, 24),
        AES256 => (&AES_256, 32),
        _ => return Err(ArchiveError::Unsupported),
    };
    let rounds = NonZeroU32::new(ROUNDS).ok_or(ArchiveError::Unsupported)?;
    let mut keys = Zeroizing::new(vec![0; 2 * length + VERIFIER_BYTES]);
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA1, rounds, salt, password, &mut keys);
    let (cipher, rest) = keys.split_at_checked(length).ok_or(ArchiveError::Unsupported)?;
    let (code, verifier) = rest.split_at_checked(length).ok_or(ArchiveError::Unsupported)?;
    let cipher = UnboundCipherKey::new(algorithm, cipher).and_then(EncryptingKey::ecb);
    Ok(Derived {
        cipher: cipher.map_err(|_| ArchiveError::Unsupported)?,
        code: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, code),
        verifier: verifier.try_into().map_err(|_| ArchiveError::Unsupported)?,
    })
}

impl Derived {
    /// Counter mode with the smallest byte first, from one: the library's counts the other way round.
    fn apply(&self, data: &mut [u8]) -> Result<(), ArchiveError> {
        let blocks = data.len().div_ceil(BLOCK_BYTES);
        let mut stream = Zeroizing::new(Vec::with_capacity(blocks * BLOCK_BYTES));
        for block in 1..=blocks {
            stream.extend_from_slice(&u128::try_from(block).unwrap_or_default().to_le_bytes());
        }
        self.cipher.encrypt(&mut stream).map_err(|_| ArchiveError::Unsupported)?;
        data.iter_mut().zip(stream.iter()).for_each(|(byte, mask)| *byte ^= mask);
        Ok(())
    }

    fn code(&self, sealed: &[u8]) -> Vec<u8> {
        hmac::sign(&self.code, sealed).as_ref().iter().take(CODE_BYTES).copied().collect()
    }
}

pub(super) fn open_aes<'a>(
    packed: &'a [u8],
    strength: u8,
    password: &[u8],
) -> Result<Opened<'a>, ArchiveError> {
    let salt_length = 4 + 4 * usize::from(strength.min(AES256));
    let (salt, rest) = packed.split_at_checked(salt_length).ok_or(ArchiveError::Damaged)?;
    let (verifier, rest) = rest.split_at_checked(VERIFIER_BYTES).ok_or(ArchiveError::Damaged)?;
    let length = rest.len().checked_sub(CODE_BYTES).ok_or(ArchiveError::Damaged)?;
    let (sealed, code) = rest.split_at_checked(length).ok_or(ArchiveError::Damaged)?;
    let keys = derived(strength, password, salt)?;
    if keys.verifier != verifier {
        return Err(ArchiveError::PasswordWrong);
    }
    constant_time::verify_slices_are_equal(&keys.code(sealed), code).map_err(|_| ArchiveError::Damaged)?;
    let mut clear = Zeroizing::new(sealed.to_vec());
    keys.apply(&mut clear)?;
    Ok(Opened::Strongly(clear))
}

/// Salt, verifier, data, code.
pub(super) fn seal_aes256(
    clear: &[u8],
    password: &[u8],
    salt: [u8; AES256_SALT_BYTES],
) -> Result<Vec<u8>, ArchiveError> {
    let keys = derived(AES256, password, &salt)?;
    let mut sealed = clear.to_vec();
    keys.apply(&mut sealed)?;
    let code = keys.code(&sealed);
    Ok([&salt[..], &keys.verifier[..], &sealed[..], &code[..]].concat())
}
