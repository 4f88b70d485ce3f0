//! How do code, environments and descriptions rest? Sealed: archives as objects under a key of their own, the rest as values in the
//! function's record.
//!
//! The key of an archive is sealed under the store's, bound to the object's number, and stands in the record alone: an object whose
//! record is gone is rubbish that nobody opens.

use crate::api::Api;
use crate::call::{Call, internal, unavailable};
use crate::record::configured;
use sotto_functions::Code;
use sotto_kms::{BLOB_ENTROPY_BYTES, DataKey, Sealed, StoreKey, open_blob, seal_blob};
use sotto_public::{Blob, Opaque, Place, Public};
use sotto_sensitive::{KeyBytes, RawBytes, RawText};
use sotto_storage::BlobName;
use sotto_wire::{Fault, Output};

/// The object of an archive.
pub(crate) fn object(number: u128) -> BlobName {
    BlobName::new("functions").number(number)
}

fn place(number: u128) -> Place {
    Place::new("function code").with(&number)
}

/// What a member of a function or a layer is bound to: its uid, or the number of its code.
pub(super) fn member_place(uid: u128, member: &'static str) -> Place {
    Place::new("function member").with(&uid).with(&member)
}

/// What the value of a tag is bound to.
pub(super) fn tag_place(uid: u128, key: &Public<String>) -> Place {
    Place::new("function tag").with(&uid).with(key)
}

/// Seals a captured text.
#[expect(clippy::disallowed_methods, reason = "ciphertext says nothing without the key")]
pub(super) fn sealed_text(call: &Call<'_>, place: &Place, raw: &RawText) -> Result<Opaque, Fault> {
    let sealed = crate::desk::seal(call, place, raw)?;
    Ok(Opaque::from_pinned_bytes(sealed.as_bytes().to_vec()))
}

/// Opens a text again.
pub(super) fn opened_text(key: &StoreKey, place: &Place, sealed: &Opaque) -> Option<RawText> {
    key.open_text(place, &Sealed::parse(sealed.as_bytes()).ok()?).ok()
}

/// Seals an environment: counted names and values.
#[expect(
    clippy::disallowed_methods,
    reason = "an environment is sealed raw to raw; ciphertext says nothing without the key"
)]
pub(super) fn sealed_environment(
    call: &Call<'_>,
    uid: u128,
    all: &[(RawText, RawText)],
) -> Result<Option<Opaque>, Fault> {
    if all.is_empty() {
        return Ok(None);
    }
    let mut bytes = RawBytes::default();
    for text in all.iter().flat_map(|(name, value)| [name, value]) {
        let text = text.expose().as_bytes();
        bytes.push(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.push(text);
    }
    let place = member_place(uid, "environment");
    let sealed = call.store_key().seal(&place, &bytes, call.draw().bytes()).map_err(|_| internal())?;
    Ok(Some(Opaque::from_pinned_bytes(sealed.as_bytes().to_vec())))
}

/// Opens an environment again.
#[expect(clippy::disallowed_methods, reason = "an environment is read raw to raw")]
pub(super) fn opened_environment(
    key: &StoreKey,
    uid: u128,
    sealed: Option<&Opaque>,
) -> Option<Vec<(RawText, RawText)>> {
    let Some(sealed) = sealed else { return Some(Vec::new()) };
    let bytes = key.open(&member_place(uid, "environment"), &Sealed::parse(sealed.as_bytes()).ok()?).ok()?;
    let (mut rest, mut texts) = (bytes.expose(), Vec::new());
    while let Some((length, more)) = rest.split_first_chunk() {
        let (text, more) = more.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        texts.push(RawText::new(std::str::from_utf8(text).ok()?.to_owned()));
        rest = more;
    }
    let (mut texts, mut pairs) = (texts.into_iter(), Vec::new());
    while let (Some(name), Some(value)) = (texts.next(), texts.next()) {
        pairs.push((name, value));
    }
    Some(pairs)
}

/// Checks an archive, seals it and stores it; the record that names it is not written yet.
#[expect(clippy::disallowed_methods, reason = "ciphertext says nothing without the key")]
pub(super) async fn keep(api: &Api, archive: RawBytes) -> Result<Code, Fault> {
    if archive.length() > sotto_functions::ZIP_BYTES_MAX {
        return Err(Fault::new(
            "RequestEntityTooLargeException",
            "Request must be smaller than 52428800 bytes",
        )
        .with_status(413));
    }
    let draw = api.draw();
    let number = u128::from_be_bytes(draw.bytes());
    let raw_key = RawBytes::new(api.draw().bytes::<32>().to_vec());
    let sealed_key = api.store_key.seal(&place(number), &raw_key, draw.bytes()).map_err(|_| internal())?;
    let key = DataKey::new(KeyBytes::from(raw_key)).map_err(|_| internal())?;
    let entropy: [u8; BLOB_ENTROPY_BYTES] = draw.bytes();
    let bytes = archive.length() as u64;
    let work = move || {
        let unpacked_bytes = sotto_functions::check_archive(&archive).map_err(|_| unreadable())?;
        let sum = sum(&archive);
        let sealed = seal_blob(&key, &place(number), &archive, entropy).map_err(|_| internal())?;
        Ok::<_, Fault>((unpacked_bytes, sum, Blob::from_pinned_bytes(sealed)))
    };
    let (unpacked_bytes, sha256, blob) =
        tokio::task::spawn_blocking(work).await.map_err(|_| internal())??;
    api.objects.put(object(number), blob).await.map_err(|error| unavailable(&error))?;
    let key = Opaque::from_pinned_bytes(sealed_key.as_bytes().to_vec());
    Ok(Code { object: number, key, sha256, bytes, unpacked_bytes })
}

fn unreadable() -> Fault {
    super::invalid("Could not unzip uploaded file. Please check your file, then try to upload again.")
}

/// The archive again.
pub(super) async fn fetched(api: &Api, code: &Code) -> Option<RawBytes> {
    let blob = api.objects.get(object(code.object)).await.ok()??;
    let sealed_key = Sealed::parse(code.key.as_bytes()).ok()?;
    let key =
        DataKey::new(KeyBytes::from(api.store_key.open(&place(code.object), &sealed_key).ok()?)).ok()?;
    let number = code.object;
    let open = move || open_blob(&key, &place(number), blob.as_bytes()).ok();
    tokio::task::spawn_blocking(open).await.ok()?
}

/// Takes an archive away whose record is gone; one that cannot be taken away now says nothing to anybody.
pub(super) async fn discard(api: &Api, code: &Code) {
    let _gone = api.objects.delete(object(code.object)).await;
}

/// SHA-256 of an archive, in base64 (RFC 4648, section 4).
#[expect(clippy::disallowed_methods, reason = "an archive is hashed; the hash is what the API answers")]
fn sum(archive: &RawBytes) -> Public<String> {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, archive.expose());
    configured(&base64(digest.as_ref()))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let [one, two, three] = [0, 1, 2].map(|at| group.get(at).copied().map_or(0, usize::from));
        let bits = one << 16 | two << 8 | three;
        for place in 0..4 {
            let digit = DIGITS.get(bits >> (18 - 6 * place) & 63).filter(|_| place <= group.len());
            out.push(digit.map_or('=', |digit| char::from(*digit)));
        }
    }
    out
}

/// What is answered about an archive.
pub(super) fn described(code: &Code) -> Output {
    Output::new().with("CodeSha256", code.sha256.clone()).with("CodeSize", code.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_that_of_sha256sum_in_base64() {
        // FIPS 180-4, the message of no bytes.
        let wanted = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        assert_eq!(sum(&RawBytes::default()).get(), wanted);
    }
}
