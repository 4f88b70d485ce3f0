//! Which functions answer over HTTPS? Those of the operator's settings: a name in an account that stands for an address, and looks like a
//! function from there on, with a resource policy of its own.
//!
//! The operator names addresses because a server reaches what its callers do not. An event is POSTed once: TLS verified, no
//! redirects, bounded answer and time. What an endpoint says besides its answer stays with it: its status is all that is told.

use super::builtin::NO_CODE;
use super::code::{discard, keep};
use super::refer::Meant;
use super::row::ServiceAct;
use super::run::Event;
use super::service::Ran;
use super::shapes::arn;
use crate::api::Api;
use crate::error::ApiError;
use crate::state::NotChanged;
use sotto_arn::{AccountId, Region};
use sotto_functions::{Failed, Function, FunctionScope, Outcome, PAYLOAD_BYTES_MAX, RegistryError};
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use sotto_wire::client::ClientError;
use sotto_wire::client::post;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// An endpoint of the operator's settings.
pub struct EndpointSettings {
    /// In which account it is a function.
    pub account: AccountId,
    /// In which Region.
    pub region: Region,
    /// Under which name.
    pub name: Public<String>,
    /// `https://…`, or `http://…` of this machine.
    pub url: Public<String>,
    /// The token that is shown there.
    pub bearer: Option<RawText>,
    /// Certificates that are believed instead of the system's.
    pub ca: Option<PathBuf>,
    /// How long an answer may take.
    pub timeout: Duration,
}

/// Endpoints of a server.
const ENDPOINTS_MAX: usize = 256;
/// Between two attempts to make the functions of endpoints.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// An address that answers.
pub(super) struct Endpoint {
    scope: FunctionScope,
    name: Public<String>,
    address: post::Endpoint,
    trust: post::Trust,
    bearer: Option<RawText>,
    timeout: Duration,
}

/// Endpoints by their functions' ARNs.
pub(super) type Endpoints = HashMap<Public<String>, Arc<Endpoint>>;

/// Whether a function stands for an endpoint: through the API none is made without a runtime.
pub(super) fn is_endpoint(function: &Function) -> bool {
    function.runtime.get().is_empty()
}

/// Reads the settings of endpoints.
pub(super) fn read(all: Vec<EndpointSettings>) -> Result<Endpoints, ApiError> {
    if all.len() > ENDPOINTS_MAX {
        return Err(ApiError::Endpoint { number: ENDPOINTS_MAX + 1 });
    }
    let mut endpoints = Endpoints::new();
    for (at, one) in all.into_iter().enumerate() {
        let wrong = || ApiError::Endpoint { number: at + 1 };
        let address = post::Endpoint::parse(&one.url).filter(post::Endpoint::is_private);
        let scope = FunctionScope { account: one.account, region: one.region };
        let arn = arn(&scope, &one.name);
        // The name is read back as requests name functions.
        Meant::at(&arn).filter(|meant| meant.arn() == arn).ok_or_else(wrong)?;
        let endpoint = Endpoint {
            scope,
            name: one.name,
            address: address.ok_or_else(wrong)?,
            trust: post::Trust::of(one.ca.as_deref()).map_err(|_| wrong())?,
            bearer: one.bearer,
            timeout: one.timeout,
        };
        if endpoints.insert(arn, Arc::new(endpoint)).is_some() {
            return Err(wrong());
        }
    }
    Ok(endpoints)
}

impl Endpoint {
    /// One event and its answer.
    pub(super) async fn ask(&self, event: &Event) -> Ran {
        let headers = [("x-amzn-requestid", event.id.clone())];
        let asked =
            self.address.ask((&self.trust, self.bearer.as_ref()), &headers, &event.event, PAYLOAD_BYTES_MAX);
        let begun = Instant::now();
        let (answer, failed) = match tokio::time::timeout(self.timeout, asked).await {
            Err(_) => (error("the endpoint took too long"), Some(Failed::Timeout)),
            Ok(Err(ClientError::Unreadable { .. })) => {
                (error("the endpoint's answer is too large or broke off"), Some(Failed::Answer))
            }
            Ok(Err(_)) => (error("the endpoint cannot be reached"), Some(Failed::Exit)),
            Ok(Ok((200..=299, answer))) if super::invoke::is_json(&answer) => (answer, None),
            Ok(Ok((200..=299, _))) => (error("the endpoint's answer is no JSON"), Some(Failed::Function)),
            Ok(Ok(_)) => (error("the endpoint refused the event"), Some(Failed::Function)),
        };
        let (tail, took) = (RawBytes::default(), begun.elapsed());
        Ok(Outcome { answer, failed, tail, took, cold: None, memory_bytes: 0 })
    }

    /// The function that stands for it.
    fn function(&self, api: &Api, code: sotto_functions::Code) -> Function {
        let draw = api.draw();
        let since = api.now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap_or_default();
        Function {
            name: self.name.clone(),
            uid: u128::from_be_bytes(draw.bytes()),
            revision: u128::from_be_bytes(draw.bytes()),
            modified_ms: u64::try_from(since.as_millis()).unwrap_or(u64::MAX),
            code,
            runtime: "".into(),
            handler: "".into(),
            role: "".into(),
            description: None,
            environment: None,
            timeout_seconds: u32::try_from(self.timeout.as_secs()).unwrap_or(u32::MAX).max(1),
            memory_mib: super::settings::MEMORY_MIB,
            layers: Vec::new(),
            log_group: None,
            architecture: "x86_64".into(),
            concurrency: None,
            permissions: Vec::new(),
            tags: std::collections::BTreeMap::new(),
        }
    }

    /// Makes the function where there is none of its name; whether that is settled.
    async fn make(&self, api: &Api) -> bool {
        let there =
            |rooms: &crate::shelves::Rooms| rooms.functions.function(&self.scope, &self.name).is_some();
        if there(&api.state.now().rooms) {
            return true;
        }
        let Ok(code) = keep(api, RawBytes::new(NO_CODE.to_vec())).await else { return false };
        let function = self.function(api, code);
        let act = ServiceAct {
            service: "lambda",
            act: ("lambda", "CreateFunction"),
            account: &self.scope.account,
            region: &self.scope.region,
            resources: vec![("AWS::Lambda::Function", arn(&self.scope, &self.name))],
            error: None,
        };
        let Some(row) = api.row_of(act) else { return false };
        let made = api
            .state
            .change(|drafts| drafts.functions.create(&self.scope, function.clone()), |()| vec![row.clone()])
            .await;
        match made {
            Ok(_) => true,
            Err(refused) => {
                discard(api, &function.code).await;
                // Another server of the cluster was faster, or there is no room for it.
                matches!(refused, NotChanged::Refused(RegistryError::Exists | RegistryError::Limit { .. }))
            }
        }
    }
}

/// Makes the functions of endpoints, until each is there.
pub(super) async fn make_all(api: Weak<Api>, endpoints: Vec<Arc<Endpoint>>) {
    let mut left = endpoints;
    while !left.is_empty() {
        let Some(api) = api.upgrade().filter(|api| api.is_ready()) else { return };
        let mut next = Vec::new();
        for endpoint in left {
            if !endpoint.make(&api).await {
                next.push(endpoint);
            }
        }
        left = next;
        drop(api);
        if !left.is_empty() {
            tokio::time::sleep(AGAIN_AFTER).await;
        }
    }
}

/// A failure as runtimes write one.
fn error(words: &'static str) -> RawBytes {
    let error = serde_json::json!({"errorMessage": words, "errorType": "Sotto.Endpoint"});
    RawBytes::new(error.to_string().into_bytes())
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "settings of a test")]
mod tests {
    use super::*;

    fn settings(name: &str, url: &str) -> EndpointSettings {
        EndpointSettings {
            account: AccountId::parse("111122223333").unwrap(),
            region: Region::parse("eu-central-1").unwrap(),
            name: Public::from_pinned_text(name.to_owned()),
            url: Public::from_pinned_text(url.to_owned()),
            bearer: None,
            ca: None,
            timeout: Duration::from_secs(1),
        }
    }

    #[test]
    fn endpoints_are_names_of_functions_at_private_addresses() {
        for (name, url, wanted) in [
            ("hook", "https://hooks.example/in", true),
            ("hook", "http://127.0.0.1:8080/in", true),
            ("hook", "http://[::1]:8080/", true),
            ("hook", "http://hooks.example/in", false),
            ("hook", "syslogs:", false),
            ("hook:1", "https://hooks.example/in", false),
            ("ho ok", "https://hooks.example/in", false),
            ("", "https://hooks.example/in", false),
        ] {
            assert_eq!(read(vec![settings(name, url)]).is_ok(), wanted, "{name} {url}");
        }
        let twice = vec![settings("hook", "https://a.example"), settings("hook", "https://b.example")];
        assert!(matches!(read(twice), Err(ApiError::Endpoint { number: 2 })));
        let many = |count: usize| {
            read((0..count).map(|number| settings(&format!("h{number}"), "http://127.0.0.1:1")).collect())
        };
        assert!(many(ENDPOINTS_MAX).is_ok() && many(ENDPOINTS_MAX + 1).is_err());
    }
}
