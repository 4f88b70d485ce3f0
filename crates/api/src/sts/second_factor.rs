//! Was a second factor shown? The code of a device that is the caller's, good once.

use crate::call::{Call, internal};
use crate::desk::{fault, seconds, text};
use crate::places;
use sotto_directory::totp;
use sotto_wire::{Common, Fault};

fn refused() -> Fault {
    Fault::common(
        Common::AccessDenied,
        "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
    )
}

/// Checks `SerialNumber` and `TokenCode`, uses the code up, and says when it was shown; `None` when neither was given.
pub(super) async fn shown(call: &mut Call<'_>) -> Result<Option<u64>, Fault> {
    let serial = text(call, "SerialNumber");
    if serial.is_none() && !call.input().has("TokenCode") {
        return Ok(None);
    }
    let (serial, account) = (serial.ok_or_else(refused)?, call.account()?);
    let step = {
        let code = call.input().raw("TokenCode").ok_or_else(refused)?;
        let draft = call.directory().draft();
        let device = draft.device(&account, &serial).map_err(|_| refused())?;
        if device.enabled.is_none() || device.user.as_ref() != call.caller().name() {
            return Err(refused());
        }
        let seed = call.store_key().open(&places::seed(&serial), &device.seed).map_err(|_| internal())?;
        totp::accepted(&seed, code, seconds(call), device.last_step).ok_or_else(refused)?
    };
    call.change(|draft, _| draft.use_code(&account, &serial, step).map_err(fault))
        .await
        .map_err(|_| refused())?;
    Ok(Some(seconds(call)))
}
