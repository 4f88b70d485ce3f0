//! What does a process get of the server? Code and layers, its environment, credentials of its role, a place for its output: each when
//! it begins, by what holds then.
//!
//! Credentials are a session of the function's role, which must still trust Lambda; making them is on record. They last as long as
//! the role's sessions may, and a process ends before they do.
//!
//! What is looked up is the function that is there now; what begins may be an older one that waited for its place. It gets
//! nothing then: a function's code, environment and role go together, or not at all.

use super::code::{fetched, opened_environment};
use super::endpoints::{Endpoint, EndpointSettings, Endpoints};
use super::functions::group_of;
use super::later::Later as LaterEvents;
use super::layers::version_at;
use super::refer::Meant;
use super::row::ServiceAct;
use super::settings::trusts_lambda;
use super::shapes::arn;
use crate::api::Api;
use crate::error::ApiError;
use crate::state::Snapshot;
use crate::turns::{Shares, Turns};
use sotto_arn::{AccountId, LogGroupName, PrincipalArn};
use sotto_directory::id::{secret, session_key_id};
use sotto_directory::{Claims, Role, SessionKind};
use sotto_functions::{
    Credentials, Deployment, Function, FunctionScope, FunctionsError, Host, Later, Line, PROCESSES_MAX,
    Package, Pool, Runtime, Secrets, Settings,
};
use sotto_logs::{Millis, Scope, StreamName};
use sotto_public::Public;
use sotto_sensitive::RawText;
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, SystemTime};

/// What is given for functions.
pub struct FunctionSettings {
    /// How processes are started, and how many, where they are.
    pub processes: Option<Settings>,
    /// Where functions find AWS's services: this server.
    pub endpoint: Option<Public<String>>,
    /// Functions that are addresses.
    pub endpoints: Vec<EndpointSettings>,
}

/// A process ends so long before its credentials: the longest invocation, and a minute.
const ENDS_BEFORE: Duration = Duration::from_secs(960);

/// Where functions run, where they do.
pub(crate) struct Runs {
    pool: OnceLock<Arc<Pool>>,
    processes_max: usize,
    endpoints: Endpoints,
    /// Invocations at one time, by account.
    pub(super) turns: Turns<AccountId>,
    pub(super) later: Arc<LaterEvents>,
    failed: std::sync::atomic::AtomicBool,
}

impl Runs {
    /// What is to be run, and where; nothing runs yet.
    pub(crate) fn new(settings: Option<&mut FunctionSettings>) -> Result<Self, ApiError> {
        let (mut processes_max, mut given) = (PROCESSES_MAX, Vec::new());
        if let Some(settings) = settings {
            processes_max = settings.processes.as_ref().map_or(PROCESSES_MAX, |all| all.processes_max).max(1);
            given = std::mem::take(&mut settings.endpoints);
        }
        Ok(Self {
            pool: OnceLock::new(),
            processes_max,
            endpoints: super::endpoints::read(given)?,
            turns: Turns::new(Shares::of(processes_max)),
            later: Arc::default(),
            failed: false.into(),
        })
    }

    /// Begins to run functions; call it inside of a runtime. Whether processes are run: what keeps them from it keeps no server from
    /// its other work.
    pub(crate) fn start(&self, api: &Weak<Api>, settings: FunctionSettings) -> bool {
        let endpoints: Vec<_> = self.endpoints.values().cloned().collect();
        tokio::spawn(super::endpoints::make_all(Weak::clone(api), endpoints));
        let FunctionSettings { processes, endpoint, .. } = settings;
        let Some(processes) = processes else { return false };
        match Pool::start(processes, Arc::new(Yard { api: Weak::clone(api), endpoint })) {
            Ok(pool) => {
                let _first = self.pool.set(pool);
                true
            }
            Err(_) => {
                self.failed.store(true, std::sync::atomic::Ordering::Release);
                false
            }
        }
    }

    /// Whether processes were to be run, and could not be.
    pub(crate) fn have_failed(&self) -> bool {
        self.failed.load(std::sync::atomic::Ordering::Acquire)
    }

    /// The address of a function.
    pub(super) fn endpoint(&self, arn: &Public<String>) -> Result<&Arc<Endpoint>, FunctionsError> {
        self.endpoints.get(arn).ok_or(FunctionsError::Closed)
    }

    /// The processes.
    pub(super) fn pool(&self) -> Result<&Arc<Pool>, FunctionsError> {
        self.pool.get().ok_or(FunctionsError::Closed)
    }

    /// Ends the processes of a function that is gone or changed.
    pub(super) fn forget(&self, arn: &Public<String>) {
        if let Some(pool) = self.pool.get() {
            pool.forget(arn);
        }
    }

    /// Ends everything.
    pub(crate) fn close(&self) {
        if let Some(pool) = self.pool.get() {
            pool.close();
        }
    }

    /// A function as it runs now.
    pub(super) fn deployment(
        &self,
        scope: &FunctionScope,
        function: &Function,
    ) -> Result<Arc<Deployment>, FunctionsError> {
        let runtime =
            Runtime::find(function.runtime.get().as_str()).ok_or(FunctionsError::NoInterpreter("these"))?;
        let most = self.processes_max;
        let asked = function.concurrency.and_then(|most| usize::try_from(most).ok());
        // A function that reserves nothing leaves room for others.
        let concurrency = asked.unwrap_or(most.div_ceil(2)).min(most);
        Ok(Arc::new(Deployment {
            arn: arn(scope, &function.name),
            name: function.name.clone(),
            version: "$LATEST".into(),
            region: Public::named(&scope.region),
            revision: revision(function, concurrency),
            handler: function.handler.clone(),
            runtime,
            timeout: Duration::from_secs(function.timeout_seconds.into()),
            memory_mib: function.memory_mib,
            log_group: group_of(function),
            concurrency,
        }))
    }
}

/// The number of what runs: another one where the function is another, also one of the same name, or may run more often.
fn revision(function: &Function, concurrency: usize) -> u128 {
    function.revision ^ concurrency as u128
}

/// Whether a function is the very one that runs.
fn is_what_runs(function: &Function, of: &Deployment) -> bool {
    revision(function, of.concurrency) == of.revision
}

/// What the server is for its functions.
struct Yard {
    api: Weak<Api>,
    endpoint: Option<Public<String>>,
}

/// A function that is there now.
struct Standing {
    api: Arc<Api>,
    snapshot: Arc<Snapshot>,
    scope: FunctionScope,
    function: Arc<Function>,
}

impl Yard {
    fn standing(&self, of: &Deployment) -> Result<Standing, FunctionsError> {
        let api = self.api.upgrade().ok_or(FunctionsError::Closed)?;
        let snapshot = api.state.now();
        let Meant { scope, name, .. } = Meant::at(&of.arn).ok_or(FunctionsError::Unavailable)?;
        let function = snapshot.rooms.functions.function(&scope, &name).cloned();
        let function = function.ok_or(FunctionsError::Unavailable)?;
        Ok(Standing { api, snapshot, scope, function })
    }

    /// The function that runs, while it is as it was; another revision of it, or another one of its name, is none.
    fn same(&self, of: &Deployment) -> Result<Standing, FunctionsError> {
        let standing = self.standing(of)?;
        is_what_runs(&standing.function, of).then_some(standing).ok_or(FunctionsError::Unavailable)
    }

    async fn code(&self, of: &Deployment) -> Result<Package, FunctionsError> {
        let Standing { api, snapshot, function, .. } = self.same(of)?;
        let code = fetched(&api, &function.code).await.ok_or(FunctionsError::Unavailable)?;
        let mut layers = Vec::new();
        for layer in &function.layers {
            let version = version_at(&snapshot.rooms.functions, layer).ok_or(FunctionsError::Unavailable)?;
            layers.push(fetched(&api, &version.code).await.ok_or(FunctionsError::Unavailable)?);
        }
        Ok(Package { code, layers })
    }

    async fn for_process(&self, of: &Deployment) -> Result<Secrets, FunctionsError> {
        let standing = self.same(of)?;
        let Standing { api, function, .. } = &standing;
        let environment = opened_environment(&api.store_key, function.uid, function.environment.as_ref());
        let environment = environment.ok_or(FunctionsError::Unavailable)?;
        let credentials =
            standing.credentials(self.endpoint.clone()).await.ok_or(FunctionsError::Unavailable)?;
        Ok(Secrets { environment, credentials: Some(credentials) })
    }

    async fn keep(&self, of: &Deployment, stream: &Public<String>, lines: Vec<Line>) -> Option<()> {
        let standing = self.standing(of).ok()?;
        let (role, parsed) = standing.role()?;
        let Standing { api, snapshot, scope, function } = &standing;
        let session = RawText::new(function.name.get().clone());
        let scope = Scope { account: scope.account.clone(), region: scope.region.clone() };
        let name = LogGroupName::parse(of.log_group.get()).ok()?;
        let writer = crate::logs::Writer::of(api, snapshot, (&parsed, &role), ("lambda", &session))?;
        let stream = StreamName::parse(stream.clone()).ok()?;
        let to = crate::logs::RoleLog { scope, name, stream, makes_group: true };
        let event = |line: Line| {
            let claims = api.follows.claims(&of.arn, &line.text, api.now());
            crate::logs::Event { timestamp: Millis::of(line.at), message: line.text, claims }
        };
        let lines = lines.into_iter().map(event).collect();
        // What cannot be kept is dropped, as where the role may not write: the function goes on.
        crate::logs::keep_lines(api, &writer, &to, lines).await.ok()
    }
}

impl Standing {
    /// The function's role, while it is there.
    fn role(&self) -> Option<(Arc<Role>, PrincipalArn)> {
        let parsed = PrincipalArn::parse(self.function.role.get()).ok()?;
        let account = self.snapshot.rooms.directory.account(parsed.account())?;
        Some((Arc::clone(account.role(parsed.name())?), parsed))
    }

    /// A session of the function's role, once it is on record.
    async fn credentials(&self, endpoint: Option<Public<String>>) -> Option<Credentials> {
        let Self { api, snapshot, scope, function } = self;
        let (role, _) = self.role()?;
        trusts_lambda(snapshot, &function.role, &scope.account, api.now())?.then_some(())?;
        let lasting = u64::from(role.session_seconds_max);
        let issued = api.now().duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
        let mut draw = api.draw();
        let claims = Claims {
            kind: SessionKind::Role,
            key_id: session_key_id(&mut draw),
            secret: secret(&mut draw),
            account: scope.account.clone(),
            subject: role.id.clone(),
            name: role.name.clone(),
            session_name: RawText::new(function.name.get().clone()),
            issued,
            expires: issued.saturating_add(lasting),
            mfa: None,
            source_identity: None,
            tags: Vec::new(),
            policies: Vec::new(),
            policy_arns: Vec::new(),
            provider: None,
            web: Vec::new(),
        };
        let token = claims.token(&api.store_key, draw.bytes()).ok()?;
        let resources = vec![
            ("AWS::IAM::Role", function.role.clone()),
            ("AWS::Lambda::Function", arn(scope, &function.name)),
        ];
        let act = ServiceAct {
            service: "lambda",
            act: ("sts", "AssumeRole"),
            account: &scope.account,
            region: &scope.region,
            resources,
            error: None,
        };
        api.journal.write(api.row_of(act)?).await.ok()?;
        Some(Credentials {
            access_key_id: claims.key_id.public(),
            secret: claims.secret,
            token: RawText::new(token.as_str().to_owned()),
            lasting: Duration::from_secs(lasting).saturating_sub(ENDS_BEFORE),
            endpoint,
        })
    }
}

impl Host for Yard {
    fn package<'a>(&'a self, of: &'a Deployment) -> Later<'a, Result<Package, FunctionsError>> {
        Box::pin(self.code(of))
    }

    fn secrets<'a>(&'a self, of: &'a Deployment) -> Later<'a, Result<Secrets, FunctionsError>> {
        Box::pin(self.for_process(of))
    }

    fn log<'a>(&'a self, of: &'a Deployment, stream: &'a Public<String>, lines: Vec<Line>) -> Later<'a, ()> {
        Box::pin(async move {
            let _kept = self.keep(of, stream, lines).await;
        })
    }

    fn now(&self) -> SystemTime {
        self.api.upgrade().map_or(SystemTime::UNIX_EPOCH, |api| api.now())
    }

    fn random(&self) -> u128 {
        self.api.upgrade().map_or(0, |api| u128::from_be_bytes(api.draw().bytes()))
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a key of a test")]
mod tests {
    use super::*;
    use sotto_functions::Code;
    use sotto_public::Opaque;

    fn function(uid: u128, revision: u128) -> Function {
        Function {
            name: "one".into(),
            uid,
            revision,
            modified_ms: 1,
            code: Code {
                object: 1,
                key: Opaque::from_pinned_bytes(vec![1]),
                sha256: "sum".into(),
                bytes: 1,
                unpacked_bytes: 1,
            },
            runtime: "python3.13".into(),
            handler: "a.b".into(),
            role: "arn:aws:iam::111122223333:role/r".into(),
            description: None,
            environment: None,
            timeout_seconds: 3,
            memory_mib: 128,
            layers: Vec::new(),
            log_group: None,
            architecture: "x86_64".into(),
            concurrency: None,
            permissions: Vec::new(),
            tags: std::collections::BTreeMap::new(),
        }
    }

    #[test]
    fn only_the_function_that_runs_is_the_same() {
        let scope = FunctionScope {
            account: AccountId::parse("111122223333").unwrap(),
            region: sotto_arn::Region::parse("eu-central-1").unwrap(),
        };
        let runs = Runs::new(None).unwrap();
        let of = runs.deployment(&scope, &function(1, 7)).unwrap();
        // Code, settings or layers that are others, and another function of the name: revisions are drawn.
        for (uid, at, wanted) in [(1, 7, true), (1, 8, false), (2, 9, false)] {
            assert_eq!(is_what_runs(&function(uid, at), &of), wanted, "{uid} {at}");
        }
        // What may run more often by now is the same, and still begins.
        let more = Function { concurrency: Some(3), ..function(1, 7) };
        assert!(is_what_runs(&more, &of));
        assert_ne!(runs.deployment(&scope, &more).unwrap().revision, of.revision);
    }
}
