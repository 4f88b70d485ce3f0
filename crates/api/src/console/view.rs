//! As whom else does somebody look? As a role that he may assume, or as somebody whose access keys he has.
//!
//! The role is assumed by STS's own operation, as whoever is signed in, and on record as such; keys are shown as at a sign-in. Of
//! what comes of it the server keeps what tells who it is, and the page gets a number: credentials never reach it. Each look
//! goes by that principal's policies then, and stands in the trail as his.

use super::sessions::{Credential, Name, Touch};
use super::{Refused, Told, answered, viewed};
use crate::api::Api;
use crate::authenticate::owner_of_token;
use crate::call::internal;
use crate::caller::Caller;
use crate::context::Circumstances;
use crate::pipeline::{Admitted, Incoming};
use serde_json::json;
use sotto_arn::Region;
use sotto_directory::Text;
use sotto_sensitive::RawBytes;
use sotto_wire::neutral::{self, Members};
use sotto_wire::{Fault, Head, encode};
use std::sync::Arc;

/// Seconds of a role's session: what every role allows, also when a role assumes it (STS API Reference, "AssumeRole").
const ROLE_SECONDS: u32 = 3_600;
/// Name of the session of whoever has none.
const NAMELESS: &str = "console";
/// Characters of a session's name (STS API Reference, `RoleSessionName`).
const NAME_CHARS: std::ops::RangeInclusive<usize> = 2..=64;

/// What looking as somebody else is asked with.
struct Wish<'a> {
    name: &'a Name,
    who: &'a Arc<Credential>,
    head: &'a Head,
    region: Region,
    from: (std::net::IpAddr, bool),
}

impl Wish<'_> {
    fn circumstances(&self, api: &Api, region: Region) -> Circumstances {
        Circumstances::of(self.head, (api.now(), region), self.from)
    }
}

impl Api {
    /// Adds somebody as whom the session looks.
    pub(super) async fn add_view(&self, incoming: Incoming) -> Told {
        let Incoming { head, body, address, secure, .. } = incoming;
        let members = Members::read(body)?;
        let (name, found, _) = self.signed_in((&head, secure), Touch::Yes, &self.state.now())?;
        let wish = Wish {
            name: &name,
            who: &found.who,
            head: &head,
            region: found.region.clone(),
            from: (address, secure),
        };
        let (caller, credential) = match members.part("roleArn") {
            Some(role) => self.assumed(&wish, role).await?,
            None => {
                let signed_in = self.sign_in(&members, |region| wish.circumstances(self, region)).await?;
                (signed_in.caller, signed_in.credential)
            }
        };
        let number = self.console.sessions.view(wish.name, credential).ok_or_else(Refused::ended)?;
        Ok(answered(200, &viewed(number, &caller)))
    }

    /// Looks as him no more.
    pub(super) fn leave_view(&self, incoming: Incoming) -> Told {
        let from = (&incoming.head, incoming.secure);
        let (name, ..) = self.signed_in(from, Touch::Yes, &self.state.now())?;
        let members = Members::read(incoming.body)?;
        if let Some(number) = members.word("view").and_then(|view| view.get().parse().ok()) {
            self.console.sessions.leave(&name, number);
        }
        Ok(answered(200, &json!({})))
    }

    /// The role's session.
    async fn assumed(&self, wish: &Wish<'_>, role: RawBytes) -> Result<(Caller, Credential), Refused> {
        let snapshot = self.state.now();
        let caller = self.caller_of(&snapshot, wish.who).map_err(|_| {
            self.console.sessions.end(wish.name);
            Refused::ended()
        })?;
        let input = assume_role(role, &caller);
        let asked = neutral::call(&"sts".into(), &"AssumeRole".into()).ok_or_else(internal)?;
        let (id, circumstances) = (self.event_id(), wish.circumstances(self, wish.region.clone()));
        let admitted = Admitted { snapshot, caller, circumstances };
        let output = self.performed(admitted, &asked, (id, wish.head), input).await?;
        let answer = encode(&asked.neutral, &id.text(), Ok(output));
        Ok(self.kept(RawBytes::new(answer.body))?)
    }

    /// Of AssumeRole's answer what is kept: its key's id and token.
    fn kept(&self, answer: RawBytes) -> Result<(Caller, Credential), Fault> {
        let members = Members::read(Members::read(answer)?.part("Credentials").ok_or_else(internal)?)?;
        let id = members.word("AccessKeyId").ok_or_else(internal)?;
        let token = members.text("SessionToken").ok_or_else(internal)?;
        let directory = &self.state.now().rooms.directory;
        let caller = owner_of_token(self, directory, (&id, &token), self.now())?;
        Ok((caller, Credential::Token { id, token }))
    }
}

/// AssumeRole's input: the role as it was written, and the caller's own name, as AWS's console names such sessions.
fn assume_role(role: RawBytes, caller: &Caller) -> RawBytes {
    let name = caller.name().map(Text::as_str).filter(|name| NAME_CHARS.contains(&name.len()));
    let name = name.unwrap_or(NAMELESS);
    let mut input = RawBytes::new(b"{\"RoleArn\":".to_vec());
    input.append(role);
    let rest = format!(",\"RoleSessionName\":\"{name}\",\"DurationSeconds\":{ROLE_SECONDS}}}");
    input.push(rest.as_bytes());
    input
}
