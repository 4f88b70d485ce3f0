//! How long does a message take, beside AES-GCM alone? `cargo bench -p sotto-message`; with rivals: `oracles/run-messages`.
//!
//! Microseconds for one message, the least of several rounds; large ones pass through a buffer of 256 KiB, as streams do.
#![expect(clippy::disallowed_methods, reason = "the measurement reads what it wrote")]
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement may fail loudly, and prints")]

use sotto_kms::Entropy;
use sotto_kms::crypto::AesGcm;
use sotto_message::{Decryptor, EncryptionContext, Encryptor, RawAesKeyring, Reading, Suite, Writing};
use sotto_sensitive::{KeyBytes, RawBytes, RawText};
use std::hint::black_box;
use std::time::Instant;

const SIZES: &[(usize, usize)] = &[(16, 100), (4096, 100), (10_000_000, 1)];
/// Many short ones, so that some are not interrupted.
const ROUNDS: usize = 60;
const BLOCK_BYTES: usize = 256 << 10;

struct Counter(u64);

impl Entropy for Counter {
    fn fill(&mut self, place: &mut [u8]) {
        for byte in place {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = (self.0 >> 56) as u8;
        }
    }
}

struct Desk {
    keyring: RawAesKeyring,
    context: EncryptionContext,
    /// The plaintext in blocks.
    blocks: Vec<RawBytes>,
}

impl Desk {
    fn new(size: usize) -> Self {
        let raw = |text: &str| RawText::new(text.to_owned());
        let keyring = RawAesKeyring::new(&raw("bench"), &raw("key"), &KeyBytes::copied(&[7; 32])).unwrap();
        let context = EncryptionContext::new(&[(raw("purpose"), raw("bench"))]).unwrap();
        let plain = vec![7; size];
        let blocks = plain.chunks(BLOCK_BYTES).map(|block| RawBytes::new(block.to_vec())).collect();
        Self { keyring, context, blocks }
    }

    /// Writes a message, handing each block of it to `take`.
    fn encrypt(&self, suite: Suite, mut take: impl FnMut(&[u8])) {
        let writing =
            Writing { suite: Some(suite), ..Writing::new(&self.keyring, &self.context, Instant::now()) };
        let (mut entropy, mut out) = (Counter(1), Vec::with_capacity(1024));
        let mut encryptor = Encryptor::begin(&writing, &mut entropy, &mut out).unwrap();
        for block in &self.blocks {
            encryptor.push(block, &mut out).unwrap();
            take(&out);
            out.clear();
        }
        encryptor.finish(&mut out).unwrap();
        take(&out);
    }

    fn decrypt(&self, message: &[u8]) {
        let none = EncryptionContext::default();
        let mut decryptor = Decryptor::new(Reading::new(&self.keyring, &none, Instant::now()));
        let mut raw = RawBytes::default();
        for block in message.chunks(BLOCK_BYTES) {
            decryptor.push(block, &mut raw).unwrap();
            black_box(raw.expose());
            raw.clear();
        }
        decryptor.finish().unwrap();
    }
}

fn main() {
    println!("{:>10} {:>6} {:>12} {:>12} {:>12}", "bytes", "suite", "bare us", "encrypt us", "decrypt us");
    for (size, count) in SIZES {
        let (desk, mut bytes) = (Desk::new(*size), vec![7; *size]);
        let key = AesGcm::new(&KeyBytes::copied(&[7; 32])).unwrap();
        let bare = least(*count, || {
            black_box(key.seal([0; 12], b"", &mut bytes).unwrap());
        });
        for (suite, count) in [(Suite::Commit, *count), (Suite::CommitSigned, count.div_ceil(50))] {
            let encrypt = least(count, || {
                desk.encrypt(suite, |block| {
                    black_box(block);
                })
            });
            let mut message = Vec::new();
            desk.encrypt(suite, |block| message.extend_from_slice(block));
            let decrypt = least(count, || desk.decrypt(&message));
            println!("{size:>10} {suite:>6} {bare:>12.2} {encrypt:>12.2} {decrypt:>12.2}");
        }
    }
}

/// Microseconds of one call in the best round.
fn least(count: usize, mut call: impl FnMut()) -> f64 {
    call();
    let round = |call: &mut dyn FnMut()| {
        let begun = Instant::now();
        (0..count).for_each(|_| call());
        begun.elapsed().as_secs_f64() * 1e6 / count as f64
    };
    (0..ROUNDS).map(|_| round(&mut call)).fold(f64::INFINITY, f64::min)
}
