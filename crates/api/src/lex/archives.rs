//! How do archives come and go? At URLs that an answer gave, for five minutes, to whoever holds them (Lex V2 Developer Guide,
//! "Exporting bots"). A URL is authenticated by the key of the store; what comes is sealed before it rests, what goes is made when
//! it is asked for and never rests at all, and either is on record first.

use super::{contents, transfers};
use crate::api::Api;
use crate::logs::aside;
use crate::pipeline::Incoming;
use crate::state::NotChanged;
use sotto_arn::{Action, Service};
use sotto_conversation::archive::{File, Protection, write_archive};
use sotto_conversation::bot::Id;
use sotto_conversation::registry::{
    BotError, Scope, Seconds, Transfer, TransferKind, TransferStatus, URL_SECONDS,
};
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use sotto_trail::{EventKind, Identity, IdentityKind, Record, ResourceName, Source, Value};
use sotto_wire::{ARCHIVE_PATH, Answer, Ticket};
use std::time::SystemTime;

/// What the codes of URLs are for.
const PURPOSE: &str = "url of an archive";

/// The message that a code is of.
fn claim(upload: bool, scope: &Scope, id: &str, ends: Seconds) -> String {
    let way = if upload { "in" } else { "out" };
    format!("{way}/{}/{}/{id}/{ends}", scope.account, scope.region)
}

/// A URL that lives for [`URL_SECONDS`].
#[expect(clippy::disallowed_methods, reason = "the caller's own host goes back to the caller in a URL")]
pub(super) fn url(api: &Api, host: (&RawText, bool), upload: bool, (scope, id): (&Scope, &Id)) -> RawText {
    let ends = seconds(api).saturating_add(URL_SECONDS);
    let claim = claim(upload, scope, id.as_str(), ends);
    let code = api.store_key.authenticate(PURPOSE, claim.as_bytes());
    let code: String = code.iter().map(|byte| format!("{byte:02x}")).collect();
    let scheme = if host.1 { "https" } else { "http" };
    RawText::new(format!("{scheme}://{}{ARCHIVE_PATH}{claim}/{code}", host.0.expose()))
}

fn seconds(api: &Api) -> Seconds {
    api.now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

impl Api {
    /// The answer to a request about an archive; nothing where it is about something else.
    pub(crate) async fn at_archive(&self, incoming: &mut Option<Incoming>) -> Option<Answer> {
        incoming.as_ref().filter(|incoming| Ticket::is_meant(&incoming.head))?;
        let Incoming { head, body, .. } = incoming.take()?;
        let Some((scope, id, upload)) = Ticket::of(&head).and_then(|ticket| self.let_in(&ticket)) else {
            return Some(plain(403, "the URL is not valid or its time is over"));
        };
        Some(match upload {
            true => self.take_archive(&scope, &id, body).await,
            false => self.give_archive(&scope, &id).await,
        })
    }

    fn let_in(&self, ticket: &Ticket) -> Option<(Scope, Id, bool)> {
        let scope = Scope { account: ticket.account.clone(), region: ticket.region.clone() };
        let claim = claim(ticket.upload, &scope, ticket.id.get(), ticket.ends);
        let code = self.store_key.authenticate(PURPOSE, claim.as_bytes());
        let same = aws_lc_rs::constant_time::verify_slices_are_equal(&code, &ticket.code).is_ok();
        let id = Id::parse(ticket.id.get()).ok()?;
        (same && seconds(self) <= ticket.ends && self.state.is_fresh()).then_some((scope, id, ticket.upload))
    }

    async fn take_archive(&self, scope: &Scope, id: &Id, body: RawBytes) -> Answer {
        let record = self.archive_event("lex:UploadArchive", scope, id);
        let taken = self.state.change(
            |drafts| {
                let content = contents::reserve(self.draw(), &body)
                    .ok_or(BotError::Invalid("the archive is too large"))?;
                drafts.bots.uploaded(scope, id, content)?;
                contents::write((&self.store_key, self.draw()), &mut drafts.also, (scope, content), &body)
                    .map_err(|_| BotError::Invalid("the archive cannot be sealed"))?;
                contents::settle(&drafts.bots, &mut drafts.also);
                Ok::<_, BotError>(())
            },
            |()| record.iter().cloned().collect(),
        );
        match taken.await {
            Ok(_) => plain(200, ""),
            Err(NotChanged::Refused(BotError::NotFound(_))) => plain(404, "there is no such import"),
            Err(NotChanged::Refused(BotError::Invalid(words))) => plain(413, words),
            Err(NotChanged::Refused(_)) => plain(409, "nothing waits for this upload"),
            Err(NotChanged::Store(_)) => plain(503, "the store does not take this now; try again"),
        }
    }

    async fn give_archive(&self, scope: &Scope, id: &Id) -> Answer {
        let snapshot = self.state.now();
        let found = snapshot.rooms.bots.shelf(scope).and_then(|shelf| shelf.transfer(id)).cloned();
        let Some(transfer) = found.filter(|one| one.status == TransferStatus::Completed) else {
            return plain(404, "there is no such export");
        };
        let Ok((files, password)) = self.exported(scope, &transfer).await else {
            return plain(404, "what was to be exported is not there any more");
        };
        let Some(record) = self.archive_event("lex:DownloadArchive", scope, id) else {
            return plain(500, "internal error");
        };
        if self.journal.write(record).await.is_err() {
            return plain(503, "the store does not take this now; try again");
        }
        let protection = password.as_ref().map(Protection::Standard);
        let mut entropy = |place: &mut [u8]| self.randomness.fill(place);
        match aside(|| write_archive(&files, protection, &mut entropy)) {
            Ok(archive) => given(&archive),
            Err(_) => plain(500, "internal error"),
        }
    }

    /// The files of an export, and its password.
    async fn exported(
        &self,
        scope: &Scope,
        transfer: &Transfer,
    ) -> Result<(Vec<File>, Option<RawText>), sotto_wire::Fault> {
        let TransferKind::Export { bot, version, locale, password } = &transfer.kind else {
            return Err(crate::call::internal());
        };
        let files = transfers::files(self, scope, (bot, *version, locale.as_ref())).await?;
        let place = super::words_place(scope, &transfer.id, "password");
        let password = password.as_ref().map(|sealed| self.store_key.open_text(&place, sealed)).transpose();
        Ok((files, password.map_err(|_| crate::call::internal())?))
    }

    /// The record of an archive that came or went.
    fn archive_event(&self, name: &str, scope: &Scope, id: &Id) -> Option<Record> {
        let below = format!("transfer/{id}");
        self.bot_event(name, scope, ("AWS::Lex::Archive", super::arn(scope, &below)))
    }

    /// The record of something that Lex did by itself.
    pub(super) fn bot_event(
        &self,
        name: &str,
        scope: &Scope,
        (kind, arn): (&'static str, Public<String>),
    ) -> Option<Record> {
        let service = Service::parse("lex").ok()?;
        Some(Record {
            event: self.event_id(),
            at: self.now(),
            call: Action::parse(name).ok()?,
            region: scope.region.clone(),
            source: Some(Source::Service(service.clone())),
            user_agent: Value::Null,
            identity: Identity {
                kind: IdentityKind::AwsService,
                invoked_by: Some(service),
                ..Identity::unknown()
            },
            request: Value::Null,
            response: Value::Null,
            error: None,
            error_message: None,
            decision: None,
            resources: vec![ResourceName { kind: kind.into(), name: arn }],
            request_id: self.event_id(),
            read_only: false,
            kind: EventKind::ServiceEvent,
            recipient: scope.account.clone(),
            findings: Vec::new(),
        })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "an archive goes to whoever holds the URL that an authorised call gave"
)]
fn given(archive: &RawBytes) -> Answer {
    let headers = vec![
        ("content-type".into(), b"application/zip".to_vec()),
        ("cache-control".into(), b"no-store".to_vec()),
    ];
    Answer { status: 200, headers, body: archive.expose().to_vec(), tail: None }
}

fn plain(status: u16, words: &'static str) -> Answer {
    let headers = vec![("content-type".into(), b"text/plain".to_vec())];
    Answer { status, headers, body: words.as_bytes().to_vec(), tail: None }
}
