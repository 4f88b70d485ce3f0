//! What do public functions take and give? No bare text where captured text could ride along.
//!
//! In the rooms at the edge (`wire`, `api`, `egress`, `functions`, `deliver`, `trail`) neither parameters nor results are
//! bare text or bytes; in `detect` and `protect` results are not. `&'static str` is a literal and passes. The exceptions
//! stand in `xtask/pins/signatures.toml`, each with its reason.

use crate::finding::Finding;
use crate::pins::{Pins, Site};
use crate::source::Source;
use syn::visit::{self, Visit};
use syn::{FnArg, GenericArgument, PathArguments, ReturnType, Type, TypeParamBound, Visibility};

/// The list of exceptions.
pub(crate) const PINS: &str = "xtask/pins/signatures.toml";

const BARE_NOWHERE: &[&str] = &["wire", "api", "egress", "functions", "deliver", "trail"];
const BARE_NOT_RETURNED: &[&str] = &["detect", "protect"];

/// Public functions with bare text, outside of the list.
pub(crate) fn check(sources: &[Source], pins: &Pins) -> Vec<Finding> {
    let sites: Vec<Site> = sources.iter().filter(|source| !source.is_test_file()).flat_map(sites).collect();
    let advice =
        "use a type that says what it holds (RawText, Public, StoredText, Rendered, an id), or list it";
    pins.compare("signatures", &sites, advice)
}

fn sites(source: &Source) -> Vec<Site> {
    let room = source.crate_folder().unwrap_or_default();
    let parameters = BARE_NOWHERE.contains(&room);
    if !parameters && !BARE_NOT_RETURNED.contains(&room) {
        return Vec::new();
    }
    let mut signatures = Signatures { source, parameters, public_trait: false, sites: Vec::new() };
    signatures.visit_file(&source.syntax);
    signatures.sites
}

struct Signatures<'a> {
    source: &'a Source,
    parameters: bool,
    public_trait: bool,
    sites: Vec<Site>,
}

impl Signatures<'_> {
    fn look(&mut self, signature: &syn::Signature) {
        let line = signature.fn_token.span.start().line;
        if self.source.is_test_line(line) {
            return;
        }
        let mut bare = Vec::new();
        if let ReturnType::Type(_, ty) = &signature.output {
            in_type(ty, &mut bare);
        }
        if self.parameters {
            in_parameters(signature, &mut bare);
        }
        bare.sort_unstable();
        bare.dedup();
        let function = self.name(signature, line);
        let site = |what: &&str| Site {
            file: self.source.path.clone(),
            line,
            function: function.clone(),
            what: (*what).into(),
        };
        let sites: Vec<Site> = bare.iter().map(site).collect();
        self.sites.extend(sites);
    }

    fn name(&self, signature: &syn::Signature, line: usize) -> String {
        let ident = signature.ident.to_string();
        let named = |name: &&str| *name == ident || name.ends_with(&format!("::{ident}"));
        Some(self.source.function_at(line)).filter(named).map_or(ident.clone(), str::to_owned)
    }

    fn conversion(&mut self, item: &syn::ItemImpl) {
        let from = item.trait_.as_ref().and_then(|(path, _)| path.segments.last());
        let line = item.impl_token.span.start().line;
        if from.is_none_or(|last| last.ident != "From" && last.ident != "Deref")
            || self.source.is_test_line(line)
        {
            return;
        }
        let mut bare = Vec::new();
        in_type(&item.self_ty, &mut bare);
        let what = bare.into_iter().next();
        let function = "From".to_owned();
        self.sites.extend(what.map(|what| Site {
            file: self.source.path.clone(),
            line,
            function,
            what: what.into(),
        }));
    }
}

impl<'ast> Visit<'ast> for Signatures<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if is_public(&item.vis) {
            self.look(&item.sig);
        }
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if is_public(&item.vis) {
            self.look(&item.sig);
        }
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.conversion(item);
        visit::visit_item_impl(self, item);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.public_trait = is_public(&item.vis);
        visit::visit_item_trait(self, item);
        self.public_trait = false;
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if self.public_trait {
            self.look(&item.sig);
        }
    }
}

const fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn in_parameters(signature: &syn::Signature, bare: &mut Vec<&'static str>) {
    for input in &signature.inputs {
        if let FnArg::Typed(parameter) = input {
            in_type(&parameter.ty, bare);
        }
    }
    for parameter in signature.generics.type_params() {
        in_bounds(&parameter.bounds, bare);
    }
    for predicate in signature.generics.where_clause.iter().flat_map(|clause| &clause.predicates) {
        if let syn::WherePredicate::Type(predicate) = predicate {
            in_bounds(&predicate.bounds, bare);
        }
    }
}

/// Adds the bare text types that a type is made of.
fn in_type(ty: &Type, bare: &mut Vec<&'static str>) {
    match ty {
        Type::Reference(reference) => in_reference(reference, bare),
        Type::Path(path) => in_path(&path.path, bare),
        Type::Tuple(tuple) => tuple.elems.iter().for_each(|part| in_type(part, bare)),
        Type::Slice(slice) => in_slice(&slice.elem, "&[u8]", bare),
        Type::Array(array) if !is_word(&array.elem, "u8") => in_type(&array.elem, bare),
        Type::Paren(inner) => in_type(&inner.elem, bare),
        Type::Group(inner) => in_type(&inner.elem, bare),
        Type::ImplTrait(traits) => in_bounds(&traits.bounds, bare),
        Type::TraitObject(object) => in_bounds(&object.bounds, bare),
        _ => {}
    }
}

fn in_reference(reference: &syn::TypeReference, bare: &mut Vec<&'static str>) {
    let literal = reference.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static");
    match &*reference.elem {
        Type::Path(_) if is_word(&reference.elem, "str") => bare.extend((!literal).then_some("&str")),
        Type::Slice(slice) if literal && is_word(&slice.elem, "u8") => {}
        inner => in_type(inner, bare),
    }
}

fn in_slice(element: &Type, name: &'static str, bare: &mut Vec<&'static str>) {
    if is_word(element, "u8") { bare.push(name) } else { in_type(element, bare) }
}

fn in_path(path: &syn::Path, bare: &mut Vec<&'static str>) {
    let Some(last) = path.segments.last() else { return };
    match last.ident.to_string().as_str() {
        "String" => bare.push("String"),
        "str" => bare.push("str"),
        "Bytes" | "BytesMut" => bare.push("Bytes"),
        // `Public<String>` says what it holds; where one is made is pinned by itself.
        "Public" => {}
        "Vec" if type_arguments(last).any(|ty| is_word(ty, "u8")) => bare.push("Vec<u8>"),
        _ => in_arguments(last, bare),
    }
}

fn type_arguments(segment: &syn::PathSegment) -> impl Iterator<Item = &Type> {
    let arguments = match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        _ => None,
    };
    arguments.into_iter().flatten().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        GenericArgument::AssocType(named) => Some(&named.ty),
        _ => None,
    })
}

fn in_arguments(segment: &syn::PathSegment, bare: &mut Vec<&'static str>) {
    type_arguments(segment).for_each(|ty| in_type(ty, bare));
    if let PathArguments::Parenthesized(call) = &segment.arguments {
        call.inputs.iter().for_each(|input| in_type(&input.ty, bare));
    }
}

fn in_bounds<'a>(bounds: impl IntoIterator<Item = &'a TypeParamBound>, bare: &mut Vec<&'static str>) {
    for bound in bounds {
        if let TypeParamBound::Trait(bound) = bound
            && let Some(last) = bound.path.segments.last()
        {
            in_arguments(last, bare);
        }
    }
}

fn is_word(ty: &Type, word: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(room: &str, text: &str) -> Vec<String> {
        let source = Source::parse(&format!("crates/{room}/src/a.rs"), text).unwrap();
        let mut sites: Vec<String> = sites(&source).into_iter().map(|site| site.what).collect();
        sites.sort_unstable();
        sites
    }

    #[test]
    fn the_edge_takes_and_gives_no_bare_text() {
        let cases: &[(&str, &[&str])] = &[
            ("pub fn f(text: String) {}", &["String"]),
            ("pub fn f(text: Option<&str>) {}", &["&str"]),
            ("pub fn f() -> Result<Vec<u8>, E> {}", &["Vec<u8>"]),
            ("pub fn f(body: bytes::Bytes) -> String {}", &["Bytes", "String"]),
            ("pub fn f<T: AsRef<str>>(text: T) {}", &["str"]),
            ("pub fn f<T>(text: T) where T: Into<String> {}", &["String"]),
            ("pub fn f(text: impl Into<String>) {}", &["String"]),
            ("pub fn f(g: impl Fn(&str)) {}", &["&str"]),
            ("pub fn f() -> Box<dyn Iterator<Item = String>> {}", &["String"]),
            ("pub fn f(x: (u8, &[u8])) {}", &["&[u8]"]),
            ("pub fn f() -> std::borrow::Cow<'static, str> {}", &["str"]),
            ("pub trait T { fn f(&self) -> String; }", &["String"]),
            ("impl S { pub fn f(&self) -> &str { &self.0 } }", &["&str"]),
            ("impl From<S> for String { fn from(s: S) -> Self {} }", &["String"]),
            ("pub fn f(name: &'static str) -> [u8; 32] {}", &[]),
            ("pub fn f(text: RawText) -> Rendered {}", &[]),
            ("pub fn f(name: &Public<String>) -> Vec<Public<String>> {}", &[]),
            ("pub(crate) fn f(text: String) {}", &[]),
            ("fn f(text: String) {}", &[]),
            ("trait T { fn f(&self) -> String; }", &[]),
            ("#[cfg(test)]\nmod tests { pub fn f(text: String) {} }", &[]),
        ];
        for (text, wanted) in cases {
            assert_eq!(found("wire", text), *wanted, "{text}");
            assert!(found("arn", text).is_empty(), "{text}");
        }
    }

    #[test]
    fn detection_and_protection_give_no_bare_text() {
        assert!(found("detect", "pub fn scan(text: &str) -> Vec<Detection> {}").is_empty());
        assert_eq!(found("detect", "pub fn scan(text: &str) -> Vec<String> {}"), ["String"]);
        assert_eq!(found("protect", "impl M { pub fn out(&self) -> &[u8] {} }"), ["&[u8]"]);
        assert!(found("detect", "impl I { pub fn id(&self) -> &'static str {} }").is_empty());
    }

    #[test]
    fn exceptions_are_listed_by_function_and_type() {
        let source =
            Source::parse("crates/wire/src/a.rs", "impl S {\n pub fn f(&self) -> String {}\n}").unwrap();
        let list = "[[site]]\nfile = \"crates/wire/src/a.rs\"\nfunction = \"S::f\"\nwhat = \"String\"\nreason = \"it holds a name of ours\"\n";
        assert!(check(&[source], &Pins::parse(PINS, list).unwrap()).is_empty());
        let source = Source::parse("crates/wire/src/a.rs", "pub fn g() -> String {}").unwrap();
        assert_eq!(check(&[source], &Pins::parse(PINS, list).unwrap()).len(), 2);
    }
}
