use sotto_kms::crypto::AesWrap;
use sotto_kms::{RootKey, SEAL_ENTROPY_BYTES};
use sotto_public::Place;
use sotto_sensitive::RawBytes;

fn mixed(root: &RootKey, wrap: &AesWrap<'_>, raw: &RawBytes) {
    let _ = root.seal(&Place::new("here"), raw, [0; SEAL_ENTROPY_BYTES]);
    let _ = wrap.seal([0; 12], b"", &mut []);
}

fn main() {}
