//! When does a key get a new material? On demand, or after a period; old materials decrypt for ever.
//!
//! KMS API Reference: EnableKeyRotation, DisableKeyRotation, RotateKeyOnDemand. Materials of multi-Region keys are shared, so
//! that a rotation of the primary key is one of all. Imported materials are rotated by importing the next one before.

use super::draft::{Draft, limit};
use super::error::{KeysError, Outcome, said};
use super::lifecycle::DAY_SECONDS;
use super::model::{Key, Material, MaterialState, MultiRegion, Rotation, RotationKind, Seconds};
use super::names::KeyArn;
use super::record::Entity;
use super::snapshot::Keys;
use super::state::{KeyState, disabled, invalid_state};
use super::words::{KeySpec, Origin};
use std::sync::Arc;

/// Days of a period.
pub const ROTATION_DAYS: std::ops::RangeInclusive<u16> = 90..=2560;
/// Days where none are given.
pub const ROTATION_DAYS_DEFAULT: u16 = 365;
/// How often a key is rotated on demand (KMS Developer Guide, "Resource quotas").
pub const ON_DEMAND_ROTATIONS_MAX: u16 = 25;

impl Keys {
    /// Keys whose period has passed: enabled ones, each multi-Region key once.
    pub fn due_rotations(&self, now: Seconds) -> Vec<KeyArn> {
        let is_due = |key: &&Arc<Key>| {
            key.rotation.next.is_some_and(|next| next <= now)
                && key.multi_region != Some(MultiRegion::Replica)
                && self.state(key) == KeyState::Enabled
        };
        self.all().filter(is_due).map(|key| key.arn.clone()).collect()
    }

    /// Refuses what has no rotation: GetKeyRotationStatus and ListKeyRotations.
    ///
    /// # Errors
    /// [`KeysError::Unsupported`].
    pub fn rotates(&self, key: &Key) -> Outcome<()> {
        match key.spec == KeySpec::Symmetric && key.origin != Origin::Device {
            true => Ok(()),
            false => Err(unsupported(key)),
        }
    }

    fn rotates_by_itself(&self, key: &Key) -> Outcome<()> {
        self.rotates(key)?;
        if key.origin != Origin::Kms {
            return Err(unsupported(key));
        }
        self.changes(key)
    }

    /// Refuses a key whose rotation is another one's, or that cannot be used now.
    fn changes(&self, key: &Key) -> Outcome<()> {
        if key.multi_region == Some(MultiRegion::Replica) {
            let sentence =
                format_args!("{} is a replica key: rotation is a property of its primary key.", key.arn);
            return Err(KeysError::Unsupported(said(sentence)));
        }
        match self.state(key) {
            KeyState::Enabled => Ok(()),
            KeyState::Disabled => Err(disabled(key)),
            state => Err(invalid_state(key, state)),
        }
    }
}

fn unsupported(key: &Key) -> KeysError {
    let sentence = match key.origin {
        Origin::Kms => format!("{} is no symmetric encryption key", key.arn),
        origin => format!("{} origin is {origin} which is not valid for this operation.", key.arn),
    };
    KeysError::Unsupported(super::own(sentence))
}

impl Draft {
    /// EnableKeyRotation, or another period.
    ///
    /// # Errors
    /// When there is no such key, it does not rotate or cannot be used now, or the period is out of bounds.
    pub fn enable_rotation(&mut self, arn: &KeyArn, period_days: u16, now: Seconds) -> Outcome<()> {
        self.keys().rotates_by_itself(self.key(arn)?)?;
        if !ROTATION_DAYS.contains(&period_days) {
            let (least, most) = (ROTATION_DAYS.start(), ROTATION_DAYS.end());
            let sentence = format_args!("RotationPeriodInDays must be between {least} and {most}");
            return Err(KeysError::Validation(said(sentence)));
        }
        let held = self.key(arn)?.rotation;
        let next = match held.period_days {
            Some(days) if days == period_days => held.next,
            _ => Some(after(now, period_days)),
        };
        self.set_rotation(arn, Rotation { period_days: Some(period_days), next, ..held })
    }

    /// DisableKeyRotation.
    ///
    /// # Errors
    /// When there is no such key, it does not rotate, or cannot be used now.
    pub fn disable_rotation(&mut self, arn: &KeyArn) -> Outcome<()> {
        let key = self.key(arn)?;
        self.keys().rotates_by_itself(key)?;
        let held = key.rotation;
        self.set_rotation(arn, Rotation { period_days: None, next: None, ..held })
    }

    fn set_rotation(&mut self, arn: &KeyArn, rotation: Rotation) -> Outcome<()> {
        self.edit_related(arn, |key| key.rotation = rotation)
    }

    /// Adds a material that [`super::Vault::rotated`] made; from now on it encrypts. Of an imported key, the material that waits
    /// is taken, and none is given.
    ///
    /// # Errors
    /// When there is no such key, it does not rotate or cannot be used now, or was rotated often enough on demand.
    pub fn rotate(
        &mut self,
        arn: &KeyArn,
        kind: RotationKind,
        material: Option<&Material>,
        now: Seconds,
    ) -> Outcome<()> {
        let key = self.key(arn)?;
        self.keys().rotates(key)?;
        self.keys().changes(key)?;
        let mut rotation = key.rotation;
        if kind == RotationKind::OnDemand {
            if rotation.on_demand >= ON_DEMAND_ROTATIONS_MAX {
                return Err(limit(format_args!(
                    "A key is rotated on demand at most {ON_DEMAND_ROTATIONS_MAX} times"
                )));
            }
            rotation.on_demand += 1;
        } else {
            rotation.next = rotation.period_days.map(|days| after(now, days));
        }
        match (key.origin, material) {
            (Origin::External, _) => self.rotate_imported(arn, kind, now)?,
            (_, Some(material)) => self.edit_related(arn, |key| add(key, material))?,
            (_, None) => return Err(KeysError::Validation("A rotation needs a new material".into())),
        }
        self.set_rotation(arn, rotation)
    }

    fn rotate_imported(&mut self, arn: &KeyArn, kind: RotationKind, now: Seconds) -> Outcome<()> {
        let waits = |material: &&Material| material.state == MaterialState::PendingRotation;
        let key = self.key(arn)?;
        let waiting = key.materials.iter().find(waits).map(|material| material.id.clone());
        let Some(waiting) = waiting else {
            let sentence =
                format_args!("{} has no imported key material that waits for a rotation.", key.arn);
            return Err(KeysError::InvalidState(said(sentence)));
        };
        self.edit_related(arn, |key| {
            for material in &mut key.materials {
                if material.id == waiting {
                    (material.state, material.kind, material.created) = (MaterialState::Current, kind, now);
                } else if material.state == MaterialState::Current {
                    material.state = MaterialState::NonCurrent;
                }
            }
        })
    }

    /// Changes a key in all its Regions.
    pub(crate) fn edit_related(&mut self, arn: &KeyArn, edit: impl Fn(&mut Key)) -> Outcome<()> {
        let related: Vec<Arc<Key>> = self.keys().related(self.key(arn)?).into_iter().cloned().collect();
        for key in related {
            let mut next = Key::clone(&key);
            edit(&mut next);
            self.put(Entity::Key(Arc::new(next)));
        }
        Ok(())
    }
}

fn add(key: &mut Key, material: &Material) {
    for held in &mut key.materials {
        if held.state == MaterialState::Current {
            held.state = MaterialState::NonCurrent;
        }
    }
    key.materials.push(material.clone());
}

fn after(now: Seconds, days: u16) -> Seconds {
    now.saturating_add(u64::from(days) * DAY_SECONDS)
}
