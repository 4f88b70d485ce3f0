//! What does the store say? That the root key opens it, that the trail's ends are noted and its checkpoints are made, and from
//! which day on erasures hold in backups, too.
//!
//! An embedded store belongs to the server that runs; then this part is left out, and said so.

use super::Findings;
use crate::args::KeysStore;
use crate::backup::listing::KeysCopy;
use crate::backup::seconds;
use crate::clock;
use crate::config::ServeWords;
use crate::serve::bounds::CHECKPOINT_EVERY;
use crate::serve::first;
use crate::serve::roots::Roots;
use sotto_api::{bare_groups, last_checkpoint, read_heads, read_keeping};
use sotto_kms::{BACKUP_DAYS_MAX, SubjectKey, subject_keys_place};
use sotto_storage::{PAGE_ROWS_MAX, Scan, StorageError, Store};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Longest that backups of subject keys are kept where the settings say nothing.
const BACKUP_DAYS: u64 = 30;
/// A checkpoint that is older than so many intervals is late.
const INTERVALS_LATE: u32 = 3;

/// Looks at the store.
pub(super) async fn look(args: &KeysStore, roots: &Roots, words: &ServeWords, findings: &mut Findings) {
    let store = match first::open_store(&args.data, args.storage.as_deref()).await {
        Ok(store) => store,
        Err(error) => {
            findings.warn(
                "store",
                format!("not looked at: {error:#}"),
                "end the server for a moment, or look at its metrics and its log",
            );
            return;
        }
    };
    let done = look_inside(&*store, roots, words, findings).await;
    if let Err(error) = done {
        findings.bad("store", error.to_string(), "see the server's log");
    }
    let _ = store.close().await;
}

async fn look_inside(
    store: &dyn Store,
    roots: &Roots,
    words: &ServeWords,
    findings: &mut Findings,
) -> Result<(), StorageError> {
    let now = clock::now();
    let Some((keeping, _)) = read_keeping(store).await? else {
        findings.warn(
            "root key",
            "there is none yet",
            "a first `sotto serve` makes one, or `sotto keys init`",
        );
        return Ok(());
    };
    match roots.store_key(&keeping) {
        Ok(_) => findings.fine("root key", format!("number {} opens the store", keeping.generation())),
        Err(error) => findings.bad("root key", format!("{error:#}"), "see docs/keys.md"),
    }
    if keeping.is_changing() {
        findings.warn(
            "root key",
            "a change was begun and not finished",
            "run `sotto keys rotate-root` again",
        );
    }
    heads(store, now, findings).await?;
    checkpoints(store, words, now, findings).await?;
    groups(store, words, findings).await?;
    erasures(store, words, now, findings).await
}

async fn heads(store: &dyn Store, now: SystemTime, findings: &mut Findings) -> Result<(), StorageError> {
    match read_heads(store).await? {
        Some(heads) => {
            findings.fine("trail", format!("its ends were noted {} ago", ago(heads.at(), now)));
        }
        None => findings.warn("trail", "its ends were never noted", "end the server in order once"),
    }
    Ok(())
}

async fn checkpoints(
    store: &dyn Store,
    words: &ServeWords,
    now: SystemTime,
    findings: &mut Findings,
) -> Result<(), StorageError> {
    let last = last_checkpoint(store).await?;
    let every = words.checkpoint_every.map_or(CHECKPOINT_EVERY, Duration::from_secs);
    match (&last, &words.trail_key) {
        (None, None) => findings.warn(
            "checkpoints",
            "no key signs the trail: whoever has the disk can write it anew unnoticed by others",
            "make an asymmetric KMS key and name it with --trail-key; see docs/trail.md",
        ),
        (None, Some(_)) => {
            findings.warn(
                "checkpoints",
                "none was made yet",
                "start the server with the key, and see its log",
            );
        }
        (Some(last), _) => {
            let says = format!("number {} was made {} ago", last.number(), ago(last.at(), now));
            let age = now.duration_since(last.at()).unwrap_or_default();
            match age > every.saturating_mul(INTERVALS_LATE) {
                true => findings.warn("checkpoints", says, "see the server's log for why it makes none"),
                false => findings.fine("checkpoints", says),
            }
        }
    }
    if last.is_some() && words.checkpoint_to.is_empty() {
        findings.warn(
            "checkpoints",
            "the settings keep them nowhere else: an older state of the whole store would not be noticed",
            "name files or addresses elsewhere in `checkpoint_to`",
        );
    }
    Ok(())
}

/// Groups of which are told at most so many.
const GROUPS_TOLD_MAX: usize = 20;

/// Log groups for which nobody has written a policy.
async fn groups(store: &dyn Store, words: &ServeWords, findings: &mut Findings) -> Result<(), StorageError> {
    let (bare, count) = bare_groups(store).await?;
    if bare.is_empty() {
        findings.fine("log groups", format!("{count}, each under a data protection policy"));
        return Ok(());
    }
    let mut names: Vec<_> = bare.iter().take(GROUPS_TOLD_MAX).map(|arn| arn.get().as_str()).collect();
    if bare.len() > GROUPS_TOLD_MAX {
        names.push("and others");
    }
    let says = format!("{} of {count} have no data protection policy: {}", bare.len(), names.join(", "));
    match words.no_default_policy {
        true => findings.warn(
            "log groups",
            format!("{says}; what comes to them is stored in clear"),
            "`sotto logs protect GROUP`, a policy of the account, or leave `no_default_policy` out",
        ),
        false => findings.warn(
            "log groups",
            format!("{says}; the policy of last resort holds for them"),
            "`sotto logs protect GROUP`, or a policy of the account",
        ),
    }
    Ok(())
}

/// What copies of keys there are: until the last one that was made before an erasure is gone, it could be undone.
pub(super) fn copies(folder: &Path, now: SystemTime, findings: &mut Findings) {
    let copies = match KeysCopy::all(folder) {
        Ok(copies) => copies,
        Err(error) => {
            findings.warn(
                "copies of keys",
                format!("{error:#}"),
                "name the directory of `sotto backup --keys-to`",
            );
            return;
        }
    };
    let now = seconds(now);
    let Some(last) = copies.iter().map(|copy| copy.keep_until).max() else {
        findings.warn(
            "copies of keys",
            "there is none",
            "run `sotto backup`: without keys no original comes back",
        );
        return;
    };
    let ended = copies.iter().filter(|copy| copy.keep_until <= now).count();
    if ended > 0 {
        findings.bad(
            "copies of keys",
            format!(
                "{ended} of {} should be gone: what was erased since could be brought back",
                copies.len()
            ),
            "delete them; the next `sotto backup` with this --keys-to does",
        );
        return;
    }
    let (count, day) = (copies.len(), crate::certs::day(last));
    findings.fine("copies of keys", format!("{count}; what is erased now holds everywhere from {day} on"));
}

/// From which day on every erasure holds in backups, too.
async fn erasures(
    store: &dyn Store,
    words: &ServeWords,
    now: SystemTime,
    findings: &mut Findings,
) -> Result<(), StorageError> {
    let days = words.subject_backup_days.unwrap_or(BACKUP_DAYS).min(BACKUP_DAYS_MAX);
    let (mut erased, mut latest, mut scan) = (0_u64, None, Scan::below(&subject_keys_place()));
    loop {
        let rows = store.range(scan.clone()).await?;
        for row in &rows {
            let day = row.read::<SubjectKey>()?.erased_for_good(days);
            erased += u64::from(day.is_some());
            latest = latest.max(day);
        }
        match rows.last() {
            Some(last) if rows.len() >= PAGE_ROWS_MAX => scan = scan.after(&last.place),
            _ => break,
        }
    }
    let Some(latest) = latest else {
        let day = crate::certs::day(seconds(now).saturating_add(days.saturating_mul(86_400)));
        let says = format!(
            "none of a person; what is erased now holds everywhere from {day} on, as copies of keys are said to be kept {days} days"
        );
        findings.fine("erasures", says);
        return Ok(());
    };
    let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let day = crate::certs::day(latest);
    let when =
        if latest <= since { "hold in backups, too, since" } else { "will hold in backups, too, from" };
    findings
        .fine("erasures", format!("{erased} {when} {day}, as backups of subject keys are kept {days} days"));
    Ok(())
}

/// How long ago, in words.
fn ago(at: SystemTime, now: SystemTime) -> String {
    let seconds = now.duration_since(at).unwrap_or_default().as_secs();
    match seconds {
        0..=119 => format!("{seconds} seconds"),
        120..=7_199 => format!("{} minutes", seconds / 60),
        7_200..=172_799 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_in_words() {
        let at = |seconds| ago(SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        for (seconds, words) in [
            (0, "0 seconds"),
            (119, "119 seconds"),
            (120, "2 minutes"),
            (7_200, "2 hours"),
            (172_800, "2 days"),
        ] {
            assert_eq!(at(seconds), words);
        }
    }
}
