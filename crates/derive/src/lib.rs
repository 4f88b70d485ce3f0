//! The derives behind two walls: [`macro@LogSafe`] and [`macro@Storable`].
//!
//! Which question does this crate answer? *May this whole record be logged, or stored?* Only when each of its
//! fields may. A field of a type without the mark (a `String`, a `Vec<u8>`, a foreign error) is a compile error at
//! the record that holds it. The traits are sealed: nothing but these derives can implement them outside
//! `sotto-public`. `Storable` also writes how the record becomes bytes and comes back: see `storable`.

mod storable;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Type, parse_macro_input};

/// Marks a type as fit for log lines, errors, traces and metric labels; every field must be so itself.
#[proc_macro_derive(LogSafe)]
pub fn derive_log_safe(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand_log_safe(&parse_macro_input!(input as DeriveInput)).into()
}

/// Marks a type as fit for storage; every field must be so itself. New fields and new variants go to the end: what an
/// older release wrote is then read as absent (`None`, an empty list), and what a newer one wrote is refused.
///
/// `#[storable(text)]` is for checked names: their text is stored, and `FromStr` is the one door back.
#[proc_macro_derive(Storable, attributes(storable))]
pub fn derive_storable(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    storable::expand(&parse_macro_input!(input as DeriveInput)).into()
}

fn expand_log_safe(input: &DeriveInput) -> TokenStream {
    let name = &input.ident;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let given = where_clause.map(|clause| clause.predicates.iter().collect::<Vec<_>>()).unwrap_or_default();
    let fields = match field_types(&input.data) {
        Ok(fields) => fields,
        Err(message) => return syn::Error::new_spanned(name, message).to_compile_error(),
    };
    quote! {
        const _: () = {
            impl #impl_generics ::sotto_public::sealed::LogSafe for #name #type_generics
            where #(#given,)* #(#fields: ::sotto_public::LogSafe),* {}
            impl #impl_generics ::sotto_public::LogSafe for #name #type_generics
            where #(#given,)* #(#fields: ::sotto_public::LogSafe),* {}
        };
    }
}

pub(crate) fn field_types(data: &Data) -> Result<Vec<&Type>, &'static str> {
    match data {
        Data::Struct(data) => Ok(data.fields.iter().map(|field| &field.ty).collect()),
        Data::Enum(data) => Ok(data.variants.iter().flat_map(|v| v.fields.iter().map(|f| &f.ty)).collect()),
        Data::Union(_) => Err("a union cannot carry this mark: which of its fields is alive is unknown"),
    }
}
