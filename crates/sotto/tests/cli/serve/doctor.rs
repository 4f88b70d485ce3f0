//! What does `sotto doctor` say about an installation, and does it see what was spoiled?

use super::*;
use std::os::unix::fs::PermissionsExt;

fn doctor(data: &Path, more: &[&str]) -> (Run, Vec<serde_json::Value>) {
    let mut command = command(&["doctor", "--format", "json", "--data"]);
    command.arg(data).args(more).env_remove("SOTTO_PASSPHRASE");
    let run = finished(command.output().unwrap());
    let findings = run.json().as_array().cloned().unwrap_or_default();
    (run, findings)
}

/// The findings of one check.
fn of<'a>(findings: &'a [serde_json::Value], check: &str) -> Vec<&'a serde_json::Value> {
    findings.iter().filter(|finding| finding["check"] == check).collect()
}

#[test]
fn a_fresh_installation_has_no_problem_and_a_spoiled_one_has() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::start(&data, &[]);
    let (run, findings) = doctor(&data, &[]);
    assert_eq!(run.code, 0, "{findings:?}");
    assert!(of(&findings, "store")[0]["says"].as_str().unwrap().contains("not looked at"), "a server runs");
    assert_eq!(server.end().0, 0);

    let (run, findings) = doctor(&data, &[]);
    assert_eq!(run.code, 0, "{findings:?}");
    assert_eq!(of(&findings, "root key")[0]["says"], "number 1 opens the store");
    for (check, level) in [
        ("files", "ok"),
        ("data directory", "ok"),
        ("core files", "ok"),
        ("trail", "ok"),
        ("erasures", "ok"),
        ("checkpoints", "warning"),
        ("root key file", "ok"),
    ] {
        assert_eq!(of(&findings, check)[0]["level"], level, "{check}: {findings:?}");
    }
    assert!(findings.iter().all(|finding| finding["level"] == "ok" || finding["fix"].is_string()));

    std::fs::set_permissions(data.join("tls/server.key"), PermissionsExt::from_mode(0o640)).unwrap();
    std::fs::rename(data.join("root.key"), data.join("elsewhere")).unwrap();
    let settings = folder.path().join("sotto.toml");
    let device = "[serve]\nsubject_backup_days = 90\n[serve.devices.cluster-2a23b4cdefg]\nmodule = 'none.so'\ntoken = 'a'\n";
    std::fs::write(&settings, device).unwrap();
    let (run, findings) = doctor(&data, &["--config", settings.to_str().unwrap()]);
    assert_eq!(run.code, 1, "{findings:?}");
    let problems: Vec<&str> = findings
        .iter()
        .filter(|finding| finding["level"] == "problem")
        .map(|finding| finding["check"].as_str().unwrap())
        .collect();
    assert_eq!(problems, ["files", "device", "root key"]);
    assert!(of(&findings, "device")[0]["says"].as_str().unwrap().contains("cannot be loaded"));
    assert!(of(&findings, "erasures")[0]["says"].as_str().unwrap().contains("90 days"));
}
