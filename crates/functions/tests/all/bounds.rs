//! Time, memory, processes and answers are bounded, and what breaks a bound ends as a whole.

use crate::host::{Stage, interpreters, text};
use sotto_functions::{Failed, FunctionsError};
use std::time::Duration;

fn python(body: &str) -> String {
    format!("import os, subprocess, sys, time\n\ndef handle(event, context):\n    {body}\n")
}

fn stage(body: &str, change: impl FnOnce(&mut sotto_functions::Deployment)) -> Option<Stage> {
    interpreters().python?;
    Some(Stage::bounded("python3.13", &[("handler.py", false, &python(body))], change))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_takes_too_long_ends_and_the_next_event_begins_anew() {
    let Some(stage) = stage("time.sleep(60)", |of| of.timeout = Duration::from_secs(1)) else { return };
    let outcome = stage.invoke().await;
    assert_eq!(outcome.failed, Some(Failed::Timeout));
    assert!(text(&outcome.answer).contains("Task timed out after 1.00 seconds"));
    assert!(stage.invoke().await.cold.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_is_bounded() {
    let body = "x = bytearray(400 << 20); time.sleep(20); return len(x)";
    let Some(stage) = stage(body, |of| of.memory_mib = 128) else { return };
    let outcome = stage.invoke().await;
    assert_eq!(outcome.failed, Some(Failed::Memory), "{}", text(&outcome.answer));
    // The system refuses what would take the machine down before anybody looks.
    let Some(stage) = self::stage("return len(bytearray(4 << 30))", |of| of.memory_mib = 128) else { return };
    let outcome = stage.invoke().await;
    assert_eq!(outcome.failed, Some(Failed::Function));
    assert!(text(&outcome.answer).contains("MemoryError"), "{}", text(&outcome.answer));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_ends_is_an_error_and_not_a_hang() {
    let Some(stage) = stage("os._exit(3)", |_| {}) else { return };
    let outcome = stage.invoke().await;
    assert_eq!(outcome.failed, Some(Failed::Exit));
    assert!(text(&outcome.answer).contains("Runtime.ExitError"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_has_six_mebibytes_at_most() {
    let Some(stage) = stage("return 'x' * (6 * 1024 * 1024 - 2)", |_| {}) else { return };
    let outcome = stage.invoke().await;
    assert_eq!(outcome.failed, None, "{:.300} {}", text(&outcome.answer), text(&outcome.tail));
    let Some(stage) = self::stage("return 'x' * (6 * 1024 * 1024 - 1)", |_| {}) else { return };
    let outcome = stage.invoke().await;
    assert_eq!(outcome.failed, Some(Failed::Answer));
    assert!(text(&outcome.answer).contains("Function.ResponseSizeTooLarge"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_at_one_time_have_processes_of_their_own_up_to_a_bound() {
    let Some(stage) = stage("time.sleep(1); return os.getpid()", |_| {}) else { return };
    let (one, two) = tokio::join!(stage.invoke(), stage.invoke());
    assert_ne!(text(&one.answer), text(&two.answer));
    assert_eq!(stage.pool.processes(), 2);
    let Some(stage) = self::stage("time.sleep(13); return 1", |of| of.concurrency = 1) else { return };
    let (one, two) = tokio::join!(stage.tried(), stage.tried());
    let refused = [one.err(), two.err()].into_iter().flatten().collect::<Vec<_>>();
    assert_eq!(refused, [FunctionsError::TooMany]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_function_started_ends_with_it() {
    let body = "return subprocess.Popen(['sleep', '300']).pid";
    let Some(stage) = stage(body, |_| {}) else { return };
    let child = stage.answer().await;
    let alive = || std::path::Path::new(&format!("/proc/{child}/fd")).exists();
    assert!(alive());
    stage.pool.close();
    for _ in 0..200 {
        if !alive() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the child lives on");
}

/// Begins a session of its own and gives up its parent, as daemons do.
const LEAVES: &str =
    "\n    if os.fork() == 0:\n        os.setsid()\n        if os.fork() == 0:\n            ";

fn daemon(does: &str, then: &str) -> String {
    format!("pass{LEAVES}{does}\n        os._exit(0)\n    {then}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_begins_a_session_of_its_own_counts_and_ends_with_the_function() {
    let takes = daemon("x = bytearray(400 << 20); time.sleep(60)", "time.sleep(25); return 1");
    let Some(stage) = stage(&takes, |of| of.memory_mib = 128) else { return };
    let outcome = stage.invoke().await;
    assert_eq!(outcome.failed, Some(Failed::Memory), "{}", text(&outcome.answer));
    let told = "os.environ['TMPDIR'] + '/pid'";
    let body = daemon(
        &format!(
            "f = open({told} + '.new', 'w'); f.write(str(os.getpid())); f.close(); os.rename({told} + '.new', {told}); time.sleep(300)"
        ),
        &format!(
            "\n    while not os.path.exists({told}): time.sleep(0.05)\n    return int(open({told}).read())"
        ),
    );
    let Some(stage) = self::stage(&body, |_| {}) else { return };
    let child = stage.answer().await;
    let alive = || std::path::Path::new(&format!("/proc/{child}/fd")).exists();
    assert!(alive(), "{child}");
    stage.pool.close();
    for _ in 0..400 {
        if !alive() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the child lives on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn temporary_files_are_bounded_together() {
    let body = "\n    for number in range(600):\n        with open(os.environ['TMPDIR'] + '/%d' % number, 'wb') as f:\n            \
                os.posix_fallocate(f.fileno(), 0, 1 << 20)\n    time.sleep(25)\n    return 1";
    let Some(stage) = stage(body, |_| {}) else { return };
    let outcome = stage.invoke().await;
    assert_eq!(outcome.failed, Some(Failed::Folder), "{}", text(&outcome.answer));
    assert!(text(&outcome.answer).contains("temporary folder"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn temporary_files_without_a_name_count_too() {
    let body = "\n    held = []\n    for number in range(600):\n        f = open(os.environ['TMPDIR'] + '/gone', 'wb')\n        \
                os.posix_fallocate(f.fileno(), 0, 1 << 20)\n        os.unlink(f.name)\n        held.append(f)\n    \
                time.sleep(25)\n    return 1";
    let Some(stage) = stage(body, |_| {}) else { return };
    let outcome = stage.invoke().await;
    assert_eq!(outcome.failed, Some(Failed::Folder), "{}", text(&outcome.answer));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_that_come_together_move_a_function_in_once() {
    let Some(stage) = stage("return 1", |_| {}) else { return };
    let all = tokio::join!(stage.invoke(), stage.invoke(), stage.invoke(), stage.invoke());
    assert!([&all.0, &all.1, &all.2, &all.3].iter().all(|outcome| outcome.failed.is_none()));
    assert_eq!(stage.desk.packages.load(std::sync::atomic::Ordering::SeqCst), 1);
}
