//! The 22 queries of TPC-H, with the parameters by which the specification validates them (TPC-H 3.0.1, clause 2.4).

use chrono::{Days, Months};
use lapis::engine::Projection;
use lapis::expr::{DateField, Expr, StaticTable, all_of, case, exists, not_exists};
use lapis::prelude::*;
use lapis::statement::{Query, Select, Shape, alias, table};

use crate::tables::{Customer, LineItem, Nation, Order, Part, PartSupp, Region, Supplier};

/// A query with rows of type `T`.
pub trait Rows<T>: Query<Shape: Projection<Row = T>> {}

impl<T, Q: Query<Shape: Projection<Row = T>>> Rows<T> for Q {}

/// What an item costs after its discount.
fn discounted_price() -> Expr<Decimal> {
    LineItem::extended_price * (1 - LineItem::discount)
}

/// What the items of a group cost together.
fn revenue() -> Expr<Decimal> {
    func::sum(discounted_price()).assume_not_null()
}

/// From that day on, for so many months.
fn within<E: StaticTable>(date: Column<E, NaiveDate>, start: &str, months: u32) -> Expr<bool> {
    let start = day(start);
    date.ge(start) & date.lt(start + Months::new(months))
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn decimal(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

/// Q1, pricing summary report: how much business was billed, shipped and returned?
pub fn pricing_summary()
-> impl Rows<(String, String, Decimal, Decimal, Decimal, Decimal, Decimal, Decimal, Decimal, i64)> {
    select((
        LineItem::return_flag,
        LineItem::status,
        func::sum(LineItem::quantity).assume_not_null(),
        func::sum(LineItem::extended_price).assume_not_null(),
        revenue(),
        func::sum(discounted_price() * (1 + LineItem::tax)).assume_not_null(),
        func::avg(LineItem::quantity).assume_not_null(),
        func::avg(LineItem::extended_price).assume_not_null(),
        func::avg(LineItem::discount).assume_not_null(),
        func::count_all(),
    ))
    .filter(LineItem::ship_date.le(day("1998-12-01") - Days::new(90)))
    .group_by((LineItem::return_flag, LineItem::status))
    .order_by((LineItem::return_flag, LineItem::status))
}

/// Q2, minimum cost supplier: from which supplier in a region is a part of some type and size to be had for least?
pub fn minimum_cost_supplier() -> impl Rows<(Decimal, String, String, i64, String, String, String, String)>
{
    fn offered_in<S: Shape>(region: &str, query: Select<S>) -> Select<S> {
        query
            .join(PartSupp::supplier)
            .join(Supplier::nation)
            .join(Nation::region)
            .filter(Region::name.eq(region))
    }
    let least = select(func::min(PartSupp::cost)).filter(PartSupp::part.eq(Part::key));
    let offers = select((
        Supplier::balance,
        Supplier::name,
        Nation::name,
        Part::key,
        Part::manufacturer,
        Supplier::address,
        Supplier::phone,
        Supplier::comment,
    ));
    offered_in("EUROPE", offers.join(Part::offers))
        .filter(Part::size.eq(15))
        .filter(Part::kind.ends_with("BRASS"))
        .filter(PartSupp::cost.eq(offered_in("EUROPE", least).scalar()))
        .order_by((Supplier::balance.desc(), Nation::name, Supplier::name, Part::key))
        .limit(100)
}

/// Q3, shipping priority: which orders not yet shipped are worth most?
pub fn shipping_priority() -> impl Rows<(i64, Decimal, NaiveDate, i32)> {
    let today = day("1995-03-15");
    select((LineItem::order, revenue(), Order::date, Order::ship_priority))
        .join(Customer::orders)
        .join(Order::items)
        .filter(Customer::segment.eq("BUILDING"))
        .filter(Order::date.lt(today))
        .filter(LineItem::ship_date.gt(today))
        .group_by((LineItem::order, Order::date, Order::ship_priority))
        .order_by((revenue().desc(), Order::date))
        .limit(10)
}

/// Q4, order priority checking: how many orders of a quarter had an item that came late?
pub fn order_priority() -> impl Rows<(String, i64)> {
    select((Order::priority, func::count_all()))
        .filter(within(Order::date, "1993-07-01", 3))
        .filter(Order::items.any(LineItem::commit_date.lt(LineItem::receipt_date)))
        .group_by(Order::priority)
        .order_by(Order::priority)
}

/// Q5, local supplier volume: what do suppliers earn from customers of their own nation?
pub fn local_supplier_volume() -> impl Rows<(String, Decimal)> {
    select((Nation::name, revenue()))
        .join(Customer::orders)
        .join(Order::items)
        .join(LineItem::supplier)
        .join(Supplier::nation)
        .join(Nation::region)
        .filter(Customer::nation.eq(Supplier::nation))
        .filter(Region::name.eq("ASIA"))
        .filter(within(Order::date, "1994-01-01", 12))
        .group_by(Nation::name)
        .order_by(revenue().desc())
}

/// Q6, forecasting revenue change: how much more would there be, had some discounts not been given?
pub fn revenue_change() -> impl Rows<Option<Decimal>> {
    let (discount, around) = (decimal("0.06"), decimal("0.01"));
    select(func::sum(LineItem::extended_price * LineItem::discount))
        .filter(within(LineItem::ship_date, "1994-01-01", 12))
        .filter(LineItem::discount.between(discount - around, discount + around))
        .filter(LineItem::quantity.lt(24))
}

/// Q7, volume shipping: what do two nations ship to each other, year by year?
pub fn volume_shipping() -> impl Rows<(String, String, i64, Decimal)> {
    let (seller, buyer) = (alias::<Nation>("n1"), alias::<Nation>("n2"));
    let between = |one: &str, other: &str| seller.c(Nation::name).eq(one) & buyer.c(Nation::name).eq(other);
    let from = &seller.c(Nation::name).label("supp_nation");
    let to = &buyer.c(Nation::name).label("cust_nation");
    let year = &func::extract(DateField::Year, LineItem::ship_date).label("l_year");
    let volume = &discounted_price().label("volume");
    let shipping = select((from, to, year, volume))
        .join(Supplier::items)
        .join(LineItem::order)
        .join(Order::customer)
        .join(Supplier::nation.to(&seller))
        .join(Customer::nation.to(&buyer))
        .filter(between("FRANCE", "GERMANY") | between("GERMANY", "FRANCE"))
        .filter(LineItem::ship_date.between(day("1995-01-01"), day("1996-12-31")))
        .subquery("shipping");
    let (from, to) = (&shipping.column_of(from), &shipping.column_of(to));
    let (year, volume) = (&shipping.column_of(year), shipping.column_of(volume));
    select((from, to, year, func::sum(volume).assume_not_null()))
        .from(&shipping)
        .group_by((from, to, year))
        .order_by((from, to, year))
}

/// Q8, national market share: what part of a region's trade in a type of part does a nation have, year by year?
pub fn national_market_share() -> impl Rows<(i64, Decimal)> {
    let (buyer, seller) = (alias::<Nation>("n1"), alias::<Nation>("n2"));
    let year = &func::extract(DateField::Year, Order::date).label("o_year");
    let volume = &discounted_price().label("volume");
    let nation = &seller.c(Nation::name).label("nation");
    let all_nations = select((year, volume, nation))
        .join(Part::items)
        .join(LineItem::supplier)
        .join(LineItem::order)
        .join(Order::customer)
        .join(Customer::nation.to(&buyer))
        .join(Nation::region.from(&buyer))
        .join(Supplier::nation.to(&seller))
        .filter(Region::name.eq("AMERICA"))
        .filter(Order::date.between(day("1995-01-01"), day("1996-12-31")))
        .filter(Part::kind.eq("ECONOMY ANODIZED STEEL"))
        .subquery("all_nations");
    let (year, volume) = (&all_nations.column_of(year), &all_nations.column_of(volume));
    let is_brazil = all_nations.column_of(nation).eq("BRAZIL");
    let of_brazil = case().when(is_brazil, volume).otherwise(0);
    select((year, (func::sum(of_brazil) / func::sum(volume)).assume_not_null()))
        .from(&all_nations)
        .group_by(year)
        .order_by(year)
}

/// Q9, product type profit measure: what is earned by a line of parts, nation by nation and year by year?
pub fn product_type_profit() -> impl Rows<(String, i64, Decimal)> {
    let nation = &Nation::name.label("nation");
    let year = &func::extract(DateField::Year, Order::date).label("o_year");
    let amount = &(discounted_price() - PartSupp::cost * LineItem::quantity).label("amount");
    let profit = select((nation, year, amount))
        .join(Part::items)
        .join(LineItem::supplier)
        .join(LineItem::order)
        .join(Supplier::nation)
        .join_on(
            table::<PartSupp>(),
            PartSupp::part.eq(LineItem::part) & PartSupp::supplier.eq(LineItem::supplier),
        )
        .filter(Part::name.contains("green"))
        .subquery("profit");
    let (nation, year) = (&profit.column_of(nation), &profit.column_of(year));
    let amount = profit.column_of(amount);
    select((nation, year, func::sum(amount).assume_not_null()))
        .from(&profit)
        .group_by((nation, year))
        .order_by((nation, year.desc()))
}

/// Q10, returned item reporting: which customers sent back the most?
pub fn returned_items() -> impl Rows<(i64, String, Decimal, Decimal, String, String, String, String)> {
    select((
        Customer::key,
        Customer::name,
        revenue(),
        Customer::balance,
        Nation::name,
        Customer::address,
        Customer::phone,
        Customer::comment,
    ))
    .join(Customer::orders)
    .join(Order::items)
    .join(Customer::nation)
    .filter(within(Order::date, "1993-10-01", 3))
    .filter(LineItem::return_flag.eq("R"))
    .group_by((
        Customer::key,
        Customer::name,
        Customer::balance,
        Customer::phone,
        Nation::name,
        Customer::address,
        Customer::comment,
    ))
    .order_by(revenue().desc())
    .limit(20)
}

/// Q11, important stock identification: which parts are a notable share of a nation's stock?
pub fn important_stock() -> impl Rows<(i64, Decimal)> {
    fn in_germany<S: Shape>(query: Select<S>) -> Select<S> {
        query.join(PartSupp::supplier).join(Supplier::nation).filter(Nation::name.eq("GERMANY"))
    }
    let value = || func::sum(PartSupp::cost * PartSupp::available).assume_not_null();
    let notable = in_germany(select(value() * decimal("0.01"))).scalar();
    in_germany(select((PartSupp::part, value())))
        .group_by(PartSupp::part)
        .having(value().gt(notable))
        .order_by(value().desc())
}

/// Q12, shipping modes and order priority: does cheap shipping make urgent orders late?
pub fn shipping_modes() -> impl Rows<(String, i64, i64)> {
    let urgent = || Order::priority.eq("1-URGENT") | Order::priority.eq("2-HIGH");
    let other = || Order::priority.ne("1-URGENT") & Order::priority.ne("2-HIGH");
    let lines = |of| func::sum(case().when(of, 1).otherwise(0)).assume_not_null();
    select((LineItem::ship_mode, lines(urgent()), lines(other())))
        .join(Order::items)
        .filter(LineItem::ship_mode.in_(["MAIL", "SHIP"]))
        .filter(LineItem::commit_date.lt(LineItem::receipt_date))
        .filter(LineItem::ship_date.lt(LineItem::commit_date))
        .filter(within(LineItem::receipt_date, "1994-01-01", 12))
        .group_by(LineItem::ship_mode)
        .order_by(LineItem::ship_mode)
}

/// Q13, customer distribution: how many customers have how many orders, none included?
pub fn customer_distribution() -> impl Rows<(i64, i64)> {
    let ordinary = Order::comment.not_like("%special%requests%");
    let count = &func::count(Order::key).label("c_count");
    let orders = select((Customer::key, count))
        .from(table::<Customer>())
        .left_join_on(table::<Order>(), Order::customer.eq(Customer::key) & ordinary)
        .group_by(Customer::key)
        .subquery("c_orders");
    let count = &orders.column_of(count);
    select((count, func::count_all()))
        .from(&orders)
        .group_by(count)
        .order_by((func::count_all().desc(), count.desc()))
}

/// Q14, promotion effect: what percentage of a month's revenue came from promoted parts?
pub fn promotion_effect() -> impl Rows<Option<Decimal>> {
    let promoted = case().when(Part::kind.starts_with("PROMO"), discounted_price()).otherwise(0);
    select(decimal("100.00") * func::sum(promoted) / revenue())
        .join(LineItem::part)
        .filter(within(LineItem::ship_date, "1995-09-01", 1))
}

/// Q15, top supplier: who earned most in a quarter?
pub fn top_supplier() -> impl Rows<(i64, String, String, String, Decimal)> {
    let total = &revenue().label("total_revenue");
    let earned = select((LineItem::supplier, total))
        .filter(within(LineItem::ship_date, "1996-01-01", 3))
        .group_by(LineItem::supplier)
        .cte("revenue");
    let total = &earned.column_of(total);
    let most = select(func::max(total)).from(&earned).scalar();
    select((Supplier::key, Supplier::name, Supplier::address, Supplier::phone, total))
        .with(&earned)
        .from(table::<Supplier>())
        .join_on(&earned, earned.c(LineItem::supplier).eq(Supplier::key))
        .filter(total.eq(most))
        .order_by(Supplier::key)
}

/// Q16, parts/supplier relationship: how many suppliers without complaints offer parts of what kind?
pub fn suppliers_of_parts() -> impl Rows<(String, String, i32, i64)> {
    let complained_of = select(Supplier::key).filter(Supplier::comment.like("%Customer%Complaints%"));
    let suppliers = || func::count_distinct(PartSupp::supplier);
    select((Part::brand, Part::kind, Part::size, suppliers()))
        .join(PartSupp::part)
        .filter(Part::brand.ne("Brand#45"))
        .filter(!Part::kind.starts_with("MEDIUM POLISHED"))
        .filter(Part::size.in_([49, 14, 23, 45, 19, 3, 36, 9]))
        .filter(PartSupp::supplier.not_in_select(complained_of))
        .group_by((Part::brand, Part::kind, Part::size))
        .order_by((suppliers().desc(), Part::brand, Part::kind, Part::size))
}

/// Q17, small-quantity-order revenue: what would be lost a year without small orders of a kind of part?
pub fn small_orders(brand: &str, container: &str) -> impl Rows<Option<Decimal>> + use<> {
    let usual = select(decimal("0.2") * func::avg(LineItem::quantity))
        .from(table::<LineItem>())
        .filter(LineItem::part.eq(Part::key));
    select(func::sum(LineItem::extended_price) / decimal("7.0"))
        .join(LineItem::part)
        .filter(Part::brand.eq(brand))
        .filter(Part::container.eq(container))
        .filter(LineItem::quantity.lt(usual.scalar()))
}

/// Q18, large volume customer: who ordered a great deal at once?
pub fn large_volume_customers() -> impl Rows<(String, i64, i64, NaiveDate, Decimal, Decimal)> {
    let quantity = || func::sum(LineItem::quantity).assume_not_null();
    let large = select(LineItem::order).group_by(LineItem::order).having(quantity().gt(300));
    let order = (Customer::name, Customer::key, Order::key, Order::date, Order::total_price);
    select((Customer::name, Customer::key, Order::key, Order::date, Order::total_price, quantity()))
        .join(Customer::orders)
        .join(Order::items)
        .filter(Order::key.in_select(large))
        .group_by(order)
        .order_by((Order::total_price.desc(), Order::date))
        .limit(100)
}

/// Q19, discounted revenue: what is earned by parts of three kinds that are delivered by air and in person?
pub fn discounted_revenue() -> impl Rows<Option<Decimal>> {
    let packed = |brand: &str, containers: [&'static str; 4], quantity: i32, largest: i32| {
        all_of([
            Part::brand.eq(brand),
            Part::container.in_(containers),
            LineItem::quantity.between(quantity, quantity + 10),
            Part::size.between(1, largest),
        ])
    };
    let small = packed("Brand#12", ["SM CASE", "SM BOX", "SM PACK", "SM PKG"], 1, 5);
    let medium = packed("Brand#23", ["MED BAG", "MED BOX", "MED PKG", "MED PACK"], 10, 10);
    let large = packed("Brand#34", ["LG CASE", "LG BOX", "LG PACK", "LG PKG"], 20, 15);
    select(func::sum(discounted_price()))
        .join(LineItem::part)
        .filter(small | medium | large)
        .filter(LineItem::ship_mode.in_(["AIR", "AIR REG"]))
        .filter(LineItem::ship_instructions.eq("DELIVER IN PERSON"))
}

/// Q20, potential part promotion: who has much in stock of a part that a nation bought in a year?
pub fn part_promotion() -> impl Rows<(String, String)> {
    let forest = select(Part::key).filter(Part::name.starts_with("forest"));
    let half_of_sold = select(decimal("0.5") * func::sum(LineItem::quantity))
        .filter(LineItem::part.eq(PartSupp::part))
        .filter(LineItem::supplier.eq(PartSupp::supplier))
        .filter(within(LineItem::ship_date, "1994-01-01", 12));
    let in_excess = select(PartSupp::supplier)
        .filter(PartSupp::part.in_select(forest))
        .filter(PartSupp::available.gt(half_of_sold.scalar()));
    select((Supplier::name, Supplier::address))
        .join(Supplier::nation)
        .filter(Supplier::key.in_select(in_excess))
        .filter(Nation::name.eq("CANADA"))
        .order_by(Supplier::name)
}

/// Q21, suppliers who kept orders waiting: who alone of an order's suppliers was late?
pub fn late_suppliers() -> impl Rows<(String, i64)> {
    let other = alias::<LineItem>("other");
    let of_another_supplier = || {
        select(other.c(LineItem::order))
            .from(&other)
            .filter(other.c(LineItem::order).eq(LineItem::order))
            .filter(other.c(LineItem::supplier).ne(LineItem::supplier))
    };
    let late = other.c(LineItem::receipt_date).gt(other.c(LineItem::commit_date));
    select((Supplier::name, func::count_all()))
        .join(Supplier::items)
        .join(LineItem::order)
        .join(Supplier::nation)
        .filter(Order::status.eq("F"))
        .filter(LineItem::receipt_date.gt(LineItem::commit_date))
        .filter(exists(of_another_supplier()))
        .filter(not_exists(of_another_supplier().filter(late)))
        .filter(Nation::name.eq("SAUDI ARABIA"))
        .group_by(Supplier::name)
        .order_by((func::count_all().desc(), Supplier::name))
        .limit(100)
}

/// Q22, global sales opportunity: which customers with money have not ordered, by the code of their country?
pub fn sales_opportunity() -> impl Rows<(String, i64, Decimal)> {
    let code = || func::substr(Customer::phone, 1, 2);
    let from_there = || code().in_(["13", "31", "23", "29", "30", "18", "17"]);
    let usual_balance = select(func::avg(Customer::balance))
        .from(table::<Customer>())
        .filter(Customer::balance.gt(0))
        .filter(from_there());
    let country = &code().label("cntrycode");
    let customers = select((country, Customer::balance))
        .filter(from_there())
        .filter(Customer::balance.gt(usual_balance.scalar()))
        .filter(Customer::orders.is_empty())
        .subquery("custsale");
    let country = &customers.column_of(country);
    let balance = func::sum(customers.c(Customer::balance)).assume_not_null();
    select((country, func::count_all(), balance))
        .from(&customers)
        .group_by(country)
        .order_by(country)
}
