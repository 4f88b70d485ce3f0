//! Keys that stay in their token, and what they are for.

use crate::scratch::{LABEL, PIN, canary, key, module, same, token, with_token};
use cryptoki::context::Pkcs11;
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType};
use cryptoki::session::UserType;
use cryptoki::types::AuthPin;
use sotto_kms::{DEVICE_BYTES_MAX, Device, DeviceError, DeviceUse};
use sotto_sensitive::RawBytes;

#[test]
fn what_is_sealed_opens_with_its_key_and_context_only() {
    with_token("keys::what_is_sealed_opens_with_its_key_and_context_only", |_| {
        let token = token();
        for name in ["one", "other"] {
            token.generate_key(&key(name), DeviceUse::Encrypt).unwrap();
        }
        assert_eq!(token.generate_key(&key("one"), DeviceUse::Encrypt), Err(DeviceError::KeyExists));
        for associated in [b"".as_slice(), b"a=b"] {
            let sealed = token.encrypt(&key("one"), associated, &canary(), [7; 12]).unwrap();
            let sealed = sealed.as_bytes();
            assert!(!sealed.windows(6).any(|window| window == b"canary"));
            assert!(same(&token.decrypt(&key("one"), associated, sealed).unwrap(), &canary()));
            let opened = |name, associated: &[u8], sealed: &[u8]| {
                token.decrypt(&key(name), associated, sealed).map(|_| ())
            };
            assert_eq!(opened("one", b"a=c", sealed), Err(DeviceError::DoesNotOpen));
            assert_eq!(opened("other", associated, sealed), Err(DeviceError::DoesNotOpen));
            for at in 0..sealed.len() {
                let mut changed = sealed.to_vec();
                changed[at] ^= 1;
                assert_eq!(opened("one", associated, &changed), Err(DeviceError::DoesNotOpen), "byte {at}");
                assert_eq!(
                    opened("one", associated, &sealed[..at]),
                    Err(DeviceError::DoesNotOpen),
                    "cut {at}"
                );
            }
            assert!(opened("one", associated, sealed).is_ok(), "and it still works");
        }
        for (bytes, fits) in [(0, true), (DEVICE_BYTES_MAX, true), (DEVICE_BYTES_MAX + 1, false)] {
            let sealed = token.encrypt(&key("one"), b"", &RawBytes::new(vec![1; bytes]), [8; 12]);
            assert_eq!(sealed.is_ok(), fits, "{bytes}: {sealed:?}");
        }
    });
}

#[test]
fn keys_are_wrapped_and_unwrapped_and_have_one_use() {
    with_token("keys::keys_are_wrapped_and_unwrapped_and_have_one_use", |_| {
        let token = token();
        token.generate_key(&key("root"), DeviceUse::Wrap).unwrap();
        token.generate_key(&key("data"), DeviceUse::Encrypt).unwrap();
        let wrapped = token.wrap(&key("root"), &canary()).unwrap();
        assert_eq!(wrapped.as_bytes().len(), canary().length() + 8, "RFC 5649, section 4.1");
        assert!(same(&token.unwrap(&key("root"), wrapped.as_bytes()).unwrap(), &canary()));
        for at in 0..wrapped.as_bytes().len() {
            let mut changed = wrapped.as_bytes().to_vec();
            changed[at] ^= 1;
            let opened = token.unwrap(&key("root"), &changed).map(|_| ());
            assert_eq!(opened, Err(DeviceError::DoesNotOpen), "byte {at}");
        }
        // What wraps does not decrypt, and what encrypts does not unwrap.
        assert!(token.encrypt(&key("root"), b"", &canary(), [1; 12]).is_err());
        assert!(token.wrap(&key("data"), &canary()).is_err());
        assert!(token.unwrap(&key("data"), wrapped.as_bytes()).is_err());
        token.destroy_key(&key("root")).unwrap();
        assert_eq!(token.holds_key(&key("root")), Ok(false));
        assert_eq!(
            token.wrap(&key("root"), &canary()).err(),
            Some(DeviceError::KeyAbsent),
            "on purpose: not lost"
        );
        token.destroy_key(&key("root")).unwrap();
    });
}

#[test]
fn no_key_can_be_read_or_taken_out() {
    with_token("keys::no_key_can_be_read_or_taken_out", |_| {
        let token = token();
        token.generate_key(&key("root"), DeviceUse::Wrap).unwrap();
        token.generate_key(&key("data"), DeviceUse::Encrypt).unwrap();
        // Another look at the same token, past the trait.
        let raw = Pkcs11::new(module().unwrap()).unwrap();
        let ours = |slot: &_| raw.get_token_info(*slot).is_ok_and(|token| token.label() == LABEL);
        let slot = raw.get_slots_with_token().unwrap().into_iter().find(ours).unwrap();
        let session = raw.open_rw_session(slot).unwrap();
        match session.login(UserType::User, Some(&AuthPin::from(PIN.to_owned()))) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
            Err(error) => panic!("{error}"),
        }
        let find = |name: &str| session.find_objects(&[Attribute::Label(name.into())]).unwrap().remove(0);
        for name in ["root", "data"] {
            let asked =
                [AttributeType::Extractable, AttributeType::NeverExtractable, AttributeType::AlwaysSensitive];
            let said = session.get_attributes(find(name), &asked).unwrap();
            let wanted = [
                Attribute::Extractable(false),
                Attribute::NeverExtractable(true),
                Attribute::AlwaysSensitive(true),
            ];
            assert_eq!(said, wanted);
            let value = session.get_attributes(find(name), &[AttributeType::Value]);
            assert!(value.is_err() || value.is_ok_and(|read| read.is_empty()), "{name} can be read");
        }
        assert!(session.wrap_key(&Mechanism::AesKeyWrapPad, find("root"), find("data")).is_err());
    });
}

#[test]
fn many_threads_are_answered_by_few_workers() {
    with_token("keys::many_threads_are_answered_by_few_workers", |_| {
        let token = token();
        token.generate_key(&key("data"), DeviceUse::Encrypt).unwrap();
        let status = token.status().unwrap();
        assert!(status.seals && status.wraps && status.token != 0);
        assert_eq!((status.workers, status.stuck), (4, 0));
        std::thread::scope(|scope| {
            for thread in 0..16_u8 {
                let token = &token;
                scope.spawn(move || {
                    for round in 0..20_u8 {
                        let entropy = [thread, round, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
                        let sealed = token.encrypt(&key("data"), &[thread], &canary(), entropy).unwrap();
                        let opened = token.decrypt(&key("data"), &[thread], sealed.as_bytes()).unwrap();
                        assert!(same(&opened, &canary()));
                    }
                });
            }
        });
        let mut places = [[0_u8; 3_000]; 2];
        places.iter_mut().for_each(|place| token.random(place).unwrap());
        assert!(places[0] != places[1] && places[0][2_500..] != [0; 500]);
    });
}
