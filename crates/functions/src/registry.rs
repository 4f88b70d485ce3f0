//! Which functions and layers are there, and how do they change? A snapshot, a draft on which transitions act, and a change: the
//! records that storage commits and that give the same registry when they are read again.
//!
//! Quotas and conflicts are decided here; what a setting may be was checked before it came.

use crate::model::{Code, Function, FunctionScope, Layer, LayerVersion, Permission};
use sotto_public::{Opaque, Place, Public, Storable, StoredRecord};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Functions of an account in a Region.
pub(crate) const FUNCTIONS_MAX: usize = 1000;
/// Layers of an account in a Region, and versions of one.
pub(crate) const LAYERS_MAX: usize = 200;
/// Versions of a layer that are kept.
pub(crate) const LAYER_VERSIONS_MAX: usize = 100;
/// Layers of a function (AWS Lambda quotas, "Function layers").
pub const FUNCTION_LAYERS_MAX: usize = 5;
/// Bytes of code of an account in a Region.
pub(crate) const CODE_BYTES_MAX: u64 = 8 * 1024 * 1024 * 1024;
/// Tags of a function.
pub(crate) const TAGS_MAX: usize = 50;
/// Bytes of a resource policy (AWS Lambda quotas, "Resource-based policy").
pub(crate) const POLICY_BYTES_MAX: usize = 20 * 1024;

/// Why a transition is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// There is no such function.
    #[error("there is no function of this name")]
    NoFunction,
    /// There is no such layer, or not this version.
    #[error("there is no such version of a layer")]
    NoLayer,
    /// There is no such statement.
    #[error("there is no statement with this id")]
    NoStatement,
    /// The name is taken.
    #[error("a function of this name is there already")]
    Exists,
    /// The statement's id is taken.
    #[error("a statement with this id is there already")]
    StatementExists,
    /// The caller stands on another revision.
    #[error("the function is at another revision")]
    Revision,
    /// A quota.
    #[error("there are {most} {what} at most")]
    Limit {
        /// Of what.
        what: &'static str,
        /// How many.
        most: u64,
    },
    /// The policy would be too long.
    #[error("a resource policy has at most {POLICY_BYTES_MAX} bytes")]
    PolicyLength,
}

type Outcome<T> = Result<T, RegistryError>;

/// The name of a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FunctionKey {
    /// Where.
    pub scope: FunctionScope,
    /// Whether it is a layer's.
    pub layer: bool,
    /// Of what.
    pub name: Public<String>,
}

/// The place of all records of functions.
pub fn functions_place() -> Place {
    Place::new("functions")
}

impl FunctionKey {
    /// Where storage keeps it.
    pub fn place(&self) -> Place {
        let kind = if self.layer { "layer" } else { "function" };
        let scope = functions_place().with(&self.scope.account).with(&self.scope.region);
        scope.with(&kind).with(&self.name)
    }
}

/// A record: a function or a layer, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub struct FunctionRecord {
    /// Where.
    pub scope: FunctionScope,
    /// What.
    pub entity: FunctionEntity,
}

impl StoredRecord for FunctionRecord {
    const KIND: &'static str = "function";
}

/// What a record holds.
#[derive(Clone, Debug, PartialEq, Eq, Storable)]
pub enum FunctionEntity {
    /// A function.
    Function(Arc<Function>),
    /// A layer.
    Layer(Arc<Layer>),
}

impl FunctionRecord {
    /// The name under which it is kept.
    pub fn key(&self) -> FunctionKey {
        let (layer, name) = match &self.entity {
            FunctionEntity::Function(function) => (false, &function.name),
            FunctionEntity::Layer(layer) => (true, &layer.name),
        };
        FunctionKey { scope: self.scope.clone(), layer, name: name.clone() }
    }

    /// All code that it names: a function's, or that of a layer's versions.
    pub fn codes(&self) -> Vec<&Code> {
        match &self.entity {
            FunctionEntity::Function(function) => vec![&function.code],
            FunctionEntity::Layer(layer) => layer.versions.values().map(|version| &version.code).collect(),
        }
    }
}

type ByName<T> = BTreeMap<Public<String>, Arc<T>>;

/// Everything at one moment.
#[derive(Clone, Debug, Default)]
pub struct FunctionRegistry(Arc<BTreeMap<FunctionScope, Arc<Shelf>>>);

#[derive(Clone, Debug, Default)]
struct Shelf {
    functions: ByName<Function>,
    layers: ByName<Layer>,
}

/// What was done to a draft: records that are put or deleted.
#[derive(Clone, Debug, Default)]
pub struct FunctionChange(Vec<(FunctionKey, Option<FunctionRecord>)>);

impl FunctionChange {
    /// The records, each once.
    pub fn records(&self) -> &[(FunctionKey, Option<FunctionRecord>)] {
        &self.0
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FunctionRegistry {
    /// The registry that these records make up.
    pub fn load(records: impl IntoIterator<Item = FunctionRecord>) -> Self {
        let mut registry = Self::default();
        for record in records {
            registry.set(&record.key(), Some(record.entity));
        }
        registry
    }

    /// A function.
    pub fn function(&self, scope: &FunctionScope, name: &Public<String>) -> Option<&Arc<Function>> {
        self.0.get(scope)?.functions.get(name)
    }

    /// All functions of an account in a Region, by name.
    pub fn functions(&self, scope: &FunctionScope) -> impl Iterator<Item = &Arc<Function>> {
        self.0.get(scope).into_iter().flat_map(|shelf| shelf.functions.values())
    }

    /// All functions.
    pub fn all(&self) -> impl Iterator<Item = (&FunctionScope, &Arc<Function>)> {
        self.0
            .iter()
            .flat_map(|(scope, shelf)| shelf.functions.values().map(move |function| (scope, function)))
    }

    /// A layer.
    pub fn layer(&self, scope: &FunctionScope, name: &Public<String>) -> Option<&Arc<Layer>> {
        self.0.get(scope)?.layers.get(name)
    }

    /// All layers of an account in a Region, by name.
    pub fn layers(&self, scope: &FunctionScope) -> impl Iterator<Item = &Arc<Layer>> {
        self.0.get(scope).into_iter().flat_map(|shelf| shelf.layers.values())
    }

    /// A working copy.
    pub fn draft(&self) -> FunctionDraft {
        FunctionDraft { registry: self.clone(), changed: BTreeMap::new() }
    }

    /// The registry after a change.
    #[must_use]
    pub fn apply(&self, change: &FunctionChange) -> Self {
        let mut after = self.clone();
        for (key, record) in change.records() {
            after.set(key, record.as_ref().map(|record| record.entity.clone()));
        }
        after
    }

    fn set(&mut self, key: &FunctionKey, entity: Option<FunctionEntity>) {
        let shelves = Arc::make_mut(&mut self.0);
        let shelf = Arc::make_mut(shelves.entry(key.scope.clone()).or_default());
        match entity {
            Some(FunctionEntity::Function(function)) => {
                shelf.functions.insert(key.name.clone(), function);
            }
            Some(FunctionEntity::Layer(layer)) => {
                shelf.layers.insert(key.name.clone(), layer);
            }
            None if key.layer => drop(shelf.layers.remove(&key.name)),
            None => drop(shelf.functions.remove(&key.name)),
        }
    }

    fn code_bytes(&self, scope: &FunctionScope) -> u64 {
        let functions = self.functions(scope).map(|function| function.code.bytes);
        let versions = self.layers(scope).flat_map(|layer| layer.versions.values());
        functions.chain(versions.map(|version| version.code.bytes)).sum()
    }
}

/// A working copy of the registry.
#[derive(Debug)]
pub struct FunctionDraft {
    registry: FunctionRegistry,
    changed: BTreeMap<FunctionKey, Option<FunctionRecord>>,
}

impl FunctionDraft {
    /// The registry as the transitions so far left it.
    pub fn registry(&self) -> &FunctionRegistry {
        &self.registry
    }

    /// What the transitions changed.
    pub fn finish(self) -> FunctionChange {
        FunctionChange(self.changed.into_iter().collect())
    }

    /// Makes a function.
    ///
    /// # Errors
    /// When the name is taken, or a quota is reached.
    pub fn create(&mut self, scope: &FunctionScope, function: Function) -> Outcome<()> {
        if self.registry.function(scope, &function.name).is_some() {
            return Err(RegistryError::Exists);
        }
        within("functions", self.registry.functions(scope).count(), FUNCTIONS_MAX)?;
        self.room(scope, &function.code)?;
        self.put(scope, FunctionEntity::Function(Arc::new(function)));
        Ok(())
    }

    /// Changes code or settings of a function, which is another revision then. What it was before comes back.
    ///
    /// # Errors
    /// When it is not there, stands at another revision than `known`, or its code is too much.
    pub fn update(
        &mut self,
        (scope, name): (&FunctionScope, &Public<String>),
        known: Option<u128>,
        (revision, now_ms): (u128, u64),
        change: impl FnOnce(&mut Function),
    ) -> Outcome<(Arc<Function>, Arc<Function>)> {
        let before = self.found(scope, name)?;
        if known.is_some_and(|known| known != before.revision) {
            return Err(RegistryError::Revision);
        }
        let mut after = Function::clone(&before);
        change(&mut after);
        (after.revision, after.modified_ms) = (revision, now_ms);
        if after.code != before.code {
            self.room(scope, &after.code)?;
        }
        let after = Arc::new(after);
        self.put(scope, FunctionEntity::Function(Arc::clone(&after)));
        Ok((before, after))
    }

    /// Takes a function away; what it was comes back.
    ///
    /// # Errors
    /// When it is not there.
    pub fn delete(&mut self, scope: &FunctionScope, name: &Public<String>) -> Outcome<Arc<Function>> {
        let before = self.found(scope, name)?;
        let key = FunctionKey { scope: scope.clone(), layer: false, name: name.clone() };
        self.registry.set(&key, None);
        self.changed.insert(key, None);
        Ok(before)
    }

    /// Adds a statement to a function's resource policy.
    ///
    /// # Errors
    /// When the function is not there, the id is taken, or the policy would be too long.
    pub fn permit(
        &mut self,
        (scope, name): (&FunctionScope, &Public<String>),
        arn: &Public<String>,
        permission: Permission,
    ) -> Outcome<()> {
        self.edit(scope, name, |function| {
            if function.permissions.iter().any(|held| held.sid == permission.sid) {
                return Err(RegistryError::StatementExists);
            }
            function.permissions.push(permission);
            let bytes = function.policy(arn).map_or(0, |policy| policy.get().len());
            if bytes <= POLICY_BYTES_MAX { Ok(()) } else { Err(RegistryError::PolicyLength) }
        })
    }

    /// Takes a statement away.
    ///
    /// # Errors
    /// When function or statement is not there.
    pub fn forbid(
        &mut self,
        scope: &FunctionScope,
        name: &Public<String>,
        sid: &Public<String>,
    ) -> Outcome<()> {
        self.edit(scope, name, |function| {
            let before = function.permissions.len();
            function.permissions.retain(|held| held.sid != *sid);
            if function.permissions.len() < before { Ok(()) } else { Err(RegistryError::NoStatement) }
        })
    }

    /// Sets and takes away tags.
    ///
    /// # Errors
    /// When the function is not there, or would have too many.
    pub fn tag(
        &mut self,
        scope: &FunctionScope,
        name: &Public<String>,
        set: &BTreeMap<Public<String>, Opaque>,
        gone: &[Public<String>],
    ) -> Outcome<()> {
        self.edit(scope, name, |function| {
            function.tags.retain(|key, _| !gone.contains(key));
            function.tags.extend(set.clone());
            match function.tags.len() <= TAGS_MAX {
                true => Ok(()),
                false => Err(RegistryError::Limit { what: "tags", most: TAGS_MAX as u64 }),
            }
        })
    }

    /// Says how many invocations run at one time.
    ///
    /// # Errors
    /// When the function is not there.
    pub fn reserve(
        &mut self,
        scope: &FunctionScope,
        name: &Public<String>,
        most: Option<u32>,
    ) -> Outcome<()> {
        self.edit(scope, name, |function| {
            function.concurrency = most;
            Ok(())
        })
    }

    /// Makes a version of a layer, and the layer where it is the first; its number.
    ///
    /// # Errors
    /// When a quota is reached.
    pub fn publish_layer(
        &mut self,
        scope: &FunctionScope,
        name: &Public<String>,
        version: LayerVersion,
    ) -> Outcome<u64> {
        self.room(scope, &version.code)?;
        let mut layer = match self.registry.layer(scope, name) {
            Some(layer) => Layer::clone(layer),
            None => {
                within("layers", self.registry.layers(scope).count(), LAYERS_MAX)?;
                Layer { name: name.clone(), next: 1, versions: BTreeMap::new() }
            }
        };
        within("versions of a layer", layer.versions.len(), LAYER_VERSIONS_MAX)?;
        let number = layer.next;
        layer.next += 1;
        layer.versions.insert(number, version);
        self.put(scope, FunctionEntity::Layer(Arc::new(layer)));
        Ok(number)
    }

    /// Takes a version of a layer away; nothing there is fine. Functions that have it go on with processes that are there.
    pub fn delete_layer(
        &mut self,
        scope: &FunctionScope,
        name: &Public<String>,
        number: u64,
    ) -> Option<LayerVersion> {
        let mut layer = Layer::clone(self.registry.layer(scope, name)?);
        let gone = layer.versions.remove(&number)?;
        self.put(scope, FunctionEntity::Layer(Arc::new(layer)));
        Some(gone)
    }

    fn edit(
        &mut self,
        scope: &FunctionScope,
        name: &Public<String>,
        change: impl FnOnce(&mut Function) -> Outcome<()>,
    ) -> Outcome<()> {
        let found = self.found(scope, name)?;
        let mut function = Function::clone(&found);
        change(&mut function)?;
        self.put(scope, FunctionEntity::Function(Arc::new(function)));
        Ok(())
    }

    fn found(&self, scope: &FunctionScope, name: &Public<String>) -> Outcome<Arc<Function>> {
        self.registry.function(scope, name).cloned().ok_or(RegistryError::NoFunction)
    }

    fn room(&self, scope: &FunctionScope, code: &Code) -> Outcome<()> {
        match self.registry.code_bytes(scope).saturating_add(code.bytes) <= CODE_BYTES_MAX {
            true => Ok(()),
            false => Err(RegistryError::Limit { what: "bytes of code", most: CODE_BYTES_MAX }),
        }
    }

    fn put(&mut self, scope: &FunctionScope, entity: FunctionEntity) {
        let record = FunctionRecord { scope: scope.clone(), entity };
        let key = record.key();
        self.registry.set(&key, Some(record.entity.clone()));
        self.changed.insert(key, Some(record));
    }
}

fn within(what: &'static str, count: usize, most: usize) -> Outcome<()> {
    if count < most { Ok(()) } else { Err(RegistryError::Limit { what, most: most as u64 }) }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "names of a test")]
mod tests {
    use super::*;
    use sotto_arn::{AccountId, Region};
    use sotto_public::Stored;

    fn text(text: &str) -> Public<String> {
        Public::from_pinned_text(text.to_owned())
    }

    fn scope() -> FunctionScope {
        FunctionScope {
            account: AccountId::parse("111122223333").unwrap(),
            region: Region::parse("eu-central-1").unwrap(),
        }
    }

    fn code(bytes: u64) -> Code {
        let key = Opaque::from_pinned_bytes(vec![1]);
        Code { object: 1, key, sha256: text("sum"), bytes, unpacked_bytes: bytes }
    }

    fn function(name: &str) -> Function {
        Function {
            name: text(name),
            uid: 1,
            revision: 1,
            modified_ms: 1,
            code: code(10),
            runtime: text("python3.13"),
            handler: text("a.b"),
            role: text("arn:aws:iam::111122223333:role/r"),
            description: None,
            environment: None,
            timeout_seconds: 3,
            memory_mib: 128,
            layers: Vec::new(),
            log_group: None,
            architecture: text("x86_64"),
            concurrency: None,
            permissions: Vec::new(),
            tags: BTreeMap::new(),
        }
    }

    fn permission(sid: &str) -> Permission {
        Permission {
            sid: text(sid),
            action: text("lambda:InvokeFunction"),
            principal: text("lex.amazonaws.com"),
            source_arn: None,
            source_account: None,
            organization: None,
        }
    }

    #[test]
    fn a_change_gives_the_same_registry_and_records_come_back() {
        let mut draft = FunctionRegistry::default().draft();
        draft.create(&scope(), function("one")).unwrap();
        assert_eq!(draft.create(&scope(), function("one")), Err(RegistryError::Exists));
        let arn = text("arn:aws:lambda:eu-central-1:111122223333:function:one");
        draft.permit((&scope(), &text("one")), &arn, permission("a")).unwrap();
        let again = draft.permit((&scope(), &text("one")), &arn, permission("a"));
        assert_eq!(again, Err(RegistryError::StatementExists));
        let change = draft.finish();
        let registry = FunctionRegistry::default().apply(&change);
        let records: Vec<FunctionRecord> = change
            .records()
            .iter()
            .filter_map(|(_, record)| record.as_ref())
            .map(|record| Stored::of(record).read().unwrap())
            .collect();
        assert_eq!(
            FunctionRegistry::load(records).function(&scope(), &text("one")),
            registry.function(&scope(), &text("one"))
        );
        assert!(
            registry
                .function(&scope(), &text("one"))
                .unwrap()
                .policy(&arn)
                .unwrap()
                .get()
                .contains("lex.amazonaws.com")
        );
        let mut draft = registry.draft();
        assert_eq!(draft.forbid(&scope(), &text("one"), &text("b")), Err(RegistryError::NoStatement));
        draft.forbid(&scope(), &text("one"), &text("a")).unwrap();
        draft.delete(&scope(), &text("one")).unwrap();
        assert_eq!(draft.delete(&scope(), &text("one")).err(), Some(RegistryError::NoFunction));
        assert_eq!(registry.apply(&draft.finish()).functions(&scope()).count(), 0);
    }

    #[test]
    fn an_update_stands_on_the_revision_that_was_known() {
        let mut draft = FunctionRegistry::default().draft();
        draft.create(&scope(), function("one")).unwrap();
        let at = scope();
        let name = text("one");
        let (before, after) =
            draft.update((&at, &name), Some(1), (2, 7), |function| function.timeout_seconds = 9).unwrap();
        assert_eq!(
            (before.timeout_seconds, after.timeout_seconds, after.revision, after.modified_ms),
            (3, 9, 2, 7)
        );
        let late = draft.update((&at, &name), Some(1), (3, 8), |_| {});
        assert_eq!(late.err(), Some(RegistryError::Revision));
    }

    #[test]
    fn quotas_hold_on_both_sides() {
        let mut draft = FunctionRegistry::default().draft();
        for number in 0..FUNCTIONS_MAX {
            draft.create(&scope(), function(&format!("f{number}"))).unwrap();
        }
        let most = FUNCTIONS_MAX as u64;
        assert_eq!(
            draft.create(&scope(), function("f")),
            Err(RegistryError::Limit { what: "functions", most })
        );
        let mut draft = FunctionRegistry::default().draft();
        let mut large = function("large");
        large.code = code(CODE_BYTES_MAX);
        draft.create(&scope(), large).unwrap();
        assert!(matches!(
            draft.create(&scope(), function("f")),
            Err(RegistryError::Limit { what: "bytes of code", .. })
        ));
        let version = || LayerVersion {
            created_ms: 1,
            code: code(0),
            description: None,
            license: None,
            runtimes: Vec::new(),
        };
        let mut draft = FunctionRegistry::default().draft();
        for number in 1..=LAYER_VERSIONS_MAX as u64 {
            assert_eq!(draft.publish_layer(&scope(), &text("l"), version()), Ok(number));
        }
        assert!(draft.publish_layer(&scope(), &text("l"), version()).is_err());
        assert!(draft.delete_layer(&scope(), &text("l"), 1).is_some());
        assert!(draft.delete_layer(&scope(), &text("l"), 1).is_none());
        assert_eq!(draft.publish_layer(&scope(), &text("l"), version()), Ok(LAYER_VERSIONS_MAX as u64 + 1));
    }

    #[test]
    fn a_record_names_all_of_its_code() {
        let numbered = |number| Code { object: number, ..code(1) };
        let version = |number| LayerVersion {
            created_ms: 1,
            code: numbered(number),
            description: None,
            license: None,
            runtimes: Vec::new(),
        };
        let one = Function { code: numbered(7), ..function("one") };
        let versions = [(1, version(8)), (3, version(9))].into();
        let layer = Layer { name: text("l"), next: 4, versions };
        for (entity, wanted) in [
            (FunctionEntity::Function(Arc::new(one)), vec![7]),
            (FunctionEntity::Layer(Arc::new(layer)), vec![8, 9]),
        ] {
            let record = FunctionRecord { scope: scope(), entity };
            assert_eq!(record.codes().iter().map(|code| code.object).collect::<Vec<_>>(), wanted);
        }
    }
}
