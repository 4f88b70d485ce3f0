//! How does a grant come and go? KMS API Reference: CreateGrant, RetireGrant, RevokeGrant. Grants hold at once here, so grant
//! tokens are checked and change nothing.

use super::context::EncryptionContext;
use super::draft::{Draft, within};
use super::error::{KeysError, Outcome, said};
use super::grant::{Constraint, ConstraintKind, Grant, GrantOperation};
use super::model::Seconds;
use super::names::{GrantId, KeyArn};
use super::own;
use super::record::Entity;
use super::vault::Vault;
use crate::{Entropy, Sealed, StoreKey, drawn};
use sotto_public::{Place, Public};
use sotto_sensitive::RawBytes;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Grants of one key (KMS Developer Guide, "Resource quotas").
pub const GRANTS_PER_KEY_MAX: usize = 50_000;

/// What a new grant is to be like.
#[derive(Debug)]
pub struct NewGrant {
    /// The key.
    pub key: KeyArn,
    /// A name, by which a second try is recognised.
    pub name: Option<Public<String>>,
    /// Who gets it.
    pub grantee: Public<String>,
    /// The grantee's unique id.
    pub grantee_id: Option<Public<String>>,
    /// Who may retire it.
    pub retiring: Option<Public<String>>,
    /// What it allows.
    pub operations: BTreeSet<GrantOperation>,
    /// Under which encryption context.
    pub constraint: Option<(ConstraintKind, EncryptionContext)>,
    /// Who gives it.
    pub issuing: Public<String>,
}

impl Vault<'_> {
    /// Draws the id of a new grant and seals its constraint.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn new_grant(&self, new: &NewGrant, now: Seconds, entropy: &mut dyn Entropy) -> Outcome<Grant> {
        let id = GrantId::generate(entropy);
        let place = Grant::constraint_place(&new.key, &id);
        let constraint = match &new.constraint {
            None => None,
            Some((kind, pairs)) => {
                Some(Constraint { kind: *kind, pairs: pairs.seal(self.store, &place, entropy)? })
            }
        };
        Ok(Grant {
            id,
            key: new.key.clone(),
            name: new.name.clone(),
            grantee: new.grantee.clone(),
            grantee_id: new.grantee_id.clone(),
            retiring: new.retiring.clone(),
            operations: new.operations.clone(),
            constraint,
            issuing: new.issuing.clone(),
            created: now,
        })
    }

    /// A token of a grant: its name under seal, in hexadecimal digits.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn grant_token(&self, grant: &Grant, entropy: &mut dyn Entropy) -> Outcome<Public<String>> {
        let name = RawBytes::new(format!("{} {}", grant.key, grant.id).into_bytes());
        let sealed = self.store.seal(&token_place(), &name, drawn(entropy))?;
        Ok(own(sealed.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// Which grant a token is of.
    ///
    /// # Errors
    /// [`KeysError::InvalidGrantToken`].
    pub fn grant_of_token(&self, token: &Public<String>) -> Outcome<(KeyArn, GrantId)> {
        read_token(self.store, token.get()).ok_or(KeysError::InvalidGrantToken)
    }
}

fn token_place() -> Place {
    Place::new("grant token")
}

fn read_token(store: &StoreKey, token: &str) -> Option<(KeyArn, GrantId)> {
    let digits = token.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
        u8::from_str_radix(pair, 16).ok()
    });
    let sealed = Sealed::parse(&digits.collect::<Option<Vec<u8>>>()?).ok()?;
    let name = store.open(&token_place(), &sealed).ok()?;
    let (key, id) = std::str::from_utf8(super::encrypt::bytes(&name)).ok()?.split_once(' ')?;
    Some((KeyArn::parse(key).ok()?, GrantId::parse(id).ok()?))
}

impl Draft {
    /// CreateGrant. With a name, a second try of the same grant gives the first one.
    ///
    /// # Errors
    /// When there is no such key, it cannot be used now, it does not do what the grant allows, or it has too many grants.
    pub fn create_grant(&mut self, new: &NewGrant, made: &Grant) -> Outcome<Arc<Grant>> {
        let key = Arc::clone(self.key(&new.key)?);
        match self.keys().state(&key) {
            super::state::KeyState::Unavailable => {}
            _ => self.keys().usable(&key)?,
        }
        if new.operations.is_empty() {
            return Err(KeysError::Validation("A grant allows at least one operation".into()));
        }
        if let Some(unfit) = new.operations.iter().find(|operation| !operation.fits(&key)) {
            let sentence = format_args!("{unfit} is no operation of {}", key.arn);
            return Err(KeysError::Validation(said(sentence)));
        }
        let held = self.held(new.key.account(), new.key.region());
        if let Some(same) =
            held.and_then(|held| held.grants_of(new.key.id()).find(|grant| self.is_same(new, grant)))
        {
            return Ok(Arc::clone(same));
        }
        within("Grants of a key", held.map_or(0, |held| held.grant_count(new.key.id())), GRANTS_PER_KEY_MAX)?;
        let grant = Arc::new(made.clone());
        self.put(Entity::Grant(Arc::clone(&grant)));
        Ok(grant)
    }

    /// Whether a grant with a name is the one that is asked for again.
    fn is_same(&self, new: &NewGrant, held: &Grant) -> bool {
        let alike = new.name.is_some()
            && held.name == new.name
            && held.grantee == new.grantee
            && held.grantee_id == new.grantee_id
            && held.retiring == new.retiring
            && held.operations == new.operations;
        if !alike {
            return false;
        }
        match (&new.constraint, &held.constraint) {
            (None, None) => true,
            (Some((kind, pairs)), Some(constraint)) => {
                let opened =
                    self.keys().store_key().and_then(|store| held.constraint_pairs(store).ok().flatten());
                *kind == constraint.kind && opened.is_some_and(|opened| opened.is_same(pairs.pairs()))
            }
            _ => false,
        }
    }

    /// RetireGrant and RevokeGrant; who may is the caller's question.
    ///
    /// # Errors
    /// When there is no such key or grant.
    pub fn delete_grant(&mut self, arn: &KeyArn, id: &GrantId) -> Outcome<()> {
        self.key(arn)?;
        let held = self.held(arn.account(), arn.region());
        let grant = held.and_then(|held| held.grant(arn.id(), id.as_str())).cloned();
        let grant =
            grant.ok_or_else(|| KeysError::NotFound(said(format_args!("Grant ID {id} not found"))))?;
        self.delete(&Entity::Grant(grant));
        Ok(())
    }
}
