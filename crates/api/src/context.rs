//! Under which circumstances is something asked? The global condition keys of a request (IAM User Guide, "AWS global condition
//! context keys"), completed for each decision.
//!
//! What the transport says (address, TLS), what the request says (Region, user agent), what the session says (second factor,
//! issue time, tags) and what the directory says (organization, tags of the user or role). Captured text is copied into the
//! context as captured text.

use crate::caller::Caller;
use sotto_arn::Region;
use sotto_directory::Directory;
use sotto_iam::{Context, REASON_KEY};
use sotto_sensitive::RawText;
use sotto_wire::Head;
use std::net::IpAddr;
use std::time::SystemTime;

/// What is known about a request apart from who and what.
pub(crate) struct Circumstances {
    pub(crate) now: SystemTime,
    pub(crate) region: Region,
    pub(crate) address: IpAddr,
    pub(crate) secure: bool,
    pub(crate) user_agent: Option<RawText>,
    pub(crate) referer: Option<RawText>,
    /// Which host the request was sent to, as it says: where a URL of ours leads back to.
    pub(crate) host: Option<RawText>,
    /// What [`REASON_HEADER`] says.
    pub(crate) reason: Option<RawText>,
}

/// The header in which a caller states why it asks. It must be signed, as all headers of AWS's and ours.
const REASON_HEADER: &str = "x-sotto-reason";
/// The session tag that says the same, for clients that cannot send a header of their own.
const REASON_TAG: &str = REASON_KEY;
/// Longest reason, in bytes: that of a tag's value (IAM User Guide, "Tags for AWS Identity and Access Management resources").
pub(crate) const REASON_BYTES_MAX: usize = 1_024;

impl Circumstances {
    /// Those of a request, by its head.
    pub(crate) fn of(
        head: &Head,
        (now, region): (SystemTime, Region),
        (address, secure): (IpAddr, bool),
    ) -> Self {
        Self {
            now,
            region,
            address,
            secure,
            user_agent: head.raw("user-agent"),
            referer: head.raw("referer"),
            host: head.raw("host"),
            reason: head.raw(REASON_HEADER),
        }
    }

    /// Adds the global keys to those that a service gave.
    pub(crate) fn complete(&self, caller: &Caller, directory: &Directory, context: &mut Context) {
        context.set("aws:CurrentTime", [self.now]);
        context.set("aws:EpochTime", [epoch_seconds(self.now)]);
        context.set("aws:SourceIp", [self.address]);
        context.set("aws:SecureTransport", [self.secure]);
        // A replica of a key is asked for in its own Region.
        if !context.has("aws:RequestedRegion") {
            context.set("aws:RequestedRegion", [self.region.as_str()]);
        }
        context.set("aws:ViaAWSService", [false]);
        for (key, text) in [("aws:UserAgent", &self.user_agent), ("aws:Referer", &self.referer)] {
            if let Some(text) = text {
                context.set(key, [copied(text)]);
            }
        }
        if let Some(reason) = self.reason(caller) {
            context.set(REASON_KEY, [copied(reason)]);
        }
        self.complete_organization(caller, directory, context);
        caller.complete(self.now, context);
    }

    /// Why the caller says that it asks: in the request, else by a tag that its session was made with. A tag of the user or role
    /// is none: it says nothing of this request.
    pub(crate) fn reason<'c>(&'c self, caller: &'c Caller) -> Option<&'c RawText> {
        let tags = caller.claims().map(|claims| claims.tags.as_slice()).unwrap_or_default();
        let tagged = tags.iter().find(|(key, ..)| is(key, REASON_TAG)).map(|(_, value, _)| value);
        stated(self.reason.as_ref(), tagged)
    }

    fn complete_organization(&self, caller: &Caller, directory: &Directory, context: &mut Context) {
        let organization = directory.organization();
        let Some((head, account)) = organization.head.as_ref().zip(caller.account()) else { return };
        if let Some(path) = organization.path_of(account) {
            context.set("aws:PrincipalOrgID", [head.id.as_str()]);
            context.set("aws:PrincipalOrgPaths", [path.as_str()]);
        }
    }
}

/// What the header says, else the tag. Blank text states nothing: it must not stand where a policy wants a reason, nor hide one.
fn stated<'t>(header: Option<&'t RawText>, tag: Option<&'t RawText>) -> Option<&'t RawText> {
    let said = |text: &&RawText| !is_blank(text);
    header.filter(said).or(tag.filter(said)).filter(|reason| reason.length() <= REASON_BYTES_MAX)
}

/// Whether a captured text is empty or white space alone.
#[expect(
    clippy::disallowed_methods,
    reason = "captured text is looked at for anything but white space; a yes or no leaves"
)]
fn is_blank(text: &RawText) -> bool {
    text.expose().trim().is_empty()
}

/// Whole seconds since 1970.
pub(crate) fn epoch_seconds(at: SystemTime) -> i64 {
    let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// The same text once more.
#[expect(
    clippy::disallowed_methods,
    reason = "captured text is copied into the context of a decision, raw to raw"
)]
pub(crate) fn copied(text: &RawText) -> RawText {
    RawText::new(text.expose().to_owned())
}

/// Whether two captured texts are the same.
#[expect(clippy::disallowed_methods, reason = "captured texts are compared; a yes or no leaves")]
pub(crate) fn same(one: &RawText, other: &RawText) -> bool {
    one.expose() == other.expose()
}

/// Whether two captured texts differ in case at most.
#[expect(clippy::disallowed_methods, reason = "captured texts are compared; a yes or no leaves")]
pub(crate) fn same_folded(one: &RawText, other: &RawText) -> bool {
    one.expose().to_lowercase() == other.expose().to_lowercase()
}

/// Whether a text begins with a captured one.
#[expect(clippy::disallowed_methods, reason = "captured text is compared; a yes or no leaves")]
pub(crate) fn begins(text: &str, with: &RawText) -> bool {
    text.starts_with(with.expose())
}

/// Whether a captured text is this.
#[expect(clippy::disallowed_methods, reason = "captured text is compared; a yes or no leaves")]
pub(crate) fn is(one: &RawText, other: &str) -> bool {
    one.expose() == other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_reason_is_none_and_hides_none() {
        let raw = |text: &str| RawText::new(text.to_owned());
        let longest = "x".repeat(REASON_BYTES_MAX);
        let over = "x".repeat(REASON_BYTES_MAX + 1);
        for (header, tag, wanted) in [
            (None, None, None),
            (Some(""), None, None),
            (Some(" \t"), None, None),
            (None, Some("\u{3000} "), None),
            (Some(" "), Some("ticket 1"), Some("ticket 1")),
            (Some("ticket 2"), Some("ticket 1"), Some("ticket 2")),
            (Some("ticket 2"), Some(" "), Some("ticket 2")),
            (Some(longest.as_str()), None, Some(longest.as_str())),
            (Some(over.as_str()), Some("ticket 1"), None),
        ] {
            let (header, tag) = (header.map(raw), tag.map(raw));
            let found = stated(header.as_ref(), tag.as_ref());
            assert_eq!(found.is_some(), wanted.is_some());
            assert!(found.zip(wanted).is_none_or(|(found, wanted): (_, &str)| is(found, wanted)));
        }
    }
}
