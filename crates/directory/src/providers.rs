//! Which token issuers does an account trust? OpenID Connect providers, with their audiences.
//!
//! IAM API reference: CreateOpenIDConnectProvider, AddClientIDToOpenIDConnectProvider, UpdateOpenIDConnectProviderThumbprint. The URL
//! is kept without its scheme, as ARNs and condition keys have it.

use crate::draft::Draft;
use crate::model::{OidcProvider, Seconds, Tags};
use crate::names::oidc_arn;
use crate::record::{Entity, Kind};
use crate::{Account, DirectoryError, Outcome, Text};
use sotto_arn::AccountId;
use std::sync::Arc;

/// Audiences of one provider (CreateOpenIDConnectProvider).
pub const CLIENTS_MAX: usize = 100;
/// Thumbprints of one provider.
pub const THUMBPRINTS_MAX: usize = 5;
/// Providers of an account (IAM user guide, quotas).
pub const PROVIDERS_MAX: usize = 100;

/// What a new provider is to be like.
#[derive(Clone, Debug)]
pub struct NewProvider {
    /// `https://HOST/PATH`.
    pub url: Text,
    /// Audiences.
    pub clients: Vec<Text>,
    /// Thumbprints of the issuer's certificates.
    pub thumbprints: Vec<Text>,
    /// Tags.
    pub tags: Tags,
}

/// The provider that an ARN names.
pub fn find<'a>(id: &AccountId, account: &'a Account, arn: &str) -> Option<&'a Arc<OidcProvider>> {
    let url = arn.split_once(":oidc-provider/")?.1;
    account.providers.find(url).filter(|held| oidc_arn(id, &held.url).as_str() == arn)
}

impl Draft {
    /// CreateOpenIDConnectProvider.
    ///
    /// # Errors
    /// When the URL is none, is taken, or there are too many audiences or thumbprints.
    pub fn create_provider(
        &mut self,
        account: &AccountId,
        new: NewProvider,
        now: Seconds,
    ) -> Outcome<Arc<OidcProvider>> {
        bounded_lists(&new.clients, &new.thumbprints)?;
        let url = bare_url(&new.url)?;
        let held = self.account(account)?;
        if held.providers.find(url.as_str()).is_some() {
            return Err(DirectoryError::EntityExists(Text::own(format!(
                "Provider with url https://{url} already exists."
            ))));
        }
        crate::draft::within("OpenIdConnectProvidersPerAccount", held.providers.count(), PROVIDERS_MAX)?;
        let provider = OidcProvider {
            url,
            clients: new.clients,
            thumbprints: new.thumbprints,
            created: now,
            tags: new.tags,
        };
        let provider = Arc::new(provider);
        self.put(account, Entity::Oidc(Arc::clone(&provider)));
        Ok(provider)
    }

    /// The provider that an ARN names.
    ///
    /// # Errors
    /// [`DirectoryError::NoSuchEntity`].
    pub fn provider(&self, account: &AccountId, arn: &Text) -> Outcome<&Arc<OidcProvider>> {
        find(account, self.account(account)?, arn.as_str()).ok_or_else(|| {
            DirectoryError::NoSuchEntity(Text::own(format!("OpenIDConnect Provider not found for arn {arn}")))
        })
    }

    /// DeleteOpenIDConnectProvider; to be gone already is no error.
    ///
    /// # Errors
    /// When there is no such account.
    pub fn delete_provider(&mut self, account: &AccountId, arn: &Text) -> Outcome<()> {
        let url = find(account, self.account(account)?, arn.as_str()).map(|held| held.url.clone());
        if let Some(url) = url {
            self.delete(account, Kind::Oidc, url.as_str());
        }
        Ok(())
    }

    /// AddClientIDToOpenIDConnectProvider; to be there already is no error.
    ///
    /// # Errors
    /// When there is no such provider, or it has a hundred.
    pub fn add_client(&mut self, account: &AccountId, arn: &Text, client: Text) -> Outcome<()> {
        self.edit_provider(account, arn, |provider| {
            if !provider.clients.contains(&client) {
                provider.clients.push(client);
            }
            bounded_lists(&provider.clients, &provider.thumbprints)
        })
    }

    /// RemoveClientIDFromOpenIDConnectProvider; to be gone already is no error.
    ///
    /// # Errors
    /// When there is no such provider.
    pub fn remove_client(&mut self, account: &AccountId, arn: &Text, client: &Text) -> Outcome<()> {
        self.edit_provider(account, arn, |provider| {
            provider.clients.retain(|held| held != client);
            Ok(())
        })
    }

    /// UpdateOpenIDConnectProviderThumbprint.
    ///
    /// # Errors
    /// When there is no such provider, or there are more than five.
    pub fn set_thumbprints(
        &mut self,
        account: &AccountId,
        arn: &Text,
        thumbprints: Vec<Text>,
    ) -> Outcome<()> {
        self.edit_provider(account, arn, |provider| {
            provider.thumbprints = thumbprints;
            bounded_lists(&provider.clients, &provider.thumbprints)
        })
    }

    pub(crate) fn edit_provider<T>(
        &mut self,
        account: &AccountId,
        arn: &Text,
        edit: impl FnOnce(&mut OidcProvider) -> Outcome<T>,
    ) -> Outcome<T> {
        let mut provider = OidcProvider::clone(self.provider(account, arn)?);
        let answer = edit(&mut provider)?;
        self.put(account, Entity::Oidc(Arc::new(provider)));
        Ok(answer)
    }
}

fn bare_url(url: &Text) -> Outcome<Text> {
    let bare = url.as_str().strip_prefix("https://").map(|rest| rest.trim_end_matches('/'));
    let fits = |rest: &&str| {
        let host = rest.split('/').next().unwrap_or_default();
        !host.is_empty() && rest.bytes().all(|b| b.is_ascii_graphic()) && !rest.contains(['?', '#', '@'])
    };
    bare.filter(fits)
        .map(|rest| Text::own(rest.to_owned()))
        .ok_or_else(|| DirectoryError::Validation("Invalid Open ID Connect Provider URL".into()))
}

fn bounded_lists(clients: &[Text], thumbprints: &[Text]) -> Outcome<()> {
    if clients.len() > CLIENTS_MAX {
        return Err(crate::error::limit("ClientIdsPerOpenIdConnectProvider", CLIENTS_MAX));
    }
    if thumbprints.len() > THUMBPRINTS_MAX {
        return Err(DirectoryError::InvalidInput(
            "Thumbprint list must contain fewer than 5 entries.".into(),
        ));
    }
    Ok(())
}
