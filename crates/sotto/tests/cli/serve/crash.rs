//! Does `kill -9` lose anything that was acknowledged? Users are made by several callers while the process is killed; afterwards
//! every user whose creation was answered is there, its record is in the trail, and the chains hold.
//!
//! `SOTTO_KILLS` says how often; the full lane asks for more than the quick one.

use super::*;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

const CALLERS: usize = 4;

#[test]
fn kill_9_loses_nothing_that_was_acknowledged() {
    let kills: usize = std::env::var("SOTTO_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for round in 0..kills {
        let server = Server::start(folder.path(), &[]);
        check(&server, &acknowledged);
        acknowledged.extend(killed_while_writing(server, round));
    }
    assert!(
        acknowledged.len() >= kills,
        "too few were acknowledged to prove anything: {}",
        acknowledged.len()
    );
    let server = Server::start(folder.path(), &[]);
    check(&server, &acknowledged);
    assert_eq!(server.end().0, 0);
    prove(folder.path(), &acknowledged);
}

/// Makes users until the process is gone; gives the names of those that were answered.
fn killed_while_writing(server: Server, round: usize) -> Vec<String> {
    let (stop, made) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
    let address = server.address;
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let (stop, made) = (Arc::clone(&stop), Arc::clone(&made));
            std::thread::spawn(move || {
                for number in 0.. {
                    let name = format!("user-{round}-{caller}-{number}");
                    let request = Signed::new("iam").query("CreateUser", &[("UserName", &name)]).bytes();
                    let Ok(mut stream) = TcpStream::connect(address) else { return };
                    if stream.write_all(&request).is_err() || stop.load(Ordering::Relaxed) {
                        return;
                    }
                    if Answer::read(&mut stream).status == 200 {
                        made.lock().unwrap().push(name);
                    }
                }
            })
        })
        .collect();
    std::thread::sleep(Duration::from_millis(400 + 137 * (round as u64 % 5)));
    server.kill();
    stop.store(true, Ordering::Relaxed);
    callers.into_iter().for_each(|caller| caller.join().unwrap());
    Arc::into_inner(made).unwrap().into_inner().unwrap()
}

fn check(server: &Server, acknowledged: &[String]) {
    for name in acknowledged {
        assert_eq!(server.query("iam", "GetUser", &[("UserName", name)]).status, 200, "{name} was lost");
    }
}

fn prove(data: &Path, acknowledged: &[String]) {
    let data = data.to_str().unwrap();
    let proof = sotto(&["trail", "verify", "--format", "json", "--data", data]);
    assert_eq!(proof.code, 0, "{} {}", proof.text(), proof.err);
    assert!(proof.json()["records"].as_u64().unwrap() >= acknowledged.len() as u64);
    let export = sotto(&["trail", "export", "--data", data]).json();
    let named =
        |record: &serde_json::Value| record["requestParameters"]["userName"].as_str().map(str::to_owned);
    let created: std::collections::BTreeSet<String> = export["Records"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|record| record["eventName"] == "CreateUser")
        .filter_map(named)
        .collect();
    for name in acknowledged {
        assert!(created.contains(name), "{name} is not in the trail");
    }
}
