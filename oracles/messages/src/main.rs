//! `sotto-messages-oracle times | interop`: how fast are messages beside the official Rust SDK's, and does each read the other's?
//!
//! Times are processor time of this process, the least of several rounds, in microseconds for one message. `bare` is
//! AES-256-GCM of aws-lc-rs in place, the limit of what any format can reach.

mod ours;
#[cfg(feature = "rust-sdk")]
mod theirs;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use cpu_time::ProcessTime;
use sotto_message::Suite;

/// Sizes of plaintexts, and how many messages make a round.
const SIZES: &[(usize, usize)] = &[(16, 400), (4096, 400), (10_000_000, 3)];
const ROUNDS: usize = 5;

/// What reads and writes messages under one raw AES key.
trait Sdk {
    fn name(&self) -> &'static str;
    fn encrypt(&self, suite: Suite, plain: &[u8]) -> Vec<u8>;
    fn decrypt(&self, suite: Suite, message: &[u8]) -> Vec<u8>;
}

fn main() {
    let sdks = sdks();
    match std::env::args().nth(1).as_deref() {
        Some("times") => times(&sdks),
        Some("interop") => interop(&sdks),
        _ => panic!("times or interop"),
    }
}

#[cfg(feature = "rust-sdk")]
fn sdks() -> Vec<Box<dyn Sdk>> {
    vec![Box::new(ours::Ours::new()), Box::new(theirs::Theirs::new())]
}

#[cfg(not(feature = "rust-sdk"))]
fn sdks() -> Vec<Box<dyn Sdk>> {
    vec![Box::new(ours::Ours::new())]
}

fn interop(sdks: &[Box<dyn Sdk>]) {
    let mut count = 0;
    for suite in Suite::ALL {
        for length in [0, 1, 4095, 4096, 4097, 10_000] {
            let plain: Vec<u8> = (0..length).map(|at| at as u8).collect();
            for writer in sdks {
                let message = writer.encrypt(suite, &plain);
                for reader in sdks {
                    assert!(reader.decrypt(suite, &message) == plain, "{suite} {length}");
                    count += 1;
                }
            }
        }
    }
    println!("{count} messages of {} implementations", sdks.len());
}

fn times(sdks: &[Box<dyn Sdk>]) {
    println!("who\tsuite\tbytes\tencrypt\tdecrypt");
    for (size, count) in SIZES {
        let mut bytes = vec![7_u8; *size];
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32]).unwrap());
        let bare = least(*count, || {
            let nonce = Nonce::assume_unique_for_key([0; 12]);
            let _ = key.seal_in_place_separate_tag(nonce, Aad::empty(), &mut bytes).unwrap();
        });
        println!("bare\tgcm\t{size}\t{bare:.2}\t{bare:.2}");
        let plain = vec![7_u8; *size];
        for suite in [Suite::Commit, Suite::CommitSigned] {
            for sdk in sdks {
                let encrypt = least(*count, || drop(sdk.encrypt(suite, &plain)));
                let message = sdk.encrypt(suite, &plain);
                let decrypt = least(*count, || drop(sdk.decrypt(suite, &message)));
                println!("{}\t{suite}\t{size}\t{encrypt:.2}\t{decrypt:.2}", sdk.name());
            }
        }
    }
}

/// Microseconds of one call in the best round.
fn least(count: usize, mut call: impl FnMut()) -> f64 {
    call();
    let round = |call: &mut dyn FnMut()| {
        let begun = ProcessTime::now();
        (0..count).for_each(|_| call());
        begun.elapsed().as_secs_f64() * 1e6 / count as f64
    };
    (0..ROUNDS).map(|_| round(&mut call)).fold(f64::INFINITY, f64::min)
}
