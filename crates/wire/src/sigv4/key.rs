//! With which key is signed? One that is derived from the secret for a day, a Region and a service.
//!
//! Four HMACs (IAM User Guide, "Create a signed AWS API request", step 3); whoever verifies many requests keeps the result.

use super::claim::Scope;
use aws_lc_rs::hmac;
use sotto_sensitive::RawText;
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// A signing key: good for one secret, day, Region and service.
pub struct SigningKey(hmac::Key);

impl SigningKey {
    /// Derives the key of a scope from a secret access key.
    #[expect(clippy::disallowed_methods, reason = "the secret is the first HMAC's key; a derived key leaves")]
    pub fn derive(secret: &RawText, scope: &Scope) -> Self {
        let mut first = Zeroizing::new(Vec::with_capacity(4 + secret.length()));
        first.extend_from_slice(b"AWS4");
        first.extend_from_slice(secret.expose().as_bytes());
        let steps =
            [scope.day(), scope.region().get().as_bytes(), scope.service().get().as_bytes(), b"aws4_request"];
        let mut key = hmac::Key::new(hmac::HMAC_SHA256, &first);
        for step in steps {
            let mut derived = [0; 32];
            derived.copy_from_slice(hmac::sign(&key, step).as_ref());
            key = hmac::Key::new(hmac::HMAC_SHA256, &derived);
            derived.zeroize();
        }
        Self(key)
    }

    /// The signature of a string to sign.
    pub(crate) fn sign(&self, string: &[u8]) -> [u8; 32] {
        let mut signature = [0; 32];
        signature.copy_from_slice(hmac::sign(&self.0, string).as_ref());
        signature
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey")
    }
}
