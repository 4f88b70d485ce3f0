//! Is every change of a message refused? One bit anywhere, a cut anywhere, bytes behind the end, frames in another order.

use crate::fixture::{aes, canary, read, write};
use sotto_message::{Content, MessageError, Suite};

fn refused(suite: Suite, message: &[u8], what: &str) -> MessageError {
    match read(&aes("one", 1), suite, message) {
        Ok(_) => panic!("{suite}: {what} was accepted"),
        Err(error) => {
            assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
            error
        }
    }
}

#[test]
fn no_changed_bit_no_cut_and_no_addition_opens() {
    for suite in Suite::ALL {
        for content in [Content::Framed(8), Content::Whole] {
            let message = write(&aes("one", 1), suite, content, &canary(20));
            let all_bits = suite == Suite::Commit;
            for at in 0..message.len() {
                let bits = if all_bits { 0..8 } else { at % 8..at % 8 + 1 };
                for bit in bits {
                    let mut changed = message.clone();
                    changed[at] ^= 1 << bit;
                    refused(suite, &changed, &format!("bit {bit} of byte {at}"));
                }
            }
            for length in 0..message.len() {
                let error = refused(suite, &message[..length], &format!("a cut to {length}"));
                assert_eq!(error, MessageError::EndsEarly { at: length as u64 });
            }
            let end = message.len() as u64;
            let doubled = [message.as_slice(), &message].concat();
            assert_eq!(refused(suite, &doubled, "a doubling"), MessageError::LeftOver { at: end });
            for byte in [0, 1, b'\n', 0xFF] {
                let longer = [message.as_slice(), &[byte]].concat();
                assert_eq!(refused(suite, &longer, "a byte behind"), MessageError::LeftOver { at: end });
            }
        }
    }
}

#[test]
fn frames_cannot_be_moved_dropped_or_mixed() {
    let frame = 4 + 12 + 8 + 16;
    for suite in [Suite::Plain256, Suite::Derived128, Suite::Commit, Suite::CommitSigned] {
        let message = write(&aes("one", 1), suite, Content::Framed(8), &canary(28));
        let first = message.windows(4).position(|window| window == [0, 0, 0, 1]).unwrap();
        let first = (first..message.len()).rfind(|at| {
            message[*at..].starts_with(&[0, 0, 0, 1]) && message[at + frame..].starts_with(&[0, 0, 0, 2])
        });
        let first = first.unwrap();
        let (one, two, three) = (first, first + frame, first + 2 * frame);
        let of = |order: &[usize]| {
            let mut changed = message[..first].to_vec();
            order.iter().for_each(|at| changed.extend_from_slice(&message[*at..at + frame]));
            changed.extend_from_slice(&message[first + 3 * frame..]);
            changed
        };
        assert_eq!(of(&[one, two, three]), message);
        for order in [
            &[two, one, three][..],
            &[one, three],
            &[one, two],
            &[one, one, two, three],
            &[one, two, three, three],
        ] {
            refused(suite, &of(order), &format!("{order:?}"));
        }
        // The final frame told as a frame, and a frame of another message under the same key and number.
        let other = write(&aes("one", 1), suite, Content::Framed(8), &canary(29));
        let shift = other.len() - message.len();
        let mut mixed = message.clone();
        if shift < 8 && other.len() > three {
            mixed[two..three].copy_from_slice(&other[two..three]);
            refused(suite, &mixed, "a frame of another message");
        }
    }
}

#[test]
fn another_key_policy_or_encoding_is_named() {
    let message = write(&aes("one", 1), Suite::Commit, Content::Framed(8), &canary(20));
    let none = |tried| MessageError::NoKeyOpens { tried, count: 1, last: None };
    assert_eq!(read(&aes("one", 2), Suite::Commit, &message).unwrap_err(), none(1));
    assert_eq!(read(&aes("two", 1), Suite::Commit, &message).unwrap_err(), none(0));
    let text = sotto_message::base64::encode(&message);
    assert_eq!(read(&aes("one", 1), Suite::Commit, text.as_bytes()).unwrap_err(), MessageError::Base64);
    for suite in Suite::ALL {
        let message = write(&aes("one", 1), suite, Content::Framed(8), b"");
        let strict = read(&aes("one", 1), Suite::Commit, &message);
        assert_eq!(strict.err(), (!suite.is_committing()).then_some(MessageError::Policy { suite }));
    }
    for junk in [&b"x"[..], b"\x03\x04", b"\x01\x81", b"{\"a\":1}"] {
        assert_eq!(read(&aes("one", 1), Suite::Commit, junk).unwrap_err(), MessageError::NotAMessage);
    }
    assert_eq!(read(&aes("one", 1), Suite::Commit, b"").unwrap_err(), MessageError::EndsEarly { at: 0 });
}
