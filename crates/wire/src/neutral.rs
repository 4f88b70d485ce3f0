//! In which form does a page ask for any operation? In one JSON for all services, whatever the service's own protocol is.
//!
//! The page's request is a JSON object; [`Members`] takes it apart without reading what is meant for somebody else: the input
//! of the operation is cut out as it was written and decoded by the operation's shape. [`call`] names an operation in this
//! form: members go by their names in the model, times are seconds since 1970, bytes are base 64, and the codec is that of
//! AWS JSON. A page that spoke five protocols would be five times as large, and a second codec would be a second way in.

use crate::call::Call;
use crate::codec::{check_json, top_text, top_value};
use crate::fault::{Common, Fault};
use crate::sigv4::word;
use sotto_aws_model::{Protocol, service};
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};

/// An operation in two forms: as its service speaks, for the record, and neutral, for the codec.
pub struct Asked {
    /// As a client of AWS would ask for it.
    pub native: Call,
    /// As the page does.
    pub neutral: Call,
}

/// An operation by the name of its service's table and its own; `None` where there is none.
pub fn call(table: &Public<String>, operation: &Public<String>) -> Option<Asked> {
    let service = service(table.get())?;
    let id = service.operation_id(operation.get())?;
    let native = Call::of(&service, id, service.protocols.first().copied()?);
    Some(Asked { native, neutral: Call::of(&service, id, Protocol::Json) })
}

/// The members of a JSON object.
pub struct Members(RawBytes);

impl Members {
    /// Reads an object.
    ///
    /// # Errors
    /// When it is none.
    #[expect(clippy::disallowed_methods, reason = "the grammar of a request is checked; nothing leaves")]
    pub fn read(body: RawBytes) -> Result<Self, Fault> {
        let is_object = body.expose().trim_ascii_start().first() == Some(&b'{');
        match check_json(body.expose()) {
            Ok(()) if is_object => Ok(Self(body)),
            _ => Err(Fault::common(Common::Malformed, "the request is not a JSON object")),
        }
    }

    /// A member that is a word: a name of services, operations, Regions and keys.
    pub fn word(&self, name: &'static str) -> Option<Public<String>> {
        word(&self.text_bytes(name)?)
    }

    /// A member that is a text.
    pub fn text(&self, name: &'static str) -> Option<RawText> {
        RawText::from_bytes(RawBytes::new(self.text_bytes(name)?)).ok()
    }

    /// Whether a member is true.
    pub fn is_true(&self, name: &'static str) -> bool {
        self.value(name) == Some(b"true".as_slice())
    }

    /// A member as it was written.
    pub fn part(&self, name: &'static str) -> Option<RawBytes> {
        self.value(name).map(|value| RawBytes::new(value.to_vec()))
    }

    #[expect(clippy::disallowed_methods, reason = "a text is cut out; it leaves raw, or as a word")]
    fn text_bytes(&self, name: &str) -> Option<Vec<u8>> {
        top_text(self.0.expose(), name)
    }

    #[expect(clippy::disallowed_methods, reason = "a member is cut out; it leaves raw")]
    fn value(&self, name: &str) -> Option<&[u8]> {
        top_value(self.0.expose(), name)
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test reads what it wrote")]
mod tests {
    use super::*;
    use crate::{Head, Input, Method, decode, encode};

    fn members(text: &str) -> Result<Members, Fault> {
        Members::read(RawBytes::new(text.as_bytes().to_vec()))
    }

    fn asked(table: &str, operation: &str) -> Option<Asked> {
        let name = |text: &str| Public::from_pinned_text(text.to_owned());
        call(&name(table), &name(operation))
    }

    fn read(asked: &Asked, input: &str) -> Result<Input, Fault> {
        let head = Head::new(Method::Post, b"/").unwrap();
        decode(&asked.neutral, &head, RawBytes::new(input.as_bytes().to_vec()))
    }

    #[test]
    fn an_object_is_taken_apart_and_prints_no_text() {
        let read = members(r#"{"service":"logs","input":{"a":"canary"},"mine":true,"odd":"a b"}"#).unwrap();
        assert_eq!(read.word("service").unwrap().get(), "logs");
        assert_eq!(read.part("input").unwrap().expose(), br#"{"a":"canary"}"#);
        assert!(read.is_true("mine") && !read.is_true("service"));
        assert!(read.word("odd").is_none() && read.text("odd").is_some() && read.text("input").is_none());
        for wrong in ["", "[]", "{", "\"canary\"", "{\"a\":canary}"] {
            let fault = members(wrong).err().unwrap();
            assert!(!fault.message().to_string().contains("canary"), "{wrong}");
        }
    }

    #[test]
    fn members_of_paths_and_queries_are_members_like_others() {
        let of_lex = asked("lexv2-models", "DescribeBotAlias").unwrap();
        let input = read(&of_lex, r#"{"botId":"ABCDEFGHIJ","botAliasId":"TSTALIASID"}"#).unwrap();
        assert_eq!(input.public("botId").unwrap().get(), "ABCDEFGHIJ");
        let of_iam = asked("iam", "GetRole").unwrap();
        assert_eq!(
            read(&of_iam, r#"{"RoleName":"reader"}"#).unwrap().public("RoleName").unwrap().get(),
            "reader"
        );
        assert!(read(&of_iam, r#"{"RoleName":7}"#).is_err() && read(&of_iam, "{}").is_err());
        assert!(asked("iam", "NoSuch").is_none() && asked("nobody", "GetRole").is_none());
    }

    #[test]
    fn faults_are_json_for_services_that_speak_xml() {
        let asked = asked("sts", "AssumeRole").unwrap();
        let id = Public::from_pinned_text("1".to_owned());
        let answer = encode(&asked.neutral, &id, Err(Fault::common(Common::AccessDenied, "no")));
        assert_eq!(answer.body, br#"{"__type":"AccessDeniedException","message":"no"}"#);
    }

    #[test]
    fn streams_are_known() {
        assert!(asked("logs", "StartLiveTail").unwrap().native.is_streaming());
        assert!(!asked("logs", "GetLogEvents").unwrap().native.is_streaming());
    }
}
