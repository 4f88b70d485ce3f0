//! Do AWS's own Encryption SDKs and sotto read each other's messages? Python's from `.venv`, JavaScript's from `.node`.

use super::{installed, root};
use std::path::Path;
use std::process::Command;

/// Runs a script with the program and a directory, and gives its last line.
fn run(program: &Path, script: &str, more: &[&Path]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(script);
    let mut command = Command::new(program);
    if program.ends_with("python") {
        command.args(["-W", "ignore"]);
    }
    let run =
        command.arg(script).arg(env!("CARGO_BIN_EXE_sotto")).arg(folder.path()).args(more).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8_lossy(&run.stdout).trim().to_owned()
}

#[test]
fn the_python_sdk_reads_what_is_written_and_the_reverse() {
    let Some(python) = installed(root().join(".venv/bin/python")) else { return };
    assert_eq!(run(&python, "messages.py", &[]), "200 messages");
}

#[test]
fn the_javascript_sdk_reads_what_is_written_and_the_reverse() {
    let packages = root().join(".node");
    let Some(_) = installed(packages.join("node_modules/@aws-crypto/client-node")) else { return };
    let node = ["/usr/bin/node", "/usr/local/bin/node"].into_iter().map(Path::new).find(|path| path.exists());
    let Some(node) = installed(node.unwrap_or(Path::new("/usr/bin/node")).to_owned()) else { return };
    assert_eq!(run(&node, "messages.mjs", &[&packages.canonicalize().unwrap()]), "141 messages");
}

#[test]
fn keys_of_the_server_are_keys_of_messages() {
    let Some(python) = installed(root().join(".venv/bin/python")) else { return };
    let server = super::Server::start();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/messages_kms.py");
    let endpoint = format!("http://{}", server.address);
    let mut command = server.client(&python);
    command.env("AWS_ENDPOINT_URL_KMS", &endpoint).args(["-W", "ignore"]).arg(script);
    let run = command.arg(env!("CARGO_BIN_EXE_sotto")).arg(endpoint).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(String::from_utf8_lossy(&run.stdout).trim(), "9 messages");
}
