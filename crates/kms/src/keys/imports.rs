//! What becomes of imported material? It is the key's first or next one, it may end, and it may be deleted and brought again.
//!
//! KMS API Reference: ImportKeyMaterial, DeleteImportedKeyMaterial; Developer Guide, "Importing key material". A key keeps the
//! ids of its materials: what is brought again must be the same. New material for rotation waits until RotateKeyOnDemand.

use super::draft::Draft;
use super::error::{KeysError, Outcome, said};
use super::import::OpenedImport;
use super::model::{Imports, Key, Material, MaterialState, MultiRegion, RotationKind, Seconds};
use super::names::{KeyArn, MaterialId};
use super::words::{KeySpec, words};
use crate::Sealed;

words! {
    /// What an import is (KMS API Reference, "ImportKeyMaterial", `ImportType`).
    ImportKind {
        New = "NEW_KEY_MATERIAL",
        Existing = "EXISTING_KEY_MATERIAL",
    }
}

/// When imported material ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// Never.
    Never,
    /// At an instant, at most a year from now (KMS API Reference, "ImportKeyMaterial", `ValidTo`).
    At(Seconds),
}

/// What is imported.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The material, opened.
    pub material: OpenedImport,
    /// What kind of import it is; where none is given, the first one is new and a later one existing.
    pub kind: Option<ImportKind>,
    /// When it ends.
    pub expiry: Expiry,
    /// What somebody wrote about it.
    pub description: Option<Sealed>,
}

/// Longest that imported material holds before it must be brought again.
const EXPIRY_SECONDS_MAX: u64 = 365 * 86_400;

impl Draft {
    /// ImportKeyMaterial.
    ///
    /// # Errors
    /// [`KeysError::IncorrectMaterial`] when it is other material than before, or when the key takes none now.
    pub fn import_material(&mut self, arn: &KeyArn, new: &Imported, now: Seconds) -> Outcome<()> {
        let key = self.key(arn)?;
        self.keys().imports(key)?;
        let import = Imports { expires: expires(new.expiry, now)?, description: new.description.clone() };
        let held = key.material(&new.material.id).map(|material| material.state);
        let first = key.materials.is_empty();
        match (new.kind, held) {
            (Some(ImportKind::New), None) if !first => self.import_next(arn, new, import, now),
            (_, Some(_)) => self.import_again(arn, new, import),
            (_, None) if first => self.import_first(arn, new, import, now),
            (_, None) => Err(KeysError::IncorrectMaterial(said(format_args!(
                "The key material is not the one that was imported into {arn} before."
            )))),
        }
    }

    fn import_first(&mut self, arn: &KeyArn, new: &Imported, import: Imports, now: Seconds) -> Outcome<()> {
        self.add_imported(arn, material(new, import, MaterialState::Current, now))
    }

    /// Replicas in other Regions learn the id and wait for the same material.
    fn add_imported(&mut self, arn: &KeyArn, material: Material) -> Outcome<()> {
        self.edit_related(arn, |key| {
            let wrapped = material.wrapped.clone().filter(|_| key.arn == *arn);
            key.materials.push(Material { wrapped, ..material.clone() });
        })
    }

    fn import_again(&mut self, arn: &KeyArn, new: &Imported, import: Imports) -> Outcome<()> {
        self.edit(arn, |key| {
            for held in key.materials.iter_mut().filter(|held| held.id == new.material.id) {
                let description = import.description.clone();
                let before = held.import.take().and_then(|import| import.description);
                held.import = Some(Imports { description: description.or(before), ..import.clone() });
                held.wrapped = Some(new.material.wrapped.clone());
                held.public = new.material.public.clone();
            }
            Ok(())
        })
    }

    fn import_next(&mut self, arn: &KeyArn, new: &Imported, import: Imports, now: Seconds) -> Outcome<()> {
        let key = self.key(arn)?;
        if key.spec != KeySpec::Symmetric || key.multi_region == Some(MultiRegion::Replica) {
            let sentence =
                format_args!("{arn} takes no new key material: only symmetric encryption keys rotate.");
            return Err(KeysError::Unsupported(said(sentence)));
        }
        if key.materials.iter().any(|held| held.state == MaterialState::PendingRotation) {
            let sentence = format_args!("{arn} has key material that waits for a rotation already.");
            return Err(KeysError::InvalidState(said(sentence)));
        }
        self.add_imported(arn, material(new, import, MaterialState::PendingRotation, now))
    }

    /// DeleteImportedKeyMaterial: of one id, or the current one. A key without material stays as it is.
    ///
    /// # Errors
    /// When the key takes no imported material, is to be deleted, or has none of this id.
    pub fn delete_imported(&mut self, arn: &KeyArn, id: Option<&MaterialId>) -> Outcome<()> {
        let key = self.key(arn)?;
        self.keys().imports(key)?;
        let id = id.or_else(|| key.current().map(|material| &material.id)).cloned();
        let Some(id) = id else { return Ok(()) };
        if key.material(&id).is_none() {
            return Err(KeysError::NotFound(said(format_args!("{arn} has no key material {id}"))));
        }
        self.edit(arn, |key| {
            forget(key, |held| held.id == id);
            Ok(())
        })
    }

    /// Forgets imported material whose end has come; gives the keys that lost some.
    pub fn expire_imports(&mut self, now: Seconds) -> Vec<KeyArn> {
        let ended = move |held: &Material| {
            let expires = held.import.as_ref().and_then(|import| import.expires);
            held.wrapped.is_some() && expires.is_some_and(|at| at <= now)
        };
        let keys = self.keys().all().filter(|key| key.materials.iter().any(ended));
        let arns: Vec<KeyArn> = keys.map(|key| key.arn.clone()).collect();
        for arn in &arns {
            let _ = self.edit(arn, |key| {
                forget(key, ended);
                Ok(())
            });
        }
        arns
    }
}

/// Takes secrets away. What waited for a rotation leaves no trace, since nothing was sealed under it.
fn forget(key: &mut Key, which: impl Fn(&Material) -> bool) {
    key.materials.retain(|held| held.state != MaterialState::PendingRotation || !which(held));
    for held in key.materials.iter_mut().filter(|held| which(held)) {
        held.wrapped = None;
    }
}

fn material(new: &Imported, import: Imports, state: MaterialState, now: Seconds) -> Material {
    let OpenedImport { id, wrapped, public } = new.material.clone();
    let kind = RotationKind::First;
    Material {
        id,
        created: now,
        kind,
        state,
        wrapped: Some(wrapped),
        device: None,
        public,
        import: Some(import),
    }
}

fn expires(expiry: Expiry, now: Seconds) -> Outcome<Option<Seconds>> {
    match expiry {
        Expiry::Never => Ok(None),
        Expiry::At(at) if at > now && at - now <= EXPIRY_SECONDS_MAX => Ok(Some(at)),
        Expiry::At(_) => {
            Err(KeysError::Validation("ValidTo must be later than now, and within 365 days".into()))
        }
    }
}
