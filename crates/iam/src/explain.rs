//! Which statements had a say, and which keys did they ask for in vain?
//!
//! This is what SimulatePrincipalPolicy and SimulateCustomPolicy answer (IAM API Reference, "EvaluationResult"), and what people
//! read who want to know why. It looks at every statement, so it is slower than a decision.

use crate::context::Key;
use crate::evaluate::{Grant, applies, evaluate};
use crate::policies::{Level, Policies, PolicySet};
use crate::request::{Request, Scene};
use crate::verdict::{Label, Layer, Verdict};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A statement that speaks of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The layer it belongs to.
    pub layer: Layer,
    /// Which of the request's resources it speaks of, from 0.
    pub resource: usize,
    /// The statement.
    pub statement: Arc<Label>,
}

/// A decision with all that had a say in it.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The decision.
    pub verdict: Verdict,
    /// Statements whose elements and conditions all fit.
    pub matches: Vec<Match>,
    /// Context keys that policies ask for and the request does not have, in lower case, sorted.
    pub missing_keys: Vec<String>,
}

/// Decides and explains.
pub fn explain(policies: &Policies, request: &Request) -> Explanation {
    let verdict = evaluate(policies, request);
    let sets = layered(policies, request);
    let mut matches = Vec::new();
    for (index, resource) in request.resources().iter().enumerate() {
        let scene = Scene::whole(request, resource);
        matches.extend(sets.iter().flat_map(|(layer, set)| matching(*layer, set, scene, index)));
    }
    Explanation { verdict, matches, missing_keys: missing(&sets, request) }
}

fn layered<'p>(policies: &'p Policies, request: &'p Request) -> Vec<(Layer, &'p PolicySet)> {
    let view = policies.view();
    let levels = |layer, levels: &'p [Level]| levels.iter().map(move |level| (layer, &*level.policies));
    let session = view.session.or(request.principal().session_policies());
    let kind = view.resource.and_then(PolicySet::kind);
    let single = [
        (Layer::VpcEndpoint, view.endpoint),
        (Layer::of_resource(kind), view.resource),
        (Layer::Boundary, view.boundary),
        (Layer::Session, session),
    ];
    let single = single.into_iter().filter_map(|(layer, set)| Some((layer, set?)));
    let identity = view.identity.iter().map(|set| (Layer::Identity, &**set));
    levels(Layer::Scp, view.scps).chain(levels(Layer::Rcp, view.rcps)).chain(single).chain(identity).collect()
}

fn matching(layer: Layer, set: &PolicySet, scene: Scene<'_>, resource: usize) -> Vec<Match> {
    let action = scene.request.action().folded();
    let fits = set.entries().iter().filter(|entry| {
        entry.statement.actions.matches(action) && applies(&entry.statement, scene) != Grant::None
    });
    fits.map(|entry| Match { layer, resource, statement: Arc::clone(&entry.label) }).collect()
}

fn missing(sets: &[(Layer, &PolicySet)], request: &Request) -> Vec<String> {
    let policies = sets.iter().flat_map(|(_, set)| set.policies());
    let asked: BTreeSet<&str> = policies.flat_map(|attached| attached.policy().condition_keys()).collect();
    let known = |name: &str| {
        let key = Key::new(name);
        let mut scenes = request.resources().iter().map(|resource| Scene::whole(request, resource));
        scenes.any(|scene| scene.values(&key).is_some_and(|values| !values.is_empty()))
    };
    asked.into_iter().filter(|name| !known(name)).map(str::to_owned).collect()
}
