//! What stands in a Rust file? Its tokens without comments, its functions with their lines, and which lines are tests.
//!
//! Two readings of the same text: the syntax tree for items (functions, visibility, attributes) and the flat list of
//! tokens for everything that macros hide from the tree. Lines join the two.

use anyhow::{Context, Result};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::ops::RangeInclusive;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// A parsed Rust file.
pub(crate) struct Source {
    /// Path relative to the root, with `/`.
    pub(crate) path: String,
    /// The text.
    pub(crate) text: String,
    /// The syntax tree.
    pub(crate) syntax: syn::File,
    /// All tokens in order, comments and doc comments left out.
    pub(crate) tokens: Vec<Token>,
    /// Functions with bodies, outer ones before inner ones.
    pub(crate) functions: Vec<Function>,
    /// Modules that are declared for tests only and stand in files of their own.
    pub(crate) test_modules: Vec<String>,
    test_lines: Vec<RangeInclusive<usize>>,
}

/// A word, sign, literal or bracket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// As written.
    pub(crate) text: String,
    /// Line from 1 where it begins.
    pub(crate) line: usize,
    /// Line where it ends; literals may span several.
    pub(crate) line_end: usize,
    /// Whether it is a name or keyword.
    pub(crate) word: bool,
}

/// A function with a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Function {
    /// `Type::name`, or `name` outside of an implementation.
    pub(crate) name: String,
    /// Lines from `fn` to the closing brace.
    pub(crate) lines: RangeInclusive<usize>,
}

impl Function {
    /// Number of lines.
    pub(crate) fn length(&self) -> usize {
        self.lines.end() + 1 - self.lines.start()
    }
}

impl Source {
    /// Parses a file's text.
    pub(crate) fn parse(path: &str, text: &str) -> Result<Self> {
        let syntax = syn::parse_file(text).with_context(|| format!("{path} is not Rust"))?;
        let stream: TokenStream = text.parse().ok().with_context(|| format!("{path} has no tokens"))?;
        let mut tokens = Vec::new();
        flatten(stream, &mut tokens);
        let mut items = Items::default();
        items.visit_file(&syntax);
        let whole = syntax.attrs.iter().any(is_test);
        if whole || is_test_path(path) {
            items.test_lines.push(1..=usize::MAX);
        }
        Ok(Self {
            path: path.to_owned(),
            text: text.to_owned(),
            syntax,
            tokens,
            functions: items.functions,
            test_modules: items.test_modules,
            test_lines: items.test_lines,
        })
    }

    /// Whether a line belongs to a test: a test item, or any line of a test file.
    pub(crate) fn is_test_line(&self, line: usize) -> bool {
        self.test_lines.iter().any(|lines| lines.contains(&line))
    }

    /// Whether the whole file is a test, a benchmark or a fuzz target.
    pub(crate) fn is_test_file(&self) -> bool {
        self.test_lines.contains(&(1..=usize::MAX))
    }

    /// Makes the whole file a test file: its module is declared under `#[cfg(test)]` elsewhere.
    pub(crate) fn mark_as_test(&mut self) {
        self.test_lines.push(1..=usize::MAX);
    }

    /// The innermost function around a line; `(file)` outside of functions.
    pub(crate) fn function_at(&self, line: usize) -> &str {
        let around = self.functions.iter().filter(|function| function.lines.contains(&line));
        around.min_by_key(|function| function.length()).map_or("(file)", |function| &function.name)
    }

    /// The folder under `crates/` that the file belongs to.
    pub(crate) fn crate_folder(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }

    /// Files in which the modules of [`Source::test_modules`] can stand.
    pub(crate) fn test_module_files(&self) -> Vec<String> {
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let stem = self.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
        let base = match stem {
            "lib" | "main" | "mod" => folder.to_owned(),
            _ => format!("{folder}/{stem}"),
        };
        self.test_modules
            .iter()
            .flat_map(|name| [format!("{base}/{name}.rs"), format!("{base}/{name}/mod.rs")])
            .collect()
    }
}

/// Whether a path is that of a test, a benchmark, or a fuzz target.
pub(crate) fn is_test_path(path: &str) -> bool {
    let folders = ["tests", "test", "benches", "fuzz", "testdata", "fixtures"];
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    folder.split('/').any(|part| folders.contains(&part)) || name == "tests.rs" || name.ends_with("_tests.rs")
}

/// Whether an attribute makes its item a test: `#[test]`, `#[x::test]`, `#[cfg(test)]`, `#[cfg(all(test, ..))]`.
fn is_test(attribute: &syn::Attribute) -> bool {
    let path = attribute.path();
    if !path.is_ident("cfg") {
        return path.segments.last().is_some_and(|last| last.ident == "test");
    }
    let Ok(list) = attribute.meta.require_list() else {
        return false;
    };
    let words = words_of(list.tokens.clone());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["test", ..] => true,
        ["all", rest @ ..] => rest.contains(&"test") && !rest.contains(&"not"),
        _ => false,
    }
}

fn words_of(stream: TokenStream) -> Vec<String> {
    let mut tokens = Vec::new();
    flatten(stream, &mut tokens);
    tokens.into_iter().filter(|token| token.word).map(|token| token.text).collect()
}

fn flatten(stream: TokenStream, out: &mut Vec<Token>) {
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        if is_sign(&tree, '#') {
            flatten_after_hash(tree, &mut trees, out);
        } else {
            push(tree, out);
        }
    }
}

/// A `#`, and its attribute unless that is a doc comment.
fn flatten_after_hash(
    hash: TokenTree,
    rest: &mut std::iter::Peekable<proc_macro2::token_stream::IntoIter>,
    out: &mut Vec<Token>,
) {
    let inner = rest.next_if(|next| is_sign(next, '!'));
    if rest.next_if(is_doc).is_some() {
        return;
    }
    push(hash, out);
    if let Some(inner) = inner {
        push(inner, out);
    }
}

fn is_sign(tree: &TokenTree, sign: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == sign)
}

fn is_doc(tree: &TokenTree) -> bool {
    let TokenTree::Group(group) = tree else {
        return false;
    };
    let first = group.stream().into_iter().next();
    group.delimiter() == Delimiter::Bracket && matches!(first, Some(TokenTree::Ident(word)) if word == "doc")
}

fn push(tree: TokenTree, out: &mut Vec<Token>) {
    let span = tree.span();
    let token = |text: String, word: bool, span: proc_macro2::Span| Token {
        text,
        line: span.start().line,
        line_end: span.end().line,
        word,
    };
    match tree {
        TokenTree::Ident(ident) => out.push(token(ident.to_string(), true, span)),
        TokenTree::Punct(punct) => out.push(token(punct.as_char().to_string(), false, span)),
        TokenTree::Literal(literal) => out.push(token(literal.to_string(), false, span)),
        TokenTree::Group(group) => {
            let (open, close) = brackets(group.delimiter());
            out.push(token(open.to_owned(), false, group.span_open()));
            flatten(group.stream(), out);
            out.push(token(close.to_owned(), false, group.span_close()));
        }
    }
}

const fn brackets(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}

/// Collects functions and test items while walking the tree.
#[derive(Default)]
struct Items {
    owner: Option<String>,
    functions: Vec<Function>,
    test_modules: Vec<String>,
    test_lines: Vec<RangeInclusive<usize>>,
}

impl Items {
    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let name = match &self.owner {
            Some(owner) => format!("{owner}::{}", signature.ident),
            None => signature.ident.to_string(),
        };
        let start = signature.fn_token.span.start().line;
        let end = block.brace_token.span.close().end().line;
        self.functions.push(Function { name, lines: start..=end });
    }

    fn tests(&mut self, attributes: &[syn::Attribute], item: &impl Spanned) {
        if attributes.iter().any(is_test) {
            let span = item.span();
            self.test_lines.push(span.start().line..=span.end().line);
        }
    }

    fn owned_by(&mut self, owner: Option<String>, walk: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.owner, owner);
        walk(self);
        self.owner = before;
    }
}

impl<'ast> Visit<'ast> for Items {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.tests(&item.attrs, item);
        self.function(&item.sig, &item.block);
        self.owned_by(None, |items| visit::visit_item_fn(items, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.tests(&item.attrs, item);
        self.function(&item.sig, &item.block);
        self.owned_by(None, |items| visit::visit_impl_item_fn(items, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig, block);
        }
        self.owned_by(None, |items| visit::visit_trait_item_fn(items, item));
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.tests(&item.attrs, item);
        self.owned_by(type_name(&item.self_ty), |items| visit::visit_item_impl(items, item));
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.owned_by(Some(item.ident.to_string()), |items| visit::visit_item_trait(items, item));
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.tests(&item.attrs, item);
        if item.content.is_none() && item.attrs.iter().any(is_test) {
            self.test_modules.push(item.ident.to_string());
        }
        visit::visit_item_mod(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tests(&item.attrs, item);
    }

    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        let Some(name) = &item.ident else { return };
        let span = item.span();
        let lines = span.start().line..=span.end().line;
        self.functions.push(Function { name: format!("{name}!"), lines });
    }
}

fn type_name(ty: &syn::Type) -> Option<String> {
    match ty {
        syn::Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        syn::Type::Reference(reference) => type_name(&reference.elem),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "//! Essay.\n\
        /// Doc with expose() in it.\n\
        impl<T> Holder<T> {\n\
        \x20   pub fn take(&self) -> u8 {\n\
        \x20       fn inner() {\n\
        \x20       }\n\
        \x20       1\n\
        \x20   }\n\
        }\n\
        macro_rules! many {\n\
        \x20   () => { x.y() };\n\
        }\n\
        #[cfg(test)]\n\
        mod tests {\n\
        \x20   fn helps() {}\n\
        }\n\
        #[cfg(all(test, unix))]\n\
        mod far;\n\
        #[cfg(not(test))]\n\
        fn real() {}\n";

    #[test]
    fn functions_have_owners_and_lines() {
        let source = Source::parse("crates/x/src/a.rs", TEXT).unwrap();
        let seen: Vec<(&str, usize)> =
            source.functions.iter().map(|f| (f.name.as_str(), f.length())).collect();
        assert_eq!(seen, [("Holder::take", 5), ("inner", 2), ("many!", 3), ("helps", 1), ("real", 1)]);
        assert_eq!(source.function_at(5), "inner");
        assert_eq!(source.function_at(7), "Holder::take");
        assert_eq!(source.function_at(11), "many!");
        assert_eq!(source.function_at(1), "(file)");
        assert_eq!(source.crate_folder(), Some("x"));
    }

    #[test]
    fn test_items_are_told_from_code() {
        let source = Source::parse("crates/x/src/a.rs", TEXT).unwrap();
        let tests: Vec<usize> = (1..=20).filter(|line| source.is_test_line(*line)).collect();
        assert_eq!(tests, [13, 14, 15, 16, 17, 18]);
        assert!(!source.is_test_file());
        assert_eq!(source.test_module_files(), ["crates/x/src/a/far.rs", "crates/x/src/a/far/mod.rs"]);
        for path in [
            "crates/x/tests/a.rs",
            "crates/x/src/tests.rs",
            "fuzz/fuzz_targets/a.rs",
            "crates/x/benches/b.rs",
        ] {
            assert!(Source::parse(path, "fn a() {}").unwrap().is_test_file(), "{path}");
        }
        assert!(!Source::parse("crates/x/src/contests.rs", "fn a() {}").unwrap().is_test_file());
    }

    #[test]
    fn tokens_hold_no_comments_but_all_macros() {
        let source = Source::parse("crates/x/src/a.rs", TEXT).unwrap();
        assert!(source.tokens.iter().all(|token| token.text != "expose" && token.text != "doc"));
        assert!(source.tokens.iter().any(|token| token.text == "y" && token.line == 11));
        assert!(Source::parse("a.rs", "fn (").is_err());
    }
}
