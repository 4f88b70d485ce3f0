//! What is done about the events of a group? Its policies and filters, compiled once and kept as long as they hold.
//!
//! Policies of the group and of the account add up. Where there is none the policy of last resort holds, unless the operator
//! switched it off: then text is stored as it comes, as on AWS. Compiling takes tens of milliseconds, so it happens on a thread
//! of its own, and once for all calls that ask at the same time is not worth a lock: two that compile the same are no harm.

use super::room::Room;
use crate::call::internal;
use sotto_logs::{AccountPolicy, AccountPolicyType, Group, GroupFilters, Shelf, Uid};
use sotto_protect::policy::{DataProtectionPolicy, EffectivePolicy, ManagedIds};
use sotto_protect::{Protection, Scanners, Settings};
use sotto_public::Public;
use sotto_wire::Fault;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Groups whose rules are kept.
const GUARDS_KEPT_MAX: usize = 10_000;

/// The rules of a group.
pub(crate) struct Guard {
    group: Arc<Group>,
    account: Option<Arc<AccountPolicy>>,
    pub(super) protection: Protection,
    pub(super) filters: GroupFilters,
}

impl Guard {
    fn holds_for(&self, group: &Arc<Group>, account: Option<&Arc<AccountPolicy>>) -> bool {
        let same = match (&self.account, account) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        };
        same && Arc::ptr_eq(&self.group, group)
    }
}

/// Rules of groups that were used of late.
#[derive(Default)]
pub(crate) struct Guards(Mutex<HashMap<Uid, Arc<Guard>>>);

/// The rules of a group as it is now.
pub(super) async fn guard(room: &Room, shelf: &Shelf, group: &Arc<Group>) -> Result<Arc<Guard>, Fault> {
    let account = shelf.account_policies(AccountPolicyType::DataProtection).next();
    let known = room.guards().0.lock().unwrap_or_else(PoisonError::into_inner).get(&group.uid).cloned();
    if let Some(known) = known.filter(|known| known.holds_for(group, account)) {
        return Ok(known);
    }
    let making = Making {
        group: Arc::clone(group),
        account: account.cloned(),
        identifiers: Arc::clone(room.shared_identifiers()),
        scanners: Arc::clone(room.scanners()),
        last_resort: room.has_last_resort(),
    };
    let made = tokio::task::spawn_blocking(move || making.make()).await.map_err(|_| internal())??;
    let made = Arc::new(made);
    let mut guards = room.guards().0.lock().unwrap_or_else(PoisonError::into_inner);
    if guards.len() >= GUARDS_KEPT_MAX {
        guards.clear();
    }
    guards.insert(group.uid, Arc::clone(&made));
    Ok(made)
}

/// What rules are made of.
struct Making {
    group: Arc<Group>,
    account: Option<Arc<AccountPolicy>>,
    identifiers: Arc<ManagedIds>,
    scanners: Arc<Scanners>,
    last_resort: bool,
}

impl Making {
    fn make(self) -> Result<Guard, Fault> {
        let account = self.account.as_ref().map(|policy| self.read(&policy.document)).transpose()?;
        let own = self.group.protection.as_ref().map(|document| self.read(&document.text)).transpose()?;
        let effective = EffectivePolicy::merge(account, own);
        let settings = Settings::default();
        let protection = match effective.protects() || !self.last_resort {
            true => Protection::compile(&effective, &settings, None, &self.scanners),
            false => Protection::last_resort(&settings, None, &self.scanners),
        };
        let protection = protection.map_err(|_| internal())?;
        let filters = GroupFilters::compile(&self.group, None).map_err(|_| internal())?;
        Ok(Guard { group: self.group, account: self.account, protection, filters })
    }

    fn read(&self, document: &Public<String>) -> Result<DataProtectionPolicy, Fault> {
        DataProtectionPolicy::parse(document.get(), &self.identifiers).map_err(|_| internal())
    }
}
