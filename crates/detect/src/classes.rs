//! Which bytes are digits, letters, at signs, hyphens, backslashes? 64 at a time, as bit masks.
//!
//! This is stage 1 of the engine and the only module of the crate with `unsafe`: vector loads from a slice whose
//! length was checked one line above. Four kernels give the same masks, the widest that the processor has is chosen
//! once: AVX-512BW, AVX2, NEON, and portable code. A byte is classified by its two halves (nibbles): two 16-entry
//! tables are looked up by shuffle, and the AND of both answers holds one bit per class
//! (Langdale and Lemire, "Parsing gigabytes of JSON per second", section 3.1.2, describes the technique).

use std::sync::OnceLock;

/// Bytes per block.
pub(crate) const BLOCK: usize = 64;

/// The classes of 64 bytes, one bit per byte, first byte in the lowest bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C, align(64))]
pub(crate) struct Block {
    /// `0-9`
    pub(crate) digit: u64,
    /// `A-Z a-z`
    pub(crate) letter: u64,
    /// `A-Z`
    pub(crate) upper: u64,
    /// Bytes from 0x80 on: parts of characters outside ASCII, or stray bytes.
    pub(crate) high: u64,
    /// `@`
    pub(crate) at: u64,
    /// `-`
    pub(crate) dash: u64,
    /// `\`
    pub(crate) backslash: u64,
    /// What begins an escape: `%` (RFC 3986), `&` (HTML), and the control character of a terminal's colour codes (ECMA-48,
    /// 5.4).
    pub(crate) escape: u64,
}

const DIGIT: u8 = 1;
const LETTER_LOW: u8 = 2; // 0x41-0x4F, 0x61-0x6F
const LETTER_HIGH: u8 = 4; // 0x50-0x5A, 0x70-0x7A
const AT: u8 = 8;
const DASH: u8 = 16;
const BACKSLASH: u8 = 32;
/// The control character.
const ESCAPE_CONTROL: u8 = 64;
/// `%` and `&`.
const ESCAPE_MARK: u8 = 128;
const ESCAPE: u8 = ESCAPE_CONTROL | ESCAPE_MARK;
const LETTER: u8 = LETTER_LOW | LETTER_HIGH;
const LOWER_BIT: u8 = 0x20;

/// Classes that a low nibble allows.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which checks the bounds")]
const LOW: [u8; 16] = {
    let mut table = [LETTER; 16];
    let mut nibble = 0;
    while nibble < 16 {
        if nibble < 10 {
            table[nibble] |= DIGIT;
        }
        if nibble > 10 {
            table[nibble] &= !LETTER_HIGH;
        }
        nibble += 1;
    }
    table[0] = (table[0] & !LETTER_LOW) | AT;
    table[0xD] |= DASH;
    table[0xC] |= BACKSLASH;
    table[0xB] |= ESCAPE_CONTROL;
    table[0x5] |= ESCAPE_MARK;
    table[0x6] |= ESCAPE_MARK;
    table
};

/// Classes that a high nibble allows.
const HIGH: [u8; 16] = [
    0,
    ESCAPE_CONTROL,
    DASH | ESCAPE_MARK,
    DIGIT,
    LETTER_LOW | AT,
    LETTER_HIGH | BACKSLASH,
    LETTER_LOW,
    LETTER_HIGH,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
];

#[cfg(any(test, not(target_arch = "aarch64")))]
type Kernel = fn(&[u8; BLOCK]) -> Block;

/// Appends the blocks of `text` to `out`; the last one is padded with zero bytes, which are in no class.
pub(crate) fn classify(text: &[u8], out: &mut Vec<Block>) {
    out.reserve(text.len().div_ceil(BLOCK));
    let (whole, rest) = text.as_chunks::<BLOCK>();
    kernels().run(whole, out);
    if !rest.is_empty() {
        let mut last = [0; BLOCK];
        last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        kernels().run(&[last], out);
    }
}

/// A kernel over many blocks, so that the choice costs one call per batch.
#[derive(Clone, Copy)]
struct Kernels(fn(&[[u8; BLOCK]], &mut Vec<Block>));

impl Kernels {
    fn run(self, blocks: &[[u8; BLOCK]], out: &mut Vec<Block>) {
        (self.0)(blocks, out);
    }
}

fn kernels() -> Kernels {
    static CHOSEN: OnceLock<Kernels> = OnceLock::new();
    *CHOSEN.get_or_init(choose)
}

/// NEON is part of every processor of this architecture.
#[cfg(target_arch = "aarch64")]
fn choose() -> Kernels {
    Kernels(neon::all)
}

#[cfg(not(target_arch = "aarch64"))]
fn choose() -> Kernels {
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx512bw") && std::arch::is_x86_feature_detected!("avx512f") {
            return Kernels(x86::all_avx512);
        }
        if std::arch::is_x86_feature_detected!("avx2") {
            return Kernels(x86::all_avx2);
        }
    }
    Kernels(all_portable)
}

#[cfg(any(test, not(target_arch = "aarch64")))]
fn all_portable(blocks: &[[u8; BLOCK]], out: &mut Vec<Block>) {
    out.extend(blocks.iter().map(PORTABLE));
}

#[cfg(any(test, not(target_arch = "aarch64")))]
const PORTABLE: Kernel = |bytes| {
    let mut block = Block::default();
    for (index, byte) in bytes.iter().enumerate() {
        let bit = 1_u64 << index;
        match byte {
            b'0'..=b'9' => block.digit |= bit,
            b'A'..=b'Z' => (block.letter, block.upper) = (block.letter | bit, block.upper | bit),
            b'a'..=b'z' => block.letter |= bit,
            b'@' => block.at |= bit,
            b'-' => block.dash |= bit,
            b'\\' => block.backslash |= bit,
            0x1B | b'%' | b'&' => block.escape |= bit,
            0x80.. => block.high |= bit,
            _ => {}
        }
    }
    block
};

#[cfg(target_arch = "x86_64")]
#[expect(
    unsafe_code,
    reason = "vector intrinsics; each entry point is called only where the feature was detected"
)]
mod x86 {
    use super::{AT, BACKSLASH, BLOCK, Block, DASH, DIGIT, ESCAPE, HIGH, LETTER, LOW, LOWER_BIT};
    use std::arch::x86_64::*;

    pub(super) fn all_avx512(blocks: &[[u8; BLOCK]], out: &mut Vec<Block>) {
        // SAFETY: chosen only when AVX-512F and AVX-512BW were detected.
        unsafe { avx512(blocks, out) }
    }

    pub(super) fn all_avx2(blocks: &[[u8; BLOCK]], out: &mut Vec<Block>) {
        // SAFETY: chosen only when AVX2 was detected.
        unsafe { avx2(blocks, out) }
    }

    #[target_feature(enable = "avx512f,avx512bw")]
    fn avx512(blocks: &[[u8; BLOCK]], out: &mut Vec<Block>) {
        // SAFETY: both tables hold the 16 bytes that are loaded.
        let (low, high) =
            unsafe { (_mm_loadu_si128(LOW.as_ptr().cast()), _mm_loadu_si128(HIGH.as_ptr().cast())) };
        let (low, high) = (_mm512_broadcast_i32x4(low), _mm512_broadcast_i32x4(high));
        for bytes in blocks {
            // SAFETY: the array holds the 64 bytes that are loaded.
            let text = unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) };
            let upper_half = _mm512_and_si512(_mm512_srli_epi16::<4>(text), _mm512_set1_epi8(0x0F));
            let class =
                _mm512_and_si512(_mm512_shuffle_epi8(low, text), _mm512_shuffle_epi8(high, upper_half));
            let has = |bits: u8| _mm512_test_epi8_mask(class, _mm512_set1_epi8(bits as i8));
            let letter = has(LETTER);
            out.push(Block {
                digit: has(DIGIT),
                letter,
                upper: letter & !_mm512_test_epi8_mask(text, _mm512_set1_epi8(LOWER_BIT as i8)),
                high: _mm512_movepi8_mask(text),
                at: has(AT),
                dash: has(DASH),
                backslash: has(BACKSLASH),
                escape: has(ESCAPE),
            });
        }
    }

    #[target_feature(enable = "avx2")]
    fn avx2(blocks: &[[u8; BLOCK]], out: &mut Vec<Block>) {
        for bytes in blocks {
            let (first, second) = bytes.split_at(BLOCK / 2);
            let (first, second) = (avx2_half(first), avx2_half(second));
            let joined = |low: u32, high: u32| u64::from(low) | (u64::from(high) << 32);
            out.push(Block {
                digit: joined(first.digit, second.digit),
                letter: joined(first.letter, second.letter),
                upper: joined(first.upper, second.upper),
                high: joined(first.high, second.high),
                at: joined(first.at, second.at),
                dash: joined(first.dash, second.dash),
                backslash: joined(first.backslash, second.backslash),
                escape: joined(first.escape, second.escape),
            });
        }
    }

    struct Half {
        digit: u32,
        letter: u32,
        upper: u32,
        high: u32,
        at: u32,
        dash: u32,
        backslash: u32,
        escape: u32,
    }

    #[target_feature(enable = "avx2")]
    fn avx2_half(bytes: &[u8]) -> Half {
        debug_assert_eq!(bytes.len(), BLOCK / 2);
        // SAFETY: both tables hold 16 bytes; `bytes` is half a block, 32 bytes.
        let (low, high, text) = unsafe {
            (
                _mm256_broadcastsi128_si256(_mm_loadu_si128(LOW.as_ptr().cast())),
                _mm256_broadcastsi128_si256(_mm_loadu_si128(HIGH.as_ptr().cast())),
                _mm256_loadu_si256(bytes.as_ptr().cast()),
            )
        };
        let upper_half = _mm256_and_si256(_mm256_srli_epi16::<4>(text), _mm256_set1_epi8(0x0F));
        let class = _mm256_and_si256(_mm256_shuffle_epi8(low, text), _mm256_shuffle_epi8(high, upper_half));
        let zero = _mm256_setzero_si256();
        let any = |of: __m256i, bits: u8| {
            let chosen = _mm256_and_si256(of, _mm256_set1_epi8(bits as i8));
            !(_mm256_movemask_epi8(_mm256_cmpeq_epi8(chosen, zero)) as u32)
        };
        let letter = any(class, LETTER);
        Half {
            digit: any(class, DIGIT),
            letter,
            upper: letter & !any(text, LOWER_BIT),
            high: _mm256_movemask_epi8(text) as u32,
            at: any(class, AT),
            dash: any(class, DASH),
            backslash: any(class, BACKSLASH),
            escape: any(class, ESCAPE),
        }
    }
}

#[cfg(target_arch = "aarch64")]
#[expect(unsafe_code, reason = "vector intrinsics; NEON is part of every aarch64 processor")]
mod neon {
    use super::{AT, BACKSLASH, BLOCK, Block, DASH, DIGIT, ESCAPE, HIGH, LETTER, LOW, LOWER_BIT};
    use std::arch::aarch64::*;

    const WEIGHTS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];

    pub(super) fn all(blocks: &[[u8; BLOCK]], out: &mut Vec<Block>) {
        for bytes in blocks {
            // SAFETY: NEON is always there on this architecture.
            out.push(unsafe { block(bytes) });
        }
    }

    #[target_feature(enable = "neon")]
    unsafe fn block(bytes: &[u8; BLOCK]) -> Block {
        // SAFETY: the tables hold 16 bytes each, `bytes` four times 16.
        let (low, high, text) = unsafe {
            let at = |quarter: usize| vld1q_u8(bytes.as_ptr().add(16 * quarter));
            (vld1q_u8(LOW.as_ptr()), vld1q_u8(HIGH.as_ptr()), [at(0), at(1), at(2), at(3)])
        };
        let class = text.map(|t| {
            vandq_u8(vqtbl1q_u8(low, vandq_u8(t, vdupq_n_u8(0x0F))), vqtbl1q_u8(high, vshrq_n_u8::<4>(t)))
        });
        let has = |of: [uint8x16_t; 4], bits: u8| mask(of.map(|t| vtstq_u8(t, vdupq_n_u8(bits))));
        let letter = has(class, LETTER);
        Block {
            digit: has(class, DIGIT),
            letter,
            upper: letter & !has(text, LOWER_BIT),
            high: has(text, 0x80),
            at: has(class, AT),
            dash: has(class, DASH),
            backslash: has(class, BACKSLASH),
            escape: has(class, ESCAPE),
        }
    }

    /// One bit per byte of four vectors whose bytes are all ones or all zeros.
    #[target_feature(enable = "neon")]
    fn mask(of: [uint8x16_t; 4]) -> u64 {
        // SAFETY: the table holds 16 bytes.
        let weights = unsafe { vld1q_u8(WEIGHTS.as_ptr()) };
        let [a, b, c, d] = of.map(|t| vandq_u8(t, weights));
        let sum = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(c, d));
        vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every byte value at every place, through every kernel that this processor can run.
    #[test]
    fn kernels_agree_with_portable_code() {
        let mut candidates: Vec<(&str, Kernels)> = vec![("chosen", kernels())];
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            candidates.push(("avx2", Kernels(x86::all_avx2)));
        }
        let text: Vec<u8> = (0..=255_u8)
            .cycle()
            .enumerate()
            .map(|(i, b)| b.wrapping_add((i / 256) as u8))
            .take(256 * 64)
            .collect();
        let (blocks, _) = text.as_chunks::<BLOCK>();
        let mut expected = Vec::new();
        all_portable(blocks, &mut expected);
        for (name, kernel) in candidates {
            let mut got = Vec::new();
            kernel.run(blocks, &mut got);
            assert!(got == expected, "{name} differs");
        }
    }

    #[test]
    fn the_last_block_is_padded() {
        let mut out = Vec::new();
        classify(b"a1@-\\\xC3%&\x1B", &mut out);
        assert_eq!(out.len(), 1);
        let block = out[0];
        assert_eq!((block.letter, block.digit, block.at, block.dash), (1, 2, 4, 8));
        assert_eq!((block.backslash, block.high, block.upper, block.escape), (16, 32, 0, 0x1C0));
        classify(&[b'Z'; 130], &mut out);
        assert_eq!((out.len(), out[3].upper), (4, 3));
    }
}
