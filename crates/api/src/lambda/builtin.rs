//! Which functions are the server itself? One that encrypts what a caller keyed in, and one that decrypts it: they run without a process,
//! by Invoke and as code hooks, and print nothing.
//!
//! They are made by CreateFunction with the runtime `provided.al2023`, no code, and a handler that names them; the environment says
//! which key, which pairs of an encryption context, and what is encrypted. Whoever invokes one needs the right to the function and
//! the right to the key; a service that invokes one uses the key as the function's role. AWS's names for runtimes are a closed
//! list, so that one of our own would reach no server through AWS's clients' models.

mod events;
mod messages;
mod settings;

use super::refer::Meant;
use super::service::Ran;
use super::settings::trusts_lambda;
use crate::api::Api;
use crate::call::{Call, internal};
use crate::caller::Caller;
use crate::desk::Answered;
use crate::kms::{LentKey, LentTo, RoleUser};
use events::{Asked, Decrypts, Encrypts};
use sotto_arn::PrincipalArn;
use sotto_functions::{Failed, Function, FunctionsError, Outcome, PAYLOAD_BYTES_MAX};
use sotto_iam::{Decrypt, Invoke, Permit};
use sotto_sensitive::{RawBytes, RawText};
use sotto_wire::{Fault, Output, Value};
use std::sync::Arc;
use std::time::Duration;

pub(super) use settings::BuiltInSettings;

/// A function that the server is itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BuiltIn {
    /// Encrypts the value of a slot.
    EncryptSlots,
    /// Decrypts what that one encrypted.
    Decrypt,
}

/// The archive of a function without code: a directory of no entries (PKWARE APPNOTE 6.3, section 4.3.16).
pub(super) const NO_CODE: [u8; 22] = *b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

impl BuiltIn {
    /// The one that runtime and handler name.
    pub(super) fn find(runtime: &str, handler: &str) -> Option<Self> {
        match handler {
            "sotto.encrypt-slots" => Some(Self::EncryptSlots),
            "sotto.decrypt" => Some(Self::Decrypt),
            _ => None,
        }
        .filter(|_| runtime.starts_with("provided"))
    }

    /// The one that a function is.
    pub(super) fn of(function: &Function) -> Option<Self> {
        Self::find(function.runtime.get(), function.handler.get())
    }
}

/// What a built-in function came to.
enum Done {
    /// Its answer.
    Answer(RawBytes),
    /// What it opened, with the permit to decrypt.
    Opened(Permit<Decrypt>, RawBytes),
    /// It failed: an error as runtimes write it.
    Failed(RawBytes),
}

/// An invocation of a built-in function.
struct Work<'w> {
    api: &'w Api,
    meant: &'w Meant,
    settings: BuiltInSettings,
}

impl<'w> Work<'w> {
    fn new(api: &'w Api, meant: &'w Meant, function: &Function) -> Option<Self> {
        let environment =
            super::code::opened_environment(&api.store_key, function.uid, function.environment.as_ref())?;
        let built_in = BuiltIn::of(function)?;
        Some(Self { api, meant, settings: BuiltInSettings::read(built_in, &environment).ok()? })
    }

    fn key(&self) -> LentKey {
        LentKey {
            key: self.settings.key.clone(),
            function: self.meant.arn(),
            region: self.meant.scope.region.clone(),
        }
    }

    /// A name for a session that whoever lacks the key of the store cannot find the session by: an id may be a telephone number.
    fn session(&self, id: &RawText) -> RawText {
        let claim = events::claim(&self.meant.scope.account, id);
        let code = self.api.store_key.authenticate("session of an encrypted slot", &claim);
        RawText::new(code.iter().take(16).map(|byte| format!("{byte:02x}")).collect())
    }

    async fn run(
        &self,
        built_in: BuiltIn,
        event: &RawBytes,
        user: &mut LentTo<'_, '_>,
    ) -> Result<Done, Fault> {
        match built_in {
            BuiltIn::EncryptSlots => self.encrypt(event, user).await,
            BuiltIn::Decrypt => self.decrypt(event, user).await,
        }
    }

    async fn encrypt(&self, event: &RawBytes, user: &mut LentTo<'_, '_>) -> Result<Done, Fault> {
        let slotted = match Encrypts::read(event, &self.settings) {
            Asked::Work(slotted) => slotted,
            Asked::Answer(answer) => return Ok(Done::Answer(answer)),
            Asked::Malformed => {
                return Ok(Done::Failed(events::error("the event is none of a bot's code hook")));
            }
        };
        let mut pairs = self.settings.pairs();
        pairs.extend(slotted.pairs());
        pairs.extend(slotted.session().map(|id| (RawText::new("session".to_owned()), self.session(&id))));
        let message = messages::encrypted(self.api, user, &self.key(), (slotted.plain(), pairs)).await?;
        Ok(Done::Answer(slotted.answer(&message)))
    }

    async fn decrypt(&self, event: &RawBytes, user: &mut LentTo<'_, '_>) -> Result<Done, Fault> {
        let asked = match Decrypts::read(event) {
            Asked::Work(asked) => asked,
            Asked::Answer(answer) => return Ok(Done::Answer(answer)),
            Asked::Malformed => {
                return Ok(Done::Failed(events::error("the event has no Details.Parameters")));
            }
        };
        let mut expected = self.settings.pairs();
        expected.extend(asked.session.map(|id| (RawText::new("session".to_owned()), self.session(&id))));
        let opened = messages::decrypted(user, &self.key(), (asked.message, expected)).await?;
        Ok(match opened {
            Some((permit, plain)) => match events::opened(plain) {
                Some(answer) => Done::Opened(permit, answer),
                None => Done::Answer(events::status_error(events::NOT_OURS)),
            },
            None => Done::Answer(events::status_error(events::NOT_OURS)),
        })
    }
}

/// Invoke, for a caller: the key is used as the caller.
pub(super) async fn invoke(
    call: &mut Call<'_>,
    permit: &Permit<Invoke>,
    (meant, function, built_in): (&Meant, &Function, BuiltIn),
) -> Answered {
    let event = super::invoke::event(call, PAYLOAD_BYTES_MAX)?;
    let now = call.now();
    let api = call.api;
    let not_set = || super::invalid("the function's environment does not say what it needs");
    let work = Work::new(api, meant, function).ok_or_else(not_set)?;
    let done = work.run(built_in, &event, &mut LentTo::Caller(call)).await?;
    drop(event);
    let recorded = call.record().await?;
    let (shown, failed) = match &done {
        Done::Answer(answer) => (sotto_egress::function_answer(permit, recorded, answer, now), false),
        Done::Failed(answer) => (sotto_egress::function_answer(permit, recorded, answer, now), true),
        Done::Opened(opens, answer) => {
            (sotto_egress::function_answer_opened((permit, opens), recorded, answer, now), false)
        }
    };
    Ok(Output::new()
        .with("StatusCode", 200_u16)
        .with("ExecutedVersion", "$LATEST")
        .with("FunctionError", failed.then_some("Unhandled"))
        .with("Payload", Value::Shown(shown.map_err(|_| internal())?)))
}

impl Api {
    /// For one of our own services, which is on record already: the key is used as the function's role.
    pub(super) async fn run_built_in(
        &self,
        (meant, function, built_in): (&Meant, &Arc<Function>, BuiltIn),
        event: &RawBytes,
    ) -> Ran {
        let user = self.role_of(meant, function).ok_or(FunctionsError::Unavailable)?;
        let work = Work::new(self, meant, function).ok_or(FunctionsError::Unavailable)?;
        let done = work.run(built_in, event, &mut LentTo::Role(&user)).await;
        let (answer, failed) = match (done, built_in) {
            (Ok(Done::Answer(answer) | Done::Opened(_, answer)), _) => (answer, None),
            (Ok(Done::Failed(answer)), _) => (answer, Some(Failed::Function)),
            // A flow asks for the status and has nothing to do with the cause.
            (Err(_), BuiltIn::Decrypt) => (events::status_error(events::NOT_NOW), None),
            (Err(_), BuiltIn::EncryptSlots) => {
                (events::error("the key cannot be used"), Some(Failed::Function))
            }
        };
        let (tail, took) = (RawBytes::default(), Duration::ZERO);
        Ok(Outcome { answer, failed, tail, took, cold: None, memory_bytes: 0 })
    }

    /// The function's role, while it is there and trusts Lambda.
    fn role_of(&self, meant: &Meant, function: &Function) -> Option<RoleUser<'_>> {
        let snapshot = self.state.now();
        let parsed = PrincipalArn::parse(function.role.get()).ok()?;
        let account = &meant.scope.account;
        trusts_lambda(&snapshot, &function.role, account, self.now())?.then_some(())?;
        let role = Arc::clone(snapshot.rooms.directory.account(parsed.account())?.role(parsed.name())?);
        let session = RawText::new(function.name.get().clone());
        let mut caller = Caller::assumed_role(&parsed, &role, &session)?;
        caller.tags = crate::authenticate::tags_of(self, &snapshot.rooms.directory, &caller).ok()?;
        Some(RoleUser { api: self, snapshot, caller, role: function.role.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_names_one_with_a_runtime_that_has_no_interpreter() {
        for (runtime, handler, wanted) in [
            ("provided.al2023", "sotto.encrypt-slots", Some(BuiltIn::EncryptSlots)),
            ("provided", "sotto.decrypt", Some(BuiltIn::Decrypt)),
            ("python3.13", "sotto.decrypt", None),
            ("provided.al2023", "sotto.Decrypt", None),
            ("provided.al2023", "bootstrap", None),
        ] {
            assert_eq!(BuiltIn::find(runtime, handler), wanted, "{runtime} {handler}");
        }
        assert_eq!(sotto_functions::check_archive(&RawBytes::new(NO_CODE.to_vec())), Ok(0));
    }
}
