//! What does the machine allow? Locked memory, core files, swap; and whether devices answer.

use super::Findings;
use crate::hygiene;
use crate::serve::roots::Roots;
use sotto_sensitive::MemoryStatus;

/// Locked memory that some thousand keys need.
const LOCKED_BYTES_LEAST: u64 = 8 << 20;

/// Looks at the machine.
pub(super) fn look(findings: &mut Findings) {
    memory(MemoryStatus::now(), findings);
    match hygiene::leaves_no_cores() {
        true => findings.fine("core files", "switched off for every process of sotto"),
        false => findings.bad(
            "core files",
            "cannot be switched off",
            "allow prctl and setrlimit, and set LimitCORE=0",
        ),
    }
    swap(std::fs::read_to_string("/proc/swaps").ok().as_deref(), findings);
}

fn memory(status: MemoryStatus, findings: &mut Findings) {
    let fix = "raise RLIMIT_MEMLOCK (LimitMEMLOCK= of systemd, ulimit -l)";
    match status.limit_bytes {
        None => findings.fine("locked memory", "no limit"),
        Some(bytes) if bytes >= LOCKED_BYTES_LEAST => {
            findings.fine("locked memory", format!("up to {bytes} bytes"));
        }
        Some(bytes) => findings.warn(
            "locked memory",
            format!("up to {bytes} bytes only: keys beyond stand in memory that may be swapped out"),
            fix,
        ),
    }
}

/// Swap that is not encrypted holds what was captured for as long as nobody writes over it.
fn swap(swaps: Option<&str>, findings: &mut Findings) {
    match swaps.map(|text| text.lines().skip(1).filter(|line| !line.trim().is_empty()).count()) {
        Some(0) => findings.fine("swap", "none"),
        Some(count) => findings.warn(
            "swap",
            format!("{count} in use: captured text, which is not locked, may be written there"),
            "encrypt it, or switch it off for the service (MemorySwapMax=0)",
        ),
        None => findings.warn("swap", "the system does not say", "see that it is encrypted or off"),
    }
}

/// Looks at the devices of the settings.
pub(super) fn devices(roots: &Roots, findings: &mut Findings) {
    for (cluster, device) in roots.devices() {
        match device.status() {
            Ok(status) if status.seals && status.wraps => {
                findings.fine("device", format!("{cluster} answers, with {} workers", status.workers));
            }
            Ok(_) => findings.warn(
                "device",
                format!("{cluster} answers, and lacks AES-GCM or AES key wrap with padding"),
                "use it for what it can do only: wrapping for the root key, GCM for a custom key store",
            ),
            Err(error) => findings.bad("device", format!("{cluster}: {error}"), "see docs/keys.md"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;

    fn level(look: impl FnOnce(&mut Findings)) -> Level {
        let mut findings = Findings::default();
        look(&mut findings);
        findings.worst()
    }

    #[test]
    fn figures_have_two_sides() {
        let limited = |limit_bytes| {
            let status = MemoryStatus { locked_bytes: 0, unlocked_bytes: 0, dumpable_bytes: 0, limit_bytes };
            level(|findings| memory(status, findings))
        };
        assert_eq!(limited(None), Level::Ok);
        assert_eq!(limited(Some(LOCKED_BYTES_LEAST)), Level::Ok);
        assert_eq!(limited(Some(LOCKED_BYTES_LEAST - 1)), Level::Warning);
        let head = "Filename\tType\tSize\tUsed\tPriority\n";
        assert_eq!(level(|findings| swap(Some(head), findings)), Level::Ok);
        let used = format!("{head}/dev/dm-1 partition 1 0 -2\n");
        assert_eq!(level(|findings| swap(Some(&used), findings)), Level::Warning);
        assert_eq!(level(|findings| swap(None, findings)), Level::Warning);
    }
}
