//! What does this process leave behind when it crashes? No core file, and no memory for others to read.
//!
//! Keys and captured text stand in memory. A limit of zero on core files (setrlimit(2)) does not bind systems that pipe them
//! to a program (core(5)), so the process is marked as not dumpable as well (prctl(2), PR_SET_DUMPABLE), which also keeps
//! other processes of the same user from reading its memory.

/// Switches core files off for this process and what it starts. Says whether that worked.
#[cfg(target_os = "linux")]
pub(crate) fn leave_no_cores() -> bool {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
    let limited = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let marked = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    limited.is_ok() && marked.is_ok()
}

/// Switches core files off for this process and what it starts. Says whether that worked.
#[cfg(not(target_os = "linux"))]
pub(crate) fn leave_no_cores() -> bool {
    use rustix::process::{Resource, Rlimit, setrlimit};
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }).is_ok()
}

/// Whether core files are off, as the system says it.
#[cfg(target_os = "linux")]
pub(crate) fn leaves_no_cores() -> bool {
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};
    let marked = dumpable_behavior().is_ok_and(|set| matches!(set, DumpableBehavior::NotDumpable));
    marked && getrlimit(Resource::Core).current == Some(0)
}

/// Whether core files are off, as the system says it.
#[cfg(not(target_os = "linux"))]
pub(crate) fn leaves_no_cores() -> bool {
    rustix::process::getrlimit(rustix::process::Resource::Core).current == Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_are_off_after_they_were_switched_off() {
        assert!(leave_no_cores());
        assert!(leaves_no_cores());
    }
}
