//! Where is something sent? To an HTTP endpoint, to a file of the server's own folder, to a syslog receiver, or to a function.
//!
//! The destination comes from whoever may make a subscription, so it is checked here and allowed by the operator elsewhere: a
//! file is a name and never a path, and an address is scheme, host, port and path without user, query or fragment.

use crate::DeliverError;
use sotto_public::{Public, Storable};

/// Characters of a file's name at most.
pub const FILE_NAME_CHARS_MAX: usize = 128;

/// Characters of a function's name at most (Lambda API Reference, "CreateFunction").
const FUNCTION_NAME_CHARS_MAX: usize = 128;

/// Where something is sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Storable)]
pub enum Destination {
    /// `http://` or `https://`: the address.
    Http(Public<String>),
    /// `file:NAME`: the name.
    File(Public<String>),
    /// A log group of this server, by its ARN: only findings go there, and whoever gives out their reports names it.
    Group(Public<String>),
    /// `syslog://` (TCP, RFC 6587) or `syslogs://` (TLS, RFC 5425): the address.
    Syslog(Public<String>),
    /// A Lambda function: its ARN. Whether functions are run is another question.
    Function(Public<String>),
}

/// Services whose ARNs name destinations that do not exist here yet.
const LATER: [(&str, &str); 4] = [
    ("kinesis", "Kinesis stream"),
    ("firehose", "Firehose delivery stream"),
    ("s3", "S3 bucket"),
    ("logs", "log destination"),
];

impl Destination {
    /// Reads an address.
    ///
    /// # Errors
    /// [`DeliverError::Kind`] for what this release does not have, [`DeliverError::Address`] for what is no address.
    pub fn parse(text: &Public<String>) -> Result<Self, DeliverError> {
        let address = text.get().as_str();
        if let Some(rest) = address.strip_prefix("arn:") {
            let service = rest.split(':').nth(1).unwrap_or_default();
            if service == "lambda" {
                return is_function(rest).then(|| Self::Function(text.clone())).ok_or(DeliverError::Address);
            }
            let known = LATER.iter().find(|(name, _)| *name == service);
            return Err(known.map_or(DeliverError::Address, |(_, kind)| DeliverError::Kind(kind)));
        }
        let (scheme, rest) = address.split_once(':').ok_or(DeliverError::Address)?;
        let host = || rest.strip_prefix("//").filter(|rest| is_host_and_path(rest));
        match scheme {
            "http" | "https" if host().is_some() => Ok(Self::Http(text.clone())),
            "syslog" | "syslogs" if host().is_some_and(|rest| !rest.contains('/') && rest.contains(':')) => {
                Ok(Self::Syslog(text.clone()))
            }
            "file" if is_file_name(rest) => Ok(Self::File(text.clone())),
            _ => Err(DeliverError::Address),
        }
    }

    /// A log group of this server.
    pub const fn group(arn: Public<String>) -> Self {
        Self::Group(arn)
    }

    /// The address as it was given.
    pub const fn address(&self) -> &Public<String> {
        match self {
            Self::Group(address)
            | Self::Http(address)
            | Self::File(address)
            | Self::Syslog(address)
            | Self::Function(address) => address,
        }
    }

    /// The name of a file destination.
    pub fn file_name(&self) -> Option<&str> {
        match self {
            Self::File(address) => address.get().strip_prefix("file:").filter(|name| is_file_name(name)),
            _ => None,
        }
    }

    /// Its kind, for counters.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Group(_) => "group",
            Self::Http(_) => "http",
            Self::File(_) => "file",
            Self::Syslog(_) => "syslog",
            Self::Function(_) => "function",
        }
    }
}

/// `PARTITION:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]` (Service Authorization Reference, "AWS Lambda").
fn is_function(rest: &str) -> bool {
    let parts: Vec<&str> = rest.split(':').collect();
    let of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '$');
    let named =
        |part: &&str| !part.is_empty() && part.len() <= FUNCTION_NAME_CHARS_MAX && part.chars().all(of_name);
    match parts.as_slice() {
        [_, _, region, account, "function", name @ ..] => {
            !region.is_empty()
                && !account.is_empty()
                && (1..=2).contains(&name.len())
                && name.iter().all(named)
        }
        _ => false,
    }
}

fn is_host_and_path(text: &str) -> bool {
    let (host, path) = text.split_once('/').unwrap_or((text, ""));
    let of_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    let of_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '~' | '/' | '%');
    !host.is_empty() && host.chars().all(of_host) && path.chars().all(of_path) && stays_below(path)
}

/// A receiver resolves dots, so a path that has them could end beside the address that the operator allows.
fn stays_below(path: &str) -> bool {
    path.split('/').all(|part| {
        let plain = part.to_ascii_lowercase().replace("%2e", ".");
        plain != "." && plain != ".." && !plain.contains("%2f") && !plain.contains("%5c")
    })
}

fn is_file_name(text: &str) -> bool {
    let of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    (1..=FILE_NAME_CHARS_MAX).contains(&text.len()) && !text.starts_with('.') && text.chars().all(of_name)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "addresses of a test")]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_others_refused() {
        let kind = |text: &str| {
            Destination::parse(&Public::from_pinned_text(text.to_owned()))
                .map(|destination| destination.kind())
        };
        for (text, wanted) in [
            ("https://collector.example/a/b%20c", Ok("http")),
            ("http://127.0.0.1:9000", Ok("http")),
            ("http://[::1]:9000/", Ok("http")),
            ("file:findings.jsonl", Ok("file")),
            ("syslog://host:514", Ok("syslog")),
            ("syslogs://host:6514", Ok("syslog")),
            ("https://user@host/", Err(DeliverError::Address)),
            ("https://host/?q=1", Err(DeliverError::Address)),
            ("https:///a", Err(DeliverError::Address)),
            ("https://host/a/../b", Err(DeliverError::Address)),
            ("https://host/a/%2E%2e/b", Err(DeliverError::Address)),
            ("https://host/a/..%2fb", Err(DeliverError::Address)),
            ("https://host/a/./b", Err(DeliverError::Address)),
            ("https://host/a..b/...", Ok("http")),
            ("syslog://host", Err(DeliverError::Address)),
            ("syslog://host:1/a", Err(DeliverError::Address)),
            ("file:../x", Err(DeliverError::Address)),
            ("file:.x", Err(DeliverError::Address)),
            ("file:", Err(DeliverError::Address)),
            ("ftp://host/", Err(DeliverError::Address)),
            ("", Err(DeliverError::Address)),
            ("arn:aws:lambda:eu-central-1:111122223333:function:f", Ok("function")),
            ("arn:aws:lambda:eu-central-1:111122223333:function:f:$LATEST", Ok("function")),
            ("arn:aws:lambda:eu-central-1:111122223333:layer:f", Err(DeliverError::Address)),
            ("arn:aws:lambda:eu-central-1:111122223333:function:", Err(DeliverError::Address)),
            (
                "arn:aws:firehose:eu-central-1:1:deliverystream/s",
                Err(DeliverError::Kind("Firehose delivery stream")),
            ),
            ("arn:aws:sqs:eu-central-1:1:q", Err(DeliverError::Address)),
        ] {
            assert_eq!(kind(text), wanted, "{text}");
        }
        let long = |count: usize| kind(&format!("file:{}", "a".repeat(count)));
        assert_eq!(
            (long(FILE_NAME_CHARS_MAX), long(FILE_NAME_CHARS_MAX + 1)),
            (Ok("file"), Err(DeliverError::Address))
        );
    }
}
