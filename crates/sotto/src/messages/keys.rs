//! Which keys were named? Options of the command line become a keyring.

use super::kms::WireKms;
use super::{fault, pem};
use crate::args::{DecryptArgs, EncryptArgs, MessageArgs, PaddingArg, PolicyArg};
use crate::fault::Fault;
use anyhow::Result;
use sotto_kms::crypto::RsaPadding;
use sotto_message::{
    CommitmentPolicy, DiscoveryFilter, EncryptionContext, Keyring, KmsDiscoveryKeyring, KmsKeyName,
    KmsKeyring, MultiKeyring, RawAesKeyring, RawRsaKeyring, connect_keyring,
};
use sotto_sensitive::RawText;
use std::path::Path;
use std::sync::Arc;

/// What a raw key is called when nothing else is said.
const NAMESPACE: &str = "sotto";
const NAME: &str = "key";

/// The keys to encrypt under.
pub(super) fn to_encrypt(args: &EncryptArgs) -> Result<MultiKeyring> {
    let mut keyrings: Vec<Box<dyn Keyring>> = Vec::new();
    if !args.message.key.is_empty() {
        let client = Arc::new(WireKms::new(&args.kms)?);
        for name in &args.message.key {
            let name = KmsKeyName::parse(&raw(name)).map_err(|error| fault(name, &error))?;
            keyrings.push(Box::new(KmsKeyring::new(client.clone(), name)));
        }
    }
    raw_keys(&args.message, &mut keyrings)?;
    for file in &args.public_key {
        let named = Named::parse(file);
        let keyring = match &args.key_id {
            Some(id) => connect_keyring(&raw(id)),
            None => RawRsaKeyring::new(&named.namespace, &named.name, padding(args.message.padding)),
        };
        let keyring = keyring.map_err(|error| fault(file, &error))?;
        keyrings.push(Box::new(keyring.with_public(pem::public_key(named.path)?)));
    }
    several(keyrings, "--key, --raw-key or --public-key")
}

/// The keys to decrypt with.
pub(super) fn to_decrypt(args: &DecryptArgs) -> Result<MultiKeyring> {
    let mut keyrings: Vec<Box<dyn Keyring>> = Vec::new();
    if !args.message.key.is_empty() || !args.discovery.is_empty() {
        let client = Arc::new(WireKms::new(&args.kms)?);
        kms_keys(args, &client, &mut keyrings)?;
    }
    raw_keys(&args.message, &mut keyrings)?;
    for file in &args.private_key {
        let named = Named::parse(file);
        let keyring = match args.connect {
            true => connect_keyring(&named.name).map(RawRsaKeyring::with_any_name),
            false => RawRsaKeyring::new(&named.namespace, &named.name, padding(args.message.padding)),
        };
        let keyring = keyring.map_err(|error| fault(file, &error))?;
        keyrings.push(Box::new(keyring.with_private(pem::private_key(named.path)?)));
    }
    several(keyrings, "--key, --discovery, --raw-key or --private-key")
}

fn kms_keys(args: &DecryptArgs, client: &Arc<WireKms>, keyrings: &mut Vec<Box<dyn Keyring>>) -> Result<()> {
    for key in &args.message.key {
        let mut name = KmsKeyName::parse(&raw(key)).map_err(|error| fault(key, &error))?;
        // A message names its keys by their ARNs.
        if name.arn().is_none() {
            let arn = client.arn(&name).map_err(|cause| Fault::unavailable(format!("`{key}`: {cause}")))?;
            name = KmsKeyName::parse(&arn).map_err(|error| fault(key, &error))?;
        }
        let keyring = KmsKeyring::new(client.clone(), name);
        keyrings.push(Box::new(if args.message.multi_region { keyring.with_replicas() } else { keyring }));
    }
    let any = args.discovery.iter().any(|account| account == "any");
    if any && args.discovery.len() > 1 {
        return Err(Fault::usage("--discovery: name accounts, or `any` alone"));
    }
    if !args.discovery.is_empty() {
        let accounts: Vec<RawText> = args.discovery.iter().map(|account| raw(account)).collect();
        let filter = if any { None } else { Some(DiscoveryFilter::new(&raw(&args.partition), &accounts)) };
        let filter = filter.transpose().map_err(|error| fault("--discovery", &error))?;
        keyrings.push(Box::new(KmsDiscoveryKeyring::new(client.clone(), filter)));
    }
    Ok(())
}

fn raw_keys(args: &MessageArgs, keyrings: &mut Vec<Box<dyn Keyring>>) -> Result<()> {
    for file in &args.raw_key {
        let named = Named::parse(file);
        let key = pem::raw_key(named.path)?;
        let keyring = RawAesKeyring::new(&named.namespace, &named.name, &key);
        keyrings.push(Box::new(keyring.map_err(|error| fault(file, &error))?));
    }
    Ok(())
}

fn several(keyrings: Vec<Box<dyn Keyring>>, options: &str) -> Result<MultiKeyring> {
    MultiKeyring::new(keyrings).map_err(|_| Fault::usage(format!("no key is named: give {options}")))
}

/// The pairs of the command line.
pub(super) fn context(args: &MessageArgs) -> Result<EncryptionContext> {
    let mut pairs = Vec::with_capacity(args.encryption_context.len());
    for pair in &args.encryption_context {
        let wrong = || Fault::usage("--encryption-context: a pair is written KEY=VALUE");
        let (key, value) = pair.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or_else(wrong)?;
        pairs.push((raw(key), raw(value)));
    }
    EncryptionContext::new(&pairs).map_err(|error| fault("--encryption-context", &error))
}

/// As the message knows it.
pub(super) const fn policy(arg: PolicyArg) -> CommitmentPolicy {
    match arg {
        PolicyArg::RequireEncryptRequireDecrypt => CommitmentPolicy::Require,
        PolicyArg::RequireEncryptAllowDecrypt => CommitmentPolicy::RequireToWrite,
        PolicyArg::ForbidEncryptAllowDecrypt => CommitmentPolicy::ForbidToWrite,
    }
}

const fn padding(arg: PaddingArg) -> RsaPadding {
    match arg {
        PaddingArg::Pkcs1 => RsaPadding::Pkcs1,
        PaddingArg::OaepSha1 => RsaPadding::OaepSha1,
        PaddingArg::OaepSha256 => RsaPadding::OaepSha256,
        PaddingArg::OaepSha384 => RsaPadding::OaepSha384,
        PaddingArg::OaepSha512 => RsaPadding::OaepSha512,
    }
}

/// A file, and what its key is called.
struct Named<'a> {
    namespace: RawText,
    name: RawText,
    path: &'a Path,
}

impl<'a> Named<'a> {
    /// `NAMESPACE/NAME=FILE`, or a file alone.
    fn parse(text: &'a str) -> Self {
        let split = text.split_once('=').and_then(|(names, path)| Some((names.split_once('/')?, path)));
        let ((namespace, name), path) = split.unwrap_or(((NAMESPACE, NAME), text));
        Self { namespace: raw(namespace), name: raw(name), path: Path::new(path) }
    }
}

pub(super) fn raw(text: &str) -> RawText {
    RawText::new(text.to_owned())
}
