//! What happens to virtual MFA devices? Made with a seed, enabled by two codes in a row, used, synchronised, deleted.
//!
//! IAM API reference: CreateVirtualMFADevice, EnableMFADevice, ResyncMFADevice, DeactivateMFADevice, DeleteVirtualMFADevice. Whoever
//! calls has opened the seed and found the step of the code (`totp`); the step is kept, so that a code is good once.

use crate::draft::{Draft, conflict};
use crate::model::{MfaDevice, Seconds, Tags};
use crate::names::{ArnKind, arn, name, path};
use crate::record::{Entity, Kind};
use crate::{DirectoryError, Outcome, Text};
use sotto_arn::AccountId;
use sotto_kms::Sealed;
use std::sync::Arc;

/// Devices of one user (IAM user guide, quotas).
pub const DEVICES_PER_USER_MAX: usize = 8;
/// Longest name of a device (CreateVirtualMFADevice).
pub const DEVICE_NAME_CHARS_MAX: usize = 226;

impl Draft {
    /// CreateVirtualMFADevice; the seed is sealed already.
    ///
    /// # Errors
    /// When the name is taken or no name.
    pub fn create_device(
        &mut self,
        account: &AccountId,
        device: Text,
        under: Option<Text>,
        seed: Sealed,
        tags: Tags,
    ) -> Outcome<Arc<MfaDevice>> {
        let device = name("virtualMFADeviceName", device, DEVICE_NAME_CHARS_MAX)?;
        let under = path(under)?;
        let serial = arn(account, ArnKind::Mfa, &under, &device);
        if self.account(account)?.devices.find(serial.as_str()).is_some() {
            return Err(DirectoryError::EntityExists(
                "MFADevice entity at the same path and name already exists.".into(),
            ));
        }
        let device = MfaDevice {
            serial,
            name: device,
            path: under,
            seed,
            user: None,
            enabled: None,
            last_step: 0,
            tags,
        };
        let device = Arc::new(device);
        self.put(account, Entity::Mfa(Arc::clone(&device)));
        Ok(device)
    }

    /// The device with this serial number.
    ///
    /// # Errors
    /// [`DirectoryError::NoSuchEntity`].
    pub fn device(&self, account: &AccountId, serial: &Text) -> Outcome<&Arc<MfaDevice>> {
        let held = self.account(account)?.devices.find(serial.as_str()).filter(|held| held.serial == *serial);
        held.ok_or_else(|| {
            DirectoryError::NoSuchEntity(Text::own(format!(
                "VirtualMFADevice with serial number {serial} doesn't exist."
            )))
        })
    }

    /// EnableMFADevice for a user, or for the root user.
    ///
    /// # Errors
    /// When there is no such user or device, it is in use, or the user has eight.
    pub fn enable_device(
        &mut self,
        account: &AccountId,
        serial: &Text,
        user: Option<&Text>,
        step: u64,
        now: Seconds,
    ) -> Outcome<()> {
        if let Some(user) = user {
            self.user(account, user)?;
        }
        let held =
            self.account(account)?.devices.iter().filter(|d| d.enabled.is_some() && d.user.as_ref() == user);
        crate::draft::within("MFADevicesPerUser", held.count(), DEVICES_PER_USER_MAX)?;
        self.edit_device(account, serial, |device| {
            if device.enabled.is_some() {
                return Err(DirectoryError::EntityExists("MFA Device is already in use.".into()));
            }
            device.enabled = Some(now);
            device.user = user.cloned();
            device.last_step = step;
            Ok(())
        })
    }

    /// A code of this step was used: none at or before it is taken again.
    ///
    /// # Errors
    /// When there is no such device, or a later code was used in between.
    pub fn use_code(&mut self, account: &AccountId, serial: &Text, step: u64) -> Outcome<()> {
        self.edit_device(account, serial, |device| {
            if step <= device.last_step {
                return Err(DirectoryError::InvalidCode(
                    "Authentication code for device is not valid.".into(),
                ));
            }
            device.last_step = step;
            Ok(())
        })
    }

    /// DeactivateMFADevice.
    ///
    /// # Errors
    /// When there is no such user or device, or the device is not the user's.
    pub fn deactivate_device(
        &mut self,
        account: &AccountId,
        serial: &Text,
        user: Option<&Text>,
    ) -> Outcome<()> {
        if let Some(user) = user {
            self.user(account, user)?;
        }
        self.edit_device(account, serial, |device| {
            if device.enabled.is_none() || (user.is_some() && device.user.as_ref() != user) {
                return Err(DirectoryError::NoSuchEntity(Text::own(format!(
                    "Device with serial number {serial} is not associated with the user."
                ))));
            }
            device.enabled = None;
            device.user = None;
            Ok(())
        })
    }

    /// DeleteVirtualMFADevice: only when nobody uses it.
    ///
    /// # Errors
    /// When there is no such device, or it is in use.
    pub fn delete_device(&mut self, account: &AccountId, serial: &Text) -> Outcome<()> {
        if self.device(account, serial)?.enabled.is_some() {
            return Err(conflict("MFA device is in use."));
        }
        self.delete(account, Kind::Mfa, serial.as_str());
        Ok(())
    }

    pub(crate) fn edit_device<T>(
        &mut self,
        account: &AccountId,
        serial: &Text,
        edit: impl FnOnce(&mut MfaDevice) -> Outcome<T>,
    ) -> Outcome<T> {
        let mut device = MfaDevice::clone(self.device(account, serial)?);
        let answer = edit(&mut device)?;
        self.put(account, Entity::Mfa(Arc::new(device)));
        Ok(answer)
    }
}
