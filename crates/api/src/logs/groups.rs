//! Log groups: created, described, listed, deleted; how long events stay, under which key, and whether deletion is refused.

use super::{
    Meant, PAGE_ITEMS_MAX, fault, invalid, keys, may, may_generally, may_with, now, page, scope, shapes,
    shelf, tags,
};
use crate::call::Call;
use crate::desk::Answered;
use sotto_arn::{LogGroupArn, LogGroupName};
use sotto_kms::keys::KeyArn;
use sotto_logs::{AccountPolicyType, Class, Entry, NewGroup, Shelf, Uid};
use sotto_public::Public;
use sotto_wire::{Fault, Output, Value};

/// Groups of one answer of ListLogGroups at most.
const LIST_ITEMS_MAX: usize = 1_000;

pub(super) async fn answer(call: &mut Call<'_>, operation: &str) -> Option<Answered> {
    Some(match operation {
        "CreateLogGroup" => create(call).await,
        "DeleteLogGroup" => delete(call).await,
        "DescribeLogGroups" => describe(call),
        "ListLogGroups" => list(call),
        "PutRetentionPolicy" => retain(call, "logs:PutRetentionPolicy").await,
        "DeleteRetentionPolicy" => retain(call, "logs:DeleteRetentionPolicy").await,
        "AssociateKmsKey" => set_key(call, "logs:AssociateKmsKey").await,
        "DisassociateKmsKey" => set_key(call, "logs:DisassociateKmsKey").await,
        "PutLogGroupDeletionProtection" => protect(call).await,
        _ => return None,
    })
}

async fn create(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let context = tags::given_context(call);
    let _asked = may_with(call, "logs:CreateLogGroup", &meant, context)?;
    let class = call.input().public("logGroupClass").map(|class| Class::parse(class.get()));
    let class = class.unwrap_or(Some(Class::Standard));
    let Some(class) = class else {
        return Err(invalid("The log group class is not available in this release"));
    };
    let uid = Uid::new(call.draw().bytes());
    let kms_key = call.input().public("kmsKeyId").cloned();
    if let Some(key) = &kms_key {
        usable_key(call, &meant, key).await?;
    }
    let new = NewGroup {
        uid,
        name: meant.name.clone(),
        at: now(call),
        class,
        kms_key,
        tags: tags::given(call, uid)?,
        deletion_protected: call.input().flag("deletionProtectionEnabled").unwrap_or(false),
    };
    call.transact(|drafts, _| drafts.logs.create_group(&meant.scope, new.clone()).map_err(fault)).await?;
    Ok(Output::new())
}

async fn delete(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let _asked = may(call, "logs:DeleteLogGroup", &meant)?;
    call.transact(|drafts, _| drafts.logs.delete_group(&meant.scope, &meant.name).map_err(fault)).await?;
    Ok(Output::new())
}

/// Which groups a list is about.
struct Wanted {
    prefix: Option<Public<String>>,
    part: Option<Public<String>>,
    class: Option<Class>,
    names: Option<Vec<LogGroupName>>,
}

impl Wanted {
    fn of(call: &Call<'_>) -> Result<Self, Fault> {
        let input = call.input();
        let (prefix, part) =
            (input.public("logGroupNamePrefix").cloned(), input.public("logGroupNamePattern").cloned());
        if prefix.is_some() && part.is_some() {
            return Err(invalid(
                "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
            ));
        }
        let class = input.public("logGroupClass").and_then(|class| Class::parse(class.get()));
        let name = |identifier| Meant::identified(call, identifier).map(|meant| meant.name);
        let names = input
            .has("logGroupIdentifiers")
            .then(|| input.publics("logGroupIdentifiers").map(name).collect());
        Ok(Self { prefix, part, class, names: names.transpose()? })
    }

    fn fits(&self, name: &LogGroupName, entry: &Entry) -> bool {
        let text = name.as_str();
        self.prefix.as_ref().is_none_or(|prefix| text.starts_with(prefix.get()))
            && self.part.as_ref().is_none_or(|part| text.contains(part.get().as_str()))
            && self.class.is_none_or(|class| entry.group.class == class)
            && self.names.as_ref().is_none_or(|names| names.contains(name))
    }
}

fn describe(call: &mut Call<'_>) -> Answered {
    let scope = scope(call)?;
    let _asked = may_generally(call, "logs:DescribeLogGroups")?;
    let (wanted, shelf) = (Wanted::of(call)?, shelf(call, &scope).unwrap_or_default());
    let found = shelf.groups().iter().filter(|(name, entry)| wanted.fits(name, entry));
    let named = found.map(|(name, entry)| (Public::named(name), (name, entry)));
    let (groups, next) = page(call, named, PAGE_ITEMS_MAX);
    let inherits = inherits(&shelf);
    let shown = groups.into_iter().map(|(name, entry)| {
        let meant = Meant { scope: scope.clone(), name: name.clone() };
        shapes::group(&meant, entry, inherits, super::stored_bytes(call, entry))
    });
    Ok(Output::new().with("logGroups", Value::list(shown)).with("nextToken", next))
}

/// Whether a data protection policy of the account covers all groups.
fn inherits(shelf: &Shelf) -> bool {
    shelf.account_policies(AccountPolicyType::DataProtection).next().is_some()
}

fn list(call: &mut Call<'_>) -> Answered {
    let scope = scope(call)?;
    let _asked = may_generally(call, "logs:ListLogGroups")?;
    let (wanted, shelf) = (Wanted::of_list(call)?, shelf(call, &scope).unwrap_or_default());
    let found = shelf.groups().iter().filter(|(name, entry)| wanted.fits_list(name, entry));
    let named = found.map(|(name, entry)| (Public::named(name), (name, entry)));
    let (groups, next) = page(call, named, LIST_ITEMS_MAX);
    let shown = groups.into_iter().map(|(name, entry)| {
        let arn = LogGroupArn::new(scope.region.clone(), scope.account.clone(), name.clone());
        Output::new()
            .with("logGroupName", Value::named(name))
            .with("logGroupArn", crate::record::configured(&arn))
            .with("logGroupClass", entry.group.class.as_str())
    });
    Ok(Output::new().with("logGroups", Value::list(shown)).with("nextToken", next))
}

impl Wanted {
    /// ListLogGroups has alternatives of names, each of which may be told to stand at the beginning.
    fn of_list(call: &Call<'_>) -> Result<Self, Fault> {
        let input = call.input();
        for member in ["logGroupTags", "fieldIndexNames", "dataSources"] {
            if input.has(member) {
                return Err(invalid(sotto_wire::message!(
                    "filtering by '{}' is not available in this release",
                    member
                )));
            }
        }
        let class = input.public("logGroupClass").and_then(|class| Class::parse(class.get()));
        Ok(Self { prefix: None, part: input.public("logGroupNamePattern").cloned(), class, names: None })
    }

    fn fits_list(&self, name: &LogGroupName, entry: &Entry) -> bool {
        let one = |part: &str| match part.strip_prefix('^') {
            Some(prefix) => name.as_str().starts_with(prefix),
            None => name.as_str().contains(part),
        };
        self.part.as_ref().is_none_or(|part| part.get().split('|').any(one))
            && self.class.is_none_or(|class| entry.group.class == class)
    }
}

async fn retain(call: &mut Call<'_>, action: &'static str) -> Answered {
    let meant = Meant::of(call)?;
    let _asked = may(call, action, &meant)?;
    let days = call.input().integer("retentionInDays").map(|days| u32::try_from(days).unwrap_or(0));
    call.transact(|drafts, _| drafts.logs.set_retention(&meant.scope, &meant.name, days).map_err(fault))
        .await?;
    Ok(Output::new())
}

async fn set_key(call: &mut Call<'_>, action: &'static str) -> Answered {
    let meant = match call.input().public("resourceIdentifier") {
        Some(identifier) if identifier.get().contains(":query-result:") => {
            return Err(invalid("keys of query results are not available in this release"));
        }
        Some(identifier) => Meant::identified(call, identifier)?,
        None => Meant::of(call)?,
    };
    let _asked = may(call, action, &meant)?;
    let key = call.input().public("kmsKeyId").cloned();
    if let Some(key) = &key {
        usable_key(call, &meant, key).await?;
    }
    call.transact(|drafts, _| drafts.logs.set_key(&meant.scope, &meant.name, key.clone()).map_err(fault))
        .await?;
    Ok(Output::new())
}

/// A key must be there, symmetric, enabled, and let the service use it (User Guide, "Encrypt log data using AWS KMS").
async fn usable_key(call: &Call<'_>, meant: &Meant, key: &Public<String>) -> Result<(), Fault> {
    if KeyArn::parse(key.get()).is_err() {
        return Err(invalid("kmsKeyId must be the ARN of a KMS key"));
    }
    // Whatever is wrong with the key is one answer here (API Reference, "AssociateKmsKey").
    keys::may_use(call.api, meant, key).await.map_err(|fault| invalid(fault.message().clone()))
}

async fn protect(call: &mut Call<'_>) -> Answered {
    let meant = Meant::of(call)?;
    let _asked = may(call, "logs:PutLogGroupDeletionProtection", &meant)?;
    let on = call.input().flag("deletionProtectionEnabled").unwrap_or(false);
    call.transact(|drafts, _| {
        drafts.logs.set_deletion_protection(&meant.scope, &meant.name, on).map_err(fault)
    })
    .await?;
    Ok(Output::new())
}
