//! What may a permit be for? One marker for each act that needs one.
//!
//! The markers are sealed: no other room can name an act of its own. Each says which actions it covers, so that a permit to call
//! something harmless can never be asked for in the name of an unmask.

use sotto_arn::Action;

/// Something that a permit is for.
pub trait Act: sealed::Sealed + Send + Sync + 'static {
    /// The act in words, for logs.
    const NAME: &'static str;
    /// Condition keys that belong to single parts of what the act reaches; see [`crate::Reach`].
    const PARTS: &'static [&'static str];

    /// Whether an action is one of this act.
    fn covers(action: &Action) -> bool;
}

mod sealed {
    pub trait Sealed {}
}

/// Services whose descriptions and tags a permit to read the directory shows.
const DIRECTORIES: &[&str] =
    &["iam", "sts", "organizations", "account", "kms", "logs", "lex", "lambda", "s3", "sotto", "tag"];

/// Condition keys of ours, of single masked values: what was found, how sensitive the slot is whose value it is, the JSON field that
/// it stands in, how many seconds ago its event happened, and when. `docs/unmask.md` describes them.
pub const UNMASK_PARTS: &[&str] =
    &["sotto:IdentifierType", CLASSIFICATION_KEY, "sotto:FieldPath", "sotto:EventAge", "sotto:EventTime"];

/// Condition key of ours: how sensitive the slot is whose value is shown, `high`, `medium` or `low`.
pub const CLASSIFICATION_KEY: &str = "sotto:Classification";

/// Condition keys of ours, of the values of a conversation's slots. `docs/bots.md` describes them.
pub const SESSION_PARTS: &[&str] = &[CLASSIFICATION_KEY];

/// Condition key of ours: the reason that a caller states for an unmask.
pub const REASON_KEY: &str = "sotto:Reason";

macro_rules! parts {
    () => {
        &[]
    };
    ($parts:expr) => {
        $parts
    };
}

macro_rules! acts {
    ($($(#[$doc:meta])* $act:ident, $words:literal $([$parts:expr])?, $covers:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $act {}

        impl sealed::Sealed for $act {}

        impl Act for $act {
            const NAME: &'static str = $words;
            const PARTS: &'static [&'static str] = parts!($($parts)?);
            fn covers(action: &Action) -> bool {
                let covers: fn(&Action) -> bool = $covers;
                covers(action)
            }
        }
    )*};
}

acts! {
    /// To see what a log event held before it was masked (`logs:Unmask`).
    Unmask, "unmask" [UNMASK_PARTS], |action| action.folded() == "logs:unmask";
    /// To open what a key has sealed, or to get a data key or an agreed secret in clear.
    Decrypt, "decrypt", |action| matches!(
        action.folded(),
        "kms:decrypt" | "kms:reencryptfrom" | "kms:reencryptto" | "kms:generatedatakey" | "kms:generatedatakeypair"
            | "kms:derivesharedsecret" | "kms:encapsulate" | "kms:decapsulate"
    );
    /// To have a key encrypt, sign, authenticate or make a data key that stays wrapped.
    UseKey, "use key", |action| action.service() == "kms" && !matches!(
        action.folded(),
        "kms:decrypt" | "kms:derivesharedsecret" | "kms:decapsulate"
    );
    /// To speak with a bot.
    Converse, "converse", |action| matches!(
        action.folded(),
        "lex:recognizetext" | "lex:recognizeutterance" | "lex:startconversation" | "lex:putsession"
    );
    /// To read, or end, the session of a conversation.
    ReadSession, "read session" [SESSION_PARTS], |action| matches!(action.folded(), "lex:getsession" | "lex:putsession" | "lex:deletesession");
    /// To call a function and see what it answers.
    Invoke, "invoke", |action| action.service() == "lambda" && action.folded().starts_with("lambda:invoke");
    /// To see tags, descriptions and other raw members of what the directory holds.
    ReadDirectory, "read directory", |action| DIRECTORIES.contains(&action.service());
    /// To change what is kept.
    Change, "change", |_| true;
    /// To read the audit trail.
    ReadTrail, "read trail", |action| action.service() == "cloudtrail";
    /// To become a role.
    AssumeRole, "assume role", |action| action.service() == "sts" && action.folded().starts_with("sts:assume");
    /// To call an operation of the API, nothing more.
    Call, "call", |_| true;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<A: Act>(action: &str, wanted: bool) {
        assert_eq!(A::covers(&Action::parse(action).unwrap()), wanted, "{} {action}", A::NAME);
    }

    #[test]
    fn an_act_covers_its_own_actions_only() {
        check::<Unmask>("logs:Unmask", true);
        check::<Unmask>("LOGS:unmask", true);
        check::<Unmask>("logs:GetLogEvents", false);
        check::<Decrypt>("kms:Decrypt", true);
        check::<Decrypt>("kms:DescribeKey", false);
        check::<Decrypt>("kms:Encrypt", false);
        check::<Decrypt>("kms:DeriveSharedSecret", true);
        check::<UseKey>("kms:Encrypt", true);
        check::<UseKey>("kms:Decrypt", false);
        check::<UseKey>("logs:Unmask", false);
        check::<Converse>("lex:RecognizeText", true);
        check::<ReadSession>("lex:RecognizeText", false);
        check::<Invoke>("lambda:InvokeFunction", true);
        check::<Invoke>("lambda:GetFunction", false);
        check::<AssumeRole>("sts:AssumeRoleWithWebIdentity", true);
        check::<AssumeRole>("sts:TagSession", false);
        check::<ReadTrail>("cloudtrail:LookupEvents", true);
        check::<ReadDirectory>("iam:GetRole", true);
        check::<ReadDirectory>("cloudtrail:LookupEvents", false);
        check::<Call>("s3:GetObject", true);
    }
}
