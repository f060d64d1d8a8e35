//! `Entity::model`, `Entity::key_columns`: the schema, said in one call a field and an attribute.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Lit, LitStr, Type};

use super::Entity;
use super::column::{Action, literal, raw_sql};
use super::field::{Field, FieldKind};
use super::table::{Check, Constraint, ConstraintKind};
use crate::types::last_name;

impl Entity {
    /// The bodies of `model` and `key_columns`, as functions of `impl Entity`.
    pub(super) fn model_functions(&self) -> TokenStream {
        let p = &self.lapis;
        let name = self.ident.to_string();
        let fields = self.mapped().map(|field| self.field_calls(field));
        let properties = self.properties().map(|field| self.property_call(field));
        let relations =
            self.relations().map(|(field, target, many)| self.relation_calls(field, target, many));
        let table = self.table_calls();
        let keys = self
            .fields
            .iter()
            .filter(|field| field.is_primary_key())
            .map(|field| self.key_columns(field));
        quote! {
            fn model() -> &'static #p::Model {
                static MODEL: ::std::sync::OnceLock<#p::Model> = ::std::sync::OnceLock::new();
                MODEL.get_or_init(|| {
                    let mut model = #p::ModelBuilder::new::<Self>(#name);
                    #(#fields)*
                    #(#properties)*
                    #(#relations)*
                    #table
                    model.build()
                })
            }

            fn key_columns() -> ::std::vec::Vec<#p::KeyColumn> {
                let mut columns = ::std::vec::Vec::new();
                #(#keys)*
                columns
            }
        }
    }

    /// `impl TableSet`
    pub(super) fn tables(&self) -> TokenStream {
        let (p, ident) = (&self.lapis, &self.ident);
        quote! {
            #[automatically_derived]
            impl #p::TableSet for #ident {
                fn add_tables(to: &mut #p::MetaData) {
                    <Self as #p::Entity>::model().add_tables(to);
                }
            }
        }
    }

    fn property_call(&self, field: &Field) -> TokenStream {
        let (p, name, ident, value) = (&self.lapis, &field.name, &field.ident, field.value_type());
        let ty = quote_spanned!(value.span()=> <#value as #p::FieldType>::column_type());
        let nullable = quote_spanned!(value.span()=> <#value as #p::FieldType>::NULLABLE);
        quote!(model.property(#name, #ty, #nullable, Self::#ident.expression());)
    }

    fn field_calls(&self, field: &Field) -> TokenStream {
        let (p, name) = (&self.lapis, &field.name);
        let base = match &field.kind {
            FieldKind::Reference { target, nullable } => {
                let column = self.explicit_name(field);
                quote!(model.reference::<#target>(#name, #column, #nullable))
            }
            kind => {
                let function = match kind {
                    FieldKind::Auto(_) => quote!(auto_column),
                    _ => quote!(column),
                };
                let (column, ty, value) =
                    (field.column_name(), self.column_type(field), field.value_type());
                let nullable = quote_spanned!(value.span()=> <#value as #p::FieldType>::NULLABLE);
                quote!(model.#function(#column, #ty, #nullable))
            }
        };
        let renamed = field.column.name.is_some() && !matches!(field.kind, FieldKind::Reference { .. });
        let field_name = renamed.then(|| quote!(.field_name(#name)));
        let calls = self.attribute_calls(field);
        let numbered =
            (field.is_numbered() || field.column.sequence.is_some()).then(|| self.numbered(field));
        quote!(#numbered #base #field_name #(#calls)*;)
    }

    /// One call for each attribute of a column or a reference.
    fn attribute_calls(&self, field: &Field) -> Vec<TokenStream> {
        let (p, column) = (&self.lapis, &field.column);
        let mut calls = Vec::new();
        if field.is_primary_key() {
            calls.push(quote!(.primary_key()));
        }
        if let Some(sequence) = &column.sequence {
            let sequence = &sequence.value;
            let name = optional(sequence.name.as_ref().map(|name| &name.value));
            let start = sequence.start.as_ref().map_or(1, |at| at.value);
            let increment = sequence.increment.as_ref().map_or(1, |at| at.value);
            calls.push(quote!(.sequence(#name, #start, #increment)));
        } else if field.is_numbered() {
            calls.push(quote!(.autoincrement()));
        }
        if column.unique.is_some() {
            calls.push(quote!(.unique()));
        }
        if column.index.is_some() {
            calls.push(quote!(.index()));
        }
        if let Some(default) = &column.server_default {
            let default = self.server_default(field, &default.value);
            calls.push(quote!(.server_default(#default)));
        }
        if let Some(node) = &column.on_update {
            let node = self.node(field, &node.value);
            calls.push(quote!(.on_update(#node)));
        }
        if let Some(sql) = &column.computed {
            let (sql, stored) = (&sql.value, column.stored.is_some());
            calls.push(quote!(.computed(#sql, #stored)));
        }
        if let Some(action) = &column.on_delete {
            let action = action_path(p, action.value);
            calls.push(quote!(.on_delete(#action)));
        }
        if let Some(action) = &column.on_key_update {
            let action = action_path(p, action.value);
            calls.push(quote!(.on_key_update(#action)));
        }
        if let Some(comment) = &column.comment {
            let comment = &comment.value;
            calls.push(quote!(.comment(#comment)));
        }
        calls.extend(column.checks.iter().map(check_call));
        calls
    }

    /// Says, where the type is known, that the database can count up this column.
    fn numbered(&self, field: &Field) -> TokenStream {
        let (p, value) = (&self.lapis, field.value_type());
        quote_spanned!(value.span()=> #p::numbered::<#value>();)
    }

    /// The column's logical type: the attribute's, or the one that the Rust type has.
    fn column_type(&self, field: &Field) -> TokenStream {
        let (p, column, value) = (&self.lapis, &field.column, field.value_type());
        if let Some(length) = &column.length {
            let number = length.value;
            return quote_spanned!(length.span=> #p::ColumnType::text_of_length::<#value>(#number));
        }
        if let Some(precision) = &column.precision {
            let digits = precision.value;
            let scale = column.scale.as_ref().map_or(0, |scale| scale.value);
            return quote_spanned!(precision.span=> #p::ColumnType::decimal_of_precision::<#value>(#digits, #scale));
        }
        match column.ty.as_ref().map(|ty| &ty.value) {
            Some(ty) => match literal(ty) {
                Some(Lit::Str(sql)) => quote!(#p::ColumnType::Custom(::std::borrow::Cow::Borrowed(#sql))),
                _ => variant(p, ty),
            },
            None => quote_spanned!(value.span()=> <#value as #p::FieldType>::column_type()),
        }
    }

    fn server_default(&self, field: &Field, default: &Expr) -> TokenStream {
        let p = &self.lapis;
        if let Some(sql) = raw_sql(default) {
            return quote!(#p::ServerDefault::Raw(::std::borrow::Cow::Borrowed(#sql)));
        }
        let node = self.node(field, default);
        quote!(#p::ServerDefault::Expr(#node))
    }

    /// An expression of an attribute as a node: a literal as it stands, or anything of the column's kind.
    fn node(&self, field: &Field, expr: &Expr) -> TokenStream {
        let p = &self.lapis;
        if let Some(sql) = raw_sql(expr) {
            let value = self.value_type(field);
            return quote!(#p::IntoExpr::into_node(#p::raw::<#value>(#sql, ())));
        }
        let value = match literal(expr) {
            Some(Lit::Str(text)) => quote!(Text(::std::borrow::Cow::Borrowed(#text))),
            Some(Lit::Bool(truth)) => quote!(Bool(#truth)),
            Some(Lit::Int(_)) => quote!(Int(#expr)),
            Some(Lit::Float(_)) => quote!(Float(#expr)),
            _ => {
                let value = self.value_type(field);
                let typed = quote_spanned!(expr.span()=> #p::node_for::<#value, _>);
                return quote! {{
                    #[allow(unused_imports)]
                    use #p::func::*;
                    #typed(#expr)
                }};
            }
        };
        quote!(#p::Node::Value(#p::Value::#value))
    }

    fn relation_calls(&self, field: &Field, target: &Type, many: bool) -> TokenStream {
        let (p, name, ident, relation) = (&self.lapis, &field.name, &field.ident, &field.relation);
        let cascade = (relation.delete.is_some() || relation.delete_orphan.is_some()).then(|| {
            let orphan = relation.delete_orphan.is_some();
            quote!(.cascade(#p::Cascade { delete: true, delete_orphan: #orphan }))
        });
        let orders = relation.order_by.iter().map(|order| {
            let column = &order.field;
            let direction = if order.descending { quote!(Descending) } else { quote!(Ascending) };
            let name = quote_spanned!(column.span()=> #p::Column::<#target, _>::name(<#target>::#column));
            quote!(.order_by::<#target>(#name, #p::Order::#direction))
        });
        let calls = quote!(#cascade #(#orders)*);
        // What connects the two is asked of the constant, where a mistake in it was reported already.
        if relation.through.is_none() {
            let reference = quote_spanned!(target.span()=> Self::#ident.reference());
            return quote! {
                if let ::core::option::Option::Some(reference) = #reference {
                    model.inverse::<#target>(#name, reference, #many) #calls;
                }
            };
        }
        let target_name = last_name(target).unwrap_or_default();
        quote! {
            if let ::core::option::Option::Some(through) = Self::#ident.through() {
                model.association::<#target>(#name, #target_name, through) #calls;
            }
        }
    }

    fn table_calls(&self) -> TokenStream {
        let constraints =
            self.attributes.constraints.iter().map(|constraint| self.constraint_call(constraint));
        let checks = self.attributes.checks.iter().map(check_call);
        let comment = self.attributes.comment.as_ref().map(|comment| {
            let comment = &comment.value;
            quote!(model.table_comment(#comment);)
        });
        quote! {
            #(model #constraints;)*
            #(model #checks;)*
            #comment
        }
    }

    fn constraint_call(&self, constraint: &Constraint) -> TokenStream {
        let name = optional(constraint.name.as_ref());
        let fields = constraint.fields.iter().filter_map(|field| self.number(field));
        match &constraint.kind {
            ConstraintKind::Unique => quote!(.unique_together(#name, &[#(#fields),*])),
            ConstraintKind::Index { unique, predicate } => {
                let predicate = optional(predicate.as_ref());
                quote!(.index_together(#name, &[#(#fields),*], #unique, #predicate))
            }
        }
    }

    fn key_columns(&self, field: &Field) -> TokenStream {
        let (p, name) = (&self.lapis, &field.name);
        match &field.kind {
            FieldKind::Reference { target, .. } => {
                let column = self.explicit_name(field);
                quote!(columns.extend(#p::reference_columns::<#target>(#name, #column));)
            }
            _ => {
                let (column, ty) = (field.column_name(), self.column_type(field));
                quote!(columns.push(#p::KeyColumn::new(#column, #ty));)
            }
        }
    }

    fn explicit_name(&self, field: &Field) -> TokenStream {
        optional(field.column.name.as_ref().map(|name| &name.value))
    }
}

fn optional(text: Option<&LitStr>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    }
}

fn check_call(check: &Check) -> TokenStream {
    let (name, sql) = (optional(check.name.as_ref()), &check.sql);
    quote!(.check(#name, #sql))
}

/// `Text` and `String(20)` as variants of `ColumnType`; any other expression as it stands.
fn variant(p: &TokenStream, expr: &Expr) -> TokenStream {
    let is_name = |expr: &Expr| matches!(expr, Expr::Path(path) if path.path.get_ident().is_some());
    match expr {
        Expr::Path(_) if is_name(expr) => quote!(#p::ColumnType::#expr),
        Expr::Call(call) if is_name(&call.func) => quote!(#p::ColumnType::#expr),
        Expr::Struct(value) if value.path.get_ident().is_some() => quote!(#p::ColumnType::#expr),
        _ => quote!(#expr),
    }
}

fn action_path(p: &TokenStream, action: Action) -> TokenStream {
    let variant = match action {
        Action::Nothing => quote!(NoAction),
        Action::Restrict => quote!(Restrict),
        Action::Cascade => quote!(Cascade),
        Action::SetNull => quote!(SetNull),
        Action::SetDefault => quote!(SetDefault),
    };
    quote!(#p::ReferentialAction::#variant)
}
