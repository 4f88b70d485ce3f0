//! The words of the command: help texts stand in `help/*.txt`; completions and manual page are made.
//!
//! After a wanted change: `SOTTO_UPDATE=1 cargo test -p sottovoce --test cli help`.

use super::*;

#[cfg(feature = "server")]
const PAGES: [(&str, &[&str]); 62] = [
    ("sotto", &["--help"]),
    ("scan", &["scan", "--help"]),
    ("mask", &["mask", "--help"]),
    ("policy-check", &["policy", "check", "--help"]),
    ("policy-lint", &["policy", "lint", "--help"]),
    ("policy-explain", &["policy", "explain", "--help"]),
    ("policy-simulate", &["policy", "simulate", "--help"]),
    ("policy-diff", &["policy", "diff", "--help"]),
    ("identifiers", &["identifiers", "--help"]),
    ("identifiers-list", &["identifiers", "list", "--help"]),
    ("identifiers-show", &["identifiers", "show", "--help"]),
    ("identifiers-check", &["identifiers", "check", "--help"]),
    ("eval", &["eval", "--help"]),
    ("quickstart", &["quickstart", "--help"]),
    ("serve", &["serve", "--help"]),
    ("doctor", &["doctor", "--help"]),
    ("backup", &["backup", "--help"]),
    ("restore", &["restore", "--help"]),
    ("keys", &["keys", "--help"]),
    ("keys-init", &["keys", "init", "--help"]),
    ("keys-rotate-root", &["keys", "rotate-root", "--help"]),
    ("keys-status", &["keys", "status", "--help"]),
    ("keys-caller-input", &["keys", "caller-input", "--help"]),
    ("keys-caller-input-make", &["keys", "caller-input", "make", "--help"]),
    ("logs", &["logs", "--help"]),
    ("logs-protect", &["logs", "protect", "--help"]),
    ("logs-list", &["logs", "list", "--help"]),
    ("logs-retroactive", &["logs", "retroactive", "--help"]),
    ("logs-retroactive-list", &["logs", "retroactive", "list", "--help"]),
    ("logs-retroactive-status", &["logs", "retroactive", "status", "--help"]),
    ("logs-retroactive-stop", &["logs", "retroactive", "stop", "--help"]),
    ("logs-settings", &["logs", "settings", "--help"]),
    ("functions", &["functions", "--help"]),
    ("functions-list", &["functions", "list", "--help"]),
    ("functions-create", &["functions", "create", "--help"]),
    ("functions-invoke", &["functions", "invoke", "--help"]),
    ("functions-check", &["functions", "check", "--help"]),
    ("functions-events", &["functions", "events", "--help"]),
    ("functions-dev", &["functions", "dev", "--help"]),
    ("functions-events-list", &["functions", "events", "list", "--help"]),
    ("functions-events-make", &["functions", "events", "make", "--help"]),
    ("bots", &["bots", "--help"]),
    ("bots-inventory", &["bots", "inventory", "--help"]),
    ("bots-protect", &["bots", "protect", "--help"]),
    ("bots-classify", &["bots", "classify", "--help"]),
    ("bots-test", &["bots", "test", "--help"]),
    ("bots-example", &["bots", "example", "--help"]),
    ("chat", &["chat", "--help"]),
    ("put", &["put", "--help"]),
    ("tail", &["tail", "--help"]),
    ("query", &["query", "--help"]),
    ("encrypt", &["encrypt", "--help"]),
    ("decrypt", &["decrypt", "--help"]),
    ("certs", &["certs", "--help"]),
    ("certs-show", &["certs", "show", "--help"]),
    ("certs-renew", &["certs", "renew", "--help"]),
    ("certs-client", &["certs", "client", "--help"]),
    ("trail", &["trail", "--help"]),
    ("trail-list", &["trail", "list", "--help"]),
    ("trail-verify", &["trail", "verify", "--help"]),
    ("trail-export", &["trail", "export", "--help"]),
    ("completions", &["completions", "--help"]),
];

#[test]
#[cfg(feature = "server")]
#[expect(clippy::disallowed_methods, reason = "writes the expected texts when asked to")]
fn help_texts_are_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/help");
    for (name, args) in PAGES {
        let (run, path) = (sotto(args), folder.join(format!("{name}.txt")));
        if std::env::var_os("SOTTO_UPDATE").is_some() {
            std::fs::write(&path, run.fine()).unwrap();
        }
        assert_eq!(run.fine(), std::fs::read_to_string(&path).unwrap(), "{name}");
    }
}

#[test]
fn versions_completions_and_the_manual_are_made() {
    assert_eq!(sotto(&["--version"]).fine(), concat!("sotto ", env!("CARGO_PKG_VERSION"), "\n"));
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        assert!(sotto(&["completions", shell]).fine().contains("test-cards"), "{shell}");
    }
    let manual = sotto(&["man"]);
    for part in [".TH sotto 1", ".TH sotto-scan 1", ".TH sotto-identifiers-check 1", "token\\-key\\-file"] {
        assert!(manual.fine().contains(part), "{part}: {}", manual.text());
    }
}

#[test]
fn wrong_usage_ends_with_2_and_a_way_out() {
    for (args, expected) in [
        (&["scna"][..], "scan"),
        (&["mask", "a.log"], "--output"),
        (&["scan", "--format", "xml"], "sarif"),
        (&["scan", "--min-score", "7"], "from 0 to 1"),
        (&["scan", "-", "-"], "named twice"),
        (&["completions", "tcsh"], "zsh"),
    ] {
        let run = sotto(args);
        assert!(run.code == 2 && run.err.contains(expected) && run.out.is_empty(), "{args:?}: {}", run.err);
    }
    assert_eq!(sotto(&[]).code, 2);
}
