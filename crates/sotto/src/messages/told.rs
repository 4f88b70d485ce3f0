//! What is told about a message? Its suite, id, context, keys and sizes: everything that stands in it in clear.

use serde_json::{Value, json};
use sotto_message::{Content, EncryptedDataKey, EncryptionContext, Header, Opened, base64};

/// Of a message that was written.
pub(super) fn written(header: &Header, plain_bytes: u64) -> Value {
    told(&About {
        suite: header.suite(),
        id: header.message_id().as_bytes(),
        context: header.context(),
        data_keys: header.data_keys(),
        content: header.content(),
        plain_bytes,
    })
}

/// Of a message that was opened.
pub(super) fn opened(opened: &Opened) -> Value {
    told(&About {
        suite: opened.suite(),
        id: opened.message_id().as_bytes(),
        context: opened.context(),
        data_keys: opened.data_keys(),
        content: opened.content(),
        plain_bytes: opened.plain_bytes(),
    })
}

struct About<'a> {
    suite: sotto_message::Suite,
    id: &'a [u8],
    context: &'a EncryptionContext,
    data_keys: &'a [EncryptedDataKey],
    content: Content,
    plain_bytes: u64,
}

fn told(about: &About<'_>) -> Value {
    let (content, frame_bytes) = match about.content {
        Content::Framed(bytes) => ("framed", Some(bytes)),
        Content::Whole => ("whole", None),
    };
    json!({
        "suite": about.suite.to_string(),
        "suite_name": about.suite.name(),
        "version": about.suite.version(),
        "signed": about.suite.is_signed(),
        "message_id": base64::encode(about.id),
        "encryption_context": context(about.context),
        "encrypted_data_keys": about.data_keys.iter().map(data_key).collect::<Vec<_>>(),
        "content": content,
        "frame_bytes": frame_bytes,
        "plain_bytes": about.plain_bytes,
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the context stands in the message in clear; its owner asked to see it"
)]
fn context(context: &EncryptionContext) -> Value {
    let pairs = context.pairs();
    pairs.iter().map(|(key, value)| (key.expose().to_owned(), Value::from(value.expose()))).collect()
}

fn data_key(key: &EncryptedDataKey) -> Value {
    json!({
        "provider": String::from_utf8_lossy(key.provider()),
        "info": shown(key.info()),
        "bytes": key.ciphertext().len(),
    })
}

/// Text as far as it is some: behind the name of a raw AES key stand bytes.
fn shown(info: &[u8]) -> String {
    let text = String::from_utf8_lossy(info);
    text.chars().take_while(|c| !c.is_control() && *c != char::REPLACEMENT_CHARACTER).collect()
}
