//! Custom key stores: CreateCustomKeyStore, Connect, Disconnect, Update, Delete, DescribeCustomKeyStores.
//!
//! The cluster's id names a device of the server's configuration, the store's password is its PIN. A store is connected when the
//! answer says so; AWS takes minutes and is asked again. External key stores are not served.

use super::ask::may_any;
use super::create::slowly;
use super::lists::{HUNDRED, listed};
use super::{fault, invalid};
use crate::call::Call;
use crate::desk::{Answered, instant, required, seconds, text};
use sotto_directory::Text;
use sotto_iam::{Context, Permit, ReadDirectory};
use sotto_kms::keys::{Draft, KeyStore, KeyStoreId, NewKeyStore, Outcome, StoreUpdate};
use sotto_kms::{ClusterId, DeviceError};
use sotto_wire::{Fault, Output, Value, message};
use std::sync::Arc;

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateCustomKeyStore" => create(call).await,
        "ConnectCustomKeyStore" => connect(call).await,
        "DisconnectCustomKeyStore" => {
            edit(call, "kms:DisconnectCustomKeyStore", |draft, store| draft.set_connected(store, false)).await
        }
        "DeleteCustomKeyStore" => edit(call, "kms:DeleteCustomKeyStore", Draft::delete_store).await,
        "UpdateCustomKeyStore" => update(call).await,
        "DescribeCustomKeyStores" => list(call),
        _ => return None,
    })
}

/// What a device that does not do it means on the wire; its PIN and its keys are in no message.
pub(super) fn device_fault(error: DeviceError) -> Fault {
    let words = crate::record::configured(&error);
    match error {
        DeviceError::PinWrong | DeviceError::PinLocked | DeviceError::PinMissing => {
            Fault::new("CloudHsmClusterInvalidConfigurationException", words)
        }
        DeviceError::ModuleAbsent | DeviceError::TokenAbsent => {
            Fault::new("CloudHsmClusterNotActiveException", words)
        }
        _ => Fault::new("KeyUnavailableException", words),
    }
}

/// That a custom key store is not there.
pub(super) fn no_store(id: &Text) -> Fault {
    Fault::new("CustomKeyStoreNotFoundException", message!("Custom key store {} is not found.", id.public()))
}

fn may(call: &mut Call<'_>, action: &'static str) -> Result<(), Fault> {
    let _asked: Permit<ReadDirectory> = may_any(call, action, Context::new())?;
    Ok(())
}

/// The store that a request names.
fn meant(call: &Call<'_>) -> Result<Arc<KeyStore>, Fault> {
    let id = required(call, "CustomKeyStoreId")?;
    let held = call.snapshot().rooms.keys.account(&call.account()?, call.region());
    held.and_then(|held| held.store(id.as_str())).cloned().ok_or_else(|| no_store(&id))
}

fn cluster(call: &Call<'_>) -> Result<Option<ClusterId>, Fault> {
    let Some(given) = text(call, "CloudHsmClusterId") else { return Ok(None) };
    let parsed = ClusterId::parse(given.as_str());
    parsed.map(Some).map_err(|_| invalid("CloudHsmClusterId is `cluster-` and 11 to 16 letters and digits"))
}

async fn create(call: &mut Call<'_>) -> Answered {
    may(call, "kms:CreateCustomKeyStore")?;
    if text(call, "CustomKeyStoreType").is_some_and(|kind| kind.as_str() != "AWS_CLOUDHSM") {
        return Err(Fault::new("UnsupportedOperationException", "External key stores are not served"));
    }
    let new = NewKeyStore {
        account: call.account()?,
        region: call.region().clone(),
        name: required(call, "CustomKeyStoreName")?.public(),
        cluster: cluster(call)?.ok_or_else(|| invalid("CloudHsmClusterId is required"))?,
        pin: call
            .input_mut()
            .take_raw("KeyStorePassword")
            .ok_or_else(|| invalid("KeyStorePassword is required"))?,
    };
    let now = seconds(call);
    let store = slowly(call, move |vault, draw| vault.new_store(new, now, draw)).await?;
    call.transact(|drafts, _| drafts.keys.create_store(&store).map_err(fault)).await?;
    Ok(Output::new().with("CustomKeyStoreId", store.id.public()))
}

/// A change of one store.
async fn edit(
    call: &mut Call<'_>,
    action: &'static str,
    edit: impl Fn(&mut Draft, &KeyStore) -> Outcome<()>,
) -> Answered {
    may(call, action)?;
    let store = meant(call)?;
    call.transact(|drafts, _| edit(&mut drafts.keys, &store).map_err(fault)).await?;
    Ok(Output::new())
}

/// The device takes the PIN before the store counts as connected.
async fn connect(call: &mut Call<'_>) -> Answered {
    may(call, "kms:ConnectCustomKeyStore")?;
    let store = meant(call)?;
    let asked = Arc::clone(&store);
    slowly(call, move |vault, _| vault.sign_in(&asked)).await?;
    call.transact(|drafts, _| drafts.keys.set_connected(&store, true).map_err(fault)).await?;
    Ok(Output::new())
}

async fn update(call: &mut Call<'_>) -> Answered {
    may(call, "kms:UpdateCustomKeyStore")?;
    let store = meant(call)?;
    let cluster = cluster(call)?;
    let name = text(call, "NewCustomKeyStoreName").map(|name| name.public());
    let pin = match call.input_mut().take_raw("KeyStorePassword") {
        Some(pin) => {
            let asked = Arc::clone(&store);
            Some(slowly(call, move |vault, draw| vault.new_pin(&asked, pin, draw)).await?)
        }
        None => None,
    };
    let update = StoreUpdate { name, cluster, pin };
    call.transact(|drafts, _| drafts.keys.update_store(&store, update.clone()).map_err(fault)).await?;
    Ok(Output::new())
}

fn list(call: &mut Call<'_>) -> Answered {
    may(call, "kms:DescribeCustomKeyStores")?;
    let (id, name) = (text(call, "CustomKeyStoreId"), text(call, "CustomKeyStoreName"));
    let held = call.snapshot().rooms.keys.account(&call.account()?, call.region()).cloned();
    let stores = held.iter().flat_map(|held| held.stores());
    let wanted = stores.filter(|store| {
        id.as_ref().is_none_or(|id| store.id.as_str() == id.as_str())
            && name.as_ref().is_none_or(|name| store.name.get() == name.as_str())
    });
    let items: Vec<_> = wanted.map(|store| (Text::from(store.id.public()), Arc::clone(store))).collect();
    if let Some(missing) = id.or(name).filter(|_| items.is_empty()) {
        return Err(no_store(&missing));
    }
    let is_marker = |marker: &str| KeyStoreId::parse(marker).is_ok();
    listed(call, "CustomKeyStores", (items, HUNDRED, is_marker), |store: Arc<KeyStore>| {
        let shown = Output::new()
            .with("CustomKeyStoreId", store.id.public())
            .with("CustomKeyStoreName", store.name.clone())
            .with("CustomKeyStoreType", "AWS_CLOUDHSM")
            .with("CloudHsmClusterId", crate::record::configured(&store.cluster))
            .with("ConnectionState", if store.connected { "CONNECTED" } else { "DISCONNECTED" })
            .with("CreationDate", instant(store.created));
        Ok(Value::from(shown))
    })
}
