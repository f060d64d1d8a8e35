//! The eight tables, with the specification's names in the database and plain ones in Rust (TPC-H 3.0.1, clause 1.4).
//!
//! "Fixed text" is `VARCHAR` here, so that no value comes back with spaces behind it, and a decimal is one of 15 digits.
//! The foreign key of `lineitem` over both columns of `partsupp` is added in [`schema`]: as a reference it would want
//! two columns of its own.

use lapis::expr::StaticTable;
use lapis::prelude::*;
use lapis::schema::ForeignKey;

#[derive(Entity, Debug, Clone)]
#[entity(table = "region")]
pub struct Region {
    #[column(primary_key, name = "r_regionkey")]
    pub key: i64,
    #[column(name = "r_name", length = 25)]
    pub name: String,
    #[column(name = "r_comment", length = 152)]
    pub comment: String,
    #[relation(inverse = Nation::region)]
    pub nations: Many<Nation>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "nation")]
pub struct Nation {
    #[column(primary_key, name = "n_nationkey")]
    pub key: i64,
    #[column(name = "n_name", length = 25)]
    pub name: String,
    #[column(name = "n_regionkey", index)]
    pub region: Ref<Region>,
    #[column(name = "n_comment", length = 152)]
    pub comment: String,
    #[relation(inverse = Supplier::nation)]
    pub suppliers: Many<Supplier>,
    #[relation(inverse = Customer::nation)]
    pub customers: Many<Customer>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "supplier")]
pub struct Supplier {
    #[column(primary_key, name = "s_suppkey")]
    pub key: i64,
    #[column(name = "s_name", length = 25)]
    pub name: String,
    #[column(name = "s_address", length = 40)]
    pub address: String,
    #[column(name = "s_nationkey", index)]
    pub nation: Ref<Nation>,
    #[column(name = "s_phone", length = 15)]
    pub phone: String,
    #[column(name = "s_acctbal", precision = 15, scale = 2)]
    pub balance: Decimal,
    #[column(name = "s_comment", length = 101)]
    pub comment: String,
    #[relation(inverse = PartSupp::supplier)]
    pub offers: Many<PartSupp>,
    #[relation(inverse = LineItem::supplier)]
    pub items: Many<LineItem>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "part")]
pub struct Part {
    #[column(primary_key, name = "p_partkey")]
    pub key: i64,
    #[column(name = "p_name", length = 55)]
    pub name: String,
    #[column(name = "p_mfgr", length = 25)]
    pub manufacturer: String,
    #[column(name = "p_brand", length = 10)]
    pub brand: String,
    #[column(name = "p_type", length = 25)]
    pub kind: String,
    #[column(name = "p_size")]
    pub size: i32,
    #[column(name = "p_container", length = 10)]
    pub container: String,
    #[column(name = "p_retailprice", precision = 15, scale = 2)]
    pub retail_price: Decimal,
    #[column(name = "p_comment", length = 23)]
    pub comment: String,
    #[relation(inverse = PartSupp::part)]
    pub offers: Many<PartSupp>,
    #[relation(inverse = LineItem::part)]
    pub items: Many<LineItem>,
}

/// A part as one supplier offers it.
#[derive(Entity, Debug, Clone)]
#[entity(table = "partsupp")]
pub struct PartSupp {
    #[column(primary_key, name = "ps_partkey")]
    pub part: Ref<Part>,
    #[column(primary_key, name = "ps_suppkey", index)]
    pub supplier: Ref<Supplier>,
    #[column(name = "ps_availqty")]
    pub available: i32,
    #[column(name = "ps_supplycost", precision = 15, scale = 2)]
    pub cost: Decimal,
    #[column(name = "ps_comment", length = 199)]
    pub comment: String,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "customer")]
pub struct Customer {
    #[column(primary_key, name = "c_custkey")]
    pub key: i64,
    #[column(name = "c_name", length = 25)]
    pub name: String,
    #[column(name = "c_address", length = 40)]
    pub address: String,
    #[column(name = "c_nationkey", index)]
    pub nation: Ref<Nation>,
    #[column(name = "c_phone", length = 15)]
    pub phone: String,
    #[column(name = "c_acctbal", precision = 15, scale = 2)]
    pub balance: Decimal,
    #[column(name = "c_mktsegment", length = 10)]
    pub segment: String,
    #[column(name = "c_comment", length = 117)]
    pub comment: String,
    #[relation(inverse = Order::customer)]
    pub orders: Many<Order>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "orders")]
pub struct Order {
    #[column(primary_key, name = "o_orderkey")]
    pub key: i64,
    #[column(name = "o_custkey", index)]
    pub customer: Ref<Customer>,
    #[column(name = "o_orderstatus", length = 1)]
    pub status: String,
    #[column(name = "o_totalprice", precision = 15, scale = 2)]
    pub total_price: Decimal,
    #[column(name = "o_orderdate", index)]
    pub date: NaiveDate,
    #[column(name = "o_orderpriority", length = 15)]
    pub priority: String,
    #[column(name = "o_clerk", length = 15)]
    pub clerk: String,
    #[column(name = "o_shippriority")]
    pub ship_priority: i32,
    #[column(name = "o_comment", length = 79)]
    pub comment: String,
    #[relation(inverse = LineItem::order)]
    pub items: Many<LineItem>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "lineitem", index(part, supplier))]
pub struct LineItem {
    #[column(primary_key, name = "l_orderkey")]
    pub order: Ref<Order>,
    #[column(primary_key, name = "l_linenumber")]
    pub line: i32,
    #[column(name = "l_partkey")]
    pub part: Ref<Part>,
    #[column(name = "l_suppkey", index)]
    pub supplier: Ref<Supplier>,
    #[column(name = "l_quantity", precision = 15, scale = 2)]
    pub quantity: Decimal,
    #[column(name = "l_extendedprice", precision = 15, scale = 2)]
    pub extended_price: Decimal,
    #[column(name = "l_discount", precision = 15, scale = 2)]
    pub discount: Decimal,
    #[column(name = "l_tax", precision = 15, scale = 2)]
    pub tax: Decimal,
    #[column(name = "l_returnflag", length = 1)]
    pub return_flag: String,
    #[column(name = "l_linestatus", length = 1)]
    pub status: String,
    #[column(name = "l_shipdate", index)]
    pub ship_date: NaiveDate,
    #[column(name = "l_commitdate")]
    pub commit_date: NaiveDate,
    #[column(name = "l_receiptdate")]
    pub receipt_date: NaiveDate,
    #[column(name = "l_shipinstruct", length = 25)]
    pub ship_instructions: String,
    #[column(name = "l_shipmode", length = 10)]
    pub ship_mode: String,
    #[column(name = "l_comment", length = 44)]
    pub comment: String,
}

/// The eight tables, in which every foreign key of the specification is one of the database.
pub fn schema() -> MetaData {
    let mut metadata =
        MetaData::of::<(Region, Nation, Supplier, Part, PartSupp, Customer, Order, LineItem)>();
    let table = metadata.remove(&LineItem::table_name()).expect("it is one of the tables");
    let mut items = (*table).clone();
    let offer = ForeignKey::new(["l_partkey", "l_suppkey"], PartSupp::TABLE, ["ps_partkey", "ps_suppkey"]);
    items.foreign_keys.push(offer);
    metadata.add(items);
    metadata
}
