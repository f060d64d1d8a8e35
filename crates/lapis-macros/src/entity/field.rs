//! The fields of an entity: what kind each is, and whether its attributes go together.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Ident, Type, Visibility};

use super::column::ColumnAttributes;
use super::relation::RelationAttributes;
use crate::attribute::Faults;
use crate::types::{inner, last_name};

/// A field of an entity.
pub struct Field {
    pub ident: Ident,
    /// Its name without `r#`.
    pub name: String,
    pub vis: Visibility,
    pub ty: Type,
    pub docs: Vec<Attribute>,
    pub kind: FieldKind,
    pub column: ColumnAttributes,
    pub relation: RelationAttributes,
}

/// What a field is, by its type.
pub enum FieldKind {
    /// A plain column.
    Column,
    /// `Auto<T>`, with the `T`.
    Auto(Type),
    /// `Auto<T>` that holds what an expression gives, with the `T`.
    Property(Type),
    /// `Ref<T>` or `Option<Ref<T>>`.
    Reference { target: Type, nullable: bool },
    /// `Many<T>`
    Many(Type),
    /// `One<T>`
    One(Type),
    /// Not mapped.
    Skipped,
}

/// Names that the entity has as functions, so that no constant can have them; `build` is the builder's.
const RESERVED: [&str; 6] = ["new", "select", "insert", "update", "delete", "build"];

impl Field {
    pub fn parse(field: &syn::Field, faults: &mut Faults) -> Option<Self> {
        let ident = field.ident.clone()?;
        let column = ColumnAttributes::parse(&field.attrs, faults);
        let relation = RelationAttributes::parse(&field.attrs, faults);
        let kind = match FieldKind::of(&field.ty) {
            _ if column.skip.is_some() => FieldKind::Skipped,
            FieldKind::Auto(value) if column.property.is_some() => FieldKind::Property(value),
            kind => kind,
        };
        let field = Self {
            name: ident.unraw().to_string(),
            ident,
            vis: field.vis.clone(),
            ty: field.ty.clone(),
            docs: field
                .attrs
                .iter()
                .filter(|attribute| attribute.path().is_ident("doc"))
                .cloned()
                .collect(),
            kind,
            column,
            relation,
        };
        field.check(faults);
        Some(field)
    }

    /// The column's name, for a field that is one.
    pub fn column_name(&self) -> String {
        self.column.name.as_ref().map_or_else(|| self.name.clone(), |name| name.value.value())
    }

    /// The type that the column is read as: `T` for `Auto<T>`.
    pub fn value_type(&self) -> &Type {
        match &self.kind {
            FieldKind::Auto(value) | FieldKind::Property(value) => value,
            _ => &self.ty,
        }
    }

    pub fn is_mapped(&self) -> bool {
        matches!(self.kind, FieldKind::Column | FieldKind::Auto(_) | FieldKind::Reference { .. })
    }

    pub fn is_property(&self) -> bool {
        matches!(self.kind, FieldKind::Property(_))
    }

    pub fn is_primary_key(&self) -> bool {
        self.column.primary_key.is_some()
    }

    /// Whether the database counts the key up.
    pub fn is_numbered(&self) -> bool {
        let column = &self.column;
        matches!(self.kind, FieldKind::Auto(_))
            && self.is_primary_key()
            && column.server_default.is_none()
            && column.computed.is_none()
    }

    /// Whether no constant can be made for it: its name is taken, or it does not say what it is connected to.
    pub fn has_no_constant(&self) -> bool {
        let unconnected = self.relation.inverse.is_none()
            && (self.relation.through.is_none() || matches!(self.kind, FieldKind::One(_)));
        let relation = matches!(self.kind, FieldKind::Many(_) | FieldKind::One(_));
        RESERVED.contains(&self.name.as_str()) || (relation && unconnected)
    }

    /// Where faults of the field's type are shown.
    pub fn type_span(&self) -> Span {
        self.ty.span()
    }

    fn check(&self, faults: &mut Faults) {
        if RESERVED.contains(&self.name.as_str()) {
            let name = &self.name;
            let message = format!(
                "`{name}` is a function of every entity: call the field otherwise, with `#[column(name = \"{name}\")]`"
            );
            faults.say(self.ident.span(), message);
        }
        if let (Some(property), false) = (&self.column.property, self.is_property()) {
            let message = "a property is read with the row and never written: make the field an `Auto<..>`";
            faults.say(property.span, message);
        }
        match &self.kind {
            FieldKind::Property(_) => self.check_property(faults),
            FieldKind::Skipped => self.check_skipped(faults),
            FieldKind::Many(_) | FieldKind::One(_) => self.check_relation(faults),
            FieldKind::Reference { nullable, .. } => self.check_reference(*nullable, faults),
            FieldKind::Auto(_) => self.check_auto(faults),
            FieldKind::Column => self.check_column(faults),
        }
    }

    fn check_skipped(&self, faults: &mut Faults) {
        if self.is_primary_key() {
            faults.say(self.ident.span(), "a field that is skipped cannot be the primary key");
        }
        self.refuse_relation(faults);
    }

    fn check_property(&self, faults: &mut Faults) {
        for (name, span) in self.column.of_columns() {
            faults.say(span, format!("`{name}` is for columns, and a property is an expression"));
        }
        self.refuse_relation(faults);
    }

    fn check_relation(&self, faults: &mut Faults) {
        let relation = &self.relation;
        let many = matches!(self.kind, FieldKind::Many(_));
        if let Some(span) = self.column.span {
            faults.say(span, "this field has no column: its attributes go into `#[relation(..)]`");
        }
        if relation.inverse.is_none() && relation.through.is_none() {
            let message = if many {
                "say how the two are connected: `#[relation(inverse = Other::field)]` names the other side's \
                 `Ref`, `#[relation(through = \"table\")]` makes an association table"
            } else {
                "say which `Ref` this is the other side of: `#[relation(inverse = Other::field)]`"
            };
            faults.say(self.type_span(), message);
        }
        if let (false, Some(through)) = (many, &relation.through) {
            faults.say(through.span, "`through` is for `Many`; a `One` is the other side of a `Ref`");
        }
        if let (Some(_), Some(orphan)) = (&relation.through, &relation.delete_orphan) {
            faults.say(
                orphan.span,
                "`delete_orphan` is not for many to many, where others may still hold it",
            );
        }
        if let (Some(_), Some(delete)) = (&relation.through, &relation.delete) {
            faults.say(
                delete.span,
                "`delete` is not for many to many, where others may still hold it; the links go by themselves",
            );
        }
        for (name, given) in [("from", &relation.from), ("to", &relation.to)] {
            match given {
                Some(at) if relation.through.is_none() => {
                    faults.say(
                        at.span,
                        format!("`{name}` names a column of the association table: add `through`"),
                    );
                }
                Some(at) if relation.inverse.is_some() => {
                    faults.say(at.span, format!("`{name}` is said once, on the side without `inverse`"));
                }
                _ => {}
            }
        }
    }

    fn check_reference(&self, nullable: bool, faults: &mut Faults) {
        for (name, span) in self.column.of_columns_only() {
            faults.say(span, format!("`{name}` is the referenced key's to say, not this reference's"));
        }
        for action in [&self.column.on_delete, &self.column.on_key_update].into_iter().flatten() {
            if action.value == super::column::Action::SetNull && !nullable {
                let message = "`set null` needs a reference that may be NULL: `Option<Ref<..>>`";
                faults.say(action.span, message);
            }
        }
        if let (true, Some(key)) = (nullable, &self.column.primary_key) {
            faults.say(key.span, "a primary key cannot be NULL: make it `Ref<..>`");
        }
        self.refuse_relation(faults);
    }

    fn check_auto(&self, faults: &mut Faults) {
        let column = &self.column;
        if column.primary_key.is_none()
            && column.server_default.is_none()
            && column.computed.is_none()
            && column.sequence.is_none()
        {
            let message = "the database has to know what to assign: add `#[column(server_default = ..)]`, or \
                           make it the `primary_key`";
            faults.say(self.type_span(), message);
        }
        if let Some(default) = &column.default {
            faults.say(default.span, "an `Auto` is assigned by the database: use `server_default`");
        }
        self.check_column(faults);
    }

    fn check_column(&self, faults: &mut Faults) {
        let column = &self.column;
        let auto = matches!(self.kind, FieldKind::Auto(_));
        for (name, span) in column.of_references_only() {
            faults.say(span, format!("`{name}` is for references: `Ref<..>`"));
        }
        if let (false, Some(computed)) = (auto, &column.computed) {
            faults.say(computed.span, "the database computes this column: make the field an `Auto<..>`");
        }
        if let (false, Some(sequence)) = (auto, &column.sequence) {
            faults.say(sequence.span, "the database numbers this column: make the field an `Auto<..>`");
        }
        if let (Some(stored), None) = (&column.stored, &column.computed) {
            faults.say(stored.span, "`stored` is for a computed column: add `computed = \"..\"`");
        }
        if let (Some(computed), Some(_)) = (&column.computed, &column.server_default) {
            faults.say(computed.span, "a computed column has no default: take one of the two away");
        }
        if let (Some(sequence), Some(_)) = (&column.sequence, column.server_default.as_ref().map(|_| ())) {
            faults.say(sequence.span, "a sequence is the default: take `server_default` away");
        }
        if let (Some(scale), None) = (&column.scale, &column.precision) {
            faults.say(scale.span, "`scale` needs a `precision`: the digits in all");
        }
        let types = [
            column.length.as_ref().map(|at| at.span),
            column.precision.as_ref().map(|at| at.span),
            column.ty.as_ref().map(|at| at.span),
        ];
        if let Some(second) = types.into_iter().flatten().nth(1) {
            faults.say(second, "`length`, `precision` and `type` each say the type: give one of them");
        }
        if let (Some(key), Some("Option")) = (&column.primary_key, last_name(&self.ty).as_deref()) {
            faults.say(key.span, "a primary key cannot be NULL: make it no `Option`");
        }
        self.refuse_relation(faults);
    }

    fn refuse_relation(&self, faults: &mut Faults) {
        if let Some(span) = self.relation.span {
            let message = "only fields of type `Many<..>` and `One<..>` have `#[relation]`; a `Ref` is described by \
                           `#[column(..)]`";
            faults.say(span, message);
        }
    }
}

impl FieldKind {
    fn of(ty: &Type) -> Self {
        if let Some(value) = inner(ty, "Auto") {
            return FieldKind::Auto(value.clone());
        }
        if let Some(target) = inner(ty, "Ref") {
            return FieldKind::Reference { target: target.clone(), nullable: false };
        }
        if let Some(target) = inner(ty, "Option").and_then(|optional| inner(optional, "Ref")) {
            return FieldKind::Reference { target: target.clone(), nullable: true };
        }
        if let Some(target) = inner(ty, "Many") {
            return FieldKind::Many(target.clone());
        }
        if let Some(target) = inner(ty, "One") {
            return FieldKind::One(target.clone());
        }
        FieldKind::Column
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    fn faults(field: syn::Field) -> Vec<String> {
        let mut faults = Faults::default();
        Field::parse(&field, &mut faults);
        match faults.finish() {
            Ok(()) => Vec::new(),
            Err(error) => error.into_iter().map(|error| error.to_string()).collect(),
        }
    }

    fn kind(ty: Type) -> &'static str {
        match FieldKind::of(&ty) {
            FieldKind::Column => "column",
            FieldKind::Auto(_) => "auto",
            FieldKind::Property(_) => "property",
            FieldKind::Reference { nullable: false, .. } => "reference",
            FieldKind::Reference { nullable: true, .. } => "nullable reference",
            FieldKind::Many(_) => "many",
            FieldKind::One(_) => "one",
            FieldKind::Skipped => "skipped",
        }
    }

    #[test]
    fn the_type_decides_what_a_field_is() {
        assert_eq!(kind(parse_quote!(lapis::Auto<i64>)), "auto");
        assert_eq!(kind(parse_quote!(Option<Ref<User>>)), "nullable reference");
        assert_eq!(kind(parse_quote!(Ref<User>)), "reference");
        assert_eq!(kind(parse_quote!(Many<Post>)), "many");
        assert_eq!(kind(parse_quote!(One<Profile>)), "one");
        assert_eq!(kind(parse_quote!(Option<String>)), "column");
    }

    #[test]
    fn an_auto_that_nobody_assigns_is_refused() {
        let found = faults(parse_quote!(created_at: Auto<DateTime<Utc>>));
        assert!(found[0].starts_with("the database has to know what to assign"), "{found:?}");
        assert!(
            faults(parse_quote!(#[column(server_default = now())] created_at: Auto<DateTime<Utc>>))
                .is_empty()
        );
        assert!(faults(parse_quote!(#[column(primary_key)] id: Auto<i64>)).is_empty());
    }

    #[test]
    fn a_property_is_no_column_and_is_never_written() {
        assert!(faults(parse_quote!(#[column(property = count_posts())] posts: Auto<i64>)).is_empty());
        let found = faults(parse_quote!(#[column(property = count_posts())] posts: i64));
        assert_eq!(
            found,
            ["a property is read with the row and never written: make the field an `Auto<..>`"]
        );
        let found = faults(parse_quote!(#[column(property = x(), unique, length = 3)] posts: Auto<i64>));
        assert_eq!(
            found,
            [
                "`unique` is for columns, and a property is an expression",
                "`length` is for columns, and a property is an expression"
            ]
        );
    }

    #[test]
    fn a_relation_says_how_it_is_connected() {
        assert!(faults(parse_quote!(posts: Many<Post>))[0].starts_with("say how the two are connected"));
        assert!(
            faults(parse_quote!(#[relation(cascade(delete))] profile: One<Profile>))[0]
                .starts_with("say which")
        );
        assert!(faults(parse_quote!(#[relation(inverse = Post::author)] posts: Many<Post>)).is_empty());
    }

    #[test]
    fn a_plain_field_has_no_relation_attribute() {
        let found = faults(parse_quote!(#[relation(inverse = Post::author)] name: String));
        assert!(found[0].starts_with("only fields of type"), "{found:?}");
    }

    #[test]
    fn an_orphan_of_many_to_many_may_have_other_owners() {
        let found = faults(parse_quote!(
            #[relation(through = "book_tags", cascade(delete_orphan))]
            tags: Many<Tag>
        ));
        assert_eq!(found, ["`delete_orphan` is not for many to many, where others may still hold it"]);
    }

    #[test]
    fn set_null_needs_room_for_null() {
        let found = faults(parse_quote!(#[column(on_delete = "set null")] author: Ref<User>));
        assert_eq!(found, ["`set null` needs a reference that may be NULL: `Option<Ref<..>>`"]);
        assert!(
            faults(parse_quote!(#[column(on_delete = "set null")] author: Option<Ref<User>>)).is_empty()
        );
    }

    #[test]
    fn a_name_that_is_a_function_of_entities_is_refused() {
        assert!(
            faults(parse_quote!(select: String))[0].starts_with("`select` is a function of every entity")
        );
    }

    #[test]
    fn every_fault_of_a_field_is_reported_at_once() {
        let found =
            faults(parse_quote!(#[column(on_delete = "cascade", scale = 2, stored)] price: Decimal));
        assert_eq!(found.len(), 3, "{found:?}");
    }
}
