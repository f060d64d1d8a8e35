//! The rows: those of `tpchgen`, which are `dbgen`'s letter by letter.

use lapis::prelude::*;
use tpchgen::dates::TPCHDate;
use tpchgen::decimal::TPCHDecimal;
use tpchgen::generators::{
    CustomerGenerator, LineItemGenerator, NationGenerator, OrderGenerator, PartGenerator,
    PartSuppGenerator, RegionGenerator, SupplierGenerator,
};

use crate::tables::{Customer, LineItem, Nation, Order, Part, PartSupp, Region, Supplier, schema};

/// How much of the data there is: 1 would be a gigabyte.
pub const SCALE: f64 = 0.01;

/// Fills an empty database.
pub async fn load(engine: &Engine) -> lapis::Result<()> {
    engine.create_all(&schema()).await?;
    let mut session = engine.session();
    add(&mut session, RegionGenerator::new(SCALE, 1, 1).iter().map(region)).await?;
    add(&mut session, NationGenerator::new(SCALE, 1, 1).iter().map(nation)).await?;
    add(&mut session, SupplierGenerator::new(SCALE, 1, 1).iter().map(supplier)).await?;
    add(&mut session, PartGenerator::new(SCALE, 1, 1).iter().map(part)).await?;
    add(&mut session, PartSuppGenerator::new(SCALE, 1, 1).iter().map(part_supp)).await?;
    add(&mut session, CustomerGenerator::new(SCALE, 1, 1).iter().map(customer)).await?;
    add(&mut session, OrderGenerator::new(SCALE, 1, 1).iter().map(order)).await?;
    add(&mut session, LineItemGenerator::new(SCALE, 1, 1).iter().map(line_item)).await?;
    session.commit().await?;
    session.close().await
}

/// Adds rows in one flush, and lets go of them.
async fn add<T: Entity>(session: &mut Session, rows: impl Iterator<Item = T>) -> lapis::Result<()> {
    session.add_all(rows);
    session.flush().await?;
    session.expunge_all();
    Ok(())
}

fn decimal(value: TPCHDecimal) -> Decimal {
    Decimal::new(value.into_inner(), 2)
}

fn date(value: TPCHDate) -> NaiveDate {
    NaiveDate::from_epoch_days(value.to_unix_epoch()).expect("a date of the nineties")
}

fn region(row: tpchgen::generators::Region<'_>) -> Region {
    Region::new().key(row.r_regionkey).name(row.r_name).comment(row.r_comment).build()
}

fn nation(row: tpchgen::generators::Nation<'_>) -> Nation {
    Nation::new()
        .key(row.n_nationkey)
        .name(row.n_name)
        .region(Ref::to(row.n_regionkey))
        .comment(row.n_comment)
        .build()
}

fn supplier(row: tpchgen::generators::Supplier) -> Supplier {
    Supplier::new()
        .key(row.s_suppkey)
        .name(row.s_name.to_string())
        .address(row.s_address.to_string())
        .nation(Ref::to(row.s_nationkey))
        .phone(row.s_phone.to_string())
        .balance(decimal(row.s_acctbal))
        .comment(row.s_comment)
        .build()
}

fn part(row: tpchgen::generators::Part<'_>) -> Part {
    Part::new()
        .key(row.p_partkey)
        .name(row.p_name.to_string())
        .manufacturer(row.p_mfgr.to_string())
        .brand(row.p_brand.to_string())
        .kind(row.p_type)
        .size(row.p_size)
        .container(row.p_container)
        .retail_price(decimal(row.p_retailprice))
        .comment(row.p_comment)
        .build()
}

fn part_supp(row: tpchgen::generators::PartSupp<'_>) -> PartSupp {
    PartSupp::new()
        .part(Ref::to(row.ps_partkey))
        .supplier(Ref::to(row.ps_suppkey))
        .available(row.ps_availqty)
        .cost(decimal(row.ps_supplycost))
        .comment(row.ps_comment)
        .build()
}

fn customer(row: tpchgen::generators::Customer<'_>) -> Customer {
    Customer::new()
        .key(row.c_custkey)
        .name(row.c_name.to_string())
        .address(row.c_address.to_string())
        .nation(Ref::to(row.c_nationkey))
        .phone(row.c_phone.to_string())
        .balance(decimal(row.c_acctbal))
        .segment(row.c_mktsegment)
        .comment(row.c_comment)
        .build()
}

fn order(row: tpchgen::generators::Order<'_>) -> Order {
    Order::new()
        .key(row.o_orderkey)
        .customer(Ref::to(row.o_custkey))
        .status(row.o_orderstatus.as_str())
        .total_price(decimal(row.o_totalprice))
        .date(date(row.o_orderdate))
        .priority(row.o_orderpriority)
        .clerk(row.o_clerk.to_string())
        .ship_priority(row.o_shippriority)
        .comment(row.o_comment)
        .build()
}

fn line_item(row: tpchgen::generators::LineItem<'_>) -> LineItem {
    LineItem::new()
        .order(Ref::to(row.l_orderkey))
        .line(row.l_linenumber)
        .part(Ref::to(row.l_partkey))
        .supplier(Ref::to(row.l_suppkey))
        .quantity(Decimal::from(row.l_quantity))
        .extended_price(decimal(row.l_extendedprice))
        .discount(decimal(row.l_discount))
        .tax(decimal(row.l_tax))
        .return_flag(row.l_returnflag)
        .status(row.l_linestatus)
        .ship_date(date(row.l_shipdate))
        .commit_date(date(row.l_commitdate))
        .receipt_date(date(row.l_receiptdate))
        .ship_instructions(row.l_shipinstruct)
        .ship_mode(row.l_shipmode)
        .comment(row.l_comment)
        .build()
}
