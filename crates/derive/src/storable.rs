//! How does a record become bytes? Field by field, in the order of the source.
//!
//! A struct is a count and that many fields, each with its length in front; an enum has the variant's number before
//! that. Lengths make it possible to read what an older release wrote (missing fields are absent) and to refuse what a
//! newer one wrote instead of losing it. Names of fields are not stored: renaming is free, reordering is not.
//! Bounds per field are written only for generic records: without them a record may hold itself.

use crate::field_types;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DataEnum, DeriveInput, Fields, Type, Variant};

/// The implementation for a struct, an enum or a checked name.
pub(crate) fn expand(input: &DeriveInput) -> TokenStream {
    let types = match field_types(&input.data) {
        Ok(types) => types,
        Err(message) => return syn::Error::new_spanned(&input.ident, message).to_compile_error(),
    };
    match is_text(input) {
        Ok(true) => implement_text(input),
        Ok(false) => implement(input, &types, bodies(&input.data)),
        Err(error) => error.to_compile_error(),
    }
}

/// Whether the type carries `#[storable(text)]`.
fn is_text(input: &DeriveInput) -> syn::Result<bool> {
    let mut text = false;
    for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("storable")) {
        attribute.parse_nested_meta(|meta| {
            text = meta.path.is_ident("text");
            if text { Ok(()) } else { Err(meta.error("the one word here is `text`, for checked names")) }
        })?;
    }
    Ok(text)
}

/// What goes into `encode` and into `decode`.
struct Bodies {
    encode: TokenStream,
    decode: TokenStream,
}

fn implement(input: &DeriveInput, types: &[&Type], bodies: Bodies) -> TokenStream {
    let name = &input.ident;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let given = where_clause.map(|clause| clause.predicates.iter().collect::<Vec<_>>()).unwrap_or_default();
    let bounded: &[&Type] = if input.generics.params.is_empty() { &[] } else { types };
    let Bodies { encode, decode } = bodies;
    quote! {
        const _: () = {
            impl #impl_generics ::sotto_public::sealed::Storable for #name #type_generics
            where #(#given,)* #(#bounded: ::sotto_public::Storable),* {}
            impl #impl_generics ::sotto_public::Storable for #name #type_generics
            where #(#given,)* #(#bounded: ::sotto_public::Storable),* {
                fn encode(&self, out: &mut ::sotto_public::Encoder) { #encode }
                fn decode(
                    from: &mut ::sotto_public::Decoder<'_>,
                ) -> ::core::result::Result<Self, ::sotto_public::Malformed> { #decode }
            }
        };
    }
}

/// A checked name: its text out, its own check in; a name can be part of a place, too.
fn implement_text(input: &DeriveInput) -> TokenStream {
    let name = &input.ident;
    let encode = quote! { out.text(&::std::string::ToString::to_string(self)) };
    let decode = quote! { from.parsed() };
    let storable = implement(input, &[], Bodies { encode, decode });
    quote! {
        #storable
        const _: () = {
            impl ::sotto_public::sealed::NamePart for #name {}
            impl ::sotto_public::NamePart for #name {
                fn part(&self) -> ::sotto_public::Part<'_> {
                    ::sotto_public::Part::text(::std::string::ToString::to_string(self))
                }
            }
        };
    }
}

fn bodies(data: &Data) -> Bodies {
    match data {
        Data::Struct(data) => {
            let pattern = pattern(&data.fields);
            let (encode, decode) = fields(&quote!(Self), &data.fields);
            Bodies { encode: quote! { let Self #pattern = self; #encode }, decode }
        }
        Data::Enum(data) => of_enum(data),
        Data::Union(_) => Bodies { encode: TokenStream::new(), decode: TokenStream::new() },
    }
}

fn of_enum(data: &DataEnum) -> Bodies {
    let (encodes, decodes): (Vec<_>, Vec<_>) = data.variants.iter().enumerate().map(of_variant).unzip();
    Bodies {
        encode: quote! { match *self { #(#encodes)* } },
        decode: quote! {
            match from.variant()? {
                #(#decodes)*
                found => ::core::result::Result::Err(::sotto_public::Malformed::Variant { found }),
            }
        },
    }
}

fn of_variant((index, variant): (usize, &Variant)) -> (TokenStream, TokenStream) {
    let ident = &variant.ident;
    let (pattern, number) = (reference_pattern(&variant.fields), index as u64);
    let (encode, decode) = fields(&quote!(Self::#ident), &variant.fields);
    let encode = quote! { Self::#ident #pattern => { out.variant(#number); #encode } };
    (encode, quote! { #number => { #decode } })
}

/// Names to bind fields to, whatever they are called.
fn bindings(fields: &Fields) -> Vec<Ident> {
    (0..fields.len()).map(|index| format_ident!("field_{index}")).collect()
}

fn pattern(fields: &Fields) -> TokenStream {
    let bound = bindings(fields);
    match fields {
        Fields::Named(named) => {
            let names = named.named.iter().map(|field| &field.ident);
            quote! { { #(#names: #bound),* } }
        }
        Fields::Unnamed(_) => quote! { (#(#bound),*) },
        Fields::Unit => TokenStream::new(),
    }
}

fn reference_pattern(fields: &Fields) -> TokenStream {
    let bound = bindings(fields);
    match fields {
        Fields::Named(named) => {
            let names = named.named.iter().map(|field| &field.ident);
            quote! { { #(#names: ref #bound),* } }
        }
        Fields::Unnamed(_) => quote! { (#(ref #bound),*) },
        Fields::Unit => TokenStream::new(),
    }
}

/// How the bound fields are written, and how `made` is read.
fn fields(made: &TokenStream, fields: &Fields) -> (TokenStream, TokenStream) {
    let bound = bindings(fields);
    let count = fields.len() as u64;
    let writes = fields
        .iter()
        .zip(&bound)
        .map(|(field, bound)| quote_spanned! { field.ty.span() => out.field(#bound); });
    let encode = quote! { out.fields(#count); #(#writes)* };
    let reads: Vec<_> =
        fields.iter().map(|field| quote_spanned! { field.ty.span() => fields.next()? }).collect();
    let built = match fields {
        Fields::Named(named) => {
            let names = named.named.iter().map(|field| &field.ident);
            quote! { #made { #(#names: #reads),* } }
        }
        Fields::Unnamed(_) => quote! { #made(#(#reads),*) },
        Fields::Unit => quote! { #made },
    };
    let open =
        if count == 0 { quote!(from.fields(0)?;) } else { quote!(let mut fields = from.fields(#count)?;) };
    (encode, quote! { #open ::core::result::Result::Ok(#built) })
}
