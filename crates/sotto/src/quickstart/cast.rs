//! Who plays in the story? An organization with a member account, since service control policies do not bind the management
//! account; a session in the member account; and an operator there, whose key is for going on.

use super::server::{Server, raw};
use crate::fault::Fault;
use crate::remote::{Remote, own, shown};
use anyhow::Result;
use serde_json::json;
use sotto_sensitive::RawText;
use sotto_wire::client::credentials::Surroundings;
use sotto_wire::{Input, Output};
use std::fmt::Write as _;
use std::process::Command;
use std::time::Duration;

/// How often the new account is asked for.
const LOOKS_MAX: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// An access key, of a user or a session.
pub(super) struct Credentials {
    pub(super) id: RawText,
    pub(super) secret: RawText,
    token: Option<RawText>,
}

impl Credentials {
    /// New ones for the root user of a first start.
    pub(super) fn random() -> Result<Self> {
        let mut bytes = [0_u8; 24];
        getrandom::fill(&mut bytes).map_err(|_| Fault::unavailable("the system gives no randomness"))?;
        let secret = bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        Ok(Self { id: raw("QUICKSTARTROOT".to_owned()), secret: raw(secret), token: None })
    }

    /// Hands them to a server that starts.
    pub(super) fn enter(&self, command: &mut Command) {
        command.env("SOTTO_ROOT_ACCESS_KEY_ID", shown(&self.id));
        command.env("SOTTO_ROOT_SECRET_ACCESS_KEY", shown(&self.secret));
    }

    /// Hands them to a client.
    pub(super) fn given_to(&self, surroundings: Surroundings) -> Surroundings {
        let given =
            surroundings.with("AWS_ACCESS_KEY_ID", &self.id).with("AWS_SECRET_ACCESS_KEY", &self.secret);
        match &self.token {
            Some(token) => given.with("AWS_SESSION_TOKEN", token),
            None => given,
        }
    }

    /// Those that an answer holds.
    fn of(mut answer: Input) -> Result<Self> {
        let id = answer.public("AccessKeyId").map(|id| raw(id.get().clone()));
        let token = answer.public("SessionToken").map(|token| raw(token.get().clone()));
        let (secret, token) =
            (answer.take_raw("SecretAccessKey"), token.or_else(|| answer.take_raw("SessionToken")));
        match (id, secret) {
            (Some(id), Some(secret)) => Ok(Self { id, secret, token }),
            _ => Err(unexpected()),
        }
    }
}

/// Who plays.
pub(super) struct Cast {
    /// Somebody of the management account.
    boss: Remote,
    /// A session in the member account.
    pub(super) member: Remote,
    /// The member account's id.
    pub(super) account: String,
    /// A user there.
    pub(super) operator: Credentials,
}

impl Cast {
    /// Makes them all.
    pub(super) fn gather(server: &Server) -> Result<Self> {
        let boss = server.as_whom(&administrator(&server.as_root()?, "boss")?)?;
        let account = member_account(&boss)?;
        let role = format!("arn:aws:iam::{account}:role/OrganizationAccountAccessRole");
        let session = Output::new().with("RoleArn", own(&role)).with("RoleSessionName", own("quickstart"));
        let mut answer = boss.ask("sts", "AssumeRole", session)?;
        let member = Credentials::of(answer.take("Credentials").ok_or_else(unexpected)?)?;
        let member = server.as_whom(&member)?;
        let operator = administrator(&member, "operator")?;
        Ok(Self { boss, member, account, operator })
    }

    /// Attaches a policy to the member account that denies unmask; its id.
    pub(super) fn forbid_unmask(&self) -> Result<String> {
        let text = json!({"Version": "2012-10-17", "Statement": [{
            "Sid": "NoOriginals", "Effect": "Deny", "Action": "logs:Unmask", "Resource": "*"
        }]});
        let input = Output::new()
            .with("Name", own("no-originals"))
            .with("Description", own("nobody sees what was masked"))
            .with("Type", "SERVICE_CONTROL_POLICY")
            .with("Content", own(&text.to_string()));
        let mut answer = self.boss.ask("organizations", "CreatePolicy", input)?;
        let summary = answer.take("Policy").and_then(|mut policy| policy.take("PolicySummary"));
        let id = word(&summary.ok_or_else(unexpected)?, "Id")?;
        self.boss.ask("organizations", "AttachPolicy", self.attachment(&id))?;
        Ok(id)
    }

    /// Takes it away again.
    pub(super) fn allow_unmask(&self, policy: &str) -> Result<()> {
        self.boss.ask("organizations", "DetachPolicy", self.attachment(policy))?;
        Ok(())
    }

    fn attachment(&self, policy: &str) -> Output {
        Output::new().with("PolicyId", own(policy)).with("TargetId", own(&self.account))
    }
}

/// A user who may everything, with an access key.
pub(super) fn administrator(of: &Remote, name: &str) -> Result<Credentials> {
    let user = || Output::new().with("UserName", own(name));
    of.ask("iam", "CreateUser", user())?;
    let policy = user().with("PolicyArn", own("arn:aws:iam::aws:policy/AdministratorAccess"));
    of.ask("iam", "AttachUserPolicy", policy)?;
    let mut answer = of.ask("iam", "CreateAccessKey", user())?;
    Credentials::of(answer.take("AccessKey").ok_or_else(unexpected)?)
}

/// An organization with service control policies and one member account; the account's id.
fn member_account(boss: &Remote) -> Result<String> {
    boss.ask("organizations", "CreateOrganization", Output::new().with("FeatureSet", "ALL"))?;
    let roots = boss.ask("organizations", "ListRoots", Output::new())?;
    let root = roots.list("Roots").next().and_then(|root| Some(root.public("Id")?.get().clone()));
    let root = root.ok_or_else(unexpected)?;
    let kind = Output::new().with("RootId", own(&root)).with("PolicyType", "SERVICE_CONTROL_POLICY");
    match boss.ask("organizations", "EnablePolicyType", kind) {
        Err(error) if error.code() != "PolicyTypeAlreadyEnabledException" => return Err(error.into()),
        _ => {}
    }
    let account =
        Output::new().with("Email", own("payments@example.net")).with("AccountName", own("payments"));
    let mut status = boss.ask("organizations", "CreateAccount", account)?;
    let request = word(&status.take("CreateAccountStatus").ok_or_else(unexpected)?, "Id")?;
    for _ in 0..LOOKS_MAX {
        let input = Output::new().with("CreateAccountRequestId", own(&request));
        let mut answer = boss.ask("organizations", "DescribeCreateAccountStatus", input)?;
        let status = answer.take("CreateAccountStatus").ok_or_else(unexpected)?;
        if let Some(id) = status.public("AccountId") {
            return Ok(id.get().clone());
        }
        std::thread::sleep(PAUSE);
    }
    Err(Fault::unavailable("the member account was not made in time"))
}

fn word(answer: &Input, name: &'static str) -> Result<String> {
    answer.public(name).map(|word| word.get().clone()).ok_or_else(unexpected)
}

fn unexpected() -> anyhow::Error {
    Fault::unavailable("the server answered something unexpected")
}
