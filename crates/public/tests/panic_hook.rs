//! A panic prints where, never what. Runs this test binary again as a child so that its stderr can be read.

const CANARY: &str = "canary-4111-1111-1111-1111";

#[test]
fn a_panic_prints_its_place_only() {
    if std::env::var_os("SOTTO_PANIC_CHILD").is_some() {
        sotto_public::quiet_panics();
        std::panic::panic_any(format!("{CANARY} in a message"));
    }
    let exe = std::env::current_exe().unwrap();
    let child = std::process::Command::new(exe)
        .args(["a_panic_prints_its_place_only", "--nocapture", "--exact"])
        .env("SOTTO_PANIC_CHILD", "1")
        .output()
        .unwrap();
    let printed = [child.stdout, child.stderr].concat();
    let printed = String::from_utf8_lossy(&printed);
    assert!(!child.status.success());
    assert!(printed.contains("internal error at "), "the hook did not speak: {printed}");
    assert!(!printed.contains("canary"), "a panic message reached the output");
}
