//! Whatever comes: is it opened whole, or refused, and the same however it is cut?

use sotto_kms::Entropy;
use sotto_message::{
    CommitmentPolicy, Content, Decryptor, EncryptionContext, MessageError, RawAesKeyring, Reading,
    Suite, Writing, decrypt, encrypt,
};
use sotto_sensitive::{KeyBytes, RawBytes, RawText};
use std::sync::LazyLock;
use std::time::Instant;

static KEYRING: LazyLock<RawAesKeyring> = LazyLock::new(|| {
    let raw = |text: &str| RawText::new(text.to_owned());
    let key = KeyBytes::copied(&[7; 32]);
    RawAesKeyring::new(&raw("fuzz"), &raw("key"), &key).expect("the key has a length of AES")
});

const PLAIN: &[u8] = b"canary 4111111111111111";

/// Any bytes as a message; and bytes as changes of a genuine one.
pub fn message(input: &[u8]) {
    read_in_parts(input);
    changed(input);
}

fn reading(none: &EncryptionContext) -> Reading<'_> {
    Reading {
        policy: CommitmentPolicy::RequireToWrite,
        piece_bytes_max: 1 << 20,
        ..Reading::new(&*KEYRING, none, Instant::now())
    }
}

fn read_in_parts(input: &[u8]) {
    let none = EncryptionContext::default();
    let whole = run(reading(&none), input, input.len().max(1));
    for step in [1, 7] {
        assert_eq!(run(reading(&none), input, step), whole, "steps of {step}");
    }
    if let Ok(plain) = whole {
        assert_eq!(
            decrypt(&reading(&none), input).map(|(plain, _)| plain.length()),
            Ok(plain.len())
        );
        let longer = [input, b"x"].concat();
        let at = input.len() as u64;
        assert_eq!(
            run(reading(&none), &longer, longer.len()),
            Err(MessageError::LeftOver { at })
        );
    }
}

fn run(reading: Reading<'_>, input: &[u8], step: usize) -> Result<Vec<u8>, MessageError> {
    let (mut decryptor, mut out) = (Decryptor::new(reading), RawBytes::default());
    input
        .chunks(step)
        .try_for_each(|part| decryptor.push(part, &mut out))?;
    decryptor.finish()?;
    Ok(exposed(&out))
}

/// A genuine message with bytes changed at places that the input names: only the unchanged one opens.
fn changed(input: &[u8]) {
    let Some((suite, changes)) = input.split_first() else {
        return;
    };
    let suite = Suite::ALL[usize::from(*suite) % Suite::ALL.len()];
    let none = EncryptionContext::default();
    let content = if changes.len() % 2 == 0 {
        Content::Framed(8)
    } else {
        Content::Whole
    };
    let policy = if suite.is_committing() {
        CommitmentPolicy::Require
    } else {
        CommitmentPolicy::ForbidToWrite
    };
    let writing = Writing {
        suite: Some(suite),
        policy,
        content,
        ..Writing::new(&*KEYRING, &none, Instant::now())
    };
    let genuine = encrypt(&writing, &RawBytes::new(PLAIN.to_vec()), &mut Counter(1))
        .expect("a genuine message is written");
    let mut message = genuine.clone();
    for change in changes.chunks_exact(3).take(4) {
        let at = usize::from(u16::from_be_bytes([change[0], change[1]])) % message.len();
        message[at] ^= change[2];
    }
    let opened = run(reading(&none), &message, 64);
    assert_eq!(opened.is_ok(), message == genuine, "{suite}");
    assert!(opened.is_err() || opened == Ok(PLAIN.to_vec()));
}

fn exposed(raw: &RawBytes) -> Vec<u8> {
    raw.expose().to_vec()
}

struct Counter(u8);

impl Entropy for Counter {
    fn fill(&mut self, place: &mut [u8]) {
        for byte in place {
            self.0 = self.0.wrapping_mul(5).wrapping_add(1);
            *byte = self.0;
        }
    }
}
