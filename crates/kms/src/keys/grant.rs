//! What is a grant, and whom does it allow what? KMS Developer Guide, "Grants in AWS KMS"; API Reference, "CreateGrant".
//!
//! A grant names one grantee, operations, and maybe a constraint on the encryption context. It allows and never denies. A
//! grantee who may create grants gives on at most what the grant itself gives, under a constraint at least as strict.

use super::context::EncryptionContext;
use super::model::{Key, Seconds};
use super::names::{GrantId, KeyArn};
use super::snapshot::Keys;
use super::words::{KeySpec, KeyUsage, words};
use crate::{Sealed, StoreKey};
use sotto_iam::{Grants, Principal, Request, Resource};
use sotto_public::{Place, Public, Storable};
use std::collections::BTreeSet;

words! {
    /// What a grant allows.
    GrantOperation {
        Decrypt = "Decrypt",
        Encrypt = "Encrypt",
        GenerateDataKey = "GenerateDataKey",
        GenerateDataKeyWithoutPlaintext = "GenerateDataKeyWithoutPlaintext",
        ReEncryptFrom = "ReEncryptFrom",
        ReEncryptTo = "ReEncryptTo",
        Sign = "Sign",
        Verify = "Verify",
        GetPublicKey = "GetPublicKey",
        CreateGrant = "CreateGrant",
        RetireGrant = "RetireGrant",
        DescribeKey = "DescribeKey",
        GenerateDataKeyPair = "GenerateDataKeyPair",
        GenerateDataKeyPairWithoutPlaintext = "GenerateDataKeyPairWithoutPlaintext",
        GenerateMac = "GenerateMac",
        VerifyMac = "VerifyMac",
        DeriveSharedSecret = "DeriveSharedSecret",
    }
    /// How a constraint compares (the condition key `kms:GrantConstraintType`).
    ConstraintKind {
        Equals = "EncryptionContextEquals",
        Subset = "EncryptionContextSubset",
    }
}

/// A constraint of a grant: pairs that the encryption context must be, or hold.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct Constraint {
    /// How it compares.
    pub kind: ConstraintKind,
    pub(crate) pairs: Sealed,
}

/// A grant.
#[derive(Clone, Debug, Storable)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// The key.
    pub key: KeyArn,
    /// A name, by which a second try is recognised.
    pub name: Option<Public<String>>,
    /// Who gets it: an ARN, or the name of a service.
    pub grantee: Public<String>,
    /// The grantee's unique id, where it has one: another of the same name that comes later gets nothing.
    pub grantee_id: Option<Public<String>>,
    /// Who may retire it.
    pub retiring: Option<Public<String>>,
    /// What it allows.
    pub operations: BTreeSet<GrantOperation>,
    /// Under which encryption context.
    pub constraint: Option<Constraint>,
    /// Who gave it.
    pub issuing: Public<String>,
    /// Since when.
    pub created: Seconds,
}

impl GrantOperation {
    /// Whether it is something that this key does (KMS Developer Guide, "Grant operations").
    pub fn fits(self, key: &Key) -> bool {
        use GrantOperation as G;
        match self {
            G::CreateGrant | G::RetireGrant | G::DescribeKey => true,
            G::GetPublicKey => key.spec.is_asymmetric(),
            G::Sign | G::Verify => key.usage == KeyUsage::SignVerify,
            G::GenerateMac | G::VerifyMac => key.usage == KeyUsage::GenerateVerifyMac,
            G::DeriveSharedSecret => key.usage == KeyUsage::KeyAgreement,
            G::Decrypt | G::Encrypt | G::ReEncryptFrom | G::ReEncryptTo => {
                key.usage == KeyUsage::EncryptDecrypt
            }
            _ => key.spec == KeySpec::Symmetric,
        }
    }

    /// Whether it brings an encryption context, which a constraint holds against.
    const fn has_context(self) -> bool {
        use GrantOperation as G;
        !matches!(
            self,
            G::Sign
                | G::Verify
                | G::GetPublicKey
                | G::RetireGrant
                | G::DescribeKey
                | G::GenerateMac
                | G::VerifyMac
                | G::DeriveSharedSecret
        )
    }
}

impl Grant {
    /// Where the pairs of its constraint belong.
    pub(crate) fn constraint_place(key: &KeyArn, id: &GrantId) -> Place {
        Place::new("grant constraint").with(key.account()).with(key.region()).with(key.id()).with(id)
    }

    /// The pairs of its constraint, to show to who may list grants.
    ///
    /// # Errors
    /// When the store key is another one.
    pub fn constraint_pairs(&self, store: &StoreKey) -> Result<Option<EncryptionContext>, crate::KmsError> {
        let place = Self::constraint_place(&self.key, &self.id);
        let opened = self.constraint.as_ref().map(|held| EncryptionContext::open(store, &place, &held.pairs));
        opened.transpose()
    }

    /// Whether somebody is its grantee.
    pub fn is_for(&self, principal: &Principal) -> bool {
        let named = [principal.arn(), principal.principal_arn()].contains(&self.grantee.get().as_str());
        let same = match (&self.grantee_id, principal.unique_id()) {
            (Some(held), Some(id)) => held.get() == id,
            (Some(_), None) => false,
            (None, _) => true,
        };
        named && same
    }

    /// Whether somebody may retire it: who is named for that, and a grantee who was given the operation (KMS API Reference,
    /// "RetireGrant"). The account of the key may, too; that is IAM's question.
    pub fn is_retired_by(&self, principal: &Principal) -> bool {
        let named =
            |arn: &Public<String>| [principal.arn(), principal.principal_arn()].contains(&arn.get().as_str());
        let as_grantee = self.operations.contains(&GrantOperation::RetireGrant) && self.is_for(principal);
        self.retiring.as_ref().is_some_and(named) || as_grantee
    }

    /// Whether it allows a request on its key.
    fn allows(&self, request: &Request, operation: GrantOperation, store: Option<&StoreKey>) -> bool {
        self.operations.contains(&operation)
            && self.is_for(request.principal())
            && self.holds(request, operation, store)
            && (operation != GrantOperation::CreateGrant || self.gives_on(request))
    }

    /// Whether the constraint holds; one that cannot be opened does not.
    fn holds(&self, request: &Request, operation: GrantOperation, store: Option<&StoreKey>) -> bool {
        let Some(constraint) = self.constraint.as_ref().filter(|_| operation.has_context()) else {
            return true;
        };
        let Some(store) = store else { return false };
        let Ok(Some(pairs)) = self.constraint_pairs(store) else { return false };
        let brought = request.encryption_context();
        match constraint.kind {
            ConstraintKind::Equals => pairs.is_same(brought),
            ConstraintKind::Subset => pairs.is_among(brought),
        }
    }

    /// Whether a grant that is asked for is none that gives more than this one.
    fn gives_on(&self, request: &Request) -> bool {
        let own: Vec<&str> = self.operations.iter().map(|operation| operation.as_str()).collect();
        let context = request.context();
        let kind = match self.constraint.as_ref().map(|held| held.kind) {
            None => true,
            Some(ConstraintKind::Equals) => {
                context.is_only("kms:GrantConstraintType", &[ConstraintKind::Equals.as_str()])
            }
            Some(ConstraintKind::Subset) => context.is_only(
                "kms:GrantConstraintType",
                &[ConstraintKind::Equals.as_str(), ConstraintKind::Subset.as_str()],
            ),
        };
        kind && context.is_only("kms:GrantOperations", &own)
    }
}

/// Grants answer for what policies do not allow. For CreateGrant, the encryption context of the request is the constraint of the
/// grant that is asked for.
impl Grants for Keys {
    fn allows(&self, request: &Request, resource: &Resource) -> bool {
        let Some(operation) = GrantOperation::parse(request.action().name()) else { return false };
        let Ok(arn) = KeyArn::parse(resource.arn()) else { return false };
        let Some(held) = self.account(arn.account(), arn.region()) else { return false };
        let principal = request.principal();
        let grants = [principal.arn(), principal.principal_arn()].map(|name| held.grants_for(arn.id(), name));
        request.action().service() == "kms"
            && grants.into_iter().flatten().any(|grant| grant.allows(request, operation, self.store_key()))
    }
}
