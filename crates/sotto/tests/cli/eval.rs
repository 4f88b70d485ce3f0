//! `sotto eval`: the measures, and that another program computes the same ones.

use super::*;
use serde_json::{Value, json};

/// Two labels, one finding too long, one too many, one missed.
fn data() -> String {
    let lines = [
        json!({"text": "é mail a@b.example, phone none", "spans": [{"start": 7, "end": 18, "label": "Mail"}]}),
        json!({"text": format!("card {CARD} x"), "spans": [{"start": 5, "end": 20, "label": "CreditCardNumber-X"}]}),
        json!({"text": "c@d.example", "spans": []}),
        json!({"text": "nothing to find", "spans": [{"start": 0, "end": 7, "label": "Name"}]}),
    ];
    lines.map(|line| format!("{line}\n")).concat()
}

fn close(value: &Value, expected: f64) -> bool {
    (value.as_f64().unwrap() - expected).abs() < 1e-12
}

#[test]
fn measures_are_computed() {
    let folder = Folder::new();
    let (data, map) =
        (folder.write("data.jsonl", data()), folder.write("map.json", r#"{"EmailAddress":"Mail"}"#));
    let args = ["eval", "--family", "--map", &map, "--format", "json", &data];
    let run = sotto(&args);
    run.fine();
    let report = run.json();
    let all = &report[&data];
    assert_eq!(all["labels"]["Mail"]["gold"], 1);
    assert!(close(&all["labels"]["Mail"]["p"], 0.5) && close(&all["labels"]["Mail"]["r"], 1.0));
    assert!(
        close(&all["labels"]["CreditCardNumber"]["f1"], 0.0)
            && close(&all["labels"]["CreditCardNumber"]["loose_f1"], 1.0)
    );
    assert!(close(&all["leak"], 7.0 / 33.0), "{}", all["leak"]);
    assert!(close(&all["overmask"], 15.0 / 49.0), "{}", all["overmask"]);
    let only = sotto(&["eval", "--family", "--labels", "CreditCardNumber", "--format", "json", &data]);
    assert_eq!(only.json()[&data]["labels"].as_object().unwrap().len(), 1);
    let text = sotto(&["eval", "--family", "--map", &map, &data]);
    assert!(text.fine().contains("leak 21.21 %  overmask 30.612 %"), "{}", text.text());
}

/// Compares with the script that defines the measures, where SOTTO_EVAL_SCRIPT names it.
#[test]
fn the_script_that_defines_the_measures_agrees() {
    let Some(script) = std::env::var_os("SOTTO_EVAL_SCRIPT").and_then(|script| script.into_string().ok())
    else {
        let _ = writeln!(std::io::stderr(), "SOTTO_EVAL_SCRIPT is not set: not compared");
        return;
    };
    let folder = Folder::new();
    let map = folder.write("map.json", r#"{"EmailAddress":"Mail","IpAddress":null}"#);
    let data = folder.write("data.jsonl", data());
    let theirs = folder.str("theirs.json");
    for options in
        [&["--family"][..], &["--map", &map], &["--family", "--map", &map, "--labels", "Mail,Name"]]
    {
        let python = std::env::var("SOTTO_PYTHON").unwrap_or("python3".to_owned());
        let mut command = Command::new(python);
        command.arg(&script).arg(&data).args(options).args([
            "--json",
            &theirs,
            "--",
            env!("CARGO_BIN_EXE_sotto"),
        ]);
        let status = command.args(["scan", "--jsonl"]).stdout(Stdio::null()).status().unwrap();
        assert!(status.success());
        let theirs: Value = serde_json::from_slice(&folder.read("theirs.json")).unwrap();
        let mine = sotto(&[&["eval", "--format", "json"], options, &[&data]].concat()).json();
        for measure in ["p", "r", "f1", "loose_f1", "macro_f1", "leak", "overmask"] {
            assert!(
                close(&mine[&data][measure], theirs[&data][measure].as_f64().unwrap()),
                "{options:?}: {measure}"
            );
        }
        for (label, row) in theirs[&data]["labels"].as_object().unwrap() {
            for measure in ["gold", "pred", "f1", "loose_f1"] {
                let mine = &mine[&data]["labels"][label][measure];
                assert!(close(mine, row[measure].as_f64().unwrap()), "{options:?}: {label}: {measure}");
            }
        }
    }
}
