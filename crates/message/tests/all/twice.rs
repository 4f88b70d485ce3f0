//! Is a signed file that is read twice the file that was verified?

use crate::fixture::{Counter, aes, canary, write};
use sotto_message::{
    Content, EncryptionContext, FirstPass, MessageError, PART_BYTES, Proven, Reading, Suite,
};
use sotto_sensitive::RawBytes;
use std::time::Instant;

fn prove(message: &[u8]) -> Result<Proven, MessageError> {
    let (keyring, none) = (aes("one", 1), EncryptionContext::default());
    let mut first = FirstPass::new(Reading::new(&keyring, &none, Instant::now()), &mut Counter(9)).unwrap();
    message.chunks(70_000).try_for_each(|chunk| first.push(chunk))?;
    first.finish()
}

fn again(proven: &Proven, message: &[u8]) -> Result<(Vec<u8>, u64), (MessageError, usize)> {
    let (keyring, none) = (aes("one", 1), EncryptionContext::default());
    let mut second = proven.again(Reading::new(&keyring, &none, Instant::now()));
    let mut out = RawBytes::default();
    for chunk in message.chunks(50_001) {
        let pushed = second.push(chunk, &mut out);
        pushed.map_err(|error| (error, out.length()))?;
    }
    let opened = second.finish(&mut out).map_err(|error| (error, out.length()))?;
    Ok((out.expose().to_vec(), opened.plain_bytes()))
}

#[test]
fn the_second_pass_gives_what_the_first_verified_and_nothing_else() {
    for length in [0, 100, 3 * PART_BYTES] {
        let plain = canary(length);
        let message = write(&aes("one", 1), Suite::CommitSigned, Content::Framed(4096), &plain);
        let proven = prove(&message).unwrap();
        assert_eq!(again(&proven, &message).unwrap(), (plain, length as u64));
        let mut changed = message.clone();
        let at = message.len() / 2;
        changed[at] ^= 1;
        assert!(prove(&changed).is_err());
        let (error, shown) = again(&proven, &changed).unwrap_err();
        assert!(shown <= at, "nothing behind the change is shown");
        assert_eq!(error, MessageError::SignatureNotValid);
        // A genuine, signed message under the same key that stands there instead is not the one that was verified.
        let other = write(&aes("one", 1), Suite::CommitSigned, Content::Framed(4096), &canary(length + 1));
        assert_eq!(again(&proven, &other).unwrap_err().1, 0);
        for cut in [message.len() - 1, message.len() / 2, 0] {
            assert!(again(&proven, &message[..cut]).is_err());
        }
        assert!(again(&proven, &[message.as_slice(), b"x"].concat()).is_err());
    }
}

#[test]
fn an_unsigned_message_can_be_read_twice_too() {
    let message = write(&aes("one", 1), Suite::Commit, Content::Framed(8), &canary(20));
    assert_eq!(again(&prove(&message).unwrap(), &message).unwrap().0, canary(20));
}
