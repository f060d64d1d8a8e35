//! Makes a failing query smaller: clauses are left out, and expressions replaced by what they are made of.

use crate::query::{Body, Further, Plain, Query};
use crate::term::{Any, Scalar, Term};

/// Queries that are a little smaller.
pub fn smaller(query: &Query) -> Vec<Query> {
    let mut found = Vec::new();
    let mut with = |change: &dyn Fn(&mut Query)| {
        let mut query = query.clone();
        change(&mut query);
        found.push(query);
    };
    if query.distinct_on > 0 {
        with(&|query| query.distinct_on = 0);
    }
    if query.further != Further::Nothing {
        with(&|query| query.further = Further::Nothing);
    }
    if query.limit.is_some() || query.offset.is_some() {
        with(&|query| (query.limit, query.offset) = (None, None));
    } else if !query.order_by.is_empty() {
        with(&|query| {
            query.order_by.clear();
            query.distinct_on = 0;
            query.further = Further::Nothing;
        });
    }
    match &query.body {
        Body::Set(_, parts) => {
            for part in [&parts.0, &parts.1] {
                let mut part = part.clone();
                part.with.extend(query.with.iter().cloned());
                found.push(part);
            }
            for part in
                smaller(&parts.0).into_iter().filter(|part| part.items().len() == query.items().len())
            {
                let mut query = query.clone();
                if let Body::Set(_, parts) = &mut query.body {
                    parts.0 = part;
                }
                found.push(query);
            }
        }
        Body::Plain(plain) => {
            for plain in smaller_plain(plain, query.order_by.is_empty()) {
                found.push(Query { body: Body::Plain(Box::new(plain)), ..query.clone() });
            }
        }
    }
    found
}

fn smaller_plain(plain: &Plain, items_may_go: bool) -> Vec<Plain> {
    let mut found = Vec::new();
    let mut with = |change: &dyn Fn(&mut Plain)| {
        let mut plain = plain.clone();
        change(&mut plain);
        found.push(plain);
    };
    if plain.distinct {
        with(&|plain| plain.distinct = false);
    }
    if plain.filter.is_some() {
        with(&|plain| plain.filter = None);
    }
    if plain.having.is_some() && plain.group_by.as_ref().is_some_and(|keys| !keys.is_empty()) {
        with(&|plain| plain.having = None);
    }
    for position in 0..plain.items.len() {
        if items_may_go && plain.items.len() > 1 {
            with(&|plain| drop(plain.items.remove(position)));
        }
        for part in plain.items[position].parts() {
            // Beneath an order or beside another part, a column keeps its kind.
            if items_may_go || part.kind() == plain.items[position].kind() {
                with(&|plain| plain.items[position] = part.clone());
            }
        }
    }
    for condition in conditions(&plain.filter) {
        with(&|plain| plain.filter = Some(condition.clone()));
    }
    for condition in conditions(&plain.having) {
        with(&|plain| plain.having = Some(condition.clone()));
    }
    found
}

fn conditions(term: &Option<Term<bool>>) -> Vec<Term<bool>> {
    let parts = term.iter().flat_map(|term| &term.parts);
    parts.filter_map(|part: &Any| bool::term(part)).cloned().collect()
}
