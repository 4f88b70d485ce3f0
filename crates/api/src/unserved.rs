//! What is answered to an operation that sotto does not serve? First whether the caller may, on resource `*`; only then that
//! it is not implemented.
//!
//! So a policy that denies something denies it here too, and nobody learns what is served without being allowed to ask. An
//! action that cannot be read from the request is denied.

use crate::call::{Ask, Call};
use crate::caller::Caller;
use sotto_wire::{Common, Fault, message};

/// Operations whose action has another name (Service Authorization Reference, the services' tables).
const RENAMED: [(&str, &str); 6] = [
    ("lambda:Invoke", "lambda:InvokeFunction"),
    ("lambda:InvokeWithResponseStream", "lambda:InvokeFunction"),
    ("s3:ListBuckets", "s3:ListAllMyBuckets"),
    ("s3:ListObjects", "s3:ListBucket"),
    ("s3:ListObjectsV2", "s3:ListBucket"),
    ("s3:HeadBucket", "s3:ListBucket"),
];

impl Call<'_> {
    /// Denied, or allowed and not implemented.
    pub(crate) fn refuse_unserved(&mut self) -> Fault {
        let asked = self.notes.action.clone();
        let renamed = RENAMED.iter().find(|(operation, _)| operation.eq_ignore_ascii_case(asked.as_str()));
        let ask = match renamed {
            Some((_, action)) => Ask::new(action),
            None => Ask::of(asked),
        };
        match self.authorize(ask) {
            Err(denied) => denied,
            Ok(_) => self.not_served(),
        }
    }
}

/// The action cannot be read from the request: nobody may.
pub(crate) fn unreadable(caller: &Caller) -> Fault {
    let arn = caller.arn();
    let words =
        message!("User: {} is not authorized to perform this operation: its action cannot be read", arn);
    Fault::common(Common::AccessDenied, words)
}
