//! What is a sealed value bound to? Its [`Place`]: moved elsewhere, it does not open. One list, so that sealing and opening
//! cannot differ.

use sotto_arn::AccountId;
use sotto_directory::Text;
use sotto_kms::keys::KeyArn;
use sotto_public::{Place, Public};

/// The secret of a long-term access key, by the key's id.
pub(crate) fn access_key(id: &Text) -> Place {
    Place::new("access key").with(&id.public())
}

/// The value of a tag in an account, by its key.
pub(crate) fn tag(account: &AccountId, key: &Text) -> Place {
    Place::new("tag").with(account).with(&key.public())
}

/// A description, a display name or a mail address in an account, by the member's name.
pub(crate) fn note(account: &AccountId, member: &'static str) -> Place {
    Place::new("note").with(account).with(&member)
}

/// The seed of a virtual MFA device, by its serial number.
pub(crate) fn seed(serial: &Text) -> Place {
    Place::new("mfa seed").with(&serial.public())
}

/// The description of a key.
pub(crate) fn key_note(arn: &KeyArn) -> Place {
    Place::new("key note").with(arn.account()).with(arn.region()).with(arn.id())
}

/// The value of a key's tag, by the tag's key.
pub(crate) fn key_tag(arn: &KeyArn, tag: &Public<String>) -> Place {
    Place::new("key tag").with(arn.account()).with(arn.region()).with(arn.id()).with(tag)
}

/// The description of a key's material; replicas have it, too, so no Region is in it.
pub(crate) fn material_note(arn: &KeyArn) -> Place {
    Place::new("key material note").with(arn.account()).with(arn.id())
}
