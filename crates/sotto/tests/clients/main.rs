//! Do AWS's own clients drive the server, unchanged? boto3 and AWS CLI version 1 from `.venv`, version 2 from Debian's package,
//! over HTTP and over HTTPS with the exported authority.
//!
//! A client that is not installed is said to be absent, and fails the test where `CI` is `true`.

#![cfg(test)]
#![cfg(feature = "server")]

mod bot_verbs;
mod bots;
mod console;
mod deliveries;
mod front_page;
mod functions;
mod hsm;
mod log_groups;
mod messages;
mod operations;
mod verbs;

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const KEY: &str = "FOOBARKEY";
const SECRET: &str = "FOOBARSECRET";

struct Server {
    child: Child,
    address: String,
    data: tempfile::TempDir,
}

impl Server {
    fn start() -> Self {
        Self::start_with(&[])
    }

    /// With further options.
    fn start_with(options: &[&str]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_sotto"))
            .args(["serve", "--listen", "127.0.0.1:0", "--log", "off", "--data"])
            .arg(data.path())
            .args(options)
            .env("SOTTO_ROOT_ACCESS_KEY_ID", KEY)
            .env("SOTTO_ROOT_SECRET_ACCESS_KEY", SECRET)
            .env_remove("SOTTO_PASSPHRASE")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let address = lines.find_map(|line| line.strip_prefix("listening ").map(str::to_owned)).unwrap();
        Self { child, address, data }
    }

    /// The environment that AWS's clients know, and nothing of this machine's.
    fn client(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.data.path())
            .env("LC_ALL", "C.UTF-8")
            .env("AWS_ACCESS_KEY_ID", KEY)
            .env("AWS_SECRET_ACCESS_KEY", SECRET)
            .env("AWS_DEFAULT_REGION", "eu-central-1")
            .env("AWS_CA_BUNDLE", self.data.path().join("tls/ca.pem"))
            .env("AWS_EC2_METADATA_DISABLED", "true");
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The program, or a word about its absence.
fn installed(path: PathBuf) -> Option<PathBuf> {
    if path.exists() {
        return Some(path);
    }
    let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(!ci, "{} is absent; scripts/test installs it", path.display());
    eprintln!("{} is absent: not tested", path.display());
    None
}

#[test]
fn boto3_drives_everything() {
    let Some(python) = installed(root().join(".venv/bin/python")) else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/drive_boto3.py");
    for scheme in ["http", "https"] {
        let server = Server::start();
        let endpoint = format!("{scheme}://{}", server.address);
        let run = server.client(&python).args(["-W", "ignore"]).arg(&script).arg(endpoint).output().unwrap();
        let said = String::from_utf8_lossy(&run.stdout).into_owned();
        assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
    }
}

#[test]
fn roles_sessions_and_organizations_are_as_documented() {
    let Some(python) = installed(root().join(".venv/bin/python")) else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/who_may.py");
    let server = Server::start();
    let endpoint = format!("http://{}", server.address);
    let run = server.client(&python).args(["-W", "ignore"]).arg(&script).arg(endpoint).output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn keys_do_what_is_documented_and_what_they_sign_verifies_elsewhere() {
    let Some(python) = installed(root().join(".venv/bin/python")) else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/keys.py");
    let server = Server::start();
    let endpoint = format!("http://{}", server.address);
    let run = server.client(&python).args(["-W", "ignore"]).arg(&script).arg(endpoint).output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
}

/// One command of the CLI: what it printed, as JSON, or the error it ended with.
fn aws(server: &Server, program: &Path, endpoint: &str, args: &[&str]) -> Result<Value, String> {
    let run = server
        .client(program)
        .args(["--endpoint-url", endpoint, "--output", "json"])
        .args(args)
        .output()
        .unwrap();
    if !run.status.success() {
        return Err(String::from_utf8_lossy(&run.stderr).into_owned());
    }
    let text = String::from_utf8_lossy(&run.stdout).into_owned();
    Ok(if text.trim().is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() })
}

fn drive(program: &Path) {
    let server = Server::start();
    for scheme in ["http", "https"] {
        let endpoint = format!("{scheme}://localhost:{}", server.address.rsplit(':').next().unwrap());
        let ask = |line: &str| aws(&server, program, &endpoint, &line.split(' ').collect::<Vec<_>>());
        let name = |word: &str| format!("{word}-{scheme}");
        let identity = ask("sts get-caller-identity").unwrap();
        assert!(identity["Arn"].as_str().unwrap().ends_with(":root"), "{identity}");
        let user =
            ask(&format!("iam create-user --user-name {} --tags Key=team,Value=x", name("u"))).unwrap();
        assert_eq!(user["User"]["UserName"], name("u").as_str());
        assert!(
            ask(&format!("iam create-user --user-name {}", name("u")))
                .unwrap_err()
                .contains("EntityAlreadyExists")
        );
        let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}"#;
        let role = name("r");
        let made = aws(
            &server,
            program,
            &endpoint,
            &["iam", "create-role", "--role-name", &role, "--assume-role-policy-document", document],
        );
        let arn = made.unwrap()["Role"]["Arn"].as_str().unwrap().to_owned();
        ask(&format!(
            "iam attach-role-policy --role-name {role} --policy-arn arn:aws:iam::aws:policy/ReadOnlyAccess"
        ))
        .unwrap();
        let session = ask(&format!("sts assume-role --role-arn {arn} --role-session-name one"));
        assert!(session.is_err(), "the root user may not assume roles");
        assert_eq!(
            ask("iam list-users").unwrap()["Users"].as_array().unwrap().len(),
            1 + usize::from(scheme == "https")
        );
        let simulated = ask(
            "iam simulate-custom-policy --policy-input-list {\"Version\":\"2012-10-17\",\"Statement\":[]} --action-names iam:GetUser",
        );
        assert!(
            simulated.is_err()
                || simulated.unwrap()["EvaluationResults"][0]["EvalDecision"] == "implicitDeny"
        );
        assert!(ask("iam get-user --user-name nobody").unwrap_err().contains("NoSuchEntity"));
        assert!(ask("s3api list-buckets").unwrap_err().contains("NotImplemented"));
    }
    let endpoint = format!("http://{}", server.address);
    let ask = |line: &str| aws(&server, program, &endpoint, &line.split(' ').collect::<Vec<_>>());
    ask("organizations create-organization").unwrap();
    let roots = ask("organizations list-roots").unwrap();
    let root = roots["Roots"][0]["Id"].as_str().unwrap();
    let unit =
        ask(&format!("organizations create-organizational-unit --parent-id {root} --name bots")).unwrap();
    assert!(unit["OrganizationalUnit"]["Id"].as_str().unwrap().starts_with("ou-"));
    let events = ask(
        "cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=CreateRole --region eu-central-1",
    );
    assert_eq!(events.unwrap()["Events"].as_array().unwrap().len(), 2);
}

#[test]
fn aws_cli_version_1_drives_it() {
    if let Some(program) = installed(root().join(".venv/bin/aws")) {
        drive(&program);
    }
}

#[test]
fn aws_cli_version_2_drives_it() {
    if let Some(program) = installed("/usr/bin/aws".into()) {
        drive(&program);
    }
}
