//! What does a process get of the server? Code and layers, its environment, credentials of its role, a place for its output: each when
//! it begins, by what holds then.
//!
//! Credentials are a session of the function's role, which must still trust Lambda; making them is on record. They last as long as
//! the role's sessions may, and a process ends before they do.

use super::code::{fetched, opened_environment};
use super::functions::group_of;
use super::layers::version_at;
use super::refer::Meant;
use super::row::ServiceAct;
use super::settings::trusts_lambda;
use super::shapes::arn;
use crate::api::Api;
use crate::state::Snapshot;
use sotto_arn::{LogGroupName, PrincipalArn};
use sotto_directory::id::{secret, session_key_id};
use sotto_directory::{Claims, Role, SessionKind};
use sotto_functions::{
    Credentials, Deployment, Function, FunctionScope, FunctionsError, Host, Later, Line, Package, Pool,
    Runtime, Secrets, Settings,
};
use sotto_logs::{Millis, Scope, StreamName};
use sotto_public::Public;
use sotto_sensitive::RawText;
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, SystemTime};
use tokio::sync::Semaphore;

/// What is given for functions.
pub struct FunctionSettings {
    /// How processes are started, and how many.
    pub processes: Settings,
    /// Where functions find AWS's services: this server.
    pub endpoint: Option<Public<String>>,
}

/// Asynchronous events that wait or run at one time.
pub(super) const EVENTS_MAX: usize = 256;
/// A process ends so long before its credentials: the longest invocation, and a minute.
const ENDS_BEFORE: Duration = Duration::from_secs(960);

/// Where functions run, where they do.
pub(crate) struct Runs {
    pool: OnceLock<Arc<Pool>>,
    processes_max: OnceLock<usize>,
    pub(super) events: Arc<Semaphore>,
}

impl Default for Runs {
    fn default() -> Self {
        let events = Arc::new(Semaphore::new(EVENTS_MAX));
        Self { pool: OnceLock::new(), processes_max: OnceLock::new(), events }
    }
}

impl Runs {
    /// Begins to run functions; call it inside of a runtime.
    pub(crate) fn start(&self, api: Weak<Api>, settings: FunctionSettings) -> Result<(), FunctionsError> {
        let FunctionSettings { processes, endpoint } = settings;
        // Set once, at the start.
        let _first = self.processes_max.set(processes.processes_max);
        let pool = Pool::start(processes, Arc::new(Yard { api, endpoint }))?;
        let _first = self.pool.set(pool);
        Ok(())
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
        let most = self.processes_max.get().copied().unwrap_or(1);
        let asked = function.concurrency.and_then(|most| usize::try_from(most).ok());
        // A function that reserves nothing leaves room for others.
        let concurrency = asked.unwrap_or(most.div_ceil(2)).min(most);
        Ok(Arc::new(Deployment {
            arn: arn(scope, &function.name),
            name: function.name.clone(),
            version: "$LATEST".into(),
            region: Public::named(&scope.region),
            revision: function.revision ^ concurrency as u128,
            handler: function.handler.clone(),
            runtime,
            timeout: Duration::from_secs(function.timeout_seconds.into()),
            memory_mib: function.memory_mib,
            log_group: group_of(function),
            concurrency,
        }))
    }
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

    async fn code(&self, of: &Deployment) -> Result<Package, FunctionsError> {
        let Standing { api, snapshot, function, .. } = self.standing(of)?;
        let code = fetched(&api, &function.code).await.ok_or(FunctionsError::Unavailable)?;
        let mut layers = Vec::new();
        for layer in &function.layers {
            let version = version_at(&snapshot.rooms.functions, layer).ok_or(FunctionsError::Unavailable)?;
            layers.push(fetched(&api, &version.code).await.ok_or(FunctionsError::Unavailable)?);
        }
        Ok(Package { code, layers })
    }

    async fn for_process(&self, of: &Deployment) -> Result<Secrets, FunctionsError> {
        let standing = self.standing(of)?;
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
        let writer = crate::logs::Writer::of(api, snapshot, (&parsed, &role), &session)?;
        let to = crate::logs::FunctionLog { scope, name, stream: StreamName::parse(stream.clone()).ok()? };
        let lines = lines.into_iter().map(|line| (Millis::of(line.at), line.text)).collect();
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
