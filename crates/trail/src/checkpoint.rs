//! What can be proven to somebody without the root key? That the trail was this long and this one at an instant: a
//! [`Checkpoint`], signed by an asymmetric key whose public half anybody may have.
//!
//! Checkpoints are numbered and each holds the hash of the one before, so that a kept one vouches for all earlier ones; hence
//! it names only the chains that moved since. It is a text of a few lines, the last of which is the signature over all
//! others: `sed '$d'` gives what `openssl dgst -verify` wants. Rejected: JSON, of which there are many spellings; heads of
//! all chains in each, since every start of a server begins a chain.

use crate::hex::{self, Hex};
use aws_lc_rs::digest::{SHA256, SHA384, SHA512, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P521_SHA512_ASN1, RSA_PSS_2048_8192_SHA256,
    UnparsedPublicKey, VerificationAlgorithm,
};
use sotto_arn::Arn;
use sotto_public::{ChainHead, ChainId, Link, LogSafe, Opaque, Storable, StoredRecord};
use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime};

/// First line of a checkpoint.
const TITLE: &str = "sotto trail checkpoint 1";

/// Most bytes of a line of a checkpoint.
pub(crate) const CHECKPOINT_LINE_BYTES_MAX: usize = 4_096;

/// Most chains in one checkpoint.
pub const CHECKPOINT_CHAINS_MAX: usize = 10_000;

/// A signature's algorithm, under KMS's names (KMS API Reference, "Sign").
#[derive(Clone, Copy, Debug, PartialEq, Eq, LogSafe, Storable)]
pub enum Algorithm {
    /// P-256 with SHA-256.
    EcdsaSha256,
    /// P-384 with SHA-384.
    EcdsaSha384,
    /// P-521 with SHA-512.
    EcdsaSha512,
    /// RSA with PSS and SHA-256.
    RsaPssSha256,
}

impl Algorithm {
    /// All that checkpoints are signed by.
    pub const ALL: [Self; 4] = [Self::EcdsaSha256, Self::EcdsaSha384, Self::EcdsaSha512, Self::RsaPssSha256];

    /// KMS's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EcdsaSha256 => "ECDSA_SHA_256",
            Self::EcdsaSha384 => "ECDSA_SHA_384",
            Self::EcdsaSha512 => "ECDSA_SHA_512",
            Self::RsaPssSha256 => "RSASSA_PSS_SHA_256",
        }
    }

    fn verifying(self) -> &'static dyn VerificationAlgorithm {
        match self {
            Self::EcdsaSha256 => &ECDSA_P256_SHA256_ASN1,
            Self::EcdsaSha384 => &ECDSA_P384_SHA384_ASN1,
            Self::EcdsaSha512 => &ECDSA_P521_SHA512_ASN1,
            Self::RsaPssSha256 => &RSA_PSS_2048_8192_SHA256,
        }
    }
}

/// How far the trail had come, signed.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Checkpoint {
    draft: Draft,
    algorithm: Algorithm,
    signature: Opaque,
}

impl StoredRecord for Checkpoint {
    const KIND: &'static str = "trail-checkpoint";
}

/// A checkpoint before it is signed. Its text is what is signed.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Draft {
    number: u64,
    at: SystemTime,
    key: Arn,
    before: Opaque,
    moved: Vec<Moved>,
}

/// How far a chain had come.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
struct Moved {
    chain: u128,
    seq: u64,
    link: Opaque,
}

/// Why a text is no checkpoint, or does not fit the ones before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, LogSafe)]
pub enum CheckpointBreak {
    /// Not the form.
    #[error("line {line} of a checkpoint is not as it must be")]
    Form {
        /// Counted from its first line.
        line: usize,
    },
    /// The signature is not one of this key.
    #[error("the signature of checkpoint {number} is not one of this public key over these lines")]
    Signature {
        /// Which.
        number: u64,
    },
    /// A number is missing, or twice there.
    #[error("after checkpoint {after} comes {found}: checkpoints are missing or moved")]
    Gap {
        /// The one before.
        after: u64,
        /// What came.
        found: u64,
    },
    /// It speaks of another one before it.
    #[error("checkpoint {number} follows another one than stands before it")]
    Before {
        /// Which.
        number: u64,
    },
    /// A chain went backwards.
    #[error("checkpoint {number} lets a chain become shorter")]
    Backwards {
        /// Which.
        number: u64,
    },
    /// Somebody kept another checkpoint of this number.
    #[error("checkpoint {number} is another one than the one that was kept: the trail was written anew")]
    Forked {
        /// Which.
        number: u64,
    },
    /// Somebody kept a checkpoint that is not there.
    #[error(
        "checkpoint {kept} was kept, and the export ends at {last}: it is an older state, or its end was cut off"
    )]
    Older {
        /// The one that was kept.
        kept: u64,
        /// The last one of the export.
        last: u64,
    },
}

impl Draft {
    /// What a next checkpoint says: how far each chain has come that moved since `before`, where there is one. Of many
    /// chains the first [`CHECKPOINT_CHAINS_MAX`] that moved; the others stand in the next one.
    #[expect(clippy::disallowed_methods, reason = "hashes and links say nothing without what was hashed")]
    pub fn new(
        at: SystemTime,
        key: Arn,
        before: Option<&Checkpoint>,
        known: &Reached,
        now: &[ChainHead],
    ) -> Self {
        let moved = now.iter().filter(|head| head.seq > known.rows(head.chain));
        let mut moved: Vec<Moved> = moved
            .map(|head| Moved {
                chain: head.chain.number(),
                seq: head.seq,
                link: Opaque::from_pinned_bytes(head.link.as_bytes().to_vec()),
            })
            .collect();
        moved.sort_by_key(|moved| moved.chain);
        moved.truncate(CHECKPOINT_CHAINS_MAX);
        let (number, hash) = before.map_or((1, [0; 32]), |before| (before.number() + 1, before.hash()));
        Self { number, at, key, before: Opaque::from_pinned_bytes(hash.to_vec()), moved }
    }

    /// With a signature over the text.
    #[expect(clippy::disallowed_methods, reason = "a signature says nothing")]
    pub fn signed(self, algorithm: Algorithm, signature: &[u8]) -> Checkpoint {
        let signature = Opaque::from_pinned_bytes(signature.to_vec());
        Checkpoint { draft: self, algorithm, signature }
    }

    /// The hash of the text by which an algorithm signs.
    #[expect(clippy::disallowed_methods, reason = "a hash says nothing without what was hashed")]
    pub fn digest(&self, algorithm: Algorithm) -> Opaque {
        let hash = match algorithm {
            Algorithm::EcdsaSha256 | Algorithm::RsaPssSha256 => &SHA256,
            Algorithm::EcdsaSha384 => &SHA384,
            Algorithm::EcdsaSha512 => &SHA512,
        };
        Opaque::from_pinned_bytes(digest(hash, self.to_string().as_bytes()).as_ref().to_vec())
    }

    /// Its number, from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Whether any chain moved.
    pub fn is_empty(&self) -> bool {
        self.moved.is_empty()
    }
}

impl fmt::Display for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        writeln!(f, "{TITLE}")?;
        writeln!(f, "number {}", self.number)?;
        writeln!(f, "at {}.{:09}", at.as_secs(), at.subsec_nanos())?;
        writeln!(f, "key {}", self.key)?;
        writeln!(f, "before {}", Hex(self.before.as_bytes()))?;
        for Moved { chain, seq, link } in &self.moved {
            writeln!(f, "chain {chain:032x} {seq} {}", Hex(link.as_bytes()))?;
        }
        Ok(())
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.draft)?;
        writeln!(f, "signature {} {}", self.algorithm.name(), Hex(self.signature.as_bytes()))
    }
}

impl Checkpoint {
    /// Its number, from 1.
    pub fn number(&self) -> u64 {
        self.draft.number
    }

    /// When it was made.
    pub fn at(&self) -> SystemTime {
        self.draft.at
    }

    /// The key that signed it.
    pub fn key(&self) -> &Arn {
        &self.draft.key
    }

    /// SHA-256 of what is signed; a signature itself has many spellings.
    pub fn hash(&self) -> [u8; 32] {
        let mut hash = [0; 32];
        let made = digest(&SHA256, self.draft.to_string().as_bytes());
        hash.iter_mut().zip(made.as_ref()).for_each(|(to, from)| *to = *from);
        hash
    }

    /// The chains that moved, and how far they had come.
    pub fn moved(&self) -> impl Iterator<Item = ChainHead> + '_ {
        self.draft.moved.iter().filter_map(|Moved { chain, seq, link }| {
            let link = Link::new(link.as_bytes().try_into().ok()?);
            Some(ChainHead { chain: ChainId::new(*chain), seq: *seq, link })
        })
    }

    /// That the key with this public half (SubjectPublicKeyInfo, DER) signed it.
    ///
    /// # Errors
    /// [`CheckpointBreak::Signature`] otherwise.
    pub fn verify(&self, public_key: &[u8]) -> Result<(), CheckpointBreak> {
        let text = self.draft.to_string();
        let key = UnparsedPublicKey::new(self.algorithm.verifying(), public_key);
        let number = self.number();
        key.verify(text.as_bytes(), self.signature.as_bytes())
            .map_err(|_| CheckpointBreak::Signature { number })
    }

    /// Reads the one spelling of a checkpoint.
    ///
    /// # Errors
    /// The first line that is another.
    pub fn parse(text: &[u8]) -> Result<Self, CheckpointBreak> {
        let lines: Vec<&[u8]> = text.trim_ascii_end().split(|byte| *byte == b'\n').collect();
        let mut reader = Lines { lines: lines.iter(), line: 0 };
        let read = reader.read();
        let line = reader.line;
        let read = read.ok_or(CheckpointBreak::Form { line })?;
        // What reads alike but is spelled otherwise is not what was signed.
        let spelled = read.to_string();
        let differs = spelled.as_bytes().split(|byte| *byte == b'\n').zip(&lines).position(|(a, b)| a != *b);
        match differs {
            Some(at) => Err(CheckpointBreak::Form { line: at + 1 }),
            None => Ok(read),
        }
    }
}

/// Walks the lines of a text.
struct Lines<'a> {
    lines: std::slice::Iter<'a, &'a [u8]>,
    line: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Option<&'a str> {
        self.line += 1;
        let line = self.lines.next()?;
        (line.len() <= CHECKPOINT_LINE_BYTES_MAX).then(|| std::str::from_utf8(line).ok()).flatten()
    }

    fn word(&mut self, name: &str) -> Option<&'a str> {
        self.next()?.strip_prefix(name)?.strip_prefix(' ')
    }

    #[expect(clippy::disallowed_methods, reason = "hashes, links and signatures say nothing")]
    fn read(&mut self) -> Option<Checkpoint> {
        if self.next()? != TITLE {
            return None;
        }
        let number = self.word("number")?.parse().ok()?;
        let at = instant(self.word("at")?)?;
        let key = Arn::parse(self.word("key")?).ok()?;
        let before = hex::read_array::<32>(self.word("before")?.as_bytes())?;
        let mut moved = Vec::new();
        loop {
            let line = self.next()?;
            if let Some(chain) = line.strip_prefix("chain ") {
                moved.push(chain_of(chain).filter(|_| moved.len() < CHECKPOINT_CHAINS_MAX)?);
                continue;
            }
            let (name, signature) = line.strip_prefix("signature ")?.split_once(' ')?;
            let algorithm = Algorithm::ALL.into_iter().find(|known| known.name() == name)?;
            let signature = hex::read(signature.as_bytes())?;
            let before = Opaque::from_pinned_bytes(before.to_vec());
            let end = self.lines.next().is_none();
            let draft = Draft { number, at, key, before, moved };
            return end.then(|| draft.signed(algorithm, &signature));
        }
    }
}

fn instant(text: &str) -> Option<SystemTime> {
    let (seconds, nanos) = text.split_once('.')?;
    let (seconds, nanos) =
        (seconds.parse().ok()?, nanos.parse().ok().filter(|nanos| *nanos < 1_000_000_000)?);
    SystemTime::UNIX_EPOCH.checked_add(Duration::new(seconds, nanos))
}

#[expect(clippy::disallowed_methods, reason = "a link says nothing")]
fn chain_of(text: &str) -> Option<Moved> {
    let (chain, rest) = text.split_once(' ')?;
    let (seq, link) = rest.split_once(' ')?;
    let link = hex::read_array::<32>(link.as_bytes())?;
    Some(Moved {
        chain: u128::from_be_bytes(hex::read_array(chain.as_bytes())?),
        seq: seq.parse().ok()?,
        link: Opaque::from_pinned_bytes(link.to_vec()),
    })
}

/// How far chains had come, after checkpoints in order.
#[derive(Clone, Debug, Default)]
pub struct Reached {
    last: Option<(u64, [u8; 32])>,
    chains: BTreeMap<ChainId, u64>,
}

impl Reached {
    /// Takes the next checkpoint.
    ///
    /// # Errors
    /// When it does not follow the ones before.
    pub fn push(&mut self, checkpoint: &Checkpoint) -> Result<(), CheckpointBreak> {
        let (number, (after, hash)) = (checkpoint.number(), self.last.unwrap_or((0, [0; 32])));
        if after.checked_add(1) != Some(number) {
            return Err(CheckpointBreak::Gap { after, found: number });
        }
        if checkpoint.draft.before.as_bytes() != hash {
            return Err(CheckpointBreak::Before { number });
        }
        for head in checkpoint.moved() {
            if head.seq <= self.rows(head.chain) {
                return Err(CheckpointBreak::Backwards { number });
            }
            self.chains.insert(head.chain, head.seq);
        }
        self.last = Some((number, checkpoint.hash()));
        Ok(())
    }

    /// The number of the last one; 0 before the first.
    pub fn number(&self) -> u64 {
        self.last.map_or(0, |(number, _)| number)
    }

    /// How many rows of a chain are vouched for.
    pub fn rows(&self, chain: ChainId) -> u64 {
        self.chains.get(&chain).copied().unwrap_or(0)
    }

    /// All chains, and how many rows of each are vouched for.
    pub fn chains(&self) -> impl Iterator<Item = (ChainId, u64)> + '_ {
        self.chains.iter().map(|(chain, rows)| (*chain, *rows))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, KeyPair};

    /// A key that signs, and its public half.
    pub(crate) fn key() -> (EcdsaKeyPair, Vec<u8>) {
        let pair = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_ASN1_SIGNING).unwrap();
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        let public = public.as_ref().to_vec();
        (pair, public)
    }

    pub(crate) fn head(chain: u128, seq: u64) -> ChainHead {
        ChainHead { chain: ChainId::new(chain), seq, link: Link::new([seq as u8; 32]) }
    }

    pub(crate) fn signed(pair: &EcdsaKeyPair, draft: Draft) -> Checkpoint {
        let signature = pair.sign(&SystemRandom::new(), draft.to_string().as_bytes()).unwrap();
        draft.signed(Algorithm::EcdsaSha384, signature.as_ref())
    }

    pub(crate) fn arn() -> Arn {
        Arn::parse("arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab").unwrap()
    }

    /// Checkpoints, each after chains moved.
    pub(crate) fn series(pair: &EcdsaKeyPair, states: &[&[ChainHead]]) -> Vec<Checkpoint> {
        let (mut reached, mut made) = (Reached::default(), Vec::<Checkpoint>::new());
        for (second, heads) in (1_700_000_000..).zip(states) {
            let at = SystemTime::UNIX_EPOCH + Duration::new(second, 5);
            let next = signed(pair, Draft::new(at, arn(), made.last(), &reached, heads));
            reached.push(&next).unwrap();
            made.push(next);
        }
        made
    }

    #[test]
    fn a_checkpoint_has_one_spelling_and_one_key() {
        let (pair, public) = key();
        let made = series(&pair, &[&[head(7, 3), head(9, 1)]]).remove(0);
        let text = made.to_string();
        assert_eq!(Checkpoint::parse(text.as_bytes()).as_ref(), Ok(&made));
        assert_eq!(made.verify(&public), Ok(()));
        assert_eq!(made.verify(&key().1), Err(CheckpointBreak::Signature { number: 1 }));
        assert_eq!(made.verify(b"no key"), Err(CheckpointBreak::Signature { number: 1 }));
        assert!(
            text.starts_with("sotto trail checkpoint 1\nnumber 1\nat 1700000000.000000005\nkey arn:aws:kms:")
        );
        for (at, byte) in text.bytes().enumerate().filter(|(_, byte)| *byte != b'\n') {
            for other in [byte ^ 1, byte ^ 0x20, b' '] {
                let mut changed = text.clone().into_bytes();
                changed[at] = other;
                let read = Checkpoint::parse(&changed);
                let refused = other != byte && read.is_ok_and(|read| read.verify(&public).is_ok());
                assert!(!refused, "byte {at} as {other:#x}");
            }
        }
        for (from, to) in
            [("number 1", "number 01"), ("number 1", "number +1"), ("\nat", "\n at"), ("chain", "chain ")]
        {
            assert!(Checkpoint::parse(text.replacen(from, to, 1).as_bytes()).is_err(), "{to}");
        }
        let twice = format!("{text}{text}");
        assert!(Checkpoint::parse(twice.as_bytes()).is_err());
        assert_eq!(Checkpoint::parse(b"").err(), Some(CheckpointBreak::Form { line: 1 }));
    }

    #[test]
    fn checkpoints_follow_each_other() {
        let (pair, _) = key();
        let made = series(&pair, &[&[head(7, 3)], &[head(7, 3), head(9, 1)], &[head(7, 4), head(9, 1)]]);
        assert_eq!(made[1].moved().count(), 1, "what did not move is not named");
        let walk = |order: &[usize]| {
            let mut reached = Reached::default();
            order.iter().try_for_each(|at| reached.push(&made[*at])).map(|()| reached)
        };
        let whole = walk(&[0, 1, 2]).unwrap();
        assert_eq!((whole.number(), whole.rows(ChainId::new(7)), whole.rows(ChainId::new(9))), (3, 4, 1));
        assert_eq!(walk(&[1]).err(), Some(CheckpointBreak::Gap { after: 0, found: 2 }));
        assert_eq!(walk(&[0, 2]).err(), Some(CheckpointBreak::Gap { after: 1, found: 3 }));
        assert_eq!(walk(&[0, 0]).err(), Some(CheckpointBreak::Gap { after: 1, found: 1 }));
        let other = series(&pair, &[&[head(7, 2)], &[head(7, 3)]]).remove(1);
        let mut reached = walk(&[0]).unwrap();
        assert_eq!(reached.push(&other), Err(CheckpointBreak::Before { number: 2 }));
        let mut draft =
            Draft::new(SystemTime::UNIX_EPOCH, arn(), Some(&made[0]), &Reached::default(), &[head(7, 2)]);
        assert!(!draft.is_empty());
        assert_eq!(
            reached.push(&signed(&pair, draft.clone())),
            Err(CheckpointBreak::Backwards { number: 2 })
        );
        draft.moved.clear();
        assert!(draft.is_empty());
    }

    #[test]
    fn bounds_hold_on_both_sides() {
        let (pair, _) = key();
        let heads = |count: u128| (1..=count).map(|chain| head(chain, 1)).collect::<Vec<_>>();
        let most = CHECKPOINT_CHAINS_MAX as u128;
        let full = series(&pair, &[&heads(most + 1), &heads(most + 1)]);
        assert_eq!((full[0].moved().count(), full[1].moved().count()), (CHECKPOINT_CHAINS_MAX, 1));
        let text = full[0].to_string();
        assert!(Checkpoint::parse(text.as_bytes()).is_ok());
        let more = text.replacen("chain ", "chain 00000000000000000000000000000000 1 0000000000000000000000000000000000000000000000000000000000000000\nchain ", 1);
        assert_eq!(
            Checkpoint::parse(more.as_bytes()).err(),
            Some(CheckpointBreak::Form { line: 5 + CHECKPOINT_CHAINS_MAX + 1 })
        );
    }

    #[test]
    fn what_is_stored_is_read_again() {
        let made = series(&key().0, &[&[head(7, 3)]]).remove(0);
        assert_eq!(sotto_public::Stored::of(&made).read::<Checkpoint>(), Ok(made));
    }
}
