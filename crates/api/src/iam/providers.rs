//! OIDC providers: CreateOpenIDConnectProvider, GetOpenIDConnectProvider, lists, audiences, thumbprints, deletion.

use super::{home, may, on_arn};
use crate::call::{Ask, Call};
use crate::desk::{
    Answered, fault, given_tags, instant, permit, required, resource, seconds, shown_tags, tag_context,
    texts, value,
};
use sotto_directory::names::oidc_arn;
use sotto_directory::{NewProvider, Text, new_tags};
use sotto_iam::Context;
use sotto_wire::{Fault, Output, Value};

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateOpenIDConnectProvider" => create(call).await,
        "GetOpenIDConnectProvider" => get(call),
        "ListOpenIDConnectProviders" => list(call),
        "DeleteOpenIDConnectProvider" => delete(call).await,
        "AddClientIDToOpenIDConnectProvider" => add_client(call).await,
        "RemoveClientIDFromOpenIDConnectProvider" => remove_client(call).await,
        "UpdateOpenIDConnectProviderThumbprint" => thumbprints(call).await,
        _ => return None,
    })
}

async fn create(call: &mut Call<'_>) -> Answered {
    let (account, url) = (call.account()?, required(call, "Url")?);
    let bare = url.without_scheme();
    let context = tag_context(call, "Tags", Context::new());
    let on = resource(call, &account, &oidc_arn(&account, &bare), None);
    let permit = permit(call, Ask::new("iam:CreateOpenIDConnectProvider").on(on).with(context))?;
    let new = NewProvider {
        url,
        clients: texts(call, "ClientIDList"),
        thumbprints: texts(call, "ThumbprintList"),
        tags: new_tags(given_tags(call, &account, "Tags")?).map_err(fault)?,
    };
    let now = seconds(call);
    let made =
        call.change(|draft, _| draft.create_provider(&account, new.clone(), now).map_err(fault)).await?;
    let mut output = Output::new().with("OpenIDConnectProviderArn", value(&oidc_arn(&account, &made.url)));
    if made.tags.count() > 0 {
        output.set("Tags", shown_tags(call, &permit, &account, &made.tags)?);
    }
    Ok(output)
}

fn get(call: &mut Call<'_>) -> Answered {
    let arn = required(call, "OpenIDConnectProviderArn")?;
    let on = on_arn(call, &arn)?;
    let permit = may(call, "iam:GetOpenIDConnectProvider", on)?;
    let (account, _) = home(call)?;
    let draft = call.directory().draft();
    let held = draft.provider(&account, &arn).map_err(fault)?;
    let mut output = Output::new()
        .with("Url", value(&held.url))
        .with("ClientIDList", Value::list(held.clients.iter().map(value)))
        .with("ThumbprintList", Value::list(held.thumbprints.iter().map(value)))
        .with("CreateDate", instant(held.created));
    if held.tags.count() > 0 {
        output.set("Tags", shown_tags(call, &permit, &account, &held.tags)?);
    }
    Ok(output)
}

fn list(call: &mut Call<'_>) -> Answered {
    let (account, held) = home(call)?;
    let on = resource(call, &account, &oidc_arn(&account, &"*".into()), None);
    let _asked = may(call, "iam:ListOpenIDConnectProviders", on)?;
    let listed =
        held.providers.iter().map(|held| Output::new().with("Arn", value(&oidc_arn(&account, &held.url))));
    Ok(Output::new().with("OpenIDConnectProviderList", Value::list(listed)))
}

async fn delete(call: &mut Call<'_>) -> Answered {
    let (account, arn) = asked(call, "iam:DeleteOpenIDConnectProvider")?;
    call.change(|draft, _| draft.delete_provider(&account, &arn).map_err(fault)).await?;
    Ok(Output::new())
}

fn asked(call: &mut Call<'_>, action: &'static str) -> Result<(sotto_arn::AccountId, Text), Fault> {
    let (account, arn) = (call.account()?, required(call, "OpenIDConnectProviderArn")?);
    let on = on_arn(call, &arn)?;
    let _asked = may(call, action, on)?;
    Ok((account, arn))
}

async fn add_client(call: &mut Call<'_>) -> Answered {
    let (account, arn) = asked(call, "iam:AddClientIDToOpenIDConnectProvider")?;
    let client = required(call, "ClientID")?;
    call.change(|draft, _| draft.add_client(&account, &arn, client.clone()).map_err(fault)).await?;
    Ok(Output::new())
}

async fn remove_client(call: &mut Call<'_>) -> Answered {
    let (account, arn) = asked(call, "iam:RemoveClientIDFromOpenIDConnectProvider")?;
    let client = required(call, "ClientID")?;
    call.change(|draft, _| draft.remove_client(&account, &arn, &client).map_err(fault)).await?;
    Ok(Output::new())
}

async fn thumbprints(call: &mut Call<'_>) -> Answered {
    let (account, arn) = asked(call, "iam:UpdateOpenIDConnectProviderThumbprint")?;
    let given = texts(call, "ThumbprintList");
    call.change(|draft, _| draft.set_thumbprints(&account, &arn, given.clone()).map_err(fault)).await?;
    Ok(Output::new())
}
