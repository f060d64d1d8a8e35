//! What `#[derive(Entity)]` makes of a struct: its table, its constants, its builder.

use lapis::expr::StaticTable;
use lapis::orm::entity::Via;
use lapis::prelude::*;
use lapis::schema::{AutoIncrement, Index, ReferentialAction, Sequence, ServerDefault, Table, Unique};
use lapis::types::ColumnType;

#[derive(SqlEnum, Debug, Clone, Copy, PartialEq)]
#[sql(rename_all = "snake_case")]
enum Grade {
    Plain,
    Fine,
}

#[derive(SqlType, Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct MakerId(i64);

#[derive(Entity, Debug, Clone)]
#[entity(table = "makers", schema = "shop", comment = "who makes things")]
struct Maker {
    #[column(primary_key, sequence(name = "maker_seq", start = 100))]
    id: Auto<MakerId>,
    name: String,
    #[relation(inverse = Thing::maker, cascade(delete_orphan), order_by = "name desc, id")]
    things: Many<Thing>,
    #[relation(inverse = Thing::second_maker)]
    seconds: Many<Thing>,
}

#[derive(Entity, Debug, Clone)]
#[entity(
    table = "things",
    unique(maker, name),
    unique(name = "uq_code", columns(code)),
    index(columns(name, price), unique, where = "price > 0", name = "ix_dear"),
    index(grade),
    check = "price >= 0",
    check(name = "ck_code", sql = "code <> ''")
)]
struct Thing {
    #[column(primary_key)]
    id: Auto<i32>,
    /// What it is called.
    #[column(length = 40, index, comment = "what it is called")]
    name: String,
    #[column(name = "Code", type = "CITEXT", check = "\"Code\" <> 'x'")]
    code: String,
    #[column(precision = 10, scale = 2)]
    price: Decimal,
    #[column(type = SmallInt, server_default = -1)]
    rank: i32,
    #[column(default = Grade::Plain, server_default = "plain")]
    grade: Grade,
    #[column(default = 3)]
    stars: Option<i32>,
    #[column(default = "none")]
    note: Option<String>,
    #[column(server_default = sql("(random())"))]
    lot: Auto<i64>,
    #[column(server_default = now(), on_update = now())]
    changed_at: Auto<DateTime<Utc>>,
    #[column(computed = "price * 2", stored)]
    double_price: Auto<Decimal>,
    #[column(on_delete = "cascade", on_key_update = "restrict")]
    maker: Ref<Maker>,
    #[column(name = "second", on_delete = "set null", unique)]
    second_maker: Option<Ref<Maker>>,
    data: Option<Json>,
    r#type: Option<String>,
    #[column(skip)]
    seen: bool,
}

/// A key of two references, one of them to an entity with such a key itself.
#[derive(Entity, Debug, Clone)]
#[entity(table = "stocks")]
struct Stock {
    #[column(primary_key)]
    thing: Ref<Thing>,
    #[column(primary_key)]
    shelf: String,
    amount: i64,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "orders")]
struct Order {
    #[column(primary_key)]
    id: Uuid,
    stock: Option<Ref<Stock>>,
    amount: i64,
}

fn column<'t>(table: &'t Table, name: &str) -> &'t lapis::schema::ColumnDef {
    table.column(name).unwrap_or_else(|| panic!("no column {name}"))
}

#[test]
fn fields_become_columns_in_their_order() {
    let names: Vec<&str> = Thing::model().table.columns.iter().map(|column| column.name.as_ref()).collect();
    assert_eq!(
        names,
        [
            "id",
            "name",
            "Code",
            "price",
            "rank",
            "grade",
            "stars",
            "note",
            "lot",
            "changed_at",
            "double_price",
            "maker_id",
            "second",
            "data",
            "type"
        ]
    );
}

#[test]
fn types_come_from_the_field_unless_an_attribute_says_otherwise() {
    let table = &Thing::model().table;
    let ty = |name| column(table, name).ty.clone();
    assert_eq!(ty("id"), ColumnType::Int);
    assert_eq!(ty("name"), ColumnType::String(40));
    assert_eq!(ty("Code"), ColumnType::Custom("CITEXT".into()));
    assert_eq!(ty("price"), ColumnType::Decimal { precision: Some((10, 2)) });
    assert_eq!(ty("rank"), ColumnType::SmallInt);
    assert_eq!(ty("grade"), Grade::column_type());
    assert_eq!(ty("maker_id"), ColumnType::BigInt);
    assert_eq!(ty("data"), ColumnType::Json);
}

#[test]
fn option_makes_a_column_nullable() {
    let table = &Thing::model().table;
    for name in ["stars", "second", "data", "type"] {
        assert!(column(table, name).nullable, "{name}");
    }
    for name in ["id", "name", "maker_id", "changed_at"] {
        assert!(!column(table, name).nullable, "{name}");
    }
}

#[test]
fn an_auto_integer_key_is_numbered_natively_or_by_its_sequence() {
    let things = &Thing::model().table;
    assert_eq!(column(things, "id").autoincrement, Some(AutoIncrement::Native));
    let makers = &Maker::model().table;
    let sequence = Sequence { schema: None, name: Some("maker_seq".into()), start: 100, increment: 1 };
    assert_eq!(column(makers, "id").autoincrement, Some(AutoIncrement::Sequence(sequence)));
    assert_eq!(column(&Order::model().table, "id").autoincrement, None);
}

#[test]
fn defaults_of_the_server_are_expressions_literals_or_sql() {
    let table = &Thing::model().table;
    let default = |name| column(table, name).server_default.clone();
    assert_eq!(default("rank"), Some(lit(-1).into()));
    assert_eq!(default("grade"), Some("plain".into()));
    assert_eq!(default("lot"), Some(ServerDefault::Raw("(random())".into())));
    assert_eq!(default("changed_at"), Some(func::now().into()));
    assert!(column(table, "changed_at").on_update.is_some());
    assert_eq!(default("name"), None);
}

#[test]
fn a_computed_column_has_its_expression() {
    let computed = column(&Thing::model().table, "double_price").computed.clone().expect("computed");
    assert_eq!((computed.sql.as_ref(), computed.stored), ("price * 2", true));
}

#[test]
fn references_are_foreign_keys_to_the_other_tables_key() {
    let keys = &Thing::model().table.foreign_keys;
    assert_eq!(keys[0].columns, ["maker_id"]);
    assert_eq!(keys[0].target, Maker::table_name());
    assert_eq!(keys[0].target_columns, ["id"]);
    assert_eq!(keys[0].on_delete, ReferentialAction::Cascade);
    assert_eq!(keys[0].on_update, ReferentialAction::Restrict);
    assert_eq!(keys[1].columns, ["second"]);
    assert_eq!(keys[1].on_delete, ReferentialAction::SetNull);
}

#[test]
fn a_reference_to_a_composite_key_spans_its_columns() {
    let stocks = &Stock::model().table;
    assert_eq!(stocks.primary_key, ["thing_id", "shelf"]);
    let orders = &Order::model().table;
    let names: Vec<&str> = orders.columns.iter().map(|column| column.name.as_ref()).collect();
    assert_eq!(names, ["id", "stock_thing_id", "stock_shelf", "amount"]);
    assert_eq!(orders.foreign_keys[0].target_columns, ["thing_id", "shelf"]);
}

#[test]
fn constraints_over_several_fields_name_their_columns() {
    let table = &Thing::model().table;
    let names = |names: &[&'static str]| names.iter().map(|name| (*name).into()).collect::<Vec<_>>();
    let unique = |name: Option<&'static str>, columns| Unique { name: name.map(Into::into), columns };
    assert_eq!(
        table.uniques,
        [
            unique(None, names(&["second"])),
            unique(None, names(&["maker_id", "name"])),
            unique(Some("uq_code"), names(&["Code"])),
        ]
    );
    let dear = Index {
        name: Some("ix_dear".into()),
        columns: names(&["name", "price"]),
        unique: true,
        predicate: Some("price > 0".into()),
    };
    assert!(table.indexes.contains(&dear), "{:?}", table.indexes);
    assert_eq!(table.indexes.len(), 3);
    assert_eq!(table.checks.len(), 3);
}

#[test]
fn comments_are_kept() {
    assert_eq!(Maker::model().table.comment.as_deref(), Some("who makes things"));
    assert_eq!(column(&Thing::model().table, "name").comment.as_deref(), Some("what it is called"));
}

#[test]
fn relations_know_their_other_side_their_cascade_and_their_order() {
    let relations = &Maker::model().relations;
    assert!(matches!(relations[0].via, Via::Inverse { reference: 0 }));
    assert!(matches!(relations[1].via, Via::Inverse { reference: 1 }));
    assert!(relations[0].cascade.delete && relations[0].cascade.delete_orphan);
    assert!(!relations[1].cascade.delete);
    assert_eq!(relations[0].order_by.len(), 2);
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "people")]
struct Person {
    #[column(primary_key)]
    id: Auto<i64>,
    #[relation(through = "social.follows", from = "follower", to = "followed")]
    follows: Many<Person>,
    #[relation(through = "social.follows", inverse = Person::follows)]
    followers: Many<Person>,
    #[relation(through = "friendships")]
    friends: Many<Person>,
}

#[test]
fn an_association_table_has_a_column_for_each_side() {
    let metadata = MetaData::of::<Person>();
    let [_, follows, friendships] = metadata.tables() else { panic!("{:?}", metadata.tables()) };
    assert_eq!(follows.name.schema.as_deref(), Some("social"));
    assert_eq!(follows.primary_key, ["follower", "followed"]);
    assert_eq!(friendships.primary_key, ["person_id", "friends_id"]);
}

#[test]
fn both_sides_of_an_association_see_it_the_other_way_round() {
    let sides = [0, 1].map(|number| match &Person::model().relations[number].via {
        Via::Association(association) => association,
        Via::Inverse { .. } => panic!("an association"),
    });
    assert_eq!(sides[0].source, sides[1].target);
    assert_eq!(sides[0].target, sides[1].source);
    assert!(sides[1].reversed);
}

#[test]
fn the_builder_fills_in_what_may_be_left_out() {
    let thing = Thing::new().name("Cup").code("c").price(Decimal::ONE).rank(7).build();
    assert_eq!(thing.grade, Grade::Plain);
    assert_eq!((thing.stars, thing.note.as_deref()), (Some(3), Some("none")));
    assert!(!thing.id.is_set() && !thing.lot.is_set());
    assert!(thing.maker.is_unset() && thing.second_maker.is_none());
    assert!(!thing.seen);
}

#[test]
fn the_builder_converts_text_and_infers_numbers() {
    let thing = Thing::new()
        .id(5)
        .name(String::from("Cup"))
        .code("c")
        .price(Decimal::ONE)
        .rank(7)
        .stars(5)
        .note("n")
        .grade(Grade::Fine)
        .maker(Ref::to(MakerId(1)))
        .second_maker(Ref::to(MakerId(2)))
        .data(serde_json::json!({ "a": 1 }))
        .r#type("t")
        .build();
    assert_eq!(thing.id, 5);
    assert_eq!((thing.stars, thing.note.as_deref()), (Some(5), Some("n")));
    assert_eq!(thing.maker.key(), Some(&MakerId(1)));
    assert_eq!(thing.r#type.as_deref(), Some("t"));
}

#[test]
fn a_key_is_known_once_all_of_it_is() {
    let stock = Stock::new().shelf("A").amount(1).build();
    assert_eq!(Entity::key(&stock), None);
    let stock = Stock::new().thing(Ref::to(3)).shelf("A").amount(1).build();
    assert_eq!(Entity::key(&stock), Some((3, "A".to_owned())));
}

#[test]
fn every_constant_is_an_expression_on_its_table() {
    assert_eq!(Thing::r#type.name(), "type");
    assert_eq!(Thing::code.name(), "Code");
    assert_eq!(format!("{:?}", Thing::maker), "things.maker");
    let condition = Thing::grade.eq(Grade::Fine).and(Thing::maker.eq(MakerId(1))).and(Thing::stars.gt(3));
    let select = Thing::select().filter(condition);
    let sql = lapis::statement::Statement::sql(&select, &lapis::sql::dialect::Sqlite).unwrap();
    let (_, condition) = sql.split_once(" WHERE ").expect("a condition");
    assert_eq!(condition, r#""things"."grade" = ? AND "things"."maker_id" = ? AND "things"."stars" > ?"#);
}

#[tokio::test]
async fn rows_are_read_in_order_and_by_name() -> lapis::Result<()> {
    let engine = Engine::connect("sqlite::memory:").await?;
    engine
        .script(
            "CREATE TABLE orders (id TEXT, stock_thing_id INTEGER, stock_shelf TEXT, amount INTEGER);
             INSERT INTO orders VALUES ('00000000-0000-0000-0000-000000000001', 3, 'A', 12);
             INSERT INTO orders VALUES ('00000000-0000-0000-0000-000000000002', NULL, NULL, 13);",
        )
        .await?;
    let orders: Vec<Order> = engine.all(Order::select().order_by(Order::amount.asc())).await?;
    assert_eq!(orders[0].stock.as_ref().and_then(Ref::key), Some(&(3, "A".to_owned())));
    assert_eq!((orders[0].amount, orders[1].amount), (12, 13));
    assert!(orders[1].stock.is_none());

    let by_name: Vec<Order> = engine
        .all(text("SELECT amount, id, stock_shelf, stock_thing_id FROM orders ORDER BY amount").rows())
        .await?;
    assert_eq!(by_name[0].stock, orders[0].stock);
    assert_eq!(by_name[1].id, orders[1].id);

    let error = engine.all(text("SELECT id, amount FROM orders").rows::<Order>()).await.unwrap_err();
    assert!(error.to_string().contains("no column `stock_thing_id`"), "{error}");
    Ok(())
}

mod elsewhere {
    //! Two entities of one module, with fields whose names are keywords or functions of the derive's output.

    use lapis::prelude::*;

    #[derive(Entity, Debug, Clone)]
    #[entity(table = "a")]
    pub struct A {
        #[column(primary_key)]
        pub key: Auto<i64>,
        pub value: i64,
        pub model: String,
        pub row: i64,
        pub first: i64,
        pub field: i64,
        pub part: i64,
        pub cell: i64,
    }

    #[derive(Entity, Debug, Clone)]
    #[entity(table = "b")]
    pub struct B {
        #[column(primary_key)]
        pub key: Auto<i64>,
        pub a: Ref<A>,
    }
}

#[test]
fn field_names_do_not_get_in_the_way() {
    use elsewhere::{A, B};
    let a = A::new().value(1).model("m").row(1).first(1).field(1).part(1).cell(1).key(9).build();
    assert_eq!(Entity::key(&a), Some(9));
    let b = B::new().a(a).build();
    assert_eq!(b.a.key(), Some(&9));
}
