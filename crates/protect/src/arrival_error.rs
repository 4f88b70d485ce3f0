//! Why was an event not protected, or an original not opened? Causes; never a captured character.

use crate::fields::FieldPathError;
use sotto_detect::BuildError;

/// What can go wrong between a policy and a stored event, and on the way back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProtectError {
    /// What a policy looks for cannot be compiled.
    #[error("the policy cannot be compiled: {0}")]
    Build(#[from] BuildError),
    /// A field path of the group's settings is not well formed.
    #[error("{0}")]
    Field(#[from] FieldPathError),
    /// Tokens were asked for where there is no key for them.
    #[error("the style `token` needs a token key: give the log group one, or choose another style")]
    NoTokenKey,
    /// Keys refused to seal or to open.
    #[cfg(feature = "seal")]
    #[error("an original cannot be sealed or opened: {0}")]
    Key(#[from] sotto_kms::KmsError),
    /// The permit does not hold for this group now.
    #[cfg(feature = "seal")]
    #[error("nothing is unmasked: {0}")]
    Permit(#[from] sotto_iam::PermitError),
    /// A stored event contradicts itself.
    #[error("the stored event is damaged: its marks do not fit its text")]
    Damaged,
}
