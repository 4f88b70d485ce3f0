//! What does the console's page get? Sessions of whoever signed in with access keys, and operations that are run as him.
//!
//! There is no second way to data: an operation that the page asks for takes the way of a signed request from the decision to the
//! record, as the owner of the key that signed in, who is looked up anew each time: a key that is made inactive, a role that is
//! deleted, a token that ends, end the session. Instead of a signature stands a session ([`sessions`]): two random halves, one in a
//! cookie that scripts cannot read and one that the page sends in a header; cookies go to every port of a host, the page's half
//! stays with its origin. The secret of the key is compared ([`sign_in`]) and not kept, by neither side. Who may unmask is looked
//! at as somebody else ([`view`]), beside the session and on record as him.
//!
//! What the page may ask for is what its screens need ([`operation`]): reading, and talking to bots. Whether a request comes from the
//! page at all is the edge's question.

mod operation;
mod sessions;
mod sign_in;
mod view;

use crate::api::Api;
use crate::authenticate::{is_closed, owner_of_key, owner_of_token, unknown};
use crate::caller::Caller;
use crate::pipeline::Incoming;
use crate::state::Snapshot;
use serde_json::{Value as Json, json};
use sessions::{Credential, Found, Name, Sessions, Touch};
use sign_in::Door;
use sotto_aws_model::Protocol;
use sotto_public::Public;
use sotto_sensitive::RawText;
use sotto_wire::{Answer, Fault, Head, Message};
use std::time::{Duration, SystemTime};

/// The header in which the page sends its half of the session; its presence is asked of every request.
const PAGE_HEADER: &str = "x-sotto-console";
/// The cookie with the other half. Over TLS it has the prefix of those that nobody sets plainly (RFC 6265bis, "Cookie Name
/// Prefixes").
const COOKIES: [&str; 2] = ["sotto-console", "__Secure-sotto-console"];

/// What the page asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsoleAsk {
    /// To begin a session.
    SignIn,
    /// To end it.
    SignOut,
    /// Who is signed in.
    Session,
    /// To look as somebody else, too.
    View,
    /// To do so no more.
    Leave,
    /// An operation.
    Call,
}

/// What all sessions share.
pub(crate) struct Console {
    sessions: Sessions,
    door: Door,
}

impl Default for Console {
    fn default() -> Self {
        Self { sessions: Sessions::default(), door: Door::new() }
    }
}

/// Why the page gets nothing.
struct Refused {
    status: u16,
    code: &'static str,
    words: Message,
}

impl Refused {
    fn new(status: u16, code: &'static str, words: impl Into<Message>) -> Self {
        Self { status, code, words: words.into() }
    }

    /// Nobody is signed in, or no more.
    fn ended() -> Self {
        Self::new(401, "SessionEnded", "the session has ended; sign in again")
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        let code = fault.code(Protocol::Json);
        let status = match code {
            code if code.starts_with("ServiceUnavailable") => 503,
            code if code.contains("Throttl") => 429,
            code if code.starts_with("Internal") => 500,
            code if code.starts_with("AccessDenied") => 403,
            _ => 400,
        };
        Self { status, code, words: fault.message().clone() }
    }
}

type Told = Result<Answer, Refused>;

impl Api {
    /// The answer to the console's page. Whether the request comes from the page was seen to before.
    pub async fn console(&self, ask: ConsoleAsk, incoming: Incoming) -> Answer {
        let told = match ask {
            ConsoleAsk::SignIn => self.begin_session(incoming).await,
            ConsoleAsk::SignOut => Ok(self.end_session(&incoming)),
            ConsoleAsk::Session => self.session(&incoming),
            ConsoleAsk::View => self.add_view(incoming).await,
            ConsoleAsk::Leave => self.leave_view(incoming),
            ConsoleAsk::Call => self.operate(incoming).await,
        };
        told.unwrap_or_else(|refused| {
            let words = refused.words.text().get();
            answered(refused.status, &json!({ "__type": refused.code, "message": words }))
        })
    }

    /// How often somebody signed in to the console, and how often somebody was refused, since the start.
    pub fn sign_ins(&self) -> [(&'static str, u64); 2] {
        self.console.door.counts()
    }

    /// The session of a request.
    fn found(&self, head: &Head, secure: bool, touch: Touch) -> Result<(Name, Found), Refused> {
        let name = cookie_of(head, secure).ok_or_else(Refused::ended)?;
        let page = head.raw(PAGE_HEADER).map(|half| digest_of(&half)).ok_or_else(Refused::ended)?;
        let found = self.console.sessions.find(&name, (&page, self.now()), touch);
        Ok((name, found.ok_or_else(Refused::ended)?))
    }

    /// The session of a request, and who signed in to it. It ends when he is nobody any more, and all that looks through it does.
    fn signed_in(
        &self,
        (head, secure): (&Head, bool),
        touch: Touch,
        snapshot: &Snapshot,
    ) -> Result<(Name, Found, Caller), Refused> {
        let (name, found) = self.found(head, secure, touch)?;
        let caller = self.caller_of(snapshot, &found.who).map_err(|_| {
            self.console.sessions.end(&name);
            Refused::ended()
        })?;
        Ok((name, found, caller))
    }

    /// Who shows this now.
    fn caller_of(&self, snapshot: &Snapshot, credential: &Credential) -> Result<Caller, Fault> {
        let directory = &snapshot.rooms.directory;
        let caller = match credential {
            Credential::Key { id, seal } => {
                let (caller, held) = owner_of_key(self, directory, id)?;
                if held.secret.as_bytes() != seal.as_slice() {
                    return Err(unknown());
                }
                caller
            }
            Credential::Token { id, token } => owner_of_token(self, directory, (id, token), self.now())?,
        };
        if is_closed(directory, &caller) { Err(unknown()) } else { Ok(caller) }
    }

    /// Who is signed in, and as whom else he looks.
    fn session(&self, incoming: &Incoming) -> Told {
        let snapshot = self.state.now();
        let from = (&incoming.head, incoming.secure);
        let (name, found, caller) = self.signed_in(from, Touch::Yes, &snapshot)?;
        let mut views = Vec::new();
        for (number, credential) in &found.views {
            match self.caller_of(&snapshot, credential) {
                Ok(caller) => views.push(viewed(*number, &caller)),
                Err(_) => self.console.sessions.leave(&name, *number),
            }
        }
        let mut told = about(&caller, found.region.as_str(), found.ends);
        if let Some(members) = told.as_object_mut() {
            members.insert("views".to_owned(), Json::Array(views));
        }
        Ok(answered(200, &told))
    }

    fn end_session(&self, incoming: &Incoming) -> Answer {
        if let Ok((name, _)) = self.found(&incoming.head, incoming.secure, Touch::No) {
            self.console.sessions.end(&name);
        }
        let mut answer = answered(200, &json!({}));
        answer.headers.push(cookie(incoming.secure, None));
        answer
    }
}

/// What the page is told of whoever is signed in.
fn about(caller: &Caller, region: &str, ends: SystemTime) -> Json {
    let account = caller.account().map(|account| account.as_str());
    json!({
        "arn": caller.arn().get(), "account": account, "region": region, "ends": seconds(ends),
        "idleSeconds": sessions::IDLE_MAX.as_secs(),
    })
}

fn viewed(number: u16, caller: &Caller) -> Json {
    let ends = caller.claims().map(|claims| claims.expires);
    json!({ "view": number.to_string(), "arn": caller.arn().get(), "ends": ends })
}

fn seconds(at: SystemTime) -> u64 {
    at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since: Duration| since.as_secs())
}

fn answered(status: u16, told: &Json) -> Answer {
    let headers = vec![("content-type".into(), b"application/json".to_vec())];
    Answer { status, headers, body: told.to_string().into_bytes(), tail: None }
}

/// The header that sets the cookie, or takes it away. It lasts as long as the browser runs; when the session ends is decided here.
fn cookie(secure: bool, half: Option<&Public<String>>) -> (std::borrow::Cow<'static, str>, Vec<u8>) {
    let [plain, prefixed] = COOKIES;
    let (name, more) = if secure { (prefixed, "; Secure") } else { (plain, "") };
    let value = match half {
        Some(half) => format!("{name}={half}; Path=/console; HttpOnly; SameSite=Strict{more}"),
        None => format!("{name}=; Path=/console; HttpOnly; SameSite=Strict{more}; Max-Age=0"),
    };
    ("set-cookie".into(), value.into_bytes())
}

/// By what a session is found: the digest of the cookie's half.
#[expect(clippy::disallowed_methods, reason = "a cookie is looked for and hashed; the digest alone leaves")]
fn cookie_of(head: &Head, secure: bool) -> Option<Name> {
    let [plain, prefixed] = COOKIES;
    let wanted = if secure { prefixed } else { plain };
    let all = head.raw("cookie")?;
    let pairs = all.expose().split(';').filter_map(|pair| pair.trim().split_once('='));
    let half = pairs.filter(|(name, _)| *name == wanted).map(|(_, half)| half).next()?;
    Some(Name(crate::intake::digest(half.as_bytes())))
}

#[expect(clippy::disallowed_methods, reason = "a secret is hashed, and only the digest is compared")]
fn digest_of(text: &RawText) -> [u8; 32] {
    crate::intake::digest(text.expose().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_wire::Method;

    fn with(cookies: &str) -> Head {
        let mut head = Head::new(Method::Post, b"/console/call").unwrap();
        head.push(b"Cookie", cookies.as_bytes()).unwrap();
        head
    }

    #[test]
    fn the_cookie_of_this_way_in_counts_and_no_other() {
        let name = |half: &str| Some(crate::intake::digest(half.as_bytes()));
        for (cookies, secure, wanted) in [
            ("sotto-console=canary", false, name("canary")),
            ("a=b; sotto-console=canary; c", false, name("canary")),
            ("sotto-console=canary", true, None),
            ("__Secure-sotto-console=canary", true, name("canary")),
            ("__Secure-sotto-console=canary", false, None),
            ("xsotto-console=canary", false, None),
            ("", false, None),
        ] {
            assert_eq!(cookie_of(&with(cookies), secure).map(|name| name.0), wanted, "{cookies} {secure}");
        }
    }

    #[test]
    fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
        let half = Public::from("canary");
        let text = |secure, half: Option<&Public<String>>| String::from_utf8(cookie(secure, half).1).unwrap();
        let plain = text(false, Some(&half));
        assert_eq!(plain, "sotto-console=canary; Path=/console; HttpOnly; SameSite=Strict");
        let secure = text(true, Some(&half));
        assert_eq!(secure, "__Secure-sotto-console=canary; Path=/console; HttpOnly; SameSite=Strict; Secure");
        assert!(text(true, None).ends_with("; Max-Age=0"));
    }
}
